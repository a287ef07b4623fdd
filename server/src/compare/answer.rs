//! What is said of two runs, as plain data.
use crate::again::Again;
use analysis::compare::{
    Comparison, Gave, Pair, Side, Turn, Why, bits_per_byte, bootstrap, spoken, turns,
};
use completions::Sequence;
use serde::Serialize;

/// Characters of the text shown on either side of the place where texts part.
const CONTEXT: usize = 60;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) a: Run,
    pub(super) b: Run,
    /// `prompt`, `label`, `id` or `place`.
    pub(super) paired_by: &'static str,
    pub(super) pairs: usize,
    /// Groups of pairs that are independent of each other: prompts, labels, ids or places. Of one alone the pairs are.
    pub(super) units: usize,
    /// Sequences without a partner.
    pub(super) only_a: usize,
    pub(super) only_b: usize,
    /// Pairs with the same bytes.
    pub(super) same_texts: usize,
    /// Bytes in front of the place where the others part, in the middle.
    pub(super) median_fork_byte: Option<u32>,
    /// Pairs of which the same bytes are cut into other tokens.
    pub(super) other_tokens: usize,
    pub(super) differences: Vec<Difference>,
    pub(super) interval: Method,
    /// Those that differ most.
    pub(super) shown: Vec<Shown>,
}

/// One of the two.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    pub(super) name: String,
    pub(super) sequences: usize,
    pub(super) models: Vec<String>,
}

/// What differs in one measure. The values are those of the pairs that have it on both sides.
#[derive(Debug, Serialize)]
pub(super) struct Difference {
    pub(super) measure: &'static str,
    pub(super) pairs: u32,
    pub(super) a: Option<f64>,
    pub(super) b: Option<f64>,
    /// B − A, and the interval around it.
    pub(super) difference: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}

/// How intervals are computed.
#[derive(Debug, Serialize)]
pub(super) struct Method {
    pub(super) method: &'static str,
    pub(super) level: f64,
    pub(super) resamples: usize,
    pub(super) seed: u64,
}

/// A pair.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    /// Its number, from 1, in the order of A.
    pub(super) pair: u32,
    pub(super) label: String,
    pub(super) a: Half,
    pub(super) b: Half,
    /// `null` when both texts are the same.
    pub(super) fork: Option<Parting>,
}

/// A sequence of a pair.
#[derive(Debug, Serialize)]
pub(super) struct Half {
    /// From 1.
    pub(super) sequence: u32,
    pub(super) tokens: u32,
    pub(super) perplexity: Option<f64>,
    pub(super) probability: Option<f64>,
    pub(super) bits_per_byte: Option<f64>,
}

/// Where two texts part.
#[derive(Debug, Serialize)]
pub(super) struct Parting {
    pub(super) byte: u32,
    pub(super) a: Way,
    pub(super) b: Way,
}

/// How one of them went on.
#[derive(Debug, Serialize)]
pub(super) struct Way {
    /// From 0; `null` when the text ends here.
    pub(super) position: Option<u32>,
    /// What stands in front of the token.
    pub(super) before: String,
    pub(super) token: String,
    /// The text ends here.
    pub(super) ends: bool,
    pub(super) probability: Option<f64>,
    pub(super) rank: Option<u32>,
    pub(super) rank_is_lower_bound: bool,
    /// What follows the token.
    pub(super) after: String,
    pub(super) gave: GaveOther,
}

/// What it gave to what the other wrote.
#[derive(Debug, Serialize)]
pub(super) struct GaveOther {
    /// What the other wrote, from where the token begins.
    pub(super) text: String,
    /// `exactly`, `not_listed`, `between`, `unknown`.
    pub(super) known: &'static str,
    /// Both are the probability where it is known exactly.
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
    /// Where it is known exactly.
    pub(super) rank: Option<u32>,
    /// Alternatives among which it is not.
    pub(super) listed: Option<u32>,
    /// Why it is not known: `unread`, `no_alternatives`, `ended`, `cut`.
    pub(super) why: Option<&'static str>,
}

impl Answer {
    pub(super) fn new(
        names: (&str, &str),
        (a, b): (&Side<'_>, &Side<'_>),
        comparison: &Comparison,
        (again_a, again_b): (&mut Again<'_>, &mut Again<'_>),
        pairs: usize,
    ) -> Self {
        let order = comparison.by_change(a, b);
        let shown = order.into_iter().take(pairs).filter_map(|index| {
            let pair = comparison.pairs.get(index as usize)?;
            Shown::new((a, b), (again_a, again_b), index, pair)
        });
        Self {
            a: Run::new(names.0, a),
            b: Run::new(names.1, b),
            paired_by: comparison.rule.name(),
            pairs: comparison.pairs.len(),
            units: comparison.units(),
            only_a: comparison.only_a.len(),
            only_b: comparison.only_b.len(),
            same_texts: comparison.same_texts(),
            median_fork_byte: comparison.median_fork(),
            other_tokens: comparison.other_tokens(),
            differences: comparison.differences.iter().map(Into::into).collect(),
            interval: Method {
                method: "paired bootstrap, percentiles",
                level: bootstrap::LEVEL,
                resamples: bootstrap::RESAMPLES,
                seed: bootstrap::SEED,
            },
            shown: shown.collect(),
        }
    }
}

