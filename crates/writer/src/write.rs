//! A model of this machine writes.
use crate::answer::{Answer, digits};
use crate::clock::Clock;
use crate::prompt::Prompt;
use crate::told::Told;
use crate::{
    Listener, MOST_ALTERNATIVES, Named, bad, bad_request, effective, failed, few, judged, listed,
    many_alternatives, record,
};
use api::ApiError;
use api::writing::{self, Ask, Branch, Happening, NamedToken, Read};
use decoding::parameters::Idle;
use decoding::{Event, Failure, Fate, Parameters, Settings, generate_with};
use engine::{Message, Model, Session};
use std::ops::ControlFlow;

/// All that is needed for it.
#[derive(Debug)]
pub struct Writing {
    local: Named,
    prompt: Prompt,
    /// What is read: the prompt.
    input: Vec<u32>,
    /// What is gone on with.
    begin: Vec<u32>,
    /// Tokens at the end of it that were given of the answer already.
    prefix: usize,
    parameters: Parameters,
    settings: Settings,
    idle: Vec<Idle>,
    /// The prompt is judged, with so many alternatives.
    judges: Option<usize>,
    dry_run: bool,
}

impl Writing {
    /// A request, checked. Of `most` tokens at most; if it `fills` and nobody said how long the answer shall be, as long as
    /// there is room for it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(local: Named, ask: Ask, fills: bool, most: usize) -> Result<Self, ApiError> {
        let told = told(&ask)?;

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
            return Err(bad_request(format!(
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
        if settings.top_logprobs.max(ask.prompt_logprobs.unwrap_or(0)) > MOST_ALTERNATIVES {
            return Err(many_alternatives());
        }
        if ask.prompt_logprobs.is_some() {
            if model.start().is_some() {
                let kind = model.architecture().to_owned();
                return Err(bad(&engine::Failure::NotScored(kind)));
            }
            if before > most {
                return Err(bad_request(format!(
                    "The prompt has {before} tokens, and this server judges {most} at most for one request."
                )));
            }
        }
        let idle = parameters.without_effect();
        Ok(Self {
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
            judges: ask.prompt_logprobs,
            dry_run: ask.dry_run,
        })
    }

    /// Writes until the end, or until nobody listens.
    pub fn run(self, teller: &impl Listener) {
        let read = match self.read(teller) {
            Ok(read) => read,
            Err(failure) => {
                teller.tell(Happening::Error(failed(&Failure::Model(failure))));
                return;
            }
        };
        if !teller.tell(Happening::Prompt(Box::new(read))) || self.dry_run {
            return;
        }
        let last = match self.write(teller) {
            Ok(done) => done,
            // Nobody is there to be told.
            Err(Failure::Model(engine::Failure::Stopped)) => return,
            Err(failure) => Happening::Error(failed(&failure)),
        };
        teller.tell(last);
    }

    fn write(&self, teller: &impl Listener) -> Result<Happening, Failure<engine::Failure>> {
        let model = &self.local.model;
        let mut clock = Clock::start();
        let listens = teller.clone();
        let session = Session::new(model, &self.input).map_err(Failure::Model)?;
        let mut session = session.until(move || listens.is_alone());
        let mut watch = |event: Event| {
            clock.tick();
            match teller.tell(happening(model, event)) {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        let generation = generate_with(&mut session, &self.begin, &self.parameters, &mut watch)?;
        let timings = clock.timings();
        let answer = Answer {
            model,
            name: self.local.name.clone(),
            prompt: self.prompt.clone(),
            begin: self.begin.clone(),
            prefix: self.prefix,
            generation,
            settings: &self.settings,
            timings,
        };
        let record = record::record(&answer);
        Ok(Happening::Done { record, timings })
    }

    /// What the model has read, and how it is going to write.
    fn read(&self, teller: &impl Listener) -> Result<Read, engine::Failure> {
        let model = &self.local.model;
        let prefix = self.begin.len().saturating_sub(self.prefix);
        let prefix = self.begin.get(prefix..).unwrap_or_default();
        let ids: Vec<u32> = self.input.iter().chain(prefix).copied().collect();
        let mut tokens = Vec::with_capacity(ids.len());
        match self.judges {
            None => tokens.extend(ids.iter().map(|&id| listed::named(model, id, None))),
            Some(top) => engine::score(
                model,
                &ids,
                engine::Asked { top, under: None },
                &mut |scored| {
                    tokens.push(beside(judged::token(model, &scored)));
                    !teller.is_alone()
                },
            )?,
        }
        let idle = self.idle.iter().map(|idle| writing::Idle {
            name: idle.name.to_owned(),
            reason: idle.reason.to_owned(),
        });
        Ok(Read {
            model: self.local.name.clone(),
            engine: record::engine(model),
            text: self.prompt.text().map(str::to_owned),
            tokens,
            prefix_tokens: self.prefix,
            parameters: effective::parameters(&self.settings, self.begin.len()),
            without_effect: idle.collect(),
        })
    }
}

/// With the very number that stands for it in its list, so that whoever compares them finds the best one.
fn beside(mut token: NamedToken) -> NamedToken {
    let listed = token
        .top_logprobs
        .iter()
        .flatten()
        .find(|one| one.id == token.id);
    token.logprob = listed.map_or(token.logprob, |one| one.logprob);
    token
}

fn happening(model: &Model, event: Event) -> Happening {
    match event {
        Event::Token { sequence, token } => Happening::Token {
            sequence,
            token: Box::new(listed::token(model, &token)),
        },
        Event::Step { written, branches } => {
            let branch = |branch: decoding::Branch| Branch {
                parent: branch.parent,
                token: listed::named(model, branch.token.id, Some(branch.token.logprob)),
                total: digits(branch.total),
                fate: match branch.fate {
                    Fate::GoesOn => writing::Fate::GoesOn,
                    Fate::Ended => writing::Fate::Ended,
                    Fate::Lost => writing::Fate::Lost,
                },
            };
            let branches = branches.into_iter().map(branch).collect();
            Happening::Step { written, branches }
        }
    }
}

/// What a request tells, if it asks for one thing.
///
/// # Errors
/// A parameter that there is not, or not one prompt.
pub fn told(ask: &Ask) -> Result<Told, ApiError> {
    let told = Told::of_json(&ask.parameters).map_err(|error| bad(&error))?;
    let inputs = [
        ask.prompt.is_some(),
        ask.messages.is_some(),
        ask.input_ids.is_some(),
    ];
    match inputs.iter().filter(|is_there| **is_there).count() {
        1 => Ok(told),
        _ => Err(bad_request(
            "Send one of `prompt` (a text), `messages` (a chat) and `input_ids` (token ids).",
        )),
    }
}

fn prompt(model: &Model, ask: &Ask) -> Result<Prompt, ApiError> {
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

fn no_tokenizer(instead: &str) -> ApiError {
    bad_request(format!(
        "The model has no tokenizer.json, so that it reads no texts; send `{instead}`."
    ))
}
