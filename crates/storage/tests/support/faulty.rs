//! A store in memory that fails on command and writes down what it was asked.
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fail {
    /// Nothing happens.
    Before,
    /// It is done, but the answer is lost.
    After,
    /// The disk is full.
    Full,
}

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Faulty {
    pub(crate) inner: Arc<InMemory>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    rules: Mutex<Vec<(&'static str, Fail)>>,
    log: Mutex<Vec<String>>,
    /// Parts wait here; open unless closed by a test.
    gate: Semaphore,
}

impl Faulty {
    pub(crate) fn new() -> Self {
        let shared = Shared {
            rules: Mutex::default(),
            log: Mutex::default(),
            gate: Semaphore::new(1_000_000),
        };
        Self {
            inner: Arc::default(),
            shared: Arc::new(shared),
        }
    }

    /// From now on operations whose log line begins so fail.
    pub(crate) fn fail(&self, beginning: &'static str, how: Fail) {
        self.shared.rules.lock().unwrap().push((beginning, how));
    }

    pub(crate) fn heal(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// Takes the lines written so far, such as `put run/2026/…`.
    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.log.lock().unwrap())
    }

    /// Parts wait from now on.
    pub(crate) fn close_gate(&self) {
        self.shared.gate.forget_permits(1_000_000);
    }

    pub(crate) fn open_gate(&self) {
        self.shared.gate.add_permits(1_000_000);
    }

    fn begin(&self, operation: &str, key: &str) -> Result<Option<Fail>> {
        let line = format!("{operation} {key}");
        let rule = self
            .shared
            .rules
            .lock()
            .unwrap()
            .iter()
            .find(|rule| line.starts_with(rule.0))
            .copied();
        self.shared.log.lock().unwrap().push(line);
        match rule.map(|rule| rule.1) {
            Some(Fail::Before) => Err(lost()),
            Some(Fail::Full) => Err(Error::Generic {
                store: "faulty",
                source: std::io::Error::from(std::io::ErrorKind::StorageFull).into(),
            }),
            other => Ok(other),
        }
    }
}

fn lost() -> Error {
    Error::Generic {
        store: "faulty",
        source: "as told".into(),
    }
}

fn end<T>(fail: Option<Fail>, result: Result<T>) -> Result<T> {
    if fail == Some(Fail::After) {
        result.and(Err(lost()))
    } else {
        result
    }
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let fail = self.begin("put", location.as_ref())?;
        end(fail, self.inner.put_opts(location, payload, opts).await)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let fail = self.begin("multipart", location.as_ref())?;
        let inner = end(fail, self.inner.put_multipart_opts(location, opts).await)?;
        Ok(Box::new(FaultyUpload {
            inner,
            store: self.clone(),
            key: location.to_string(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let fail = self.begin(if options.head { "head" } else { "get" }, location.as_ref())?;
        end(fail, self.inner.get_opts(location, options).await)
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.begin("list", prefix.map_or("", |prefix| prefix.as_ref())) {
            Ok(Some(_)) => self
                .inner
                .list(prefix)
                .chain(stream::iter([Err(lost())]))
                .boxed(),
            Ok(None) => self.inner.list(prefix),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    store: Faulty,
    key: String,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let begun = self.store.begin("part", &self.key);
        let part = self.inner.put_part(data);
        let store = self.store.clone();
        Box::pin(async move {
            let fail = begun?;
            let _permit = store.shared.gate.acquire().await.unwrap();
            end(fail, part.await)
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let fail = self.store.begin("complete", &self.key)?;
        end(fail, self.inner.complete().await)
    }

    async fn abort(&mut self) -> Result<()> {
        let fail = self.store.begin("abort", &self.key)?;
        end(fail, self.inner.abort().await)
    }
}
