//! `--fail-if`: a condition on the figures of a run.
//!
//! [`parse`] reads it, [`names()`] is what it can ask for.
mod names;
mod parse;

use super::read::Analysis;
pub use names::{Name, names};
use std::fmt;

/// Comparisons, joined by `and` and `or`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    /// One of these groups holds, that is, everything in it.
    groups: Vec<Vec<Comparison>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    left: Operand,
    relation: Relation,
    right: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operand {
    Number(f64),
    Name(&'static Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

/// Whether a condition holds, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The condition as written.
    pub text: String,
    /// It holds.
    pub held: bool,
    /// The comparisons that make it hold, with the values.
    because: Vec<String>,
    /// Names without a value that were asked for, each once.
    pub undefined: Vec<&'static str>,
}

impl Condition {
    /// The condition that is written like this, or what is wrong with it and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::condition(text)
    }

    /// Whether it holds for a run.
    pub fn judge(&self, analysis: &Analysis) -> Verdict {
        self.decide(|name| (name.value)(analysis))
    }

    fn decide(&self, value: impl Fn(&Name) -> Option<f64>) -> Verdict {
        let mut undefined = Vec::new();
        let mut value_of = |operand: Operand| match operand {
            Operand::Number(number) => Some(number),
            Operand::Name(name) => {
                let value = value(name);
                if value.is_none() && !undefined.contains(&name.name) {
                    undefined.push(name.name);
                }
                value
            }
        };
        let mut because = Vec::new();
        for group in &self.groups {
            let mut all = true;
            let mut reasons = Vec::new();
            for comparison in group {
                let values = (value_of(comparison.left), value_of(comparison.right));
                match values {
                    (Some(left), Some(right)) if comparison.relation.holds(left, right) => {
                        reasons.push(comparison.with(left, right));
                    }
                    _ => all = false,
                }
            }
            if all {
                because.extend(reasons);
            }
        }
        Verdict {
            text: self.text.clone(),
            held: !because.is_empty(),
            because,
            undefined,
        }
    }
}

impl Verdict {
    /// What the person must know.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        let undefined = self.undefined.iter().map(|name| {
            format!("--fail-if: {name} has no value; comparisons with it count as false")
        });
        let held = self.held.then(|| {
            let because = self.because.join(" and ");
            format!("--fail-if holds: {because}")
        });
        undefined.chain(held)
    }
}

impl Relation {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            #[expect(clippy::float_cmp, reason = "this is what the person asks for")]
            Self::Equal => left == right,
            #[expect(clippy::float_cmp, reason = "this is what the person asks for")]
            Self::Unequal => left != right,
        }
    }
}

impl Comparison {
    /// As written, and the values of its names.
    fn with(&self, left: f64, right: f64) -> String {
        let sides = [(self.left, left), (self.right, right)];
        let values: Vec<String> = sides
            .iter()
            .filter_map(|(operand, value)| match operand {
                Operand::Name(name) => Some(format!("{} is {value}", name.name)),
                Operand::Number(_) => None,
            })
            .collect();
        if values.is_empty() {
            return self.to_string();
        }
        format!("{self} ({})", values.join(", "))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.relation, self.right)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => f.write_str(name.name),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        })
    }
}

#[cfg(test)]
mod tests;
