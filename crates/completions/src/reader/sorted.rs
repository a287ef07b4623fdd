//! A table in a file: entries in the order of their keys, found by a list of some of them.
use super::room::PART;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

/// What belongs to a key.
pub(super) type Seen = (u32, u32);

/// Bytes of an entry: its key and what belongs to it, little-endian.
const ENTRY: usize = 16;
/// Entries that are read at once.
const PAGE: usize = 256;

/// Entries in ascending order of their keys.
#[derive(Debug)]
pub(super) struct Sorted {
    file: File,
    pub(super) count: u64,
    /// The first key of every page.
    firsts: Vec<u64>,
}

impl Sorted {
    /// What belongs to a key. A file that cannot be read any more has nothing.
    pub(super) fn get(&self, key: u64) -> Option<Seen> {
        let page = self.firsts.partition_point(|&first| first <= key);
        let from = page.checked_sub(1)? as u64 * PAGE as u64;
        let entries = (self.count - from).min(PAGE as u64) as usize;
        let mut page = [[0; ENTRY]; PAGE];
        let page = page.get_mut(..entries)?;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(from * ENTRY as u64)).ok()?;
        file.read_exact(page.as_flattened_mut()).ok()?;
        let at = page.binary_search_by_key(&key, |entry| read(*entry).0);
        Some(read(*page.get(at.ok()?)?).1)
    }

    /// All entries of an older table and more of them, in a new file. No key is in both.
    pub(super) fn merged(
        older: Option<&Self>,
        more: &BTreeMap<u64, Seen>,
        file: File,
    ) -> io::Result<Self> {
        let mut out = Out {
            file: BufWriter::with_capacity(PART, file),
            count: 0,
            firsts: Vec::new(),
        };
        let mut more = more.iter().map(|(&key, &seen)| (key, seen)).peekable();
        if let Some(older) = older {
            let mut file = BufReader::with_capacity(PART, &older.file);
            file.seek(SeekFrom::Start(0))?;
            for _ in 0..older.count {
                let mut entry = [0; ENTRY];
                file.read_exact(&mut entry)?;
                let (key, seen) = read(entry);
                while let Some(one) = more.next_if(|&(other, _)| other < key) {
                    out.write(one)?;
                }
                out.write((key, seen))?;
            }
        }
        more.try_for_each(|one| out.write(one))?;
        Ok(Self {
            file: out
                .file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?,
            count: out.count,
            firsts: out.firsts,
        })
    }
}

/// A table that is written.
struct Out {
    file: BufWriter<File>,
    count: u64,
    firsts: Vec<u64>,
}

impl Out {
    fn write(&mut self, (key, (a, b)): (u64, Seen)) -> io::Result<()> {
        if self.count.is_multiple_of(PAGE as u64) {
            self.firsts.push(key);
        }
        self.count += 1;
        let values = u64::from(a) | u64::from(b) << 32;
        self.file.write_all(&key.to_le_bytes())?;
        self.file.write_all(&values.to_le_bytes())
    }
}

fn read(entry: [u8; ENTRY]) -> (u64, Seen) {
    let entry = u128::from_le_bytes(entry);
    (entry as u64, ((entry >> 64) as u32, (entry >> 96) as u32))
}
