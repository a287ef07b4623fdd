//! What layer is this? Told from the first eight bytes; a name is no evidence.

/// Bytes that settle the question.
pub(super) const HEAD: usize = 8;

/// How the characters of a text are stored, when not as UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf16Little,
    Utf16Big,
    Utf32Little,
    Utf32Big,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Gzip,
    Zstd,
    Zip,
    Text(Encoding),
}

/// Looks at the first bytes of a layer: [`HEAD`] of them, or all that there are.
pub(super) fn detect(head: &[u8]) -> Kind {
    use Encoding::{Utf16Big, Utf16Little, Utf32Big, Utf32Little};
    // A file of JSON, or of any format that is read, begins with ASCII. Of zeros alone nothing can be told.
    let ascii = |byte: u8| byte != 0 && byte.is_ascii();
    match *head {
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        [0xff, 0xfe, 0, 0, ..] => Kind::Text(Utf32Little),
        [0, 0, 0xfe, 0xff, ..] => Kind::Text(Utf32Big),
        [0xff, 0xfe, ..] => Kind::Text(Utf16Little),
        [0xfe, 0xff, ..] => Kind::Text(Utf16Big),
        [a, 0, 0, 0, ref next @ ..] if ascii(a) && follows(next, 3) => Kind::Text(Utf32Little),
        [0, 0, 0, a, ref next @ ..] if ascii(a) && follows(next, 0) => Kind::Text(Utf32Big),
        [a, 0, b, 0, ..] if ascii(a) && ascii(b) => Kind::Text(Utf16Little),
        [0, a, 0, b, ..] if ascii(a) && ascii(b) => Kind::Text(Utf16Big),
        _ => Kind::Plain,
    }
}

/// Another character of four bytes follows, of which the highest stands at `high`. Numbers at the beginning of other files look
/// like one character, seldom like two.
fn follows(next: &[u8], high: usize) -> bool {
    next.is_empty()
        || next.iter().any(|&byte| byte != 0) && next.get(high).is_none_or(|&byte| byte == 0)
}
