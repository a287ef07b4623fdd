//! By what tokens are coloured, and where the bands meet.
//!
//! A scale is absolute: the same value has the same colour in every text. Its thresholds lie on a grid, so that they read the
//! same in an address, on the screen and here, and so that one histogram per quantity has the counts of all of them.
use completions::{Columns, Sequence};
use metrics::{Band, Mark, Status, num};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// The quantity that colours a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Quantity {
    /// p = e^l with l the log-probability of the token, 0 to 1; low is doubtful.
    #[default]
    Probability,
    /// -l / ln 2 = -log2 p, bits, at least 0; high is doubtful.
    Surprisal,
}

impl Quantity {
    /// All of them, the default first.
    pub const ALL: [Self; 2] = [Self::Probability, Self::Surprisal];

    /// Name in addresses and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::Surprisal => "surprisal",
        }
    }

    /// Steps of the grid in one unit: hundredths of a probability, tenths of a bit.
    pub fn steps_per_unit(self) -> u16 {
        match self {
            Self::Probability => 100,
            Self::Surprisal => 10,
        }
    }

    /// Steps of the whole grid: up to probability 1, up to 12 bits. What lies above is in the last step.
    pub fn steps(self) -> u16 {
        match self {
            Self::Probability => 100,
            Self::Surprisal => 120,
        }
    }

    /// The value of a token with this probability.
    pub fn of(self, probability: f64) -> f64 {
        match self {
            Self::Probability => probability,
            // Not -0 for a certain token.
            Self::Surprisal => 0.0 - num::log2(probability),
        }
    }

    /// Digits behind the point that tell all steps apart.
    fn digits(self) -> usize {
        match self {
            Self::Probability => 2,
            Self::Surprisal => 1,
        }
    }

    /// Whether a high value is the doubtful one.
    pub fn is_doubt(self) -> bool {
        self == Self::Surprisal
    }

    /// The step that a value lies in, from 0: above k steps and at most k + 1 steps.
    fn step_of(self, value: f64) -> usize {
        let steps = value * f64::from(self.steps_per_unit());
        // Values are kept as f32: one that is on the grid must not fall behind it.
        let nearest = steps.round();
        let above = if (steps - nearest).abs() < 1e-4 {
            nearest
        } else {
            steps.ceil()
        };
        // A cast saturates: NaN and what is below the grid are in the first step.
        ((above - 1.0) as usize).min(usize::from(self.steps()) - 1)
    }
}

/// A quantity and its two thresholds, in steps of its grid, the smaller one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// What is looked at.
    pub quantity: Quantity,
    cuts: [u16; 2],
}

impl Default for Scale {
    fn default() -> Self {
        Self::of(Quantity::default())
    }
}

impl Scale {
    /// The usual thresholds: probability 0.33 and 0.66, surprisal 0.6 and 1.6 bits, which is about the same.
    pub fn of(quantity: Quantity) -> Self {
        let cuts = match quantity {
            Quantity::Probability => [33, 66],
            Quantity::Surprisal => [6, 16],
        };
        Self { quantity, cuts }
    }

    /// Both thresholds, in steps.
    pub fn cuts(self) -> [u16; 2] {
        self.cuts
    }

    /// Both thresholds, in the unit of the quantity.
    pub fn limits(self) -> [f64; 2] {
        self.cuts
            .map(|cut| f64::from(cut) / f64::from(self.quantity.steps_per_unit()))
    }

    /// The scale with one threshold (0 or 1) moved; the other one gives way.
    pub fn with_cut(mut self, which: usize, steps: u16) -> Self {
        let steps = steps.min(self.quantity.steps());
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
        let unit = self.quantity.steps_per_unit();
        let [first, second] = self.cuts.map(|cut| (cut / unit, cut % unit));
        let digits = self.quantity.digits();
        format!(
            "{}.{:0digits$},{}.{:0digits$}",
            first.0, first.1, second.0, second.1
        )
    }

    /// The scale with the thresholds written so; `None` for anything else.
    pub fn with_cuts_text(self, text: &str) -> Option<Self> {
        let (first, second) = text.split_once(',')?;
        let cuts = [self.steps_in(first)?, self.steps_in(second)?];
        let [first, second] = cuts;
        (first <= second && second <= self.quantity.steps()).then_some(Self { cuts, ..self })
    }

