//! A model behind the OpenAI protocol writes.
use super::Teller;
use super::ask::bad;
use super::given::Remote;
use crate::failure::Failure as Answered;
use api::writing::{Ask, Happening, NamedToken, Read};
use api::{ApiError, ErrorCode};
use decoding::Parameters;
use serde_json::{Value, json};
use served::{Failure, Input, Message, Piece, Request};
use std::{ops::ControlFlow, sync::Arc};
use writer::Listener as _;
use writer::clock::Clock;

/// All that is needed for it.
#[derive(Debug)]
pub(super) struct Job {
    remote: Arc<Remote>,
    request: Request,
    body: Value,
    /// What was given of the answer already.
    prefix: String,
    dry_run: bool,
}

impl Job {
    pub(super) fn of(
        remote: Arc<Remote>,
        model: String,
        ask: Ask,
        parameters: Parameters,
    ) -> Result<Self, Answered> {
        if !ask.prefix_ids.is_empty() {
            return Err(Answered::bad_request(
                "A served model is not told token ids of its answer; send `prefix`, the text.",
            ));
        }
        if ask.prompt_logprobs.is_some() {
            return Err(Answered::bad_request(
                "A served model does not judge its prompt; take a model of this machine, or leave `prompt_logprobs` out.",
            ));
        }
        let prefix = ask.prefix;
        let input = match (ask.prompt, ask.messages, ask.input_ids) {
            (Some(text), ..) => Input::Prompt(text + &prefix),
            (_, Some(_), _) if !prefix.is_empty() => {
                return Err(Answered::bad_request(
                    "A served model does not go on in the middle of a message; send the whole as `prompt`.",
                ));
            }
            (_, Some(messages), _) => {
                let message = |one: api::writing::Message| Message {
                    role: one.role,
                    content: one.content,
                };
                Input::Chat(messages.into_iter().map(message).collect())
            }
            (.., ids) => Input::Ids(ids.unwrap_or_default()),
        };
        let request = Request {
            model,
            input,
            parameters,
        };
        let body = request.body().map_err(|failure| bad(&failure))?;
        Ok(Self {
            remote,
            request,
            body,
            prefix,
            dry_run: ask.dry_run,
        })
    }

    /// Asks, and hands on what comes until nobody listens.
    pub(super) async fn run(self, teller: &Teller) {
        if !teller.tell(Happening::Prompt(Box::new(self.read()))) || self.dry_run {
            return;
        }
        let mut clock = Clock::start();
        let mut each = |piece: &Piece| {
            for token in tokens(piece) {
                clock.tick();
                let sequence = usize::try_from(piece.choice).unwrap_or_default();
                let token = Box::new(token);
                if !teller.tell(Happening::Token { sequence, token }) {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        };
        let gone = teller.0.closed();
        let record = self.remote.server.ask(&self.request, &mut each, gone).await;
        let last = match record {
            Ok(record) => {
                let timings = clock.timings();
                let mut record = record.to_json(&self.body);
                record["engine"] = self.engine();
                record["timings"] = json!(timings);
                if !self.prefix.is_empty() {
                    record["prefix"] = json!(self.prefix);
                }
                Happening::Done { record, timings }
            }
            Err(Failure::Stopped) => return,
            Err(failure) => Happening::Error(answered(&failure)),
        };
        teller.tell(last);
    }

    fn read(&self) -> Read {
        let mut parameters = self.body.clone();
        if let Some(fields) = parameters.as_object_mut() {
            fields.retain(|name, _| {
                !["messages", "prompt", "stream", "model"].contains(&name.as_str())
            });
        }
        Read {
            model: format!("{}/{}", self.remote.name, self.request.model),
            engine: self.engine(),
            text: match &self.request.input {
                Input::Prompt(text) => Some(text.clone()),
                Input::Ids(_) | Input::Chat(_) => None,
            },
            parameters,
            ..Read::default()
        }
    }

    fn engine(&self) -> Value {
        json!({ "name": self.remote.name, "protocol": "openai" })
    }
}

/// The tokens of a piece: those that the server lists, or else its text as one.
fn tokens(piece: &Piece) -> Vec<NamedToken> {
    if let Some(listed) = piece.logprobs["content"].as_array() {
        let read = |value: &Value| serde_json::from_value(value.clone()).ok();
        return listed.iter().filter_map(read).collect();
    }
    if let Some(listed) = piece.logprobs["tokens"].as_array() {
        return (0..)
            .zip(listed)
            .map(|(at, token)| old(piece, at, token))
            .collect();
    }
    let text = &piece.text;
    let one = NamedToken {
        token: text.clone(),
        bytes: Some(text.clone().into_bytes()),
        ..NamedToken::default()
    };
    Some(one).filter(|_| !text.is_empty()).into_iter().collect()
}

/// A token as completions list it, in lists beside each other.
fn old(piece: &Piece, at: usize, token: &Value) -> NamedToken {
    let named = |text: &str, logprob: Option<f64>| NamedToken {
        token: text.to_owned(),
        bytes: Some(text.as_bytes().to_vec()),
        logprob,
        ..NamedToken::default()
    };
    let listed = piece.logprobs["top_logprobs"][at].as_object();
    let mut alternatives: Vec<NamedToken> = listed
        .into_iter()
        .flatten()
        .map(|(text, logprob)| named(text, logprob.as_f64()))
        .collect();
    alternatives.sort_by(|a, b| {
        b.logprob
            .unwrap_or(f64::MIN)
            .total_cmp(&a.logprob.unwrap_or(f64::MIN))
    });
    NamedToken {
        top_logprobs: Some(alternatives),
        ..named(
            token.as_str().unwrap_or_default(),
            piece.logprobs["token_logprobs"][at].as_f64(),
        )
    }
}

fn answered(failure: &Failure) -> ApiError {
    let code = match failure {
        Failure::Busy { .. } => ErrorCode::Busy,
        Failure::Parameter { .. } => ErrorCode::BadRequest,
        _ => ErrorCode::ModelFailed,
    };
    let message = bad(failure).0.message;
    tracing::warn!(%failure, "a model server failed");
    ApiError::new(code, message)
}
