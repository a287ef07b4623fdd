//! Recognising a record and decoding it: one file per format.
//!
//! The list at the end of this page is the order of detection: the first format whose test holds reads the record. A test
//! looks at keys and types only ([`shape`]). What no format knows is looked through for responses inside ([`envelope`]).
//!
//! * [`openai`] reads what Chat Completions and legacy Completions have in common: the response and its choices.
//! * [`token_object`] reads lists of token objects, [`arrays`] parallel arrays, [`triples`] lists of lists, [`positions`] values
//!   by position,
//!   [`fields`] single fields leniently, [`time`] times, [`said`] and [`attributes`] what traces of calls keep.
//!
//! To add a format: a file with a `RULE`, and its name in the list.
mod arrays;
mod asked;
mod attributes;
pub(crate) mod echo;
pub(crate) mod envelope;
mod exchange;
mod explain;
mod fields;
mod gemini_values;
mod message;
mod positions;
mod prompt;
mod said;
mod shape;
mod span_text;
mod time;
mod token_object;
mod triples;

use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};
use shape::Shape;

/// A format: what a record must have, and who reads it then.
struct Rule {
    /// Looks at keys and types.
    test: fn(&Shape<'_>) -> bool,
    /// Reads the object at the cursor; what it has read is in the draft.
    read: fn(&mut Cursor<'_>, &mut Draft) -> Result<Outcome, JsonError>,
    /// Keys at the root that the test asks for.
    keys: &'static [&'static str],
    /// What a record with one of these keys may be meant to be, for those that fit no rule.
    name: &'static str,
}

/// Declares the formats, in the order of detection.
macro_rules! formats {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// The first rule that holds wins.
        const RULES: &[Rule] = &[$($name::RULE),*];
    };
}

/// Reads the value at the cursor, which stands alone, into an empty draft.
pub(crate) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let kind = cursor.kind()?;
    let start = cursor.position();
    draft.reading = start;
    if kind != ValueKind::Object {
        return envelope::read_other(cursor, draft);
    }
    let shape = Shape::of(cursor.clone())?;
    let outcome = match RULES.iter().find(|rule| (rule.test)(&shape)) {
        Some(rule) => (rule.read)(cursor, draft),
        None => envelope::read(cursor, draft, &shape),
    };
    // Where the completion lies that the caller seals; others may have been read on the way.
    draft.reading = start;
    outcome
}

/// What a layer is told by, for the evidence.
pub(crate) fn about_layer(layer: &str) -> &'static str {
    match layer {
        "batch" => "`custom_id` beside `response.body`",
        "nested" => "responses lie inside other objects or texts",
        "dotnet_record" => "`Entries[].ResponseBody`",
        "http_record" => "`request` beside `response.body`",
        "vertex_batch" => "`request` beside `response.candidates`",
        "har" => "`log.entries[].response`",
        "notebook" => "`cells[].outputs`",
        "sse" => "the text of a response is a stream of events",
        _ => "told by its keys",
    }
}

formats![
    batch,
    batch_request,
    generation,
    helm,
    inspect,
    lm_eval,
    lighteval,
    dotnet_record,
    vertex_batch,
    http_record,
    har,
    notebook,
    openai_evals,
    openai_responses_stream,
    openai_transcription_stream,
    openai_responses,
    gemini,
    sglang,
    llamacpp_legacy,
    llamacpp,
    tgi_stream,
    tgi,
    vllm,
    openai,
    ai21,
    loom,
    langchain,
    cohere_v1,
    cohere_v2,
    ollama,
    llamaindex,
    openai_transcription,
    watsonx,
    kobold,
    bedrock,
    triton,
    anthropic,
    dspy,
    promptfoo,
    llm_log,
    sillytavern,
    openai_choice,
    langfuse,
    span,
    refusal,
    token_list,
    token_rows,
    token_lines,
];
