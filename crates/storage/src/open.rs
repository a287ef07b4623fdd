//! From a setting to a store.
use crate::leftovers::{Directory, Leftovers, Multiparts, Nothing};
use crate::minio::{Fault, FaultKind, MinioConfig, MinioStore, Timing};
use crate::{Secrets, StorageError, StoreSetting};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use std::sync::Arc;

/// A store, and what its lists of objects do not show.
pub(crate) type Place = (Arc<dyn ObjectStore>, Arc<dyn Leftovers>);

/// The store of a setting; for MinIO its bucket is there, or made when the setting says so.
pub(crate) async fn open(setting: &StoreSetting, secrets: &Secrets) -> Result<Place, StorageError> {
    match setting {
        StoreSetting::Memory => {
            tracing::warn!("runs are kept in memory and are lost when the server stops");
            Ok((Arc::new(InMemory::new()), Arc::new(Nothing)))
        }
        StoreSetting::File { dir } => Ok((local(dir)?, Arc::new(Directory(dir.clone())))),
        StoreSetting::Minio {
            endpoint,
            bucket,
            prefix,
            tls,
            region,
            create,
        } => {
            let config = MinioConfig {
                endpoint: endpoint.clone(),
                bucket: bucket.clone(),
                tls: *tls,
                region: region.clone(),
                secrets: secrets.clone(),
                timing: Timing::default(),
            };
            let store = minio(config, *create).await?;
            let leftovers = Arc::new(Multiparts::new(store.clone(), prefix));
            Ok((below(prefix, store), leftovers))
        }
        #[cfg(feature = "s3")]
        StoreSetting::S3 { prefix, .. } => {
            let (store, wire) = crate::s3::open(setting, secrets).await?;
            let leftovers = Arc::new(Multiparts::new(wire, prefix));
            Ok((below(prefix, store), leftovers))
        }
        #[cfg(not(feature = "s3"))]
        StoreSetting::S3 { .. } => Err(StorageError::Misconfigured(
            "This program was built without s3://; a MinIO server is minio://host:port/bucket."
                .into(),
        )),
    }
}

fn below(prefix: &str, store: impl ObjectStore) -> Arc<dyn ObjectStore> {
    match prefix {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, Path::from(prefix))),
    }
}

fn local(dir: &std::path::Path) -> Result<Arc<dyn ObjectStore>, StorageError> {
    let wrong = |error: &dyn std::fmt::Display| {
        let dir = dir.display();
        StorageError::Misconfigured(format!(
            "The directory {dir} of the store cannot be used: {error}."
        ))
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| wrong(&error))?;
    let store = LocalFileSystem::new_with_prefix(dir).map_err(|error| wrong(&error))?;
    Ok(Arc::new(store.with_fsync(true)))
}

async fn minio(config: MinioConfig, create: bool) -> Result<MinioStore, StorageError> {
    let (endpoint, bucket, tls) = (config.endpoint.clone(), config.bucket.clone(), config.tls);
    if config.secrets.access_key.is_empty() || config.secrets.secret_key.is_empty() {
        return Err(StorageError::Misconfigured(
            "A minio:// store needs credentials; set MINIO_ACCESS_KEY and MINIO_SECRET_KEY, or MINIO_ACCESS_KEY_FILE \
             and MINIO_SECRET_KEY_FILE."
                .into(),
        ));
    }
    let explain = |fault: Fault| match fault.kind {
        FaultKind::Unavailable | FaultKind::Timeout => StorageError::Unavailable(format!(
            "MinIO at {endpoint} with tls={tls}: {fault}. Is it running there, and is tls right?"
        )),
        FaultKind::Denied => StorageError::Denied(format!(
            "the credentials may not list the bucket {bucket}; they need s3:ListBucket, s3:GetObject, s3:PutObject, \
             s3:DeleteObject and s3:AbortMultipartUpload there ({fault})"
        )),
        _ => StorageError::of_fault(&fault, fault.to_string()),
    };
    let store = MinioStore::new(config).map_err(&explain)?;
    let exists = store.bucket_exists().await.map_err(&explain)?;
    if let Some(seconds) = store.clock_offset().filter(|seconds| seconds.abs() > 60) {
        tracing::warn!(
            seconds,
            "MinIO's clock differs from ours; it refuses everything beyond 15 minutes"
        );
    }
    if exists {
        return Ok(store);
    }
    if !create {
        return Err(StorageError::Misconfigured(format!(
            "MinIO at {endpoint} has no bucket {bucket}; make it, or add create=true to the store's address."
        )));
    }
    store
        .create_bucket()
        .await
        .map_err(|fault| match fault.kind {
            FaultKind::Denied => StorageError::Denied(format!(
                "the credentials may not make the bucket {bucket} ({fault})"
            )),
            _ => explain(fault),
        })?;
    tracing::info!(bucket, "the bucket was made");
    Ok(store)
}
