//! A server with models, asked through its router.
mod elsewhere;
mod generate;
mod queue;
mod score;

use crate::analyze::Place;
use crate::app::{App, Reply};
use crate::engine::{Tiny, with_tokenizer};
use api::Events;
use api::writing::Happening;
use serde_json::Value;
use server::config::Limits;
use server::models::{Given, Models, ServerGiven};

/// A server with models of this machine, and the folder in which they lie.
pub(crate) struct Asked {
    pub(crate) app: App,
    _place: Place,
}

impl Asked {
    /// With `gpt2`, which has a tokenizer, and `llama` and `t5`, which have none.
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default(), &[]).await
    }

    /// The same with other limits and with servers.
    pub(crate) async fn with(limits: Limits, servers: &[String]) -> Self {
        // A template as instruction models have it.
        let chat = r#"{"chat_template": "{% for m in messages %}{{ m.role[0] }} {{ m.content }}\n{% endfor %}a "}"#;
        let place = with_tokenizer(&[("m/tokenizer_config.json", chat)]);
        let given = [
            ("gpt2", place.path("m").to_str().unwrap().to_owned()),
            ("llama", Tiny::new("tiny_llama").path),
            ("t5", Tiny::new("tiny_t5").path),
        ];
        let given: Vec<Given> = given
            .iter()
            .map(|(name, path)| format!("{name}={path}").parse().unwrap())
            .collect();
        let servers: Vec<ServerGiven> = servers.iter().map(|one| one.parse().unwrap()).collect();
        let models = Models::load(&given, &servers, &limits).unwrap();
        Self {
            app: App::with(limits).await.with_models(models),
            _place: place,
        }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.app.post(path, &[], body.to_string()).await
    }

    /// Everything that happens.
    async fn write(&self, body: Value) -> Vec<Happening> {
        let reply = self.post(api::GENERATE, body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), "text/event-stream");
        happenings(&reply)
    }
}

/// The events of a stream, in order.
pub(crate) fn happenings(reply: &Reply) -> Vec<Happening> {
    let mut events = Events::default();
    let mut found = events.push(&reply.body);
    found.extend(events.finish());
    let read = |event: String| serde_json::from_str(&event).unwrap();
    found.into_iter().map(read).collect()
}

/// The record at the end.
#[track_caller]
fn record(happenings: &[Happening]) -> &Value {
    match happenings.last() {
        Some(Happening::Done { record, .. }) => record,
        other => panic!("{other:?}"),
    }
}

/// The ids of an answer, in the order in which they came.
fn ids(happenings: &[Happening], answer: usize) -> Vec<u32> {
    let tokens = happenings.iter().filter_map(|happening| match happening {
        Happening::Token { sequence, token } if *sequence == answer => token.id,
        _ => None,
    });
    tokens.collect()
}
