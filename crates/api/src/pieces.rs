//! Tokens as pieces of text.
//!
//! A token may hold part of a character: an emoji is often three tokens. Tokens that only together form a
//! character become one piece, so that every piece is text, and all pieces together are the whole text.
use crate::Piece;
use completions::{Columns, Sequence};
use metrics::{Mark, Status};

/// Bytes that a text without tokens may have for every token that was asked for.
const BYTES_PER_TOKEN: usize = 4;

/// The pieces of the first `max_tokens` tokens of a sequence, and how many tokens they hold.
pub(crate) fn first(columns: &Columns, sequence: &Sequence, max_tokens: u32) -> (Vec<Piece>, u32) {
    if sequence.n_tokens == 0 {
        return (without_tokens(columns, sequence, max_tokens), 0);
    }
    let ends: Vec<usize> = (0..sequence.n_tokens.min(max_tokens.saturating_add(LOOK_AHEAD)))
        .map(|token| columns.token_end[at(sequence, token)] as usize)
        .collect();
    let last_end = ends.last().copied().unwrap_or(0);
    // Up to three more bytes, so that the last character is seen whole.
    let window = (last_end + 3).min(sequence.text_len as usize);
    let start = text_start(sequence);
    let bytes = &columns.text[start..start + window];

    let mut edges = Edges::new(bytes);
    let mut pieces = Vec::new();
    let (mut from_byte, mut from_token) = (0, 0);
    for (token, &end) in (0u32..).zip(&ends) {
        if !edges.has(end) && token + 1 < sequence.n_tokens {
            continue;
        }
        if from_token >= max_tokens {
            break;
        }
        pieces.push(Piece {
            text: String::from_utf8_lossy(&bytes[from_byte..end]).into_owned(),
            mark: weakest(columns, sequence, from_token..token + 1).code(),
            token: from_token,
        });
        (from_byte, from_token) = (end, token + 1);
    }
    (pieces, from_token)
}

/// A character has at most four bytes, hence at most three tokens after the one that begins it,
/// unless tokens without text lie between them.
const LOOK_AHEAD: u32 = 16;

/// A record without tokens states its text: one piece, painted as missing. A cut is marked in the text itself,
/// because there are no hidden tokens to count.
fn without_tokens(columns: &Columns, sequence: &Sequence, max_tokens: u32) -> Vec<Piece> {
    let mut text = columns.sequence_text(sequence).into_owned();
    let mut end = text
        .len()
        .min((max_tokens as usize).saturating_mul(BYTES_PER_TOKEN));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    if text.is_empty() {
        return Vec::new();
    }
    vec![Piece {
        text,
        mark: Mark::MISSING.code(),
        token: 0,
    }]
}

/// The mark of the least probable of these tokens: a censored one, else the one with the lowest value, and
/// missing only when none has a value.
fn weakest(columns: &Columns, sequence: &Sequence, tokens: std::ops::Range<u32>) -> Mark {
    let mut lowest = f32::INFINITY;
    let mut mark = Mark::MISSING;
    for token in tokens {
        let index = sequence.first_token + u64::from(token);
        match columns.status(index) {
            Status::Censored => return Mark::CENSORED,
            Status::Missing => {}
            Status::Scored | Status::Clamped | Status::Invalid => {
                let value = columns.logprob[at(sequence, token)];
                if value < lowest {
                    (lowest, mark) = (value, columns.mark(index));
                }
            }
        }
    }
    mark
}

/// Index of a token in the token columns.
#[expect(
    clippy::cast_possible_truncation,
    reason = "an index into a vector that is in memory"
)]
fn at(sequence: &Sequence, token: u32) -> usize {
    sequence.first_token as usize + token as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "an index into a vector that is in memory"
)]
fn text_start(sequence: &Sequence) -> usize {
    sequence.text_start as usize
}

/// Walks over the offsets where a character ends, just as [`String::from_utf8_lossy`] cuts them: what cannot be
/// read counts as one character for each U+FFFD that it becomes.
struct Edges<'a> {
    rest: std::str::Utf8Chunks<'a>,
    /// Where the current chunk lies, and its text.
    begin: usize,
    text: &'a str,
    end: usize,
}

impl<'a> Edges<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes.utf8_chunks(),
            begin: 0,
            text: "",
            end: 0,
        }
    }

    /// Whether a character ends at `offset`; 0 counts. Offsets must be asked in ascending order.
    fn has(&mut self, offset: usize) -> bool {
        while offset > self.end {
            let Some(chunk) = self.rest.next() else {
                return false;
            };
            self.begin = self.end;
            self.text = chunk.valid();
            self.end = self.begin + self.text.len() + chunk.invalid().len();
        }
        offset == self.end || self.text.is_char_boundary(offset - self.begin)
    }
}
