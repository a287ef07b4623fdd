//! Where two texts part, by bytes.
//!
//! Tokens are not compared: two tokenizers, or two ways of one, may cut the same bytes differently. A token at the end of a text
//! that only says that it ends (`</s>`, `<|im_end|>`) is no part of the text here.
use crate::select::text_of;
use completions::{Columns, Sequence, is_special_token};
use serde::{Deserialize, Serialize};

/// The first byte that two texts do not share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// Bytes that both have; it may lie inside a character.
    pub byte: u32,
    /// The token of A that has the next byte; `None` when its text ends there.
    pub a: Option<u32>,
    /// The token of B that has the next byte; `None` when its text ends there.
    pub b: Option<u32>,
}

/// Where two sequences part; `None` when their texts are the same bytes.
pub fn fork(a: &Columns, one: &Sequence, b: &Columns, other: &Sequence) -> Option<Fork> {
    parting(a, one, b, other).0
}

/// Where they part, and whether what they share is cut into other tokens.
pub(super) fn parting(
    a: &Columns,
    one: &Sequence,
    b: &Columns,
    other: &Sequence,
) -> (Option<Fork>, bool) {
    let (text_a, ends_a) = spoken(a, one);
    let (text_b, ends_b) = spoken(b, other);
    let shared = text_a
        .iter()
        .zip(text_b)
        .take_while(|(a, b)| a == b)
        .count();
    let byte = u32::try_from(shared).unwrap_or(u32::MAX);
    let other_tokens = is_cut_otherwise(ends_a, ends_b, byte);
    if shared == text_a.len() && shared == text_b.len() {
        return (None, other_tokens);
    }
    let at = |ends: &[u32]| {
        // Tokens without bytes end where the one before them does.
        let token = ends.partition_point(|&end| end <= byte);
        (token < ends.len()).then(|| u32::try_from(token).unwrap_or(u32::MAX))
    };
    let fork = Fork {
        byte,
        a: at(ends_a),
        b: at(ends_b),
    };
    (Some(fork), other_tokens)
}

/// The text of a sequence and the ends of its tokens, without the tokens at the end that are no text.
pub fn spoken<'a>(columns: &'a Columns, sequence: &Sequence) -> (&'a [u8], &'a [u32]) {
    let (text, mut ends) = text_of(columns, sequence);
    if ends.last().is_none_or(|&end| end == 0) {
        // Texts without tokens, or of which no token has bytes.
        return (text, &[]);
    }
    while let [rest @ .., last] = ends {
        let start = rest.last().copied().unwrap_or(0);
        let token = text.get(start as usize..*last as usize).unwrap_or_default();
        if !token.is_empty() && !is_special_token(token) {
            break;
        }
        ends = rest;
    }
    let end = ends.last().copied().unwrap_or(0);
    (text.get(..end as usize).unwrap_or_default(), ends)
}

/// The bytes that both have are cut otherwise, up to where the last whole token of either side ends: the tokens in which the
/// texts part say nothing. Where a side has no tokens nothing can be told.
fn is_cut_otherwise(a: &[u32], b: &[u32], byte: u32) -> bool {
    let within = |ends: &[u32], byte| ends.partition_point(|&end| end <= byte);
    let last = |ends: &[u32]| {
        within(ends, byte)
            .checked_sub(1)
            .and_then(|at| ends.get(at).copied())
    };
    let (Some(last_a), Some(last_b)) = (last(a), last(b)) else {
        return false;
    };
    let byte = last_a.min(last_b);
    let whole = |ends| distinct(ends).take_while(move |&end| end <= byte);
    !whole(a).eq(whole(b))
}

/// The ends, without those of tokens that have no bytes.
fn distinct(ends: &[u32]) -> impl Iterator<Item = u32> + '_ {
    let before = std::iter::once(0).chain(ends.iter().copied());
    let moved = ends.iter().copied().zip(before);
    moved
        .filter(|(end, before)| end > before)
        .map(|(end, _)| end)
}
