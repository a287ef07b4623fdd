//! What was read, as a struct of arrays. Nothing here is one object per token.
use crate::Place;
use crate::containers::Position;
use crate::intake::place;
use metrics::{Mark, Reading, SequenceMetrics, Status};

/// Format of a completion; the identifiers are the ones shown in reports (`openai_chat`, …). Each one is declared in the file
/// that reads the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatId(&'static str);

impl FormatId {
    /// An identifier of this name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Stands for the format of a completion on its way from another thread: a [`crate::Segment`] knows it.
    #[cfg(feature = "serde")]
    fn unsaid() -> Self {
        Self("")
    }

    /// The name used in reports, in JSON output and in the catalogue.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// How the bytes of a record become JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Form {
    /// They are one JSON value.
    #[default]
    Value,
    /// They are several JSON values, pieces of one stream; between them may lie pieces of others.
    Values,
    /// They are server-sent events.
    Events,
    /// They are a Python literal.
    Python,
    /// They are an interaction of a recorded cassette.
    Cassette,
}

/// Where a record lies: a range of bytes that gives the same completions whenever it is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecordSpan {
    /// Index into [`Columns::sources`].
    pub source: u32,
    /// Offset of the first byte in the decoded stream of its source.
    pub start: u64,
    /// Length in bytes.
    pub len: u64,
    /// Line of the first byte, from 1.
    pub line: u64,
    /// What the bytes are.
    pub form: Form,
}

/// One response of a model.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Completion {
    /// Its id as written, or empty.
    pub id: String,
    /// Index into [`Columns::models`]; `None` when the file names no model.
    pub model: Option<u32>,
    /// Seconds since 1970, UTC.
    pub created: Option<f64>,
    /// `usage.prompt_tokens` as reported.
    pub prompt_tokens: Option<u64>,
    /// `usage.completion_tokens` as reported (all choices together).
    pub completion_tokens: Option<u64>,
    /// Label from an envelope (`custom_id` of a batch line, the name of a member).
    pub label: Option<String>,
    /// Fingerprint of what was asked, where the file says it: the same prompt has the same one, in every file.
    pub prompt: Option<u64>,
    /// What it was read as.
    #[cfg_attr(feature = "serde", serde(skip, default = "FormatId::unsaid"))]
    pub format: FormatId,
    /// Index into [`Columns::records`].
    pub record: u32,
    /// Sequences of the same record that come before its first one.
    pub offset: u32,
    /// Index of its first sequence.
    pub first_sequence: u32,
    /// Number of its sequences, kept or not (see [`crate::Importer::summary`]).
    pub n_sequences: u32,
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Finish {
    /// It was done.
    Stop,
    /// It ran into its limit.
    Length,
    /// It called a tool.
    Tool,
    /// A filter stopped it.
    Filter,
    /// Something failed.
    Error,
    /// Whoever asked stopped it.
    Cancelled,
    /// Something else, or not said.
    #[default]
    Unknown,
}

/// What a sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kind {
    /// An answer.
    Answer,
    /// A refusal.
    Refusal,
    /// A call of tools without text.
    ToolCall,
    /// What was said in a recording.
    Transcription,
}

/// One choice of one completion. Ranges are indices into the arrays of [`Columns`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sequence {
    /// Index into [`Columns::completions`].
    pub completion: u32,
    /// `index` of the choice.
    pub choice: u32,
    /// First token in the token columns.
    pub first_token: u64,
    /// Number of tokens.
    pub n_tokens: u32,
    /// Where the text begins in [`Columns::text`].
    pub text_start: u64,
    /// Bytes of text: the joined token bytes; where no token has any, or there are no tokens, the text that the record states.
    /// So it is the end of the last token, or that end is 0.
    pub text_len: u32,
    /// Why it ended.
    pub finish: Finish,
    /// What it is.
    pub kind: Kind,
    /// Its figures.
    pub metrics: SequenceMetrics,
}

/// A file, or a member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Source {
    /// Name of the file, as it was given.
    pub name: String,
    /// Number of the file among all that were read, from 0.
    pub file: u32,
    /// Name of the member inside the file.
    pub member: Option<String>,
    /// Offsets are not those of the file: it is compressed or not UTF-8. [`crate::RecordReader`] finds the bytes again.
    pub packed: bool,
}

/// Everything that was read, in file order.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Columns {
    /// The files, and the members of archives, that were read, in order; see [`crate::Importer::source`].
    pub sources: Vec<Source>,
    /// Where the records lie.
    pub records: Vec<RecordSpan>,
    /// One entry per completion.
    pub completions: Vec<Completion>,
    /// One entry per sequence.
    pub sequences: Vec<Sequence>,
    /// Distinct model names, in order of appearance.
    pub models: Vec<String>,
    /// Text arena, bytes of all sequences. Tokens of a sequence lie one after the other.
    /// A token may hold part of a character; a sequence is decoded as a whole.
    #[cfg_attr(feature = "serde", serde(with = "serde_bytes"))]
    pub text: Vec<u8>,
    /// Per token: end of its bytes, relative to its sequence's `text_start`.
    pub token_end: Vec<u32>,
    /// Per token: log-probability after the input policy, nats, rounded to f32 for keeping.
    pub logprob: Vec<f32>,
    /// Per token: [`Status`] in the low 3 bits, [`Mark`] in the high 4.
    #[cfg_attr(feature = "serde", serde(with = "serde_bytes"))]
    pub flags: Vec<u8>,
}

