//! Stands before a real server, and plays a step of a script instead of an answer where a request begins as told.
use super::stub::{Step, perform, read_request};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to requests of a kind.
#[derive(Debug, Clone)]
struct Rule {
    /// Parts of the request's first line, all of which it has.
    parts: Vec<String>,
    /// What is done instead of asking the server.
    step: Step,
    /// The server is asked all the same; only its answer is lost.
    after: bool,
    /// How often; then all is well.
    left: usize,
}

/// The proxy; ends with the runtime of the test.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    rule: Arc<Mutex<Option<Rule>>>,
    hits: Arc<Mutex<usize>>,
}

impl Proxy {
    pub(crate) async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            endpoint: listener.local_addr().unwrap().to_string(),
            rule: Arc::default(),
            hits: Arc::default(),
        };
        let (shared, server) = (proxy.clone(), server.to_owned());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, server) = (shared.clone(), server.clone());
                tokio::spawn(async move { shared.serve(stream, &server).await });
            }
        });
        proxy
    }

    /// From now on this happens to so many requests whose first line has all these parts.
    pub(crate) fn play(&self, parts: &[&str], step: Step, after: bool, times: usize) {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        *self.hits.lock().unwrap() = 0;
        *self.rule.lock().unwrap() = Some(Rule {
            parts,
            step,
            after,
            left: times,
        });
    }

    /// All is well again. How often it was not.
    pub(crate) fn heal(&self) -> usize {
        *self.rule.lock().unwrap() = None;
        *self.hits.lock().unwrap()
    }

    fn rule_for(&self, line: &str) -> Option<Rule> {
        let mut rule = self.rule.lock().unwrap();
        let found = rule.as_mut()?;
        if found.left == 0 || !found.parts.iter().all(|part| line.contains(part)) {
            return None;
        }
        found.left -= 1;
        *self.hits.lock().unwrap() += 1;
        Some(found.clone())
    }

    /// One request of a connection, which is closed then.
    async fn serve(&self, mut client: TcpStream, server: &str) {
        let Some(request) = read_request(&mut client).await else {
            return;
        };
        let rule = self.rule_for(&request.line);
        if let Some(rule) = rule.as_ref().filter(|rule| !rule.after) {
            return perform(client, &rule.step).await;
        }
        let Ok(mut upstream) = TcpStream::connect(server).await else {
            return;
        };
        // Not signed, so that it may be added.
        let head = request
            .head
            .replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let mut answer = Vec::new();
        let asked = async {
            upstream.write_all(head.as_bytes()).await?;
            upstream.write_all(&request.body).await?;
            upstream.read_to_end(&mut answer).await
        };
        if asked.await.is_err() {
            return;
        }
        match rule {
            Some(rule) => perform(client, &rule.step).await,
            None => perform(client, &Step::Raw(answer)).await,
        }
    }
}
