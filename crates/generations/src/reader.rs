//! From the bytes of a file to records, one after the other.
use crate::look::lean;
use crate::mapping::{self, Place};
use crate::{Generation, look};
use completions::{Columns, Context, Form, FormatId, Import, Importer, Limits, read_record};
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Lines of Batch input, by their name.
#[derive(Debug, Default)]
pub struct Requests {
    by_name: HashMap<String, Arc<[u8]>>,
    bytes: usize,
    /// Requests that came when there was no room any more.
    pub refused: u64,
}

impl Requests {
    /// Bytes of requests that are kept, at most: those of a Batch are at most 200 MB.
    pub const MOST: usize = 256 << 20;

    /// Remembers one line: `{"custom_id", "body"}`. Of two with one name the last counts.
    pub fn add(&mut self, line: &Arc<[u8]>) {
        let name = match lean(line) {
            Some(Value::Object(map)) => map.get("custom_id").and_then(look::text),
            _ => None,
        };
        let Some(name) = name else { return };
        if self.bytes + line.len() > Self::MOST {
            self.refused += 1;
            return;
        }
        self.bytes += line.len();
        if let Some(before) = self.by_name.insert(name, line.clone()) {
            self.bytes -= before.len();
        }
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The body of a request.
    pub(crate) fn get(&self, name: &str) -> Option<Map<String, Value>> {
        match lean(self.by_name.get(name)?)? {
            Value::Object(mut map) => map.remove("body").as_ref().and_then(look::object),
            _ => None,
        }
    }
}

/// Where the record of a generation lies, to read it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Number of its source in the run.
    pub source: u32,
    /// Offset in the unpacked text of its source.
    pub start: u64,
    /// Length in bytes.
    pub len: u64,
    /// What the bytes are.
    pub form: Form,
    /// The source is compressed or not UTF-8.
    pub packed: bool,
    /// Completions of the same record that come before it.
    pub nth: u32,
    /// Its request was joined to it, from another record.
    pub joined: bool,
    /// Number of the completion in its run, from 0.
    pub number: u64,
}

/// Records that wait until it is known whether their values are placeholders, and bytes of the file that they take up: at most.
const MOST_HELD: usize = 1024;
const MOST_HELD_BYTES: u64 = 16 << 20;

/// A record on its way out.
#[derive(Debug)]
struct Held {
    generation: Generation,
    span: Span,
    format: FormatId,
}

/// Reads a file chunk by chunk and hands out its generations, in the order of the file. Memory is that of the largest record
/// and of about 30 bytes for each sequence.
///
/// Some writers put 0 where they have no value. As long as all values of a format are 0, records wait, up to a thousand: then they
/// go without figures.
///
/// Requests of a Batch are joined to its output by `custom_id`, when they come first: as lines of the same file, of a file
/// before it, or by [`Reader::requests`].
#[derive(Debug)]
pub struct Reader {
    importer: Importer,
    run: String,
    requests: Requests,
    /// Completions, records and sequences that were handed out.
    completions: u64,
    records: u64,
    sequences: u64,
    /// Records whose values may turn out to be placeholders, and those behind them.
    held: VecDeque<Held>,
    held_bytes: u64,
    /// The record that was handed out last, and the completions that it had.
    last: Option<(completions::RecordSpan, u32)>,
}

impl Reader {
    /// A reader of the run with this id, or of the file with this name.
    pub fn new(run: &str, limits: Limits) -> Self {
        Self {
            importer: Importer::with_contexts(limits),
            run: run.to_owned(),
            requests: Requests::default(),
            completions: 0,
            records: 0,
            sequences: 0,
            held: VecDeque::new(),
            held_bytes: 0,
            last: None,
        }
    }

    /// Joins these requests to what follows.
    #[must_use]
    pub fn requests(mut self, requests: Requests) -> Self {
        self.requests = requests;
        self
    }

