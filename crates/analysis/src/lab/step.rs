//! One position under other settings.
use super::tail::Tail;
use super::{Assumptions, Figure, Reason, Settings};
use metrics::num;
use serde::{Deserialize, Serialize};

/// Less than this from a border, rounding decides: both sides are possible.
const CLOSE: f64 = 1e-6;

/// Whether a token can still be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It stays.
    Stays,
    /// It is cut off or not; the list is too short to say.
    Unknown,
    /// It is cut off.
    Cut,
}

/// One known token under the settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Its probability in the file.
    pub before: f64,
    /// Its probability under the settings.
    pub after: Figure,
    /// Whether it can be drawn.
    pub fate: Fate,
}

/// One position under the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The list in its order, then the written token if it is outside of the list.
    pub tokens: Vec<Moved>,
    /// Probability of all that is not known by name.
    pub something_else: Figure,
    /// Tokens that can be drawn.
    pub nucleus: Figure,
}

impl Step {
    /// `listed` are log-probabilities, best first; `outside` is the one of a written token that is not among them.
    /// `None`: the list is empty.
    pub fn new(
        listed: &[f64],
        outside: Option<f64>,
        settings: &Settings,
        assumptions: &Assumptions,
    ) -> Option<Self> {
        let (&best, &smallest) = (listed.first()?, listed.last()?);
        let known: Vec<f64> = listed.iter().copied().chain(outside).collect();
        // Greedy is one token at any temperature.
        let power = settings.power(assumptions.recorded);
        let top_k = match power {
            Some(_) => settings.top_k as usize,
            None => 1,
        };
        let power = power.unwrap_or(1.0);
        let tail = Tail::new(&known, smallest, assumptions.vocabulary);
        let weights: Vec<f64> = known.iter().map(|&l| num::exp(l * power)).collect();
        let mut fates = vec![Fate::Stays; known.len()];
        let mut rest = tail.weight(power);
        let mut cut = false;

        if top_k > 0 {
            cut = true;
            if let Some(&border) = listed.get(top_k - 1) {
                rest = (0.0, 0.0);
                for (fate, &l) in fates.iter_mut().zip(&known) {
                    if l < border {
                        *fate = Fate::Cut;
                    }
                }
            } else {
                let room = (top_k - listed.len()) as f64;
                rest = (0.0, rest.1.min(room * tail.heaviest(power)));
                if outside.is_some() {
                    worsen(fates.last_mut(), Fate::Unknown);
                }
            }
        }
        if let Some(q) = settings.nucleus() {
            cut = true;
            let (least, most) = span(&weights, &fates, rest);
            let mut better = 0.0;
            let mut at_best = 0.0;
            for (at, (fate, &weight)) in fates.iter_mut().zip(&weights).enumerate() {
                let is_outside = at >= listed.len();
                // Unlisted tokens may be better than a written one outside of the list.
                let (low, high) = if is_outside {
                    (better / most, 1.0 - weight / most)
                } else {
                    (better / most, at_best / least)
                };
                if at > 0 && low >= q + CLOSE {
                    *fate = Fate::Cut;
                } else if at > 0 && high >= q - CLOSE {
                    worsen(Some(fate), Fate::Unknown);
                }
                better += weight;
                at_best += weight;
            }
            let listed_mass: f64 = weights.iter().take(listed.len()).sum();
            rest = if listed_mass / most >= q + CLOSE {
                (0.0, 0.0)
            } else {
                (0.0, rest.1)
            };
        }
        if let Some(share) = settings.floor() {
            cut = true;
            let border = best * power + num::ln(share);
            for (fate, &l) in fates.iter_mut().zip(&known) {
                let distance = l * power - border;
                if distance < -CLOSE {
                    *fate = Fate::Cut;
                } else if distance < CLOSE && l < best {
                    worsen(Some(fate), Fate::Unknown);
                }
            }
            rest = if num::ln(tail.heaviest(power)) < border - CLOSE {
                (0.0, 0.0)
            } else {
                (0.0, rest.1)
            };
        }
        let unchanged = !cut && power == 1.0;
        Some(Self::of(&known, &weights, &fates, rest, unchanged))
    }

    fn of(
        known: &[f64],
        weights: &[f64],
        fates: &[Fate],
        rest: (f64, f64),
        unchanged: bool,
    ) -> Self {
        let (least, most) = span(weights, fates, rest);
        let tokens = known.iter().zip(weights).zip(fates);
        let tokens = tokens.map(|((&l, &weight), &fate)| {
            let before = num::exp(l);
            let after = match fate {
                Fate::Cut => Figure::Exact(0.0),
                _ if unchanged => Figure::Exact(before),
                Fate::Stays => Figure::between(weight / most, (weight / least).min(1.0)),
                Fate::Unknown => Figure::between(0.0, (weight / least.max(weight)).min(1.0)),
            };
            Moved {
                before,
                after,
                fate,
            }
        });
        let certain = fates.iter().filter(|fate| **fate == Fate::Stays).count() as f64;
        let possible = fates.iter().filter(|fate| **fate != Fate::Cut).count() as f64;
        // What is certain of the known ones alone goes with the most of the rest.
        let fixed = span(weights, fates, (0.0, 0.0));
        let else_most = if rest.1.is_finite() && rest.1 > 0.0 {
            rest.1 / (fixed.0 + rest.1)
        } else {
            f64::from(u8::from(rest.1 > 0.0))
        };
        Self {
            tokens: tokens.collect(),
            something_else: Figure::between(rest.0 / (fixed.1 + rest.0), else_most),
            nucleus: if rest.1 > 0.0 {
                Figure::between(certain, f64::INFINITY)
            } else {
                Figure::between(certain, possible)
            },
        }
    }

    /// ln of the probability of a token under the settings.
    pub fn logprob(&self, token: usize) -> Figure {
        let Some(moved) = self.tokens.get(token) else {
            return Figure::NotComputable(Reason::NoValue);
        };
        match (moved.fate, moved.after.ends()) {
            (Fate::Cut, _) => Figure::NotComputable(Reason::Cut),
            (Fate::Unknown, _) => Figure::NotComputable(Reason::MaybeCut),
            (Fate::Stays, Some((lower, upper))) if lower > 0.0 => {
                Figure::between(num::ln(lower), num::ln(upper))
            }
            // What is not listed may weigh anything, as long as the vocabulary is not known.
            (Fate::Stays, Some((_, upper))) if upper > 0.0 => Figure::Bounded {
                lower: f64::NEG_INFINITY,
                upper: Some(num::ln(upper)),
            },
            _ => Figure::NotComputable(Reason::NoValue),
        }
    }
}

/// Makes a fate less certain, never more.
fn worsen(fate: Option<&mut Fate>, to: Fate) {
    if let Some(fate) = fate.filter(|fate| **fate == Fate::Stays) {
        *fate = to;
    }
}

/// The least and the most that everything weighs that can be drawn.
fn span(weights: &[f64], fates: &[Fate], rest: (f64, f64)) -> (f64, f64) {
    let sum = |keep: fn(Fate) -> bool| -> f64 {
        let kept = weights.iter().zip(fates).filter(|(_, fate)| keep(**fate));
        kept.map(|(weight, _)| weight).sum()
    };
    (
        sum(|fate| fate == Fate::Stays) + rest.0,
        sum(|fate| fate != Fate::Cut) + rest.1,
    )
}
