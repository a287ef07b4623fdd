//! The tokens of one record, before they are written down.
use crate::Shape;
use crate::random::Random;
use crate::words::{ENGLISH, FOREIGN, HALVES, Word};

/// A written token or an alternative; `None` is `null`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) word: Word,
    pub(crate) logprob: Option<f64>,
}

/// A position: the written token, then its alternatives, most probable first.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) token: Entry,
    pub(crate) alternatives: Vec<Entry>,
}

/// So many positions.
pub(crate) fn positions(shape: Shape, random: &mut Random, count: usize) -> Vec<Position> {
    let mut positions: Vec<Position> = Vec::with_capacity(count);
    while positions.len() < count {
        let mut position = position(shape, random);
        if shape == Shape::NonAscii && random.once_in(20) {
            position.token.word = HALVES[0];
            positions.push(position.clone());
            position.token.word = HALVES[1];
        }
        positions.push(position);
    }
    positions
}

fn position(shape: Shape, random: &mut Random) -> Position {
    let mut alternatives = Vec::with_capacity(shape.alternatives());
    // What is left of the probability: the first one takes most of it, each other a part of the rest.
    let mut rest = 1.0;
    let first = random.below(1000);
    for nth in 0..shape.alternatives() {
        let share = if nth == 0 {
            let doubt = random.unit();
            1.0 - 0.9 * doubt * doubt * doubt
        } else {
            0.3 + 0.5 * random.unit()
        };
        alternatives.push(Entry {
            word: word(shape, first + nth),
            logprob: Some(metrics::num::ln(rest * share)),
        });
        // Never nothing: its logarithm is no number in JSON.
        rest = (rest * (1.0 - share)).max(1e-30);
    }
    let mut token = match random.below(100) {
        0..85 => alternatives[0],
        85..97 => alternatives[1 + random.below(shape.alternatives() - 1)],
        _ => Entry {
            word: word(shape, first + shape.alternatives()),
            logprob: Some(metrics::num::ln(rest * 0.2)),
        },
    };
    match random.below(1000) {
        0 => token.logprob = None,
        1 => token.logprob = Some(-9999.0),
        2 | 3 => token.logprob = Some(1e-7),
        _ => {}
    }
    Position {
        token,
        alternatives,
    }
}

/// Neighbouring numbers give different words.
fn word(shape: Shape, number: usize) -> Word {
    if shape == Shape::NonAscii && !number.is_multiple_of(4) {
        return FOREIGN[number % FOREIGN.len()];
    }
    ENGLISH[number % ENGLISH.len()]
}
