//! Bands of probability and the colour step of a token.
use crate::{Reading, Status};

/// Upper end of the low band.
pub const LOW: f64 = 0.33;
/// Upper end of the middle band.
pub const MIDDLE: f64 = 0.66;

/// Band of a token: p <= 0.33 low, 0.33 < p <= 0.66 middle, p > 0.66 high; censored tokens are low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Band {
    /// The model hardly expected this token.
    Low = 0,
    /// It was one of few.
    Middle = 1,
    /// The model expected it.
    High = 2,
}

impl Band {
    /// The band of a probability.
    pub fn of(probability: f64) -> Self {
        if probability <= LOW {
            Self::Low
        } else if probability <= MIDDLE {
            Self::Middle
        } else {
            Self::High
        }
    }
}

/// How a token is painted: three strengths in each of three bands, or one of the two special cases.
/// Strength s = p when p > 0.5, otherwise 1 - p: strongest at the sure and the hopeless end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u8);

impl Mark {
    /// A token below what the server reports.
    pub const CENSORED: Self = Self(9);
    /// A token without a value.
    pub const MISSING: Self = Self(10);

    /// The mark of a value.
    pub fn new(reading: Reading) -> Self {
        match reading.status {
            Status::Missing => Self::MISSING,
            Status::Censored => Self::CENSORED,
            Status::Scored | Status::Clamped | Status::Invalid => {
                Self::of(crate::num::exp(reading.logprob))
            }
        }
    }
    /// The mark of a probability.
    pub fn of(probability: f64) -> Self {
        let band = Band::of(probability);
        let strength = if probability > 0.5 {
            probability
        } else {
            1.0 - probability
        };
        // Thirds of the strengths that occur in the band.
        let (least, range) = match band {
            Band::Low => (1.0 - LOW, LOW),
            Band::Middle => (0.5, 0.5 - LOW),
            Band::High => (MIDDLE, 1.0 - MIDDLE),
        };
        // A cast saturates, so that rounding below the least strength gives step 0.
        let step = ((strength - least) / range * 3.0) as u8;
        Self(band as u8 * 3 + step.min(2))
    }
    /// 0 to 2 low, 3 to 5 middle, 6 to 8 high (weak to strong inside each), 9 censored, 10 missing.
    pub fn code(self) -> u8 {
        self.0
    }
    /// The mark with this code; anything unknown is missing.
    pub fn from_code(code: u8) -> Self {
        Self(code.min(Self::MISSING.0))
    }
    /// Name of the CSS class: `b0` to `b8`, `bc`, `bm`.
    pub fn class(self) -> &'static str {
        const CLASSES: [&str; 11] = [
            "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "bc", "bm",
        ];
        CLASSES[usize::from(self.0)]
    }
    /// The band; `None` for missing.
    pub fn band(self) -> Option<Band> {
        match self.0 {
            0..=2 | 9 => Some(Band::Low),
            3..=5 => Some(Band::Middle),
            6..=8 => Some(Band::High),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_probabilities() {
        let table = [
            (0.0, 2, Band::Low),
            (0.1, 2, Band::Low),
            (0.12, 1, Band::Low),
            (0.21, 1, Band::Low),
            (0.23, 0, Band::Low),
            (0.33, 0, Band::Low),
            (0.330_000_1, 5, Band::Middle),
            (0.4, 4, Band::Middle),
            (0.48, 3, Band::Middle),
            (0.5, 3, Band::Middle),
            (0.51, 3, Band::Middle),
            (0.6, 4, Band::Middle),
            (0.66, 5, Band::Middle),
            (0.660_000_1, 6, Band::High),
            (0.77, 6, Band::High),
            (0.78, 7, Band::High),
            (0.88, 7, Band::High),
            (0.89, 8, Band::High),
            (1.0, 8, Band::High),
        ];
        for (p, code, band) in table {
            let mark = Mark::of(p);
            assert_eq!((mark.code(), mark.band()), (code, Some(band)), "p = {p}");
            assert_eq!(mark.class(), format!("b{code}"));
            assert_eq!(Band::of(p), band);
        }
    }

    #[test]
    fn marks_of_readings() {
        assert_eq!(Mark::new(Reading::new(None)), Mark::MISSING);
        assert_eq!(Mark::new(Reading::new(Some(-9999.0))), Mark::CENSORED);
        assert_eq!(Mark::new(Reading::new(Some(0.7))).code(), 8);
        assert_eq!(Mark::new(Reading::new(Some(-800.0))).code(), 2);
        assert_eq!(
            (Mark::CENSORED.class(), Mark::CENSORED.band()),
            ("bc", Some(Band::Low))
        );
        assert_eq!((Mark::MISSING.class(), Mark::MISSING.band()), ("bm", None));
    }

    #[test]
    fn codes_round_trip_and_unknown_ones_are_missing() {
        for code in 0..=10 {
            assert_eq!(Mark::from_code(code).code(), code);
        }
        assert_eq!(Mark::from_code(11), Mark::MISSING);
        assert_eq!(Mark::from_code(255), Mark::MISSING);
    }
}
