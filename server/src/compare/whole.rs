//! One pair with both of its texts, as plain data.
use super::pair::Shown;
use crate::again::Again;
use analysis::compare::{Pair, Side, Span, spoken, text_diff, weakest};
use completions::Sequence;
use metrics::num;
use serde::Serialize;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) shown: Shown,
    /// The texts were too long to be compared word by word.
    pub(super) limited: bool,
    /// Both texts from their beginning to their end.
    pub(super) stretches: Vec<Stretch>,
}

/// What both texts have, or what one has instead of the other.
#[derive(Debug, Serialize)]
pub(super) struct Stretch {
    pub(super) same: bool,
    pub(super) a: Part,
    pub(super) b: Part,
}

/// A part of one text.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) text: String,
    /// Probability of the least likely token in it, 0 to 1; `null` without any.
    pub(super) weakest: Option<f64>,
}

impl Whole {
    pub(super) fn new(
        (a, b): (&Side<'_>, &Side<'_>),
        again: (&mut Again<'_>, &mut Again<'_>),
        index: u32,
        pair: &Pair,
    ) -> Option<Self> {
        let (one, other) = (a.sequence(pair.a)?, b.sequence(pair.b)?);
        let (text_a, _) = spoken(a.columns, one);
        let (text_b, _) = spoken(b.columns, other);
        let diff = text_diff(text_a, text_b);
        let part = |side: &Side<'_>, sequence: &Sequence, text: &[u8], span: Span| Part {
            text: String::from_utf8_lossy(span.of(text)).into_owned(),
            weakest: weakest(side.columns, sequence, span).map(|value| num::exp(value.into())),
        };
        let stretches = diff.stretches.iter().map(|stretch| Stretch {
            same: stretch.same,
            a: part(a, one, text_a, stretch.a),
            b: part(b, other, text_b, stretch.b),
        });
        Some(Self {
            shown: Shown::new((a, b), again, index, pair)?,
            limited: diff.limited,
            stretches: stretches.collect(),
        })
    }
}
