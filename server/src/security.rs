//! Headers of every response; who may change something; by which names a server for this machine alone is reached.
use crate::{access, failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header, uri::Authority};
use std::net::IpAddr;

/// The content security policy, with the nonce of the page's inline script where there is one.
///
/// `style-src-attr` is open because the chart's text is measured with a `style` attribute. A worker is governed
/// by the policy of its own script, so `worker.js` needs `wasm-unsafe-eval` as the pages do.
pub fn content_policy(nonce: Option<&str>) -> String {
    let nonce = nonce
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{nonce}; worker-src 'self'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// Headers of every response; a handler that set one of them keeps its own.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&content_policy(None)) {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(policy);
    }
    for (name, value) in FIXED {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

const FIXED: [(HeaderName, &str); 3] = [
    // Not `no-referrer`: with that, browsers send `Origin: null` even to their own site.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Refuses changes that another site asks for in the name of a person who merely visits it.
/// Programs send no `Origin`; they may.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || !is_foreign(request.headers()) {
        return next.run(request).await;
    }
    let message = "Another site asked for this. Open Surprisal itself and try again; behind a proxy, \
                   it has to pass the Host header on.";
    Failure::new(ErrorCode::Forbidden, message).into_response()
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return false;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.parse::<Uri>().ok());
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    match (origin.as_ref().and_then(Uri::authority), host) {
        (Some(origin), Some(host)) => !origin.as_str().eq_ignore_ascii_case(host),
        _ => true,
    }
}

/// Refuses names that are none of this machine, where everybody who reaches the server gets in: any site can make its own name
/// lead to 127.0.0.1, and to the browser its pages and ours are one site then, so that they may read and change everything.
pub async fn host(State(server): State<Server>, request: Request, next: Next) -> Response {
    let host = host_of(request.uri(), request.headers());
    match host.filter(|host| server.only_here && !is_here(host)) {
        None => next.run(request).await,
        Some(_) => {
            let message = "This server is for this machine alone: open it as http://127.0.0.1 or http://localhost, with its port. \
                           If a proxy asked, start the server with --behind-proxy, or with a token.";
            let failure = Failure::new(ErrorCode::Forbidden, message);
            match access::is_for_programs(request.uri().path()) {
                true => failure.into_response(),
                false => failure.into_page(),
            }
        }
    }
}

/// The name that was asked for, without its port; none for programs that do not say it.
fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(host) = uri.host() {
        return Some(host.to_owned());
    }
    let named = headers.get(header::HOST)?.to_str().ok();
    let authority = named.and_then(|host| host.parse::<Authority>().ok());
    // What cannot be read is a name, too, and none of this machine.
    Some(authority.map_or_else(String::new, |host| host.host().to_owned()))
}

/// An address as a number was looked up nowhere, so that nobody can have bent it.
fn is_here(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.ends_with(".localhost") || number.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine() {
        for (host, here) in [
            (Some("localhost"), true),
            (Some("LocalHost:3000"), true),
            (Some("localhost.:3000"), true),
            (Some("a.localhost:3000"), true),
            (Some("127.0.0.1:3000"), true),
            (Some("[::1]:3000"), true),
            (Some("192.168.1.7:3000"), true),
            (None, true),
            (Some("evil.example:3000"), false),
            (Some("localhost.evil.example"), false),
            (Some("notlocalhost"), false),
            (Some("127.0.0.1.evil.example"), false),
            (Some("a b"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(host) = host {
                headers.insert(header::HOST, HeaderValue::from_static(host));
            }
            let found = host_of(&Uri::from_static("/x"), &headers);
            assert_eq!(found.is_none_or(|host| is_here(&host)), here, "{host:?}");
        }
        let whole = Uri::from_static("http://evil.example/x");
        assert_eq!(
            host_of(&whole, &HeaderMap::new()).as_deref(),
            Some("evil.example")
        );
    }

    #[test]
    fn origins() {
        let cases = [
            (None, Some("a.example"), false),
            (None, None, false),
            (Some("http://127.0.0.1:3000"), Some("127.0.0.1:3000"), false),
            (Some("https://A.example"), Some("a.example"), false),
            (Some("http://[::1]:3000"), Some("[::1]:3000"), false),
            (Some("http://127.0.0.1:3001"), Some("127.0.0.1:3000"), true),
            (Some("https://evil.example"), Some("a.example"), true),
            (
                Some("https://a.example.evil.example"),
                Some("a.example"),
                true,
            ),
            (
                Some("https://a.example@evil.example"),
                Some("a.example"),
                true,
            ),
            (Some("null"), Some("a.example"), true),
            (Some("/a.example"), Some("a.example"), true),
            (Some(""), Some("a.example"), true),
            (Some("https://a.example"), None, true),
        ];
        for (origin, host, foreign) in cases {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(host) = host {
                headers.insert(header::HOST, HeaderValue::from_static(host));
            }
            assert_eq!(is_foreign(&headers), foreign, "{origin:?} {host:?}");
        }
        let mut odd = HeaderMap::new();
        odd.insert(header::ORIGIN, HeaderValue::from_bytes(b"\xff").unwrap());
        assert!(is_foreign(&odd));
    }

    #[test]
    fn the_policy_has_the_nonce_only_for_scripts() {
        assert!(
            content_policy(Some("abc"))
                .contains("script-src 'self' 'wasm-unsafe-eval' 'nonce-abc'; worker-src")
        );
        assert!(!content_policy(None).contains("nonce"));
        assert_eq!(content_policy(Some("abc")).matches("nonce").count(), 1);
    }
}
