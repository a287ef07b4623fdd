//! What was made, kept as a run like any other.
use super::{Desk, Stored};
use crate::stream;
use api::RunSummary;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

impl Desk {
    /// Stores what is shown as a run like any other.
    pub(crate) fn store(self) {
        let Ok(text) = stream::json(&self.record()) else {
            return;
        };
        self.stored.set(Stored::Sending);
        spawn_local(async move {
            let url = api::upload_url("generated.json");
            let stored = match stream::post::<RunSummary>(&url, &text).await {
                Ok(run) => Stored::Run(run.id),
                Err(error) => Stored::Failed(error.message),
            };
            self.stored.set(stored);
        });
    }

    /// What is shown, as a record.
    pub(crate) fn record(self) -> Value {
        let prompt = self.read.with_untracked(|read| {
            let read = read.as_ref()?;
            read.text.clone()
        });
        let shown = self.shown.get_untracked();
        let made = self.made.get_untracked();
        self.tree
            .with_untracked(|tree| branches::record(tree, &shown, &made, prompt.as_deref()))
    }
}
