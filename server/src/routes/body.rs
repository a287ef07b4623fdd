//! Small bodies, whole.
use crate::failure::Failure;
use api::ErrorCode;
use axum::body::Body;
use bytes::Bytes;

/// All of a body of at most `most` bytes. `larger` is the sentence about one that is not, without its end: `The change is larger
/// than 64 KiB`.
///
/// # Errors
/// 413 with that sentence, also where the client went away in the middle.
pub(super) async fn received(body: Body, most: usize, larger: &str) -> Result<Bytes, Failure> {
    axum::body::to_bytes(body, most).await.map_err(|_| {
        let message = format!("{larger}, or did not arrive whole.");
        Failure::new(ErrorCode::TooLarge, message)
    })
}
