//! Uploads in parts.
use super::attributes;
use super::call::Call;
use super::client::Client;
use super::fault::{Fault, FaultKind};
use super::store::put_result;
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, ETAG, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue, Method};
use object_store::path::Path;
use object_store::{
    Attributes, MultipartUpload, PutPayload, PutResult, Result, TagSet, UploadPart,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// S3 numbers parts from 1 to 10,000.
const MOST_PARTS: u32 = 10_000;

/// A multipart upload under way. Dropped unfinished, it aborts itself.
#[derive(Debug)]
pub(super) struct Multipart {
    id: UploadId,
    /// Number of the last part given out: parts are numbered in the order of the calls, not of their completion.
    last: u32,
    parts: Arc<Mutex<BTreeMap<u32, Part>>>,
    closed: bool,
}

#[derive(Debug, Clone)]
struct UploadId {
    client: Arc<Client>,
    key: String,
    upload: String,
}

#[derive(Debug, Clone)]
struct Part {
    e_tag: String,
    size: u64,
}

/// Begins an upload.
pub(super) async fn start(
    client: &Arc<Client>,
    location: &Path,
    attributes: &Attributes,
    tags: &TagSet,
) -> std::result::Result<Multipart, Fault> {
    let call = Call::new(Method::POST, location.as_ref()).query("uploads", "");
    let root = client
        .call(attributes::add(call, attributes, tags)?)
        .await?
        .document()?;
    match root.text_of("UploadId") {
        "" => Err(Fault::new(
            FaultKind::Garbled,
            "the multipart upload has no id",
        )),
        upload => Ok(Multipart {
            id: UploadId {
                client: client.clone(),
                key: location.to_string(),
                upload: upload.to_owned(),
            },
            last: 0,
            parts: Arc::default(),
            closed: false,
        }),
    }
}

/// Copies within the server; the completion is what refuses an existing target.
pub(super) async fn copy_if_absent(
    client: &Arc<Client>,
    to: &Path,
    source_header: HeaderName,
    source: &str,
) -> std::result::Result<(), Fault> {
    let mut upload = start(client, to, &Attributes::new(), &TagSet::default()).await?;
    let result = async {
        let call = upload
            .id
            .call(Method::PUT)
            .query("partNumber", "1")
            .text_header(source_header, source)?;
        let root = client.call(call.slow()).await?.document()?;
        let part = Part {
            e_tag: root.text_of("ETag").to_owned(),
            size: 0,
        };
        let body = completion(&BTreeMap::from([(1, part)]));
        let call = upload
            .id
            .call(Method::POST)
            .body(body)
            .header(IF_NONE_MATCH, HeaderValue::from_static("*"));
        client.call(call.slow()).await.map(|_| ())
    }
    .await;
    upload.closed = true;
    if result.is_err() {
        upload.id.abort_and_log().await;
    }
    result
}

impl UploadId {
    fn call(&self, method: Method) -> Call {
        Call::new(method, self.key.as_str()).query("uploadId", &self.upload)
    }

    async fn put(&self, number: u32, body: Bytes) -> std::result::Result<Part, Fault> {
        let size = body.len() as u64;
        let call = self
            .call(Method::PUT)
            .query("partNumber", &number.to_string())
            .body(body);
        let reply = self.client.call(call).await?;
        match reply.header(ETAG) {
            Some(e_tag) => Ok(Part {
                e_tag: e_tag.to_owned(),
                size,
            }),
            None => Err(Fault::new(
                FaultKind::Garbled,
                "a part was stored without an ETag",
            )),
        }
    }

    async fn abort(&self) -> std::result::Result<(), Fault> {
        match self.client.call(self.call(Method::DELETE)).await {
            // Gone already: nothing is left to abort.
            Err(fault) if fault.kind != FaultKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    /// For ends that have an error of their own to tell.
    async fn abort_and_log(&self) {
        if let Err(fault) = self.abort().await {
            tracing::warn!(key = self.key, %fault, "a multipart upload could not be aborted");
        }
    }

    /// Whether a completion of unknown outcome happened: the object is there, with this size.
    async fn is_complete(&self, size: u64) -> Option<PutResult> {
        let reply = self
            .client
            .call(Call::new(Method::HEAD, self.key.as_str()))
            .await
            .ok()?;
        let found = reply.header(CONTENT_LENGTH)?.parse::<u64>().ok()?;
        (found == size).then(|| put_result(&reply))
    }
}

#[async_trait]
impl MultipartUpload for Multipart {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.last += 1;
        let (id, number, parts) = (self.id.clone(), self.last, self.parts.clone());
        Box::pin(async move {
            if number > MOST_PARTS {
                let fault = Fault::new(FaultKind::Garbled, format!("more than {MOST_PARTS} parts"));
                return Err(fault.for_path(&id.key));
            }
            let part = id
                .put(number, data.into())
                .await
                .map_err(|fault| fault.for_path(&id.key))?;
            parts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(number, part);
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if self.last == 0 {
            // S3 completes nothing without a part.
            self.put_part(PutPayload::new()).await?;
        }
        let parts = self
            .parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if parts.len() != self.last as usize {
            let fault = Fault::new(
                FaultKind::Garbled,
                "the upload was completed before all its parts were stored",
            );
            return Err(fault.for_path(&self.id.key));
        }
        let size = parts.values().map(|part| part.size).sum();
        let call = self.id.call(Method::POST).body(completion(&parts)).slow();
        let result = match self.id.client.call(call).await {
            Ok(reply) => {
                let tag = reply
                    .document()
                    .ok()
                    .and_then(|root| root.child("ETag").map(|tag| tag.text.clone()));
                Ok(PutResult {
                    e_tag: tag.or(put_result(&reply).e_tag),
                    ..put_result(&reply)
                })
            }
            // No answer does not mean that nothing happened, nor does "no such upload" after a repetition.
            Err(fault)
                if fault.is_ambiguous()
                    || (fault.kind == FaultKind::NotFound && fault.attempts > 1) =>
            {
                self.id.is_complete(size).await.ok_or(fault)
            }
            Err(fault) => Err(fault),
        };
        self.closed = result.is_ok();
        result.map_err(|fault| fault.for_path(&self.id.key))
    }

    async fn abort(&mut self) -> Result<()> {
        self.closed = true;
        self.id
            .abort()
            .await
            .map_err(|fault| fault.for_path(&self.id.key))
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if self.closed {
            return;
        }
        let id = self.id.clone();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move { id.abort_and_log().await })),
            Err(_) => tracing::warn!(
                key = id.key,
                "a multipart upload was dropped outside of the runtime"
            ),
        }
    }
}

/// The body of a completion.
fn completion(parts: &BTreeMap<u32, Part>) -> Bytes {
    let parts: String = parts
        .iter()
        .map(|(number, part)| {
            let tag = quick_xml::escape::escape(part.e_tag.as_str());
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>")
        })
        .collect();
    Bytes::from(format!(
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{parts}</CompleteMultipartUpload>"
    ))
}