    /// What follows is the file of this name.
    pub fn source(&mut self, name: &str, take: &mut dyn FnMut(Generation, Span)) {
        self.importer.source(name);
        self.hand_out(take);
    }

    /// Reads the next bytes and hands out what is whole.
    pub fn push(&mut self, chunk: &[u8], take: &mut dyn FnMut(Generation, Span)) {
        self.importer.push(chunk);
        self.hand_out(take);
    }

    /// The end: hands out the rest. The import tells what was not read; its columns are empty.
    pub fn finish(mut self, take: &mut dyn FnMut(Generation, Span)) -> (Import, Requests) {
        self.importer.end();
        self.hand_out(take);
        self.release(true, take);
        (self.importer.finish(), self.requests)
    }

    fn hand_out(&mut self, take: &mut dyn FnMut(Generation, Span)) {
        for line in self.importer.requests() {
            self.requests.add(line);
        }
        let columns = self.importer.columns();
        for (completion, context) in columns.completions.iter().zip(self.importer.contexts()) {
            let Some(record) = columns.records.get(completion.record as usize) else {
                continue;
            };
            let nth = match self.last {
                Some((last, count)) if last == *record => count,
                _ => {
                    self.records += 1;
                    0
                }
            };
            self.last = Some((*record, nth + 1));
            let place = Place {
                columns,
                completion,
                context,
                run: &self.run,
                number: self.completions,
                record: self.records - 1,
                sequence: self.sequences,
            };
            let source = columns.sources.get(record.source as usize);
            let span = Span {
                source: record.source,
                start: record.start,
                len: record.len,
                form: record.form,
                packed: source.is_some_and(|source| source.packed),
                nth,
                joined: !self.requests.is_empty(),
                number: self.completions,
            };
            self.completions += 1;
            self.sequences += u64::from(completion.n_sequences);
            self.held_bytes += record.len;
            self.held.push_back(Held {
                generation: mapping::generation(place, &self.requests),
                span,
                format: completion.format,
            });
        }
        self.importer.forget();
        self.release(false, take);
    }

    /// Hands out records up to the first one of which it is not known whether its values are some.
    fn release(&mut self, ended: bool, take: &mut dyn FnMut(Generation, Span)) {
        while let Some(held) = self.held.pop_front() {
            let Held {
                mut generation,
                span,
                format,
            } = held;
            let doubtful = generation.metrics.is_some() && self.importer.is_suspect(format);
            let room = self.held.len() < MOST_HELD && self.held_bytes < MOST_HELD_BYTES;
            if doubtful && !ended && room {
                self.held.push_front(Held {
                    generation,
                    span,
                    format,
                });
                return;
            }
            // So many values that are all 0 are none.
            if doubtful && (!ended || self.importer.are_placeholders(format)) {
                generation.metrics = None;
                for other in &mut generation.output.alternatives {
                    other.score = None;
                }
            }
            self.held_bytes = self.held_bytes.saturating_sub(span.len);
            take(generation, span);
        }
    }
}

/// The generation whose record has these bytes, read again. `like` is where it was found: run, numbers and key are those.
/// `None` when the bytes are not that record.
pub fn again(bytes: &[u8], span: Span, like: &crate::Source) -> Option<Generation> {
    let (columns, contexts): (Columns, Vec<Context>) = read_record(span.form, bytes);
    // What begins later are pieces of other streams.
    let begins_here = |completion: &&completions::Completion| {
        let record = columns.records.get(completion.record as usize);
        record.is_some_and(|record| record.start == 0)
    };
    let nth = usize::try_from(span.nth).ok()?;
    let pairs = columns.completions.iter().zip(&contexts);
    let (completion, context) = pairs
        .filter(|(completion, _)| begins_here(completion))
        .nth(nth)?;
    let place = Place {
        columns: &columns,
        completion,
        context,
        run: &like.run,
        number: span.number,
        record: like.record,
        sequence: like.sequence,
    };
    let generation = mapping::generation(place, &Requests::default());
    (generation.source == *like).then_some(generation)
}
