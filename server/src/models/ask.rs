//! A request to write, checked: everything that can be wrong is said before anything is computed.
use super::elsewhere;
use super::given::{Found, Local, Models};
use super::writing;
use crate::cli::Told;
use crate::config::Limits;
use crate::failure::Failure;
use crate::generate::prompt::Prompt;
use api::writing::Ask;
use decoding::Parameters;
use engine::{Message, Model};
use std::sync::Arc;

/// Alternatives of a token, at most: more would be most of an answer's bytes.
pub const MOST_ALTERNATIVES: usize = 100;

/// What is to be done.
pub(super) enum Wanted {
    /// Here.
    Local(Box<writing::Job>),
    /// There.
    Elsewhere(Box<elsewhere::Job>),
}

impl Wanted {
    pub(super) async fn of(
        models: &Arc<Models>,
        ask: Ask,
        fills: bool,
        limits: &Limits,
    ) -> Result<Self, Failure> {
        let told = Told::of_json(&ask.parameters).map_err(|error| bad(&error))?;
        let inputs = [
            ask.prompt.is_some(),
            ask.messages.is_some(),
            ask.input_ids.is_some(),
        ];
        if inputs.iter().filter(|is_there| **is_there).count() != 1 {
            return Err(Failure::bad_request(
                "Send one of `prompt` (a text), `messages` (a chat) and `input_ids` (token ids).",
            ));
        }
        let most = limits.generated_tokens;
        match models.find(&ask.model)? {
            Found::Local(local) => {
                let job = super::aside(move || here(local, ask, &told, fills, most)).await?;
                Ok(Self::Local(Box::new(job)))
            }
            Found::Elsewhere(remote, model) => {
                let parameters = told.over(Parameters::default()).map_err(|e| bad(&e))?;
                within(&parameters, most)?;
                let job = elsewhere::Job::of(remote, model, ask, parameters)?;
                Ok(Self::Elsewhere(Box::new(job)))
            }
        }
    }
}

fn here(
    local: Local,
    ask: Ask,
    told: &Told,
    fills: bool,
    most: usize,
) -> Result<writing::Job, Failure> {
    let model = &local.model;
    let mut defaults = model.defaults().clone();
    defaults.eos_token_id = model.eos().to_vec();
    let mut parameters = told.over(defaults).map_err(|error| bad(&error))?;
    let prompt = prompt(model, &ask)?;
    let mut prefix = ask.prefix_ids;
    if !ask.prefix.is_empty() {
        let text = model.text().ok_or_else(|| no_tokenizer("prefix_ids"))?;
        let tokens = text
            .encode_as_is(&ask.prefix)
            .map_err(|error| bad(&error))?;
        prefix.extend(tokens.ids);
    }
    let input = prompt.ids(model).map_err(|error| bad(&error))?;
    let before = match model.start() {
        None => input.len() + prefix.len(),
        Some(_) => input.len().max(1 + prefix.len()),
    };
    if before >= model.context() {
        return Err(Failure::bad_request(format!(
            "The prompt has {before} tokens, and the model has room for {} with the answer. Shorten it.",
            model.context()
        )));
    }
    let mut begin = model.start().map_or(input.clone(), |start| vec![start]);
    begin.extend(&prefix);
    let rows = parameters
        .num_beams
        .max(parameters.num_return_sequences)
        .unwrap_or(1);
    if fills {
        let room = model.context().saturating_sub(begin.len());
        parameters.max_new_tokens = Some(room.min(most / rows.max(1)).max(1));
    }
    let settings = parameters.settings().map_err(|error| bad(&error))?;
    let new = settings.max_length(begin.len()).saturating_sub(begin.len());
    few(
        new,
        settings.num_beams.max(settings.num_return_sequences),
        most,
    )?;
    if settings.top_logprobs > MOST_ALTERNATIVES {
        return Err(many_alternatives());
    }
    let idle = parameters.without_effect();
    Ok(writing::Job {
        idle: idle
            .into_iter()
            .filter(|idle| told.has(idle.name))
            .collect(),
        local,
        prompt,
        input,
        begin,
        prefix: prefix.len(),
        parameters,
        settings,
        dry_run: ask.dry_run,
    })
}

fn prompt(model: &Model, ask: &Ask) -> Result<Prompt, Failure> {
    if let Some(ids) = &ask.input_ids {
        return Ok(Prompt::Ids(ids.clone()));
    }
    if model.text().is_none() {
        return Err(no_tokenizer("input_ids"));
    }
    if let Some(messages) = &ask.messages {
        let message = |one: &api::writing::Message| Message::new(&one.role, &one.content);
        let messages: Vec<Message> = messages.iter().map(message).collect();
        return Prompt::of_chat(model, &messages).map_err(|error| bad(&error));
    }
    Ok(Prompt::Text(ask.prompt.clone().unwrap_or_default()))
}

/// A sentence of another room as one of an answer.
pub(super) fn bad(error: &dyn std::fmt::Display) -> Failure {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter();
    let is_name = text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains('_'));
    let first = first.flat_map(|c| match is_name {
        true => vec![c],
        false => c.to_uppercase().collect(),
    });
    Failure::bad_request(format!(
        "{}{}.",
        first.collect::<String>(),
        letters.as_str()
    ))
}

fn no_tokenizer(instead: &str) -> Failure {
    Failure::bad_request(format!(
        "The model has no tokenizer.json, so that it reads no texts; send `{instead}`."
    ))
}

pub(super) fn many_alternatives() -> Failure {
    Failure::bad_request(format!("top_logprobs is {MOST_ALTERNATIVES} at most."))
}

/// As far as it is told: a server that is not told has a limit of its own.
fn within(parameters: &Parameters, most: usize) -> Result<(), Failure> {
    if parameters
        .top_logprobs
        .is_some_and(|count| count > MOST_ALTERNATIVES)
    {
        return Err(many_alternatives());
    }
    let answers = parameters.num_return_sequences.unwrap_or(1);
    few(parameters.max_new_tokens.unwrap_or(1), answers, most)
}

fn few(new: usize, rows: usize, most: usize) -> Result<(), Failure> {
    match new.saturating_mul(rows) {
        all if all <= most => Ok(()),
        all => Err(Failure::bad_request(format!(
            "{all} tokens are asked for, and this server writes {most} at most for one request. Set max_new_tokens lower, or \
             take fewer answers or beams."
        ))),
    }
}
