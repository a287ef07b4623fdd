//! Reading the files of a run, and telling the page how far it is.
use crate::crew::{Crew, Turn};
use crate::helper::Outcome;
use crate::host::{Shared, pause, send};
use crate::lines::{Lines, Range};
use crate::protocol::{Job, Response};
use crate::source::Source;
use crate::state::{CARD_TOKENS, State};
use api::{Card, RunSummary};
use completions::{Importer, Limits};
use web_sys::File;

/// Least time between two progress messages, milliseconds. The page takes ten to draw one.
const PROGRESS_EVERY_MS: f64 = 200.0;
/// Bytes before the first one, if nothing has come of them.
const FIRST_BYTES: u64 = 1 << 20;
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
    has_rested: bool,
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
        told_at: js_sys::Date::now(),
        cards_sent: false,
        has_rested: false,
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
            let is_ready = crew.as_ref().is_some_and(Crew::is_ready);
            let line = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
            let line = if is_ready { line } else { bytes.len() };
            let (lines, rest) = bytes.split_at(line);
            self.importer.push(lines);
            if let Some(crew) = crew.take_if(|_| is_ready && self.importer.takes_segments()) {
                let from = self.importer.progress().bytes - before;
                let Some(end) = self.together(file, &crew, from).await? else {
                    return Ok(false);
                };
                stream = self.source.stream(file, end).await?;
                continue;
            }
            self.importer.push(rest);
            if !self.tell() {
                return Ok(false);
            }
            if self.cards_sent && !has_tried {
                has_tried = true;
                let read = self.importer.progress().bytes - before;
                let left = self.source.file(file).map(|file| file.size() as u64 - read);
                crew = Crew::for_bytes(left.unwrap_or(0));
                self.let_draw().await;
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
            let Some(turn) = crew.turn(nth).await else {
                break;
            };
            if !self.is_wanted() {
                return Ok(None);
            }
            let end = match turn {
                Turn::Own(range) => range.end,
                Turn::Read(answer) => match answer.result {
                    Outcome::Nothing => continue,
                    Outcome::Unreadable => return Err(self.source.unreadable(file)),
                    Outcome::Read(segment, end) => {
                        if self.importer.append(*segment) {
                            (at, refusals) = (end, 0);
                            if !self.tell() {
                                return Ok(None);
                            }
                            continue;
                        }
                        refusals += 1;
                        end
                    }
                    Outcome::Refused(end) => {
                        refusals += 1;
                        end
                    }
                },
            };
            if refusals > REFUSALS {
                break;
            }
            let Some(end) = self.lines(file, &handle, at, end).await? else {
                return Ok(None);
            };
            at = end;
        }
        Ok(Some(at))
    }

    /// Reads the lines that begin before `end` in their turn; the next one begins at `at`. Returns the offset after them;
    /// `None` when nothing is wanted any more.
    async fn lines(
        &mut self,
        file: u32,
        handle: &File,
        at: u64,
        end: u64,
    ) -> Result<Option<u64>, String> {
        let range = Range {
            nth: 0,
            start: at,
            end: end.max(at),
        };
        let mut lines = Lines::new(range, handle, &self.source.unreadable(file))?;
        while let Some(bytes) = lines.next().await? {
            self.importer.push(bytes);
            if !self.tell() {
                return Ok(None);
            }
        }
        Ok(Some(lines.end().unwrap_or(at)))
    }

    /// Nobody has opened another run or stopped this one.
    fn is_wanted(&self) -> bool {
        let worker = self.worker.borrow();
        worker.job == self.job && !worker.cancelled
    }

    /// Says how far it is, if it is time to. `false` when nothing is wanted any more.
    fn tell(&mut self) -> bool {
        if !self.is_wanted() {
            return false;
        }
        let now = js_sys::Date::now();
        let bytes = self.importer.progress().bytes;
        let due = match self.importer.columns().sequences.len() {
            FIRST_CARDS.. if !self.cards_sent => true,
            0 if bytes < FIRST_BYTES => false,
            _ => now - self.told_at >= PROGRESS_EVERY_MS,
        };
        if !due {
            return true;
        }
        self.told_at = now;
        let cards = if self.cards_sent {
            Vec::new()
        } else {
            first_cards(&self.importer)
        };
        self.cards_sent |= cards.len() == FIRST_CARDS;
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
        true
    }

    /// Rests once, if there is more to read.
    async fn let_draw(&mut self) {
        let bytes = self.importer.progress().bytes;
        if !std::mem::replace(&mut self.has_rested, true) && bytes < self.total {
            pause(FIRST_DRAWING_MS).await;
        }
    }

    /// Hands the columns over.
    fn finish(self, name: &str) {
        let bytes = self.importer.progress().bytes;
        let size = if self.total == 0 { bytes } else { self.total };
        let import = self.importer.finish();
        let mut summary = Box::new(RunSummary::of_import(&import, name, size, FIRST_CARDS));
        let mut worker = self.worker.borrow_mut();
        summary.note.clone_from(&worker.note);
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
