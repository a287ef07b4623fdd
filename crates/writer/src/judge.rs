//! A model of this machine judges a text.
use crate::judged::{Judged, token};
use crate::record::{engine, now};
use crate::{
    Listener, MOST_ALTERNATIVES, Named, Told, bad, bad_request, failed, many_alternatives,
};
use api::ApiError;
use api::writing::{Happening, Judge, NamedToken, Score};
use decoding::{Parameters, Settings};
use serde_json::{Map, Value, json};

/// All that is needed for it.
#[derive(Debug)]
pub struct Judging {
    local: Named,
    text: String,
    ids: ::engine::Tokens,
    top: usize,
    /// Settings under which it is judged besides.
    under: Option<Settings>,
}

impl Judging {
    /// A request, checked; the text may have `most` tokens.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(local: Named, judge: Judge, most: usize) -> Result<Self, ApiError> {
        if judge.top_logprobs > MOST_ALTERNATIVES {
            return Err(many_alternatives());
        }
        let tokenizer = local
            .model
            .text()
            .ok_or_else(|| bad(&"the model has no tokenizer.json, which texts need"))?;
        if local.model.start().is_some() {
            let kind = local.model.architecture().to_owned();
            return Err(bad(&::engine::Failure::NotScored(kind)));
        }
        let ids = tokenizer.encode(&judge.text).map_err(|error| bad(&error))?;
        if ids.ids.len() > most {
            return Err(bad_request(format!(
                "The text has {} tokens, and this server judges {most} at most for one request. Send it in parts.",
                ids.ids.len()
            )));
        }
        Ok(Self {
            under: settings(&local, &judge.parameters)?,
            ids,
            text: judge.text,
            top: judge.top_logprobs,
            local,
        })
    }

    /// Judges to the end, or until nobody listens.
    pub fn run(self, teller: &impl Listener) {
        let model = &self.local.model;
        let mut tell = |scored: &::engine::Scored| {
            teller.tell(Happening::Token {
                sequence: 0,
                token: Box::new(token(model, scored)),
            })
        };
        let asked = ::engine::Asked {
            top: self.top,
            under: self.under.as_ref(),
        };
        let judged = Judged::of(model, &self.text, self.ids.clone(), asked, &mut tell);
        let last = match judged {
            Ok(judged) => Happening::Scored(Box::new(self.score(&judged))),
            Err(failure) => Happening::Error(failed(&decoding::Failure::Model(failure))),
        };
        teller.tell(last);
    }

    fn score(&self, judged: &Judged<'_>) -> Score {
        let model = &self.local.model;
        let tokens = judged.tokens.iter();
        let under = judged.under();
        let per_token: Vec<NamedToken> = tokens.map(|scored| token(model, scored)).collect();
        Score {
            model: self.local.name.clone(),
            tokens: judged.tokens.len(),
            scored: judged.scored,
            perplexity: judged.perplexity,
            cross_entropy_bits: judged.figures.cross_entropy_bits,
            bits_per_byte: judged.figures.bits_per_byte,
            sum_logprob: judged.figures.sum_logprob,
            engine: engine(model),
            cut_off: under.map(|(cut_off, _)| cut_off),
            perplexity_under: under.and_then(|(_, perplexity)| perplexity),
            record: self.record(&per_token),
            per_token,
        }
    }

    /// The text as if it had been written: then it is looked at like any other.
    fn record(&self, tokens: &[NamedToken]) -> Value {
        json!({
            "id": format!("score-{}", ulid::Ulid::new()),
            "object": "text_completion",
            "created": now(),
            "model": self.local.name,
            "choices": [{
                "index": 0,
                "text": self.text,
                "logprobs": { "content": tokens },
                "finish_reason": "stop",
            }],
            "usage": { "completion_tokens": tokens.len(), "total_tokens": tokens.len() },
            "scored": true,
            "engine": engine(&self.local.model),
        })
    }
}

/// The settings in force, if some are told.
fn settings(local: &Named, told: &Map<String, Value>) -> Result<Option<Settings>, ApiError> {
    if told.is_empty() {
        return Ok(None);
    }
    let mut defaults = local.model.defaults().clone();
    defaults.eos_token_id = local.model.eos().to_vec();
    let told = Told::of_json(told).and_then(|told| told.over(defaults));
    let told: Parameters = told.map_err(|error| bad(&error))?;
    let settings = told.settings().map_err(|error| bad(&error))?;
    match settings.mode.has_beams() {
        true => Err(bad_request(
            "A text is judged token by token, which beams are not; leave num_beams out.",
        )),
        false => Ok(Some(settings)),
    }
}
