//! Responses with `choices`: Chat Completions, legacy Completions, their streams and their dialects.
use super::fields::{bad_field, count, finish, identifier, text, value, whole};
use super::shape::Shape;
use super::prompt::{self, Pending};
use super::{Rule, arrays, asked, echo, message, time, token_object};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{Saw, TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span, TokenDraft};
use crate::report::Code;
use crate::FormatId;

impl FormatId {
    /// OpenAI Chat Completions and its dialects.
    pub const OPENAI_CHAT: Self = Self::new("openai_chat");
    /// The same as a stream of pieces.
    pub const OPENAI_CHAT_STREAM: Self = Self::new("openai_chat_stream");
    /// OpenAI legacy Completions and its dialects, also as a stream.
    pub const OPENAI_COMPLETIONS: Self = Self::new("openai_completions");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| shape.has("choices") && !texts_only(shape),
    read,
    keys: &["choices"],
    name: "a response of the OpenAI kind",
};

/// `choices` of a question with several answers: an exam, not a response.
fn texts_only(shape: &Shape<'_>) -> bool {
    shape.at("choices[]") == Some(ValueKind::String)
}

/// Reads a response with `choices`.
pub(super) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut trouble = None;
    let mut root = Pending::default();
    let mut listed = TokenRange::default();
    let mut prompts = Vec::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"choices" => trouble = choices(cursor, draft, &mut prompts)?,
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"object" => draft.head.object = text(cursor, draft, "object")?,
            b"created" | b"timeCreated" => draft.head.created = time::created(cursor)?,
            b"usage" => usage(cursor, draft)?,
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            b"prompt" if cursor.kind()? == ValueKind::Array => {
                listed = prompt::list(cursor, draft)?;
                if !listed.is_empty() {
                    draft.head.told("Together", "`prompt[].logprobs`");
                }
            }
            other => {
                match other {
                    b"prompt_logprobs" if cursor.kind()? == ValueKind::Array => {
                        root.values = Some(cursor.clone());
                    }
                    b"messages" => draft.head.asked = asked::of(cursor.clone()),
                    b"prompt_token_ids" => root.ids = Some(cursor.clone()),
                    b"system_fingerprint" if cursor.clone().raw()?.ends_with(b"-native\"") => {
                        draft.head.told("TGI", "`system_fingerprint`");
                    }
                    _ => {}
                }
                if let Some((server, key)) = dialect(other) {
                    draft.head.told(server, key);
                }
                cursor.skip()?;
            }
        }
    }
    read_prompts(draft, root, listed, prompts)?;
    if let Some(trouble) = trouble {
        return Ok(Outcome::Unrecognised(trouble));
    }
    echo::settle(draft);
    Ok(format_of(draft))
}

/// Reads a choice that has no response around it.
pub(super) fn bare(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut prompts = Vec::new();
    choice(cursor, draft, &mut prompts)?;
    read_prompts(draft, Pending::default(), TokenRange::default(), prompts)?;
    echo::settle(draft);
    Ok(())
}

