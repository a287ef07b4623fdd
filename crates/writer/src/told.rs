//! The parameters of a request.
use decoding::parameters::entry;
use decoding::{Invalid, Parameters};
use serde_json::{Map, Value};

/// What was told, by the names of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told(Vec<(&'static str, String)>);

impl Told {
    /// What is in force: the defaults of the model, and above them what was told.
    pub fn over(&self, mut parameters: Parameters) -> Result<Parameters, Invalid> {
        // Lists grow with each call: what was told takes the place of the model's.
        if self.has("eos_token_id") {
            parameters.eos_token_id.clear();
        }
        if self.has("stop_strings") {
            parameters.stop_strings.clear();
        }
        for (name, text) in &self.0 {
            parameters.set(name, text)?;
        }
        Ok(parameters)
    }

    /// What an object tells: numbers, truths and texts as they are, lists one by one, and pairs of tokens and numbers.
    ///
    /// # Errors
    /// A parameter that there is not.
    pub fn of_json(object: &Map<String, Value>) -> Result<Self, Invalid> {
        let mut told = Vec::new();
        for (name, value) in object {
            let entry = entry(name).ok_or_else(|| Invalid::Name(name.clone()))?;
            let mut tell = |text: String| told.push((entry.name, text));
            let text = |value: &Value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            match value {
                Value::Null => {}
                Value::Array(list) => list.iter().for_each(|one| tell(text(one))),
                Value::Object(pairs) => pairs
                    .iter()
                    .for_each(|(token, value)| tell(format!("{token}:{}", text(value)))),
                one => tell(text(one)),
            }
        }
        Ok(Self(told))
    }

    /// What was told under names of the table.
    pub fn new(told: Vec<(&'static str, String)>) -> Self {
        Self(told)
    }

    /// Whether a parameter was told.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(told, _)| *told == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Told;
    use decoding::Parameters;
    use serde_json::json;

    #[test]
    fn objects_tell_what_arguments_tell() {
        let object = json!({
            "do_sample": true, "temperature": 0.7, "num_generations": 3, "early_stopping": "never", "stop": ["a", "b,c"],
            "eos_token_id": [1, 2], "logit_bias": {"17": -2.5, "4": 1}, "seed": 18446744073709551615_u64, "top_k": null,
        });
        let told = Told::of_json(object.as_object().unwrap()).unwrap();
        let found = told.over(Parameters::default()).unwrap();
        let mut expected = Parameters::default();
        for (name, text) in [
            ("do_sample", "true"),
            ("temperature", "0.7"),
            ("num_return_sequences", "3"),
            ("early_stopping", "never"),
            ("stop_strings", "a"),
            ("stop_strings", "b,c"),
            ("eos_token_id", "1,2"),
            ("logit_bias", "17:-2.5"),
            ("logit_bias", "4:1"),
            ("seed", "18446744073709551615"),
        ] {
            expected.set(name, text).unwrap();
        }
        let sorted = |mut parameters: Parameters| {
            parameters.logit_bias.sort_by_key(|(id, _)| *id);
            parameters
        };
        assert_eq!(sorted(found), sorted(expected));
        for (object, message) in [
            (json!({"topp": 1}), "there is no parameter topp"),
            (
                json!({"top_p": [0.5, 2]}),
                "top_p is 2; it must be a number from 0 to 1",
            ),
            (
                json!({"top_k": 1.5}),
                "top_k is 1.5; it must be a whole number from 0 on",
            ),
        ] {
            let told = Told::of_json(object.as_object().unwrap());
            let error = told
                .and_then(|told| told.over(Parameters::default()))
                .unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
