//! A model by its name.
use api::writing::ModelEntry;
use engine::Model;
use std::sync::Arc;

/// A model, and what requests call it.
#[derive(Debug, Clone)]
pub struct Named {
    /// What requests call it.
    pub name: String,
    /// The model.
    pub model: Arc<Model>,
}

impl Named {
    /// What is said of it where models can be chosen. The hash if it is known already.
    pub fn entry(&self) -> ModelEntry {
        let model = &self.model;
        ModelEntry {
            id: self.name.clone(),
            local: true,
            architecture: Some(model.architecture().to_owned()),
            weights: Some(model.format().to_owned()),
            sha256: model.known_hash().map(str::to_owned),
            context: Some(model.context()),
            vocabulary: Some(model.vocabulary()),
            eos_token_id: model.eos().to_vec(),
            chat: model.template().is_some() && model.text().is_some(),
            texts: model.text().is_some(),
            encoder_decoder: model.start().is_some(),
            error: None,
        }
    }
}
