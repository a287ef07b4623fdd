//! One member of an archive.
use super::super::crc32::Crc32;
use super::super::gather::u16_at;
use super::super::inflate::{Inflate, Step};
use super::super::layer::{Decode, Event, Layer, pass};
use super::super::ledger::Sink;
use super::super::zstd::Zstd;
use super::super::{UnpackProblemKind as Problem, Unpacked};
use super::Held;
use metrics::format::counted;
use std::ops::ControlFlow;

/// What the list says about a member.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    /// Of the text, if it is known.
    pub(super) crc: Option<u32>,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes of the text, if it is known.
    pub(super) size: Option<u64>,
    /// Where its own header lies.
    pub(super) offset: u64,
}

const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const ZSTD: u16 = 93;
const ENCRYPTED: u16 = 1;

/// Unpacks one member, up to the limit; `made` counts for all members.
pub(super) fn unpack(
    held: &Held,
    entry: &Entry,
    outside: usize,
    made: &mut u64,
    sink: &mut Sink<'_>,
) {
    if let Some(detail) = unsupported(entry) {
        sink.ledger.problem(Problem::Unsupported, detail);
        return;
    }
    let Some(data) = data(held, entry) else {
        let detail = "its data is not where the list of the zip archive says".to_owned();
        sink.ledger.problem(Problem::Corrupt, detail);
        return;
    };
    if let Some(name) = &sink.ledger.member {
        (sink.out)(Unpacked::Member(name));
    }
    let mut inner = Layer::inside(outside + 1);
    let (mut crc, mut size) = (Crc32::new(), 0);
    let mut problems = Vec::new();
    let whole = decode(held, entry, data, sink, &mut |event, sink| match event {
        Event::Problem(kind, detail) => {
            problems.push((kind, detail));
            ControlFlow::Continue(())
        }
        Event::Bytes(bytes) => {
            crc.update(bytes);
            size += bytes.len() as u64;
            pass(Event::Bytes(bytes), made, &mut inner, sink)
        }
    });
    inner.finish(sink);
    if sink.ledger.stopped {
        return;
    }
    let sound = problems.is_empty();
    for (kind, detail) in problems {
        sink.ledger.problem(kind, detail);
    }
    if !whole {
        let detail = "the end of the zip member is missing".to_owned();
        sink.ledger.problem(Problem::CutOff, detail);
    } else if sound && entry.size.is_some_and(|stated| stated != size) {
        let stated = entry.size.unwrap_or_default();
        let detail = format!(
            "the zip member has {}, {stated} stated",
            counted(size, "byte", "bytes")
        );
        sink.ledger.problem(Problem::Checksum, detail);
    } else if sound && entry.crc.is_some_and(|stated| stated != crc.value()) {
        let (read, stated) = (crc.value(), entry.crc.unwrap_or_default());
        let detail =
            format!("the checksum of the zip member is {read:08x}, {stated:08x} is stated");
        sink.ledger.problem(Problem::Checksum, detail);
    }
}

/// Why a member cannot be read.
fn unsupported(entry: &Entry) -> Option<String> {
    if entry.flags & ENCRYPTED != 0 {
        return Some("the zip member is encrypted".to_owned());
    }
    let name = match entry.method {
        STORED | DEFLATE | ZSTD => return None,
        1 => "shrink",
        6 => "implode",
        9 => "deflate64",
        12 => "bzip2",
        14 => "LZMA",
        95 => "xz",
        98 => "PPMd",
        99 => "AES",
        other => return Some(format!("the zip member is packed by method {other}")),
    };
    Some(format!("the zip member is packed with {name}"))
}

/// Where the data of a member begins.
fn data(held: &Held, entry: &Entry) -> Option<u64> {
    let header = held.array::<30>(entry.offset)?;
    if !header.starts_with(b"PK\x03\x04") {
        return None;
    }
    let names = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
    entry.offset.checked_add(30 + names)
}

type Taker<'a> = dyn FnMut(Event<'_>, &mut Sink<'_>) -> ControlFlow<()> + 'a;

/// Decodes a member. `false`: its end is missing.
fn decode(
    held: &Held,
    entry: &Entry,
    data: u64,
    sink: &mut Sink<'_>,
    take: &mut Taker<'_>,
) -> bool {
    let end = data.saturating_add(entry.packed);
    let there = end <= held.len() as u64;
    let mut pieces = held.pieces(data, end);
    match entry.method {
        STORED => {
            let _ = pieces.try_for_each(|piece| take(Event::Bytes(piece), sink));
            there
        }
        DEFLATE => {
            let mut inflate = Inflate::new();
            for mut piece in pieces {
                let step = inflate.push(&mut piece, &mut |bytes| take(Event::Bytes(bytes), sink));
                match step {
                    Step::More => {}
                    Step::Done | Step::Stopped => return true,
                    Step::Bad => {
                        let detail = "the data of the zip member is damaged".to_owned();
                        let _ = take(Event::Problem(Problem::Corrupt, detail), sink);
                        return true;
                    }
                }
            }
            false
        }
        _ => {
            let mut zstd = Zstd::new(&sink.ledger.limits);
            for piece in pieces {
                zstd.push(piece, &mut |event| take(event, sink));
                if sink.ledger.stopped {
                    return true;
                }
            }
            // It says itself when its end is missing.
            zstd.finish(&mut |event| take(event, sink));
            true
        }
    }
}

/// How long deflate data from `data` on is; of other data, everything that is there.
pub(super) fn measure(held: &Held, entry: &Entry, data: u64) -> u64 {
    let everything = (held.len() as u64).saturating_sub(data);
    if entry.method != DEFLATE {
        return everything;
    }
    let mut inflate = Inflate::new();
    let mut length = 0;
    for piece in held.pieces(data, u64::MAX) {
        let mut rest = piece;
        let step = inflate.push(&mut rest, &mut |_| ControlFlow::Continue(()));
        length += (piece.len() - rest.len()) as u64;
        if step != Step::More {
            return length;
        }
    }
    everything
}
