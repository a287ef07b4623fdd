//! Which sequences were there before: the same ones, and others with the same id.
use crate::record::Fingerprint;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a sequence is known by.
///
/// With an id, that is its id, index, text and values. Without one, its record, byte for byte: short answers to different
/// questions are often equal in text and values. Pieces of a stream have no record of their own; there text and values have to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Print {
    /// Of its id and index; `None` without an id.
    id: Option<u64>,
    /// Of all that counts.
    all: u64,
    /// It is the record that counts.
    record: bool,
}

impl Print {
    /// Of a sequence with this id (empty for none), text and values.
    pub(super) fn of_content(
        id: &[u8],
        index: u32,
        text: &[u8],
        values: impl Iterator<Item = f64>,
    ) -> Self {
        let mut print = Fingerprint::new();
        print.bytes(id);
        print.word(u64::from(index));
        let known_by_id = (!id.is_empty()).then_some(print.0);
        print.bytes(text);
        values.for_each(|value| print.word(value.to_bits()));
        Self {
            id: known_by_id,
            all: print.0,
            record: false,
        }
    }

    /// Of a sequence of this record: the number of its completion there, and its position in that.
    pub(super) fn of_record(record: [&[u8]; 2], place: [u64; 2]) -> Self {
        let mut print = Fingerprint::new();
        place.iter().for_each(|&number| print.word(number));
        record.iter().for_each(|bytes| print.bytes(bytes));
        Self {
            id: None,
            all: print.0,
            record: true,
        }
    }

    /// What another one has in common with it.
    pub(super) fn same(self) -> &'static str {
        match self {
            Self { record: true, .. } => "the bytes of the record",
            Self { id: Some(_), .. } => "id, index, text and values",
            Self { id: None, .. } => "index, text and values",
        }
    }
}

/// What was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    No,
    /// The same sequence; its number.
    Same(u64),
    /// Another sequence with this id and index; its number.
    IdOnly(u64),
}

/// The first sequence of each fingerprint. A sequence with an id is found by id and index, and has 32 bits of its content
/// beside it; only others with the same id are found by all of it. So each sequence has one entry.
#[derive(Debug, Default)]
pub(super) struct Fingerprints(BTreeMap<u64, (u32, u32)>);

impl Fingerprints {
    /// Was it there? If not, it is now.
    pub(super) fn know(&mut self, Print { id, all, .. }: Print, nth: u64) -> Known {
        // Positions have 32 bits, here as in the columns.
        let position = u32::try_from(nth).unwrap_or(u32::MAX);
        let content = (all >> 32) as u32;
        let mut other = None;
        if let Some(id) = id {
            match self.0.entry(id) {
                Entry::Vacant(none) => {
                    none.insert((position, content));
                    return Known::No;
                }
                Entry::Occupied(known) => match *known.get() {
                    (first, known) if known == content => return Known::Same(u64::from(first)),
                    (first, _) => other = Some(u64::from(first)),
                },
            }
        }
        match self.0.entry(all) {
            Entry::Occupied(known) => Known::Same(u64::from(known.get().0)),
            Entry::Vacant(none) => {
                none.insert((position, content));
                other.map_or(Known::No, Known::IdOnly)
            }
        }
    }
}
