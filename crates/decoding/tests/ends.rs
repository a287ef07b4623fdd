//! How generations end, what is refused, and what the model is asked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

mod table;

use decoding::{Branch, Event, Fate, Finish, Parameters, generate, generate_with};
use std::ops::ControlFlow;
use table::Table;

const NONE: f32 = f32::NEG_INFINITY;

/// 0 -> 1 -> 2 -> 3 -> 0.
fn circle() -> Table {
    let rows = (0..4).map(|id| {
        (0..4)
            .map(|next| if next == (id + 1) % 4 { 3.0 } else { 0.0 })
            .collect()
    });
    Table {
        pieces: vec!["a", "b\n", "\nc", "d"],
        ..Table::new(rows.collect())
    }
}

fn told(settings: &str) -> Parameters {
    let mut parameters = Parameters::default();
    for (name, value) in settings.split(' ').filter_map(|one| one.split_once('=')) {
        parameters.set(name, &value.replace("\\n", "\n")).unwrap();
    }
    parameters
}

#[test]
fn every_end_has_its_reason() {
    for (settings, ids, finish) in [
        ("max_new_tokens=2", vec![1, 2], Finish::Length),
        ("max_length=4", vec![1, 2, 3], Finish::Length),
        ("eos_token_id=2,3", vec![1, 2], Finish::Eos),
        ("eos_token_id=2 eos_token_id=1", vec![1], Finish::Eos),
        ("stop=\\n\\n", vec![1, 2], Finish::Stop { string: 0, at: 1 }),
        (
            "stop=x stop=cd",
            vec![1, 2, 3],
            Finish::Stop { string: 1, at: 3 },
        ),
        ("no_repeat_ngram_size=1", vec![1, 2, 3], Finish::Exhausted),
        (
            "max_new_tokens=3 logit_bias=1:-100,3:50",
            vec![3, 3, 3],
            Finish::Length,
        ),
    ] {
        for mode in ["", " num_beams=2"] {
            let answer =
                generate(&mut circle(), &[0], &told(&format!("{settings}{mode}"))).unwrap();
            if mode.is_empty() || finish == Finish::Exhausted {
                assert_eq!(answer.sequences[0].ids(), ids, "{settings}{mode}");
                assert_eq!(answer.sequences[0].finish, finish, "{settings}{mode}");
            } else {
                assert_eq!(
                    std::mem::discriminant(&answer.sequences[0].finish),
                    std::mem::discriminant(&finish),
                    "{settings}{mode}"
                );
            }
            assert_eq!(answer.drawn, None);
        }
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    let error = |model: &mut Table, prompt: &[u32], settings: &str| {
        generate(model, prompt, &told(settings))
            .unwrap_err()
            .to_string()
    };
    let mut silent = circle();
    silent.pieces.clear();
    for (message, expected) in [
        (
            error(&mut circle(), &[], ""),
            "the prompt has no tokens, so that there is nothing to go on with; give a text or a token id",
        ),
        (
            error(&mut circle(), &[0, 1], "max_length=2"),
            "the prompt has 2 tokens and max_length is 2; give max_new_tokens instead",
        ),
        (
            error(&mut silent, &[0], "stop=x"),
            "stop_strings cannot be looked for: the model does not tell the text of token 1",
        ),
        (
            error(&mut circle(), &[9], ""),
            "the model failed: out of memory",
        ),
        (
            error(&mut Table::new(vec![vec![1.0], vec![1.0]]), &[0], ""),
            "the model gave 1 logits instead of 2",
        ),
        (
            error(&mut Table::constant(&[0.0, f32::NAN]), &[0], ""),
            "the logit of token 1 in row 0 is not a number below infinity",
        ),
        (
            error(
                &mut Table::constant(&[f32::INFINITY, 0.0]),
                &[0],
                "num_beams=2",
            ),
            "the logit of token 0 in row 0 is not a number below infinity",
        ),
    ] {
        assert_eq!(message, expected);
    }
    let answer = generate(
        &mut Table::constant(&[NONE, NONE]),
        &[0],
        &told("do_sample=true"),
    )
    .unwrap();
    assert_eq!(
        (answer.sequences[0].ids(), answer.sequences[0].finish),
        (vec![], Finish::Exhausted)
    );
}

#[test]
fn rows_share_the_prompt_and_name_their_parents() {
    let mut model = circle();
    generate(
        &mut model,
        &[0, 1, 2],
        &told("do_sample=true num_generations=3 max_new_tokens=3"),
    )
    .unwrap();
    assert_eq!(model.steps[0], [(None, 3)]);
    assert_eq!(model.steps[1], [(Some(0), 4), (Some(0), 4), (Some(0), 4)]);
    assert_eq!(model.steps[2], [(Some(0), 5), (Some(1), 5), (Some(2), 5)]);
    let mut model = circle();
    generate(&mut model, &[0], &told("num_beams=2 max_new_tokens=3")).unwrap();
    assert_eq!(model.steps[0], [(None, 1)]);
    assert_eq!(model.steps[1], [(Some(0), 2), (Some(0), 2)]);
}

#[test]
fn a_watcher_sees_tokens_and_can_end() {
    for (settings, finish) in [("", Finish::Cancelled), ("num_beams=2", Finish::Cancelled)] {
        let mut seen = 0;
        let mut watch = |event: Event| {
            seen += 1;
            match event {
                Event::Token { sequence, token } => assert_eq!((sequence, token.id), (0, seen % 4)),
                Event::Step { written, .. } => assert_eq!(written, seen as usize),
            }
            if seen == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let answer = generate_with(&mut circle(), &[0], &told(settings), &mut watch).unwrap();
        assert_eq!(
            (answer.sequences[0].ids(), answer.sequences[0].finish),
            (vec![1, 2, 3], finish)
        );
    }
}

/// Following the branches back from the best end gives the answer; what is not on the way of a beam was lost.
#[test]
fn the_branches_are_the_tree_of_the_search() {
    for settings in ["num_beams=2", "num_beams=3 do_sample=true seed=4"] {
        let mut steps: Vec<Vec<Branch>> = Vec::new();
        let mut watch = |event: Event| {
            if let Event::Step { branches, .. } = event {
                steps.push(branches);
            }
            ControlFlow::Continue(())
        };
        let told = told(&format!("{settings} max_new_tokens=4 eos_token_id=3"));
        let answer = generate_with(&mut circle(), &[0], &told, &mut watch).unwrap();
        let beams = told.num_beams.unwrap();
        for (before, step) in steps.iter().zip(&steps[1..]) {
            let running = step.iter().filter(|branch| branch.fate == Fate::GoesOn);
            assert!(running.count() <= beams, "{settings}");
            for branch in step {
                let parent = &before[branch.parent];
                assert_eq!(parent.fate, Fate::GoesOn, "{settings}");
                let sum = parent.total + branch.token.processed;
                assert!((branch.total - sum).abs() < 1e-5, "{settings}");
            }
        }
        let ended = steps.iter().enumerate().flat_map(|(step, branches)| {
            let ends = branches.iter().enumerate();
            ends.filter(|(_, branch)| branch.fate == Fate::Ended)
                .map(move |(at, _)| (step, at))
        });
        let ids = |(step, mut at): (usize, usize)| {
            let mut ids = Vec::new();
            for branches in steps[..=step].iter().rev() {
                ids.insert(0, branches[at].token.id);
                at = branches[at].parent;
            }
            ids
        };
        let ended: Vec<Vec<u32>> = ended.map(ids).collect();
        let lost = steps.iter().flatten().any(|b| b.fate == Fate::Lost);
        assert!(
            lost && ended.contains(&answer.sequences[0].ids()),
            "{settings}: {ended:?}"
        );
    }
}

#[test]
fn hosted_penalties_count_what_was_written_only() {
    let mut model = Table::constant(&[1.0, 0.9, 0.0]);
    for (settings, ids) in [
        ("presence_penalty=0.5", vec![0, 1, 0, 0]),
        ("frequency_penalty=0.3", vec![0, 1, 0, 1]),
        ("frequency_penalty=2 presence_penalty=2", vec![0, 1, 2, 0]),
    ] {
        // The prompt is full of token 0.
        let answer = generate(
            &mut model,
            &[0, 0, 0],
            &told(&format!("{settings} max_new_tokens=4")),
        )
        .unwrap();
        assert_eq!(answer.sequences[0].ids(), ids, "{settings}");
    }
}

/// They are the model's own, whatever the processors did, and the values of written tokens agree with them.
#[test]
fn alternatives_of_every_token() {
    for settings in [
        "",
        " num_beams=2",
        " do_sample=true",
        " num_beams=2 do_sample=true",
    ] {
        let told = told(&format!(
            "max_new_tokens=3 top_logprobs=2 logit_bias=3:9{settings}"
        ));
        let answer = generate(&mut circle(), &[0], &told).unwrap();
        let tokens = &answer.sequences[0].tokens;
        let mut before = 0;
        for token in tokens {
            let likeliest = (before + 1) % 4;
            // Of three equal ones the lowest id comes second.
            let second = u32::from(likeliest == 0);
            let ids: Vec<u32> = token.alternatives.iter().map(|one| one.id).collect();
            assert_eq!(ids, [likeliest, second], "{settings}");
            if token.id == second {
                assert_eq!(token.logprob, token.alternatives[1].logprob, "{settings}");
            }
            before = token.id;
        }
        assert_eq!(tokens[0].id, 3, "{settings}");
        let sum: f64 = [3.0, 0.0, 0.0, 0.0]
            .iter()
            .map(|&x| metrics::num::exp(x))
            .sum();
        let best = f64::from(tokens[0].alternatives[0].logprob);
        assert!(
            (best - (3.0 - metrics::num::ln(sum))).abs() < 1e-6,
            "{settings}"
        );
    }
    let answer = generate(&mut circle(), &[0], &told("max_new_tokens=1")).unwrap();
    assert!(answer.sequences[0].tokens[0].alternatives.is_empty());
    let answer = generate(
        &mut circle(),
        &[0],
        &told("max_new_tokens=1 top_logprobs=9"),
    )
    .unwrap();
    assert_eq!(answer.sequences[0].tokens[0].alternatives.len(), 4);
}

/// A token that there is not would have no effect, and nobody would know.
#[test]
fn tokens_that_there_are_not_are_refused() {
    for (settings, expected) in [
        (
            "logit_bias=1:2,4:1",
            "logit_bias names the token 4, and the vocabulary has 4, from 0 on",
        ),
        (
            "eos_token_id=9,7",
            "eos_token_id names the token 7, and the vocabulary has 4, from 0 on",
        ),
    ] {
        let failure = generate(&mut circle(), &[0], &told(settings)).unwrap_err();
        assert_eq!(failure.to_string(), expected);
    }
    // A list for all models of a kind may have tokens that one of them lacks.
    assert!(generate(&mut circle(), &[0], &told("eos_token_id=2,9")).is_ok());
}
