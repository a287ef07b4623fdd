//! A request whose key was used before: it is answered with the run that is there, if it brings the same file.
use super::{BodyError, Paced, Promises, promises::hex};
use crate::{config::Limits, failure::Failure, state::Server};
use api::RunSummary;
use bytes::Bytes;
use futures::Stream;
use sha2::{Digest, Sha256};

/// Bytes of the largest file that is compared with what is stored. Of a larger one its size must do, unless the client says its
/// hash: who repeats it wants to send it as little as we want to read it.
const COMPARED: u64 = 8 << 20;

/// The run that was stored under the key of a request, if there is one.
///
/// # Errors
/// 400 when the key was used for another file, which would be lost otherwise; what is wrong with the body; or what the store says.
pub(super) async fn stored<S>(
    server: &Server,
    promises: &Promises,
    announced: Option<u64>,
    bytes: &mut S,
) -> Result<Option<RunSummary>, Failure>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    let Some(key) = &promises.key else {
        return Ok(None);
    };
    // What was made anonymous has other bytes than those that were sent.
    let as_sent = server.anonymise.is_none();
    let promised = promises.sha256.as_deref().filter(|_| as_sent);
    let Some(run) = server.store.stored_once(key, promised).await? else {
        return Ok(None);
    };
    let known = promised.is_some() || !as_sent;
    if known || is_same(&run, announced, bytes, &server.limits).await? {
        return Ok(Some(run));
    }
    Err(Failure::bad_request(storage::OTHER_FILE))
}

async fn is_same<S>(
    run: &RunSummary,
    announced: Option<u64>,
    bytes: &mut S,
    limits: &Limits,
) -> Result<bool, BodyError>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    if announced.is_some_and(|size| size != run.size) {
        return Ok(false);
    }
    if run.size > COMPARED {
        return Ok(true);
    }
    let mut body = Paced::new(bytes, limits);
    let mut hash = Sha256::new();
    while let Some(chunk) = body.next().await? {
        if body.arrived() > run.size {
            return Ok(false);
        }
        hash.update(&chunk);
    }
    Ok(hex(&hash.finalize()) == run.sha256)
}
