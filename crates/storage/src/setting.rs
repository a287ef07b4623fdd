//! Which store: one URL, credentials apart from it.
use crate::percent;
pub use crate::secrets::Secrets;
use std::fmt;
use std::path::PathBuf;

/// A parsed `SURPRISAL_STORE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreSetting {
    /// `file:///absolute/dir`: a local directory, synced to disk.
    File {
        /// The directory.
        dir: PathBuf,
    },
    /// `minio://host:port/bucket/prefix?tls=false&region=us-east-1&create=true`.
    Minio {
        /// `host:port`.
        endpoint: String,
        /// Name of the bucket.
        bucket: String,
        /// Everything lies below this prefix; may be empty.
        prefix: String,
        /// HTTPS; default true, but false for a loopback host.
        tls: bool,
        /// Region for signatures, `us-east-1` unless told.
        region: String,
        /// Make the bucket when it does not exist.
        create: bool,
    },
    /// `memory://`: lost at exit.
    Memory,
}

/// What is wrong with a setting; the text never repeats user info.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(pub String);

/// The setting as it may be logged: it never holds credentials.
impl fmt::Display for StoreSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { dir } => write!(f, "file://{}", dir.display()),
            Self::Minio {
                endpoint,
                bucket,
                prefix,
                tls,
                region,
                create,
            } => {
                let slash = if prefix.is_empty() { "" } else { "/" };
                write!(
                    f,
                    "minio://{endpoint}/{bucket}{slash}{prefix}?tls={tls}&region={region}&create={create}"
                )
            }
            Self::Memory => f.write_str("memory://"),
        }
    }
}

impl std::str::FromStr for StoreSetting {
    type Err = SettingError;

    /// # Errors
    /// One sentence that says what to change. It repeats no part of the address that could be a secret.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        // First of all, so that no later message can repeat a part of a credential.
        if text.contains('@') {
            return wrong(
                "The store's address must not hold credentials: put them into MINIO_ACCESS_KEY and MINIO_SECRET_KEY.",
            );
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let Some((scheme, rest)) = address.split_once("://") else {
            return wrong(FORMS);
        };
        match scheme {
            "file" => file(rest, query),
            "minio" => minio(rest, query),
            "memory" if rest.is_empty() => parameters(query, &[]).map(|_| Self::Memory),
            "memory" => wrong("memory:// takes no path."),
            "s3" => {
                wrong("s3:// is not supported yet; a MinIO server is minio://host:port/bucket.")
            }
            _ => wrong(FORMS),
        }
    }
}

const FORMS: &str = "The store's address must be file:///absolute/directory, minio://host:port/bucket or memory://.";

fn wrong<T>(message: impl Into<String>) -> Result<T, SettingError> {
    Err(SettingError(message.into()))
}

fn file(rest: &str, query: &str) -> Result<StoreSetting, SettingError> {
    parameters(query, &[])?;
    if !rest.starts_with('/') {
        return wrong(
            "file:// needs an absolute directory and so three slashes: file:///absolute/directory.",
        );
    }
    match percent::decode(rest) {
        Some(path) if path.trim_matches('/').is_empty() => wrong(
            "The store cannot be the root directory; name a directory of its own: file:///absolute/directory.",
        ),
        Some(path) if !path.contains('\0') => Ok(StoreSetting::File {
            dir: PathBuf::from(path),
        }),
        _ => wrong(
            "The directory holds a % that is not followed by two hex digits; write a percent sign as %25.",
        ),
    }
}

fn minio(rest: &str, query: &str) -> Result<StoreSetting, SettingError> {
    let (endpoint, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let host = check_endpoint(endpoint)?;
    if !bucket_is_valid(bucket) {
        return wrong(
            "The address needs a bucket, as in minio://host:port/bucket: 3 to 63 characters of a-z, 0-9, . and -, \
             beginning and ending with a letter or digit. An address below a path of the host is not supported.",
        );
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !prefix.chars().all(plain) || object_store::path::Path::parse(prefix).is_err() {
        return wrong(
            "The prefix after the bucket may hold letters, digits, - . _ and single slashes between them.",
        );
    }
    let [tls, region, create] = parameters(query, &["tls", "region", "create"])?;
    let region = region.unwrap_or_else(|| "us-east-1".into());
    if region.is_empty()
        || !region
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        return wrong("region may hold letters, digits and -.");
    }
    Ok(StoreSetting::Minio {
        endpoint: endpoint.into(),
        bucket: bucket.into(),
        prefix: prefix.into(),
        tls: boolean("tls", tls, !is_loopback(host))?,
        region,
        create: boolean("create", create, false)?,
    })
}

/// The host of `host` or `host:port`, in the form that minio-rsc takes.
fn check_endpoint(endpoint: &str) -> Result<&str, SettingError> {
    if endpoint.starts_with('[') {
        return wrong(
            "An IPv6 address cannot be used for MinIO; use a host name or an IPv4 address.",
        );
    }
    let (host, port) = endpoint
        .split_once(':')
        .map_or((endpoint, None), |(host, port)| (host, Some(port)));
    if host.is_empty()
        || !host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    {
        return wrong(
            "The address needs a host of letters, digits, - . and _, as in minio://host:port/bucket.",
        );
    }
    let number = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|p| p > 0)
    };
    if !port.is_none_or(number) {
        return wrong("What stands after the host's colon must be a port from 1 to 65535.");
    }
    Ok(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// The rules of minio-rsc, so that a name which it refuses is refused at start.
fn bucket_is_valid(name: &str) -> bool {
    let end = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
        && end(name.bytes().next())
        && end(name.bytes().last())
        && !["..", ".-", "-."].iter().any(|pair| name.contains(pair))
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
        && name.parse::<std::net::Ipv4Addr>().is_err()
}

/// The values of the known parameters, in the order of `known`. Anything else is an error.
fn parameters<const N: usize>(
    query: &str,
    known: &[&str; N],
) -> Result<[Option<String>; N], SettingError> {
    let mut values = [const { None }; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let slot = known
            .iter()
            .position(|known| *known == name)
            .and_then(|at| values.get_mut(at));
        match slot {
            // Unknown names are not repeated: somebody may have put a key there.
            None if N == 0 => {
                return wrong("This kind of store takes no parameters after a question mark.");
            }
            None => {
                return wrong(format!(
                    "Unknown parameter after the question mark; known are {}.",
                    known.join(", ")
                ));
            }
            Some(Some(_)) => return wrong(format!("{name} is given twice.")),
            Some(slot) => *slot = Some(value.to_owned()),
        }
    }
    Ok(values)
}

fn boolean(name: &str, value: Option<String>, default: bool) -> Result<bool, SettingError> {
    match value.as_deref() {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => wrong(format!("{name} must be true or false.")),
    }
}

#[cfg(test)]
mod tests;
