//! AI21 Jurassic: tokens that may span words, with the model's own value beside the one after the sampling settings.
use super::fields::{bad_field, finish, identifier, text, value};
use super::span_text::Ranges;
use super::{Rule, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange, Values};
use crate::record::text::is_special;
use crate::record::{Draft, Outcome, Span, TokenDraft};

impl FormatId {
    /// AI21 Jurassic.
    pub const AI21: Self = Self::new("ai21");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.at("completions[].data.tokens").is_some(),
    read,
    keys: &["completions"],
    name: "a response of AI21",
};

/// Reads a response.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`completions[].data.tokens`");
    let mut prompt = TokenRange::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"created" | b"created_at" => draft.head.created = time::created(cursor)?,
            b"prompt" if cursor.kind()? == ValueKind::Object => {
                (draft.head.prompt, prompt) = data(cursor, draft)?;
            }
            b"completions" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    completion(cursor, draft)?;
                }
            }
            _ => cursor.skip()?,
        }
    }
    let first = draft.first_choice();
    for choice in &mut draft.choices[first..] {
        choice.prompt = prompt;
    }
    Ok(Outcome::Completion(FormatId::AI21))
}

fn completion(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "completions[]", "an object");
    }
    let mut choice = draft.next_choice();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"finishReason" => finish(cursor, draft, &mut choice)?,
            b"data" if cursor.kind()? == ValueKind::Object => {
                (choice.text, choice.content) = data(cursor, draft)?;
                choice.values = if choice.content.is_empty() {
                    Values::Empty
                } else {
                    Values::Listed
                };
            }
            _ => cursor.skip()?,
        }
    }
    draft.choices.push(choice);
    Ok(())
}

/// `{"text", "tokens"}`, of a prompt or of an answer.
fn data(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
) -> Result<(Option<Span>, TokenRange), JsonError> {
    let (mut words, mut tokens) = (None, TokenRange::default());
    let mut ranges = Ranges::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => words = text(cursor, draft, "data.text")?,
            b"tokens" if cursor.kind()? == ValueKind::Array => {
                ranges = Ranges::default();
                let start = draft.tokens.len();
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    token(cursor, draft, &mut ranges)?;
                }
                tokens = TokenRange::since(start, draft);
            }
            _ => cursor.skip()?,
        }
    }
    if let Some(words) = words {
        ranges.apply(draft, tokens, words);
    }
    Ok((words, tokens))
}

/// A name and its values.
#[derive(Debug, Clone, Copy)]
struct Listed {
    name: Span,
    logprob: f64,
    raw_logprob: f64,
}

impl Listed {
    /// The model's own value where there is one: the other has temperature and cut-offs in it.
    fn value(&self) -> f64 {
        if self.raw_logprob.is_nan() {
            self.logprob
        } else {
            self.raw_logprob
        }
    }
}

fn token(cursor: &mut Cursor<'_>, draft: &mut Draft, ranges: &mut Ranges) -> Result<(), JsonError> {
    let mut own = None;
    let listed = draft.alternatives.len();
    let mut range = None;
    if cursor.kind()? == ValueKind::Object {
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"generatedToken" => own = candidate(cursor, draft)?,
                b"textRange" => range = Ranges::one(cursor)?,
                b"topTokens" if cursor.kind()? == ValueKind::Array => {
                    draft.alternatives.truncate(listed);
                    let mut items = cursor.array()?;
                    while items.next(cursor)? {
                        if let Some(candidate) = candidate(cursor, draft)? {
                            let bytes = as_text(draft, candidate.name);
                            draft.alternatives.push(AlternativeDraft {
                                name: candidate.name,
                                bytes,
                                raw: candidate.value(),
                                id: None,
                            });
                        }
                    }
                }
                _ => cursor.skip()?,
            }
        }
    } else {
        bad_field(cursor, draft, "data.tokens[]", "an object")?;
    }
    let (name, raw) = own.map_or((Span::default(), f64::NAN), |own| (own.name, own.value()));
    let bytes = as_text(draft, name);
    let alternatives = draft.summarise(listed, bytes, name, None, raw);
    if !draft.keep_alternatives {
        draft.alternatives.truncate(listed);
    }
    ranges.push(range);
    let special = is_special(draft.bytes(name)) && draft.bytes(name) == draft.bytes(bytes);
    draft.tokens.push(TokenDraft {
        bytes,
        raw,
        alternatives,
        id: None,
        special,
    });
    Ok(())
}

fn candidate(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Listed>, JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "data.tokens[].generatedToken", "an object")
            .map(|()| None);
    }
    let mut listed = Listed {
        name: Span::default(),
        logprob: f64::NAN,
        raw_logprob: f64::NAN,
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"token" => listed.name = text(cursor, draft, "token")?.unwrap_or_default(),
            b"logprob" => listed.logprob = value(cursor, draft, "logprob")?,
            b"raw_logprob" => listed.raw_logprob = value(cursor, draft, "raw_logprob")?,
            _ => cursor.skip()?,
        }
    }
    Ok(Some(listed))
}

/// What a name stands for: `▁` is a space, `<|newline|>` the end of a line.
fn as_text(draft: &mut Draft, name: Span) -> Span {
    const SPACE: &str = "\u{2581}";
    const NEWLINE: &str = "<|newline|>";
    let written = draft.text(name);
    if !written.contains(SPACE) && !written.contains(NEWLINE) {
        return name;
    }
    let text = written.replace(SPACE, " ").replace(NEWLINE, "\n");
    draft.store(text.as_bytes())
}
