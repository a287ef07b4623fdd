//! By what tokens are coloured, and where the bands meet.
//!
//! A scale is absolute unless one wants it relative: the same value has the same colour in every text. Its thresholds lie on a grid,
//! so that they read the same in an address, on the screen and here, and so that one histogram per lens has the counts of all of them.
//!
//! A scale takes what is handed out for its lens ([`Lens::handed_out`]): probabilities, or the values of a [`Shade`].
mod about;
mod lens;

pub use lens::{Lens, Quantity, Unit};

use crate::shade::{Shade, value_of};
use completions::{Columns, Sequence};
use metrics::{Band, Mark, Status, num};
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

    /// The thresholds as they are written: `0.33,0.66`. In whole numbers: reading and writing floats would be a good part of the page.
    pub fn cuts_text(self) -> String {
        let (unit, digits) = (self.lens.steps_per_unit(), self.lens.digits());
        let [first, second] = self.cuts.map(|cut| match digits {
            0 => cut.to_string(),
            _ => format!("{}.{:0digits$}", cut / unit, cut % unit),
        });
        format!("{first},{second}")
    }

    /// The scale with the thresholds written so; `None` for anything else.
    pub fn with_cuts_text(self, text: &str) -> Option<Self> {
        let (first, second) = text.split_once(',')?;
        let cuts = [self.steps_in(first)?, self.steps_in(second)?];
        let [first, second] = cuts;
        (first <= second && second <= self.lens.steps()).then_some(Self { cuts, ..self })
    }

    /// `0.33` → 33. More digits than the grid has are no number of steps.
    fn steps_in(self, text: &str) -> Option<u16> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = self.lens.digits();
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() > digits || !all_digits(part) || !all_digits(whole) {
            return None;
        }
        let whole: u16 = whole.parse().ok()?;
        let part: u16 = format!("0{part:0<digits$}").parse().ok()?;
        whole
            .checked_mul(self.lens.steps_per_unit())?
            .checked_add(part)
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

    /// Where a band begins or ends: `up to 0.33`.
    pub fn limits_text(self, band: Band) -> String {
        let [first, second] = self.limits().map(|limit| self.lens.amount(limit));
        match (band, self.lens.is_doubt()) {
            (Band::Low, false) | (Band::High, true) => format!("up to {first}"),
            (Band::Middle, _) => format!("up to {second}"),
            (Band::High, false) => "above".to_owned(),
            (Band::Low, true) => format!("above {second}"),
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

/// How many tokens, or other units, lie in each step of a lens' grid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Those with a value, by step.
    pub steps: Vec<u64>,
    /// Those below what the server reports: they are in the low band of every scale.
    pub censored: u64,
    /// Those without a value.
    pub missing: u64,
}

impl Histogram {
    /// Nothing counted.
    pub(crate) fn new(lens: Lens) -> Self {
        Self {
            steps: vec![0; usize::from(lens.steps())],
            ..Self::default()
        }
    }

    /// Counts all tokens of a run by their probabilities; for a lens that needs more, see [`Shade`].
    pub fn of(columns: &Columns, lens: Lens) -> Self {
        let mut counted = Self::new(lens);
        for (token, &logprob) in (0_u64..).zip(&columns.logprob) {
            match columns.status(token) {
                Status::Censored => counted.censored += 1,
                Status::Missing => counted.missing += 1,
                Status::Scored | Status::Clamped | Status::Invalid => {
                    let value = lens.quantity.of(num::exp(f64::from(logprob)));
                    counted.count(lens, value);
                }
            }
        }
        counted
    }

    pub(crate) fn count(&mut self, lens: Lens, value: f64) {
        if let Some(step) = self.steps.get_mut(lens.step_of(value)) {
            *step += 1;
        }
    }

    /// Tokens with a value in the low, middle and high band.
    pub fn bands(&self, scale: Scale) -> [u64; 3] {
        let mut bands = [0; 3];
        for (step, count) in self.steps.iter().enumerate() {
            bands[scale.band_of_step(step) as usize] += count;
        }
        bands
    }
}

/// A band of a scale, as a condition: some token of the sequence is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InBand {
    /// Of which scale.
    pub scale: Scale,
    /// 0 low, 1 middle, 2 high, as [`Band`] counts them.
    pub band: u8,
}

