//! Recognising a record and decoding it: one file per format.
//!
//! * [`RULES`] is the order of detection, in one place.
//! * [`openai`] reads what Chat Completions and legacy Completions have in common: the response and its choices.
//! * [`openai_chat`] reads messages, [`token_object`] lists of token objects, [`openai_completions`] parallel arrays.
//! * [`batch`] takes a response out of a line of Batch output.
//! * [`fields`] reads single fields leniently.
//!
//! To add a format: its keys to [`Key`], a rule to [`RULES`], a file with a `read` function that fills a [`Draft`].
mod batch;
mod fields;
mod openai;
mod openai_chat;
mod openai_completions;
mod time;
mod token_object;

use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

/// A rule: what a record must have, and who reads it then.
struct Rule {
    test: fn(Seen) -> bool,
    read: fn(&mut Cursor<'_>, &mut Draft) -> Result<Outcome, JsonError>,
}

/// The first rule that holds wins. Only the presence of keys is looked at.
const RULES: [Rule; 3] = [
    Rule {
        test: |seen| seen.has(Key::CustomId) && (seen.has(Key::Response) || seen.has(Key::Error)),
        read: batch::read,
    },
    Rule {
        test: |seen| seen.has(Key::Choices),
        read: openai::read,
    },
    Rule {
        test: |seen| seen.has(Key::Error),
        read: batch::read_error,
    },
];

/// Keys at the root of a record that some rule asks for.
#[derive(Debug, Clone, Copy)]
enum Key {
    CustomId,
    Response,
    Error,
    Choices,
}

/// Which of them a record has.
#[derive(Debug, Clone, Copy, Default)]
struct Seen(u32);

impl Seen {
    fn add(&mut self, key: Key) {
        self.0 |= 1 << key as u32;
    }

    fn has(self, key: Key) -> bool {
        self.0 >> key as u32 & 1 == 1
    }
}

/// Keys of formats that are known but not read yet, with the name that people know.
const KNOWN_KEYS: [(&[u8], &str); 12] = [
    (b"candidates", "a Gemini response"),
    (b"output", "a response of the Responses API"),
    (b"completion_probabilities", "a llama.cpp completion"),
    (b"generated_text", "a TGI response"),
    (b"meta_info", "an SGLang response"),
    (b"done_reason", "an Ollama response"),
    (b"eval_count", "an Ollama response"),
    (b"generations", "a Cohere response"),
    (b"completions", "an AI21 response"),
    (b"results", "a watsonx response"),
    (b"request_states", "a HELM file"),
    (b"resps", "an lm-eval file"),
];

/// Reads the value at the cursor into an empty draft.
pub(crate) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let kind = cursor.kind()?;
    if kind != ValueKind::Object {
        cursor.skip()?;
        return Ok(Outcome::Unrecognised(format!(
            "it is {} and not an object",
            kind.name()
        )));
    }
    let seen = look(cursor.clone())?;
    match RULES.iter().find(|rule| (rule.test)(seen)) {
        Some(rule) => (rule.read)(cursor, draft),
        None => unrecognised(cursor),
    }
}

/// Which keys the object at the cursor has. `choices` ends the look: no format that comes before its rule has it, and it
/// holds nearly all of a record.
fn look(mut cursor: Cursor<'_>) -> Result<Seen, JsonError> {
    let mut seen = Seen::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(&mut cursor)? {
        match key.as_ref() {
            b"choices" => {
                seen.add(Key::Choices);
                return Ok(seen);
            }
            b"custom_id" => seen.add(Key::CustomId),
            b"response" => seen.add(Key::Response),
            b"error" if !cursor.null()? => seen.add(Key::Error),
            b"error" => {
                seen.add(Key::Error);
                continue;
            }
            _ => {}
        }
        cursor.skip()?;
    }
    Ok(seen)
}

/// Names the keys of an object that no rule fits.
fn unrecognised(cursor: &mut Cursor<'_>) -> Result<Outcome, JsonError> {
    const SHOWN: usize = 12;
    let mut names: Vec<String> = Vec::new();
    let mut count = 0;
    let mut known = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        count += 1;
        if names.len() < SHOWN {
            names.push(crate::containers::sniff::excerpt(&String::from_utf8_lossy(
                &key,
            )));
        }
        known = known.or_else(|| {
            KNOWN_KEYS
                .iter()
                .find(|(name, _)| *name == key.as_ref())
                .map(|(_, format)| *format)
        });
        cursor.skip()?;
    }
    let more = if count > SHOWN {
        format!(" and {} more", count - SHOWN)
    } else {
        String::new()
    };
    let keys = if names.is_empty() {
        "it has no keys".to_owned()
    } else {
        format!("its keys are {}{more}", names.join(", "))
    };
    let nearest = match known {
        Some(format) => format!("it may be {format}, which is not read yet"),
        None => "a response of the OpenAI kind would have `choices`".to_owned(),
    };
    Ok(Outcome::Unrecognised(format!("{keys}; {nearest}")))
}
