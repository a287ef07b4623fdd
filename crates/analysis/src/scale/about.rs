//! What a lens shows, in words: for the legend and for files to take away.
use super::lens::{Lens, Quantity, Unit};

impl Lens {
    /// What is coloured by, in a few words: `joint probability of a word, relative to this text`.
    pub fn title(self) -> String {
        let joint = match (self.quantity, self.unit) {
            (Quantity::Probability, Unit::Word) => "joint ",
            (Quantity::Probability | Quantity::Surprisal, Unit::Sentence | Unit::Line) => "mean ",
            _ => "",
        };
        let relative = if self.relative {
            ", relative to this text"
        } else {
            ""
        };
        let (name, unit) = (self.quantity.label(), self.unit.name());
        format!("{joint}{name} of a {unit}{relative}")
    }

    /// What the values are, how those of a unit follow from its tokens, and what becomes of tokens without one. Empty for the
    /// plain ones.
    pub fn about(self) -> String {
        let mut all: Vec<&str> = Vec::new();
        all.extend(match self.quantity {
            Quantity::Probability | Quantity::Surprisal => None,
            Quantity::Rank => Some(
                "Rank of the token among the listed alternatives. One that is not in its list counts as the first behind it.",
            ),
            Quantity::Share => Some(
                "Probability of the token divided by that of the best listed alternative: 1 is the best itself.",
            ),
            Quantity::Entropy => Some(
                "Entropy of the position, whatever token was written. Where the list is cut off, only an interval is known: the colour is that of its lower end, the least that the entropy can be.",
            ),
            Quantity::Margin => Some(
                "How far the probability of the best alternative is ahead of the second, whatever token was written.",
            ),
        });
        all.extend(match (self.quantity, self.unit) {
            (_, Unit::Token) => None,
            (Quantity::Probability, Unit::Word) => {
                Some("A word has the joint probability of its tokens: their product.")
            }
            (Quantity::Surprisal, Unit::Word) => {
                Some("A word has the surprisal of its tokens together: their sum.")
            }
            (Quantity::Probability, _) => Some(
                "A sentence or line has the geometric mean of the probabilities of its tokens, so that its length does not count.",
            ),
            (Quantity::Surprisal, _) => {
                Some("A sentence or line has the mean surprisal of its tokens.")
            }
            _ => Some("A unit has the value of its most doubtful token."),
        });
        if self.unit != Unit::Token {
            all.push(if self.quantity.is_listed() && self.quantity != Quantity::Share {
                "Tokens without a value are left out."
            } else {
                "Tokens without a value are left out; with a token below the floor the whole unit is below it."
            });
        }
        if self.relative {
            all.push("Relative to this text: each value is compared with the others of the same text. 10 % means that at most 10 % of it is as doubtful or more.");
        }
        all.join(" ")
    }
}
