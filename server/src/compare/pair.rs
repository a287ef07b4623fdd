//! A pair, and where its texts part, as plain data.
use crate::again::Again;
use analysis::compare::{Gave, Pair, Side, Turn, Why, bits_per_byte, spoken, turns};
use completions::Sequence;
use serde::Serialize;

/// Characters of the text shown on either side of the place where texts part.
const CONTEXT: usize = 60;

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
    /// All of it, as a sentence goes on.
    #[serde(skip)]
    pub(super) words: String,
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
            words: turn.gave.in_words(),
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
