//! A queue of spans, and who empties it.
use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Spans that may wait: some megabytes.
const WAITING: usize = 2048;
/// Spans of one request to the collector.
const BATCH: usize = 512;
/// So long spans are collected before they are sent.
const COLLECT: Duration = Duration::from_millis(500);
/// For one request to the collector.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two lines in the log about spans that were lost.
const QUIET: Duration = Duration::from_secs(60);

#[derive(Debug)]
enum Item {
    Span(Box<SpanData>),
    /// Tells when all before it was sent.
    Flush(oneshot::Sender<()>),
}

/// Where spans are put.
#[derive(Debug)]
pub(super) struct Queue {
    items: mpsc::Sender<Item>,
    /// Spans for which there was no room.
    full: Arc<AtomicU64>,
}

impl Queue {
    /// Puts a span into the queue if there is room.
    pub(super) fn offer(&self, span: SpanData) {
        if self.items.try_send(Item::Span(Box::new(span))).is_err() {
            self.full.fetch_add(1, Relaxed);
        }
    }

    /// Puts a span into the queue once there is room.
    pub(super) async fn put(&self, span: SpanData) {
        // Fails only when the runtime is stopping.
        let _ = self.items.send(Item::Span(Box::new(span))).await;
    }

    /// Waits until all that is in the queue now was sent or lost.
    pub(super) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.items.send(Item::Flush(done)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

/// Sends batches of spans.
#[derive(Debug)]
pub(super) struct Sender {
    exporter: SpanExporter,
    lost: Lost,
}

/// Counts spans that were lost, and says so now and then.
#[derive(Debug, Default)]
struct Lost {
    count: u64,
    said: Option<Instant>,
}

impl Lost {
    /// How many were lost since it was last said, when it is time to say so.
    fn add(&mut self, count: u64, now: Instant) -> Option<u64> {
        self.count += count;
        let is_quiet = self
            .said
            .is_some_and(|said| now.duration_since(said) < QUIET);
        if self.count == 0 || is_quiet {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.count))
    }
}

impl Sender {
    /// To this address, else to that of the environment.
    pub(super) fn new(endpoint: Option<String>) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let http = http.map_err(|error| format!("OpenTelemetry: {error}"))?;
        let mut builder = SpanExporter::builder()
            .with_http()
            .with_http_client(Http(http));
        if let Some(endpoint) = &endpoint {
            let known = endpoint.starts_with("http://") || endpoint.starts_with("https://");
            if !known || endpoint.parse::<http::Uri>().is_err() {
                return Err(format!(
                    "the collector `{endpoint}` is no address: OpenTelemetry is sent by OTLP over HTTP, such as to \
                     http://127.0.0.1:4318"
                ));
            }
            builder = builder.with_endpoint(endpoint);
        }
        let built = builder.build();
        let mut exporter = built.map_err(|error| format!("OpenTelemetry: {error}"))?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("surprisal");
        }
        let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        exporter.set_resource(&resource.with_attribute(version).build());
        Ok(Self {
            exporter,
            lost: Lost::default(),
        })
    }

    /// Sends in the background what is put into the queue.
    pub(super) fn start(self) -> Queue {
        let (items, queue) = mpsc::channel(WAITING);
        let full = Arc::new(AtomicU64::new(0));
        tokio::spawn(self.run(queue, full.clone()));
        Queue { items, full }
    }

    async fn run(mut self, mut queue: mpsc::Receiver<Item>, full: Arc<AtomicU64>) {
        while let Some(first) = queue.recv().await {
            let mut batch = Vec::new();
            let mut done = Vec::new();
            let mut next = Some(first);
            let end = tokio::time::Instant::now() + COLLECT;
            while let Some(item) = next {
                match item {
                    Item::Span(span) => batch.push(*span),
                    Item::Flush(tell) => done.push(tell),
                }
                if batch.len() >= BATCH || !done.is_empty() {
                    break;
                }
                next = tokio::time::timeout_at(end, queue.recv())
                    .await
                    .unwrap_or(None);
            }
            self.send(batch, full.swap(0, Relaxed)).await;
            for tell in done {
                let _ = tell.send(());
            }
        }
    }

    async fn send(&mut self, batch: Vec<SpanData>, full: u64) {
        let count = batch.len() as u64;
        let sent = match batch.is_empty() {
            true => Ok(()),
            false => self.exporter.export(batch).await,
        };
        let (lost, why) = match &sent {
            Ok(()) => (full, "more came than the collector takes".to_owned()),
            Err(error) => (full + count, error.to_string()),
        };
        if let Some(count) = self.lost.add(lost, Instant::now()) {
            tracing::warn!(count, why, "spans for OpenTelemetry were lost");
        }
    }
}

/// The client that is here already, as the exporter asks for it.
#[derive(Debug)]
struct Http(reqwest::Client);

/// More of an answer is not read: it says how many spans were refused.
const ANSWER: usize = 64 << 10;

#[async_trait]
impl HttpClient for Http {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER {
                body.truncate(ANSWER);
                break;
            }
        }
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        Ok(response.body(body.into())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_said_once_a_minute() {
        let mut lost = Lost::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for (count, second, said) in [
            (0, 0, None),
            (3, 1, Some(3)),
            (4, 2, None),
            (5, 60, None),
            (0, 61, Some(9)),
            (0, 200, None),
            (1, 201, Some(1)),
        ] {
            assert_eq!(lost.add(count, at(second)), said, "second {second}");
        }
    }

    #[test]
    fn addresses() {
        for wrong in ["127.0.0.1:4318", "grpc://x:4317", "http://a b", ""] {
            let error = Sender::new(Some(wrong.to_owned())).unwrap_err();
            assert!(
                error.starts_with(&format!("the collector `{wrong}` is no address")),
                "{error}"
            );
        }
        Sender::new(Some("http://127.0.0.1:4318/v1/traces".to_owned())).unwrap();
    }
}
