//! A stored run as the API tells of it.
use crate::Card;
use completions::{Columns, Import, Level, Place, Problem, Severity};
use metrics::RunMetrics;
use serde::{Deserialize, Serialize};

/// The boards. Field names and meaning are those of [`RunMetrics`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Totals {
    /// Sequences, scored or not: "Number of sentences".
    pub sequences: u64,
    /// Sequences with at least one scored token.
    pub scored_sequences: u64,
    /// All tokens.
    pub tokens: u64,
    /// Tokens that take part in the means.
    pub scored_tokens: u64,
    /// Tokens without a value.
    pub missing_tokens: u64,
    /// Tokens below what the server reports.
    pub censored_tokens: u64,
    /// Tokens with an impossible value.
    pub invalid_tokens: u64,
    /// "Perplexity overall".
    pub perplexity_overall: Option<f64>,
    /// Sequences with an infinite perplexity.
    pub overflow_sequences: u64,
    /// "Probability overall".
    pub probability_overall: Option<f64>,
    /// Median of the sequence perplexities.
    pub perplexity_median: Option<f64>,
    /// Perplexity over all tokens.
    pub perplexity_tokens: Option<f64>,
    /// Probability over all tokens.
    pub probability_tokens: Option<f64>,
    /// Tokens in the low, middle and high band.
    pub bands: [u64; 3],
}

impl From<&RunMetrics> for Totals {
    fn from(metrics: &RunMetrics) -> Self {
        Self {
            sequences: metrics.n_sequences,
            scored_sequences: metrics.n_scored_sequences,
            tokens: metrics.counts.total,
            scored_tokens: metrics.counts.scored,
            missing_tokens: metrics.counts.missing,
            censored_tokens: metrics.counts.censored,
            invalid_tokens: metrics.counts.invalid,
            perplexity_overall: metrics.perplexity_mean_of_sequences,
            overflow_sequences: metrics.n_overflow,
            probability_overall: metrics.probability_mean_of_sequences,
            perplexity_median: metrics.perplexity_median_of_sequences,
            perplexity_tokens: metrics.perplexity_token_weighted,
            probability_tokens: metrics.probability_token_weighted,
            bands: metrics.bands,
        }
    }
}

/// One kind of problem of the import report, with its texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct BoardProblem {
    /// Stable name.
    pub code: String,
    /// `info`, `warn` or `error`.
    pub level: String,
    /// How often.
    pub count: u64,
    /// What happened.
    pub sentence: String,
    /// What to do, or empty.
    pub remedy: String,
    /// The first places: (record, line, byte, sequence, detail).
    pub places: Vec<(u64, u64, u64, Option<u64>, String)>,
    /// For each place the file, or the member of an archive, that it lies in; empty when the run has only one.
    pub sources: Vec<String>,
}

impl BoardProblem {
    fn new(problem: &Problem, columns: &Columns) -> Self {
        let place = |place: &Place| {
            (
                place.record,
                place.line,
                place.byte,
                place.sequence,
                place.detail.clone(),
            )
        };
        Self {
            code: problem.code.to_owned(),
            level: match problem.level {
                Level::Info => "info",
                Level::Warn => "warn",
                Level::Error => "error",
            }
            .to_owned(),
            count: problem.count,
            sentence: problem.sentence(),
            remedy: problem.remedy().to_owned(),
            places: problem.places.iter().map(place).collect(),
            sources: if columns.sources.len() > 1 {
                let places = problem.places.iter();
                places
                    .map(|place| columns.source_name(place.source))
                    .collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// A run with its boards and the beginning of its list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunSummary {
    /// Lower-case ULID; empty for a run that is not stored.
    pub id: String,
    /// File name as given.
    pub name: String,
    /// Words that people put on it, sorted.
    pub tags: Vec<String>,
    /// What people say about it.
    pub note: String,
    /// Where the bytes lie in the store, e.g. `blob/2026/01/02/…`; empty for a run that is not stored.
    pub path: String,
    /// When it was stored, milliseconds since 1970, UTC.
    pub imported_at_ms: u64,
    /// Size in bytes, as received.
    pub size: u64,
    /// SHA-256 of the bytes as received, lower-case hex; empty for a run that is not stored.
    pub sha256: String,
    /// Format: `openai_chat`, …, `mixed`, `unrecognised`.
    pub format: String,
    /// Container: `json`, `json_array`, `jsonl`, …
    pub container: String,
    /// Severity of the import report: `ok`, `doubts`, `partial` or `nothing`.
    pub severity: String,
    /// The boards.
    pub totals: Totals,
    /// Distinct models with their number of sequences, in order of appearance.
    pub models: Vec<(String, u64)>,
    /// The first files, and members of archives, that it is from; empty when there is only one.
    pub sources: Vec<String>,
    /// Why it was read as this format.
    pub evidence: Vec<String>,
    /// The import report.
    pub problems: Vec<BoardProblem>,
    /// The first sequences, in the order of the file.
    pub cards: Vec<Card>,
}

impl RunSummary {
    /// Tokens on a card of a summary.
    pub const CARD_TOKENS: u32 = 60;

    /// Everything that the import knows; what the store adds (id, path, time, hash) is left empty.
    /// Holds the first `cards` sequences. The same for an import that kept no more than these ([`completions::Importer::summary`]).
    pub fn of_import(import: &Import, name: &str, size: u64, cards: usize) -> Self {
        let Import {
            columns,
            models,
            report,
            metrics,
        } = import;
        Self {
            name: name.to_owned(),
            size,
            format: report.format_name().to_owned(),
            container: report.container.to_owned(),
            severity: match report.severity(metrics.n_sequences) {
                Severity::Ok => "ok",
                Severity::Doubts => "doubts",
                Severity::Partial => "partial",
                Severity::Nothing => "nothing",
            }
            .to_owned(),
            totals: metrics.into(),
            models: models.clone(),
            evidence: report.evidence.clone(),
            problems: report
                .problems
                .iter()
                .map(|problem| BoardProblem::new(problem, columns))
                .collect(),
            sources: source_names(columns),
            cards: (0..columns.sequences.len())
                .take(cards)
                .filter_map(|at| u32::try_from(at).ok())
                .map(|at| Card::new(columns, at, Self::CARD_TOKENS))
                .collect(),
            ..Self::default()
        }
    }
}

/// A menu with more of them would help nobody.
const SOURCES: usize = 500;

fn source_names(columns: &Columns) -> Vec<String> {
    if columns.sources.len() < 2 {
        return Vec::new();
    }
    let sources = (0_u32..).take(columns.sources.len().min(SOURCES));
    sources.map(|source| columns.source_name(source)).collect()
}

/// Which page of the runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunListQuery {
    /// [`RunList::next`] of the page before; empty for the first page.
    pub before: String,
    /// Runs per page, 1 to 100; 0 means 20.
    pub limit: u32,
}

/// One page of runs, newest first. Their cards and problems are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunList {
    /// The runs.
    pub runs: Vec<RunSummary>,
    /// All runs in the store.
    pub total: u64,
    /// Value of `before` for the next page, if there is one.
    pub next: Option<String>,
}
