//! What can go wrong with a store, and what that is over HTTP.
//!
//! The texts of [`StorageError`] are for the log and the terminal: they may name hosts and keys, never secrets.
//! What a person sees in the browser is one fixed sentence for each kind.
mod answer;

use crate::minio::{Fault, FaultKind};
use std::error::Error;
use std::io;

/// What can go wrong with a store. Details (hosts, keys, XML) are for the log, not for the person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// No such run.
    #[error("there is no run {0}")]
    NotFound(String),
    /// The run was deleted.
    #[error("run {0} was deleted")]
    Gone(String),
    /// The request cannot be understood.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The range lies outside of a file of this many bytes.
    #[error("the range lies outside of the {0} bytes")]
    BadRange(u64),
    /// More than this many bytes were uploaded.
    #[error("the upload is larger than {0} bytes")]
    TooLarge(u64),
    /// The store asks to slow down.
    #[error("the store asks to slow down: {0}")]
    Throttled(String),
    /// The store does not answer, or it cannot be told what happened.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The store did not answer in time.
    #[error("the store did not answer in time: {0}")]
    Timeout(String),
    /// The credentials may not do this.
    #[error("the store denies access: {0}")]
    Denied(String),
    /// Credentials, bucket, clock or address are wrong; the text says what to do.
    #[error("{0}")]
    Misconfigured(String),
    /// No space is left.
    #[error("the store is full: {0}")]
    Full(String),
    /// A stored object is missing or damaged.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// The meaning of an error of the store. A missing object means damage here: whoever expects that an object may
    /// be missing asks for that first, see [`is_missing`].
    pub(crate) fn of(error: object_store::Error) -> Self {
        let text = error.to_string();
        if let Some(fault) = cause::<Fault>(&error) {
            return Self::of_fault(fault, text);
        }
        let disk = cause::<io::Error>(&error).and_then(|error| Self::of_io(error, &text));
        if let Some(found) = disk {
            return found;
        }
        match error {
            object_store::Error::NotFound { .. } => Self::Corrupt(text),
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => Self::Denied(text),
            _ => Self::Unavailable(text),
        }
    }

    /// What an error of the operating system means, where it means something by itself.
    fn of_io(error: &io::Error, text: &str) -> Option<Self> {
        let kind = match innermost(error).kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied,
            io::ErrorKind::TimedOut => Self::Timeout,
            // A read that ends early: the file is shorter than it was.
            io::ErrorKind::UnexpectedEof => Self::Corrupt,
            _ => return None,
        };
        Some(kind(text.to_owned()))
    }

    /// The meaning of an error of a local directory.
    pub(crate) fn of_disk(error: io::Error) -> Self {
        let text = error.to_string();
        Self::of_io(&error, &text).unwrap_or(Self::Unavailable(text))
    }

    /// The meaning of an error of a buffered writer, which wraps one of the store.
    pub(crate) fn of_writer(error: io::Error) -> Self {
        match error.downcast::<object_store::Error>() {
            Ok(error) => Self::of(error),
            Err(error) => Self::Unavailable(error.to_string()),
        }
    }

    pub(crate) fn of_fault(fault: &Fault, text: String) -> Self {
        match fault.kind {
            FaultKind::NotFound => Self::Corrupt(text),
            FaultKind::Throttled => Self::Throttled(text),
            FaultKind::Timeout => Self::Timeout(text),
            FaultKind::Denied => Self::Denied(text),
            FaultKind::Misconfigured => Self::Misconfigured(advice(fault)),
            FaultKind::Full => Self::Full(text),
            FaultKind::Unavailable
            | FaultKind::Garbled
            | FaultKind::Conflict
            | FaultKind::Precondition
            | FaultKind::NotModified
            | FaultKind::BadRange => Self::Unavailable(text),
        }
    }

    /// Whether the outcome of a write is unknown, so that the store must be asked.
    pub(crate) fn is_doubtful(&self) -> bool {
        matches!(
            self,
            Self::Throttled(_) | Self::Unavailable(_) | Self::Timeout(_)
        )
    }
}

/// Whether an object is missing; never true when the store cannot tell.
pub(crate) fn is_missing(error: &object_store::Error) -> bool {
    // A missing bucket is no missing object.
    matches!(error, object_store::Error::NotFound { source, .. } if !source.to_string().contains("NoSuchBucket"))
}

/// The first error of this type in the chain of causes.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An I/O error may wrap another one, which the chain of causes leaves out.
fn innermost(mut error: &io::Error) -> &io::Error {
    while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        error = inner;
    }
    error
}

/// What to do about a store that is set up wrongly.
fn advice(fault: &Fault) -> String {
    let what = match fault.code.as_str() {
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidTokenId"
        | "InvalidToken"
        | "ExpiredToken" => {
            "MinIO does not accept the credentials; check MINIO_ACCESS_KEY, MINIO_SECRET_KEY and MINIO_SESSION_TOKEN"
        }
        "RequestTimeTooSkewed" => {
            "the clocks of this machine and of MinIO are more than 15 minutes apart; set them right"
        }
        "NoSuchBucket" => {
            "the bucket does not exist; make it, or add create=true to the store's address"
        }
        "AuthorizationHeaderMalformed" => {
            "MinIO expects another region; add region=… to the store's address"
        }
        _ => {
            "what answers does not do so as MinIO does; check host, port and tls=true or tls=false in the store's address"
        }
    };
    format!("{what} ({fault}).")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_errors_are_found_in_the_chain_of_causes() {
        let of = |kind: io::ErrorKind| {
            StorageError::of(object_store::Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(io::Error::from(kind)),
            })
        };
        assert!(matches!(
            of(io::ErrorKind::StorageFull),
            StorageError::Full(_)
        ));
        assert!(matches!(
            of(io::ErrorKind::QuotaExceeded),
            StorageError::Full(_)
        ));
        assert!(matches!(
            of(io::ErrorKind::PermissionDenied),
            StorageError::Denied(_)
        ));
        assert!(matches!(
            of(io::ErrorKind::ConnectionReset),
            StorageError::Unavailable(_)
        ));
        let enospc = io::Error::from_raw_os_error(28);
        let nested = object_store::Error::Generic {
            store: "x",
            source: Box::new(io::Error::other(enospc)),
        };
        assert!(
            matches!(StorageError::of(nested), StorageError::Full(_)),
            "one level deeper"
        );
    }

    #[test]
    fn advice_says_what_to_do() {
        let fault = |code: &str| Fault {
            kind: FaultKind::Misconfigured,
            status: Some(403),
            code: code.into(),
            detail: "m".into(),
            attempts: 1,
            retry_after: None,
        };
        assert_eq!(
            advice(&fault("SignatureDoesNotMatch")),
            "MinIO does not accept the credentials; check MINIO_ACCESS_KEY, MINIO_SECRET_KEY and \
             MINIO_SESSION_TOKEN (m, status 403 SignatureDoesNotMatch)."
        );
        assert_eq!(
            advice(&fault("NoSuchBucket")),
            "the bucket does not exist; make it, or add create=true to the store's address \
             (m, status 403 NoSuchBucket)."
        );
    }
}
