//! What a model is asked: to answer, to read a prompt, to judge a text.
use super::{Desk, Phase, Search, told::json_of};
use crate::stream;
use api::writing::{Ask, Happening, Judge, Message};
use decoding::Mode;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Map;
use web_sys::AbortController;

impl Desk {
    /// The question as it stands in the form.
    pub(super) fn question(self) -> Ask {
        self.question_of(self.prompt.get_untracked())
    }

    /// The same with another prompt.
    pub(super) fn question_of(self, prompt: String) -> Ask {
        let message = |role: &str, content: String| Message {
            role: role.to_owned(),
            content,
        };
        let system = self.system.get_untracked();
        let mut ask = Ask {
            model: self.model.get_untracked(),
            parameters: self.told.with_untracked(json_of),
            ..Ask::default()
        };
        if self.chat.get_untracked() {
            let system = Some(system).filter(|text| !text.trim().is_empty());
            let mut messages = Vec::new();
            messages.extend(system.map(|text| message("system", text)));
            messages.extend(self.turns.get_untracked());
            messages.push(message("user", prompt));
            ask.messages = Some(messages);
        } else {
            ask.prompt = Some(prompt);
        }
        ask
    }

    /// Lets the model answer, from the beginning.
    pub(crate) fn generate(self) {
        let parameters = match untrack(|| self.parameters()) {
            Ok(parameters) => parameters,
            Err(message) => return self.phase.set(Phase::Failed(message)),
        };
        let ask = self.question();
        self.clear();
        self.asked.set(Some(ask.clone()));
        let answers = match self.has_beams() {
            true => 0,
            false => parameters.num_return_sequences.unwrap_or(1),
        };
        if answers == 0 {
            self.searches.set(vec![Search::default()]);
        }
        let mut targets = Vec::new();
        self.tree.update(|tree| {
            targets.extend((0..answers).map(|_| tree.begin(None, Vec::new())));
        });
        self.shown.set(targets.clone());
        self.run(ask, targets, None);
    }

    /// Only reads the prompt.
    pub(crate) fn look(self) {
        // What is wrong with a parameter is no matter of the prompt.
        let ask = Ask {
            dry_run: true,
            parameters: Map::new(),
            ..self.question()
        };
        let Ok(control) = AbortController::new() else {
            return;
        };
        let own = untrack(|| self.is_own());
        spawn_local(async move {
            let mut each = |happenings: Vec<Happening>| {
                for happening in happenings {
                    if let Happening::Prompt(read) = happening {
                        self.read.set(Some(*read));
                    }
                }
            };
            let body = stream::json(&ask);
            let signal = control.signal();
            let asked = stream::ask(api::GENERATE, &body, &signal, own, &mut each).await;
            if let Err(error) = asked {
                self.phase.set(Phase::Failed(error.message));
            }
        });
    }

    /// Lets a model judge the text.
    pub(crate) fn judge(self) {
        let text = self.text.get_untracked();
        self.clear();
        // Of a draw; without one the best token would be all that is left.
        let draws = untrack(|| self.parameters()).is_ok_and(|all| all.mode() == Mode::Sampling);
        let judge = Judge {
            model: self.model.get_untracked(),
            text,
            parameters: match draws {
                true => self.told.with_untracked(json_of),
                false => Map::new(),
            },
            top_logprobs: self
                .told
                .with_untracked(|told| {
                    let told = told.get("top_logprobs")?;
                    told.parse().ok()
                })
                .unwrap_or_default(),
        };
        // What is written behind it goes on with it.
        self.asked.set(Some(Ask {
            model: judge.model.clone(),
            prompt: Some(String::new()),
            ..Ask::default()
        }));
        let mut target = 0;
        self.tree
            .update(|tree| target = tree.begin(None, Vec::new()));
        self.shown.set(vec![target]);
        self.start(api::SCORE, stream::json(&judge), vec![target], None);
    }
}
