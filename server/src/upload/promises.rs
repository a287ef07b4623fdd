//! What a client promises about a file: its hash, and that it is the same as before.
use crate::failure::Failure;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;

/// Longest key that is taken, in bytes.
const KEY: usize = 255;

/// What a client promises about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promises {
    /// SHA-256 of the bytes, lower-case hex: `Content-Digest` or `Repr-Digest`.
    pub sha256: Option<String>,
    /// All requests with this key are one: `Idempotency-Key`, with whose it is.
    pub key: Option<String>,
}

impl Promises {
    /// Reads the headers. Digests of other kinds are left out. `owner` is the name of the token that was shown: two programs
    /// may well come to the same key, such as the number of a job.
    pub fn of(headers: &HeaderMap, owner: Option<&str>) -> Result<Self, Failure> {
        let mut promises = Self::default();
        for name in ["content-digest", "repr-digest"] {
            for value in headers.get_all(name) {
                let text = value.to_str().unwrap_or_default();
                for member in text.split(',') {
                    let Some(digest) = member.trim().strip_prefix("sha-256=") else {
                        continue;
                    };
                    let hex = sha256(digest).ok_or_else(|| {
                        Failure::bad_request(
                            "The digest of the file must be written as sha-256=:BASE64:, of 32 bytes.",
                        )
                    })?;
                    if promises.sha256.as_ref().is_some_and(|other| *other != hex) {
                        return Err(Failure::bad_request(
                            "Two digests of the file contradict each other.",
                        ));
                    }
                    promises.sha256 = Some(hex);
                }
            }
        }
        let mut keys = headers.get_all("idempotency-key").iter();
        if let Some(key) = keys.next() {
            // A string in quotes by the standard, but most clients leave them out.
            let key = key.to_str().unwrap_or_default().trim().trim_matches('"');
            if key.is_empty() || key.len() > KEY || keys.next().is_some() {
                return Err(Failure::bad_request(
                    "Idempotency-Key must be one text of 1 to 255 characters of ASCII.",
                ));
            }
            promises.key = Some(match owner {
                // No header has a line end.
                Some(owner) => format!("{owner}\n{key}"),
                None => key.to_owned(),
            });
        }
        Ok(promises)
    }
}

/// The bytes between the colons in hex.
fn sha256(text: &str) -> Option<String> {
    let text = text.strip_prefix(':')?.strip_suffix(':')?;
    let bytes = STANDARD
        .decode(text)
        .ok()
        .filter(|bytes| bytes.len() == 32)?;
    Some(hex(&bytes))
}

/// As hashes are written in summaries.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Promises, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        Promises::of(&headers, None).map_err(|failure| failure.0.message)
    }

    #[test]
    fn headers() {
        const EMPTY: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let digest = format!("sha-256=:{EMPTY}:");
        let both = format!("sha-512=:AA==:, {digest}");
        for (name, value) in [
            ("content-digest", &digest),
            ("repr-digest", &digest),
            ("content-digest", &both),
        ] {
            assert_eq!(
                read(&[(name, value)]).unwrap().sha256.as_deref(),
                Some(hex),
                "{value}"
            );
        }
        assert_eq!(
            read(&[("content-digest", "sha-512=:AA==:")]),
            Ok(Promises::default())
        );
        for key in ["k-1", "\"k-1\""] {
            assert_eq!(
                read(&[("idempotency-key", key)]).unwrap().key.as_deref(),
                Some("k-1")
            );
        }
        let mut headers = HeaderMap::new();
        headers.insert("idempotency-key", "k-1".parse().unwrap());
        let of = |owner| Promises::of(&headers, owner).unwrap().key;
        assert_ne!(of(Some("ann")), of(Some("bob")));
        assert_ne!(of(Some("ann")), of(None));
        let form = "The digest of the file must be written as sha-256=:BASE64:, of 32 bytes.";
        let other = format!("sha-256=:{}:", "A".repeat(43) + "=");
        let key = "Idempotency-Key must be one text of 1 to 255 characters of ASCII.";
        for (pairs, message) in [
            (vec![("content-digest", "sha-256=abc")], form),
            (vec![("content-digest", "sha-256=:AA==:")], form),
            (
                vec![
                    ("content-digest", digest.as_str()),
                    ("repr-digest", other.as_str()),
                ],
                "Two digests of the file contradict each other.",
            ),
            (vec![("idempotency-key", "")], key),
            (
                vec![("idempotency-key", "a"), ("idempotency-key", "b")],
                key,
            ),
        ] {
            assert_eq!(read(&pairs), Err(message.into()), "{pairs:?}");
        }
    }
}