/// Reads what was met of prompts: those of single choices, and the one that all choices share.
fn read_prompts(
    draft: &mut Draft,
    root: Pending<'_>,
    listed: TokenRange,
    prompts: Vec<(usize, Pending<'_>)>,
) -> Result<(), JsonError> {
    let first = draft.first_choice();
    for (nth, mut pending) in prompts {
        if pending.values.is_some() && nth < draft.choices.len() {
            pending.ids = pending.ids.or_else(|| root.ids.clone());
            draft.choices[nth].prompt = pending.read(draft, nth)?;
            draft.choices[nth].prompt_values = true;
        }
    }
    let given = root.values.is_some();
    let shared = if given { root.read(draft, first)? } else { listed };
    for choice in draft.choices.iter_mut().skip(first) {
        choice.prompt_values |= given;
        if choice.prompt.is_empty() {
            choice.prompt = shared;
        }
    }
    Ok(())
}

/// Keys of the root that only one server writes.
fn dialect(key: &[u8]) -> Option<(&'static str, &'static str)> {
    Some(match key {
        b"prompt_logprobs" => ("vLLM", "`prompt_logprobs`"),
        b"kv_transfer_params" => ("vLLM", "`kv_transfer_params`"),
        b"prompt_token_ids" => ("vLLM", "`prompt_token_ids`"),
        b"timings" => ("llama.cpp", "`timings`"),
        b"__verbose" => ("llama.cpp", "`__verbose`"),
        b"prompt_filter_results" => ("Azure", "`prompt_filter_results`"),
        b"meta_info" => ("SGLang", "`meta_info`"),
        _ => return None,
    })
}

/// Reads the choices; the answer says why the record is no completion after all.
fn choices<'a>(
    cursor: &mut Cursor<'a>,
    draft: &mut Draft,
    prompts: &mut Vec<(usize, Pending<'a>)>,
) -> Result<Option<String>, JsonError> {
    // Of two keys with one name the last counts.
    draft.choices.truncate(draft.first_choice());
    prompts.clear();
    let kind = cursor.kind()?;
    if kind != ValueKind::Array {
        cursor.skip()?;
        return Ok(Some(format!(
            "it has `choices`, but that is {}",
            kind.name()
        )));
    }
    let mut trouble = None;
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let kind = cursor.kind()?;
        if kind == ValueKind::Object {
            choice(cursor, draft, prompts)?;
        } else {
            cursor.skip()?;
            trouble = Some(format!(
                "it has `choices`, but one of them is {} and not an object",
                kind.name()
            ));
        }
    }
    Ok(trouble)
}

/// Reads one choice and appends it.
fn choice<'a>(
    cursor: &mut Cursor<'a>,
    draft: &mut Draft,
    prompts: &mut Vec<(usize, Pending<'a>)>,
) -> Result<(), JsonError> {
    let mut pending = Pending::default();
    let mut numbers = None;
    let mut choice = ChoiceDraft {
        index: u32::try_from(draft.choices.len() - draft.first_choice()).unwrap_or(u32::MAX),
        ..ChoiceDraft::default()
    };
    let mut plain = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "choices[].index")?
                    .and_then(|index| u32::try_from(index).ok());
                choice.index = index.unwrap_or(choice.index);
            }
            b"finish_reason" | b"finishReason" => finish(cursor, draft, &mut choice)?,
            b"message" if cursor.kind()? == ValueKind::Object => {
                choice.saw.message = true;
                message::message(cursor, draft, &mut choice)?;
            }
            b"text" => {
                choice.saw.text = true;
                plain = text(cursor, draft, "choices[].text")?;
            }
            b"logprobs" => {
                numbers = Some(cursor.clone());
                logprobs(cursor, draft, &mut choice)?;
            }
            b"prompt_logprobs" | b"prompt_token_ids" if cursor.kind()? == ValueKind::Array => {
                draft.head.told("vLLM", "`choices[].prompt_logprobs`");
                let at = Some(cursor.clone());
                if key.as_ref() == b"prompt_logprobs" {
                    pending.values = at;
                } else {
                    pending.ids = at;
                }
                cursor.skip()?;
            }
            b"delta" if cursor.kind()? == ValueKind::Object => {
                choice.saw.delta = true;
                message::message(cursor, draft, &mut choice)?;
            }
            other => {
                match other {
                    b"prompt_logprobs" => draft.head.told("vLLM", "`choices[].prompt_logprobs`"),
                    b"stop_reason" => draft.head.told("vLLM", "`choices[].stop_reason`"),
                    b"token_ids" => draft.head.told("vLLM", "`choices[].token_ids`"),
                    b"content_filter_results" => {
                        draft.head.told("Azure", "`choices[].content_filter_results`");
                    }
                    _ => {}
                }
                cursor.skip()?;
            }
        }
    }
    // Where there is a message too, it decides.
    choice.text = choice.text.or(plain);
    // Values without tokens: for a piece, or an answer, of a text.
    let without_message = choice.saw.delta || choice.saw.text && !choice.saw.message;
    if let Some(mut cursor) = numbers.filter(|_| choice.values == Values::WithoutTokens && without_message) {
        plain_values(&mut cursor, draft, &mut choice)?;
    }
    placeholders(draft, choice.content);
    if pending.values.is_some() {
        prompts.push((draft.choices.len(), pending));
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(())
}

