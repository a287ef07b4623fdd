//! The parameters as a person has told them.
use super::Desk;
use decoding::parameters::{Field, entry};
use decoding::{Mode, Parameters};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Desk {
    /// The parameters as they were told, and what is wrong with one of them, or with all together.
    pub(crate) fn parameters(self) -> Result<Parameters, String> {
        let parameters = self.each_parameter()?;
        parameters.settings().map_err(|error| error.to_string())?;
        Ok(parameters)
    }

    /// Whether answers are searched by beams.
    pub(super) fn has_beams(self) -> bool {
        let mode = untrack(|| self.parameters()).map(|parameters| parameters.mode());
        matches!(mode, Ok(Mode::BeamSearch | Mode::BeamSampling))
    }

    /// The parameters as they were told, each for itself.
    pub(super) fn each_parameter(self) -> Result<Parameters, String> {
        let mut parameters = Parameters {
            eos_token_id: self
                .entry()
                .map(|model| model.eos_token_id)
                .unwrap_or_default(),
            ..Parameters::default()
        };
        if self.told.with(|told| told.contains_key("eos_token_id")) {
            parameters.eos_token_id.clear();
        }
        self.told.with(|told| {
            for (name, text) in told {
                for one in values(name, text) {
                    parameters
                        .set(name, one)
                        .map_err(|error| error.to_string())?;
                }
            }
            Ok(parameters)
        })
    }
}

/// Stop strings are one to a line; all other values are as they are.
fn values<'a>(name: &str, text: &'a str) -> Vec<&'a str> {
    let is_list = entry(name).is_some_and(|entry| matches!(entry.field, Field::Stop));
    match is_list {
        true => text.lines().filter(|line| !line.is_empty()).collect(),
        false => vec![text],
    }
}

pub(super) fn json_of(told: &BTreeMap<&'static str, String>) -> Map<String, Value> {
    // Collecting them would bring a sort along.
    let mut all = Map::new();
    for (name, text) in told {
        let values = values(name, text);
        let value = match values.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        all.insert((*name).to_owned(), value);
    }
    all
}
