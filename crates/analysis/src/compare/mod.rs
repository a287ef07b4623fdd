//! Two runs side by side: which answers belong together, what differs over all of them, and where each two part.
//!
//! | module | what it is |
//! |---|---|
//! | [`mod@pairing`] | which answer of A belongs to which one of B, and by what that was told |
//! | [`mod@measure`] | what is compared over all pairs |
//! | [`mod@bootstrap`] | intervals for the differences |
//! | [`mod@fork`] | where two texts part, by bytes |
//! | [`mod@diff`] | what two texts have in common, word by word |
//! | [`mod@heat`] | the tokens of each stretch, with their values |
//! | [`mod@turn`] | what each side gave to the other's choice there |
//!
//! Swapping A and B mirrors every answer, bit for bit. Texts are compared by their bytes, so tokenizers may differ.
pub mod bootstrap;
pub mod diff;
pub mod fork;
pub mod heat;
pub mod measure;
pub mod pairing;
pub mod turn;
mod words;

pub use bootstrap::Interval;
pub use diff::{Span, Stretch, TextDiff, text_diff};
pub use fork::{Fork, fork, spoken};
pub use heat::{Piece, heat, weakest};
pub use measure::{Difference, Measure};
pub use pairing::{Pairing, Rule, pair_up};
pub use turn::{Gave, Turn, Why, turns};

use completions::{Columns, Sequence};
use metrics::num;
use serde::{Deserialize, Serialize};

/// One of the two that are compared: a run, or a part of it.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// What was read.
    pub columns: &'a Columns,
    /// Its sequences, ascending.
    pub sequences: Vec<u32>,
}

impl<'a> Side<'a> {
    /// All of a run.
    pub fn all(columns: &'a Columns) -> Self {
        Self {
            columns,
            sequences: (0_u32..).take(columns.sequences.len()).collect(),
        }
    }

    /// The sequence of this index in its columns.
    pub fn sequence(&self, index: u32) -> Option<&'a Sequence> {
        self.columns.sequences.get(index as usize)
    }
}

/// Two sequences that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Index of the sequence in the columns of A.
    pub a: u32,
    /// Index of the sequence in the columns of B.
    pub b: u32,
    /// Pairs that were told by the same thing, such as one prompt, have the same number. They are not independent.
    pub unit: u32,
    /// Where their texts part; `None` when they are the same bytes.
    pub fork: Option<Fork>,
    /// The bytes that both have are cut into other tokens.
    pub other_tokens: bool,
}

/// What there is to say about two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// By what the pairs were told.
    pub rule: Rule,
    /// In the order of A.
    pub pairs: Vec<Pair>,
    /// Sequences of A without a partner, ascending.
    pub only_a: Vec<u32>,
    /// Sequences of B without a partner, ascending.
    pub only_b: Vec<u32>,
    /// One entry for each [`Measure`], in their order.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Compares two sides, which may be parts of one run. Without a rule the best one is taken, see [`pair_up`].
    pub fn new(a: &Side<'_>, b: &Side<'_>, rule: Option<Rule>) -> Self {
        let Pairing {
            rule,
            pairs,
            only_a,
            only_b,
        } = pair_up(a, b, rule);
        let differences = measure::differences(a, b, &pairs);
        Self {
            rule,
            pairs,
            only_a,
            only_b,
            differences,
        }
    }

    /// Number of units: prompts, labels, ids or places.
    pub fn units(&self) -> usize {
        units(&self.pairs)
    }

    /// Pairs with the same bytes.
    pub fn same_texts(&self) -> usize {
        let same = |pair: &&Pair| pair.fork.is_none();
        self.pairs.iter().filter(same).count()
    }

    /// Pairs of which the bytes that both have are cut into other tokens: then perplexities do not compare.
    pub fn other_tokens(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.other_tokens).count()
    }

    /// Median of the byte at which texts part, over the pairs that do; the lower one of two.
    pub fn median_fork(&self) -> Option<u32> {
        let forks = self.pairs.iter().filter_map(|pair| pair.fork);
        let mut bytes: Vec<u32> = forks.map(|fork| fork.byte).collect();
        bytes.sort_unstable();
        bytes.get(bytes.len().checked_sub(1)? / 2).copied()
    }

    /// Indices of the pairs, those first whose mean probability changed most; then those that differ in text alone, then
    /// the others. Equal ones stay in order.
    pub fn by_change(&self, a: &Side<'_>, b: &Side<'_>) -> Vec<u32> {
        let change = |pair: &Pair| -> f64 {
            let of = |side: &Side<'_>, index| side.sequence(index)?.metrics.mean_prob;
            match (of(a, pair.a), of(b, pair.b)) {
                (Some(a), Some(b)) => (b - a).abs(),
                _ => 0.0,
            }
        };
        let mut order: Vec<(f64, bool, u32)> = (0_u32..)
            .zip(&self.pairs)
            .map(|(index, pair)| (change(pair), pair.fork.is_some(), index))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(&a.1)));
        order.into_iter().map(|(.., index)| index).collect()
    }
}

/// Units are numbered from 0 on.
fn units(pairs: &[Pair]) -> usize {
    let numbers = pairs.iter().map(|pair| pair.unit as usize + 1);
    numbers.max().unwrap_or(0)
}

/// Bits of information in a text per byte of it; `None` unless all of its tokens have values.
pub fn bits_per_byte(sequence: &Sequence) -> Option<f64> {
    let (bits, bytes) = Measure::BitsPerByte.parts(sequence)?;
    Some(bits / bytes)
}

/// Nats as bits.
fn bits(nats: f64) -> f64 {
    nats / num::LN_2
}
