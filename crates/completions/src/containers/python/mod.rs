//! Python literals: dicts and lists as `print` shows them, and objects as `repr` does.
//!
//! They become JSON text, which goes the way of all JSON after that. [`literal`] reads one value, [`call`] the objects in it,
//! [`string`] and [`number`] its leaves; this module finds the values in what lies around them. As everywhere, a value counts
//! when it has a key: a list like `[1]` stands in any prose. Where a value breaks the search goes on at the break, so the time
//! is linear.
mod call;
mod literal;
mod number;
mod string;
#[cfg(test)]
mod tests;

use literal::Reader;
use std::ops::Range;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PyValue {
    /// Where it stands in the text.
    pub(crate) range: Range<usize>,
    /// The same as JSON. Numbers that are none are the words `NaN`, `Infinity` and `-Infinity`.
    pub(crate) json: String,
}

/// Text that is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) range: Range<usize>,
    /// What is wrong with the first value that begins in it, if one does.
    pub(crate) reason: Option<&'static str>,
}

/// All values of a text, and what lies between them.
pub(crate) fn values(text: &str, limit_depth: usize) -> (Vec<PyValue>, Vec<Skipped>) {
    let mut reader = Reader::new(text, limit_depth);
    let mut values = Vec::new();
    let mut skipped = Vec::new();
    let mut reason = None;
    let mut gap = 0;
    let mut at = 0;
    while let Some(start) = reader.next_start(at) {
        match reader.read(start) {
            Ok(value) if value.keyed => {
                skip(text, gap..value.range.start, reason.take(), &mut skipped);
                gap = value.range.end;
                at = gap;
                values.push(PyValue {
                    range: value.range,
                    json: value.json,
                });
            }
            Ok(value) => at = value.range.end,
            Err(fault) => {
                if fault.keyed {
                    reason.get_or_insert(fault.reason);
                }
                at = fault.at;
            }
        }
        at = at.max(start + 1);
    }
    skip(text, gap..text.len(), reason, &mut skipped);
    (values, skipped)
}

fn skip(text: &str, range: Range<usize>, reason: Option<&'static str>, skipped: &mut Vec<Skipped>) {
    let is_space = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\u{feff}');
    let whole = &text[range.clone()];
    let start = range.end - whole.trim_start_matches(is_space).len();
    let end = range.start + whole.trim_end_matches(is_space).len();
    if start < end {
        skipped.push(Skipped {
            range: start..end,
            reason,
        });
    }
}

/// Is it Python rather than JSON? Told by its first value: a quote or word that JSON does not have, or a name before a
/// bracket or an equals sign.
pub(crate) fn looks_like(head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}').trim_ascii_start();
    let bytes = head.as_bytes();
    let inside = head.trim_start_matches(['[', '(', ' ', '\n', '\r', '\t']);
    let name = literal::name_len(inside.as_bytes());
    if name > 0 && !literal::is_word(&inside[..name]) {
        let rest = &inside[name..];
        let begins = |text: &str| {
            matches!(
                text.bytes().next(),
                Some(b'[' | b'{' | b'(' | b'\'' | b'"' | b'<' | b'-' | b'0'..=b'9')
            ) || ["None", "True", "False", "nan", "inf"]
                .iter()
                .any(|word| text.starts_with(word))
        };
        let after = rest.trim_start_matches([' ', '\t']);
        return match rest.as_bytes().first() {
            // An assignment, as program text writes it.
            Some(b' ' | b'\t') if after.starts_with('=') => {
                bytes.first() != Some(&b'[') && has_python(after[1..].trim_ascii_start().as_bytes())
            }
            // A list of objects, or one with a keyword.
            Some(b'(') => {
                let arguments = rest[1..].trim_ascii_start();
                let key = literal::name_len(arguments.as_bytes());
                bytes.first() == Some(&b'[') || (key > 0 && arguments[key..].starts_with('='))
            }
            Some(b'=') => bytes.first() != Some(&b'[') && begins(&rest[1..]),
            _ => false,
        };
    }
    matches!(bytes.first(), Some(b'{' | b'[' | b'(')) && has_python(bytes)
}

/// Is there a single-quoted string where a value or key stands, or a word of Python, outside double quotes?
fn has_python(bytes: &[u8]) -> bool {
    let mut before = b' ';
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(&inside) = bytes.get(at).filter(|&&inside| inside != b'"') {
                    at += 1 + usize::from(inside == b'\\');
                }
            }
            b'\'' => return matches!(before, b'{' | b'[' | b'(' | b',' | b':' | b'='),
            _ if literal::is_name(byte) => {
                let len = literal::name_len(&bytes[at..]).max(1);
                if matches!(&bytes[at..at + len], b"None" | b"True" | b"False") {
                    return true;
                }
                at += len - 1;
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    false
}
