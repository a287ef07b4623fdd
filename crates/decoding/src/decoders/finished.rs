//! The answers of a beam search that are complete, and when it is enough.
use super::beam::Beam;
use crate::parameters::{EarlyStopping, Settings};
use crate::sequence::{Finish, Sequence};
use metrics::num;

/// Complete answers, best first, as many as there are beams.
pub(super) struct Finished {
    best: Vec<Sequence>,
    beams: usize,
    answers: usize,
    length_penalty: f64,
    early_stopping: EarlyStopping,
    /// Most tokens after the prompt.
    most: usize,
    closed: bool,
}

impl Finished {
    pub(super) fn new(settings: &Settings, prompt: usize, max_length: usize) -> Self {
        Self {
            best: Vec::new(),
            beams: settings.num_beams,
            answers: settings.num_return_sequences,
            length_penalty: settings.length_penalty,
            early_stopping: settings.early_stopping,
            most: max_length.saturating_sub(prompt),
            closed: false,
        }
    }

    /// With early stopping nothing is added any more to a full list; those that end in one step compete.
    pub(super) fn begin_step(&mut self) {
        self.closed = self.early_stopping == EarlyStopping::Always && self.is_full();
    }

    /// Adds a beam that ended after `written` tokens, if it is good enough, and says whether it was.
    pub(super) fn add(&mut self, beam: Beam, finish: Finish, written: usize) -> bool {
        if self.closed {
            return false;
        }
        let score = self.penalised(beam.total, written);
        // After those that are as good: the earlier one stays before the later one.
        let better = |sequence: &Sequence| {
            sequence
                .score
                .is_some_and(|other| other.total_cmp(&score).is_ge())
        };
        let at = self.best.partition_point(better);
        let is_good = at < self.beams;
        if is_good {
            self.best.insert(at, beam.into_sequence(finish, score));
            self.best.truncate(self.beams);
        }
        is_good
    }

    /// Whether the search ends, seeing the best running total after `written` tokens.
    pub(super) fn is_enough(&self, best: f32, written: usize) -> bool {
        if !self.is_full() {
            return false;
        }
        let length = match self.early_stopping {
            EarlyStopping::Always => return true,
            EarlyStopping::Never if self.length_penalty > 0.0 => self.most,
            EarlyStopping::Never | EarlyStopping::Heuristic => written,
        };
        let worst = self.best.last().and_then(|sequence| sequence.score);
        worst.is_some_and(|worst| self.penalised(best, length) <= worst)
    }

    /// The answers; if there are too few, beams that did not come to an end fill up.
    pub(super) fn with_running(mut self, running: Vec<Beam>, finish: Finish) -> Vec<Sequence> {
        for beam in running {
            let score = self.penalised(beam.total, beam.written());
            self.best.push(beam.into_sequence(finish, score));
        }
        self.best.truncate(self.answers);
        self.best
    }

    fn is_full(&self) -> bool {
        self.best.len() >= self.beams
    }

    fn penalised(&self, total: f32, written: usize) -> f32 {
        total / num::pow(written as f64, self.length_penalty) as f32
    }
}
