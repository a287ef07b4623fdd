//! Beam search and beam sampling.
use super::choice::{self, Candidate};
use super::finished::Finished;
use super::step::Run;
use super::{Branch, Event, Fate};
use crate::failure::Failure;
use crate::model::{Model, Row};
use crate::random::Random;
use crate::sequence::{Finish, Sequence, Token};
use std::ops::ControlFlow;

/// A beginning that is being followed.
#[derive(Debug, Clone)]
pub(super) struct Beam {
    pub(super) ids: Vec<u32>,
    tokens: Vec<Token>,
    text: Vec<u8>,
    /// Sum of what its tokens have after the processors.
    pub(super) total: f32,
    /// Row of the step before.
    pub(super) row: usize,
    /// Its place among the branches of the step before.
    branch: usize,
}

impl Beam {
    fn with(&self, candidate: &Candidate) -> Self {
        let mut next = self.clone();
        next.ids.push(candidate.token.id);
        next.tokens.push(candidate.token.clone());
        next.total = candidate.total;
        next
    }

    /// Tokens after the prompt.
    pub(super) fn written(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn into_sequence(self, finish: Finish, score: f32) -> Sequence {
        Sequence {
            tokens: self.tokens,
            finish,
            score: Some(score),
        }
    }
}

pub(super) fn search<M: Model>(
    mut run: Run<'_, M>,
    watch: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Vec<Sequence>, Failure<M::Error>> {
    let beams = run.settings.num_beams;
    let wanted = beams.saturating_mul((run.settings.eos.len() + 1).max(2));
    let mut random = Random::new(run.settings.seed, 0);
    let mut finished = Finished::new(run.settings, run.prompt.len(), run.max_length);
    // One beam, not several equal ones: the others could only repeat what the first one gives.
    let mut running = vec![Beam {
        ids: run.prompt.to_vec(),
        tokens: Vec::new(),
        text: Vec::new(),
        total: 0.0,
        row: 0,
        branch: 0,
    }];
    run.ask(&[Row {
        parent: None,
        ids: run.prompt,
    }])?;
    for written in 1.. {
        let candidates = choice::candidates(&run, &running, wanted, &mut random);
        if candidates.is_empty() {
            return Ok(finished.with_running(running, Finish::Exhausted));
        }
        let (mut next, mut branches) = (Vec::new(), Vec::new());
        finished.begin_step();
        for (rank, candidate) in candidates.into_iter().enumerate() {
            let Some(parent) = running.get(candidate.beam) else {
                continue;
            };
            let mut beam = parent.with(&candidate);
            beam.branch = branches.len();
            let fate = match run.end(candidate.token.id, beam.ids.len(), &mut beam.text)? {
                // An end that is not among the best is dropped: it neither finishes nor goes on.
                Some(finish) if rank < beams => match finished.add(beam, finish, written) {
                    true => Fate::Ended,
                    false => Fate::Lost,
                },
                Some(_) => Fate::Lost,
                None => {
                    next.push(beam);
                    Fate::Lost
                }
            };
            branches.push(Branch {
                parent: parent.branch,
                token: candidate.token,
                total: candidate.total,
                fate,
            });
        }
        // Drawn candidates come in the order of the draws.
        next.sort_by(|a, b| b.total.total_cmp(&a.total));
        next.truncate(beams);
        for beam in &next {
            if let Some(branch) = branches.get_mut(beam.branch) {
                branch.fate = Fate::GoesOn;
            }
        }
        let cancelled = watch(Event::Step { written, branches }).is_break();
        let Some(best) = next.first() else {
            return Ok(finished.with_running(Vec::new(), Finish::Exhausted));
        };
        if finished.is_enough(best.total, written) {
            return Ok(finished.with_running(Vec::new(), Finish::Exhausted));
        }
        if cancelled {
            return Ok(finished.with_running(next, Finish::Cancelled));
        }
        let rows: Vec<Row<'_>> = next
            .iter()
            .map(|beam| Row {
                parent: Some(beam.row),
                ids: &beam.ids,
            })
            .collect();
        run.ask(&rows)?;
        (0..).zip(&mut next).for_each(|(row, beam)| beam.row = row);
        running = next;
    }
    // Unreachable: the loop has no end of its own.
    Ok(finished.with_running(running, Finish::Length))
}
