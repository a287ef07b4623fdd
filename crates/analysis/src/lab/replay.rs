//! A sequence under other settings.
use super::{Assumptions, Fate, Figure, Reason, Settings, Step};
use completions::{SequenceDetail, TokenDetail};
use metrics::{Status, Sum};
use serde::{Deserialize, Serialize};

/// What the settings would have done to a text, one step at a time, same text so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Positions that could be replayed.
    pub positions: u32,
    /// Positions without alternatives or without a value.
    pub skipped: u32,
    /// Tokens that would have been impossible, ascending.
    pub impossible: Vec<u32>,
    /// Tokens for which the list is too short to say, ascending.
    pub unknown: Vec<u32>,
    /// Tokens that are not the best of their position, ascending; the first is where greedy parts from the text.
    pub not_greedy: Vec<u32>,
    /// ln of the probability of the same text; of the replayed positions alone.
    pub logprob: Figure,
}

/// Log-probabilities of a position as a step wants them: the list, the written one outside of it, and its place.
pub(super) fn values(token: &TokenDetail) -> Option<(Vec<f64>, Option<f64>, usize)> {
    if !matches!(token.status, Status::Scored | Status::Clamped) {
        return None;
    }
    let usable = token.alternatives.iter().filter_map(|alternative| {
        let l = alternative.logprob.filter(|l| l.is_finite())?;
        Some((l.min(0.0), alternative.chosen))
    });
    let mut usable: Vec<(f64, bool)> = usable.collect();
    usable.sort_by(|a, b| b.0.total_cmp(&a.0));
    let at = usable.iter().position(|(_, chosen)| *chosen);
    let listed: Vec<f64> = usable.into_iter().map(|(l, _)| l).collect();
    let outside = at.is_none().then_some(token.logprob);
    let place = at.unwrap_or(listed.len());
    (!listed.is_empty()).then_some((listed, outside, place))
}

/// One position under the settings, with the place of the written token in [`Step::tokens`].
pub fn step_at(
    token: &TokenDetail,
    settings: &Settings,
    assumptions: &Assumptions,
) -> Option<(Step, usize)> {
    let (listed, outside, place) = values(token)?;
    Some((Step::new(&listed, outside, settings, assumptions)?, place))
}

/// A sequence under the settings.
pub fn replay(detail: &SequenceDetail, settings: &Settings, assumptions: &Assumptions) -> Replay {
    let mut all = Replay {
        positions: 0,
        skipped: 0,
        impossible: Vec::new(),
        unknown: Vec::new(),
        not_greedy: Vec::new(),
        logprob: Figure::NotComputable(Reason::NoAlternatives),
    };
    let (mut lower, mut upper) = (Sum::default(), Sum::default());
    // The probability of some token has no lower end.
    let mut open = false;
    for (index, token) in (0_u32..).zip(&detail.tokens) {
        let Some((step, place)) = step_at(token, settings, assumptions) else {
            all.skipped += 1;
            continue;
        };
        all.positions += 1;
        let written = step.tokens.get(place).map(|written| written.before);
        if step.tokens.iter().any(|other| Some(other.before) > written) {
            all.not_greedy.push(index);
        }
        match step.tokens.get(place).map(|written| written.fate) {
            Some(Fate::Cut) => all.impossible.push(index),
            Some(Fate::Unknown) => all.unknown.push(index),
            _ => {}
        }
        if let Some((least, most)) = step.logprob(place).ends() {
            // Decided here, because a compensated sum turns infinities into NaN.
            open |= least == f64::NEG_INFINITY;
            lower.add(if least.is_finite() { least } else { 0.0 });
            upper.add(most);
        }
    }
    all.logprob = if all.positions == 0 {
        Figure::NotComputable(Reason::NoAlternatives)
    } else if !all.impossible.is_empty() {
        Figure::NotComputable(Reason::Cut)
    } else if !all.unknown.is_empty() {
        Figure::NotComputable(Reason::MaybeCut)
    } else {
        let lower = if open {
            f64::NEG_INFINITY
        } else {
            lower.value()
        };
        Figure::between(lower, upper.value())
    };
    all
}
