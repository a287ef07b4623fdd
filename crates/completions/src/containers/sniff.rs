//! What kind of file is this? Told from its first bytes; a name is no evidence.
use super::python;
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

/// Files of other kinds: where their mark stands, and what they are.
const MARKS: [(usize, &[u8], Code, &str); 37] = [
    (0, b"BZh", Code::Compressed, "bzip2"),
    (0, b"\xfd7zX", Code::Compressed, "xz"),
    (0, b"7z\xbc\xaf", Code::Compressed, "7z"),
    (0, b"Rar!", Code::Compressed, "rar"),
    (0, b"\x04\x22\x4d\x18", Code::Compressed, "lz4"),
    (0, b"\x1f\x9d", Code::Compressed, "compress"),
    (0, b"\x89PNG", Code::Binary, "a PNG picture"),
    (0, b"\xff\xd8\xff", Code::Binary, "a JPEG picture"),
    (0, b"GIF8", Code::Binary, "a GIF picture"),
    (
        0,
        b"RIFF",
        Code::Binary,
        "a picture, sound or film in a RIFF file",
    ),
    (0, b"II*\0", Code::Binary, "a TIFF picture"),
    (0, b"MM\0*", Code::Binary, "a TIFF picture"),
    (0, b"ID3", Code::Binary, "a sound"),
    (0, b"OggS", Code::Binary, "a sound or film"),
    (0, b"fLaC", Code::Binary, "a sound"),
    (4, b"ftyp", Code::Binary, "a film"),
    (0, b"%PDF", Code::Binary, "a PDF document"),
    (0, b"{\\rt", Code::Binary, "an RTF document"),
    (0, b"\xd0\xcf\x11\xe0", Code::Binary, "an Office document"),
    (0, b"PAR1", Code::Binary, "a Parquet table"),
    (0, b"ARROW1", Code::Binary, "an Arrow table"),
    (0, b"FEA1", Code::Binary, "a Feather table"),
    (0, b"ORC", Code::Binary, "an ORC table"),
    (0, b"Obj\x01", Code::Binary, "an Avro file"),
    (0, b"\x89HDF", Code::Binary, "an HDF5 file"),
    (0, b"\x93NUMPY", Code::Binary, "an array of NumPy"),
    (0, b"\x80\x02", Code::Binary, "a pickle of Python"),
    (0, b"\x80\x03", Code::Binary, "a pickle of Python"),
    (0, b"\x80\x04", Code::Binary, "a pickle of Python"),
    (0, b"\x80\x05", Code::Binary, "a pickle of Python"),
    (0, b"SQLi", Code::Binary, "a SQLite database"),
    (0, b"GGUF", Code::Binary, "the weights of a model, GGUF"),
    (
        4,
        b"\0\0\0\0{\"",
        Code::Binary,
        "the weights of a model, safetensors",
    ),
    (0, b"\x7fELF", Code::Binary, "a program"),
    (0, b"MZ", Code::Binary, "a program"),
    (0, b"\0asm", Code::Binary, "a program"),
    (0, b"\xca\xfe\xba\xbe", Code::Binary, "a program"),
];

/// Bytes that are enough for all of them.
const MARK: usize = 16;

/// What stands in the place of a file that Git keeps elsewhere.
const POINTER: &[u8] = b"version https://git-lfs";

/// Looks at the first bytes of a file. More bytes never change an answer once it is given: that is what makes reading
/// independent of the size of the chunks.
pub(crate) fn sniff(head: &[u8], at_end: bool) -> Kind {
    // A mark may stand behind what looks like the beginning of a text.
    if head.len() < MARK && !at_end {
        return Kind::Undecided;
    }
    for (at, mark, code, name) in MARKS {
        // `MZ` and the like begin words, too.
        let text = mark.len() < 4 && mark.is_ascii() && code == Code::Binary;
        if head.get(at..).is_some_and(|head| head.starts_with(mark)) && !(text && is_word(head)) {
            return Kind::Other(code, name.to_owned());
        }
    }
    if is_tar(head) {
        return Kind::Other(Code::Compressed, "a tar archive".to_owned());
    }
    if head[..head.len().min(4)].contains(&0) {
        return Kind::Other(Code::Binary, "a zero byte at the beginning".to_owned());
    }
    let mut text = head;
    while let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        text = rest;
    }
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
            Some(len) => {
                let whole = at_end || text.len() == HEAD;
                first_line(&text[at..at + len], &text[at + len..], whole)
            }
            None if at_end || text.len() == HEAD => first_line(&text[at..], b"", true),
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
    if python || is_heading(text)? {
        return Some(Kind::Text);
    }
    Some(Kind::Json)
}

