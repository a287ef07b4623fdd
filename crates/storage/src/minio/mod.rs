//! MinIO behind [`object_store::ObjectStore`].
//!
//! minio-rsc signs requests and sends them; it interprets nothing. The walls:
//!
//! | module | job |
//! |---|---|
//! | `call` | a request and its answer |
//! | `client` | the only place that touches minio-rsc and reqwest: one call with deadline and retries |
//! | `timing` | how long to wait and how often to try |
//! | `fault` | what a failed call means, decided by its status first |
//! | `xml` | a small reader of answers in which every element is optional |
//! | `store`, `get`, `list`, `multipart`, `attributes` | the operations of the trait |
mod attributes;
mod call;
mod client;
mod fault;
mod get;
mod list;
mod multipart;
mod store;
mod timing;
mod xml;

pub use fault::{Fault, FaultKind};
pub use timing::Timing;
pub(crate) use xml::Element;

use crate::Secrets;
use crate::leftovers::Wire;
use async_trait::async_trait;
use bytes::Bytes;
use call::Call;
use client::Client;
use http::Method;
use std::sync::Arc;

/// Where a MinIO server is and how to speak with it.
#[derive(Debug, Clone)]
pub struct MinioConfig {
    /// `host` or `host:port`.
    pub endpoint: String,
    /// Name of the bucket.
    pub bucket: String,
    /// HTTPS instead of HTTP.
    pub tls: bool,
    /// Region for signatures.
    pub region: String,
    /// Credentials.
    pub secrets: Secrets,
    /// How long to wait and how often to try.
    pub timing: Timing,
}

/// One bucket of a MinIO server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MinioStore {
    client: Arc<Client>,
}

impl std::fmt::Display for MinioStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "MinIO({}/{})",
            self.client.config.endpoint, self.client.config.bucket
        )
    }
}

impl MinioStore {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// [`FaultKind::Misconfigured`] when endpoint or credentials cannot be used.
    pub fn new(config: MinioConfig) -> Result<Self, Fault> {
        Ok(Self {
            client: Arc::new(Client::new(config)?),
        })
    }

    /// Whether the bucket is there and may be listed.
    ///
    /// # Errors
    /// Anything but a plain answer, also credentials that are refused: those never mean "not there".
    pub async fn bucket_exists(&self) -> Result<bool, Fault> {
        let call = Call::new(Method::GET, "")
            .query("list-type", "2")
            .query("max-keys", "1");
        match self.client.call(call).await {
            Ok(_) => Ok(true),
            Err(fault) if fault.code == "NoSuchBucket" => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Seconds that the server's clock is ahead of ours, by its last answer. MinIO refuses more than 900 either way.
    pub fn clock_offset(&self) -> Option<i64> {
        self.client.clock_offset()
    }

    /// Makes the bucket; succeeds when it is already ours.
    ///
    /// # Errors
    /// As every call.
    pub async fn create_bucket(&self) -> Result<(), Fault> {
        let region = &self.client.config.region;
        // In us-east-1 a location constraint is refused, everywhere else it is demanded.
        let body = match region.as_str() {
            "us-east-1" => Bytes::new(),
            _ => format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            )
            .into(),
        };
        match self
            .client
            .call(Call::new(Method::PUT, "").body(body))
            .await
        {
            Err(fault) if fault.code != "BucketAlreadyOwnedByYou" => Err(fault),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Wire for MinioStore {
    async fn ask(
        &self,
        method: Method,
        key: &str,
        query: &[(&'static str, &str)],
    ) -> Result<Element, Fault> {
        let call = Call::new(method, key);
        let call = query
            .iter()
            .fold(call, |call, (name, value)| call.query(name, value));
        let reply = self.client.call(call).await?;
        match reply.bytes().is_empty() {
            true => Ok(Element::default()),
            false => reply.document(),
        }
    }
}
