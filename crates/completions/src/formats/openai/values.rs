//! The values of a choice, in the shapes that servers give them.
use crate::formats::fields::{bad_field, value};
use crate::formats::positions::{self, Answer, Keys};
use crate::formats::{arrays, token_object};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Span, TokenDraft};
use crate::report::Code;
use metrics::format::counted;

/// Reads `logprobs` when it is a number, the value of this piece (Together), or a list of numbers (TGI).
pub(super) fn plain_values(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let start = draft.tokens.len();
    draft.values.clear();
    if cursor.kind()? == ValueKind::Array {
        let mut items = cursor.array()?;
        while items.next(cursor)? {
            let raw = value(cursor, draft, "choices[].logprobs[]")?;
            draft.values.push(raw);
        }
        draft
            .head
            .told("TGI", "`choices[].logprobs` is a list of numbers");
    } else {
        let raw = cursor.number()?;
        draft.values.push(raw);
        draft
            .head
            .told("Together", "`choices[].logprobs` is a number");
    }
    let text = choice.text.filter(|text| text.start < text.end);
    let bytes = match (draft.values.as_slice(), text) {
        ([_], Some(text)) => text,
        _ => {
            let values = draft.values.len();
            draft.note_here(Code::ArrayLengths, || {
                format!("0 tokens, {}", counted(values as u64, "value", "values"))
            });
            Span::default()
        }
    };
    for &raw in &draft.values {
        draft.tokens.push(TokenDraft {
            bytes,
            raw,
            ..TokenDraft::default()
        });
    }
    choice.content = TokenRange::since(start, draft);
    if !choice.content.is_empty() {
        choice.values = Values::Listed;
    }
    Ok(())
}

/// Reads `logprobs` that list what was likely at each position, and do not say what was written (text-generation-webui): the
/// text of the choice tells.
pub(super) fn listed_only(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() != b"top_logprobs" || cursor.kind()? != ValueKind::Array {
            cursor.skip()?;
            continue;
        }
        let text = Answer {
            ids: &[],
            text: choice.text,
        };
        choice.content = positions::tokens(cursor, draft, Keys::Texts, text)?;
    }
    if !choice.content.is_empty() {
        choice.saw.array_values = true;
        choice.values = Values::Listed;
        draft.head.told(
            "text-generation-webui",
            "`choices[].logprobs.top_logprobs` without tokens",
        );
    }
    Ok(())
}

/// Requests can ask for ids instead of texts: each token reads `token_id:123` then, which is no part of the answer.
pub(super) fn placeholders(draft: &mut Draft, tokens: TokenRange) {
    let id = |bytes: &[u8]| {
        let digits = std::str::from_utf8(bytes.strip_prefix(b"token_id:")?).ok()?;
        digits.parse::<u64>().ok()
    };
    let name = |draft: &Draft, at: usize| draft.tokens.get(at).map(|token| token.bytes);
    let first = name(draft, tokens.start).filter(|_| !tokens.is_empty());
    if first.is_none_or(|first| id(draft.bytes(first)).is_none()) {
        return;
    }
    for at in tokens.start..tokens.end {
        let bytes = draft.tokens[at].bytes;
        if let Some(id) = id(draft.bytes(bytes)) {
            let token = &mut draft.tokens[at];
            token.id = Some(id);
            token.bytes.end = token.bytes.start;
        }
    }
    draft
        .head
        .told("vLLM", "`token_id:` for the text of tokens");
}

/// Values of a choice. Their own shape decides how they are read, not `object`: llama.cpp answers legacy requests with lists
/// of token objects, Together chat requests with parallel arrays.
pub(in crate::formats) fn logprobs(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    choice.content = Default::default();
    choice.refusal = Default::default();
    choice.values = match cursor.kind()? {
        ValueKind::Null => {
            cursor.skip()?;
            Values::Null
        }
        ValueKind::Array | ValueKind::Number => {
            cursor.skip()?;
            Values::WithoutTokens
        }
        ValueKind::Object => lists(cursor, draft, choice)?,
        _ => {
            bad_field(cursor, draft, "choices[].logprobs", "an object")?;
            Values::Absent
        }
    };
    Ok(())
}

fn lists(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<Values, JsonError> {
    let mut arrays = arrays::Arrays::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => {
                choice.saw.chat_values |= cursor.kind()? == ValueKind::Array;
                choice.content = token_object::tokens(cursor, draft, "choices[].logprobs.content")?;
            }
            b"refusal" => {
                choice.saw.chat_values |= cursor.kind()? == ValueKind::Array;
                choice.refusal = token_object::tokens(cursor, draft, "choices[].logprobs.refusal")?;
            }
            b"reasoning_content" => {
                choice.reasoning = cursor.kind()? == ValueKind::Array;
                draft
                    .head
                    .told("DeepSeek", "`choices[].logprobs.reasoning_content`");
                cursor.skip()?;
            }
            b"tokens" => arrays.tokens(cursor, draft)?,
            b"token_logprobs" => arrays.values(cursor, draft)?,
            b"tokenLogprobs" => {
                draft.head.told("OCI", "`choices[].logprobs.tokenLogprobs`");
                arrays.values(cursor, draft)?;
            }
            b"top_logprobs" | b"topLogprobs" => arrays.alternatives(cursor, draft)?,
            b"text_offset" => {
                if cursor.raw()?.starts_with(b"[-1") {
                    draft.head.told("SGLang", "`text_offset` is -1");
                }
            }
            _ => cursor.skip()?,
        }
    }
    if arrays.is_there() {
        choice.saw.array_values = true;
        let from_arrays = arrays.finish(draft)?;
        if choice.content.is_empty() && choice.refusal.is_empty() {
            choice.content = from_arrays;
        }
    }
    let none = choice.content.is_empty() && choice.refusal.is_empty();
    Ok(if none { Values::Empty } else { Values::Listed })
}
