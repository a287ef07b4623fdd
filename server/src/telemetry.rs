//! Spans for a collector, by OTLP over HTTP, when one is configured; nothing is sent else.
//!
//! | module | job |
//! |---|---|
//! | `sender` | a queue of spans, and who empties it |
//! | `request` | a request as a span |
//! | `generation` | a completion as a span, with the `gen_ai` attributes |
//!
//! A span never holds up a request: where the queue is full, or the collector does not answer, spans are lost, which a line in
//! the log says once a minute.
mod generation;
mod request;
mod sender;

use crate::state::Server;
use futures::StreamExt as _;
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::SpanData;
use sender::{Queue, Sender};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use storage::{Filter, StorageError};
use tokio::sync::Semaphore;

pub(crate) use request::Asked;

/// What is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// The collector, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it: `/v1/traces` is added.
    pub endpoint: Option<String>,
    /// Prompts and answers go along with generations.
    pub content: bool,
}

/// Where spans go. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Telemetry(Option<Arc<On>>);

#[derive(Debug)]
struct On {
    queue: Queue,
    content: bool,
    /// One run at a time is exported.
    turn: Semaphore,
}

impl Telemetry {
    /// Begins to send, within a runtime; does nothing when no collector is configured.
    ///
    /// # Errors
    /// A sentence: the address is none.
    pub fn start(setting: &Setting) -> Result<Self, String> {
        let base = setting.endpoint.as_deref();
        let endpoint = base.map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
        // The address for traces alone is read by the exporter itself.
        if endpoint.is_none() && std::env::var_os(ENDPOINT_OF_TRACES).is_none() {
            return Ok(Self::default());
        }
        let sender = Sender::new(endpoint)?;
        Ok(Self(Some(Arc::new(On {
            queue: sender.start(),
            content: setting.content,
            turn: Semaphore::new(1),
        }))))
    }

    /// A request begins; `None` when nothing is sent.
    pub(crate) fn begin(&self, request: &axum::extract::Request, id: ulid::Ulid) -> Option<Asked> {
        self.0.as_ref()?;
        Asked::begin(request, id)
    }

    /// It was answered.
    pub(crate) fn end(&self, asked: Option<Asked>, status: http::StatusCode) {
        if let Some((on, asked)) = self.0.as_ref().zip(asked) {
            on.queue.offer(asked.span(status));
        }
    }

    /// Sends the generations of a run that came in, in the background.
    pub(crate) fn stored(&self, server: &Server, run: &str) {
        let Some(on) = self.0.clone() else { return };
        let (server, run) = (server.clone(), run.to_owned());
        tokio::spawn(async move {
            if let Err(error) = on.send_run(&server, &run).await {
                tracing::warn!(run, %error, "the generations of a run were not all sent to the collector");
            }
        });
    }

    /// Waits until what was queued is sent, but not for longer than this.
    pub async fn flush(&self, patience: Duration) {
        if let Some(on) = &self.0 {
            // What is not sent by then is lost.
            let _ = tokio::time::timeout(patience, on.queue.flush()).await;
        }
    }
}

/// An address for traces alone.
const ENDPOINT_OF_TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

impl On {
    async fn send_run(&self, server: &Server, run: &str) -> Result<(), StorageError> {
        // Never closed.
        let _turn = self.turn.acquire().await;
        let store = &server.store;
        match store.index_run(run).await {
            // Not a completion in it, or deleted since.
            Ok(0) | Err(StorageError::NotFound(_) | StorageError::Gone(_)) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
        let mut filter = Filter::default();
        filter
            .among("source.run", &[json!(run)])
            .map_err(StorageError::BadRequest)?;
        let mut batches = store.export(filter, self.content).await?;
        while let Some(batch) = batches.next().await {
            for one in batch? {
                // Waits where the queue is full: a run may have a million of them.
                self.queue.put(generation::span(&one, self.content)).await;
            }
        }
        Ok(())
    }
}

/// What the spans of this server say.
struct Span {
    /// Who makes it.
    scope: &'static str,
    kind: SpanKind,
    name: String,
    context: SpanContext,
    /// Of somebody else; none for the first span of a trace.
    parent: SpanId,
    /// Start and end.
    times: (SystemTime, SystemTime),
    attributes: Vec<KeyValue>,
    failed: bool,
}

impl Span {
    fn data(self) -> SpanData {
        SpanData {
            span_context: self.context,
            parent_span_id: self.parent,
            parent_span_is_remote: self.parent != SpanId::INVALID,
            span_kind: self.kind,
            name: self.name.into(),
            start_time: self.times.0,
            end_time: self.times.1,
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: match self.failed {
                true => Status::error(""),
                false => Status::Unset,
            },
            instrumentation_scope: InstrumentationScope::builder(self.scope).build(),
        }
    }
}

/// A sampled span of ours.
fn context(trace: TraceId, span: SpanId) -> SpanContext {
    SpanContext::new(
        trace,
        span,
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    )
}

/// A new id; never zero, which is none.
fn new_span_id() -> SpanId {
    let random = ulid::Ulid::new().random();
    let low = u64::try_from(random & u128::from(u64::MAX)).unwrap_or_default();
    SpanId::from(low.max(1))
}
