//! The push parser: chunks in, columns and report out.
use crate::intake::Intake;
use crate::reader::Reader;
use crate::source::SourceReader;
use crate::{Columns, Limits, Report, Segment};
use metrics::RunMetrics;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes pushed.
    pub bytes: u64,
    /// Sequences read.
    pub sequences: u64,
    /// Tokens read.
    pub tokens: u64,
}

/// What an import gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// What was read; for [`Importer::summary`] the beginning of it.
    pub columns: Columns,
    /// Distinct models with the number of their sequences, in order of appearance. Sequences without a model are left out.
    pub models: Vec<(String, u64)>,
    /// What was understood, doubted and not read.
    pub report: Report,
    /// The boards.
    pub metrics: RunMetrics,
}

/// Reads a completions file chunk by chunk. Any chunking of the same bytes gives the same result.
///
/// [`Importer::new`] keeps all columns, [`Importer::summary`] only the first ones, for files that nobody looks into:
///
/// | | memory beside the largest record | [`Import::columns`] | the rest of [`Import`] |
/// |---|---|---|---|
/// | `new` | about 9 bytes and the text of each token, about 400 bytes a sequence | everything | the same |
/// | `summary` | at most about 5 MiB: perplexities for the median, fingerprints for duplicates, of which more go to temporary files | the first sequences | the same, bit for bit |
///
/// ```
/// use completions::{Importer, Limits};
///
/// let mut importer = Importer::new(Limits::default());
/// importer.push(br#"{"choices": [{"message": {"content": "Hi"}, "logp"#);
/// importer.push(br#"robs": {"content": [{"token": "Hi", "logprob": 0.0}]}}]}"#);
/// let import = importer.finish();
/// assert_eq!(import.metrics.n_sequences, 1);
/// assert_eq!(import.metrics.perplexity_mean_of_sequences, Some(1.0));
/// ```
#[derive(Debug)]
pub struct Importer {
    limits: Limits,
    pub(crate) intake: Intake<Reader>,
    /// The file that is being read; `None` before the first one.
    source: Option<SourceReader>,
    files: u32,
    /// Of the files before it.
    records: u64,
    containers: Vec<Vec<&'static str>>,
    bytes: u64,
}

/// What is read first is a sample of the rest; so much more room than it says.
const MARGIN: f64 = 1.03;

impl Importer {
    /// An importer that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Self::keeping(limits, None)
    }

    /// An importer for the figures and the report: the columns have only the first `keep` sequences, with their completions
    /// and records. The completions and records of which no sequence is kept are left out; all model names are there.
    pub fn summary(limits: Limits, keep: usize) -> Self {
        Self::keeping(limits, Some(keep))
    }

    fn keeping(limits: Limits, keep: Option<usize>) -> Self {
        Self::reading(
            limits,
            Intake::new(limits, false, Reader::new(limits, keep)),
        )
    }

    pub(crate) fn reading(limits: Limits, intake: Intake<Reader>) -> Self {
        Self {
            limits,
            intake,
            source: None,
            files: 0,
            records: 0,
            containers: Vec::new(),
            bytes: 0,
        }
    }

    /// What follows is the file of this name. Several files become one run: places and records name the source they lie in.
    /// Not needed for a single one.
    pub fn source(&mut self, name: &str) {
        self.end_source();
        self.source = Some(SourceReader::new(self.limits, self.files, name));
        self.files += 1;
    }

    /// Nothing was named or pushed.
    pub(crate) fn is_untouched(&self) -> bool {
        self.files == 0
    }

    pub(crate) fn end_source(&mut self) {
        if let Some(source) = self.source.take() {
            let (records, containers) = source.finish(&mut self.intake);
            self.records += records;
            if !self.containers.contains(&containers) {
                self.containers.push(containers);
            }
        }
    }

    /// Reads the next bytes. Never fails: what cannot be read becomes part of the report.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        if self.source.is_none() {
            self.source("");
        }
        if let Some(source) = &mut self.source {
            source.push(chunk, &mut self.intake);
        }
    }

    /// There are `total` bytes in all: makes room for them, if they go on as they began. Columns that grow step by step take
    /// more than twice their memory while they do.
    pub fn expect(&mut self, total: u64) {
        let left = total.saturating_sub(self.bytes);
        if self.bytes > 0 && left > 0 {
            let times = left as f64 / self.bytes as f64;
            self.intake.sink.columns.reserve(times * MARGIN);
        }
    }

    /// Whether the next byte is the first of a line, in a file of one value a line: then lines that a
    /// [`SegmentReader`](crate::SegmentReader) has read may follow. Never for [`Importer::summary`].
    pub fn takes_segments(&mut self) -> bool {
        self.intake.is_settled()
            && self.intake.sink.takes_chapters()
            && self
                .source
                .as_mut()
                .is_some_and(|one| one.at_line().is_some())
    }

    /// Puts lines behind what was read that begin at the next byte. The result is that of pushing their bytes.
    /// `false`, and nothing is changed, when that cannot be promised: then push them.
    #[must_use = "lines that were refused have to be pushed"]
    pub fn append(&mut self, segment: Segment) -> bool {
        if !self.takes_segments() {
            return false;
        }
        let Some(splitter) = self.source.as_mut().and_then(SourceReader::at_line) else {
            return false;
        };
        let at = splitter.position(splitter.records() + 1);
        let Segment { stretch, chapter } = segment;
        if !self.intake.sink.append(chapter, at) {
            return false;
        }
        splitter.advance(&stretch);
        self.bytes += stretch.bytes;
        true
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes: self.bytes,
            sequences: self.intake.sink.sequences,
            tokens: self.intake.sink.tokens,
        }
    }

    /// What has been read, and is kept, so far; sequences appear whole.
    pub fn columns(&self) -> &Columns {
        &self.intake.sink.columns
    }

    /// The boards so far, without the median.
    pub fn running_metrics(&self) -> RunMetrics {
        self.intake.sink.run.so_far()
    }

    /// The end of the input.
    pub fn finish(mut self) -> Import {
        self.end();
        let read = self.intake.sink.finish();
        let container = match self.containers.as_slice() {
            [one] => one.clone(),
            _ => vec!["mixed"],
        };
        let layers: Vec<&str> = container.into_iter().chain(read.layers).collect();
        let report = Report {
            container: layers.join("+"),
            formats: read.formats,
            evidence: read.evidence,
            bytes: self.bytes,
            records: self.records,
            problems: read.problems,
        };
        Import {
            columns: read.columns,
            models: read.models,
            report,
            metrics: read.metrics,
        }
    }
}
