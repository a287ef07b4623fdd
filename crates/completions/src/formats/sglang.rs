//! SGLang's own answers: `{"text", "output_ids", "meta_info"}`, with tokens as lists of value, id and text.
use super::Rule;
use super::fields::{bad_field, count, finish, identifier, text};
use super::shape::Shape;
use super::tgi::list;
use super::triples::{lists, triples};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};

impl FormatId {
    /// SGLang's own answers, also as a stream.
    pub const SGLANG: Self = Self::new("sglang");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        let answer = shape.is("text", ValueKind::String) || shape.has("output_ids");
        !shape.has("choices")
            && (shape.at("meta_info.output_token_logprobs").is_some()
                || answer && shape.at("meta_info.finish_reason").is_some())
    },
    read,
    keys: &["meta_info"],
    name: "an answer of SGLang",
};

/// Reads an answer. While it is being written, each event of its stream repeats what came before.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut stated = None;
    let mut answer = Answer::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => stated = text(cursor, draft, "text")?,
            b"meta_info" if cursor.kind()? == ValueKind::Object => {
                answer = Answer::read(cursor, draft)?;
            }
            b"meta_info" => bad_field(cursor, draft, "meta_info", "an object")?,
            _ => cursor.skip()?,
        }
    }
    let Answer {
        mut choice,
        open,
        listed,
    } = answer;
    if let Some(mut listed) = listed {
        lists(&mut listed, draft, choice.content)?;
    }
    choice.text = stated;
    choice.values = match choice.values {
        _ if !choice.content.is_empty() => Values::Listed,
        Values::Absent => Values::NotAsked("`output_token_logprobs` is not there"),
        other => other,
    };
    without_texts(draft, choice.content, stated);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.head.evidence = Some(if choice.content.is_empty() {
        "`meta_info.finish_reason`, without values"
    } else {
        "`meta_info.output_token_logprobs`"
    });
    draft.choices.push(choice);
    let role = if open { Role::SoFar } else { Role::Whole };
    let piece = Piece {
        key: draft.head.id.unwrap_or_default(),
        role,
        ..Piece::default()
    };
    Ok(Outcome::Piece(FormatId::SGLANG, piece))
}

/// Texts of tokens are only there when they were asked for: without them, that of the answer stands for all. If there is but
/// one token, it is its.
pub(super) fn without_texts(draft: &mut Draft, tokens: TokenRange, stated: Option<Span>) {
    let stated = stated.filter(|stated| stated.start < stated.end);
    let tokens = draft.tokens.get_mut(tokens.start..tokens.end);
    let (Some(stated), Some(tokens)) = (stated, tokens) else {
        return;
    };
    if tokens
        .iter()
        .any(|token| token.bytes.start < token.bytes.end)
    {
        return;
    }
    match tokens {
        [] => {}
        [token] => token.bytes = stated,
        [..] => draft.remarks.grouped = true,
    }
}

/// `meta_info` while it is being read.
#[derive(Debug, Default)]
struct Answer<'a> {
    choice: ChoiceDraft,
    /// The reason of its end is there, but empty: more follows.
    open: bool,
    /// In front of the alternatives, which can only be read once the tokens are known.
    listed: Option<Cursor<'a>>,
}

impl<'a> Answer<'a> {
    fn read(cursor: &mut Cursor<'a>, draft: &mut Draft) -> Result<Self, JsonError> {
        let mut answer = Self::default();
        let choice = &mut answer.choice;
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"id" => draft.head.id = identifier(cursor, draft, "meta_info.id")?,
                b"finish_reason" => {
                    finish(cursor, draft, choice)?;
                    answer.open = choice.saw.open_end;
                }
                b"prompt_tokens" => {
                    draft.head.prompt_tokens = count(cursor, draft, "meta_info.prompt_tokens")?;
                }
                b"completion_tokens" => {
                    draft.head.completion_tokens =
                        count(cursor, draft, "meta_info.completion_tokens")?;
                }
                b"input_token_logprobs" => {
                    choice.prompt = triples(cursor, draft, "meta_info.input_token_logprobs")?;
                }
                b"output_token_logprobs" => {
                    choice.values = match cursor.kind()? {
                        ValueKind::Null => Values::NotAsked("`output_token_logprobs` is null"),
                        _ => Values::Empty,
                    };
                    choice.content = triples(cursor, draft, "meta_info.output_token_logprobs")?;
                }
                b"output_top_logprobs" => answer.listed = list(cursor)?,
                _ => cursor.skip()?,
            }
        }
        Ok(answer)
    }
}
