//! Where JSON begins: at the beginning of a text, behind a fence of Markdown, or in the middle of prose.
use super::walk::{Leaf, walk};

/// Bytes of a key that are looked at, to tell JSON from brackets in prose.
const KEY: usize = 256;

/// Bytes of a line that may be a fence, with the name of a language.
const FENCE: usize = 40;

/// Calls `found` with every value of all JSON in a text, in order.
pub(super) fn leaves<'a>(text: &'a [u8], found: &mut dyn FnMut(Leaf<'_, 'a>)) {
    let mut fences = Fences {
        text,
        at: 0,
        inside: false,
    };
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(next) = memchr2(b'{', b'[', rest) else {
            return;
        };
        let start = at + next;
        at = if is_alone(text, start, &mut fences) || has_key(&rest[next..]) {
            walk(text, start, found).max(start + 1)
        } else {
            start + 1
        };
    }
}

/// The place of the first of two bytes.
fn memchr2(one: u8, other: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == one || byte == other)
}

/// Fences so far: every other one begins a block of code.
struct Fences<'a> {
    text: &'a [u8],
    at: usize,
    inside: bool,
}

impl Fences<'_> {
    /// Whether a place, behind those asked before, lies in a block of code.
    fn is_inside(&mut self, place: usize) -> bool {
        let lines = self.text.get(self.at..place).unwrap_or_default();
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            self.inside ^= line.trim_ascii_start().starts_with(b"```");
        }
        self.at = place;
        self.inside
    }
}

/// It stands at the beginning of the text, or of a block of code.
fn is_alone(text: &[u8], at: usize, fences: &mut Fences<'_>) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    if before.is_empty() {
        return true;
    }
    let line = &before[before.len().saturating_sub(FENCE)..];
    let begin = line
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    let line = line.get(begin..).unwrap_or_default().trim_ascii_start();
    let is_fence = line
        .strip_prefix(b"```")
        .is_some_and(|name| name.iter().all(u8::is_ascii_alphanumeric));
    is_fence && fences.is_inside(at)
}

/// An object begins with a key in quotes, perhaps within an array.
fn has_key(text: &[u8]) -> bool {
    let text = match text.split_first() {
        Some((b'[', rest)) => rest.trim_ascii_start(),
        _ => text,
    };
    let Some((b'{', rest)) = text.split_first() else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    let Some((b'"', key)) = rest.split_first() else {
        return false;
    };
    let end = key.iter().take(KEY).position(|&byte| byte == b'"');
    end.is_some_and(|end| key[end + 1..].trim_ascii_start().first() == Some(&b':'))
}
