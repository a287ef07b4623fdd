//! Which candidates of all beams are looked at.
use super::beam::Beam;
use super::step::Run;
use crate::candidates::Candidates;
use crate::model::Model;
use crate::random::Random;
use crate::sequence::Token;
use metrics::num;

/// A beam and a token after it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) beam: usize,
    pub(super) token: Token,
    /// Sum of the beam with this token.
    pub(super) total: f32,
}

/// The `wanted` best ones, best first; or so many drawn ones, in the order of the draws. Fewer, if the processors leave
/// fewer.
pub(super) fn candidates<M: Model>(
    run: &Run<'_, M>,
    running: &[Beam],
    wanted: usize,
    random: &mut Random,
) -> Vec<Candidate> {
    let draws = run.settings.mode.draws();
    let mut all = Vec::new();
    let mut scores = Vec::new();
    for (number, beam) in running.iter().enumerate() {
        let (logits, sum) = run.logits(beam.row);
        let alternatives = run.alternatives(beam.row);
        let logprob = |logit: f32| (f64::from(logit) - sum) as f32;
        scores.clear();
        scores.extend(logits.iter().map(|&logit| logprob(logit)));
        run.processors.process(&beam.ids, &mut scores);
        let left = if draws {
            run.processors.narrow(&mut scores)
        } else {
            Candidates::best(&scores, wanted)
        };
        all.extend(
            left.ids()
                .iter()
                .zip(left.scores())
                .map(|(&id, &processed)| Candidate {
                    beam: number,
                    token: Token {
                        id,
                        logprob: logits
                            .get(id as usize)
                            .map_or(f32::NEG_INFINITY, |&logit| logprob(logit)),
                        processed,
                        alternatives: alternatives.clone(),
                    },
                    total: processed + beam.total,
                }),
        );
    }
    if draws {
        return drawn(&all, wanted, random);
    }
    // Stable: of equal ones the earlier beam and the lower id come first.
    all.sort_by(|a, b| b.total.total_cmp(&a.total));
    all.truncate(wanted);
    all
}

/// Draws without replacement.
fn drawn(all: &[Candidate], wanted: usize, random: &mut Random) -> Vec<Candidate> {
    let max = all
        .iter()
        .map(|candidate| candidate.total)
        .fold(f32::NEG_INFINITY, f32::max);
    let weight = |candidate: &Candidate| num::exp(f64::from(candidate.total) - f64::from(max));
    let mut weights: Vec<f64> = all.iter().map(weight).collect();
    let mut chosen = Vec::new();
    while chosen.len() < wanted
        && let Some(at) = random.weighted(&weights)
    {
        weights[at] = 0.0;
        chosen.push(all[at].clone());
    }
    chosen
}
