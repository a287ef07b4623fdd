//! The models that can be asked, and one of the person's own.
use super::Desk;
use crate::stream;
use api::writing::{ModelEntry, Models};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::FileList;

/// Behind the name of a model that was opened here.
const OWN: &str = " (this browser)";

impl Desk {
    /// Asks which models there are, and takes the first one that can be asked.
    pub(crate) fn load_models(self) {
        spawn_local(async move {
            let list = stream::get::<Models>(api::MODELS).await;
            let list = list.map(|list| list.models).map_err(|error| error.message);
            let first = list.as_ref().ok().and_then(|list| {
                let first = list.iter().find(|model| model.error.is_none());
                first.cloned()
            });
            if let Some(first) = first {
                self.chat.set(first.chat);
                self.model.set(first.id);
            }
            self.models.set(Some(list));
            self.arrive();
        });
    }

    /// Opens a model from the disk, and takes it.
    pub(crate) fn open(self, files: FileList) {
        if files.length() == 0 {
            return;
        }
        self.stop();
        self.opening.set("Reading the model …".to_owned());
        spawn_local(async move {
            let mut entry = match stream::open(&files).await {
                Ok(entry) => entry,
                Err(message) => return self.opening.set(message),
            };
            entry.id.push_str(OWN);
            let before = self.own.get_untracked();
            let mut list = self
                .models
                .get_untracked()
                .and_then(Result::ok)
                .unwrap_or_default();
            list.retain(|model| Some(&model.id) != before.as_ref());
            list.push(entry.clone());
            self.models.set(Some(Ok(list)));
            self.own.set(Some(entry.id.clone()));
            self.chat.set(entry.chat);
            self.model.set(entry.id);
            self.opening.set(
                "The model is ready. It computes here; nothing leaves this machine.".to_owned(),
            );
        });
    }

    /// The chosen model is the one that was opened here.
    pub(crate) fn is_own(self) -> bool {
        let own = self.own.get();
        own.is_some_and(|own| self.model.with(|model| *model == own))
    }

    /// The chosen model can judge texts.
    pub(crate) fn can_judge(self) -> bool {
        let entry = self.entry();
        entry.is_some_and(|model| model.local && model.texts && !model.encoder_decoder)
    }

    /// The chosen model.
    pub(crate) fn entry(self) -> Option<ModelEntry> {
        let id = self.model.get();
        self.models.with(|models| {
            let models = models.as_ref()?.as_ref().ok()?;
            models.iter().find(|model| model.id == id).cloned()
        })
    }
}