/// `[section]`, as files of settings have it. `None` when more bytes are needed.
fn is_heading(text: &[u8]) -> Option<bool> {
    const WORDS: [&[u8]; 5] = [b"true", b"false", b"null", b"nan", b"inf"];
    let inside = match text.strip_prefix(b"[") {
        Some(inside) if inside.first()?.is_ascii_lowercase() => inside,
        _ => return Some(false),
    };
    for word in WORDS {
        let same = inside.iter().zip(word).take_while(|(a, b)| a == b).count();
        if same == word.len() {
            return Some(false);
        }
        if same == inside.len() {
            return None;
        }
    }
    Some(true)
}

/// The first line begins like text.
fn is_word(head: &[u8]) -> bool {
    let line = head.iter().take(MARK).take_while(|&&byte| byte != b'\n');
    line.copied().all(|byte| byte >= b' ' || is_space(byte))
}

/// Its mark stands behind the name of the first member. Nothing in front of it may have settled the question before.
fn is_tar(head: &[u8]) -> bool {
    const AT: usize = 257;
    head.get(AT..)
        .is_some_and(|rest| rest.starts_with(b"ustar"))
        && !head[..AT].contains(&b'\n')
        && !head[..4].contains(&0)
        && !matches!(head.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// A file whose first line begins with neither `{` nor `[`. `rest` is what is known of the other lines, `whole`
/// that no more will be.
fn first_line(line: &[u8], rest: &[u8], whole: bool) -> Kind {
    if line.starts_with(POINTER) {
        return Kind::Other(Code::Pointer, excerpt(&String::from_utf8_lossy(line)));
    }
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
    if python::looks_like(text) {
        return Kind::Text;
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
        // Two words with a comma may be anything.
        let short = |field: &&str| !field.is_empty() && !field.contains(char::is_whitespace);
        let pair = named && fields.len() == 2 && fields.iter().all(short);
        if pair && !whole && rest.trim_ascii_start().is_empty() {
            return Kind::Undecided;
        }
        let two = pair && !is_value(rest);
        if named && (fields.len() >= 3 || two) {
            let names: Vec<&str> = fields.into_iter().take(8).collect();
            return Kind::Other(Code::Table, excerpt(&names.join(", ")));
        }
    }
    Kind::Text
}

/// Values follow: it is no table.
fn is_value(rest: &[u8]) -> bool {
    matches!(rest.trim_ascii_start().first(), Some(b'{' | b'['))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_never_change_an_answer() {
        for head in [
            &b"{\"to\0\0\0\0{\"a\":1}\n{\"b\": 2}"[..],
            b"[1,\nftypisom, and so on, and so on",
            b"a\n\nxftypisom, and so on, and so on",
            b"MZ\x01 and so on, and so on",
            b"MZ is a word\nand this a line",
            b"\xef\xbb\xbf{\"a\": 1, \"b\": 2}",
            b"data: {\"a\": 1}\n\ndata: [DONE]\n\n",
            b"id,token,logprob\n1,a,-0.5\n2,b,-1\n",
            b"token,logprob and\n\n \n{\"a\": 1}",
            b"token,logprob_of_it\n\n \n{\"a\": 1}",
            b"token,logprob_of_it\n\n \na,-0.5\n",
        ] {
            let whole = sniff(head, false);
            assert_ne!(whole, Kind::Undecided, "{}", String::from_utf8_lossy(head));
            for end in 0..head.len() {
                let part = sniff(&head[..end], false);
                assert!(
                    part == Kind::Undecided || part == whole,
                    "{:?} of {}: {part:?}, {whole:?}",
                    end,
                    String::from_utf8_lossy(head)
                );
            }
        }
    }
}
