//! What each side gave to the other's choice where two texts part.
//!
//! Looked up among the alternatives of the token in which they part. The other's choice is its text from where this token
//! begins to the end of the other's token: the same token where tokenizers agree, a piece of text where they do not.
use super::fork::{Fork, spoken};
use super::{Pair, Side};
use completions::{Finish, SequenceDetail, TokenDetail, is_special_token};
use metrics::alternatives::Alternatives;
use metrics::format::{count, percent};
use metrics::{Rank, Reading, Status, Sum, num};
use serde::{Deserialize, Serialize};

/// Bytes of a text without tokens that count as the choice.
const UNKNOWN: usize = 32;

/// One side at the place where two texts part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Its token there; `None` when its text ends.
    pub token: Option<u32>,
    /// The byte of its text at which this token begins; at most that of the fork.
    pub start: u32,
    /// The bytes of this token.
    pub wrote: Vec<u8>,
    /// Its probability, 0 to 1.
    pub probability: Option<f64>,
    /// Its rank among the alternatives, from 1.
    pub rank: Option<u32>,
    /// It is less likely than all alternatives: its rank is at least that.
    pub rank_is_lower_bound: bool,
    /// The bytes that the other wrote instead; empty when its text ends.
    pub other: Vec<u8>,
    /// What this side gave to that.
    pub gave: Gave,
}

/// What a side gave to the other's choice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Gave {
    /// It is one of the alternatives, byte by byte.
    Exactly {
        /// 0 to 1.
        probability: f64,
        /// From 1; equal values share the better one.
        rank: u32,
    },
    /// It is none of the alternatives, nor does one of them begin like it: as a token it has at most this.
    NotListed {
        /// 0 to 1: what is left over, and no more than the least likely alternative.
        at_most: f64,
        /// How many alternatives there are.
        listed: u32,
    },
    /// Alternatives are only its beginning, or go on beyond it: the text has at least and at most this.
    Between {
        /// What goes on beyond it, together.
        at_least: f64,
        /// That, what is a beginning of it, and what is left over.
        at_most: f64,
    },
    /// It cannot be told.
    Unknown(Why),
}

impl Gave {
    /// What a side gave to the other's choice, as a sentence goes on: "31 %, rank 2".
    pub fn in_words(self) -> String {
        match self {
            Self::Exactly { probability, rank } => format!("{}, rank {rank}", percent(probability)),
            Self::NotListed { at_most, listed } => format!(
                "at most {}, it is not among its {}",
                percent(at_most),
                count(u64::from(listed))
            ),
            Self::Between {
                at_least: 0.0,
                at_most,
            } => {
                format!("at most {}, only its beginning is listed", percent(at_most))
            }
            Self::Between { at_least, at_most } => format!(
                "{} to {}, longer tokens begin with it",
                percent(at_least),
                percent(at_most)
            ),
            Self::Unknown(Why::Unread) => {
                "something unknown: its record cannot be read again".to_owned()
            }
            Self::Unknown(Why::Ended) => "nothing that is known: its text ends here".to_owned(),
            Self::Unknown(Why::Cut) => "something unknown: being cut off is no choice".to_owned(),
            Self::Unknown(Why::NoAlternatives) => {
                "something unknown: it has no alternatives here".to_owned()
            }
        }
    }
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// The record could not be read again.
    Unread,
    /// The file has no alternatives there.
    NoAlternatives,
    /// This side's text ends there: it has no token whose alternatives could be asked.
    Ended,
    /// The other was cut off there, which is no choice of the model.
    Cut,
}

/// What stands after a choice that is the end of the text.
struct Choice<'a> {
    text: &'a [u8],
    /// The text ends behind it.
    ends: bool,
    /// It ends because it was cut off.
    cut: bool,
}

/// Both sides at the fork of a pair, A first; `None` when the texts are the same. The details are those of
/// [`completions::decode_sequence`].
pub fn turns(
    a: &Side<'_>,
    b: &Side<'_>,
    pair: &Pair,
    detail_a: Option<&SequenceDetail>,
    detail_b: Option<&SequenceDetail>,
) -> Option<(Turn, Turn)> {
    let fork = pair.fork?;
    Some((
        turn(fork, (a, pair.a, fork.a), (b, pair.b, fork.b), detail_a)?,
        turn(fork, (b, pair.b, fork.b), (a, pair.a, fork.a), detail_b)?,
    ))
}

/// One side: its columns, its sequence, and its token at the fork.
type At<'a, 'b> = (&'b Side<'a>, u32, Option<u32>);

