//! Tokens under their names, as chat completions list them: with the bytes of every token, so that characters of several
//! tokens survive, and alternatives that look alike stay apart.
use crate::answer::digits;
use api::writing::NamedToken;
use decoding::{Alternative, Token};
use engine::Model;

/// A token that was written, with what else there was.
pub fn token(model: &Model, token: &Token) -> NamedToken {
    NamedToken {
        top_logprobs: Some(alternatives(model, &token.alternatives)),
        ..named(model, token.id, Some(token.logprob))
    }
}

/// The likeliest tokens of a place.
pub fn alternatives(model: &Model, all: &[Alternative]) -> Vec<NamedToken> {
    let each = all.iter();
    each.map(|one| named(model, one.id, Some(one.logprob)))
        .collect()
}

/// Without a tokenizer a token has its number for a name, as vLLM writes it.
pub fn named(model: &Model, id: u32, logprob: Option<f32>) -> NamedToken {
    let logprob = logprob.map(digits);
    let Some(text) = model.text() else {
        return NamedToken {
            id: Some(id),
            token: format!("token_id:{id}"),
            logprob,
            ..NamedToken::default()
        };
    };
    let bytes = text.piece(id);
    let name = text
        .special(id)
        .map_or_else(|| String::from_utf8_lossy(&bytes), Into::into);
    NamedToken {
        id: Some(id),
        token: name.into_owned(),
        bytes: Some(bytes.into_owned()),
        logprob,
        ..NamedToken::default()
    }
}
