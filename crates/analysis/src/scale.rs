//! By what tokens are coloured, and where the bands meet.
//!
//! A scale is absolute unless one wants it relative: the same value has the same colour in every text. Its thresholds lie on a grid,
//! so that they read the same in an address, on the screen and here, and so that one histogram per lens has the counts of all of them.
//!
//! A scale takes what is handed out for its lens ([`Lens::handed_out`]): probabilities, or the values of a [`Shade`](crate::Shade).
//!
//! | module | what |
//! |---|---|
//! | `lens` | which quantity, of which unit, on which footing; its grid |
//! | `about` | what a lens shows, in words |
//! | `words` | thresholds and bands in words: read and written |
//! | `histogram` | how many tokens lie in each step, and which sequences have one in a band |
mod about;
mod histogram;
mod lens;
#[cfg(test)]
mod tests;
mod words;

pub use histogram::{Histogram, InBand, probability_at};
pub use lens::{Lens, Quantity, Unit};

use metrics::{Band, Mark, num};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// A lens and its two thresholds, in steps of its grid, the smaller one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// What is looked at.
    pub lens: Lens,
    cuts: [u16; 2],
}

impl Default for Scale {
    fn default() -> Self {
        Self::of(Lens::default())
    }
}

impl Scale {
    /// The usual thresholds.
    pub fn of(lens: Lens) -> Self {
        let cuts = lens.usual_cuts();
        Self { lens, cuts }
    }

    /// The scale, if probabilities are enough for it; else the usual one.
    pub fn direct(self) -> Self {
        if self.lens.is_direct() {
            self
        } else {
            Self::default()
        }
    }

    /// Both thresholds, in steps.
    pub fn cuts(self) -> [u16; 2] {
        self.cuts
    }

    /// Both thresholds, in the unit of the quantity.
    pub fn limits(self) -> [f64; 2] {
        self.cuts
            .map(|cut| f64::from(cut) / f64::from(self.lens.steps_per_unit()))
    }

    /// The scale with one threshold (0 or 1) moved; the other one gives way.
    pub fn with_cut(mut self, which: usize, steps: u16) -> Self {
        let steps = steps.min(self.lens.steps());
        let [first, second] = self.cuts;
        self.cuts = if which == 0 {
            [steps, second.max(steps)]
        } else {
            [first.min(steps), steps]
        };
        self
    }

    /// Both thresholds as probabilities, the smaller one first: where they lie in a chart of probabilities. The ends of the chart
    /// where probabilities are not enough.
    pub fn limits_as_probability(self) -> [f64; 2] {
        let [first, second] = self.limits();
        match self.lens.quantity {
            _ if !self.lens.is_direct() => [0.0, 1.0],
            Quantity::Surprisal => [second, first].map(|bits| num::exp(-bits * LN_2)),
            _ => [first, second],
        }
    }

    /// The band of a value that was handed out: low is always the doubtful one, and so is what is below the floor.
    pub fn band(self, given: f64) -> Band {
        if given < 0.0 {
            return Band::Low;
        }
        self.band_of_step(self.lens.step_of(self.value(given)))
    }

    /// The value that is compared with the thresholds.
    fn value(self, given: f64) -> f64 {
        if self.lens.is_direct() {
            self.lens.quantity.of(given)
        } else {
            given
        }
    }

    /// The band of a step of the grid.
    pub fn band_of_step(self, step: usize) -> Band {
        let [first, second] = self.cuts.map(usize::from);
        let place = usize::from(step >= first) + usize::from(step >= second);
        match (place, self.lens.is_doubt()) {
            (0, false) | (2, true) => Band::Low,
            (1, _) => Band::Middle,
            _ => Band::High,
        }
    }

    /// How a token with this value is painted: its band, and in it three strengths, the strongest at the ends of the
    /// scale; in the middle at both thresholds. `mark` is how the usual scale paints it; where probabilities are enough for
    /// this one, it stays what it is for a token without a probability.
    pub fn mark(self, given: Option<f64>, mark: Mark) -> Mark {
        let is_usual = self == Self::default() || mark == Mark::CENSORED;
        match given {
            _ if is_usual && self.lens.is_direct() => mark,
            None if self.lens.is_direct() => mark,
            None => Mark::MISSING,
            Some(given) if given < 0.0 => Mark::CENSORED,
            Some(given) => self.painted(given),
        }
    }

    fn painted(self, given: f64) -> Mark {
        let value = self.value(given);
        let [first, second] = self.limits();
        let end = f64::from(self.lens.steps()) / f64::from(self.lens.steps_per_unit());
        let band = self.band(given);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
        let strength = match (band, self.lens.is_doubt()) {
            (Band::Middle, _) => {
                let half = (second - first) / 2.0;
                share((value - first - half).abs(), half)
            }
            (Band::Low, false) | (Band::High, true) => share(first - value, first),
            (Band::High, false) | (Band::Low, true) => share(value - second, end - second),
        };
        // A cast saturates, so that rounding below a threshold gives step 0.
        let step = ((strength * 3.0) as u8).min(2);
        Mark::from_code(band as u8 * 3 + step)
    }
}
