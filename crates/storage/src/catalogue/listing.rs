//! What is in the store: ids of a pass, and the objects behind them.
use super::apply::{Kind, Object};
use super::tail::{DAY_MS, Pass};
use crate::{StorageError, keys, objects};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;
use std::collections::BTreeSet;
use ulid::Ulid;

/// Objects that are fetched at once.
const FETCHES: usize = 16;

/// The ids of a pass. Keys of another make are skipped; nothing is said about their order.
pub(super) async fn list(
    store: &dyn ObjectStore,
    kind: Kind,
    pass: Pass,
    now: u64,
) -> Result<BTreeSet<Ulid>, StorageError> {
    let root = match kind {
        Kind::Run => keys::runs(),
        Kind::Event => keys::events(),
    };
    let from = match pass {
        Pass::All => return ids(store.list(Some(&root))).await,
        Pass::Days => (now / DAY_MS).saturating_sub(1) * DAY_MS,
        Pass::Safe(from) | Pass::Quick(from) => from,
    };
    // Up to tomorrow: the clock of a writer may be fast.
    let days = stream::iter(from / DAY_MS..=now / DAY_MS + 1).map(|day| {
        let root = &root;
        async move {
            let prefix = keys::day(root.as_ref(), day * DAY_MS);
            let offset = kind.key(Ulid::from_parts(from.saturating_sub(1), 0));
            if day == from / DAY_MS {
                ids(store.list_with_offset(Some(&prefix), &offset)).await
            } else {
                ids(store.list(Some(&prefix))).await
            }
        }
    });
    let listed: Vec<BTreeSet<Ulid>> = days.buffer_unordered(3).try_collect().await?;
    Ok(listed.into_iter().flatten().collect())
}

async fn ids(
    listed: stream::BoxStream<'_, object_store::Result<object_store::ObjectMeta>>,
) -> Result<BTreeSet<Ulid>, StorageError> {
    listed
        .try_filter_map(|meta| async move { Ok(keys::id_of(&meta.location)) })
        .try_collect()
        .await
        .map_err(StorageError::of)
}

/// Fetches several at once; `None` for what vanished since it was listed. Damage is a result; a store that does not
/// answer is an error.
pub(super) fn fetch<'a>(
    store: &'a dyn ObjectStore,
    kind: Kind,
    ids: Vec<Ulid>,
) -> stream::BoxStream<'a, Result<Option<Object>, StorageError>> {
    stream::iter(ids)
        .map(move |id| async move {
            match objects::read(store, &kind.key(id)).await {
                Ok(bytes) => Ok(bytes.map(|bytes| (kind, id, Ok(bytes)))),
                Err(StorageError::Corrupt(what)) => Ok(Some((kind, id, Err(what)))),
                Err(error) => Err(error),
            }
        })
        .buffer_unordered(FETCHES)
        .boxed()
}
