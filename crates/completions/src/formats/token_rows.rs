//! Tokens in lists of lists: pairs of text and value, lists of value, id and text as SGLang has them, or one list of tokens and
//! one of values for each of several answers.
use super::arrays::Arrays;
use super::fields::{string, text, value};
use super::shape::Shape;
use super::{Rule, triples};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::text::is_special;
use crate::record::{ChoiceDraft, Draft, Outcome, Span, TokenDraft};

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        let lists = |key: &&str| shape.at(&format!("{key}[]")) == Some(ValueKind::Array);
        TOKENS.iter().chain(&VALUES).any(lists)
    },
    read,
    keys: &["tokens", "logprobs"],
    name: "a list of tokens",
};

/// Names of lists of tokens, and of values.
const TOKENS: [&str; 1] = ["tokens"];
const VALUES: [&str; 3] = ["logprobs", "token_logprobs", "logprob"];

/// What the lists in a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// `["a", -0.5]`.
    Pairs,
    /// `[-0.5, 17, "a"]`.
    Triples,
    /// `["a", "b"]`: a row for each answer.
    Texts,
    /// `[-0.5, -1]`: likewise.
    Numbers,
}

/// Reads the lists and what stands beside them under its usual names.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let (mut tokens, mut values, mut stated) = (None, None, Vec::new());
    let mut content = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        let named = |names: &[&str]| names.iter().any(|name| name.as_bytes() == key.as_ref());
        match key.as_ref() {
            _ if (named(&TOKENS) || named(&VALUES)) && cursor.kind()? == ValueKind::Array => {
                match rows(cursor.clone())? {
                    Some(Rows::Pairs) => content = Some(pairs(cursor, draft)?),
                    Some(Rows::Triples) => {
                        content = Some(triples::triples(cursor, draft, "logprobs")?);
                    }
                    Some(Rows::Texts) => {
                        tokens = Some(cursor.clone());
                        cursor.skip()?;
                    }
                    Some(Rows::Numbers) => {
                        values = Some(cursor.clone());
                        cursor.skip()?;
                    }
                    None => cursor.skip()?,
                }
            }
            b"text" | b"response" | b"output" | b"completion" | b"generated_text"
                if cursor.kind()? == ValueKind::String =>
            {
                stated = vec![string(cursor, draft)?];
            }
            b"text" | b"texts" | b"sentences" | b"responses" | b"outputs"
                if cursor.kind()? == ValueKind::Array =>
            {
                stated = texts(cursor, draft)?;
            }
            b"model" if cursor.kind()? == ValueKind::String => {
                draft.head.model = text(cursor, draft, "model")?;
            }
            _ => cursor.skip()?,
        }
    }
    if let Some(content) = content.filter(|content| !content.is_empty()) {
        draft.head.evidence = Some("a list of lists of a text and its value");
        push(draft, content, stated.first().copied());
    } else if let (Some(tokens), Some(values)) = (tokens, values) {
        draft.head.evidence = Some("lists of tokens beside lists of values");
        answers(tokens, values, &stated, draft)?;
    }
    if draft.choices.len() == draft.first_choice() {
        let what = "it has lists of lists, but they are not of texts and their values";
        return Ok(Outcome::Unrecognised(what.to_owned()));
    }
    Ok(Outcome::Completion(FormatId::TOKEN_LIST))
}

/// Told from the first row.
fn rows(mut cursor: Cursor<'_>) -> Result<Option<Rows>, JsonError> {
    let mut items = cursor.array()?;
    if !items.next(&mut cursor)? || cursor.kind()? != ValueKind::Array {
        return Ok(None);
    }
    let mut kinds = Vec::new();
    let mut row = cursor.array()?;
    while kinds.len() < 3 && row.next(&mut cursor)? {
        kinds.push(cursor.kind()?);
        cursor.skip()?;
    }
    use ValueKind::{Null, Number, String};
    Ok(match kinds.as_slice() {
        [String, Number | Null] => Some(Rows::Pairs),
        [Number | Null, Number, String | Null] => Some(Rows::Triples),
        [String, ..] => Some(Rows::Texts),
        [Number | Null, ..] => Some(Rows::Numbers),
        _ => None,
    })
}

fn pairs(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let mut token = TokenDraft {
            raw: f64::NAN,
            ..TokenDraft::default()
        };
        if cursor.kind()? == ValueKind::Array {
            let mut pair = cursor.array()?;
            let mut nth = 0;
            while pair.next(cursor)? {
                match (nth, cursor.kind()?) {
                    (0, ValueKind::String) => {
                        token.bytes = string(cursor, draft)?;
                        token.special = is_special(draft.bytes(token.bytes));
                    }
                    (1, _) => token.raw = value(cursor, draft, "logprobs[]")?,
                    _ => cursor.skip()?,
                }
                nth += 1;
            }
        } else {
            cursor.skip()?;
        }
        draft.tokens.push(token);
    }
    Ok(TokenRange::since(start, draft))
}

/// One answer for each row.
fn answers(
    mut tokens: Cursor<'_>,
    mut values: Cursor<'_>,
    stated: &[Span],
    draft: &mut Draft,
) -> Result<(), JsonError> {
    let mut rows = tokens.array()?;
    let mut others = values.array()?;
    let mut nth = 0;
    while rows.next(&mut tokens)? {
        let mut arrays = Arrays::default();
        arrays.tokens(&mut tokens, draft)?;
        if others.next(&mut values)? {
            arrays.values(&mut values, draft)?;
        }
        let content = arrays.finish(draft)?;
        push(draft, content, stated.get(nth).copied());
        nth += 1;
    }
    Ok(())
}

fn push(draft: &mut Draft, content: TokenRange, text: Option<Span>) {
    let choice = ChoiceDraft {
        content,
        text,
        values: if content.is_empty() {
            Values::Empty
        } else {
            Values::Listed
        },
        remarks: std::mem::take(&mut draft.remarks),
        ..draft.next_choice()
    };
    draft.choices.push(choice);
}

fn texts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Vec<Span>, JsonError> {
    let mut texts = Vec::new();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::String {
            texts.push(string(cursor, draft)?);
        } else {
            cursor.skip()?;
        }
    }
    Ok(texts)
}
