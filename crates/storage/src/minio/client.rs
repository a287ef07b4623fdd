//! The only place that touches minio-rsc and reqwest: one call, with deadline, retries and whole answers.
use super::MinioConfig;
use super::call::{Body, Call, Reply, length};
use super::fault::{Fault, FaultKind};
use super::timing::{Quota, SMALL};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::DATE;
use http::{HeaderMap, HeaderValue};
use minio_rsc::Minio;
use minio_rsc::provider::StaticProvider;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The largest answer that is read whole; a listing page of 1000 long keys is far below.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// So much of an error page is read.
const LARGEST_ERROR: usize = 64 * 1024;

/// Signs and sends.
pub(super) struct Client {
    pub config: MinioConfig,
    minio: Minio,
    token: Option<HeaderValue>,
    quota: Quota,
    /// Seconds that the server's clock is ahead of ours; [`UNKNOWN`] before the first answer.
    clock_offset: AtomicI64,
}

const UNKNOWN: i64 = i64::MIN;

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(config: MinioConfig) -> Result<Self, Fault> {
        let secrets = &config.secrets;
        // HTTP/1.1 only: the host is signed without its port, which HTTP/2 would not send so. No redirects: the
        // signature would not fit. No decompression: bytes are stored and read as they are. The store is reached
        // directly: its host is in the setting, a proxy for the web is not meant.
        let http = reqwest::Client::builder()
            .http1_only()
            .connect_timeout(config.timing.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_proxy()
            .build()
            .map_err(|error| Fault::new(FaultKind::Misconfigured, chain(&error)))?;
        let minio = Minio::builder()
            .endpoint(config.endpoint.clone())
            .secure(config.tls)
            .region(config.region.clone())
            .provider(StaticProvider::new(
                secrets.access_key.clone(),
                secrets.secret_key.clone(),
                secrets.session_token.clone(),
            ))
            .client(http)
            .build()
            .map_err(|error| Fault::new(FaultKind::Misconfigured, error.to_string()))?;
        // minio-rsc knows the token but does not send it.
        let token = match &secrets.session_token {
            None => None,
            Some(token) => {
                let mut value = HeaderValue::from_str(token).map_err(|_| {
                    Fault::new(FaultKind::Misconfigured, "the session token cannot be sent")
                })?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        Ok(Self {
            config,
            minio,
            token,
            quota: Quota::new(),
            clock_offset: AtomicI64::new(UNKNOWN),
        })
    }

    /// Seconds that the server's clock is ahead of ours, by its last answer.
    pub(super) fn clock_offset(&self) -> Option<i64> {
        Some(self.clock_offset.load(Ordering::Relaxed)).filter(|offset| *offset != UNKNOWN)
    }

    fn note_date(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(date) = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok()) {
            self.clock_offset.store(
                date.timestamp() - chrono::Utc::now().timestamp(),
                Ordering::Relaxed,
            );
        }
    }

    /// Sends until there is an answer that counts. Success is a status of 2xx, and for slow calls no `<Error>` in it.
    pub(super) async fn call(&self, call: Call) -> Result<Reply, Fault> {
        let timing = &self.config.timing;
        let one = timing.one_attempt(call.body.len() as u64, call.slow);
        let deadline = Instant::now() + timing.all_attempts(one);
        self.quota.request();
        let mut tried = 0;
        loop {
            tried += 1;
            let left = deadline.saturating_duration_since(Instant::now()).min(one);
            let result = match timeout(left, self.attempt(&call)).await {
                Ok(result) => result,
                Err(_) => Err(Fault::new(
                    FaultKind::Timeout,
                    format!("no answer within {left:?}"),
                )),
            };
            let mut fault = match result {
                Ok(reply) => return Ok(reply),
                Err(fault) => fault,
            };
            fault.attempts = tried;
            let pause = timing.pause(tried, fault.retry_after);
            let again = fault.is_retryable()
                && tried < timing.attempts
                && Instant::now() + pause < deadline;
            if !again || !self.quota.retry() {
                tracing::debug!(method = %call.method, key = call.key, %fault, "call to the store failed");
                return Err(fault);
            }
            tracing::debug!(method = %call.method, key = call.key, %fault, ?pause, "call to the store is repeated");
            sleep(pause).await;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Reply, Fault> {
        let mut executor = self
            .minio
            .executor(call.method.clone())
            .bucket_name(self.config.bucket.clone());
        if !call.key.is_empty() {
            executor = executor.object_name(call.key.clone());
        }
        for (name, value) in &call.query {
            executor = executor.query(*name, value.clone());
        }
        let mut headers = call.headers.clone();
        if let Some(token) = &self.token {
            headers.insert("x-amz-security-token", token.clone());
        }
        let response = executor
            .headers(headers)
            .body(call.body.clone())
            .send()
            .await
            .map_err(of_library)?;
        let (status, headers) = (response.status(), response.headers().clone());
        self.note_date(&headers);
        if !status.is_success() {
            // A page that breaks off still has its status.
            let (body, _) = read(response, LARGEST_ERROR).await;
            return Err(Fault::of_answer(status, &headers, &body));
        }
        let announced = length(&headers);
        let body = if call.streamed && announced.is_none_or(|length| length > SMALL) {
            Body::Stream(stream(response, self.config.timing.idle))
        } else {
            let (body, end) = read(response, LARGEST_ANSWER).await;
            end?;
            Body::Whole(body)
        };
        let reply = Reply {
            status,
            headers,
            body,
        };
        if call.slow {
            let root = reply.document()?;
            if root.name == "Error" {
                return Err(Fault::of_document(&root));
            }
        }
        Ok(reply)
    }
}

/// Reads at most `limit` bytes; the second value says whether the body came to its end.
async fn read(mut response: reqwest::Response, limit: usize) -> (Bytes, Result<(), Fault>) {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return (body.freeze(), Ok(())),
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                let fault = Fault::new(
                    FaultKind::Garbled,
                    format!("the answer is larger than {limit} bytes"),
                );
                return (body.freeze(), Err(fault));
            }
            Err(error) => return (body.freeze(), Err(of_transport(error))),
        }
    }
}

/// The body as it comes; a pause longer than `idle` is an error.
fn stream(response: reqwest::Response, idle: Duration) -> BoxStream<'static, Result<Bytes, Fault>> {
    let chunks = response.bytes_stream().boxed();
    futures::stream::unfold(Some(chunks), move |chunks| async move {
        let mut chunks = chunks?;
        match timeout(idle, chunks.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
            Ok(Some(Err(error))) => Some((Err(of_transport(error)), None)),
            Err(_) => {
                let fault = Fault::new(
                    FaultKind::Timeout,
                    format!("the body stood still for {idle:?}"),
                );
                Some((Err(fault), None))
            }
        }
    })
    .boxed()
}

fn of_library(error: minio_rsc::error::Error) -> Fault {
    match error {
        minio_rsc::error::Error::HttpError(error) => of_transport(error),
        other => Fault::new(
            FaultKind::Misconfigured,
            format!("the request cannot be sent: {other}"),
        ),
    }
}

fn of_transport(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    let kind = if error.is_timeout() {
        FaultKind::Timeout
    } else {
        FaultKind::Unavailable
    };
    Fault::new(kind, chain(&error))
}

/// An error with its causes, each one once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
