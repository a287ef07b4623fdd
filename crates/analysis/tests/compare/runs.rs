//! Runs as files that an importer reads.
use analysis::compare::{Comparison, Side};
use completions::{Import, Importer, Limits, SequenceDetail, decode_sequence};
use serde_json::{Value, json};

/// A token: its bytes, its value, and what is listed beside it.
pub(crate) type Token<'a> = (&'a [u8], f64, &'a [(&'a [u8], f64)]);

/// One choice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) tokens: Vec<Value>,
    pub(crate) finish: &'static str,
}

impl Answer {
    pub(crate) fn new(tokens: &[Token<'_>]) -> Self {
        let token = |&(bytes, logprob, listed): &Token<'_>| {
            let mut token = listed_token(bytes, logprob);
            let listed = listed
                .iter()
                .map(|&(bytes, value)| listed_token(bytes, value));
            token["top_logprobs"] = listed.collect();
            token
        };
        Self {
            tokens: tokens.iter().map(token).collect(),
            finish: "stop",
        }
    }

    /// Tokens of which only the text and one value are known.
    pub(crate) fn plain(tokens: &[&[u8]]) -> Self {
        let tokens: Vec<Token<'_>> = tokens.iter().map(|&bytes| (bytes, -0.5, &[][..])).collect();
        Self::new(&tokens)
    }
}

fn listed_token(bytes: &[u8], logprob: f64) -> Value {
    let name = String::from_utf8_lossy(bytes);
    // A special token has a name and no bytes.
    let bytes = if name.starts_with("<|") {
        Value::Null
    } else {
        json!(bytes)
    };
    json!({"token": name, "logprob": logprob, "bytes": bytes})
}

/// A request and its answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) prompt: String,
    pub(crate) label: String,
    pub(crate) id: String,
    pub(crate) answers: Vec<Answer>,
}

/// A run that was read.
#[derive(Debug)]
pub(crate) struct Run {
    bytes: Vec<u8>,
    pub(crate) import: Import,
}

impl Run {
    pub(crate) fn new(asked: &[Asked]) -> Self {
        let line = |asked: &Asked| {
            let choice = |(index, answer): (usize, &Answer)| {
                let text: Vec<u8> = answer.tokens.iter().flat_map(bytes_of).collect();
                json!({
                    "index": index,
                    "message": {"role": "assistant", "content": String::from_utf8_lossy(&text)},
                    "logprobs": {"content": answer.tokens},
                    "finish_reason": answer.finish,
                })
            };
            let choices: Vec<Value> = asked.answers.iter().enumerate().map(choice).collect();
            let mut body = json!({"id": asked.id, "object": "chat.completion", "model": "m", "choices": choices});
            if !asked.prompt.is_empty() {
                body["messages"] = json!([{"role": "user", "content": asked.prompt}]);
            }
            if !asked.label.is_empty() {
                body = json!({"custom_id": asked.label, "response": {"body": body}});
            }
            format!("{body}\n")
        };
        let bytes: Vec<u8> = asked
            .iter()
            .flat_map(|one| line(one).into_bytes())
            .collect();
        let mut importer = Importer::new(Limits::default());
        importer.push(&bytes);
        let import = importer.finish();
        Self { bytes, import }
    }

    /// Each answer to a prompt of its own.
    pub(crate) fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        let asked: Vec<Asked> = answers
            .into_iter()
            .map(|answer| Asked {
                answers: vec![answer],
                ..Asked::default()
            })
            .collect();
        Self::new(&asked)
    }

    pub(crate) fn side(&self) -> Side<'_> {
        Side::all(&self.import.columns)
    }

    pub(crate) fn detail(&self, sequence: u32) -> SequenceDetail {
        let columns = &self.import.columns;
        let row = &columns.sequences[sequence as usize];
        let completion = &columns.completions[row.completion as usize];
        let record = &columns.records[completion.record as usize];
        let start = record.start as usize;
        let bytes = &self.bytes[start..start + record.len as usize];
        let nth = completion.offset + sequence - completion.first_sequence;
        decode_sequence(record.form, completion.format, bytes, nth).unwrap()
    }
}

fn bytes_of(token: &Value) -> Vec<u8> {
    let bytes = token["bytes"].as_array().into_iter().flatten();
    bytes.map(|byte| byte.as_u64().unwrap() as u8).collect()
}

pub(crate) fn compare(a: &Run, b: &Run) -> Comparison {
    Comparison::new(&a.side(), &b.side(), None)
}
