//! The theme: a form post and a cookie, so that it works without JavaScript.
use axum::{
    Form,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;
use std::fmt::Write as _;

/// The form.
#[derive(Debug, Deserialize)]
pub struct Choice {
    /// `system`, `light` or `dark`.
    #[serde(default)]
    theme: String,
    /// Path to go back to; without it the page that the form was on.
    back: Option<String>,
}

/// `POST /theme`: sets the cookie and goes back.
pub async fn set(headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    let theme = match choice.theme.as_str() {
        "light" => "light",
        "dark" => "dark",
        _ => "system",
    };
    let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
    let back = local_path(
        &choice
            .back
            .or_else(|| referring_path(&headers))
            .unwrap_or_default(),
    );
    (
        StatusCode::SEE_OTHER,
        [(header::SET_COOKIE, cookie), (header::LOCATION, back)],
    )
        .into_response()
}

/// Path and query of the page that the form was on. Its host does not matter: only the path is used.
pub(crate) fn referring_path(headers: &HeaderMap) -> Option<String> {
    let referer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    Some(referer.path_and_query()?.as_str().to_owned())
}

/// The path when it leads to this site, otherwise `/`. Browsers read `//host`, `/\host` and the like, also with
/// tabs and line ends between, as the address of another site.
pub(crate) fn local_path(path: &str) -> String {
    let rest = path.strip_prefix('/');
    if rest.is_none_or(|rest| rest.starts_with('/'))
        || path.contains(|c: char| c == '\\' || c.is_control())
    {
        return "/".to_owned();
    }
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_ways_back_into_this_site() {
        let cases = [
            ("/", "/"),
            (
                "/runs/01x?sort=perplexity&q=a%20b",
                "/runs/01x?sort=perplexity&q=a%20b",
            ),
            ("/local?q=é b", "/local?q=%C3%A9%20b"),
            ("/a//b", "/a//b"),
            ("", "/"),
            ("//evil.example", "/"),
            ("///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\n/evil.example", "/"),
            ("\\\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("runs", "/"),
            (" /runs", "/"),
            ("/a\r\nSet-Cookie: x=y", "/"),
        ];
        for (path, expected) in cases {
            assert_eq!(local_path(path), expected, "{path:?}");
        }
    }
}
