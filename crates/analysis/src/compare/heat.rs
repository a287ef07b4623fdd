//! The tokens of each stretch of a diff, with their values: what a page paints.
use super::diff::Span;
use super::fork::spoken;
use completions::{Columns, Sequence};
use serde::{Deserialize, Serialize};

/// A part of a text that belongs to one token and to one stretch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Its bytes. A character that two tokens share belongs to the first of them.
    pub span: Span,
    /// The stretch is the same in both texts.
    pub same: bool,
    /// The token; `None` in a text without tokens.
    pub token: Option<u32>,
    /// Its log-probability, nats; `None` when it has none.
    pub logprob: Option<f32>,
}

/// A text cut where its stretches and its tokens end. The stretches are all of one side of a
/// [`TextDiff`](super::TextDiff), in order.
pub fn heat(
    columns: &Columns,
    sequence: &Sequence,
    stretches: impl IntoIterator<Item = (Span, bool)>,
) -> Vec<Piece> {
    let (text, ends) = spoken(columns, sequence);
    let mut pieces = Vec::new();
    for (span, same) in stretches {
        let mut at = span.start;
        while at < span.end {
            let token = ends.partition_point(|&end| end <= at);
            let end = ends
                .get(token)
                .map_or(span.end, |&end| whole(text, end).min(span.end));
            let token = u32::try_from(token).ok().filter(|_| token < ends.len());
            pieces.push(Piece {
                span: Span { start: at, end },
                same,
                token,
                logprob: token.and_then(|token| logprob(columns, sequence, token)),
            });
            at = end;
        }
    }
    pieces
}

/// The lowest log-probability among the tokens that a part of a text touches, nats.
pub fn weakest(columns: &Columns, sequence: &Sequence, span: Span) -> Option<f32> {
    let (_, ends) = spoken(columns, sequence);
    let first = ends.partition_point(|&end| end <= span.start);
    let last = ends.partition_point(|&end| end < span.end);
    let tokens = (first..=last).filter(|&token| token < ends.len() && !span.is_empty());
    let values = tokens.filter_map(|token| logprob(columns, sequence, u32::try_from(token).ok()?));
    values.reduce(f32::min)
}

/// The end of the character in which a token ends.
fn whole(text: &[u8], end: u32) -> u32 {
    let is_continuation = |byte: &&u8| matches!(byte, 0x80..=0xbf);
    let rest = text.get(end as usize..).unwrap_or_default();
    // No character has more than three of them.
    let inside = rest.iter().take(3).take_while(is_continuation).count();
    end + inside as u32
}

fn logprob(columns: &Columns, sequence: &Sequence, token: u32) -> Option<f32> {
    let at = sequence.first_token + u64::from(token);
    let scored = columns.status(at).is_scored();
    let logprob = usize::try_from(at)
        .ok()
        .and_then(|at| columns.logprob.get(at));
    logprob.copied().filter(|_| scored)
}
