//! From what the importer hands out to a record. The columns give what all formats have in common; then each file here adds
//! what its family of formats knows. What is closest to the completion counts: nobody overwrites what is there.
//!
//! * [`request`] finds and reads what was asked, [`openai`] the response, [`around`] what stands around both.
//! * [`langfuse`] reads observations, [`span`] spans of traces, [`own`] records in our own shape.
//! * [`parts`] tells texts, images and sounds apart.
mod around;
mod langfuse;
mod openai;
mod own;
mod parts;
mod request;
mod span;

#[cfg(test)]
mod tests;

pub use parts::embedded;

use crate::look::lean;
use crate::reader::Requests;
use crate::record::rfc3339;
use crate::{Alternative, Content, Generation, Metrics, Output, Source, kind};
use completions::{Columns, Completion, Context, Finish, Kind, Said, Sequence};
use metrics::SequenceMetrics;
use serde_json::{Map, Value, json};

/// A completion among those that were read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) completion: &'a Completion,
    pub(crate) context: &'a Context,
    /// Id of the run, or name of the file.
    pub(crate) run: &'a str,
    /// Numbers of the completion, its record and its first sequence in the run, from 0.
    pub(crate) number: u64,
    pub(crate) record: u64,
    pub(crate) sequence: u64,
}

/// The objects around a completion, from outside in; the last one is what was read.
pub(crate) type Layers = Vec<Map<String, Value>>;

/// The record of a completion.
pub(crate) fn generation(place: Place<'_>, requests: &Requests) -> Generation {
    let layers: Layers = place
        .context
        .layers
        .iter()
        .filter_map(|layer| match lean(layer) {
            Some(Value::Object(map)) => Some(map),
            _ => None,
        })
        .collect();
    let mut generation = begin(place);
    let is_own = own::is(place.completion.format);
    if is_own {
        own::read(&mut generation, &layers);
    } else {
        openai::read(&mut generation, &layers);
        langfuse::read(&mut generation, &layers);
        span::read(&mut generation, &layers);
        if let Some(request) = request::find(&layers, requests) {
            request::read(&mut generation, &request);
        }
        around::read(&mut generation, &layers);
    }
    finish(&mut generation, place);
    if !(is_own && own::says_kind(&layers, "output")) {
        recognise(&mut generation.output);
    }
    generation
}

/// What the columns know.
fn begin(place: Place<'_>) -> Generation {
    let Place {
        columns,
        completion,
        context,
        ..
    } = place;
    let model = completion
        .model
        .and_then(|model| columns.models.get(model as usize));
    let first = completion.first_sequence as usize;
    let sequences = columns
        .sequences
        .get(first..first + completion.n_sequences as usize)
        .unwrap_or_default();
    let mut generation = Generation {
        id: completion.id.clone(),
        timestamp: completion.created.and_then(rfc3339),
        source: Source {
            key: format!("{}-{}", place.run, place.number),
            run: place.run.to_owned(),
            record: place.record,
            choice: 0,
            sequence: place.sequence,
            format: completion.format.name().to_owned(),
        },
        ..Generation::default()
    };
    generation.model.id = model.cloned().unwrap_or_default();
    generation.usage.prompt_tokens = completion.prompt_tokens;
    generation.usage.completion_tokens = completion.completion_tokens;
    let nothing = Said::default();
    let mut said = context.said.iter();
    for (nth, sequence) in sequences.iter().enumerate() {
        let said = said.next().unwrap_or(&nothing);
        let (content, calls) = content(columns, sequence, said);
        let tokens = (sequence.n_tokens > 0).then_some(u64::from(sequence.n_tokens));
        if nth > 0 {
            generation.output.alternatives.push(Alternative {
                content,
                tokens,
                score: sequence.metrics.geo_mean_prob,
            });
            continue;
        }
        generation.source.choice = sequence.choice;
        generation.finish_reason = reason(sequence.finish).map(str::to_owned);
        generation.metrics = figures(&sequence.metrics);
        generation.output = Output {
            content,
            tokens,
            tool_calls: calls,
            ..Output::default()
        };
    }
    generation
}

