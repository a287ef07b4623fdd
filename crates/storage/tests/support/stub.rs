//! A server on loopback that plays a script: one step per request, the last one for ever.
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::Secrets;
use storage::minio::{MinioConfig, MinioStore, Timing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Writes these bytes and closes.
    Raw(Vec<u8>),
    /// Reads the request and never answers.
    Silence,
    /// Reads the request and closes.
    Close,
    /// Writes these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Writes these bytes, then one more each 50 ms, without end.
    Drip(Vec<u8>),
}

/// An answer with a status, headers and a body of the announced length.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = if headers.to_lowercase().contains("content-length") {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    Step::Raw(
        format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{length}{headers}\r\n{body}")
            .into_bytes(),
    )
}

/// An answer with an `<Error>` document.
pub(crate) fn error(status: u16, code: &str) -> Step {
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as scripted</Message></Error>"
    );
    answer(status, &[("Content-Type", "application/xml")], &body)
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `PUT /bucket/key?query`
    pub(crate) line: String,
    /// All header lines.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// The server; ends with the runtime of the test.
pub(crate) struct Stub {
    endpoint: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub(crate) async fn play(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let steps: Vec<Step> = steps.into_iter().collect();
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (steps, seen) = (steps.clone(), shared.clone());
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut stream).await else {
                        return;
                    };
                    let number = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request);
                        seen.len()
                    };
                    perform(stream, &steps[number.min(steps.len()) - 1]).await;
                });
            }
        });
        Self { endpoint, seen }
    }

    /// What came so far, as `METHOD /path`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A store that waits long enough for a busy machine, but retries at once.
    pub(crate) fn store(&self) -> MinioStore {
        self.store_with(Timing {
            backoff: Duration::from_millis(2),
            backoff_cap: Duration::from_millis(5),
            attempts: 3,
            ..Timing::default()
        })
    }

    /// A store that gives up quickly.
    pub(crate) fn hasty_store(&self) -> MinioStore {
        self.store_with(hasty())
    }

    pub(crate) fn store_with(&self, timing: Timing) -> MinioStore {
        MinioStore::new(MinioConfig {
            endpoint: self.endpoint.clone(),
            bucket: "bucket".into(),
            tls: false,
            region: "us-east-1".into(),
            secrets: Secrets {
                access_key: "the-access-key".into(),
                secret_key: "the-secret-key".into(),
                session_token: Some("the-session-token".into()),
            },
            timing,
        })
        .unwrap()
    }
}

pub(crate) fn hasty() -> Timing {
    Timing {
        connect: Duration::from_millis(300),
        idle: Duration::from_millis(300),
        attempt: Duration::from_millis(300),
        part: Duration::from_millis(300),
        total: Duration::from_secs(2),
        attempts: 3,
        backoff: Duration::from_millis(2),
        backoff_cap: Duration::from_millis(5),
        ..Timing::default()
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut block = [0; 8192];
        let count = stream
            .read(&mut block)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&block[..count]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = bytes.split_off(end);
    let missing = length.unwrap_or(0_usize).saturating_sub(body.len());
    let mut rest = vec![0; missing];
    stream.read_exact(&mut rest).await.ok()?;
    body.extend_from_slice(&rest);
    let line = head.lines().next()?.strip_suffix(" HTTP/1.1")?.to_owned();
    Some(Seen { line, head, body })
}

pub(crate) async fn perform(mut stream: TcpStream, step: &Step) {
    // The client may be gone already: nothing of this can fail a test.
    match step {
        Step::Raw(bytes) => {
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
        }
        Step::Silence => tokio::time::sleep(Duration::from_secs(3600)).await,
        Step::Close => drop(stream),
        Step::Reset(bytes) => {
            let _ = stream.write_all(bytes).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = stream.set_zero_linger();
        }
        Step::Drip(bytes) => {
            let _ = stream.write_all(bytes).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
