//! Where to go on after a value that is broken.
//!
//! Nothing can be trusted there: brackets may be missing, and with a lost quote the inside of strings looks like the outside.
//! So two simple signs are used, whichever comes first:
//!
//! * outside a root array, a line that starts with `{` or `[` at column 0;
//! * anywhere, a `{` followed by the first key of the broken value: its sibling.

/// Longest `{`, white space and key that are recognised as a sibling.
const LONGEST: usize = 256;

/// Looks for the next value.
#[derive(Debug)]
pub(crate) struct Resync {
    /// The first key with its quotes, when the broken value got that far.
    first_key: Option<Vec<u8>>,
    in_array: bool,
    /// The byte before the next one is a line end (or nothing).
    at_line_start: bool,
    /// A `{` and what follows it, while it may still become a sibling.
    candidate: Vec<u8>,
}

/// What the next bytes brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing yet.
    No,
    /// A value begins; its first bytes are in [`Resync::candidate`], the rest begins at this offset of the chunk.
    At(usize),
}

impl Resync {
    /// After a value with this first key broke.
    /// `in_array`: it was an element of a root array. `at_line_start`: the next byte is at column 0.
    pub(crate) fn new(first_key: Option<Vec<u8>>, in_array: bool, at_line_start: bool) -> Self {
        Self {
            first_key,
            in_array,
            at_line_start,
            candidate: Vec::new(),
        }
    }

    /// The first bytes of the value that was found.
    pub(crate) fn candidate(&self) -> &[u8] {
        &self.candidate
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Found {
        let mut at = 0;
        while at < chunk.len() {
            if self.candidate.is_empty() {
                let Some(step) = memchr::memchr2(b'{', b'[', &chunk[at..]) else {
                    self.at_line_start = chunk.last() == Some(&b'\n');
                    return Found::No;
                };
                if step > 0 {
                    self.at_line_start = chunk[at + step - 1] == b'\n';
                }
                at += step;
                if self.at_line_start && !self.in_array {
                    return Found::At(at);
                }
                if chunk[at] == b'{' {
                    self.candidate.push(b'{');
                }
                self.at_line_start = false;
                at += 1;
            } else if self.sibling_goes_on(chunk[at]) {
                self.candidate.push(chunk[at]);
                at += 1;
                if self.is_sibling() {
                    return Found::At(at);
                }
            } else {
                // The byte may itself begin a value: it is looked at again.
                self.at_line_start = self.candidate.last() == Some(&b'\n');
                self.candidate.clear();
            }
        }
        Found::No
    }

    fn sibling_goes_on(&self, byte: u8) -> bool {
        let Some(first_key) = &self.first_key else {
            return false;
        };
        if self.candidate.len() >= LONGEST {
            return false;
        }
        let key = key_part(&self.candidate);
        if key.is_empty() && matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            // A line that starts with `{` is the stronger sign; white space never hides one.
            return true;
        }
        first_key.get(key.len()) == Some(&byte)
    }

    fn is_sibling(&self) -> bool {
        self.first_key.as_deref() == Some(key_part(&self.candidate))
    }
}

/// What follows `{` and white space.
fn key_part(object: &[u8]) -> &[u8] {
    object[1..].trim_ascii_start()
}

/// The first key of an object, with its quotes, if it is short and without escapes.
pub(crate) fn first_key(object: &[u8]) -> Option<Vec<u8>> {
    let head = object
        .get(..object.len().min(LONGEST))?
        .strip_prefix(b"{")?
        .trim_ascii_start();
    let inside = head.strip_prefix(b"\"")?;
    let len = memchr::memchr2(b'"', b'\\', inside)?;
    (inside[len] == b'"').then(|| head[..len + 2].to_vec())
}
