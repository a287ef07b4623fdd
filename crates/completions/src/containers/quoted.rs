//! JSON that was turned into a text once more: a file that is a JSON string, or one in each line.
use crate::json::string;
use std::ops::Range;

/// A text that begins with a quote.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start()
        .starts_with(b"\"")
}

/// The strings of the text, quotes included, up to the first thing that is none; empty when not all of them begin like an
/// object or a list.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let between = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b',';
        at += rest.iter().take_while(between).count();
        if bytes.get(at) != Some(&b'"') {
            return found;
        }
        let Ok((inside, end)) = string::lex(bytes, at + 1) else {
            return found;
        };
        let text = inside.text();
        if !matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return Vec::new();
        }
        found.push(at..end);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn strings_of_objects_and_lists() {
        for (text, want) in [
            (r#""{\"a\":1}""#, 1),
            ("\"[1]\"\n\"{}\"\n", 2),
            ("\u{feff} \"[1]\",\"{}\" x", 2),
            (r#""[1]""{"#, 1),
            (r#""hello""#, 0),
            (r#""{}" "hello""#, 0),
            ("{}", 0),
            ("", 0),
        ] {
            let found = find(text);
            assert_eq!(found.len(), want, "{text}");
            for range in found {
                let whole = &text[range];
                assert!(whole.starts_with('"') && whole.ends_with('"') && whole.len() > 1);
            }
        }
    }
}
