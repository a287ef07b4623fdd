//! What is replayed, and what the values of the file are taken for.
use serde::{Deserialize, Serialize};

/// The settings to replay, applied in this order. What is out of range counts as neutral.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Above 0; 0 is greedy.
    pub temperature: f64,
    /// Tokens that stay; 0 is all.
    pub top_k: u32,
    /// A token stays while the mass of the better ones is below this; 1 is all.
    pub top_p: f64,
    /// A token stays from this share of the best one's probability; 0 is all.
    pub min_p: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
        }
    }
}

/// Which distribution the values of the file are from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Recorded {
    /// The model's own.
    Raw,
    /// After a temperature above 0, with nothing cut off.
    Scaled(f64),
    /// Not known: taken for raw, which is to be said beside the figures.
    #[default]
    Unknown,
}

/// What is taken for granted, to be shown beside the figures.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Assumptions {
    /// What the values are.
    pub recorded: Recorded,
    /// Size of the vocabulary; without it some ends stay open.
    pub vocabulary: Option<u64>,
}

impl Settings {
    /// The power that probabilities of the file are raised to; `None` is greedy.
    pub(crate) fn power(&self, recorded: Recorded) -> Option<f64> {
        let before = match recorded {
            Recorded::Scaled(temperature) if temperature.is_finite() && temperature > 0.0 => {
                temperature
            }
            _ => 1.0,
        };
        if self.temperature == 0.0 {
            return None;
        }
        let power = before / self.temperature;
        Some(if power.is_finite() && power > 0.0 {
            power
        } else {
            before
        })
    }
    pub(crate) fn nucleus(&self) -> Option<f64> {
        Some(self.top_p).filter(|q| (0.0..1.0).contains(q))
    }
    pub(crate) fn floor(&self) -> Option<f64> {
        Some(self.min_p).filter(|a| *a > 0.0 && *a <= 1.0)
    }
}
