//! A request in the words of the protocol.
use crate::failure::Failure;
use decoding::Parameters;
use decoding::parameters::UNSERVED;
use serde_json::{Map, Value, json};

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// What it says.
    pub content: String,
}

/// What the model shall go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A text.
    Prompt(String),
    /// Token ids.
    Ids(Vec<u32>),
    /// Messages, around which the server puts its template.
    Chat(Vec<Message>),
}

/// What is asked of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What the server calls the model.
    pub model: String,
    /// What it goes on with.
    pub input: Input,
    /// What was told; where nothing was, the server has defaults of its own.
    pub parameters: Parameters,
}

impl Request {
    /// The end of the address.
    pub(crate) fn path(&self) -> &'static str {
        match self.input {
            Input::Chat(_) => "chat/completions",
            Input::Prompt(_) | Input::Ids(_) => "completions",
        }
    }

    /// The body: always a stream, and always with log-probabilities.
    ///
    /// `top_k`, `min_p`, `typical_p`, `repetition_penalty` and `min_tokens` are not of OpenAI, but vLLM, llama.cpp and others
    /// know them under these names; they are sent when they are told.
    pub fn body(&self) -> Result<Value, Failure> {
        let told = &self.parameters;
        refuse(told)?;
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        let list = told.top_logprobs.unwrap_or(0);
        put("model", Some(json!(self.model)));
        match &self.input {
            Input::Prompt(text) => put("prompt", Some(json!(text))),
            Input::Ids(ids) => put("prompt", Some(json!(ids))),
            Input::Chat(messages) => {
                let message = |one: &Message| json!({ "role": one.role, "content": one.content });
                put("messages", Some(messages.iter().map(message).collect()));
                // Some servers list nothing, not even the token itself, when it is not there.
                put("top_logprobs", Some(json!(list)));
            }
        }
        let logprobs = match self.input {
            Input::Chat(_) => json!(true),
            Input::Prompt(_) | Input::Ids(_) => json!(list),
        };
        put("logprobs", Some(logprobs));
        put("stream", Some(json!(true)));
        let cold = told.do_sample == Some(false);
        let temperature = if cold { Some(0.0) } else { told.temperature };
        put("temperature", temperature.map(Value::from));
        put("max_tokens", told.max_new_tokens.map(Value::from));
        put("min_tokens", told.min_new_tokens.map(Value::from));
        put("n", told.num_return_sequences.map(Value::from));
        put("top_p", told.top_p.map(Value::from));
        put("top_k", told.top_k.map(Value::from));
        put("min_p", told.min_p.map(Value::from));
        put("typical_p", told.typical_p.map(Value::from));
        put(
            "repetition_penalty",
            told.repetition_penalty.map(Value::from),
        );
        put("presence_penalty", told.presence_penalty.map(Value::from));
        put("frequency_penalty", told.frequency_penalty.map(Value::from));
        put("seed", told.seed.map(Value::from));
        let stops = Some(json!(told.stop_strings));
        put("stop", stops.filter(|_| !told.stop_strings.is_empty()));
        let pairs = told.logit_bias.iter();
        let bias: Map<String, Value> = pairs
            .map(|(id, bias)| (id.to_string(), json!(bias)))
            .collect();
        put(
            "logit_bias",
            Some(Value::Object(bias)).filter(|_| !told.logit_bias.is_empty()),
        );
        Ok(Value::Object(body))
    }
}

/// The protocol has no word for some parameters: whoever tells one of them is told so.
fn refuse(told: &Parameters) -> Result<(), Failure> {
    // One beam is none.
    let is_told = |name: &str| told.has(name) && (name != "num_beams" || told.num_beams > Some(1));
    match UNSERVED.iter().find(|(name, _)| is_told(name)) {
        Some(&(name, instead)) => Err(Failure::Parameter { name, instead }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Message, Request};
    use decoding::Parameters;
    use serde_json::json;

    fn request(input: Input, settings: &[(&str, &str)]) -> Request {
        let mut parameters = Parameters::default();
        for (name, text) in settings {
            parameters.set(name, text).unwrap();
        }
        Request {
            model: "m".to_owned(),
            input,
            parameters,
        }
    }

    #[test]
    fn bodies() {
        let plain = request(
            Input::Prompt("Hi".to_owned()),
            &[
                ("top_logprobs", "5"),
                ("do_sample", "false"),
                ("max_new_tokens", "9"),
            ],
        );
        assert_eq!(plain.path(), "completions");
        let expected = json!({"model": "m", "prompt": "Hi", "logprobs": 5, "stream": true, "temperature": 0.0, "max_tokens": 9});
        assert_eq!(plain.body(), Ok(expected));
        let ids = request(
            Input::Ids(vec![1, 2]),
            &[
                ("seed", "3"),
                ("stop", "x"),
                ("logit_bias", "7:-2.5"),
                ("num_generations", "4"),
            ],
        );
        let expected = json!({"model": "m", "prompt": [1, 2], "logprobs": 0, "stream": true, "seed": 3, "stop": ["x"], "logit_bias": {"7": -2.5}, "n": 4});
        assert_eq!(ids.body(), Ok(expected));
        let message = Message {
            role: "user".to_owned(),
            content: "Hi".to_owned(),
        };
        let chat = request(
            Input::Chat(vec![message]),
            &[
                ("top_logprobs", "2"),
                ("do_sample", "true"),
                ("temperature", "0.7"),
                ("top_k", "40"),
            ],
        );
        assert_eq!(chat.path(), "chat/completions");
        let expected = json!({
            "model": "m", "messages": [{"role": "user", "content": "Hi"}], "logprobs": true, "top_logprobs": 2, "stream": true,
            "temperature": 0.7, "top_k": 40,
        });
        assert_eq!(chat.body(), Ok(expected));
    }

    /// What lists nothing still asks for the probability of the token itself.
    #[test]
    fn a_chat_always_asks_for_values() {
        let body = request(Input::Chat(Vec::new()), &[]).body().unwrap();
        assert_eq!(
            (&body["logprobs"], &body["top_logprobs"]),
            (&json!(true), &json!(0))
        );
    }

    #[test]
    fn what_has_no_word_is_refused() {
        for (name, value) in [
            ("num_beams", "2"),
            ("length_penalty", "0"),
            ("max_length", "9"),
            ("eos_token_id", "1"),
            ("top_h", "0.5"),
        ] {
            let failure = request(Input::Ids(Vec::new()), &[(name, value)])
                .body()
                .unwrap_err();
            assert!(
                failure
                    .to_string()
                    .starts_with(&format!("a served model has no parameter {name}: ")),
                "{failure}"
            );
        }
        assert!(
            request(Input::Ids(Vec::new()), &[("num_beams", "1")])
                .body()
                .is_ok()
        );
    }
}
