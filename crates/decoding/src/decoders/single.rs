//! Greedy search and sampling.
use super::Event;
use super::step::Run;
use crate::failure::Failure;
use crate::model::{Model, Row};
use crate::random::Random;
use crate::sequence::{Finish, Sequence, Token};
use crate::softmax::{largest, log_sum_exp};
use std::ops::ControlFlow;

/// A sequence that is being written.
struct Track {
    number: usize,
    ids: Vec<u32>,
    tokens: Vec<Token>,
    text: Vec<u8>,
    random: Random,
    /// Row of the step before.
    row: usize,
    finish: Option<Finish>,
}

pub(super) fn write<M: Model>(
    mut run: Run<'_, M>,
    watch: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Vec<Sequence>, Failure<M::Error>> {
    let mut tracks: Vec<Track> = (0..run.settings.num_return_sequences)
        .map(|number| Track {
            number,
            ids: run.prompt.to_vec(),
            tokens: Vec::new(),
            text: Vec::new(),
            random: Random::new(run.settings.seed, number as u64),
            row: 0,
            finish: None,
        })
        .collect();
    run.ask(&[Row {
        parent: None,
        ids: run.prompt,
    }])?;
    loop {
        for track in tracks.iter_mut().filter(|track| track.finish.is_none()) {
            let Some(token) = choose(&run, track) else {
                track.finish = Some(Finish::Exhausted);
                continue;
            };
            track.ids.push(token.id);
            track.tokens.push(token.clone());
            track.finish = run.end(token.id, track.ids.len(), &mut track.text)?;
            let sequence = track.number;
            if watch(Event::Token { sequence, token }).is_break() {
                return Ok(done(tracks));
            }
        }
        let rows: Vec<Row<'_>> = tracks
            .iter()
            .filter(|track| track.finish.is_none())
            .map(|track| Row {
                parent: Some(track.row),
                ids: &track.ids,
            })
            .collect();
        if rows.is_empty() {
            return Ok(done(tracks));
        }
        run.ask(&rows)?;
        let running = tracks.iter_mut().filter(|track| track.finish.is_none());
        running.enumerate().for_each(|(row, track)| track.row = row);
    }
}

/// The next token; `None` if none is left.
fn choose<M: Model>(run: &Run<'_, M>, track: &mut Track) -> Option<Token> {
    let (logits, sum) = run.logits(track.row);
    let mut scores = logits.to_vec();
    run.processors.process(&track.ids, &mut scores);
    let (id, processed) = if run.settings.mode.draws() {
        let left = run.processors.narrow(&mut scores);
        let (at, logprob) = left.draw(&mut track.random)?;
        (*left.ids().get(at)?, logprob)
    } else {
        let best = largest(&scores);
        if best == f32::NEG_INFINITY {
            return None;
        }
        let at = scores.iter().position(|&score| score == best)?;
        let sum = if run.processors.is_neutral() {
            sum
        } else {
            log_sum_exp(&scores)
        };
        (u32::try_from(at).ok()?, f64::from(best) - sum)
    };
    Some(Token {
        id,
        logprob: (f64::from(*logits.get(id as usize)?) - sum) as f32,
        processed: processed as f32,
        alternatives: run.alternatives(track.row),
    })
}

fn done(tracks: Vec<Track>) -> Vec<Sequence> {
    let sequence = |track: Track| Sequence {
        tokens: track.tokens,
        finish: track.finish.unwrap_or(Finish::Cancelled),
        score: None,
    };
    tracks.into_iter().map(sequence).collect()
}
