//! The list of members at the end of an archive.
use super::super::gather::{u16_at, u32_at, u64_at};
use super::{Entry, Held, MOST_MEMBERS};

/// What was found at the end.
pub(super) enum Found {
    Whole(Vec<Entry>),
    /// The list breaks off.
    Part(Vec<Entry>),
    TooMany,
    /// There is no list.
    Nothing,
}

/// Where the list lies.
struct List {
    start: u64,
    end: u64,
    /// What the offsets in it are counted from: an archive can have something in front of it.
    base: u64,
}

const END: usize = 22;
const LONGEST_COMMENT: usize = 65_535;
/// A number that did not fit, and stands elsewhere.
const ELSEWHERE: u32 = u32::MAX;

pub(super) fn read(held: &Held) -> Found {
    match list(held) {
        Some(list) => entries(held, &list),
        None => Found::Nothing,
    }
}

/// Looks for the record at the end, behind which only a comment may stand.
fn list(held: &Held) -> Option<List> {
    let length = held.len().min(END + LONGEST_COMMENT);
    let before = (held.len() - length) as u64;
    let tail = held.copy(before, length);
    memchr::memmem::rfind_iter(&tail, b"PK\x05\x06").find_map(|at| {
        let record = tail.get(at..).filter(|record| record.len() >= END)?;
        let place = before + at as u64;
        let size = u64::from(u32_at(record, 12));
        let offset = u64::from(u32_at(record, 16));
        large(held, place).or_else(|| List::new(place, size, offset))
    })
}

/// The same record with larger numbers, if there is one in front of the record at `place`.
fn large(held: &Held, place: u64) -> Option<List> {
    let locator = held.array::<20>(place.checked_sub(20)?)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let place = u64_at(&locator, 8);
    let record = held.array::<56>(place)?;
    if !record.starts_with(b"PK\x06\x06") {
        return None;
    }
    List::new(place, u64_at(&record, 40), u64_at(&record, 48))
}

impl List {
    /// The list ends where the record begins.
    fn new(end: u64, size: u64, offset: u64) -> Option<Self> {
        let start = end.checked_sub(size)?;
        let base = start.checked_sub(offset)?;
        Some(Self { start, end, base })
    }
}

fn entries(held: &Held, list: &List) -> Found {
    let mut entries = Vec::new();
    let mut at = list.start;
    while at < list.end {
        let Some(header) = held
            .array::<46>(at)
            .filter(|h| h.starts_with(b"PK\x01\x02"))
        else {
            return Found::Part(entries);
        };
        if entries.len() == MOST_MEMBERS {
            return Found::TooMany;
        }
        let lengths = [28, 30, 32].map(|place| usize::from(u16_at(&header, place)));
        let [name, extra, comment] = lengths;
        let behind = held.copy(at + 46, name + extra);
        let (name, extra) = behind.split_at(name.min(behind.len()));
        let mut numbers = [24, 20, 42].map(|place| u64::from(u32_at(&header, place)));
        enlarge(&mut numbers, extra);
        let [size, packed, offset] = numbers;
        entries.push(Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            flags: u16_at(&header, 8),
            method: u16_at(&header, 10),
            crc: Some(u32_at(&header, 16)),
            packed,
            size: Some(size),
            offset: list.base.saturating_add(offset),
        });
        at += (46 + lengths[0] + lengths[1] + comment) as u64;
    }
    Found::Whole(entries)
}

/// Replaces the numbers that did not fit by those in the extra field with id 1, where only these stand, in this order.
pub(super) fn enlarge(numbers: &mut [u64], mut extra: &[u8]) {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let (id, length) = (u16_at(head, 0), usize::from(u16_at(head, 2)));
        let (field, rest) = rest.split_at(length.min(rest.len()));
        if id == 1 {
            let mut larger = field.chunks_exact(8).map(|bytes| u64_at(bytes, 0));
            for number in numbers {
                if *number == u64::from(ELSEWHERE)
                    && let Some(value) = larger.next()
                {
                    *number = value;
                }
            }
            return;
        }
        extra = rest;
    }
}
