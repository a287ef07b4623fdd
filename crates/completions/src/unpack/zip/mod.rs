//! zip: collected in memory, because its list of members lies at its end; then each member is unpacked by itself.
mod choose;
mod directory;
mod held;
mod member;
mod walk;

use super::UnpackProblemKind as Problem;
use super::ledger::{Ledger, Sink};
use choose::{Choice, choose};
use directory::Found;
pub(super) use held::Held;
use member::Entry;
use metrics::format::counted;

/// Members that are listed, at most.
const MOST_MEMBERS: usize = 1 << 20;

/// How often an archive is read, at most. Once is enough, but a wrong size or a name listed twice is no reason to stop.
const MOST_READS: u64 = 4;

/// An archive on its way into memory.
#[derive(Default)]
pub(super) struct Zip {
    held: Held,
}

impl Zip {
    /// Takes the next bytes; `false` when the archive is too large to be held, after which it should be dropped.
    pub(super) fn push(&mut self, chunk: &[u8], ledger: &mut Ledger) -> bool {
        let limit = ledger.limits.zip_bytes;
        let room = limit.saturating_sub(ledger.held);
        if chunk.len() <= room && self.held.push(chunk) {
            ledger.held += chunk.len();
            return true;
        }
        ledger.held = ledger.held.saturating_sub(self.held.len());
        self.held = Held::default();
        let detail = if chunk.len() <= room {
            "there is no more memory for the zip archive, which was not read".to_owned()
        } else {
            format!("the zip archive is larger than {limit} bytes, the limit; it was not read")
        };
        ledger.problem(Problem::LimitZip, detail);
        false
    }

    /// The whole archive is there.
    pub(super) fn finish(&mut self, outside: usize, sink: &mut Sink<'_>) {
        let held = std::mem::take(&mut self.held);
        let entries = match directory::read(&held) {
            Found::Whole(entries) if entries.is_empty() => {
                let detail = "the zip archive is empty".to_owned();
                sink.ledger.problem(Problem::NoMembers, detail);
                entries
            }
            Found::Whole(entries) => entries,
            Found::Part(entries) => {
                let detail = format!(
                    "the list of the zip archive's members is damaged after {} of them",
                    entries.len()
                );
                sink.ledger.problem(Problem::Corrupt, detail);
                entries
            }
            Found::TooMany => {
                let detail = format!("the zip archive has more than {MOST_MEMBERS} members");
                sink.ledger.problem(Problem::LimitZip, detail);
                Vec::new()
            }
            Found::Nothing => {
                let entries = walk::walk(&held);
                let detail = format!(
                    "the list at the end of the zip archive is missing; {} found without it",
                    counted(entries.len() as u64, "member", "members")
                );
                sink.ledger.problem(Problem::CutOff, detail);
                entries
            }
        };
        if !entries.is_empty() {
            read(&held, entries, outside, sink);
        }
        sink.ledger.held = sink.ledger.held.saturating_sub(held.len());
    }
}

fn read(held: &Held, entries: Vec<Entry>, outside: usize, sink: &mut Sink<'_>) {
    let Choice {
        chosen,
        left_out,
        names,
    } = choose(entries);
    if chosen.is_empty() {
        let detail = format!(
            "none of its members is named like JSON or text (.json, .jsonl, .txt, …); it has {names}"
        );
        sink.ledger.problem(Problem::NoMembers, detail);
        return;
    }
    if left_out > 0 {
        sink.ledger
            .counted(Problem::SkippedMembers, left_out, names);
    }
    let outer = sink.ledger.member.take();
    let (mut made, mut packed) = (0, 0u64);
    for entry in chosen {
        // A small archive can list the same data many times, and what unpacks to nothing meets no other limit.
        let whole = held.len() as u64;
        packed += whole.saturating_sub(entry.offset).min(entry.packed);
        if packed > whole.saturating_mul(MOST_READS) {
            sink.ledger.member.clone_from(&outer);
            let detail =
                "the zip archive lists the same data again and again; the rest was not read";
            sink.ledger.problem(Problem::Corrupt, detail.to_owned());
            break;
        }
        if sink.ledger.stopped {
            break;
        }
        let name = match &outer {
            Some(outer) => format!("{outer}/{}", entry.name),
            None => entry.name.clone(),
        };
        sink.ledger.member = Some(name);
        sink.ledger.delivered = 0;
        member::unpack(held, &entry, outside, &mut made, sink);
    }
    sink.ledger.member = outer;
}