    /// `0.33` → 33. More digits than the grid has are no number of steps.
    fn steps_in(self, text: &str) -> Option<u16> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = self.quantity.digits();
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() > digits || !all_digits(part) || !all_digits(whole) {
            return None;
        }
        let whole: u16 = whole.parse().ok()?;
        let part: u16 = format!("{part:0<digits$}").parse().ok()?;
        whole
            .checked_mul(self.quantity.steps_per_unit())?
            .checked_add(part)
    }

    /// Both thresholds as probabilities, the smaller one first: where they lie in a chart of probabilities.
    pub fn limits_as_probability(self) -> [f64; 2] {
        let [first, second] = self.limits();
        match self.quantity {
            Quantity::Probability => [first, second],
            Quantity::Surprisal => [second, first].map(|bits| num::exp(-bits * LN_2)),
        }
    }

    /// The band of a probability: low is always the doubtful one.
    pub fn band(self, probability: f64) -> Band {
        let step = self.quantity.step_of(self.quantity.of(probability));
        self.band_of_step(step)
    }

    /// The band of a step of the grid.
    pub fn band_of_step(self, step: usize) -> Band {
        let [first, second] = self.cuts.map(usize::from);
        let place = usize::from(step >= first) + usize::from(step >= second);
        match (place, self.quantity.is_doubt()) {
            (0, false) | (2, true) => Band::Low,
            (1, _) => Band::Middle,
            _ => Band::High,
        }
    }

    /// How a token with this probability is painted: its band, and in it three strengths, the strongest at the ends of the
    /// scale; in the middle at both thresholds. `mark` is how the usual scale paints it, and stays what it is where there is no
    /// probability.
    pub fn mark(self, probability: Option<f64>, mark: Mark) -> Mark {
        let is_usual = self == Self::default() || mark == Mark::CENSORED;
        let Some(probability) = probability.filter(|_| !is_usual) else {
            return mark;
        };
        let value = self.quantity.of(probability);
        let [first, second] = self.limits();
        let end = f64::from(self.quantity.steps()) / f64::from(self.quantity.steps_per_unit());
        let band = self.band(probability);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
        let strength = match (band, self.quantity.is_doubt()) {
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

/// How many tokens lie in each step of a quantity's grid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Tokens with a value, by step.
    pub steps: Vec<u64>,
    /// Tokens below what the server reports: they are in the low band of every scale.
    pub censored: u64,
}

impl Histogram {
    /// Counts all tokens of a run.
    pub fn of(columns: &Columns, quantity: Quantity) -> Self {
        let mut counted = Self {
            steps: vec![0; usize::from(quantity.steps())],
            censored: 0,
        };
        for (token, &logprob) in (0_u64..).zip(&columns.logprob) {
            match columns.status(token) {
                Status::Censored => counted.censored += 1,
                Status::Missing => {}
                Status::Scored | Status::Clamped | Status::Invalid => {
                    let value = quantity.of(num::exp(f64::from(logprob)));
                    if let Some(step) = counted.steps.get_mut(quantity.step_of(value)) {
                        *step += 1;
                    }
                }
            }
        }
        counted
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
    /// Whether some token of the sequence is in the band; one below what the server reports is in the low one.
    pub(crate) fn holds(self, columns: &Columns, sequence: &Sequence) -> bool {
        let first = sequence.first_token;
        (first..first + u64::from(sequence.n_tokens)).any(|token| {
            probability_at(columns, token)
                .map(|probability| self.scale.band(probability) as u8)
                .or_else(|| (columns.status(token) == Status::Censored).then_some(0))
                == Some(self.band)
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

    fn scale(quantity: Quantity, first: u16, second: u16) -> Scale {
        Scale::of(quantity).with_cut(1, second).with_cut(0, first)
    }

    #[test]
    fn bands_end_at_their_thresholds() {
        let (p, s) = (Quantity::Probability, Quantity::Surprisal);
        for (scale, probability, band) in [
            (Scale::of(p), 0.33, Band::Low),
            (Scale::of(p), f64::from(0.33_f32), Band::Low),
            (Scale::of(p), 0.3302, Band::Middle),
            (Scale::of(p), 0.66, Band::Middle),
            (Scale::of(p), 0.6602, Band::High),
            (Scale::of(p), 0.0, Band::Low),
            (Scale::of(p), 1.0, Band::High),
            (scale(p, 90, 100), 0.9, Band::Low),
            (scale(p, 90, 100), 0.99, Band::Middle),
            (scale(p, 90, 100), 1.0, Band::Middle),
            (scale(p, 0, 0), 0.5, Band::High),
            (Scale::of(s), 1.0, Band::High),
            (Scale::of(s), 0.5, Band::Middle),
            (Scale::of(s), 0.25, Band::Low),
            (Scale::of(s), 0.0, Band::Low),
            (scale(s, 10, 20), 0.5, Band::High),
            (scale(s, 10, 20), 0.25, Band::Middle),
            (scale(s, 10, 20), 0.24, Band::Low),
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
        let bits = Scale::of(Quantity::Surprisal);
        for (probability, code) in [(1.0, 8), (0.7, 6), (0.3, 0), (1e-9, 2)] {
            let mark = bits.mark(Some(probability), Mark::MISSING);
            assert_eq!(mark.code(), code, "{probability}");
        }
        // Without a value, and on the usual scale, the mark is the one that is known.
        assert_eq!(moved.mark(None, Mark::CENSORED), Mark::CENSORED);
        let usual = Scale::default().mark(Some(0.1), Mark::of(0.9));
        assert_eq!(usual, Mark::of(0.9));
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
        ] {
            let scale = Scale::of(quantity).with_cuts_text(text);
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
        for quantity in Quantity::ALL {
            let histogram = Histogram::of(&columns, quantity);
            assert_eq!(histogram.steps.iter().sum::<u64>(), 8);
            for first in 0..=quantity.steps() {
                let scale = Scale::of(quantity).with_cut(0, first);
                let mut bands = [0; 3];
                for token in 0..8 {
                    let p = probability_at(&columns, token).unwrap();
                    bands[scale.band(p) as usize] += 1;
                }
                assert_eq!(histogram.bands(scale), bands, "{scale:?}");
            }
        }
        let usual = Histogram::of(&columns, Quantity::Probability);
        assert_eq!(usual.bands(Scale::default()), [3, 2, 3]);
    }
}
