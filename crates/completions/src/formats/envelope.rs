//! Responses inside other objects, lists and texts: client logs, dictionaries by name, telemetry with JSON in strings.
//!
//! Only what no format knows is looked through, by structure and not by the names of keys. Everything that fits a format is
//! read, in the order of the file.
use super::shape::Shape;
use super::{RULES, asked, explain, token_list};
use crate::Limits;
use crate::containers::sniff::excerpt;
use crate::intake::nested::{self, DEEPEST};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Mark;
use crate::record::{Draft, Outcome};

/// Texts shorter than this hold no response.
const SHORTEST: usize = 24;

/// Looks through an object that fits no format.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    shape: &Shape<'_>,
) -> Result<Outcome, JsonError> {
    let around = draft.head;
    let before = draft.completions.len();
    let (start, pieces) = (Mark::of(draft), draft.pieces);
    let asked = asked::of_request(shape);
    let mut names = Vec::new();
    let mut only = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        let first = draft.completions.len();
        siblings(draft, shape, asked);
        let value = cursor.clone();
        inside(cursor, draft)?;
        if draft.completions.len() > first {
            only = Some(value);
            let name = draft.store(&key);
            names.push((first..draft.completions.len(), name));
        }
        draft.head = around;
    }
    // A piece of a stream and nothing else: the record is that piece.
    if let (Some(mut value), true) = (only, draft.pieces > pieces)
        && draft.completions.len() == before + 1
        && draft.failures.len() == start.failures()
    {
        start.restore(draft);
        siblings(draft, shape, asked);
        draft.envelopes += 1;
        let outcome = super::read(&mut value, draft);
        draft.envelopes -= 1;
        draft.layer("nested");
        return outcome;
    }
    // Several members with answers: their keys tell them apart.
    if names.len() > 1 {
        for (completions, name) in names {
            for completion in &mut draft.completions[completions] {
                completion.head.label.get_or_insert(name);
            }
        }
    }
    found(draft, before, || unrecognised(shape))
}

/// Looks through a value that is no object.
pub(super) fn read_other(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let kind = cursor.kind()?;
    if kind == ValueKind::Array
        && draft.envelopes == 0
        && let Some(outcome) = token_list::alone(cursor, draft)?
    {
        return Ok(outcome);
    }
    let before = draft.completions.len();
    inside(cursor, draft)?;
    if kind == ValueKind::Array && draft.completions.len() > before {
        // A list stands for what it lists.
        return Ok(Outcome::Completions);
    }
    found(draft, before, || {
        format!("it is {} and not an object", kind.name())
    })
}

fn found(
    draft: &mut Draft,
    before: usize,
    what: impl FnOnce() -> String,
) -> Result<Outcome, JsonError> {
    if draft.completions.len() == before {
        return Ok(Outcome::Unrecognised(what()));
    }
    draft.layer("nested");
    Ok(Outcome::Completions)
}

/// What stands beside a response and belongs to it.
fn siblings(draft: &mut Draft, shape: &Shape<'_>, asked: Option<u64>) {
    draft.head.asked = asked.or(draft.head.asked);
    asked::messages_of(shape, draft);
    // As programs keep what they asked beside what they got.
    if let Some((_, request)) = shape.values().find(|(name, _)| *name == b"request") {
        asked::request(request, draft);
    }
    let text = |key: &str| Some(shape.text_at(key)).filter(|text| !text.is_empty());
    if let Some(model) = text("model") {
        draft.head.model = Some(draft.store(&model));
    }
    if let Some(prompt) = text("prompt").or_else(|| text("inputs")) {
        draft.head.prompt = Some(draft.store(&prompt));
    }
}

/// What was asked, as far as it helps to read the answer.
pub(crate) fn request(body: &[u8], draft: &mut Draft) {
    if std::str::from_utf8(body).is_err() {
        return;
    }
    let Ok(shape) = Shape::of(Cursor::new(
        body.trim_ascii_start(),
        Limits::default().depth(),
    )) else {
        return;
    };
    let asked = asked::of_request(&shape);
    siblings(draft, &shape, asked);
}

/// Looks for responses inside the value at the cursor and passes it.
pub(super) fn inside(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if draft.envelopes >= DEEPEST {
        return cursor.skip();
    }
    let kind = cursor.kind()?;
    draft.reading = cursor.position();
    match kind {
        ValueKind::Object => object(cursor, draft),
        // Elements may be pieces of one stream.
        ValueKind::Array => {
            let list = cursor.clone();
            let written = cursor.raw()?;
            if memchr::memchr2(b'{', b'"', written).is_some() {
                elements(list, written, draft)?;
            }
            Ok(())
        }
        ValueKind::String => {
            let text = cursor.string()?;
            if text.raw.len() >= SHORTEST {
                let text = text.text();
                if matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
                    || text.starts_with(b"data:")
                {
                    nested::read(&text, draft, Limits::default());
                }
            }
            Ok(())
        }
        _ => cursor.skip(),
    }
}

fn object(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mark = Mark::of(draft);
    let mut copy = cursor.clone();
    draft.envelopes += 1;
    let outcome = super::read(&mut copy, draft);
    draft.envelopes -= 1;
    match outcome? {
        Outcome::Completion(format) => draft.seal(format),
        Outcome::Completions => {}
        Outcome::Piece(..) => {
            draft.pieces += 1;
            mark.restore(draft);
            draft.reading = cursor.position();
            let written = cursor.raw()?;
            nested::read(written, draft, Limits::default());
            return Ok(());
        }
        Outcome::Without(..) | Outcome::Failed(_) | Outcome::Unrecognised(_) => mark.restore(draft),
    }
    *cursor = copy;
    Ok(())
}

/// Elements of a list: objects may be pieces of a stream, so they are read as a file of their own.
fn elements(mut cursor: Cursor<'_>, written: &[u8], draft: &mut Draft) -> Result<(), JsonError> {
    let start = draft.reading;
    let mut items = cursor.array()?;
    let mut objects = false;
    while items.next(&mut cursor)? {
        match cursor.kind()? {
            ValueKind::Object => {
                objects = true;
                break;
            }
            ValueKind::Null => cursor.skip()?,
            _ => {
                draft.envelopes += 1;
                let read = inside(&mut cursor, draft);
                draft.envelopes -= 1;
                read?;
            }
        }
    }
    if objects {
        draft.reading = start;
        nested::read(written, draft, Limits::default());
    }
    Ok(())
}

/// Names the keys of an object that no rule fits.
fn unrecognised(shape: &Shape<'_>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = shape
        .names()
        .take(SHOWN)
        .map(|name| excerpt(&String::from_utf8_lossy(name)))
        .collect();
    let more = match shape.names().count() {
        count if count > SHOWN => format!(" and {} more", count - SHOWN),
        _ => String::new(),
    };
    let keys = if names.is_empty() {
        "it has no keys".to_owned()
    } else {
        format!("its keys are {}{more}", names.join(", "))
    };
    if let Some(why) = explain::why(shape) {
        return format!("{keys}; {why}");
    }
    let near = RULES.iter().find_map(|rule| {
        let key = rule.keys.iter().find(|key| shape.has(key))?;
        Some(format!(
            "like {} it has `{key}`, but not the rest",
            rule.name
        ))
    });
    let near =
        near.unwrap_or_else(|| "a response of the OpenAI kind would have `choices`".to_owned());
    format!("{keys}; {near}")
}
