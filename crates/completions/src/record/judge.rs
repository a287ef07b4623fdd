//! What the values of a sequence count as.
use super::{ChoiceDraft, Draft, TokenDraft};
use metrics::{Reading, Status};

/// Values from which on a sequence of zeros counts as placeholders.
pub(crate) const PLACEHOLDERS: usize = 5;

/// Why the values of a whole sequence are not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// They are no log-probabilities; what they look like.
    WrongUnits(&'static str),
    /// They are all exactly 0.
    AllZero,
}

/// The value of a token under the input policy.
///
/// A sequence whose values are withheld reads as if it had none: every token is [`Status::Missing`], in the columns, in the
/// counts and in the detail alike. So its tokens are counted, it takes part in no mean, and the report says why.
pub(crate) fn reading(token: &TokenDraft, withheld: Option<Withheld>) -> Reading {
    let value = if withheld.is_some() {
        None
    } else {
        Some(token.raw)
    };
    Reading::new(value)
}

/// Looks at all values of a sequence.
pub(crate) fn judge(draft: &Draft, choice: &ChoiceDraft) -> Option<Withheld> {
    let mut sums = Sums::default();
    for token in draft.tokens_of(choice) {
        sums.add(token);
    }
    sums.verdict()
}

/// What [`judge`] counts.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    values: usize,
    invalid: usize,
    zeros: usize,
    negative: usize,
    above_one: usize,
    listed: usize,
    overfull: usize,
}

impl Sums {
    fn add(&mut self, token: &TokenDraft) {
        let reading = Reading::new(Some(token.raw));
        self.listed += usize::from(token.alternatives.count > 0);
        self.overfull += usize::from(token.alternatives.overfull);
        if reading.status == Status::Missing {
            return;
        }
        self.values += 1;
        self.invalid += usize::from(reading.status == Status::Invalid);
        self.zeros += usize::from(token.raw == 0.0);
        self.negative += usize::from(token.raw < 0.0);
        self.above_one += usize::from(token.raw > 1.0);
    }

    fn verdict(self) -> Option<Withheld> {
        if 2 * self.invalid > self.values || 2 * self.overfull > self.listed {
            return Some(Withheld::WrongUnits(
                match (self.above_one, self.negative, self.invalid) {
                    (1.., ..) => "some lie far above 0: these look like logits",
                    (0, 0, 1..) => "all lie between 0 and 1: these look like probabilities",
                    (0, _, 1..) => "most lie above 0",
                    (0, _, 0) => "the probabilities of their alternatives add up to more than 1",
                },
            ));
        }
        let all_zero = self.values >= PLACEHOLDERS && self.zeros == self.values && self.listed == 0;
        all_zero.then_some(Withheld::AllZero)
    }
}
