//! A store that kills its own process, without a word, at a named point.
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Before or after an operation on keys that begin so, when it is asked for the nth time: `after part blob/ 2`.
#[derive(Debug)]
pub(crate) struct Point {
    text: String,
    nth: usize,
    seen: AtomicUsize,
}

impl Point {
    pub(crate) fn parse(text: &str) -> Self {
        let (text, nth) = text.rsplit_once(' ').unwrap();
        Self {
            text: text.to_owned(),
            nth: nth.parse().unwrap(),
            seen: AtomicUsize::new(0),
        }
    }

    fn pass(&self, when: &str, operation: &str, key: &str) {
        let here = format!("{when} {operation} {key}");
        if here.starts_with(&self.text) && self.seen.fetch_add(1, SeqCst) + 1 == self.nth {
            let id = std::process::id().to_string();
            let _ = std::process::Command::new("kill")
                .args(["-9", &id])
                .status();
            // It takes a moment; nothing happens meanwhile.
            loop {
                std::thread::park();
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Killing {
    pub(crate) inner: Arc<dyn ObjectStore>,
    pub(crate) point: Arc<Point>,
}

impl Killing {
    async fn around<T>(
        &self,
        operation: &str,
        key: &Path,
        act: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.point.pass("before", operation, key.as_ref());
        let done = act.await;
        self.point.pass("after", operation, key.as_ref());
        done
    }
}

impl std::fmt::Display for Killing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Killing")
    }
}

#[async_trait]
impl ObjectStore for Killing {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let act = self.inner.put_opts(location, payload, opts);
        self.around("put", location, act).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let act = self.inner.put_multipart_opts(location, opts);
        let inner = self.around("multipart", location, act).await?;
        Ok(Box::new(KillingUpload {
            inner,
            store: self.clone(),
            key: location.clone(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let name = if options.head { "head" } else { "get" };
        let act = self.inner.get_opts(location, options);
        self.around(name, location, act).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct KillingUpload {
    inner: Box<dyn MultipartUpload>,
    store: Killing,
    key: Path,
}

#[async_trait]
impl MultipartUpload for KillingUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (store, key) = (self.store.clone(), self.key.clone());
        let part = self.inner.put_part(data);
        Box::pin(async move { store.around("part", &key, part).await })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let (store, key) = (self.store.clone(), self.key.clone());
        let act = self.inner.complete();
        store.around("complete", &key, act).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}
