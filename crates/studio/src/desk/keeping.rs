//! What was made, kept as a run like any other.
use super::{Desk, Stored};
use crate::stream;
use api::RunSummary;
use api::writing::Timings;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

impl Desk {
    /// Stores what is shown as a run like any other.
    pub(crate) fn store(self) {
        let (name, text) = self.kept();
        self.stored.set(Stored::Sending);
        spawn_local(async move {
            let stored = match stream::post::<RunSummary>(&api::upload_url(name), &text).await {
                Ok(run) => Stored::Run(run.id),
                Err(error) => Stored::Failed(error.message),
            };
            self.stored.set(stored);
        });
    }

    /// What is shown as a file of completions, with a name for it: a line for each request of a sweep, else one record.
    pub(crate) fn kept(self) -> (&'static str, String) {
        let swept = self.sweep.swept.with_untracked(|swept| {
            let lines: Vec<String> = swept.records.iter().map(Value::to_string).collect();
            lines.join("\n")
        });
        match swept.is_empty() {
            false => ("sweep.jsonl", swept),
            true => ("generated.json", self.record().to_string()),
        }
    }

    fn record(self) -> Value {
        let prompt = self.read.with_untracked(|read| {
            let read = read.as_ref()?;
            read.text.clone()
        });
        let shown = self.shown.get_untracked();
        let made = self.made.get_untracked();
        let mut record = self
            .tree
            .with_untracked(|tree| branches::record(tree, &shown, &made, prompt.as_deref()));
        let (tokens, first, last) = self.speed.get_untracked();
        // A text that was judged was not written.
        if record["timings"].is_null() && record["scored"].is_null() && tokens > 1 {
            record["timings"] = json!(Timings {
                prompt_ms: first,
                predicted_ms: last - first,
                predicted_per_second: Some((tokens - 1) as f64 / (last - first) * 1e3)
                    .filter(|speed| speed.is_finite()),
            });
        }
        record
    }
}
