//! The three kinds of store, each one empty and openable by several servers at once.
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use std::sync::{Arc, LazyLock};
use storage::minio::MinioStore;
use storage::testing::MinioServer;
use storage::{RunStore, Secrets, StoreSetting, Uploaded};

pub(crate) enum Backend {
    Memory(Arc<InMemory>),
    Local(tempfile::TempDir),
    Minio(Arc<MinioServer>, String),
    /// The same server, through object_store's own client.
    S3(Arc<MinioServer>, String),
}

impl Backend {
    pub(crate) fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    pub(crate) fn local() -> Self {
        Self::Local(tempfile::tempdir().unwrap())
    }

    /// `None` where there is no MinIO; that was said already.
    pub(crate) fn minio() -> Option<Self> {
        let server = MinioServer::shared().unwrap()?;
        Some(Self::Minio(
            server,
            format!("runs-{}", ulid::Ulid::new().to_string().to_lowercase()),
        ))
    }

    /// As [`Backend::minio`].
    pub(crate) async fn s3() -> Option<Self> {
        let Self::Minio(server, bucket) = Self::minio()? else {
            return None;
        };
        let store = MinioStore::new(server.config(&bucket)).unwrap();
        store.create_bucket().await.unwrap();
        Some(Self::S3(server, bucket))
    }

    /// One more server on the same store.
    pub(crate) async fn open(&self) -> RunStore {
        match self {
            Self::Memory(store) => RunStore::on(store.clone()).await.unwrap(),
            Self::Local(dir) => {
                let setting = StoreSetting::File {
                    dir: dir.path().join("store"),
                };
                RunStore::open(&setting, &Secrets::default()).await.unwrap()
            }
            Self::Minio(server, bucket) => {
                RunStore::open(&server.setting(bucket), &server.secrets())
                    .await
                    .unwrap()
            }
            Self::S3(server, bucket) => {
                RunStore::open(&server.s3_setting(bucket), &server.secrets())
                    .await
                    .unwrap()
            }
        }
    }

    /// The store below, to look into.
    pub(crate) fn raw(&self) -> Arc<dyn ObjectStore> {
        match self {
            Self::Memory(store) => store.clone(),
            Self::Local(dir) => {
                Arc::new(LocalFileSystem::new_with_prefix(dir.path().join("store")).unwrap())
            }
            Self::Minio(server, bucket) | Self::S3(server, bucket) => {
                Arc::new(MinioStore::new(server.config(bucket)).unwrap())
            }
        }
    }

    /// All keys, sorted.
    pub(crate) async fn keys(&self) -> Vec<String> {
        keys(&*self.raw()).await
    }
}

pub(crate) async fn keys(store: &dyn ObjectStore) -> Vec<String> {
    let mut keys: Vec<String> = store
        .list(None)
        .map_ok(|meta| meta.location.to_string())
        .try_collect()
        .await
        .unwrap();
    keys.sort();
    keys
}

/// Uploads bytes in pieces of a crooked size.
pub(crate) async fn upload(runs: &RunStore, bytes: &Bytes) -> Uploaded {
    let mut upload = runs.start_upload(None, 1 << 30);
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        upload
            .write(rest.split_to(rest.len().min(1_000_003)))
            .await
            .unwrap();
    }
    upload.finish().await.unwrap()
}

/// Reads a file whole.
pub(crate) async fn read(
    runs: &RunStore,
    id: &str,
    range: Option<std::ops::Range<u64>>,
) -> Vec<u8> {
    let body = runs.file(id, range).await.unwrap();
    let chunks: Vec<Bytes> = body.stream.try_collect().await.unwrap();
    chunks.concat()
}

/// Lines of records with so many signs each, which hardly compress; at most 40 MiB.
pub(crate) fn records(count: usize, length: usize) -> Bytes {
    let noise = pattern(count * length);
    let line = |noise: &[u8]| {
        let words: String = noise
            .iter()
            .map(|byte| char::from(b'?' + byte % 28))
            .collect();
        format!("{{\"model\":{{\"id\":\"m\"}},\"output\":{{\"content\":\"{words}\"}}}}\n")
    };
    noise.chunks(length).map(line).collect::<String>().into()
}

/// Bytes that repeat nowhere soon and are the same every time; at most 40 MiB.
pub(crate) fn pattern(size: usize) -> Bytes {
    static ALL: LazyLock<Bytes> = LazyLock::new(|| {
        let mut state = 0x9e37_79b9_u32;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()
        };
        (0..10 * 1024 * 1024)
            .flat_map(next)
            .collect::<Vec<u8>>()
            .into()
    });
    ALL.slice(..size)
}