/// Reads `logprobs` when it is a number, the value of this piece (Together), or a list of numbers (TGI).
fn plain_values(
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
        draft.head.told("TGI", "`choices[].logprobs` is a list of numbers");
    } else {
        let raw = cursor.number()?;
        draft.values.push(raw);
        draft.head.told("Together", "`choices[].logprobs` is a number");
    }
    let text = choice.text.filter(|text| text.start < text.end);
    let bytes = match (draft.values.as_slice(), text) {
        ([_], Some(text)) => text,
        _ => {
            let values = draft.values.len();
            draft.note_here(Code::ArrayLengths, || format!("0 tokens, {values} values"));
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

/// Requests can ask for ids instead of texts: each token reads `token_id:123` then, which is no part of the answer.
fn placeholders(draft: &mut Draft, tokens: TokenRange) {
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
    draft.head.told("vLLM", "`token_id:` for the text of tokens");
}

/// Values of a choice. Their own shape decides how they are read, not `object`: llama.cpp answers legacy requests with lists
/// of token objects, Together chat requests with parallel arrays.
pub(super) fn logprobs(
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
                draft.head.told("DeepSeek", "`choices[].logprobs.reasoning_content`");
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

pub(super) fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"prompt_tokens" | b"promptTokens" => draft.head.prompt_tokens = count(cursor, draft, "usage.prompt_tokens")?,
            b"completion_tokens" | b"completionTokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.completion_tokens")?
            }
            b"completion_tokens_details" if cursor.kind()? == ValueKind::Object => {
                let mut details = cursor.object()?;
                while let Some(key) = details.next(cursor)? {
                    if key.as_ref() == b"reasoning_tokens" && cursor.kind()? == ValueKind::Number {
                        draft.head.reasoning_tokens = whole(cursor.number()?);
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Chat or legacy, whole or a piece? Told from the choices.
fn format_of(draft: &mut Draft) -> Outcome {
    let object = draft.text_or_empty(draft.head.object);
    let choices = &draft.choices[draft.first_choice()..];
    let saw = choices.iter().fold(Saw::default(), |saw, choice| saw.or(choice.saw));
    if saw.delta || object.ends_with(".chunk") {
        return Outcome::Piece(FormatId::OPENAI_CHAT_STREAM, piece(draft, Role::Next));
    }
    let legacy = saw.text || saw.array_values || object == "text_completion";
    if (saw.message || saw.delta) && saw.array_values {
        draft.head.told("Together", "`logprobs.tokens` in a chat choice");
    }
    if saw.message {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else if legacy {
        // Pieces of legacy streams have no name of their own: they say that the end is still to come, and share an id.
        let may_go_on = |choice: &ChoiceDraft| choice.finished || choice.saw.open_end;
        if object == "text_completion" && draft.head.id.is_some() && choices.iter().all(may_go_on) {
            return Outcome::Piece(FormatId::OPENAI_COMPLETIONS, piece(draft, Role::Perhaps));
        }
        Outcome::Completion(FormatId::OPENAI_COMPLETIONS)
    } else if choices.is_empty()
        && object.is_empty()
        && draft.head.dialect.is_some_and(|dialect| dialect.server == "Azure")
    {
        // Azure tells what it found in the prompt before the stream begins.
        Outcome::Completions
    } else if saw.chat_values || choices.is_empty() {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else {
        Outcome::Unrecognised(
            "it has `choices`, but none of them has a `message`, a `text` or `logprobs`".to_owned(),
        )
    }
}

/// What the pieces of one completion share: the id, else what kind of object of which model they are.
fn piece(draft: &mut Draft, role: Role) -> Piece {
    let head = draft.head;
    let id = head.id.filter(|id| id.start < id.end);
    let key = id.unwrap_or_else(|| {
        let start = draft.arena.len();
        for part in [head.object, head.model].into_iter().flatten() {
            draft.arena.extend_from_within(part.start..part.end);
            draft.arena.push(0);
        }
        Span {
            start,
            end: draft.arena.len(),
        }
    });
    Piece {
        key,
        role,
        position: None,
    }
}
