//! Room for what grows with the number of sequences: so much of it stays in memory, and the rest goes to temporary files, which have
//! no name and are gone with the program, however it ends.
//!
//! Where no file can be made or written, as in a browser or on a full disk, all stays in memory: nothing is lost, it only takes more.
use crate::Limits;
use metrics::Kept;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

/// Bytes that are read or written at a time.
pub(super) const PART: usize = 64 << 10;

/// How much stays in memory, and where the rest goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Entries.
    pub(super) most: usize,
    /// A new file, empty.
    pub(super) file: fn() -> io::Result<File>,
}

impl Room {
    /// All stays in memory.
    pub(super) const ENDLESS: Self = Self {
        most: usize::MAX,
        file: temporary,
    };

    pub(super) fn of(limits: Limits) -> Self {
        Self {
            most: limits.remembered.max(1),
            ..Self::ENDLESS
        }
    }
}

#[cfg(not(target_family = "wasm"))]
fn temporary() -> io::Result<File> {
    tempfile::tempfile()
}

#[cfg(target_family = "wasm")]
fn temporary() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Perplexities, for their median.
#[derive(Debug, Clone)]
pub(super) struct Perplexities {
    /// Files with their numbers of values. A copy has the same ones, and writes to a file of its own from then on.
    files: Vec<(Arc<File>, u64)>,
    recent: Vec<f64>,
    room: Room,
}

impl Perplexities {
    pub(super) fn new(room: Room) -> Self {
        Self {
            files: Vec::new(),
            recent: Vec::new(),
            room,
        }
    }

    /// Takes what is in memory to a file.
    fn settle(&mut self) -> io::Result<()> {
        let is_shared = |(file, _): &mut (Arc<File>, u64)| Arc::get_mut(file).is_none();
        if self.files.last_mut().is_none_or(is_shared) {
            self.files.push((Arc::new((self.room.file)()?), 0));
        }
        if let Some((file, count)) = self.files.last_mut() {
            let bytes: Vec<u8> = self
                .recent
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            let mut file: &File = file;
            file.seek(SeekFrom::Start(8 * *count))?;
            file.write_all(&bytes)?;
            *count += self.recent.len() as u64;
            self.recent.clear();
        }
        Ok(())
    }
}

impl Kept for Perplexities {
    fn push(&mut self, value: f64) {
        self.recent.push(value);
        if self.recent.len() >= self.room.most && self.settle().is_err() {
            self.room = Room::ENDLESS;
        }
    }

    fn each(&self, take: &mut dyn FnMut(f64)) -> Option<()> {
        for (file, count) in &self.files {
            let mut file = BufReader::with_capacity(PART, &**file);
            file.seek(SeekFrom::Start(0)).ok()?;
            for _ in 0..*count {
                let mut bytes = [0; 8];
                file.read_exact(&mut bytes).ok()?;
                take(f64::from_le_bytes(bytes));
            }
        }
        self.recent.each(take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(values: &Perplexities) -> Vec<f64> {
        let mut all = Vec::new();
        values.each(&mut |value| all.push(value)).unwrap();
        all
    }

    #[test]
    fn values_come_back_and_copies_part() {
        let full = || File::options().write(true).open("/dev/full");
        let rooms = [temporary, || Err(io::ErrorKind::Unsupported.into()), full];
        for (room, most) in rooms
            .into_iter()
            .flat_map(|file| [(file, 1), (file, 3), (file, 100)])
        {
            let mut one = Perplexities::new(Room { most, file: room });
            (0..10).for_each(|nth| one.push(f64::from(nth)));
            let mut other = one.clone();
            (10..20).for_each(|nth| one.push(f64::from(nth)));
            (50..55).for_each(|nth| other.push(f64::from(nth)));
            let first = || 0..10;
            let expected =
                |more: std::ops::Range<i32>| first().chain(more).map(f64::from).collect::<Vec<_>>();
            assert_eq!(all(&one), expected(10..20));
            assert_eq!(all(&other), expected(50..55));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let room = Room {
            most: 3,
            ..Room::ENDLESS
        };
        let mut values = Perplexities::new(room);
        for nth in 0..10 {
            values.push(f64::from(nth));
            assert!(values.recent.len() < 3);
        }
        assert_eq!(values.files.len(), 1);
    }
}
