//! What an error of the store is over HTTP: one fixed sentence for each kind.
use super::StorageError;
use api::{ApiError, ErrorCode};

/// A 401 or 403 of the store is never passed on: it is not the client's.
impl From<&StorageError> for ApiError {
    fn from(error: &StorageError) -> Self {
        use StorageError as E;
        let (code, message) = match error {
            E::NotFound(id) if id == "latest" => (ErrorCode::NotFound, "Nothing is stored yet."),
            E::NotFound(_) => (
                ErrorCode::NotFound,
                "There is no such run; the link may be cut or mistyped.",
            ),
            E::Gone(_) => (ErrorCode::Gone, "This run was deleted."),
            E::BadRequest(message) => return Self::new(ErrorCode::BadRequest, message),
            E::BadRange(size) => {
                let message =
                    format!("The range lies outside of the file, which has {size} bytes.");
                return Self::new(ErrorCode::BadRange, message);
            }
            E::TooLarge(limit) => {
                let message =
                    format!("The file is larger than the {limit} bytes that this server stores.");
                return Self::new(ErrorCode::TooLarge, message);
            }
            E::Throttled(_) => (
                ErrorCode::StorageUnavailable,
                "The store has too much to do right now; try again in a minute.",
            ),
            E::Unavailable(_) | E::Timeout(_) => (
                ErrorCode::StorageUnavailable,
                "The store does not answer right now; try again in a minute.",
            ),
            E::Denied(_) | E::Misconfigured(_) => (
                ErrorCode::StorageMisconfigured,
                "The store is not set up rightly; whoever runs this server finds the reason in its log.",
            ),
            E::Full(_) => (
                ErrorCode::StorageFull,
                "The store is full; nothing was stored.",
            ),
            E::Corrupt(_) => (
                ErrorCode::DataCorrupt,
                "The stored data of this run is damaged; its log entry names the object.",
            ),
        };
        Self::new(code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_code_and_its_sentence() {
        let secret = || "http://host:9000/key".to_owned();
        let table = [
            (
                StorageError::NotFound("latest".into()),
                404,
                "Nothing is stored yet.",
            ),
            (
                StorageError::NotFound("x".into()),
                404,
                "There is no such run; the link may be cut or mistyped.",
            ),
            (StorageError::Gone("x".into()), 410, "This run was deleted."),
            (
                StorageError::BadRequest("Say more.".into()),
                400,
                "Say more.",
            ),
            (
                StorageError::BadRange(7),
                416,
                "The range lies outside of the file, which has 7 bytes.",
            ),
            (
                StorageError::TooLarge(9),
                413,
                "The file is larger than the 9 bytes that this server stores.",
            ),
            (
                StorageError::Throttled(secret()),
                503,
                "The store has too much to do right now; try again in a minute.",
            ),
            (
                StorageError::Unavailable(secret()),
                503,
                "The store does not answer right now; try again in a minute.",
            ),
            (
                StorageError::Timeout(secret()),
                503,
                "The store does not answer right now; try again in a minute.",
            ),
            (
                StorageError::Denied(secret()),
                503,
                "The store is not set up rightly; whoever runs this server finds the reason in its log.",
            ),
            (
                StorageError::Misconfigured(secret()),
                503,
                "The store is not set up rightly; whoever runs this server finds the reason in its log.",
            ),
            (
                StorageError::Full(secret()),
                507,
                "The store is full; nothing was stored.",
            ),
            (
                StorageError::Corrupt(secret()),
                500,
                "The stored data of this run is damaged; its log entry names the object.",
            ),
        ];
        for (error, status, message) in table {
            let answer = ApiError::from(&error);
            assert_eq!(
                (answer.code.status(), answer.message.as_str()),
                (status, message),
                "{error}"
            );
            assert!(!answer.message.contains("host:9000"));
        }
    }
}
