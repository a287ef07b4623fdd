//! What has happened, put where it is shown.
use super::running::clock;
use super::{Desk, Phase};
use api::writing::{Happening, NamedToken, Timings};
use branches::{State, Tree};
use leptos::prelude::*;
use serde_json::{Value, json};

impl Desk {
    /// Puts what has happened where it is shown, all of it at once.
    pub(super) fn happened(
        self,
        happenings: Vec<Happening>,
        targets: &mut Vec<usize>,
        typed: Option<usize>,
        begin: f64,
    ) {
        let mut tree = None;
        let mut tokens = 0;
        let grown = || self.tree.get_untracked();
        for happening in happenings {
            match happening {
                Happening::Waiting { ahead } => self.phase.set(Phase::Waiting(ahead)),
                Happening::Prompt(read) => {
                    self.phase.set(Phase::Reading);
                    if let (Some(kept), [target]) = (typed, targets.as_slice()) {
                        let prefix = read.tokens.len().saturating_sub(read.prefix_tokens);
                        let given: Vec<NamedToken> =
                            read.tokens.iter().skip(prefix + kept).cloned().collect();
                        if !given.is_empty() {
                            tree.get_or_insert_with(grown).give(*target, given);
                        }
                    }
                    // What is stopped, or breaks off, has no record from the server.
                    self.made.set(json!({
                        "created": (js_sys::Date::now() / 1e3).floor(),
                        "model": read.model,
                        "engine": read.engine,
                        "parameters": read.parameters,
                    }));
                    // The prompt is that of all branches.
                    if self.read.with_untracked(Option::is_none) {
                        self.read.set(Some(*read));
                    }
                }
                Happening::Token { sequence, token } => {
                    tokens += 1;
                    if let Some(target) = targets.get(sequence) {
                        tree.get_or_insert_with(grown).push(*target, *token);
                    }
                }
                Happening::Step { branches, .. } => {
                    tokens += 1;
                    self.searches.update(|searches| {
                        if let Some(last) = searches.last_mut() {
                            last.beams.push(branches);
                        }
                    });
                }
                Happening::Done { record, timings } => {
                    let tree = tree.get_or_insert_with(grown);
                    complete(tree, targets, &record);
                    self.shown.set(shown(&self.shown.get_untracked(), targets));
                    self.phase.set(match record["interrupted"].as_str() {
                        Some(why) => Phase::Failed(format!(
                            "The answer breaks off: {why}. What had arrived is here; go on from its end."
                        )),
                        None => Phase::Done(timings),
                    });
                    self.made.set(record);
                }
                Happening::Scored(score) => {
                    let tree = tree.get_or_insert_with(grown);
                    for target in targets.iter() {
                        tree.end(*target, State::Done("stop".to_owned()));
                    }
                    self.made.set(score.record.clone());
                    self.score.set(Some(*score));
                    let predicted_ms = clock() - begin;
                    self.phase.set(Phase::Done(Timings {
                        predicted_ms,
                        ..Timings::default()
                    }));
                }
                Happening::Error(error) => {
                    let tree = tree.get_or_insert_with(grown);
                    for target in targets.iter() {
                        tree.end(*target, State::Failed(error.message.clone()));
                    }
                    self.phase.set(Phase::Failed(error.message));
                }
            }
        }
        if let Some(tree) = tree {
            self.tree.set(tree);
        }
        if tokens > 0 {
            if self.phase.with_untracked(|phase| *phase == Phase::Reading) {
                self.phase.set(Phase::Writing);
            }
            let now = clock() - begin;
            self.speed.update(|(count, first, last)| {
                if *count == 0 {
                    *first = now;
                }
                *count += tokens;
                *last = now;
            });
        }
    }
}

/// The answers have their ends; those of beams are there only now.
fn complete(tree: &mut Tree, targets: &mut Vec<usize>, record: &Value) {
    for (at, choice) in record["choices"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        if targets.len() <= at {
            targets.push(tree.begin(None, Vec::new()));
        }
        let target = targets.get(at).copied().unwrap_or_default();
        if tree
            .get(target)
            .is_some_and(|one| one.tokens.len() == one.given)
        {
            let listed = choice["logprobs"]["content"].clone();
            let tokens: Vec<NamedToken> = serde_json::from_value(listed).unwrap_or_default();
            tokens
                .into_iter()
                .for_each(|token| tree.push(target, token));
        }
        let why = choice["finish_reason"].as_str();
        let state = match (why, record["interrupted"].as_str()) {
            (Some(why), _) => State::Done(why.to_owned()),
            (None, Some(why)) => State::Failed(why.to_owned()),
            (None, None) => State::Done(String::new()),
        };
        tree.end(target, state);
    }
    // A server may give fewer than it was asked for; what has an end keeps it.
    for target in targets {
        let none = "the server gave no answer here";
        tree.end(*target, State::Failed(none.to_owned()));
    }
}

/// What is shown already, and what has come.
fn shown(before: &[usize], targets: &[usize]) -> Vec<usize> {
    let new = targets.iter().filter(|target| !before.contains(target));
    before.iter().chain(new).copied().collect()
}