impl Run {
    fn new(name: &str, side: &Side<'_>) -> Self {
        Self {
            name: name.to_owned(),
            sequences: side.sequences.len(),
            models: models(side),
        }
    }
}

/// The models of a side, in order of appearance.
fn models(side: &Side<'_>) -> Vec<String> {
    let mut models: Vec<String> = Vec::new();
    for sequence in side
        .sequences
        .iter()
        .filter_map(|&index| side.sequence(index))
    {
        let name = side.columns.model_of(sequence);
        if !name.is_empty() && !models.iter().any(|known| known == name) {
            models.push(name.to_owned());
        }
    }
    models
}

impl From<&analysis::compare::Difference> for Difference {
    fn from(known: &analysis::compare::Difference) -> Self {
        Self {
            measure: known.measure.name(),
            pairs: known.pairs,
            a: known.a,
            b: known.b,
            difference: known.difference,
            low: known.interval.map(|interval| interval.low),
            high: known.interval.map(|interval| interval.high),
        }
    }
}

impl Shown {
    /// `None` when the pair is not one of these sides.
    pub(super) fn new(
        (a, b): (&Side<'_>, &Side<'_>),
        (again_a, again_b): (&mut Again<'_>, &mut Again<'_>),
        index: u32,
        pair: &Pair,
    ) -> Option<Self> {
        let (detail_a, detail_b) = match pair.fork {
            Some(_) => (again_a.detail(pair.a), again_b.detail(pair.b)),
            None => (None, None),
        };
        let turns = turns(a, b, pair, detail_a.as_ref(), detail_b.as_ref());
        let (one, other) = (a.sequence(pair.a)?, b.sequence(pair.b)?);
        let completion = a.columns.completions.get(one.completion as usize);
        let label = completion.map_or_else(String::new, |completion| {
            completion
                .label
                .clone()
                .unwrap_or_else(|| completion.id.clone())
        });
        let fork = pair
            .fork
            .zip(turns)
            .map(|(fork, (turn_a, turn_b))| Parting {
                byte: fork.byte,
                a: Way::new(turn_a, text_of(a, one), fork.byte),
                b: Way::new(turn_b, text_of(b, other), fork.byte),
            });
        Some(Self {
            pair: index + 1,
            label,
            a: Half::new(pair.a, one),
            b: Half::new(pair.b, other),
            fork,
        })
    }
}

impl Half {
    fn new(index: u32, sequence: &Sequence) -> Self {
        Self {
            sequence: index + 1,
            tokens: sequence.n_tokens,
            perplexity: sequence.metrics.perplexity,
            probability: sequence.metrics.mean_prob,
            bits_per_byte: bits_per_byte(sequence),
        }
    }
}

impl Way {
    fn new(turn: Turn, text: &[u8], fork: u32) -> Self {
        let start = turn.start as usize;
        let before = String::from_utf8_lossy(text.get(..start).unwrap_or_default());
        let after = text.get(start + turn.wrote.len()..).unwrap_or_default();
        // A character has at most four bytes.
        let after = String::from_utf8_lossy(&after[..after.len().min(4 * CONTEXT)]);
        let skipped = before.chars().count().saturating_sub(CONTEXT);
        Self {
            position: turn.token,
            before: before.chars().skip(skipped).collect(),
            token: String::from_utf8_lossy(&turn.wrote).into_owned(),
            ends: turn.token.is_none() && text.len() == fork as usize,
            probability: turn.probability,
            rank: turn.rank,
            rank_is_lower_bound: turn.rank_is_lower_bound,
            after: after.chars().take(CONTEXT).collect(),
            gave: GaveOther::new(&turn),
        }
    }
}

impl GaveOther {
    fn new(turn: &Turn) -> Self {
        let known = Self {
            text: String::from_utf8_lossy(&turn.other).into_owned(),
            known: "unknown",
            at_least: None,
            at_most: None,
            rank: None,
            listed: None,
            why: None,
        };
        match turn.gave {
            Gave::Exactly { probability, rank } => Self {
                known: "exactly",
                at_least: Some(probability),
                at_most: Some(probability),
                rank: Some(rank),
                ..known
            },
            Gave::NotListed { at_most, listed } => Self {
                known: "not_listed",
                at_least: Some(0.0),
                at_most: Some(at_most),
                listed: Some(listed),
                ..known
            },
            Gave::Between { at_least, at_most } => Self {
                known: "between",
                at_least: Some(at_least),
                at_most: Some(at_most),
                ..known
            },
            Gave::Unknown(why) => Self {
                why: Some(match why {
                    Why::Unread => "unread",
                    Why::NoAlternatives => "no_alternatives",
                    Why::Ended => "ended",
                    Why::Cut => "cut",
                }),
                ..known
            },
        }
    }
}

fn text_of<'a>(side: &Side<'a>, sequence: &Sequence) -> &'a [u8] {
    spoken(side.columns, sequence).0
}
