//! From records to whole completions: decode, put pieces together, hand out.
//!
//! [`Intake`] stands between the containers, which cut bytes into records, and whoever wants completions: the columns
//! ([`crate::reader`]) or the detail of one sequence ([`mod@crate::detail`]). Both see the same drafts, so they cannot disagree.
//!
//! * [`assembly`] puts the pieces of streams together.
//! * [`around`] keeps what stands around completions, for those who ask for it.
//! * [`nested`] reads responses that are written as text inside a record.
mod around;
mod assembly;
pub(crate) mod nested;

use crate::containers::{Extent, Position, RecordSink};
use crate::formats;
use crate::json::{Cursor, JsonError};
use crate::record::text::REPLACEMENT;
use crate::record::{CompletionDraft, Draft, Outcome};
use crate::report::Code;
use crate::{FormatId, Limits, Place};
pub(crate) use around::Layer;
use assembly::Assembly;
use metrics::format::counted;
use std::borrow::Cow;

/// Where a completion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    pub(crate) at: Position,
    pub(crate) extent: Extent,
    /// The bytes of its record: a recorded request, and the response. `None` when it was put together from several.
    pub(crate) record: Option<[&'a [u8]; 2]>,
}

/// Who takes whole completions and problems.
pub(crate) trait CompletionSink {
    /// The next completion; what was read of it is in `draft`. `layers` stand around it, if they were asked for.
    fn completion(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        nth: usize,
        origin: Origin<'_>,
        layers: &[Layer],
    );
    /// Something that is none.
    fn problem(&mut self, code: Code, count: u64, place: Place);
    /// A record of this format has no completion to list.
    fn without(&mut self, _format: FormatId, _evidence: Option<&'static str>, _json: &[u8]) {}
    /// What a record was wrapped in.
    fn layers(&mut self, layers: &[&'static str]);
}

/// Decodes records.
#[derive(Debug)]
pub(crate) struct Intake<S> {
    limits: Limits,
    /// Envelopes around the bytes.
    envelopes: u32,
    draft: Draft,
    assembly: Assembly,
    pub(crate) sink: S,
}

impl<S: CompletionSink> Intake<S> {
    /// Keeps the alternatives of each position if asked to, otherwise only what is to be said about them.
    pub(crate) fn new(limits: Limits, keep_alternatives: bool, sink: S) -> Self {
        let draft = Draft {
            keep_alternatives,
            ..Draft::default()
        };
        Self {
            limits,
            envelopes: 0,
            draft,
            assembly: Assembly::new(keep_alternatives),
            sink,
        }
    }

    /// Keeps what stands around the completions, too.
    pub(crate) fn with_context(mut self) -> Self {
        self.draft.keep_context = true;
        self
    }

    /// Decodes the value at the beginning of `bytes`, which are UTF-8, into the draft; returns its length.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Result<(Outcome, usize), JsonError> {
        self.draft.clear();
        self.draft.envelopes = self.envelopes;
        let mut cursor = Cursor::new(bytes, self.limits.depth());
        let outcome = formats::read(&mut cursor, &mut self.draft)?;
        Ok((outcome, cursor.position()))
    }

    /// Keeps what was decoded of `json`.
    pub(crate) fn commit(&mut self, outcome: Outcome, origin: Origin<'_>, json: &[u8]) {
        if !self.draft.layers.is_empty() {
            self.sink.layers(&self.draft.layers);
        }
        for failure in std::mem::take(&mut self.draft.failures) {
            self.problem(Code::RequestFailed, origin.at, failure);
        }
        let outcome = match outcome {
            // Whole, and nobody waits for it: no detour.
            Outcome::Piece(format, piece) if self.assembly.is_whole(&self.draft, format, piece) => {
                Outcome::Completion(format)
            }
            other => other,
        };
        if let Outcome::Piece(format, piece) = outcome {
            let Self {
                assembly,
                draft,
                sink,
                ..
            } = self;
            return assembly.push(draft, format, piece, origin, sink);
        }
        self.assembly.pause(&mut self.sink);
        match outcome {
            Outcome::Completion(format) => {
                self.draft.seal(format);
                self.hand_out(origin, json);
            }
            Outcome::Completions => self.hand_out(origin, json),
            Outcome::Failed(what) => self.problem(Code::RequestFailed, origin.at, what),
            Outcome::Unrecognised(what) => self.problem(Code::Unrecognised, origin.at, what),
            Outcome::Without(format, code, what) => {
                self.sink.without(format, self.draft.head.evidence, json);
                self.problem(code, origin.at, what);
            }
            Outcome::Piece(..) => {}
        }
    }

    fn hand_out(&mut self, origin: Origin<'_>, json: &[u8]) {
        if self.draft.surrogates > 0 {
            let count = u64::from(self.draft.surrogates);
            let place = place(origin.at, String::new());
            self.sink.problem(Code::Surrogate, count, place);
        }
        let layers = if self.draft.keep_context {
            around::layers(json, self.limits.depth(), &self.draft)
        } else {
            Vec::new()
        };
        for (nth, completion) in self.draft.completions.iter().enumerate() {
            let layers = layers.get(nth).map(Vec::as_slice).unwrap_or_default();
            self.sink
                .completion(&self.draft, completion, nth, origin, layers);
        }
    }

    /// Several records were put together to one completion since this was last asked.
    pub(crate) fn take_joined(&mut self) -> bool {
        std::mem::take(&mut self.assembly.joined)
    }

    /// No completion waits for more of it.
    pub(crate) fn is_settled(&self) -> bool {
        self.assembly.is_empty()
    }

    /// Every record was read by itself.
    pub(crate) fn is_record_by_record(&self) -> bool {
        !self.assembly.waited
    }

    /// The end of a stream: what is open is over.
    pub(crate) fn close(&mut self) {
        self.assembly.close(&mut self.sink);
    }

    /// What became of a whole record.
    fn take(&mut self, record: &[u8], at: Position, extent: Extent) {
        let (text, broken) = repair(record);
        match self.decode(&text) {
            Ok((outcome, _)) => {
                if broken > 0 {
                    let valid = std::str::from_utf8(record)
                        .map_or_else(|error| error.valid_up_to(), str::len);
                    let place = place(extent.place_of(at, &record[..valid]), String::new());
                    self.sink.problem(Code::InvalidUtf8, broken, place);
                }
                let record = Some([&[], record]);
                self.commit(outcome, Origin { at, extent, record }, &text);
            }
            Err(error) => {
                let end = at.byte + extent.len;
                let detail = format!(
                    "{error}; {} skipped, reading went on at byte {end}",
                    counted(extent.len, "byte", "bytes")
                );
                let before = &record[..place_in(record, error.at)];
                self.problem(Code::BadValue, extent.place_of(at, before), detail);
            }
        }
    }
}

/// The bytes as UTF-8, with U+FFFD for what is not, and the number of such places.
pub(crate) fn repair(record: &[u8]) -> (Cow<'_, [u8]>, u64) {
    if std::str::from_utf8(record).is_ok() {
        return (Cow::Borrowed(record), 0);
    }
    let broken = record
        .utf8_chunks()
        .filter(|chunk| !chunk.invalid().is_empty())
        .count();
    (
        Cow::Owned(String::from_utf8_lossy(record).into_owned().into_bytes()),
        broken as u64,
    )
}

/// Where an offset of the repaired text lies in the record: U+FFFD is seldom as long as what it stands for.
fn place_in(record: &[u8], repaired: usize) -> usize {
    let (mut from, mut to) = (0, 0);
    for chunk in record.utf8_chunks() {
        let valid = chunk.valid().len();
        if repaired <= to + valid {
            return from + (repaired - to);
        }
        from += valid + chunk.invalid().len();
        to += valid + REPLACEMENT.len();
        if repaired < to {
            // Inside the replacement: behind what it stands for.
            return from;
        }
    }
    from
}

impl<S: CompletionSink> RecordSink for Intake<S> {
    fn try_read(&mut self, bytes: &[u8], at: Position) -> Option<usize> {
        let (outcome, len) = self.decode(bytes).ok()?;
        if len > self.limits.record_bytes() {
            return None;
        }
        let extent = Extent::value(len);
        let record = Some([&[], &bytes[..len]]);
        self.commit(outcome, Origin { at, extent, record }, &bytes[..len]);
        Some(len)
    }

    fn read(&mut self, record: &[u8], at: Position, extent: Extent) {
        self.take(record, at, extent);
    }

    fn read_text(&mut self, text: &[u8], request: Option<&[u8]>, at: Position, extent: Extent) {
        self.draft.clear();
        self.draft.envelopes = self.envelopes;
        if let Some(request) = request {
            formats::envelope::request(request, &mut self.draft);
            if self.draft.keep_context {
                self.draft.outer = Some(asked(request));
            }
        }
        nested::read(text, &mut self.draft, self.limits);
        let outcome = if self.draft.completions.is_empty() && self.draft.failures.is_empty() {
            Outcome::Unrecognised("a recorded response is nothing that is known".to_owned())
        } else {
            Outcome::Completions
        };
        let record = Some([request.unwrap_or_default(), text]);
        self.commit(outcome, Origin { at, extent, record }, &[]);
    }

    fn stream_end(&mut self) {
        self.close();
    }

    fn problem(&mut self, code: Code, at: Position, detail: String) {
        self.sink.problem(code, 1, place(at, detail));
    }
}

/// A request that was kept apart from its response.
fn asked(request: &[u8]) -> Layer {
    let text = String::from_utf8_lossy(request);
    format!("{{\"request\":{text}}}").into_bytes().into()
}

/// A place without a sequence.
pub(crate) fn place(at: Position, detail: String) -> Place {
    Place {
        record: at.record,
        line: at.line,
        byte: at.byte,
        detail,
        ..Place::default()
    }
}
