//! An upload that is made anonymous before anything of it is stored. It is held in memory for that.
use super::{BodyError, Paced, promises::hex};
use crate::{config::Limits, failure::Failure};
use bytes::{Bytes, BytesMut};
use futures::Stream;
use policy::{Anonymise, Unreadable};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Bytes that are handed on at once.
const PIECE: usize = 256 << 10;

/// All bytes of a body, as they were promised.
pub(super) async fn whole<S>(
    bytes: &mut S,
    announced: Option<u64>,
    sha256: Option<String>,
    limits: &Limits,
) -> Result<Bytes, Failure>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    let most = limits.max_anonymised_bytes.min(limits.max_upload_bytes);
    let limits = Limits {
        max_upload_bytes: most,
        ..limits.clone()
    };
    if announced.is_some_and(|size| size > most) {
        return Err(BodyError::TooLarge { limit: most }.into());
    }
    let mut body = Paced::new(bytes, &limits);
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await? {
        whole.extend_from_slice(&chunk);
    }
    if announced.is_some_and(|announced| announced != body.arrived()) {
        return Err(BodyError::CutOff.into());
    }
    if whole.is_empty() {
        return Err(super::empty());
    }
    let found = || hex(&Sha256::digest(&whole));
    if sha256.is_some_and(|promised| promised != found()) {
        return Err(Failure::bad_request(
            "The file did not arrive as it was sent: its SHA-256 is not that of Content-Digest. Try again.",
        ));
    }
    Ok(whole.freeze())
}

/// The name and the bytes as they may be stored.
pub(super) async fn anonymous(
    rules: Arc<Anonymise>,
    name: String,
    whole: Bytes,
    limits: &Limits,
) -> Result<(String, Bytes), Failure> {
    let most = usize::try_from(limits.max_anonymised_bytes).unwrap_or(usize::MAX);
    let work = move || {
        let changed = rules.file(&whole, most)?;
        let name = rules.words(&name).unwrap_or(name);
        Ok((name, changed.map_or(whole, |changed| changed.bytes.into())))
    };
    let done: Result<_, Unreadable> = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal(&error))?;
    done.map_err(|why| {
        Failure::bad_request(format!(
            "This server makes files anonymous before it stores them, and cannot do so with this one: {why}."
        ))
    })
}

/// The bytes in pieces.
pub(super) fn pieces(mut bytes: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let size = bytes.len().min(PIECE);
        (size > 0).then(|| bytes.split_to(size))
    })
}
