//! `/runs/{id}/share`: links to a run, for people. Forms, without a script.
use super::id::Id;
use super::shares::missing;
use crate::access::link;
use crate::failure::{Failure, escape};
use crate::{plain, state::Server};
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use std::fmt::Write as _;
use storage::{NewShare, Share, ShareState};

const DAY_MS: u64 = 24 * 3_600_000;

/// How long a link may work, as the form offers it: days, and their name.
const TIMES: [(&str, &str); 5] = [
    ("1", "a day"),
    ("7", "a week"),
    ("30", "30 days"),
    ("365", "a year"),
    ("", "until it is withdrawn"),
];

/// The form for a new link.
#[derive(Debug, Deserialize)]
pub struct Wish {
    #[serde(default)]
    label: String,
    #[serde(default)]
    days: String,
}

/// `GET /runs/{id}/share`.
pub async fn page(
    State(server): State<Server>,
    Id(id): Id,
    by: Option<Extension<Share>>,
    headers: HeaderMap,
) -> Response {
    let shown = match by {
        Some(Extension(share)) => visitor(&server, &share).await,
        None => links(&server, &id, None).await,
    };
    answer(StatusCode::OK, &headers, shown)
}

/// `POST /runs/{id}/share`: makes a link and shows it, once.
pub async fn make(
    State(server): State<Server>,
    Id(id): Id,
    headers: HeaderMap,
    Form(wish): Form<Wish>,
) -> Response {
    let days = wish.days.parse::<u64>().ok().map(|days| days.min(36_500));
    let wish = NewShare {
        label: wish.label,
        expires_at_ms: days.map(|days| server.store.now_ms() + days * DAY_MS),
    };
    let made = server.store.share(&id, wish).await;
    let shown = match made.map_err(Failure::from) {
        Ok((_, token)) => links(&server, &id, Some(&link::address(&headers, &token))).await,
        Err(failure) => Err(failure),
    };
    answer(StatusCode::CREATED, &headers, shown)
}

/// `POST /runs/{id}/share/{share}/withdraw`.
pub async fn withdraw(
    State(server): State<Server>,
    Path((id, share)): Path<(String, String)>,
) -> Response {
    match server.store.withdraw(&id, &share).await {
        Ok(()) => (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, format!("{}/share", api::page_url(&id)))],
        )
            .into_response(),
        Err(error) => missing(&share)(error).into_page(),
    }
}

fn answer(status: StatusCode, asked: &HeaderMap, shown: Result<String, Failure>) -> Response {
    match shown {
        Ok(main) => {
            let mut response = plain::page(status, asked, "Share", &main);
            let never = header::HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, never);
            response
        }
        Err(failure) => failure.into_page(),
    }
}

/// What somebody sees who came by a link.
async fn visitor(server: &Server, share: &Share) -> Result<String, Failure> {
    let run = server.store.run(&share.run).await?;
    Ok(format!(
        "<h1>{0}</h1><p>You see this run by a link that was made on {1} and works {2}. You may look at it and take the file \
         with you; changes are for those who log in.</p><p><a class=\"button\" href=\"{3}\">Back to the run</a></p>",
        escape(&run.name),
        time(share.created_at_ms),
        until(share),
        api::page_url(&run.id),
    ))
}

/// All links of a run, the form for a new one, and the one that was just made.
async fn links(server: &Server, id: &str, made: Option<&str>) -> Result<String, Failure> {
    let run = server.store.run(id).await?;
    let shares = server.store.shares(&run.id).await?;
    let page = api::page_url(&run.id);
    let mut html = format!(
        "<p><a href=\"{page}\">{0}</a></p><h1>Share {0}</h1>\
         <p>Whoever has a link sees this run and can download its file, without a token, and nothing else.</p>",
        escape(&run.name),
    );
    if let Some(url) = made {
        let _ = write!(
            html,
            "<div class=\"notice\" role=\"status\"><label for=\"made\">Copy this link now: it is shown once.</label>\
             <input id=\"made\" class=\"secret\" readonly value=\"{}\"></div>",
            escape(url)
        );
    }
    let _ = write!(
        html,
        "<form method=\"post\" action=\"{page}/share\"><label>For whom (only you see it)\
         <input name=\"label\" maxlength=\"100\"></label><label>Works<select name=\"days\">"
    );
    for (days, name) in TIMES {
        let chosen = if days == "30" { " selected" } else { "" };
        let _ = write!(html, "<option value=\"{days}\"{chosen}>{name}</option>");
    }
    html += "</select></label><button class=\"primary\">Make a link</button></form>";
    if !shares.is_empty() {
        html += "<table class=\"stack\"><caption>Links</caption><tbody>";
        for share in &shares {
            push_link(&mut html, &page, share);
        }
        html += "</tbody></table>";
    }
    Ok(html)
}

fn push_link(html: &mut String, page: &str, share: &Share) {
    let label = match share.label.as_str() {
        "" => "(for anybody)".to_owned(),
        label => escape(label),
    };
    let state = match share.state {
        ShareState::Works => format!("works {}", until(share)),
        ShareState::Expired => format!("expired, {}", until(share)),
        ShareState::Withdrawn => "withdrawn".to_owned(),
    };
    let action = match share.state {
        ShareState::Works => format!(
            "<form method=\"post\" action=\"{page}/share/{}/withdraw\"><button class=\"danger\" aria-label=\"Withdraw the link {label}\">\
             Withdraw</button></form>",
            share.id
        ),
        ShareState::Expired | ShareState::Withdrawn => String::new(),
    };
    let _ = write!(
        html,
        "<tr><th scope=\"row\">{label}</th><td>made {}</td><td>{state}</td><td>{action}</td></tr>",
        time(share.created_at_ms)
    );
}

fn until(share: &Share) -> String {
    match share.expires_at_ms {
        Some(end) => format!("until {}", time(end)),
        None => "until it is withdrawn".to_owned(),
    }
}

/// `2026-01-31 12:00 UTC`.
fn time(ms: u64) -> String {
    let time = i64::try_from(ms)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis);
    time.map_or_else(String::new, |time| {
        time.format("%Y-%m-%d %H:%M UTC").to_string()
    })
}
