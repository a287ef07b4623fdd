//! Generations: on the command line, and through the API.
mod aggregate;
mod command;
mod export;
mod list;
mod page;
mod push;
mod say;

use crate::app::App;
use serde_json::Value;

/// Four records of two models, with and without values.
pub(crate) const RECORDS: &str = concat!(
    r#"{"id":"a","timestamp":"2025-01-01T00:00:00Z","model":{"id":"gpt-4o","name":"gpt-4o"},"input":{"type":"text","content":"Hi"},"output":{"type":"text","content":"Hello","tokens":2},"parameters":{"temperature":0.5},"usage":{"promptTokens":1,"completionTokens":2,"totalTokens":3,"cost":0.25},"metadata":{"userId":"u1","sessionId":"s1","tags":["x","y"],"team":"red"},"performance":{"latency":100},"feedback":{"rating":2,"userId":"file"}}"#,
    "\n",
    r#"{"id":"b","timestamp":"2025-01-02T00:00:00Z","model":{"id":"gpt-4o"},"input":{"content":"Code?"},"output":{"type":"code","content":"fn main() {}"},"metadata":{"userId":"u2","tags":["x"]},"performance":{"latency":300},"scores":[{"name":"quality","value":0.5}]}"#,
    "\n",
    r#"{"id":"c","timestamp":"2025-01-03T00:00:00Z","model":{"id":"tiny"},"input":{"content":"AB?"},"output":{"content":"ab"},"logprobs":{"content":[{"token":"a","logprob":-0.6931471805599453},{"token":"b","logprob":-0.6931471805599453}]},"usage":{"totalTokens":9}}"#,
    "\n",
    r#"{"id":"d","timestamp":"2025-01-04T00:00:00Z","model":{"id":"tiny"},"input":{"content":"J"},"output":{"type":"json","content":"{}"},"metadata":{"userId":"u1"},"performance":{"latency":200}}"#,
    "\n",
);

/// Stores the records; gives the id of their run.
pub(crate) async fn stored(app: &App) -> String {
    let reply = app.post("/api/generations", &[], RECORDS).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let created: Value = reply.json();
    assert_eq!(created["generations"], 4);
    let run = created["run"].as_str().unwrap().to_owned();
    assert_eq!(created["first"], format!("{run}-0"));
    run
}

/// The ids of a list.
pub(crate) fn ids(list: &Value) -> Vec<&str> {
    let all = list["generations"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap()).collect()
}