impl InBand {
    /// Whether some token of the sequence is in the band; one below what the server reports is in the low one. `shade` has the
    /// values, where probabilities are not enough; without it no token is in any band.
    pub(crate) fn holds(
        self,
        columns: &Columns,
        sequence: &Sequence,
        shade: Option<&Shade>,
    ) -> bool {
        let is_in = |given: f64| self.scale.band(given) as u8 == self.band;
        if !self.scale.lens.is_direct() {
            let shade = shade.filter(|shade| shade.lens() == self.scale.lens);
            let values = shade.map_or(&[][..], |shade| shade.of_sequence(sequence));
            return values
                .iter()
                .any(|&value| value_of(value).is_some_and(is_in));
        }
        let first = sequence.first_token;
        (first..first + u64::from(sequence.n_tokens)).any(|token| {
            probability_at(columns, token)
                .or_else(|| (columns.status(token) == Status::Censored).then_some(-1.0))
                .is_some_and(is_in)
        })
    }
}

/// Probability of the token at this index of the token columns; `None` when it has none.
pub fn probability_at(columns: &Columns, token: u64) -> Option<f64> {
    match columns.status(token) {
        Status::Censored | Status::Missing => None,
        Status::Scored | Status::Clamped | Status::Invalid => {
            let logprob = columns.logprob.get(usize::try_from(token).ok()?)?;
            Some(num::exp(f64::from(*logprob)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(quantity: Quantity) -> Scale {
        Scale::of(Lens {
            quantity,
            ..Lens::default()
        })
    }

    fn scale(quantity: Quantity, first: u16, second: u16) -> Scale {
        usual(quantity).with_cut(1, second).with_cut(0, first)
    }

    #[test]
    fn bands_end_at_their_thresholds() {
        let (p, s) = (Quantity::Probability, Quantity::Surprisal);
        for (scale, probability, band) in [
            (usual(p), 0.33, Band::Low),
            (usual(p), f64::from(0.33_f32), Band::Low),
            (usual(p), 0.3302, Band::Middle),
            (usual(p), 0.66, Band::Middle),
            (usual(p), 0.6602, Band::High),
            (usual(p), 0.0, Band::Low),
            (usual(p), 1.0, Band::High),
            (scale(p, 90, 100), 0.9, Band::Low),
            (scale(p, 90, 100), 0.99, Band::Middle),
            (scale(p, 90, 100), 1.0, Band::Middle),
            (scale(p, 0, 0), 0.5, Band::High),
            (usual(s), 1.0, Band::High),
            (usual(s), 0.5, Band::Middle),
            (usual(s), 0.25, Band::Low),
            (usual(s), 0.0, Band::Low),
            (scale(s, 10, 20), 0.5, Band::High),
            (scale(s, 10, 20), 0.25, Band::Middle),
            (scale(s, 10, 20), 0.24, Band::Low),
            // What is handed out for these is the value itself.
            (usual(Quantity::Rank), 1.0, Band::High),
            (usual(Quantity::Rank), 2.0, Band::Middle),
            (usual(Quantity::Rank), 5.0, Band::Middle),
            (usual(Quantity::Rank), 6.0, Band::Low),
            (usual(Quantity::Rank), 4000.0, Band::Low),
            (usual(Quantity::Share), 1.0, Band::High),
            (usual(Quantity::Share), 0.1, Band::Low),
            (usual(Quantity::Entropy), 0.0, Band::High),
            (usual(Quantity::Entropy), 1.5, Band::Middle),
            (usual(Quantity::Entropy), 9.0, Band::Low),
            (usual(Quantity::Margin), 0.0, Band::Low),
            (usual(Quantity::Margin), -2.0, Band::Low),
        ] {
            assert_eq!(scale.band(probability), band, "{scale:?} {probability}");
        }
    }

    #[test]
    fn strengths_grow_towards_the_ends() {
        let moved = scale(Quantity::Probability, 50, 80);
        for (probability, code) in [
            (0.0, 2),
            (0.2, 1),
            (0.4, 0),
            (0.5, 0),
            (0.51, 5),
            (0.65, 3),
            (0.79, 5),
            (0.81, 6),
            (0.9, 7),
            (1.0, 8),
        ] {
            let mark = moved.mark(Some(probability), Mark::MISSING);
            assert_eq!(mark.code(), code, "{probability}");
        }
        let bits = usual(Quantity::Surprisal);
        for (probability, code) in [(1.0, 8), (0.7, 6), (0.3, 0), (1e-9, 2)] {
            let mark = bits.mark(Some(probability), Mark::MISSING);
            assert_eq!(mark.code(), code, "{probability}");
        }
        let ranks = usual(Quantity::Rank);
        for (rank, code) in [(1.0, 6), (2.0, 4), (6.0, 0), (12.0, 1), (30.0, 2)] {
            let mark = ranks.mark(Some(rank), Mark::of(0.5));
            assert_eq!(mark.code(), code, "rank {rank}");
        }
        assert_eq!(ranks.mark(None, Mark::of(0.5)), Mark::MISSING);
        assert_eq!(ranks.mark(Some(-2.0), Mark::of(0.5)), Mark::CENSORED);
        // Without a value, and on the usual scale, the mark is the one that is known.
        assert_eq!(moved.mark(None, Mark::CENSORED), Mark::CENSORED);
        let known = Scale::default().mark(Some(0.1), Mark::of(0.9));
        assert_eq!(known, Mark::of(0.9));
    }

    #[test]
    fn thresholds_as_text() {
        for (quantity, text, read) in [
            (Quantity::Probability, "0.20,0.85", Some("0.20,0.85")),
            (Quantity::Probability, "0,1", Some("0.00,1.00")),
            (Quantity::Probability, "0.8,0.2", None),
            (Quantity::Probability, "0.2", None),
            (Quantity::Probability, "0.2,1.2", None),
            (Quantity::Probability, "0.201,0.9", None),
            (Quantity::Probability, "0.2,99999", None),
            (Quantity::Probability, "+0.2,0.3", None),
            (Quantity::Probability, "-1,NaN", None),
            (Quantity::Surprisal, "2.5,12", Some("2.5,12.0")),
            (Quantity::Surprisal, "2.5,inf", None),
            (Quantity::Rank, "2,20", Some("2,20")),
            (Quantity::Rank, "2.0,20", None),
            (Quantity::Rank, "2,21", None),
            (Quantity::Entropy, "0,6", Some("0.0,6.0")),
        ] {
            let scale = usual(quantity).with_cuts_text(text);
            assert_eq!(scale.map(Scale::cuts_text).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn a_threshold_pushes_the_other_one() {
        let usual = Scale::default();
        assert_eq!(usual.with_cut(0, 80).cuts(), [80, 80]);
        assert_eq!(usual.with_cut(1, 10).cuts(), [10, 10]);
        assert_eq!(usual.with_cut(1, 1000).cuts(), [33, 100]);
    }

    #[test]
    fn a_histogram_has_the_counts_of_every_scale() {
        let probabilities = [0.004, 0.2, 0.33, 0.5, 0.66, 0.67, 0.9, 1.0];
        let columns = Columns {
            logprob: probabilities.map(|p| num::ln(p) as f32).to_vec(),
            flags: vec![0; probabilities.len()],
            ..Columns::default()
        };
        for quantity in [Quantity::Probability, Quantity::Surprisal] {
            let lens = usual(quantity).lens;
            let histogram = Histogram::of(&columns, lens);
            assert_eq!(histogram.steps.iter().sum::<u64>(), 8);
            for first in 0..=lens.steps() {
                let scale = usual(quantity).with_cut(0, first);
                let mut bands = [0; 3];
                for token in 0..8 {
                    let p = probability_at(&columns, token).unwrap();
                    bands[scale.band(p) as usize] += 1;
                }
                assert_eq!(histogram.bands(scale), bands, "{scale:?}");
            }
        }
        let counted = Histogram::of(&columns, Lens::default());
        assert_eq!(counted.bands(Scale::default()), [3, 2, 3]);
    }
}
