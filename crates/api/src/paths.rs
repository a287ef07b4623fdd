//! Addresses of the API and of the pages, for links and for the client.
use crate::RunListQuery;
use std::fmt::Write as _;

/// Address of the list of runs, and of uploads.
pub const RUNS: &str = "/api/runs";
/// Where models are asked to write.
pub const GENERATE: &str = "/api/generate";
/// Where models are asked to judge.
pub const SCORE: &str = "/api/score";
/// What models there are.
pub const MODELS: &str = "/api/models";

/// What stands before the address of a page whose HTML is made on the server, to get that HTML alone.
pub const FRAGMENTS: &str = "/fragments";

/// The page of a run: the link that one sends to others.
pub fn page_url(id: &str) -> String {
    format!("/runs/{}", escape(id))
}

/// A run in the API.
pub fn run_url(id: &str) -> String {
    format!("{RUNS}/{}", escape(id))
}

/// The bytes of a run as they were received.
pub fn file_url(id: &str) -> String {
    format!("{RUNS}/{}/file", escape(id))
}

/// Where to POST a file of this name.
pub fn upload_url(name: &str) -> String {
    format!("{RUNS}?name={}", escape(name))
}

/// One page of the list of runs.
pub fn list_url(query: &RunListQuery) -> String {
    let mut url = RUNS.to_owned();
    let mut separator = '?';
    if !query.before.is_empty() {
        let _ = write!(url, "{separator}before={}", escape(&query.before));
        separator = '&';
    }
    if query.limit != 0 {
        let _ = write!(url, "{separator}limit={}", query.limit);
    }
    url
}

/// The page on which models write, with names and texts that it takes along: `model`; `prompt`, or `messages` of a chat as JSON, and
/// `text` to go on behind both; or `score` for a text to judge, with parameters by their names. They stand behind the `#`, which is sent nowhere.
pub fn writing_url(parts: &[(&str, &str)]) -> String {
    let each = parts.iter().filter(|(_, text)| !text.is_empty());
    let each = each.map(|(name, text)| format!("{name}={}", escape(text)));
    format!("/generate#{}", each.collect::<Vec<_>>().join("&"))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986: safe in a path segment, in a query
/// value and in the `filename*` of RFC 5987.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(page_url("01abc"), "/runs/01abc");
        assert_eq!(run_url("latest"), "/api/runs/latest");
        assert_eq!(run_url("../x?y"), "/api/runs/..%2Fx%3Fy");
        assert_eq!(file_url("01abc"), "/api/runs/01abc/file");
        assert_eq!(
            upload_url("my run&é.json"),
            "/api/runs?name=my%20run%26%C3%A9.json"
        );
        assert_eq!(
            writing_url(&[("model", ""), ("prompt", "a&b"), ("text", "é=\n")]),
            "/generate#prompt=a%26b&text=%C3%A9%3D%0A"
        );
        let list = |before: &str, limit| {
            list_url(&RunListQuery {
                before: before.into(),
                limit,
            })
        };
        assert_eq!(list("", 0), "/api/runs");
        assert_eq!(list("01abc", 0), "/api/runs?before=01abc");
        assert_eq!(list("", 50), "/api/runs?limit=50");
        assert_eq!(list("01abc", 50), "/api/runs?before=01abc&limit=50");
    }
}
