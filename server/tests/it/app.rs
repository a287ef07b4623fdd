//! A server with a store and a small site, asked through its router.
use api::{RunList, RunSummary};
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use serde::de::DeserializeOwned;
use server::{config::Limits, router::router, state};
use std::{path::Path, time::Duration};
use storage::{RunStore, Secrets, StoreSetting};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The sample that comes with the site: 12 completions of a small model.
pub(crate) const SAMPLE: &[u8] = include_bytes!("../../../public/samples/completions-small.json");

/// A completion of two tokens, with probabilities 0.5 and 0.25.
pub(crate) const TINY: &str = r#"{"id":"c","object":"chat.completion","created":1700000000,"model":"tiny","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"ab"},"logprobs":{"content":[{"token":"a","bytes":[97],"logprob":-0.6931471805599453,"top_logprobs":[]},{"token":"b","bytes":[98],"logprob":-1.3862943611198906,"top_logprobs":[]}]}}]}"#;

/// A server that nobody else uses.
pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) server: state::Server,
    _site: TempDir,
}

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl App {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        Self::on(&StoreSetting::Memory, limits).await
    }

    /// With tokens, on a store of its own.
    pub(crate) async fn for_tokens(limits: Limits, access: server::access::Access) -> Self {
        let app = Self::with(limits).await;
        let server = app.server.for_tokens(access);
        Self {
            router: router(server.clone()),
            server,
            _site: app._site,
        }
    }

    /// The same, by names of this machine alone.
    pub(crate) fn only_here(self) -> Self {
        let server = self.server.only_here(true);
        Self {
            router: router(server.clone()),
            server,
            _site: self._site,
        }
    }

    /// The same with models.
    pub(crate) fn with_models(self, models: server::models::Models) -> Self {
        let server = self.server.with_models(models);
        Self {
            router: router(server.clone()),
            server,
            _site: self._site,
        }
    }

    /// The same, with spans sent to a collector.
    pub(crate) fn telling(self, telemetry: server::telemetry::Telemetry) -> Self {
        let server = self.server.telling(telemetry);
        Self {
            router: router(server.clone()),
            server,
            _site: self._site,
        }
    }

    pub(crate) async fn on(store: &StoreSetting, limits: Limits) -> Self {
        let store = RunStore::open(store, &Secrets::default()).await.unwrap();
        let site = site();
        let server = state::Server::new(store, limits, state::site(site.path(), false));
        Self {
            router: router(server.clone()),
            server,
            _site: site,
        }
    }

    /// Asks, and reads the whole answer.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            Reply {
                status: head.status,
                headers: head.headers,
                body,
            }
        };
        let answer = tokio::time::timeout(Duration::from_secs(20), answer).await;
        answer.unwrap_or_else(|_| panic!("no answer to {what}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(request(Method::GET, path, &[], Body::empty()))
            .await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request(Method::GET, path, headers, Body::empty()))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(request(Method::DELETE, path, &[], Body::empty()))
            .await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        self.send(request(Method::POST, path, headers, body.into()))
            .await
    }

    /// Stores a file that must be taken.
    pub(crate) async fn store(&self, name: &str, bytes: impl Into<Body>) -> RunSummary {
        let reply = self.post(&api::upload_url(name), &[], bytes).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()
    }

    /// Waits until an upload has its place.
    pub(crate) async fn until_an_upload_runs(&self) {
        let begun = async {
            while tokio::time::timeout(Duration::from_millis(5), self.server.uploads.idle())
                .await
                .is_ok()
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), begun)
            .await
            .expect("no upload begins");
    }

    pub(crate) async fn list(&self) -> RunList {
        self.get("/api/runs").await.json()
    }
}

pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "surprisal.test");
    headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(body)
        .unwrap()
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Value of a header, empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The answer is this error of the API.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str, message: &str) {
        let expected = serde_json::json!({"code": code, "message": message});
        assert_eq!(
            (self.status.as_u16(), self.json::<serde_json::Value>()),
            (status, expected)
        );
        assert_eq!(self.header("content-type"), "application/json");
    }
}

/// The parts of a built site that the server treats in different ways.
fn site() -> TempDir {
    let site = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = site.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("pkg/surprisal.js", "export {}");
    write("pkg/surprisal.js.br", "not really brotli");
    write("pkg/surprisal.wasm", "\0asm");
    write("worker.js", "self.onmessage = null");
    write("favicon.svg", "<svg/>");
    write("samples/completions-small.json", "[]");
    site
}

/// Files below a directory, as paths relative to it.
pub(crate) fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![dir.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
            } else {
                found.push(
                    path.strip_prefix(dir)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    found.sort();
    found
}
