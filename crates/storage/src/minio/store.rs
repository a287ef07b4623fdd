//! The operations of the trait on single objects.
use super::call::{Call, Reply};
use super::fault::{Fault, FaultKind};
use super::{MinioStore, attributes, list, multipart};
use crate::percent;
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue, Method};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// Deletes that are under way at once.
const DELETES: usize = 16;
pub(super) const VERSION: HeaderName = HeaderName::from_static("x-amz-version-id");
const COPY_SOURCE: HeaderName = HeaderName::from_static("x-amz-copy-source");
const ANY: HeaderValue = HeaderValue::from_static("*");

#[async_trait]
impl ObjectStore for MinioStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        let path = location.as_ref();
        let body = Bytes::from(payload);
        let call = attributes::add(Call::new(Method::PUT, path), &opts.attributes, &opts.tags)
            .map_err(|fault| fault.for_path(path))?
            .body(body.clone());
        let call = match &opts.mode {
            PutMode::Overwrite => call,
            PutMode::Create => call.header(IF_NONE_MATCH, ANY),
            PutMode::Update(version) => {
                let tag = version.e_tag.as_deref().ok_or_else(|| Error::Generic {
                    store: "MinIO",
                    source: "an update needs the ETag of what it replaces".into(),
                })?;
                call.text_header(IF_MATCH, tag)
                    .map_err(|fault| fault.for_path(path))?
            }
        };
        match self.client.call(call).await {
            Ok(reply) => Ok(put_result(&reply)),
            Err(fault) if opts.mode == PutMode::Create && is_taken(&fault) => {
                self.taken(location, &body, fault).await
            }
            Err(fault) if matches!(opts.mode, PutMode::Update(_)) => Err(match fault.kind {
                // Somebody was faster, or the object is gone: both mean that the caller's version is not the last.
                FaultKind::NotFound | FaultKind::Conflict => Error::Precondition {
                    path: path.into(),
                    source: fault.into(),
                },
                _ => fault.for_path(path),
            }),
            Err(fault) => Err(fault.for_path(path)),
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = multipart::start(&self.client, location, &opts.attributes, &opts.tags).await;
        Ok(Box::new(
            upload.map_err(|fault| fault.for_path(location.as_ref()))?,
        ))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let path = location.as_ref();
        self.get(location, options)
            .await
            .map_err(|fault| fault.for_path(path))
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let client = self.client.clone();
        locations
            .map(move |location| {
                let client = client.clone();
                async move {
                    let location = location?;
                    match client
                        .call(Call::new(Method::DELETE, location.as_ref()))
                        .await
                    {
                        Ok(_) => Ok(location),
                        Err(fault) => Err(fault.for_path(location.as_ref())),
                    }
                }
            })
            .buffered(DELETES)
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        list::all(self.client.clone(), prefix, None)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        list::all(self.client.clone(), prefix, Some(offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        list::one_level(self.client.clone(), prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let source = format!(
            "/{}/{}",
            self.client.config.bucket,
            percent::encode_path(from.as_ref())
        );
        let result = match options.mode {
            CopyMode::Overwrite => {
                match Call::new(Method::PUT, to.as_ref()).text_header(COPY_SOURCE, &source) {
                    Ok(call) => self.client.call(call.slow()).await.map(|_| ()),
                    Err(fault) => Err(fault),
                }
            }
            // MinIO ignores If-None-Match on a copy, but not when a multipart upload is completed.
            CopyMode::Create => {
                multipart::copy_if_absent(&self.client, to, COPY_SOURCE, &source).await
            }
        };
        result.map_err(|fault| match fault {
            fault if options.mode == CopyMode::Create && is_taken(&fault) => {
                already_exists(to, fault)
            }
            fault => fault.for_path(from.as_ref()),
        })
    }
}

impl MinioStore {
    /// A create met an object. After a repetition that object may be the one of our own first attempt.
    async fn taken(&self, location: &Path, body: &Bytes, fault: Fault) -> Result<PutResult> {
        if fault.attempts > 1 {
            let found = self.get_opts(location, GetOptions::new()).await?;
            let (e_tag, version) = (found.meta.e_tag.clone(), found.meta.version.clone());
            if found.meta.size == body.len() as u64 && found.bytes().await? == *body {
                return Ok(PutResult {
                    e_tag,
                    version,
                    extensions: Default::default(),
                });
            }
        }
        Err(already_exists(location, fault))
    }
}

/// Whether a conditional create failed because the object is there.
fn is_taken(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Precondition | FaultKind::Conflict)
}

fn already_exists(path: &Path, fault: Fault) -> Error {
    Error::AlreadyExists {
        path: path.to_string(),
        source: fault.into(),
    }
}

pub(super) fn put_result(reply: &Reply) -> PutResult {
    PutResult {
        e_tag: reply.header(ETAG).map(str::to_owned),
        version: reply.header(VERSION).map(str::to_owned),
        extensions: Default::default(),
    }
}
