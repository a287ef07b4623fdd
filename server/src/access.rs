//! Who gets in: secrets that the server was started with, shown by programs in a header and by browsers in a cookie.
//!
//! Without a secret everybody who reaches the address gets in, so that the server then listens on this machine alone.
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};

pub(crate) mod link;
pub mod login;

/// The cookie of a browser that has logged in.
pub(crate) const COOKIE: &str = "surprisal_token";
/// What a secret without a name is called.
const NAMELESS: &str = "token";
/// Characters of a secret, at least.
const SHORTEST: usize = 16;
/// What a browser needs before it has logged in, and what watches the server.
pub(crate) const FREE: [&str; 7] = [
    "/login",
    "/logout",
    "/theme",
    "/favicon.svg",
    "/pkg/surprisal.css",
    "/api/health",
    "/api/ready",
];

/// How the addresses of the program's own code begin, which is no secret: a link needs it, too.
const CODE: [&str; 2] = ["/pkg/", "/plain.css"];

/// What changes nothing, although it is a POST: its question is too large for an address.
const READS: [&str; 1] = ["/api/generations/export"];

/// The secrets of a server.
#[derive(Debug, Clone, Default)]
pub struct Access {
    tokens: Vec<Token>,
}

/// A secret, known by its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    /// Who uses it, for the log.
    name: String,
    hash: [u8; 32],
    /// It may store, change and delete.
    writes: bool,
}

impl Access {
    /// The secrets in a text: one, or several with names, between white space: `SECRET`, `NAME:read:SECRET` or
    /// `NAME:write:SECRET`. An empty text gives none.
    ///
    /// # Errors
    /// A sentence, which never repeats a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        for (nth, entry) in (1..).zip(text.split_whitespace()) {
            let parts: Vec<&str> = entry.splitn(3, ':').collect();
            let (name, writes, secret) = match parts.as_slice() {
                [secret] => (NAMELESS, true, *secret),
                [name, "read", secret] => (*name, false, *secret),
                [name, "write", secret] => (*name, true, *secret),
                _ => {
                    return Err(format!(
                        "entry {nth} of SURPRISAL_TOKEN is neither a secret nor NAME:read:SECRET nor NAME:write:SECRET"
                    ));
                }
            };
            if secret.len() < SHORTEST {
                return Err(format!(
                    "the secret of entry {nth} of SURPRISAL_TOKEN is shorter than {SHORTEST} characters"
                ));
            }
            // They go into a cookie as they are.
            if !secret
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte))
            {
                return Err(format!(
                    "the secret of entry {nth} of SURPRISAL_TOKEN has characters other than letters, digits and common signs"
                ));
            }
            tokens.push(Token {
                name: name.to_owned(),
                hash: Sha256::digest(secret).into(),
                writes,
            });
        }
        Ok(Self { tokens })
    }

    /// Everybody gets in.
    pub fn is_open(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The token with this secret. Hashes are compared, so that time tells nothing about secrets.
    fn find(&self, secret: &str) -> Option<&Token> {
        let hash: [u8; 32] = Sha256::digest(secret).into();
        self.tokens.iter().find(|token| token.hash == hash)
    }

    /// The number of the token that a request shows.
    pub(crate) fn number(&self, headers: &HeaderMap) -> Option<usize> {
        let shown = self.of(headers)?;
        self.tokens.iter().position(|token| token == shown)
    }

    /// Who asks: the name of the token. `None` where everybody gets in, and for the one token that has no name.
    pub(crate) fn user(&self, headers: &HeaderMap) -> Option<&str> {
        let name = self.of(headers)?.name.as_str();
        (name != NAMELESS).then_some(name)
    }

    /// The token that a request shows.
    fn of(&self, headers: &HeaderMap) -> Option<&Token> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let bearer = text(header::AUTHORIZATION).and_then(|value| {
            let (scheme, secret) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
        });
        if let Some(secret) = bearer {
            return self.find(secret);
        }
        cookies(headers, COOKIE).find_map(|secret| self.find(secret))
    }
}

/// Whether an address is one of the program's own code.
pub(crate) fn is_code(path: &str) -> bool {
    is_script(path) || CODE.iter().any(|code| path.starts_with(code))
}

/// Whether an address is one of the scripts of `public`.
pub(crate) fn is_script(path: &str) -> bool {
    path.strip_prefix('/')
        .and_then(|name| name.strip_suffix(".js"))
        .is_some_and(|name| !name.contains('/'))
}

