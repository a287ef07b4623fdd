//! The site out of the program itself: a release is one file that runs from any directory (`cargo xtask dist`).
use super::files::ASK;
use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rust_embed::{Embed, EmbeddedFile};
use std::fmt::Write as _;

/// The files of the site with their compressed copies.
#[derive(Embed)]
#[folder = "$SURPRISAL_SITE"]
struct Site;

/// Encodings of the copies, the smaller one first, and the endings of their names.
const COPIES: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers for files of the site; everything else is for the routes.
pub(super) async fn files(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let name = request.uri().path().trim_start_matches('/').to_owned();
    match Site::get(&name).filter(|_| is_read) {
        Some(file) => answer(&name, file, request.headers()),
        None => next.run(request).await,
    }
}

fn answer(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let kind = file.metadata.mimetype().to_owned();
    let (file, encoding) = COPIES
        .into_iter()
        .filter(|(encoding, _)| accepts(asked, encoding))
        .find_map(|(encoding, ending)| Some((Site::get(&format!("{name}{ending}"))?, encoding)))
        .map_or((file, None), |(copy, encoding)| (copy, Some(encoding)));
    // Weak: the copies are the same file in other bytes.
    let mut tag = String::from("W/\"");
    for byte in &file.metadata.sha256_hash()[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let is_known = known
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(tag.trim_start_matches("W/")));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let mut say = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    say(header::ETAG, &tag);
    say(header::VARY, "accept-encoding");
    say(header::CONTENT_TYPE, &kind);
    if let Some(encoding) = encoding {
        say(header::CONTENT_ENCODING, encoding);
    }
    if name.starts_with("pkg/") {
        response.headers_mut().insert(header::CACHE_CONTROL, ASK);
    }
    response
}

/// Whether a client takes an encoding: it is named, and not with a weight of 0.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).iter();
    values.filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(encoding) && !parts.any(is_zero)
        })
    })
}

fn is_zero(weight: &str) -> bool {
    let weight = weight.strip_prefix("q=").map(str::parse::<f32>);
    matches!(weight, Some(Ok(weight)) if weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        for (asked, takes) in [
            ("br", true),
            ("gzip, deflate, br", true),
            ("gzip, br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0, gzip", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(asked));
            assert_eq!(accepts(&headers, "br"), takes, "{asked}");
        }
    }
}
