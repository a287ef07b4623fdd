//! Why a generation did not take place.
use crate::parameters::Invalid;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure<E> {
    /// A parameter is out of its range, or does not go together with another.
    #[error(transparent)]
    Parameters(#[from] Invalid),
    /// Nothing to go on with.
    #[error(
        "the prompt has no tokens, so that there is nothing to go on with; give a text or a token id"
    )]
    EmptyPrompt,
    /// Nothing may be written.
    #[error(
        "the prompt has {} and max_length is {max_length}; give max_new_tokens instead",
        metrics::format::counted(*prompt as u64, "token", "tokens")
    )]
    LongPrompt {
        /// Tokens of the prompt.
        prompt: usize,
        /// The limit in force.
        max_length: usize,
    },
    /// A token that the model does not have.
    #[error("{name} names the token {token}, and the vocabulary has {vocabulary}, from 0 on")]
    UnknownToken {
        /// The parameter.
        name: &'static str,
        /// The token.
        token: u32,
        /// How many there are.
        vocabulary: usize,
    },
    /// Stop strings need the texts of tokens.
    #[error("stop_strings cannot be looked for: the model does not tell the text of token {token}")]
    NoText {
        /// The first such token.
        token: u32,
    },
    /// The model gave something else than logits.
    #[error(transparent)]
    Logits(#[from] BadLogits),
    /// The model failed.
    #[error("the model failed: {0}")]
    Model(E),
}

/// What is wrong with the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLogits {
    /// Too many or too few.
    #[error("the model gave {found} logits instead of {expected}")]
    Count {
        /// Rows times vocabulary.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// There is nothing to choose from.
    #[error("the model has an empty vocabulary")]
    Empty,
    /// Not a number, or plus infinity.
    #[error("the logit of token {token} in row {row} is not a number below infinity")]
    Value {
        /// Row of the step.
        row: usize,
        /// The first such token.
        token: usize,
    },
}

impl BadLogits {
    /// The first thing wrong with the logits of one step.
    pub(crate) fn find(logits: &[f32], rows: usize, vocabulary: usize) -> Option<Self> {
        if vocabulary == 0 {
            return Some(Self::Empty);
        }
        let expected = rows.saturating_mul(vocabulary);
        if logits.len() != expected {
            return Some(Self::Count {
                expected,
                found: logits.len(),
            });
        }
        // In two passes: the first one has no branches, and the second one is rare.
        let bad = |value: &f32| value.is_nan() || *value == f32::INFINITY;
        if !logits.iter().fold(false, |any, value| any | bad(value)) {
            return None;
        }
        let at = logits.iter().position(bad)?;
        Some(Self::Value {
            row: at / vocabulary,
            token: at % vocabulary,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::BadLogits;

    #[test]
    fn the_first_thing_wrong_is_found() {
        let (nan, infinity) = (f32::NAN, f32::INFINITY);
        let value = |row, token| Some(BadLogits::Value { row, token });
        let count = |expected, found| Some(BadLogits::Count { expected, found });
        for (logits, rows, vocabulary, expected) in [
            (vec![1.0, -infinity, f32::MAX, 0.0], 2, 2, None),
            (vec![1.0, 0.0, 0.0, infinity], 2, 2, value(1, 1)),
            (vec![nan, infinity], 1, 2, value(0, 0)),
            (vec![1.0], 1, 2, count(2, 1)),
            (vec![1.0; 3], 1, 2, count(2, 3)),
            (vec![], 1, 0, Some(BadLogits::Empty)),
        ] {
            assert_eq!(
                BadLogits::find(&logits, rows, vocabulary),
                expected,
                "{logits:?}"
            );
        }
    }
}
