//! A whole file: every JSON value in it, and the text between.
//!
//! | module | job |
//! |---|---|
//! | `unpack` | from bytes to text |
//! | `walk` | through the values of a text |
mod unpack;
mod walk;

use crate::fields::{Fate, Step, fate, hashed, is_hashed};
use crate::json::parse;
use crate::mask::masked;
use crate::rules::Anonymise;
use unpack::{decode, unpack};
use walk::Walk;

/// So often the size of a file may be looked at for values that turn out to be none.
const VAIN: usize = 8;
/// A file as it may stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its bytes; unpacked where it was packed.
    pub bytes: Vec<u8>,
    /// What was done.
    pub counts: Counts,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Fields that are gone.
    pub dropped: u64,
    /// Values that are hashes now.
    pub hashed: u64,
    /// Texts in which something was masked.
    pub masked: u64,
}

/// Why a file cannot be made anonymous.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Several files in one, or no text at all.
    #[error("it is no text: archives and binary files are not read for this")]
    NoText,
    /// It is held in memory.
    #[error("it has more than {0} bytes, unpacked")]
    TooLarge(usize),
    /// Fields are to be dropped or hashed.
    #[error("parts of it are no whole JSON, so fields in them cannot be told")]
    NoJson,
}

impl Anonymise {
    /// The file as it may stay; `None` when it may as it is. It is held in memory, unpacked at most `most` bytes.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn file(&self, bytes: &[u8], most: usize) -> Result<Option<Changed>, Unreadable> {
        let unpacked = unpack(bytes, most)?;
        let text = decode(unpacked.as_deref().unwrap_or(bytes))?;
        let (changed, counts) = self.text(&text)?;
        Ok(changed.map(|text| Changed {
            bytes: text.into_bytes(),
            counts,
        }))
    }

    /// A text by itself, such as a comment; `None` when it may stay.
    pub fn words(&self, text: &str) -> Option<String> {
        masked(&self.masks, text)
    }

    /// What becomes of the value of a field by this dotted name: `None` when it may stay, `Some(None)` when it goes.
    pub fn value(&self, name: &str, value: &str) -> Option<Option<String>> {
        let way: Vec<Step> = name
            .split('.')
            .map(|part| Step::Field(part.into()))
            .collect();
        match fate(self, &way) {
            Some(Fate::Drop) => Some(None),
            Some(Fate::Hash) if is_hashed(value) => None,
            Some(Fate::Hash) => Some(Some(hashed(&self.salt, value))),
            None => self.words(value).map(Some),
        }
    }

    fn text(&self, text: &str) -> Result<(Option<String>, Counts), Unreadable> {
        let is_stream = text.lines().take(50).any(|line| line.starts_with("data:"));
        let mut walk = Walk::new(self, text, is_stream, 0);
        let mut vain = 0;
        let (mut at, mut gap) = (0, 0);
        let mut broken = false;
        while let Some(found) = text[at..].find(['{', '[']) {
            at += found;
            match parse(text, at) {
                Ok(node) => {
                    walk.between(gap..at);
                    walk.value(&node, &mut Vec::new());
                    at = node.span.end;
                    gap = at;
                }
                Err(end) => {
                    broken |= text.as_bytes()[at] == b'{';
                    vain += end - at;
                    at += 1;
                    if vain > text.len().saturating_mul(VAIN) {
                        broken = true;
                        break;
                    }
                }
            }
        }
        if broken && !(self.drop.is_empty() && self.hash.is_empty()) {
            return Err(Unreadable::NoJson);
        }
        walk.between(gap..text.len());
        Ok(walk.finish())
    }
}

#[cfg(test)]
mod tests;
