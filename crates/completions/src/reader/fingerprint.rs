//! Which sequences were there before: the same ones, and others with the same id.
use super::room::Room;
use super::sorted::{Seen, Sorted};
use crate::record::Fingerprint;
use std::collections::BTreeMap;

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
#[derive(Debug)]
pub(super) struct Fingerprints {
    recent: BTreeMap<u64, Seen>,
    /// Those for which there was no room.
    older: Option<Sorted>,
    room: Room,
}

impl Fingerprints {
    pub(super) fn new(room: Room) -> Self {
        Self {
            recent: BTreeMap::new(),
            older: None,
            room,
        }
    }

    /// Was it there? If not, it is now.
    pub(super) fn know(&mut self, Print { id, all, .. }: Print, nth: u64) -> Known {
        // Positions have 32 bits, here as in the columns.
        let position = u32::try_from(nth).unwrap_or(u32::MAX);
        let seen = (position, (all >> 32) as u32);
        let mut other = None;
        if let Some(id) = id {
            match self.get(id) {
                None => {
                    self.add(id, seen);
                    return Known::No;
                }
                Some((first, content)) if content == seen.1 => {
                    return Known::Same(u64::from(first));
                }
                Some((first, _)) => other = Some(u64::from(first)),
            }
        }
        match self.get(all) {
            Some((first, _)) => Known::Same(u64::from(first)),
            None => {
                self.add(all, seen);
                other.map_or(Known::No, Known::IdOnly)
            }
        }
    }

    fn get(&self, key: u64) -> Option<Seen> {
        let recent = self.recent.get(&key).copied();
        recent.or_else(|| self.older.as_ref()?.get(key))
    }

    fn add(&mut self, key: u64, seen: Seen) {
        self.recent.insert(key, seen);
        if self.recent.len() < self.room.most {
            return;
        }
        let file = (self.room.file)();
        match file.and_then(|file| Sorted::merged(self.older.as_ref(), &self.recent, file)) {
            Ok(all) => {
                // The more there are, the longer it takes to write them anew, and the rarer it is done.
                self.room.most = self.room.most.max((all.count / 64) as usize);
                self.older = Some(all);
                self.recent.clear();
            }
            Err(_) => self.room = Room::ENDLESS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprints, Known, Print};
    use crate::reader::room::Room;
    use proptest::prelude::*;
    use std::fs::File;
    use std::io;

    fn rooms() -> Vec<Room> {
        let full = || File::options().write(true).open("/dev/full");
        let none = || Err(io::ErrorKind::Unsupported.into());
        let files = [Room::ENDLESS.file, none, full];
        let rooms = files
            .into_iter()
            .flat_map(|file| [1, 2, 5].map(|most| Room { most, file }));
        rooms.collect()
    }

    proptest! {
        /// Few different ids and contents, so that they meet again; spread over all keys.
        #[test]
        fn what_was_there_is_known_wherever_it_lies(
            all in prop::collection::vec((prop::option::of(0..20_u64), 0..40_u64), 0..200),
        ) {
            let spread = |small: u64| small.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let prints = all.iter().map(|&(id, content)| Print {
                id: id.map(spread),
                all: spread(1000 + content + 100 * id.unwrap_or(50)),
                record: false,
            });
            let prints: Vec<_> = prints.collect();
            let known = |room| -> Vec<Known> {
                let mut fingerprints = Fingerprints::new(room);
                let numbered = prints.iter().zip(0..);
                numbered.map(|(&print, nth)| fingerprints.know(print, nth)).collect()
            };
            let expected = known(Room::ENDLESS);
            for room in rooms() {
                prop_assert_eq!(&known(room), &expected);
            }
        }
    }

    #[test]
    fn pages_of_a_file() {
        let mut fingerprints = Fingerprints::new(Room {
            most: 300,
            ..Room::ENDLESS
        });
        let print = |nth: u64| Print {
            id: None,
            all: nth.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            record: true,
        };
        for nth in 0..2000 {
            assert_eq!(fingerprints.know(print(nth), nth), Known::No);
            assert!(fingerprints.recent.len() < 300);
        }
        for nth in 0..2000 {
            assert_eq!(fingerprints.know(print(nth), nth + 2000), Known::Same(nth));
        }
        assert_eq!(fingerprints.older.map(|older| older.count), Some(1800));
    }
}
