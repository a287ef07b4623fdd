//! What a value read from a file counts as.
use crate::num;

/// At or below this a server says "less than I report": OpenAI documents -9999.0 as "outside the top 20".
pub const FLOOR: f64 = -9999.0;
/// Up to this much above zero is float rounding.
pub const ROUNDING: f64 = 1e-3;

/// What a token's log-probability counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// An ordinary value.
    Scored = 0,
    /// Up to 1e-3 above zero, from float rounding; counted as 0.
    Clamped = 1,
    /// More than 1e-3 above zero: not a log-probability; counted as 0 and reported.
    Invalid = 2,
    /// `null`, NaN or absent: skipped.
    Missing = 3,
    /// -9999 or less, or minus infinity: below what the server reports; skipped.
    Censored = 4,
}

impl Status {
    /// Takes part in the means: scored, clamped or invalid.
    pub fn is_scored(self) -> bool {
        matches!(self, Self::Scored | Self::Clamped | Self::Invalid)
    }
}

/// A value after the input policy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What it counts as.
    pub status: Status,
    /// Natural logarithm, at most 0. For missing and censored tokens 0 and without meaning.
    pub logprob: f64,
}

impl Reading {
    /// Applies the input policy to one raw value; `None` is missing.
    pub fn new(raw: Option<f64>) -> Self {
        let (status, logprob) = match raw {
            None => (Status::Missing, 0.0),
            Some(l) if l.is_nan() => (Status::Missing, 0.0),
            Some(l) if l <= FLOOR => (Status::Censored, 0.0),
            Some(l) if l > ROUNDING => (Status::Invalid, 0.0),
            Some(l) if l > 0.0 => (Status::Clamped, 0.0),
            // + 0.0 turns -0.0 into 0.0.
            Some(l) => (Status::Scored, l + 0.0),
        };
        Self { status, logprob }
    }
    /// The value, if the token takes part in the means: nats, at most 0.
    pub fn scored(self) -> Option<f64> {
        self.status.is_scored().then_some(self.logprob)
    }
    /// e^logprob, 0 to 1; `None` for missing and censored tokens.
    pub fn probability(self) -> Option<f64> {
        self.scored().map(num::exp)
    }
    /// -logprob / ln 2, bits, at least 0; `None` for missing and censored tokens.
    pub fn surprisal_bits(self) -> Option<f64> {
        self.scored().map(|logprob| -logprob / num::LN_2 + 0.0)
    }
}

/// How many tokens of a sequence or run were of which status.
/// `total = scored + missing + censored`; clamped and invalid ones are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts {
    /// All tokens.
    pub total: u64,
    /// Tokens that take part in the means.
    pub scored: u64,
    /// Tokens without a value.
    pub missing: u64,
    /// Tokens below what the server reports.
    pub censored: u64,
    /// Scored tokens whose value was set to 0.
    pub clamped: u64,
    /// Clamped tokens that were more than 1e-3 above 0.
    pub invalid: u64,
}

impl Counts {
    /// Counts one token.
    pub fn add(&mut self, status: Status) {
        self.total += 1;
        match status {
            Status::Missing => self.missing += 1,
            Status::Censored => self.censored += 1,
            Status::Scored | Status::Clamped | Status::Invalid => self.scored += 1,
        }
        self.clamped += u64::from(matches!(status, Status::Clamped | Status::Invalid));
        self.invalid += u64::from(status == Status::Invalid);
    }
    /// Adds the counts of another sequence.
    pub fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.scored += other.scored;
        self.missing += other.missing;
        self.censored += other.censored;
        self.clamped += other.clamped;
        self.invalid += other.invalid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_policy() {
        let table: &[(Option<f64>, Status, f64)] = &[
            (None, Status::Missing, 0.0),
            (Some(f64::NAN), Status::Missing, 0.0),
            (Some(f64::NEG_INFINITY), Status::Censored, 0.0),
            (Some(-1e300), Status::Censored, 0.0),
            (Some(-9999.0), Status::Censored, 0.0),
            (Some(-9998.999), Status::Scored, -9998.999),
            (Some(-1000.0), Status::Scored, -1000.0),
            (Some(-0.5), Status::Scored, -0.5),
            (Some(-0.0), Status::Scored, 0.0),
            (Some(0.0), Status::Scored, 0.0),
            (Some(1e-300), Status::Clamped, 0.0),
            (Some(1e-3), Status::Clamped, 0.0),
            (Some(1.0001e-3), Status::Invalid, 0.0),
            (Some(0.7), Status::Invalid, 0.0),
            (Some(f64::INFINITY), Status::Invalid, 0.0),
        ];
        for &(raw, status, logprob) in table {
            let reading = Reading::new(raw);
            assert_eq!(
                (reading.status, reading.logprob.to_bits()),
                (status, f64::to_bits(logprob)),
                "{raw:?}"
            );
        }
    }

    #[test]
    fn figures_of_one_reading() {
        let half = Reading::new(Some(-num::LN_2));
        assert_eq!(
            (half.probability(), half.surprisal_bits()),
            (Some(0.5), Some(1.0))
        );
        let sure = Reading::new(Some(0.2));
        assert_eq!(
            (sure.probability(), sure.surprisal_bits().map(f64::to_bits)),
            (Some(1.0), Some(0))
        );
        for raw in [None, Some(-9999.0)] {
            let reading = Reading::new(raw);
            assert_eq!(
                (
                    reading.scored(),
                    reading.probability(),
                    reading.surprisal_bits()
                ),
                (None, None, None)
            );
        }
    }

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        for raw in [None, Some(-9999.0), Some(-1.0), Some(1e-7), Some(0.7)] {
            counts.add(Reading::new(raw).status);
        }
        let want = Counts {
            total: 5,
            scored: 3,
            missing: 1,
            censored: 1,
            clamped: 2,
            invalid: 1,
        };
        assert_eq!(counts, want);
        counts.merge(&want);
        assert_eq!(
            counts,
            Counts {
                total: 10,
                scored: 6,
                missing: 2,
                censored: 2,
                clamped: 4,
                invalid: 2
            }
        );
    }
}