/// What is left when everything was read.
fn finish(generation: &mut Generation, place: Place<'_>) {
    if generation.id.is_empty() {
        generation.id.clone_from(&generation.source.key);
    }
    let Generation {
        model,
        input,
        output,
        usage,
        performance,
        ..
    } = generation;
    if input.content == Content::default()
        && let Some(prompt) = &place.context.prompt
    {
        input.content = Content::Text(prompt.clone());
    }
    if model.name.is_empty() {
        model.name.clone_from(&model.id);
    }
    if model.id.is_empty() {
        model.id.clone_from(&model.name);
    }
    if model.provider.is_none() {
        model.provider = provider(place.completion.format.name(), &model.id).map(str::to_owned);
    }
    fill(&mut input.tokens, usage.prompt_tokens);
    fill(&mut output.tokens, usage.completion_tokens);
    let sum = usage
        .prompt_tokens
        .zip(usage.completion_tokens)
        .map(|(asked, said)| asked.saturating_add(said));
    fill(&mut usage.total_tokens, sum);
    if usage.cost.is_some() {
        fill(&mut usage.currency, Some("USD".to_owned()));
    }
    if performance.tokens_per_second.is_none()
        && let Some(latency) = performance.latency.filter(|latency| *latency > 0.0)
    {
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
        let tokens = usage.completion_tokens.or(output.tokens).map(|n| n as f64);
        performance.tokens_per_second = tokens.map(|tokens| tokens / (latency / 1e3));
    }
}

/// What a text is that the record calls nothing else.
fn recognise(output: &mut Output) {
    if output.kind == crate::Kind::Text
        && let Content::Text(text) = &output.content
    {
        (output.kind, output.language) = kind::of(text);
    }
}

/// What a choice says, and its calls of tools.
fn content(columns: &Columns, sequence: &Sequence, said: &Said) -> (Content, Vec<Value>) {
    let calls: Vec<Value> = said
        .tool_calls
        .iter()
        .map(|(name, arguments)| {
            let parsed = serde_json::from_str(arguments);
            let arguments = parsed.unwrap_or_else(|_| Value::String(arguments.clone()));
            json!({"name": name, "arguments": arguments})
        })
        .collect();
    let stated = said.text.clone().filter(|text| !text.is_empty());
    let text = match stated {
        Some(text) => text,
        None if sequence.kind == Kind::ToolCall && !calls.is_empty() => {
            Value::Array(calls.clone()).to_string()
        }
        None => columns.sequence_text(sequence).into_owned(),
    };
    (Content::Text(text), calls)
}

fn reason(finish: Finish) -> Option<&'static str> {
    Some(match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Tool => "tool_calls",
        Finish::Filter => "content_filter",
        Finish::Error => "error",
        Finish::Cancelled => "cancelled",
        Finish::Unknown => return None,
    })
}

fn figures(metrics: &SequenceMetrics) -> Option<Metrics> {
    (metrics.counts.scored > 0).then_some(Metrics {
        n_total: metrics.counts.total,
        n_scored: metrics.counts.scored,
        perplexity: metrics.perplexity,
        mean_prob: metrics.mean_prob,
        geo_mean_prob: metrics.geo_mean_prob,
        min_prob: metrics.min_prob,
        sum_logprob: Some(metrics.sum_logprob),
        uncertain_share: metrics.uncertain_share,
    })
}

/// Who runs the models of a format, or wrote the model of this name.
fn provider(format: &str, model: &str) -> Option<&'static str> {
    const FORMATS: [(&str, &str); 6] = [
        ("gemini", "google"),
        ("cohere", "cohere"),
        ("ai21", "ai21"),
        ("watsonx", "ibm"),
        ("ollama", "ollama"),
        ("openai_transcription", "openai"),
    ];
    const MODELS: [(&str, &str); 11] = [
        ("gpt-3", "openai"),
        ("gpt-4", "openai"),
        ("gpt-5", "openai"),
        ("chatgpt-", "openai"),
        ("text-davinci", "openai"),
        ("davinci", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4-", "openai"),
        ("claude-", "anthropic"),
        ("gemini-", "google"),
    ];
    let begins = |text: &str, table: &[(&str, &'static str)]| {
        let found = table.iter().find(|(start, _)| text.starts_with(start));
        found.map(|(_, provider)| *provider)
    };
    begins(format, &FORMATS).or_else(|| begins(model, &MODELS))
}

/// Takes the value where there is none yet.
pub(crate) fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}
