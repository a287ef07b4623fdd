//! Whether a query holds: for a sequence as far as that can be told without its tokens, and for one token.
use super::{Expr, Field, Query, Relation, Term, Value};
use crate::position::Position;
use completions::{Columns, Finish, Kind, Sequence, TokenDetail};
use metrics::alternatives::Alternatives;
use metrics::{Band, Status, num};
use std::borrow::Cow;
use std::f64::consts::LN_2;

/// Kleene's logic: what depends on a value that is not known is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    No,
    Open,
    Yes,
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Query {
    /// Whether the query holds when `truth` tells it of each term.
    pub(super) fn holds(&self, truth: &mut impl FnMut(usize) -> Truth) -> Truth {
        holds(&self.expr, truth)
    }
}

fn holds(expr: &Expr, truth: &mut impl FnMut(usize) -> Truth) -> Truth {
    match expr {
        Expr::Is(term) => truth(*term),
        Expr::Not(inner) => match holds(inner, truth) {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Open => Truth::Open,
        },
        Expr::All(all) => {
            let mut found = Truth::Yes;
            for expr in all {
                match holds(expr, truth) {
                    Truth::No => return Truth::No,
                    Truth::Open => found = Truth::Open,
                    Truth::Yes => {}
                }
            }
            found
        }
        Expr::Any(all) => {
            let mut found = Truth::No;
            for expr in all {
                match holds(expr, truth) {
                    Truth::Yes => return Truth::Yes,
                    Truth::Open => found = Truth::Open,
                    Truth::No => {}
                }
            }
            found
        }
    }
}

impl Term {
    /// What it says of a sequence; open for terms about tokens. `is_copy`: its text stood in the run before.
    pub(super) fn of_sequence(&self, columns: &Columns, index: u32, is_copy: bool) -> Truth {
        let Some(sequence) = columns.sequences.get(index as usize) else {
            return Truth::Open;
        };
        let completion = columns.completions.get(sequence.completion as usize);
        let metrics = &sequence.metrics;
        match self.field {
            Field::SequencePerplexity => self.number(
                metrics
                    .perplexity
                    .or(metrics.overflow.then_some(f64::INFINITY)),
            ),
            Field::SequenceProbability => self.number(metrics.mean_prob),
            Field::SequenceTokens => self.number(Some(f64::from(sequence.n_tokens))),
            Field::SequenceNumber => self.number(Some(f64::from(index) + 1.0)),
            Field::Choice => self.number(Some(f64::from(sequence.choice))),
            Field::Model => self.name(columns.model_of(sequence)),
            Field::Source => self.name(&source_of(columns, sequence)),
            Field::Format => {
                self.name(completion.map_or("", |completion| completion.format.name()))
            }
            Field::Finish => self.name(finish_name(sequence.finish)),
            Field::Kind => self.name(kind_name(sequence.kind)),
            Field::Label => self.name(
                completion
                    .and_then(|completion| completion.label.as_deref())
                    .unwrap_or_default(),
            ),
            Field::Id => self.name(completion.map_or("", |completion| &completion.id)),
            Field::Duplicate => self.name(if is_copy { "yes" } else { "no" }),
            _ => Truth::Open,
        }
    }

    /// For a limit on a probability: what can be said without one, quickly.
    pub(super) fn screen(&self) -> Option<Screen> {
        let Value::Number(wanted) = self.value else {
            return None;
        };
        let is_limit = self.field == Field::Probability && wanted > 0.0 && wanted.is_finite();
        is_limit.then(|| Screen {
            logprob: num::ln(wanted),
            below: self.number(Some(f64::NEG_INFINITY)),
            above: self.number(Some(f64::INFINITY)),
        })
    }

    /// What it says of a token by the columns alone.
    pub(super) fn of_token(&self, columns: &Columns, sequence: &Sequence, token: u32) -> Truth {
        let at = sequence.first_token + u64::from(token);
        let status = columns.status(at);
        let logprob = || logprob_of(columns, at);
        match self.field {
            Field::Probability => self.number(logprob().map(num::exp)),
            Field::Logprob => self.number(logprob()),
            Field::Surprisal => self.number(logprob().map(|logprob| -logprob / LN_2 + 0.0)),
            Field::Text => self.text(&text_of(columns, sequence, token)),
            Field::Position => self.number(Some(f64::from(token))),
            Field::Bytes => self.number(Some(columns.token_bytes(sequence, token).len() as f64)),
            Field::Status => self.name(status_name(status)),
            Field::Band => match columns.mark(at).band() {
                Some(band) => self.name(band_name(band)),
                None => Truth::Open,
            },
            _ => Truth::Open,
        }
    }

