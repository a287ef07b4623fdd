//! Reading the files of a run, and telling the page how far it is.
use crate::crew::Crew;
use crate::helper::Outcome;
use crate::host::{Shared, pause, send};
use crate::protocol::{Job, Response};
use crate::source::Source;
use crate::state::{CARD_TOKENS, State};
use api::{Card, RunSummary};
use completions::{Importer, Limits};

/// Least time between two progress messages, milliseconds.
const PROGRESS_EVERY_MS: f64 = 100.0;
/// Sequences shown while the file is still being read: what fits a high window. More would hold up the page.
const FIRST_CARDS: usize = 8;
/// Rest after the first cards were sent, milliseconds: the page has most to draw then, and with the browser's own helpers
/// there are more of them than cores.
const FIRST_DRAWING_MS: i32 = 80;
/// Bytes that tell how much memory the rest of a file takes.
const SAMPLE: u64 = 16 << 20;
/// Ranges in a row that may be refused before the file is read without helpers.
const REFUSALS: u32 = 4;

/// A run that is being read.
struct Reading {
    worker: Shared,
    job: Job,
    source: Source,
    importer: Importer,
    /// Bytes of all files; 0 when unknown.
    total: u64,
    told_at: f64,
    cards_sent: bool,
    /// The columns have room for all of it.
    has_room: bool,
}

/// Reads all files, one after the other. Stops silently when another run was opened meanwhile.
pub(crate) async fn read(
    worker: &Shared,
    job: Job,
    name: &str,
    source: Source,
) -> Result<(), String> {
    let mut reading = Reading {
        worker: worker.clone(),
        job,
        importer: Importer::new(Limits::default()),
        total: source.size(),
        source,
        told_at: f64::NEG_INFINITY,
        cards_sent: false,
        has_room: false,
    };
    for file in 0..reading.source.files() {
        reading.importer.source(reading.source.name(file));
        if !reading.file(file).await? {
            break;
        }
    }
    if worker.borrow().job == job {
        reading.finish(name);
    }
    Ok(())
}

impl Reading {
    /// Reads a file; `false` when nothing is wanted any more.
    async fn file(&mut self, file: u32) -> Result<bool, String> {
        let mut stream = self.source.stream(file, 0).await?;
        self.total = self.total.max(stream.size());
        let before = self.importer.progress().bytes;
        let mut crew = None;
        let mut has_tried = false;
        while let Some(bytes) = stream.next().await? {
            let read = self.importer.progress().bytes - before;
            let is_ready = crew.as_ref().is_some_and(Crew::is_ready);
            let line = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
            let line = if is_ready { line } else { bytes.len() };
            let (lines, rest) = bytes.split_at(line);
            self.importer.push(lines);
            if let Some(crew) = crew.take_if(|_| is_ready && self.importer.takes_segments()) {
                let from = read + line as u64;
                let Some(end) = self.together(file, &crew, from).await? else {
                    return Ok(false);
                };
                stream = self.source.stream(file, end).await?;
                continue;
            }
            self.importer.push(rest);
            if !self.tell().await {
                return Ok(false);
            }
            if self.cards_sent && !has_tried {
                has_tried = true;
                let left = self.source.file(file).map(|file| file.size() as u64 - read);
                crew = Crew::for_bytes(left.unwrap_or(0));
            }
        }
        Ok(true)
    }

    /// Reads lines with helpers, from this byte on. Returns the offset from which to go on without them; `None` when nothing
    /// is wanted any more.
    async fn together(&mut self, file: u32, crew: &Crew, from: u64) -> Result<Option<u64>, String> {
        let Some(handle) = self.source.file(file).cloned() else {
            return Ok(Some(from));
        };
        let mut at = from;
        let mut refusals = 0;
        for nth in 0..crew.read(&handle, from) {
            let Some(answer) = crew.answer(nth).await else {
                break;
            };
            if !self.is_wanted() {
                return Ok(None);
            }
            let taken = match answer.result {
                Outcome::Nothing => continue,
                Outcome::Unreadable => return Err(self.source.unreadable(file)),
                Outcome::TooLong => break,
                Outcome::Read(segment) => self.importer.append(*segment),
                Outcome::Refused => false,
            };
            refusals = if taken { 0 } else { refusals + 1 };
            if refusals > REFUSALS {
                break;
            }
            if !taken {
                let lines = self.source.part(file, at..answer.end).await?;
                self.importer.push(&lines);
            }
            at = answer.end;
            if !self.tell().await {
                return Ok(None);
            }
        }
        Ok(Some(at))
    }

    /// Nobody has opened another run or stopped this one.
    fn is_wanted(&self) -> bool {
        let worker = self.worker.borrow();
        worker.job == self.job && !worker.cancelled
    }

    /// Says how far it is, if it is time to. `false` when nothing is wanted any more.
    async fn tell(&mut self) -> bool {
        if !self.is_wanted() {
            return false;
        }
        let now = js_sys::Date::now();
        if now - self.told_at < PROGRESS_EVERY_MS {
            return true;
        }
        self.told_at = now;
        let cards = if self.cards_sent {
            Vec::new()
        } else {
            first_cards(&self.importer)
        };
        let first = cards.len() == FIRST_CARDS;
        self.cards_sent |= first;
        let bytes = self.importer.progress().bytes;
        if !self.has_room && bytes >= SAMPLE {
            self.has_room = true;
            self.importer.expect(self.total);
        }
        send(&Response::Progress {
            job: self.job,
            bytes,
            total: self.total,
            totals: (&self.importer.running_metrics()).into(),
            cards,
        });
        if first && bytes < self.total {
            pause(FIRST_DRAWING_MS).await;
        }
        true
    }

    /// Hands the columns over.
    fn finish(self, name: &str) {
        let bytes = self.importer.progress().bytes;
        let size = if self.total == 0 { bytes } else { self.total };
        let import = self.importer.finish();
        let summary = Box::new(RunSummary::of_import(&import, name, size, FIRST_CARDS));
        let mut worker = self.worker.borrow_mut();
        worker.state = State::new(import.columns);
        send(&Response::Done {
            job: self.job,
            summary,
            // Whoever stops it at the very end has read it all.
            stopped_at: (worker.cancelled && bytes != self.total).then_some(bytes),
        });
    }
}

fn first_cards(importer: &Importer) -> Vec<Card> {
    let columns = importer.columns();
    let count = u32::try_from(columns.sequences.len().min(FIRST_CARDS)).unwrap_or(0);
    (0..count)
        .map(|sequence| Card::new(columns, sequence, CARD_TOKENS))
        .collect()
}
