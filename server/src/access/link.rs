//! Who comes by a link: `/shared/…` sets a cookie that goes to the addresses of one run alone, and leads there.
use crate::{failure::Failure, plain, routes::theme::local_path, state::Server};
use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use storage::{Opened, Share};

/// How addresses of links begin.
pub(crate) const LINKS: &str = "/shared/";
/// The cookie of a browser that came by a link.
const COOKIE: &str = "surprisal_link";
/// Seconds that a browser keeps it, at most: the link may be opened again.
const STAYS: u64 = 30 * 24 * 3600;

/// What a link is to a request.
pub(super) enum ByLink {
    /// It shows this run, and the request asks for it.
    Yes(Box<Share>),
    /// It did, but its time is over.
    Ended,
    /// There is none, or it is for something else.
    No,
    /// That could not be found out.
    Failed(Failure),
}

/// `GET /shared/{token}`: to the page of the run.
pub(crate) async fn open(
    State(server): State<Server>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let share = match server.store.opened(&token).await {
        Ok(Opened::Works(share)) => share,
        Ok(Opened::Ended(_)) => return ended(&headers),
        Ok(Opened::Unknown) => return unknown(&headers),
        Err(error) => return Failure::from(error).into_page(),
    };
    let now = share.expires_at_ms.map(|end| {
        end.saturating_sub(server.store.now_ms())
            .div_ceil(1000)
            .min(STAYS)
    });
    let stays = now.unwrap_or(STAYS);
    let secure = super::secure(&headers);
    let page = api::page_url(&share.run);
    let mut response = (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, page.as_str()),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response();
    for path in [page, api::run_url(&share.run)] {
        let cookie = format!(
            "{COOKIE}={token}; Path={path}; Max-Age={stays}; HttpOnly; SameSite=Lax{secure}"
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Whether a request may pass because of a link: it reads the page, the summary or the file of its run, and nothing else.
pub(super) async fn admits(
    server: &Server,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> ByLink {
    let Some(run) = wanted(uri.path()).filter(|_| matches!(*method, Method::GET | Method::HEAD))
    else {
        return ByLink::No;
    };
    let mut ended = false;
    for token in super::cookies(headers, COOKIE) {
        match server.store.opened(token).await {
            Ok(Opened::Works(share)) if share.run.eq_ignore_ascii_case(run) => {
                return ByLink::Yes(Box::new(share));
            }
            Ok(Opened::Ended(share)) => ended |= share.run.eq_ignore_ascii_case(run),
            Ok(_) => {}
            Err(error) => return ByLink::Failed(error.into()),
        }
    }
    if ended { ByLink::Ended } else { ByLink::No }
}

/// The run whose page, summary or file lies at an address. Its name in the address is an id: `latest` is none.
fn wanted(path: &str) -> Option<&str> {
    let (rest, ends) = match path.strip_prefix("/api/runs/") {
        Some(rest) => (rest, &["", "file"]),
        None => (path.strip_prefix("/runs/")?, &["", "share"]),
    };
    let (run, end) = rest.split_once('/').unwrap_or((rest, ""));
    ends.contains(&end).then_some(run)
}

/// The answer to a link that works no more.
pub(super) fn ended(asked: &HeaderMap) -> Response {
    page(
        StatusCode::GONE,
        asked,
        "This link has expired or was withdrawn.",
    )
}

fn unknown(asked: &HeaderMap) -> Response {
    page(
        StatusCode::NOT_FOUND,
        asked,
        "There is no such link; it may be cut or mistyped.",
    )
}

fn page(status: StatusCode, asked: &HeaderMap, sentence: &str) -> Response {
    let main = format!(
        "<h1>{sentence}</h1><p><a class=\"button primary\" href=\"/\">Open a file</a> of your own, or ask whoever sent the link for \
         a new one.</p>"
    );
    plain::page(status, asked, "Not here", &main)
}

/// The address of a link, whole where the request says by which name the server is known.
pub(crate) fn address(headers: &HeaderMap, token: &str) -> String {
    let path = local_path(&format!("{LINKS}{token}"));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    match host {
        Some(host) if super::is_tls(headers) => format!("https://{host}{path}"),
        Some(host) => format!("http://{host}{path}"),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_may_show() {
        for (path, run) in [
            ("/runs/x", Some("x")),
            ("/runs/x/share", Some("x")),
            ("/api/runs/x", Some("x")),
            ("/api/runs/x/file", Some("x")),
            ("/api/runs/x/shares", None),
            ("/api/runs/x/file/", None),
            ("/runs/x/file", None),
            ("/api/runs", None),
            ("/import", None),
            ("/", None),
        ] {
            assert_eq!(wanted(path), run, "{path}");
        }
    }
}
