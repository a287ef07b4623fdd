//! Completions that were read apart from those before them, and how they come behind these.
//!
//! A reader that reads apart does what any other does, but leaves open what only the sequences before it can tell: which ones
//! were there already. Behind the others, its columns move, its figures are folded in their order, and its problems join theirs.
//! Whatever might come out otherwise than in one go, such as the first problem of its kind, is refused.
use super::Reader;
use super::fingerprint::Print;
use super::remarks::Remarks;
use super::run::{Tally, Unchanged};
use crate::containers::Position;
use crate::report::Code;
use crate::{Columns, Level, Limits, Place};

/// What a sequence of a segment is known by.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Apart {
    /// Number of the sequence in its segment.
    pub(super) sequence: u64,
    /// Number of its record in the segment, from 1.
    pub(super) record: u64,
    pub(super) print: Print,
}

/// A format of a segment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Format {
    name: String,
    completions: u64,
    tally: Tally,
}

/// A problem of a segment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Doubt {
    code: Code,
    level: Level,
    count: u64,
    places: Vec<Place>,
}

/// Completions that were read apart. All numbers count from the beginning of the segment.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Chapter {
    columns: Columns,
    apart: Vec<Apart>,
    formats: Vec<Format>,
    /// Per completion: index into `formats`.
    format_of: Vec<u8>,
    servers: Vec<String>,
    layers: Vec<String>,
    doubts: Vec<Doubt>,
}

impl Reader {
    /// It keeps everything, so that a chapter can follow.
    pub(crate) fn takes_chapters(&self) -> bool {
        self.keep.is_none() && self.contexts.is_none()
    }

    /// A reader of a segment.
    pub(crate) fn apart(limits: Limits) -> Self {
        Self {
            apart: Some(Vec::new()),
            ..Self::new(limits, None)
        }
    }

    /// What it has read; `None` when something could not be read: where that ends is not for a segment to say.
    pub(crate) fn into_chapter(self) -> Option<Chapter> {
        let mut formats = Vec::new();
        for (format, completions) in self.formats.counts() {
            formats.push(Format {
                name: format.name().to_owned(),
                completions,
                tally: self.run.tally(format),
            });
        }
        let mut format_of = Vec::with_capacity(self.columns.completions.len());
        for completion in &self.columns.completions {
            let name = completion.format.name();
            let index = formats.iter().position(|format| format.name == name)?;
            format_of.push(u8::try_from(index).ok()?);
        }
        let doubts: Vec<Doubt> = self
            .log
            .into_coded()
            .map(|(code, problem)| Doubt {
                code,
                level: problem.level,
                count: problem.count,
                places: problem.places,
            })
            .collect();
        let unread = |doubt: &Doubt| doubt.level == Level::Error || doubt.code == Code::StrayText;
        if doubts.iter().any(unread) {
            return None;
        }
        Some(Chapter {
            columns: self.columns,
            apart: self.apart.unwrap_or_default(),
            formats,
            format_of,
            servers: self.formats.servers().map(str::to_owned).collect(),
            layers: self.formats.layer_names().map(str::to_owned).collect(),
            doubts,
        })
    }

