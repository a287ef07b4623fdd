//! What a record looks like: the keys at its root and the types of their values, and what lies below them when a rule asks.
use crate::json::cursor::ValueKind;
use crate::json::string::RawStr;
use crate::json::{Cursor, JsonError};
use std::borrow::Cow;

/// Keys of a record that are remembered; no format has more.
const KEYS: usize = 48;

/// Elements of an array that a path looks into.
const ELEMENTS: usize = 2;

/// The root of a record. All tests look at it, none at a value; so the order of keys never matters.
pub(crate) struct Shape<'a> {
    /// Escapes are undone.
    keys: Vec<(Cow<'a, [u8]>, ValueKind, Cursor<'a>)>,
    /// A bit for each key that may be there: most questions are answered by it.
    bits: u64,
}

impl<'a> Shape<'a> {
    /// Looks at the object at the cursor. `choices` ends the look: no format that is told before its own has such a key, and
    /// it holds nearly all of a record.
    pub(super) fn of(mut cursor: Cursor<'a>) -> Result<Self, JsonError> {
        let mut shape = Self {
            keys: Vec::new(),
            bits: 0,
        };
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next_raw(&mut cursor)? {
            let kind = cursor.kind()?;
            let name = key.text();
            let is_last = name.as_ref() == b"choices" && kind == ValueKind::Array;
            if shape.keys.len() < KEYS {
                shape.bits |= bit(&name);
                shape.keys.push((name, kind, cursor.clone()));
            }
            if is_last {
                break;
            }
            cursor.skip()?;
        }
        Ok(shape)
    }

    /// Type of the value of a key at the root; `None` when there is no such key.
    pub(crate) fn kind(&self, key: &str) -> Option<ValueKind> {
        self.find(key).map(|(kind, _)| kind)
    }

    /// There is such a key, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The key is there with this type of value.
    pub(crate) fn is(&self, key: &str, kind: ValueKind) -> bool {
        self.kind(key) == Some(kind)
    }

    /// Type of the first value at a path such as `choices[].logprobs.content`: `[]` stands for each of the first two
    /// elements. Values that are `null` on the way are passed over.
    pub(crate) fn at(&self, path: &str) -> Option<ValueKind> {
        self.place(path).map(|(kind, _)| kind)
    }

    /// The text at a path, its escapes undone; empty when there is none.
    pub(crate) fn text_at(&self, path: &str) -> Cow<'a, [u8]> {
        match self.place(path) {
            Some((ValueKind::String, mut cursor)) => {
                cursor.string().map(RawStr::text).unwrap_or_default()
            }
            _ => Cow::default(),
        }
    }

    fn place(&self, path: &str) -> Option<(ValueKind, Cursor<'a>)> {
        let (first, rest) = split(path);
        let (_, cursor) = self.find(first.trim_end_matches("[]"))?;
        let found = if first.ends_with("[]") {
            elements(cursor, rest)
        } else {
            below(cursor, rest)
        };
        found.ok().flatten()
    }

    /// The text at a key of the root, as written between its quotes; empty when there is none.
    #[allow(dead_code, reason = "cheaper than a path where escapes do not matter")]
    pub(crate) fn text(&self, key: &str) -> &'a [u8] {
        let text = |mut cursor: Cursor<'a>| match cursor.kind() {
            Ok(ValueKind::String) => {
                let written = cursor.raw().unwrap_or_default();
                written
                    .get(1..written.len().saturating_sub(1))
                    .unwrap_or_default()
            }
            _ => Default::default(),
        };
        self.find(key)
            .map(|(_, cursor)| text(cursor))
            .unwrap_or_default()
    }

    /// The names of the keys, in the order of the record.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(|(name, ..)| name.as_ref())
    }

    /// The names of the keys with cursors in front of their values.
    pub(super) fn values(&self) -> impl Iterator<Item = (&[u8], Cursor<'a>)> {
        self.keys
            .iter()
            .map(|(name, _, cursor)| (name.as_ref(), cursor.clone()))
    }

    fn find(&self, key: &str) -> Option<(ValueKind, Cursor<'a>)> {
        let key = key.as_bytes();
        if self.bits & bit(key) == 0 {
            return None;
        }
        // Of two keys with one name the last counts.
        let found = self
            .keys
            .iter()
            .rev()
            .find(|(name, ..)| name.as_ref() == key);
        found.map(|(_, kind, cursor)| (*kind, cursor.clone()))
    }
}

/// One of 64 bits, from the length and both ends of a key.
#[inline(always)]
fn bit(key: &[u8]) -> u64 {
    let end = |at: Option<&u8>| at.copied().map_or(0, u64::from);
    let mix = end(key.first()) * 7 + end(key.last()) * 3 + key.len() as u64 * 5;
    1 << (mix % 64)
}

/// A value and where it stands.
type Found<'a> = Option<(ValueKind, Cursor<'a>)>;

fn split(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or((path, ""))
}

/// What lies at `path` below the value at the cursor.
fn below<'a>(mut cursor: Cursor<'a>, path: &str) -> Result<Found<'a>, JsonError> {
    let kind = cursor.kind()?;
    if path.is_empty() {
        return Ok(Some((kind, cursor)));
    }
    if kind != ValueKind::Object {
        return Ok(None);
    }
    let (first, rest) = split(path);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(&mut cursor)? {
        if key.as_ref() == first.trim_end_matches("[]").as_bytes() {
            return if first.ends_with("[]") {
                elements(cursor, rest)
            } else {
                below(cursor, rest)
            };
        }
        cursor.skip()?;
    }
    Ok(None)
}

/// What lies at `path` below one of the first elements of the array at the cursor.
fn elements<'a>(mut cursor: Cursor<'a>, path: &str) -> Result<Found<'a>, JsonError> {
    if cursor.kind()? != ValueKind::Array {
        return Ok(None);
    }
    let mut items = cursor.array()?;
    for _ in 0..ELEMENTS {
        if !items.next(&mut cursor)? {
            break;
        }
        let found = below(cursor.clone(), path)?;
        let says = |(kind, _): &(ValueKind, _)| *kind != ValueKind::Null || path.is_empty();
        if found.as_ref().is_some_and(says) {
            return Ok(found);
        }
        cursor.skip()?;
    }
    Ok(None)
}
