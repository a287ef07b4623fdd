//! What runs: how it begins, and how it ends.
use super::{Desk, Phase, Stored};
use crate::stream;
use api::ApiError;
use api::writing::{Ask, Happening};
use branches::{State, Tree};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use web_sys::AbortController;

impl Desk {
    /// Something is computed.
    pub(crate) fn is_running(self) -> bool {
        let phase = self.phase.get();
        matches!(phase, Phase::Waiting(_) | Phase::Reading | Phase::Writing)
    }

    /// Ends what runs; what is there stays.
    pub(crate) fn stop(self) {
        let control = self.control.try_update_value(Option::take).flatten();
        if let Some(control) = control {
            control.abort();
            let _ = self.phase.try_set(Phase::Stopped);
            let _ = self.tree.try_update(|tree| {
                for branch in 0..tree.branches().len() {
                    tree.end(branch, State::Stopped);
                }
            });
        }
    }

    pub(super) fn clear(self) {
        self.stop();
        self.tree.set(Tree::default());
        self.searches.set(Vec::new());
        self.sweep.clear();
        self.token.set(None);
        self.read.set(None);
        self.score.set(None);
        self.made.set(Value::Null);
        self.stored.set(Stored::No);
    }

    pub(super) fn run(self, ask: Ask, targets: Vec<usize>, typed: Option<usize>) {
        self.start(api::GENERATE, stream::json(&ask), targets, typed);
    }

    /// Asks. `targets` are the branches of the answers; `typed` are the tokens before what was typed, if something was.
    pub(super) fn start(
        self,
        url: &'static str,
        body: String,
        targets: Vec<usize>,
        typed: Option<usize>,
    ) {
        let Ok(control) = AbortController::new() else {
            return;
        };
        let signal = control.signal();
        self.control.set_value(Some(control));
        self.phase.set(Phase::Reading);
        self.stored.set(Stored::No);
        let begin = clock();
        self.speed.set((0, 0.0, 0.0));
        let own = untrack(|| self.is_own());
        spawn_local(async move {
            let mut targets = targets;
            let mut each = |happenings: Vec<Happening>| {
                if !signal.aborted() {
                    self.happened(happenings, &mut targets, typed, begin);
                }
            };
            let asked = stream::ask(url, &body, &signal, own, &mut each).await;
            if signal.aborted() {
                return;
            }
            self.control.set_value(None);
            match asked {
                Err(error) => self.failed(&targets, error),
                // The server has nothing more to say, and did not say why.
                Ok(()) if untrack(|| self.is_running()) => {
                    self.failed(&targets, ApiError::offline())
                }
                Ok(()) => {}
            }
        });
    }

    fn failed(self, targets: &[usize], error: ApiError) {
        self.tree.update(|tree| {
            for &target in targets {
                tree.end(target, State::Failed(error.message.clone()));
            }
        });
        self.phase.set(Phase::Failed(error.message));
    }
}

/// Milliseconds of the page.
pub(super) fn clock() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