    /// Puts a chapter behind what was read; `at` is its beginning, with the number of its first record. `false`, and nothing
    /// is changed, when it says something that was not said before: then its bytes are to be read as all others.
    pub(crate) fn append(&mut self, chapter: Chapter, at: Position) -> bool {
        let Some(changes) = self.changes(&chapter) else {
            return false;
        };
        let Chapter {
            columns,
            apart,
            formats,
            format_of,
            doubts,
            ..
        } = chapter;
        let first_sequence = self.sequences;
        let source = self.columns.source();
        for (format, change) in formats.iter().zip(&changes) {
            self.formats.add(change.format, format.completions);
            self.run.add(change, &format.tally);
        }
        for sequence in &columns.sequences {
            self.run.push_behind(&sequence.metrics);
        }
        for doubt in doubts {
            let moved = |place: Place| Place {
                source,
                sequence: place.sequence.map(|nth| nth + first_sequence),
                ..behind(at, place)
            };
            let places = doubt.places.into_iter().map(moved);
            self.log
                .add_at(doubt.code, doubt.level, doubt.count, places);
        }
        self.sequences += columns.sequences.len() as u64;
        self.tokens += columns.token_end.len() as u64;
        let formats: Vec<_> = changes.iter().map(|change| change.format).collect();
        let mut completions = format_of
            .iter()
            .map(|&index| formats.get(usize::from(index)));
        let first = self.columns.completions.len();
        self.append_columns(columns, at);
        for completion in &mut self.columns.completions[first..] {
            if let Some(&format) = completions.next().flatten() {
                completion.format = format;
            }
        }
        apart
            .iter()
            .for_each(|one| self.meet(one, first_sequence, at));
        true
    }

    /// Whether a sequence was there before.
    fn meet(&mut self, apart: &Apart, first_sequence: u64, at: Position) {
        let nth = first_sequence + apart.sequence;
        let known = self.fingerprints.know(apart.print, nth);
        let columns = &self.columns;
        let sequence = columns.sequences.get(nth as usize);
        let completion = sequence.and_then(|one| columns.completions.get(one.completion as usize));
        let record = completion.and_then(|one| columns.records.get(one.record as usize));
        let (Some(sequence), Some(record)) = (sequence, record) else {
            return;
        };
        let mut log = Remarks {
            log: &mut self.log,
            source: record.source,
            at: Position {
                record: at.record + apart.record - 1,
                byte: record.start,
                line: record.line,
            },
            nth,
            choice: sequence.choice,
        };
        log.known(apart.print, known);
    }

    /// What a chapter adds to the formats, in the order of its own; `None` when anything in it is new.
    fn changes(&self, chapter: &Chapter) -> Option<Vec<Unchanged>> {
        let is_server = |name: &String| self.formats.servers().any(|known| known == name);
        let is_layer = |name: &String| self.formats.layer_names().any(|known| known == name);
        let known = chapter.servers.iter().all(is_server)
            && chapter.layers.iter().all(is_layer)
            && chapter
                .doubts
                .iter()
                .all(|doubt| self.log.knows(doubt.code));
        let formats = chapter.formats.iter().map(|format| {
            let (known, _) = self
                .formats
                .counts()
                .find(|(known, _)| known.name() == format.name)?;
            self.run.unchanged(known, &format.tally)
        });
        known.then(|| formats.collect()).flatten()
    }

    /// The columns behind those that are there.
    fn append_columns(&mut self, mut more: Columns, at: Position) {
        let all = &mut self.columns;
        let (records, completions) = (all.records.len() as u32, all.completions.len() as u32);
        let (sequences, tokens) = (all.sequences.len() as u32, all.token_end.len() as u64);
        let (source, text) = (all.source(), all.text.len() as u64);
        for record in &mut more.records {
            record.source = source;
            record.start += at.byte;
            record.line += at.line - 1;
        }
        for sequence in &mut more.sequences {
            sequence.completion += completions;
            sequence.first_token += tokens;
            sequence.text_start += text;
        }
        all.records.append(&mut more.records);
        all.sequences.append(&mut more.sequences);
        all.text.append(&mut more.text);
        all.token_end.append(&mut more.token_end);
        all.logprob.append(&mut more.logprob);
        all.flags.append(&mut more.flags);
        for mut completion in more.completions {
            completion.record += records;
            completion.first_sequence += sequences;
            let name = completion
                .model
                .and_then(|model| more.models.get(model as usize));
            completion.model =
                name.map(|name| self.count_model(name, completion.n_sequences.into()));
            self.columns.completions.push(completion);
        }
    }
}

/// A place of a segment that begins here.
fn behind(at: Position, place: Place) -> Place {
    Place {
        record: place.record + at.record - 1,
        line: place.line + at.line - 1,
        byte: place.byte + at.byte,
        ..place
    }
}
