//! Why a record that no format knows has values and still no tokens: what it is, as far as its keys tell.
use super::shape::Shape;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};

/// Objects and lists that are looked into, one in the other.
const DEPTH: u32 = 4;

/// Elements of a list that are looked at.
const ELEMENTS: usize = 2;

/// A sentence for what is known to have no tokens of an answer.
pub(super) fn why(shape: &Shape<'_>) -> Option<&'static str> {
    let number = |path| shape.at(path) == Some(ValueKind::Number);
    if number("words[].logprob") {
        return Some(
            "the words of a speech recogniser have values, but they are no tokens of a model",
        );
    }
    if number("segments[].avg_logprob") {
        return Some("a speech recogniser gives one mean per segment, which has no tokens");
    }
    if shape.at("choices[]") == Some(ValueKind::String) {
        return Some("`choices` are the options of a question; scores of options have no tokens");
    }
    if let Some(why) = service(shape) {
        return Some(why);
    }
    let any = |test: fn(&[u8], &mut Cursor<'_>) -> bool| {
        let mut values = shape.values();
        values.any(|(name, mut value)| {
            test(name, &mut value.clone()) || inside(&mut value, DEPTH, test).unwrap_or(false)
        })
    };
    if any(is_preference) {
        return Some(
            "a list has lists of `logprob` and `token` for each position: training data, where the token that was written is not marked",
        );
    }
    if any(|name, value| is_total(name) && value.kind() == Ok(ValueKind::Number)) {
        return Some("it has totals of whole answers, but no tokens");
    }
    let traced = |name: &[u8], _: &mut Cursor<'_>| {
        [&b"gen_ai."[..], b"llm.", b"openinference."]
            .iter()
            .any(|start| name.starts_with(start))
    };
    any(traced).then_some("it is a trace of calls, which has no place for the values of tokens")
}

/// What services and their users keep beside responses.
fn service(shape: &Shape<'_>) -> Option<&'static str> {
    let object = shape.text_at("object");
    let listed = shape.text_at("data[].object");
    Some(match (object.as_ref(), listed.as_ref()) {
        (b"batch", _) => {
            "it describes a Batch; the answers are in the file that `output_file_id` names"
        }
        (b"fine_tuning.job", _) => "it describes a training, which has no answers",
        (b"embedding", _) | (_, b"embedding") => "it has embeddings, which are no answers",
        (b"model", _) | (_, b"model") => "it is a list of models",
        _ if shape.at("results[].flagged").is_some() => {
            "it is the result of a moderation, which has no answers"
        }
        _ if shape.at("messages[].role").is_some() => {
            "it is a conversation as it is sent or trained on, not the response to one"
        }
        _ => return None,
    })
}

fn is_total(name: &[u8]) -> bool {
    matches!(
        name,
        b"total_log_prob"
            | b"total_logprob"
            | b"avg_log_prob"
            | b"avg_logprob"
            | b"avg_logprobs"
            | b"mean_logprob"
            | b"sum_logprob"
            | b"sum_logprobs"
            | b"perplexity"
    )
}

/// Lists in a list, of objects with `logprob` and `token`; some may be `null`.
fn is_preference(_name: &[u8], value: &mut Cursor<'_>) -> bool {
    fn read(cursor: &mut Cursor<'_>) -> Result<bool, JsonError> {
        if cursor.kind()? != ValueKind::Array {
            return Ok(false);
        }
        let mut positions = cursor.array()?;
        while positions.next(cursor)? {
            if cursor.kind()? == ValueKind::Null {
                cursor.skip()?;
                continue;
            }
            if cursor.kind()? != ValueKind::Array {
                return Ok(false);
            }
            let mut listed = cursor.array()?;
            if !listed.next(cursor)? {
                continue;
            }
            if cursor.kind()? != ValueKind::Object {
                return Ok(false);
            }
            let (mut value, mut token) = (false, false);
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                value |= key.as_ref() == b"logprob";
                token |= key.as_ref() == b"token";
                cursor.skip()?;
            }
            return Ok(value && token);
        }
        Ok(false)
    }
    read(value).unwrap_or(false)
}

/// Looks at the keys below a value.
fn inside(
    cursor: &mut Cursor<'_>,
    depth: u32,
    test: fn(&[u8], &mut Cursor<'_>) -> bool,
) -> Result<bool, JsonError> {
    if depth == 0 {
        return Ok(false);
    }
    match cursor.kind()? {
        ValueKind::Object => {
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                let value = cursor.clone();
                if test(&key, &mut value.clone()) || inside(&mut value.clone(), depth - 1, test)? {
                    return Ok(true);
                }
                cursor.skip()?;
            }
        }
        ValueKind::Array => {
            let mut items = cursor.array()?;
            for _ in 0..ELEMENTS {
                if !items.next(cursor)? {
                    break;
                }
                if inside(&mut cursor.clone(), depth - 1, test)? {
                    return Ok(true);
                }
                cursor.skip()?;
            }
        }
        _ => {}
    }
    Ok(false)
}
