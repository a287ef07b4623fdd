//! What colours a text: a quantity, of which unit of the text, on which footing; and the grid that its thresholds lie on.
use metrics::{format, num};
use serde::{Deserialize, Serialize};

/// The quantity that colours a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Quantity {
    /// p = e^l with l the log-probability of the token, 0 to 1; low is doubtful.
    #[default]
    Probability,
    /// -l / ln 2 = -log2 p, bits, at least 0; high is doubtful.
    Surprisal,
    /// Rank among the alternatives, from 1; high is doubtful. Outside of its list a token counts as the first behind it.
    Rank,
    /// Its probability divided by that of the best alternative, 0 to 1; low is doubtful.
    Share,
    /// Entropy of the position, nats; high is doubtful. Where the list is cut off, the least that it can be.
    Entropy,
    /// Probability of the best alternative less that of the second, 0 to 1; low is doubtful.
    Margin,
}

impl Quantity {
    /// All of them, the default first.
    pub const ALL: [Self; 6] = [
        Self::Probability,
        Self::Surprisal,
        Self::Rank,
        Self::Share,
        Self::Entropy,
        Self::Margin,
    ];

    /// Name in addresses and in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::Surprisal => "surprisal",
            Self::Rank => "rank",
            Self::Share => "share",
            Self::Entropy => "entropy",
            Self::Margin => "margin",
        }
    }

    /// Name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Share => "share of the best",
            _ => self.name(),
        }
    }

    /// It is told by the alternatives of a position, which are not kept in the columns.
    pub fn is_listed(self) -> bool {
        !matches!(self, Self::Probability | Self::Surprisal)
    }

    /// The value of a token with this probability, where that is enough to know it.
    pub(super) fn of(self, probability: f64) -> f64 {
        match self {
            // Not -0 for a certain token.
            Self::Surprisal => 0.0 - num::log2(probability),
            _ => probability,
        }
    }

    fn is_doubt(self) -> bool {
        matches!(self, Self::Surprisal | Self::Rank | Self::Entropy)
    }
}

/// The piece of a text that has one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Unit {
    /// A token.
    #[default]
    Token,
    /// A word, a sign or white space by the rules of Unicode (UAX #29).
    Word,
    /// A sentence by the same rules.
    Sentence,
    /// A line of the text.
    Line,
}

impl Unit {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Token, Self::Word, Self::Sentence, Self::Line];

    /// Name in addresses and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Word => "word",
            Self::Sentence => "sentence",
            Self::Line => "line",
        }
    }
}

/// What is looked at: which quantity, of which unit, and whether it is compared with the text that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lens {
    /// Which quantity.
    pub quantity: Quantity,
    /// Of what.
    pub unit: Unit,
    /// Its value is the share of its text that is as doubtful or more, 0 to 1; low is doubtful.
    pub relative: bool,
}

impl Lens {
    /// The probability of a token is enough to know its value.
    pub fn is_direct(self) -> bool {
        !self.relative && self.unit == Unit::Token && !self.quantity.is_listed()
    }

    /// The lens of the values that are handed out for this one: probabilities where they are enough.
    pub fn handed_out(self) -> Self {
        if self.is_direct() {
            Self::default()
        } else {
            self
        }
    }

    /// Steps of the grid in one unit of the quantity: hundredths of what goes from 0 to 1, tenths of a bit or nat, whole ranks.
    pub fn steps_per_unit(self) -> u16 {
        match self.quantity {
            _ if self.relative => 100,
            Quantity::Surprisal | Quantity::Entropy => 10,
            Quantity::Rank => 1,
            _ => 100,
        }
    }

    /// Steps of the whole grid: up to 1, 12 bits, 6 nats, rank 20. What lies above is in the last step.
    pub fn steps(self) -> u16 {
        match self.quantity {
            _ if self.relative => 100,
            Quantity::Surprisal => 120,
            Quantity::Entropy => 60,
            Quantity::Rank => 20,
            _ => 100,
        }
    }

    /// Digits behind the point that tell all steps apart.
    pub(super) fn digits(self) -> usize {
        match self.steps_per_unit() {
            1 => 0,
            10 => 1,
            _ => 2,
        }
    }

    /// Whether a high value is the doubtful one.
    pub fn is_doubt(self) -> bool {
        self.quantity.is_doubt() && !self.relative
    }

    /// The usual thresholds, in steps: probability 0.33 and 0.66; surprisal 0.6 and 1.6 bits, which is about the same; the first
    /// and the first five; a tenth and half of the best; 0.5 and 1.5 nats; a margin of 0.1 and 0.5; the most doubtful 10 % and
    /// 30 % of a text.
    pub(super) fn usual_cuts(self) -> [u16; 2] {
        match self.quantity {
            _ if self.relative => [10, 30],
            Quantity::Probability => [33, 66],
            Quantity::Surprisal => [6, 16],
            Quantity::Rank => [1, 5],
            Quantity::Entropy => [5, 15],
            Quantity::Share | Quantity::Margin => [10, 50],
        }
    }

    /// A value with its unit: `0.33`, `1.6 bits`, `rank 5`, `10 %`.
    pub fn amount(self, value: f64) -> String {
        let number = format::sig3(value);
        match self.quantity {
            _ if self.relative => format::percent(value),
            Quantity::Surprisal => number + " bits",
            Quantity::Entropy => number + " nats",
            Quantity::Rank => format!("rank {number}"),
            _ => number,
        }
    }

    /// The step that a value lies in, from 0: above k steps and at most k + 1 steps.
    pub(crate) fn step_of(self, value: f64) -> usize {
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

    /// The more doubtful of two values.
    pub(crate) fn worse(self, one: f32, other: f32) -> f32 {
        if self.is_doubt() {
            one.max(other)
        } else {
            one.min(other)
        }
    }
}
