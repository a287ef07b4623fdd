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
    /// `s3://bucket/prefix?region=us-east-1&endpoint=http://host:port`: AWS S3, or a server that speaks like it.
    S3 {
        /// Name of the bucket.
        bucket: String,
        /// Everything lies below this prefix; may be empty.
        prefix: String,
        /// Region for signatures; else that of the environment, else `us-east-1`.
        region: Option<String>,
        /// `http://` or `https://`, host and port; none means AWS.
        endpoint: Option<String>,
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
            Self::S3 {
                bucket,
                prefix,
                region,
                endpoint,
            } => {
                let slash = if prefix.is_empty() { "" } else { "/" };
                write!(f, "s3://{bucket}{slash}{prefix}")?;
                let mut mark = '?';
                for (name, value) in [("region", region), ("endpoint", endpoint)] {
                    if let Some(value) = value {
                        write!(f, "{mark}{name}={value}")?;
                        mark = '&';
                    }
                }
                Ok(())
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
                "The store's address must not hold credentials: put them into MINIO_ACCESS_KEY and MINIO_SECRET_KEY, for s3:// \
                 into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
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
            "s3" => s3(rest, query),
            _ => wrong(FORMS),
        }
    }
}

const FORMS: &str = "The store's address must be file:///absolute/directory, minio://host:port/bucket, s3://bucket or \
                     memory://.";

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
    let prefix = check_prefix(prefix)?;
    let [tls, region, create] = parameters(query, &["tls", "region", "create"])?;
    let region = check_region(region)?;
    Ok(StoreSetting::Minio {
        endpoint: endpoint.into(),
        bucket: bucket.into(),
        prefix,
        tls: boolean("tls", tls, !is_loopback(host))?,
        region: region.unwrap_or_else(|| "us-east-1".into()),
        create: boolean("create", create, false)?,
    })
}

fn s3(rest: &str, query: &str) -> Result<StoreSetting, SettingError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if !bucket_is_valid(bucket) {
        return wrong(
            "The address needs a bucket, as in s3://bucket: 3 to 63 characters of a-z, 0-9, . and -, beginning and \
             ending with a letter or digit.",
        );
    }
    let prefix = check_prefix(prefix)?;
    let [region, endpoint] = parameters(query, &["region", "endpoint"])?;
    let endpoint = endpoint.map(|endpoint| {
        let endpoint = percent::decode(&endpoint).unwrap_or_default();
        let endpoint = endpoint.strip_suffix('/').unwrap_or(&endpoint);
        let (scheme, host) = endpoint.split_once("://").unwrap_or_default();
        match scheme {
            "http" | "https" if check_endpoint(host).is_ok() || is_ipv6(host) => Ok(endpoint.to_owned()),
            _ => wrong(
                "endpoint must be http://host:port or https://host:port, without a path; without it the store is that of AWS.",
            ),
        }
    });
    Ok(StoreSetting::S3 {
        bucket: bucket.into(),
        prefix,
        region: check_region(region)?,
        endpoint: endpoint.transpose()?,
    })
}

fn check_prefix(prefix: &str) -> Result<String, SettingError> {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !prefix.chars().all(plain) || object_store::path::Path::parse(prefix).is_err() {
        return wrong(
            "The prefix after the bucket may hold letters, digits, - . _ and single slashes between them.",
        );
    }
    Ok(prefix.to_owned())
}

fn check_region(region: Option<String>) -> Result<Option<String>, SettingError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    match &region {
        Some(name) if name.is_empty() || !name.bytes().all(plain) => {
            wrong("region may hold letters, digits and -.")
        }
        _ => Ok(region),
    }
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

/// `[::1]` or `[::1]:9000`.
fn is_ipv6(host: &str) -> bool {
    host.parse::<std::net::SocketAddrV6>().is_ok()
        || host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|ip| ip.parse::<std::net::Ipv6Addr>().is_ok())
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