/// The values of a cookie.
fn cookies<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Behind a proxy that speaks TLS a cookie never goes without it.
fn secure(headers: &HeaderMap) -> &'static str {
    if is_tls(headers) { "; Secure" } else { "" }
}

fn is_tls(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme == "https")
}

/// Lets in who shows a secret: others get a sentence from the API, and the login page in place of pages.
pub async fn guard(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let free = FREE.contains(&path) || path.starts_with(link::LINKS) || is_code(path);
    if server.access.is_open() || free {
        return next.run(request).await;
    }
    let reads = READS.contains(&path)
        || matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        );
    match server.access.of(request.headers()) {
        Some(token) if reads || token.writes => next.run(request).await,
        Some(token) => {
            tracing::info!(
                token = token.name,
                path,
                "a token that may only read asked for a change"
            );
            let message = "Your token may read, but not store, change, delete or generate.";
            Failure::new(ErrorCode::Forbidden, message).into_response()
        }
        None => {
            let (method, uri) = (request.method(), request.uri());
            match link::admits(&server, method, uri, request.headers()).await {
                link::ByLink::Yes(share) => {
                    request.extensions_mut().insert(*share);
                    next.run(request).await
                }
                link::ByLink::Ended if is_for_programs(path) => {
                    let message = "This link has expired or was withdrawn.";
                    Failure::new(ErrorCode::Gone, message).into_response()
                }
                link::ByLink::Ended => link::ended(request.headers()),
                link::ByLink::Failed(failure) => failure.into_response(),
                link::ByLink::No => stranger(&request, reads),
            }
        }
    }
}

/// The answer to who shows nothing.
fn stranger(request: &Request, reads: bool) -> Response {
    match request.uri().path() {
        path if is_for_programs(path) || !reads => {
            let message =
                "A token is needed: send it as `Authorization: Bearer TOKEN`, or log in at /login.";
            let mut response = Failure::new(ErrorCode::Unauthorized, message).into_response();
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        _ => login::ask(StatusCode::UNAUTHORIZED, request.uri(), ""),
    }
}

/// Programs are told in JSON, people get the page to log in.
pub(crate) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/v1/") || path.starts_with("/fragments/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_the_program_is_no_secret() {
        for (path, code) in [
            ("/pkg/surprisal.wasm", true),
            ("/own-worker.js", true),
            ("/picture.js", true),
            ("/plain.css", true),
            ("/runs/x.js", false),
            ("/api/runs", false),
            ("/", false),
            ("/js", false),
        ] {
            assert_eq!(is_code(path), code, "{path}");
        }
    }

    #[test]
    fn secrets() {
        for (text, count) in [
            ("", 0),
            ("0123456789abcdef", 1),
            ("ann:read:0123456789abcdef\nbob:write:fedcba98:76543210", 2),
        ] {
            assert_eq!(
                Access::parse(text).map(|access| access.tokens.len()),
                Ok(count),
                "{text}"
            );
        }
        for (text, message) in [
            (
                "short",
                "the secret of entry 1 of SURPRISAL_TOKEN is shorter than 16 characters",
            ),
            (
                "0123456789abcdef ann:0123456789abcdef",
                "entry 2 of SURPRISAL_TOKEN is neither a secret nor NAME:read:SECRET nor NAME:write:SECRET",
            ),
            (
                "0123456789abcdef;",
                "the secret of entry 1 of SURPRISAL_TOKEN has characters other than letters, digits and common signs",
            ),
        ] {
            assert_eq!(
                Access::parse(text).map(|_| ()),
                Err(message.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn who_shows_what() {
        let access = Access::parse("ann:read:0123456789abcdef bob:write:fedcba9876543210").unwrap();
        for (name, value, who) in [
            ("authorization", "Bearer 0123456789abcdef", Some("ann")),
            ("authorization", "bearer  fedcba9876543210", Some("bob")),
            ("authorization", "Basic 0123456789abcdef", None),
            ("authorization", "Bearer 0123456789abcdeF", None),
            (
                "cookie",
                "theme=dark; surprisal_token=fedcba9876543210",
                Some("bob"),
            ),
            ("cookie", "xsurprisal_token=fedcba9876543210", None),
            ("cookie", "surprisal_token=", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            let found = access.of(&headers).map(|token| token.name.as_str());
            assert_eq!(found, who, "{name}: {value}");
        }
    }
}
