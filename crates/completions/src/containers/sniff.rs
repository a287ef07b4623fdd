//! What kind of file is this? Told from its first bytes; a name is no evidence.
use crate::report::Code;

/// Bytes that are looked at before the question is settled, at most.
pub(crate) const HEAD: usize = 4096;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// More bytes are needed.
    Undecided,
    /// Text in which JSON values may lie.
    Json,
    /// Server-sent events.
    Events,
    /// Text of another kind, in which something may be found.
    Text,
    /// Something that is not read; the code says what, the text what was seen.
    Other(Code, String),
}

const MAGIC: [(&[u8], Code, &str); 10] = [
    (b"BZh", Code::Compressed, "bzip2"),
    (b"\xfd7zX", Code::Compressed, "xz"),
    (b"7z\xbc\xaf", Code::Compressed, "7z"),
    (b"\x89PNG", Code::Binary, "a PNG picture"),
    (b"\xff\xd8\xff", Code::Binary, "a JPEG picture"),
    (b"GIF8", Code::Binary, "a GIF picture"),
    (b"%PDF", Code::Binary, "a PDF document"),
    (b"PAR1", Code::Binary, "a Parquet table"),
    (b"SQLi", Code::Binary, "a SQLite database"),
    (b"\x7fELF", Code::Binary, "a program"),
];

/// Looks at the first bytes of a file. More bytes never change an answer once it is given: that is what makes reading
/// independent of the size of the chunks.
pub(crate) fn sniff(head: &[u8], at_end: bool) -> Kind {
    if head.len() < 4 && !at_end {
        return Kind::Undecided;
    }
    for (magic, code, name) in MAGIC {
        if head.starts_with(magic) {
            return Kind::Other(code, name.to_owned());
        }
    }
    if head[..head.len().min(4)].contains(&0) {
        return Kind::Other(Code::Binary, "a zero byte at the beginning".to_owned());
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = &text[..text.len().min(HEAD)];
    match text
        .iter()
        .position(|&byte| !is_space(byte) && byte != 0x1e)
    {
        None if text.len() == HEAD => Kind::Json,
        None if at_end => Kind::Json,
        None => Kind::Undecided,
        Some(at) if matches!(text[at], b'{' | b'[') => {
            let whole = at_end || text.len() == HEAD;
            bracket(&text[at..]).unwrap_or(if whole { Kind::Json } else { Kind::Undecided })
        }
        Some(at) => match memchr::memchr(b'\n', &text[at..]) {
            Some(len) => first_line(&text[at..at + len]),
            None if at_end || text.len() == HEAD => first_line(&text[at..]),
            None => Kind::Undecided,
        },
    }
}

/// A text that begins with a bracket: JSON, unless a quote or a name follows that only Python has. `None` when more bytes
/// are needed.
fn bracket(text: &[u8]) -> Option<Kind> {
    let mut signs = text.iter().copied().filter(|byte| !is_space(*byte));
    let python = match (signs.next()?, signs.next()?) {
        (_, b'\'') => true,
        (b'[', b'{') => signs.next()? == b'\'',
        // NaN and Infinity are not Python's.
        (b'[', byte) => byte.is_ascii_uppercase() && !matches!(byte, b'N' | b'I'),
        _ => false,
    };
    Some(if python { Kind::Text } else { Kind::Json })
}

/// A file whose first line begins with neither `{` nor `[`.
fn first_line(line: &[u8]) -> Kind {
    if line
        .iter()
        .any(|&byte| byte < b' ' && !is_space(byte) && byte != 0x1e)
    {
        return Kind::Other(Code::Binary, "control bytes in the first line".to_owned());
    }
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    if text.starts_with('<') {
        return Kind::Other(Code::Html, excerpt(text));
    }
    let event = ["data:", "event:", "id:", "retry:", ":"]
        .iter()
        .any(|field| text.starts_with(field));
    if event {
        return Kind::Events;
    }
    // A table may quote JSON, but its first line is the names of its columns.
    for separator in [',', ';', '\t'] {
        let fields: Vec<&str> = text
            .split(separator)
            .map(|field| field.trim().trim_matches('"'))
            .collect();
        let named = fields
            .iter()
            .all(|field| field.len() <= 64 && !field.contains(['{', '[']));
        if fields.len() >= 3 && named {
            let names: Vec<&str> = fields.into_iter().take(8).collect();
            return Kind::Other(Code::Table, excerpt(&names.join(", ")));
        }
    }
    Kind::Text
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The beginning of a text, for a report.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
