//! Asking a server.
use crate::failure::Failure;
use crate::record::{Piece, Record};
use crate::refusal::{chain, innermost, refused};
use crate::request::Request;
use api::Events;
use futures::future::{Either, select};
use reqwest::{Client, Response, Url, header, redirect::Policy};
use serde_json::Value;
use std::{
    ops::ControlFlow,
    pin::{Pin, pin},
    time::Duration,
};

/// How long is waited, and how much is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// Without a byte: a long prompt takes its time before the first token.
    pub silence: Duration,
    /// Bytes of an answer.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(300),
            bytes: 256 << 20,
        }
    }
}

/// Bytes of a list of models.
const LIST: usize = 4 << 20;

/// A server, and the key for it.
pub struct Server {
    base: Url,
    key: Option<String>,
    client: Client,
    limits: Limits,
}

impl Server {
    /// By its base address, such as `http://127.0.0.1:8000/v1`.
    pub fn new(base: &str, key: Option<String>, limits: Limits) -> Result<Self, Failure> {
        let wrong = |address: &str, why: &dyn std::fmt::Display| Failure::Address {
            address: address.to_owned(),
            why: why.to_string(),
        };
        let mut url = Url::parse(base).map_err(|error| wrong(base, &error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                url.host_str().unwrap_or_default(),
                &"it has a password in it; keys come from the environment",
            ));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(base, &"it does not begin with http:// or https://"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let client = Client::builder()
            .user_agent(concat!("surprisal/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .read_timeout(limits.silence)
            .redirect(Policy::none())
            .build()
            .map_err(|error| Failure::Silent(chain(&error)))?;
        Ok(Self {
            base: url,
            key: key.filter(|key| !key.trim().is_empty()),
            client,
            limits,
        })
    }

    /// Asks, and hands over every piece as it comes. `Break`, or the end of `stop`, ends
    /// the answer. What arrived before something went wrong is in the record, which says so.
    pub async fn ask(
        &self,
        request: &Request,
        each: &mut (dyn FnMut(&Piece) -> ControlFlow<()> + Send),
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Record, Failure> {
        let mut stop = pin!(stop);
        let mut url = self.base.clone();
        let path = format!("{}/{}", url.path().trim_end_matches('/'), request.path());
        url.set_path(&path);
        let body = request.body()?.to_string();
        let mut asked = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(key) = &self.key {
            asked = asked.bearer_auth(key.trim());
        }
        let response = match select(pin!(asked.send()), stop.as_mut()).await {
            Either::Left((response, _)) => response,
            Either::Right(_) => return Err(Failure::Stopped),
        };
        let response = response.map_err(|error| Failure::Silent(chain(&error.without_url())))?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        self.read(response, each, stop).await
    }

    /// The models that it offers, by the names that requests call them.
    pub async fn models(&self) -> Result<Vec<String>, Failure> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/models", url.path().trim_end_matches('/')));
        let mut asked = self.client.get(url);
        if let Some(key) = &self.key {
            asked = asked.bearer_auth(key.trim());
        }
        let silent = |error: reqwest::Error| Failure::Silent(chain(&error.without_url()));
        let mut response = asked.send().await.map_err(silent)?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(silent)? {
            bytes.extend_from_slice(&part);
            if bytes.len() > LIST {
                return Err(Failure::Protocol(
                    "its list of models has no end".to_owned(),
                ));
            }
        }
        let list: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Protocol(format!("{error} in its list of models")))?;
        let models = list["data"]
            .as_array()
            .ok_or_else(|| Failure::Protocol("its list of models has no `data`".to_owned()))?;
        let ids = models.iter().filter_map(|model| model["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    async fn read(
        &self,
        mut response: Response,
        each: &mut (dyn FnMut(&Piece) -> ControlFlow<()> + Send),
        mut stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<Record, Failure> {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let streams = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let (mut record, mut events, mut whole, mut taken) =
            (Record::default(), Events::default(), Vec::new(), 0);
        let mut wanted = true;
        while wanted {
            let chunk = match select(pin!(response.chunk()), stop.as_mut()).await {
                Either::Left((chunk, _)) => chunk,
                Either::Right(_) => {
                    wanted = false;
                    break;
                }
            };
            let bytes = match chunk {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break,
                Err(error) => {
                    record.interrupt(format!("the connection broke: {}", innermost(&error)));
                    break;
                }
            };
            taken += bytes.len();
            if taken > self.limits.bytes || events.is_cut() {
                record.interrupt("the answer is larger than an answer can be");
                break;
            }
            if !streams {
                whole.extend_from_slice(&bytes);
                continue;
            }
            for event in events.push(&bytes) {
                wanted = wanted && add(&mut record, &event, each)?;
            }
        }
        let last = match streams {
            true => events.finish(),
            false => {
                Some(String::from_utf8_lossy(&whole).into_owned()).filter(|text| !text.is_empty())
            }
        };
        // The rest of a broken stream is half an event.
        if let Some(last) = last.filter(|_| wanted && record.interrupted().is_none()) {
            let added = add(&mut record, &last, each);
            match added {
                Err(_) if !record.is_empty() => record.interrupt("the answer is cut off"),
                other => wanted = other?,
            }
        }
        if !wanted {
            record.interrupt("stopped");
        } else if !record.is_complete() {
            record.interrupt("the answer is cut off");
        }
        match record.interrupted() {
            Some(_) if record.is_empty() && !wanted => Err(Failure::Stopped),
            Some(_) if record.is_empty() && taken == 0 => Err(Failure::Empty),
            Some(why) if record.is_empty() => Err(Failure::Silent(why.to_owned())),
            _ => Ok(record),
        }
    }
}

/// Whether more is wanted.
fn add(
    record: &mut Record,
    event: &str,
    each: &mut (dyn FnMut(&Piece) -> ControlFlow<()> + Send),
) -> Result<bool, Failure> {
    let pieces = record.add(event)?;
    Ok(pieces.iter().all(|piece| each(piece).is_continue()))
}

impl std::fmt::Debug for Server {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}
