//! Runs on a server of Surprisal, asked for through its API.
use super::Unreadable;
use crate::failure::chain;
use api::ApiError;
use reqwest::{Client, Response, Url};
use std::time::Duration;

/// As long as a person waits for a server that may not be there.
const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte.
const SILENCE: Duration = Duration::from_secs(60);

/// Where the bytes of a run are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// From the address of the run's page, of one of its answers, or of the run in the API. An error is a wrong argument.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url =
            Url::parse(text).map_err(|error| format!("{text:?} is no address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address with a password in it is not used".to_owned());
        }
        let path = url.path().to_owned();
        let (before, after) = path.split_once("/runs/").unwrap_or_default();
        let id = after.split('/').next().unwrap_or_default();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!(
                "{text:?} is not the address of a run, which ends in /runs/ID; for other files: curl ADDRESS | surprisal analyze -"
            ));
        }
        let before = before.strip_suffix("/api").unwrap_or(before);
        url.set_path(&format!("{before}{}", api::file_url(id)));
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// Asks for the bytes.
    pub(super) async fn open(&self) -> Result<Response, Unreadable> {
        let client = Client::builder()
            .user_agent(concat!("surprisal/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build()
            .map_err(|error| Unreadable::open(chain(&error)))?;
        let mut request = client.get(self.0.clone());
        // Of its own name: that of a server is not for whatever address somebody types.
        if let Ok(token) = std::env::var("SURPRISAL_CLIENT_TOKEN") {
            request = request.bearer_auth(token.trim());
        }
        let asked = request.send().await;
        let response = asked.map_err(|error| Unreadable::open(chain(&error.without_url())))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.text().await.unwrap_or_default();
        let error = ApiError::from_response(status.as_u16(), &body);
        Err(Unreadable::open(error.message))
    }
}

/// The next bytes of a run; none at the end.
pub(super) async fn next(response: &mut Response) -> Result<Option<bytes::Bytes>, Unreadable> {
    let chunk = response.chunk().await;
    chunk.map_err(|error| Unreadable::read(chain(&error.without_url())))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_of_runs() {
        let file = |host: &str| Ok(format!("{host}/api/runs/01abc/file"));
        let table = [
            ("https://a.test/runs/01abc", file("https://a.test")),
            ("https://a.test/runs/01abc/", file("https://a.test")),
            (
                "https://a.test/runs/01abc/4?x=1#q=no",
                file("https://a.test"),
            ),
            ("https://a.test/api/runs/01abc", file("https://a.test")),
            ("https://a.test/api/runs/01abc/file", file("https://a.test")),
            (
                "https://a.test/below/runs/01abc",
                file("https://a.test/below"),
            ),
            (
                "http://127.0.0.1:3000/runs/01abc",
                file("http://127.0.0.1:3000"),
            ),
            ("http://[::1]:3000/runs/01abc", file("http://[::1]:3000")),
        ];
        for (text, expected) in table {
            let got = Address::parse(text).map(|address| address.0.to_string());
            assert_eq!(got, expected, "{text}");
        }
        let other = "is not the address of a run, which ends in /runs/ID";
        for (text, expected) in [
            ("https://a.test/run.json", other),
            ("https://a.test/runs/", other),
            ("https://a.test/runs", other),
            ("https://a.test/runs/..%2F", other),
            ("https://", "is no address: empty host"),
            (
                "https://me:hunter2@a.test/runs/01abc",
                "an address with a password in it is not used",
            ),
        ] {
            let message = Address::parse(text).unwrap_err();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