fn turn(
    fork: Fork,
    this: At<'_, '_>,
    other: At<'_, '_>,
    detail: Option<&SequenceDetail>,
) -> Option<Turn> {
    let (text, ends) = spoken(this.0.columns, this.0.sequence(this.1)?);
    let rival = other.0.sequence(other.1)?;
    let (other_text, other_ends) = spoken(other.0.columns, rival);
    let begin = match this.2 {
        Some(token) => start_of(ends, token),
        None => fork.byte as usize,
    };
    let other_end = match other.2.and_then(|token| other_ends.get(token as usize)) {
        Some(&end) => end as usize,
        // It ends there, or nobody knows its tokens.
        None => other_text.len().min(fork.byte as usize + UNKNOWN),
    };
    let choice = Choice {
        text: other_text.get(begin..other_end).unwrap_or_default(),
        ends: other_text.len() == fork.byte as usize,
        cut: rival.finish != Finish::Stop,
    };
    let Some(token) = this.2 else {
        let ended = text.len() == fork.byte as usize;
        return Some(Turn {
            token: None,
            start: fork.byte,
            wrote: Vec::new(),
            probability: None,
            rank: None,
            rank_is_lower_bound: false,
            other: choice.text.to_vec(),
            gave: Gave::Unknown(if ended {
                Why::Ended
            } else {
                Why::NoAlternatives
            }),
        });
    };
    let end = ends.get(token as usize).map_or(begin, |&end| end as usize);
    let detail = detail.map(|detail| detail.tokens.get(token as usize));
    let known = detail.flatten();
    let rank = known.and_then(rank);
    Some(Turn {
        token: Some(token),
        start: u32::try_from(begin).unwrap_or(u32::MAX),
        wrote: text.get(begin..end).unwrap_or_default().to_vec(),
        probability: known.and_then(probability),
        rank: rank.map(|rank| rank.rank),
        rank_is_lower_bound: rank.is_some_and(|rank| rank.is_lower_bound),
        other: choice.text.to_vec(),
        gave: known.map_or(Gave::Unknown(Why::Unread), |token| gave(token, &choice)),
    })
}

fn start_of(ends: &[u32], token: u32) -> usize {
    let before = (token as usize).checked_sub(1);
    before
        .and_then(|before| ends.get(before))
        .map_or(0, |&end| end as usize)
}

fn probability(token: &TokenDetail) -> Option<f64> {
    let scored = matches!(
        token.status,
        Status::Scored | Status::Clamped | Status::Invalid
    );
    scored.then(|| num::exp(token.logprob))
}

fn rank(token: &TokenDetail) -> Option<Rank> {
    let mut listed = Alternatives::default();
    listed.fill(token.alternatives.iter().map(|one| one.logprob));
    let reading = Reading {
        status: token.status,
        logprob: token.logprob,
    };
    listed.rank(reading, !token.chosen_is_listed)
}

/// What the alternatives of a token say about a choice.
fn gave(token: &TokenDetail, choice: &Choice<'_>) -> Gave {
    if token.alternatives.is_empty() {
        return Gave::Unknown(Why::NoAlternatives);
    }
    if choice.ends && choice.cut {
        return Gave::Unknown(Why::Cut);
    }
    let is_end = choice.ends && choice.text.is_empty();
    let listed = || {
        let values = token.alternatives.iter();
        values.filter_map(|one| Some((one, num::exp(one.logprob?))))
    };
    let is_choice = |one: &completions::Alternative| {
        if is_end {
            says_end(&one.token) || says_end(&String::from_utf8_lossy(&one.bytes))
        } else {
            !choice.ends && one.bytes == choice.text
        }
    };
    // The best comes first.
    if let Some((_, probability)) = listed().find(|(one, _)| is_choice(one)) {
        let better = listed().filter(|(_, other)| *other > probability).count();
        return Gave::Exactly {
            probability,
            rank: u32::try_from(better + 1).unwrap_or(u32::MAX),
        };
    }
    let left = left_over(token, listed().map(|(_, probability)| probability));
    let sum = |test: &dyn Fn(&[u8]) -> bool| {
        let mut sum = Sum::default();
        let those =
            listed().filter(|(one, _)| !one.chosen && !one.bytes.is_empty() && test(&one.bytes));
        sum.extend(those.map(|(_, probability)| probability));
        sum.value()
    };
    let beyond = sum(&|bytes| !choice.ends && bytes.starts_with(choice.text));
    let beginning = sum(&|bytes| choice.text.starts_with(bytes));
    if beyond > 0.0 || beginning > 0.0 {
        return Gave::Between {
            at_least: beyond.min(1.0),
            at_most: (beyond + beginning + left).min(1.0),
        };
    }
    // Whoever appends the written token to a list makes it the last one: it bounds nothing.
    let others = listed().filter(|(one, _)| !one.chosen);
    let least = others.map(|(_, probability)| probability).reduce(f64::min);
    Gave::NotListed {
        at_most: least.unwrap_or(1.0).min(left),
        listed: u32::try_from(token.alternatives.len()).unwrap_or(u32::MAX),
    }
}

/// What neither the alternatives nor the written token have.
fn left_over(token: &TokenDetail, listed: impl Iterator<Item = f64>) -> f64 {
    let mut mass = Sum::default();
    mass.extend(listed);
    if !token.chosen_is_listed {
        mass.extend(probability(token));
    }
    (1.0 - mass.value()).max(0.0)
}

/// The name of a token that ends a text.
fn says_end(name: &str) -> bool {
    const ENDS: [&str; 9] = [
        "</s>",
        "<eos>",
        "<end_of_turn>",
        "<|im_end|>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
    ];
    ENDS.contains(&name) || (is_special_token(name.as_bytes()) && name.contains("end"))
}
