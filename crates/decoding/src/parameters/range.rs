//! Which values a parameter can have.
use std::fmt;

/// The values that make sense. [`fmt::Display`] says them to a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// A whole number, and the least one.
    Whole(u64),
    /// Any finite number.
    Any,
    /// A number from the first to the second.
    Closed(f64, f64),
    /// A number from the first to below the second.
    Below(f64, f64),
    /// A number above the first, up to the second.
    Above(f64, f64),
    /// A finite number from this one on.
    From(f64),
    /// A finite number above this one.
    Over(f64),
    /// One of these words.
    Words(&'static [&'static str]),
    /// Something with a form of its own, described.
    Form(&'static str),
}

impl Range {
    /// Whether a number is one of them. NaN never is.
    pub fn contains(&self, value: f64) -> bool {
        value.is_finite()
            && match *self {
                Self::Whole(least) => value >= least as f64 && value.fract() == 0.0,
                Self::Any => true,
                Self::Closed(low, high) => (low..=high).contains(&value),
                Self::Below(low, high) => (low..high).contains(&value),
                Self::Above(low, high) => value > low && value <= high,
                Self::From(low) => value >= low,
                Self::Over(low) => value > low,
                Self::Words(_) | Self::Form(_) => false,
            }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Whole(least) => write!(f, "a whole number from {least} on"),
            Self::Any => write!(f, "any number"),
            Self::Closed(low, high) => write!(f, "a number from {low} to {high}"),
            Self::Below(low, high) => write!(f, "a number from {low} to below {high}"),
            Self::Above(low, high) => write!(f, "a number above {low}, up to {high}"),
            Self::From(low) => write!(f, "a number from {low} on"),
            Self::Over(low) => write!(f, "a number above {low}"),
            Self::Words(words) => write!(f, "{}", words.join(" or ")),
            Self::Form(form) => f.write_str(form),
        }
    }
}

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// A value out of its range, or not readable.
    #[error("{name} is {value}; it must be {range}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it can be.
        range: Range,
    },
    /// Two parameters that exclude each other.
    #[error("{name} is {value}; {rule}")]
    Together {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What the others ask of it.
        rule: &'static str,
    },
    /// No such parameter.
    #[error("there is no parameter {0}")]
    Name(String),
}
