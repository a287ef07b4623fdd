//! The members of an archive without its list: their own headers, one after the other from the beginning.
use super::super::gather::{u16_at, u32_at};
use super::directory::enlarge;
use super::{Entry, Held, MOST_MEMBERS, member};

/// Its sizes stand behind the data.
const SIZES_BEHIND: u16 = 8;

/// The members found. The last one may be cut off.
pub(super) fn walk(held: &Held) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = 0;
    while entries.len() < MOST_MEMBERS
        && let Some(header) = held
            .array::<30>(at)
            .filter(|h| h.starts_with(b"PK\x03\x04"))
    {
        let [name, extra] = [26, 28].map(|place| usize::from(u16_at(&header, place)));
        let behind = held.copy(at + 30, name + extra);
        let (name, extra) = behind.split_at(name.min(behind.len()));
        let mut numbers = [22, 18].map(|place| u64::from(u32_at(&header, place)));
        enlarge(&mut numbers, extra);
        let [size, packed] = numbers;
        let mut entry = Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            flags: u16_at(&header, 6),
            method: u16_at(&header, 8),
            crc: Some(u32_at(&header, 14)),
            packed,
            size: Some(size),
            offset: at,
        };
        let data = at + 30 + behind.len() as u64;
        at = data.saturating_add(packed);
        if entry.flags & SIZES_BEHIND != 0 && packed == 0 {
            entry.packed = member::measure(held, &entry, data);
            (entry.crc, entry.size) = (None, None);
            at = next_header(held, data + entry.packed);
        }
        entries.push(entry);
    }
    entries
}

/// Where the next member begins: behind sizes of four or eight bytes, with a signature or without.
fn next_header(held: &Held, end: u64) -> u64 {
    let places = [16, 24, 12, 20].map(|length| end.saturating_add(length));
    let found = places
        .into_iter()
        .find(|&place| held.array::<4>(place) == Some(*b"PK\x03\x04"));
    found.unwrap_or(u64::MAX)
}