impl Columns {
    /// The bytes of token `token` (0-based within `sequence`); empty when there is no such token.
    pub fn token_bytes(&self, sequence: &Sequence, token: u32) -> &[u8] {
        let end_of = |token: u32| -> Option<u64> {
            let index = usize::try_from(sequence.first_token + u64::from(token)).ok()?;
            self.token_end
                .get(index)
                .map(|&end| sequence.text_start + u64::from(end))
        };
        if token >= sequence.n_tokens {
            return &[];
        }
        let start = match token.checked_sub(1) {
            Some(before) => end_of(before),
            None => Some(sequence.text_start),
        };
        self.text_between(start, end_of(token))
    }

    /// The text of a sequence; bytes that are not UTF-8 read U+FFFD.
    pub fn sequence_text(&self, sequence: &Sequence) -> std::borrow::Cow<'_, str> {
        let end = sequence.text_start + u64::from(sequence.text_len);
        String::from_utf8_lossy(self.text_between(Some(sequence.text_start), Some(end)))
    }

    fn text_between(&self, start: Option<u64>, end: Option<u64>) -> &[u8] {
        let range = || {
            let start = usize::try_from(start?).ok()?;
            let end = usize::try_from(end?).ok()?;
            self.text.get(start..end)
        };
        range().unwrap_or_default()
    }

    /// Status of the token at this index of the token columns.
    pub fn status(&self, token: u64) -> Status {
        match self.flags_of(token) & STATUS_BITS {
            0 => Status::Scored,
            1 => Status::Clamped,
            2 => Status::Invalid,
            4 => Status::Censored,
            _ => Status::Missing,
        }
    }

    /// Mark of the token at this index of the token columns.
    pub fn mark(&self, token: u64) -> Mark {
        Mark::from_code(self.flags_of(token) >> MARK_SHIFT)
    }

    fn flags_of(&self, token: u64) -> u8 {
        let flags = usize::try_from(token)
            .ok()
            .and_then(|token| self.flags.get(token));
        flags
            .copied()
            .unwrap_or_else(|| flags_of(Reading::new(None), Mark::MISSING))
    }

    /// Makes room for so many times of what is there. There may be none: then the columns grow as they always do.
    pub(crate) fn reserve(&mut self, times: f64) {
        fn more<T>(column: &mut Vec<T>, times: f64) {
            let _ = column.try_reserve_exact((column.len() as f64 * times) as usize);
        }
        more(&mut self.records, times);
        more(&mut self.completions, times);
        more(&mut self.sequences, times);
        more(&mut self.text, times);
        more(&mut self.token_end, times);
        more(&mut self.logprob, times);
        more(&mut self.flags, times);
    }

    /// Forgets the last sequence and its tokens; its completion stays.
    pub(crate) fn forget_sequence(&mut self) {
        let Some(last) = self.sequences.pop() else {
            return;
        };
        let first_token = last.first_token as usize;
        self.token_end.truncate(first_token);
        self.logprob.truncate(first_token);
        self.flags.truncate(first_token);
        self.text.truncate(last.text_start as usize);
    }

    /// Forgets the last completion, which has no sequences, and its record unless another completion is from there.
    pub(crate) fn forget_completion(&mut self) {
        self.completions.pop();
        let records = match self.completions.last() {
            Some(last) => last.record as usize + 1,
            None => 0,
        };
        self.records.truncate(records);
    }

    /// Index of the source that is being read.
    pub(crate) fn source(&self) -> u32 {
        u32::try_from(self.sources.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// What tells a source from the others of the run: the name of its file, of its member, or both. Empty when there are no others.
    pub fn source_name(&self, source: u32) -> String {
        let several_files = self.sources.last().is_some_and(|last| last.file > 0);
        match self.sources.get(source as usize) {
            Some(found) if self.sources.len() > 1 => match &found.member {
                Some(member) if several_files => format!("{}/{member}", found.name),
                Some(member) => member.clone(),
                None => found.name.clone(),
            },
            _ => String::new(),
        }
    }

    /// Index of the source of a sequence.
    pub fn source_of(&self, sequence: &Sequence) -> Option<u32> {
        let completion = self.completions.get(sequence.completion as usize)?;
        let record = self.records.get(completion.record as usize)?;
        Some(record.source)
    }

    /// A place in the source that is being read, without a sequence.
    pub(crate) fn place(&self, at: Position, detail: String) -> Place {
        Place {
            source: self.source(),
            ..place(at, detail)
        }
    }

    /// Name of the model of a sequence, empty when unknown.
    pub fn model_of(&self, sequence: &Sequence) -> &str {
        let completion = self.completions.get(sequence.completion as usize);
        let model = completion.and_then(|completion| completion.model);
        model
            .and_then(|model| self.models.get(model as usize))
            .map_or("", String::as_str)
    }
}

const STATUS_BITS: u8 = 0b111;
const MARK_SHIFT: u32 = 4;

/// A reading and its mark as kept in [`Columns::flags`].
pub(crate) fn flags_of(reading: Reading, mark: Mark) -> u8 {
    reading.status as u8 | mark.code() << MARK_SHIFT
}
