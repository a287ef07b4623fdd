//! A value with what is known of it.
use serde::{Deserialize, Serialize};

/// Why a value cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The position has no list of alternatives.
    NoAlternatives,
    /// The written token has no value.
    NoValue,
    /// The token can be cut off: its logarithm has no lower end.
    MaybeCut,
    /// The token is cut off: the logarithm of 0.
    Cut,
}

/// A value with its badge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Figure {
    /// It is this, to the rounding of the file.
    Exact(f64),
    /// It lies between the two, ends included; `None` is an open end.
    Bounded {
        /// At least this; minus infinity where a logarithm has no lower end.
        lower: f64,
        /// At most this.
        upper: Option<f64>,
    },
    /// It cannot be known from the file.
    NotComputable(Reason),
}

impl Figure {
    /// Exact where both ends are one.
    pub(crate) fn between(lower: f64, upper: f64) -> Self {
        if lower == upper {
            Self::Exact(lower)
        } else {
            Self::Bounded {
                lower,
                upper: upper.is_finite().then_some(upper),
            }
        }
    }

    /// Both ends; infinite where the upper one is open. `None`: not computable.
    pub fn ends(self) -> Option<(f64, f64)> {
        match self {
            Self::Exact(value) => Some((value, value)),
            Self::Bounded { lower, upper } => Some((lower, upper.unwrap_or(f64::INFINITY))),
            Self::NotComputable(_) => None,
        }
    }
}
