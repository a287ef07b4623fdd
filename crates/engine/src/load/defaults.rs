//! `generation_config.json`: the parameters that a model brings along.
use super::config::Config;
use crate::failure::Result;
use decoding::Parameters;
use decoding::parameters::TABLE;
use serde_json::Value;

/// What is told there of the parameters that `decoding` knows. EOS ids are a property of the model, not a default.
pub(super) fn of(config: &Config) -> Result<Parameters> {
    let mut parameters = Parameters::default();
    for entry in TABLE.iter().filter(|entry| entry.name != "eos_token_id") {
        let text = match config.get(entry.name) {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => continue,
        };
        parameters
            .set(entry.name, &text)
            .map_err(|error| config.wrong(entry.name, format!("cannot be used: {error}")))?;
    }
    Ok(parameters)
}