    /// What it says of a token by its alternatives. `listed` is scratch.
    pub(super) fn of_alternatives(&self, token: &TokenDetail, listed: &mut Alternatives) -> Truth {
        let position = Position::of(token, listed);
        match self.field {
            Field::Rank => match position.rank() {
                None => Truth::Open,
                Some(rank) => {
                    let least = f64::from(rank.rank);
                    let most = if rank.is_lower_bound {
                        None
                    } else {
                        Some(least)
                    };
                    self.range(least, most)
                }
            },
            Field::Entropy => match position.entropy() {
                None => Truth::Open,
                Some((least, most)) => self.range(least, most),
            },
            Field::Margin => self.number(position.margin()),
            Field::Share => self.number(position.share()),
            _ => Truth::Open,
        }
    }

    /// An exact number.
    fn number(&self, number: Option<f64>) -> Truth {
        match number {
            Some(number) => self.range(number, Some(number)),
            None => Truth::Open,
        }
    }

    /// A number of which only limits are known; `None` is no limit.
    fn range(&self, least: f64, most: Option<f64>) -> Truth {
        let Value::Number(wanted) = self.value else {
            return Truth::Open;
        };
        let most = most.unwrap_or(f64::INFINITY);
        let truth = |yes: bool, no: bool| match (yes, no) {
            (true, _) => Truth::Yes,
            (_, true) => Truth::No,
            _ => Truth::Open,
        };
        #[expect(clippy::float_cmp, reason = "this is what the person asks for")]
        match self.relation {
            Relation::Less => truth(most < wanted, least >= wanted),
            Relation::AtMost => truth(most <= wanted, least > wanted),
            Relation::More => truth(least > wanted, most <= wanted),
            Relation::AtLeast => truth(least >= wanted, most < wanted),
            Relation::IsNot => truth(
                least > wanted || most < wanted,
                least == wanted && most == wanted,
            ),
            Relation::Is | Relation::Has | Relation::Matches => truth(
                least == wanted && most == wanted,
                least > wanted || most < wanted,
            ),
        }
    }

    fn name(&self, name: &str) -> Truth {
        match (&self.value, self.relation) {
            (Value::Pattern(pattern), _) => pattern.is_match(name).into(),
            (Value::Text(text), Relation::IsNot) => (name != text).into(),
            (Value::Text(text), _) => (name == text).into(),
            (Value::Number(_), _) => Truth::Open,
        }
    }

    fn text(&self, text: &str) -> Truth {
        match (&self.value, self.relation) {
            (Value::Text(part), Relation::Has) => {
                text.to_lowercase().contains(&part.to_lowercase()).into()
            }
            _ => self.name(text),
        }
    }
}

/// A limit on a probability as one on its logarithm. A million exponentials take longer than a person waits for a key; next to
/// the limit they are computed, so that the answer is that of the probability as it is shown.
pub(super) struct Screen {
    logprob: f64,
    below: Truth,
    above: Truth,
}

/// The exponential of what is farther away than this lies on the same side, whatever its last bits.
const SURE: f64 = 1e-6;

impl Screen {
    /// What is said of the token at this index of the columns; `None` when that takes its probability.
    pub(super) fn of_token(&self, columns: &Columns, at: u64) -> Option<Truth> {
        let Some(logprob) = logprob_of(columns, at) else {
            return Some(Truth::Open);
        };
        if logprob < self.logprob - SURE {
            Some(self.below)
        } else if logprob > self.logprob + SURE {
            Some(self.above)
        } else {
            None
        }
    }
}

/// The log-probability of the token at this index of the columns, if it has one.
fn logprob_of(columns: &Columns, at: u64) -> Option<f64> {
    let logprob = usize::try_from(at)
        .ok()
        .and_then(|at| columns.logprob.get(at))?;
    columns
        .status(at)
        .is_scored()
        .then_some(f64::from(*logprob))
}

fn text_of<'a>(columns: &'a Columns, sequence: &Sequence, token: u32) -> Cow<'a, str> {
    String::from_utf8_lossy(columns.token_bytes(sequence, token))
}

pub(super) fn source_of(columns: &Columns, sequence: &Sequence) -> String {
    let source = columns.source_of(sequence);
    source.map_or_else(String::new, |source| columns.source_name(source))
}

pub(super) fn finish_name(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Tool => "tool",
        Finish::Filter => "filter",
        Finish::Error => "error",
        Finish::Cancelled => "cancelled",
        Finish::Unknown => "unknown",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Answer => "answer",
        Kind::Refusal => "refusal",
        Kind::ToolCall => "tool_call",
        Kind::Transcription => "transcription",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Scored => "scored",
        Status::Clamped => "clamped",
        Status::Invalid => "invalid",
        Status::Missing => "missing",
        Status::Censored => "censored",
    }
}

pub(super) fn band_name(band: Band) -> &'static str {
    match band {
        Band::Low => "low",
        Band::Middle => "middle",
        Band::High => "high",
    }
}
