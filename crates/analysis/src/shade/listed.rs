//! What alternatives say of their tokens: read from records, kept as columns.
use super::{CENSORED, MISSING};
use crate::position::Position;
use crate::scale::Quantity;
use completions::{Columns, SequenceDetail, TokenDetail};
use metrics::Status;
use metrics::alternatives::Alternatives;

/// What the alternatives of all tokens say, 16 bytes a token. They are not in the columns: records are read for it.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// A column for each quantity, in the order of [`said`].
    said: [Vec<f32>; SAID],
    /// Per sequence: its alternatives were read.
    read: Vec<bool>,
    unread: usize,
}

impl Listed {
    /// Nothing was read. Sequences without tokens need not be.
    pub fn new(columns: &Columns) -> Self {
        let read: Vec<bool> = columns
            .sequences
            .iter()
            .map(|sequence| sequence.n_tokens == 0)
            .collect();
        Self {
            said: [(); SAID].map(|()| vec![MISSING; columns.logprob.len()]),
            unread: read.iter().filter(|read| !**read).count(),
            read,
        }
    }

    /// How many sequences are still to be read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// Those among them, ascending.
    pub fn to_read(&self) -> impl Iterator<Item = u32> {
        let all = (0_u32..).zip(&self.read);
        all.filter_map(|(sequence, read)| (!read).then_some(sequence))
    }

    /// The record of a sequence was read; `None` when it cannot be.
    pub fn take(&mut self, columns: &Columns, index: u32, detail: Option<&SequenceDetail>) {
        let Some(sequence) = columns.sequences.get(index as usize) else {
            return;
        };
        let Some(read) = self.read.get_mut(index as usize).filter(|read| !**read) else {
            return;
        };
        *read = true;
        self.unread = self.unread.saturating_sub(1);
        let tokens = detail.map_or(&[][..], |detail| &detail.tokens);
        let mut listed = Alternatives::default();
        for (at, token) in super::range(sequence).zip(tokens) {
            for (column, value) in self.said.iter_mut().zip(said(token, &mut listed)) {
                if let Some(place) = column.get_mut(at) {
                    *place = value;
                }
            }
        }
    }

    /// The values of one quantity; `None` for one that the columns have.
    pub(super) fn column(&self, quantity: Quantity) -> Option<&[f32]> {
        self.said.get(place(quantity)?).map(Vec::as_slice)
    }

    /// The alternatives of a sequence were read, or there is no such sequence.
    pub fn is_read(&self, sequence: u32) -> bool {
        self.read.get(sequence as usize).copied().unwrap_or(true)
    }
}

/// The values of one quantity of the tokens of one record; `None` for a quantity that the columns have.
pub(super) fn column_of_one(
    quantity: Quantity,
    detail: Option<&SequenceDetail>,
) -> Option<Vec<f32>> {
    let place = place(quantity)?;
    let mut listed = Alternatives::default();
    let tokens = detail.map_or(&[][..], |detail| &detail.tokens);
    let value = |token| said(token, &mut listed).get(place).copied();
    let values = tokens.iter().map(value);
    Some(values.map(|value| value.unwrap_or(MISSING)).collect())
}

/// Quantities that the alternatives of a token say.
const SAID: usize = 4;

/// What the alternatives of a token say of it: rank, share of the best, entropy, margin. `listed` is scratch.
fn said(token: &TokenDetail, listed: &mut Alternatives) -> [f32; SAID] {
    let position = Position::of(token, listed);
    let known = |value: Option<f64>| value.map_or(MISSING, |value| value as f32);
    let share = match token.status {
        Status::Censored => CENSORED,
        _ => known(position.share()),
    };
    [
        known(position.rank().map(|rank| f64::from(rank.rank))),
        share,
        known(position.entropy().map(|(least, _)| least)),
        known(position.margin()),
    ]
}

/// Where a quantity stands in what is [`said`]; `None` for one that the columns have.
fn place(quantity: Quantity) -> Option<usize> {
    match quantity {
        Quantity::Probability | Quantity::Surprisal => None,
        Quantity::Rank => Some(0),
        Quantity::Share => Some(1),
        Quantity::Entropy => Some(2),
        Quantity::Margin => Some(3),
    }
}
