//! AWS S3, and servers that speak like it, through object_store's own client.
use crate::leftovers::Wire;
use crate::minio::{Element, Fault, FaultKind, Timing};
use crate::{Secrets, StorageError, StoreSetting};
use async_trait::async_trait;
use futures::StreamExt;
use http::Method;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer as _};
use object_store::{BackoffConfig, ClientOptions, Error, ObjectStore, RetryConfig};
use std::time::Duration;

/// The bucket of a setting, seen to be there, and the same for requests that object_store does not have.
pub(crate) async fn open(
    setting: &StoreSetting,
    secrets: &Secrets,
) -> Result<(AmazonS3, Asking), StorageError> {
    let store = build(setting, secrets).map_err(|error| {
        StorageError::Misconfigured(format!("The S3 client cannot be made: {error}."))
    })?;
    // A key that is nowhere: what comes back is about the bucket and the credentials.
    match store.list(Some(&Path::from("meta"))).next().await {
        None | Some(Ok(_)) => Ok((store.clone(), Asking(store))),
        Some(Err(error)) => Err(explain(setting, error)),
    }
}

fn build(setting: &StoreSetting, secrets: &Secrets) -> object_store::Result<AmazonS3> {
    let StoreSetting::S3 {
        bucket,
        region,
        endpoint,
        ..
    } = setting
    else {
        return Err(Error::NotImplemented {
            operation: "opening".into(),
            implementer: setting.to_string(),
        });
    };
    // Machines at AWS get their credentials through other variables than the two keys.
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    if let Some(region) = region {
        builder = builder.with_region(region);
    } else if builder
        .get_config_value(&AmazonS3ConfigKey::Region)
        .is_none()
        && builder
            .get_config_value(&AmazonS3ConfigKey::DefaultRegion)
            .is_none()
    {
        builder = builder.with_region("us-east-1");
    }
    if !secrets.access_key.is_empty() {
        builder = builder
            .with_access_key_id(&secrets.access_key)
            .with_secret_access_key(&secrets.secret_key);
        if let Some(token) = &secrets.session_token {
            builder = builder.with_token(token);
        }
    }
    let mut plain = false;
    if let Some(endpoint) = endpoint {
        plain = endpoint.starts_with("http://");
        builder = builder.with_endpoint(endpoint);
    }
    builder
        .with_client_options(
            ClientOptions::new()
                .with_allow_http(plain)
                .with_connect_timeout(Duration::from_secs(3))
                .with_read_timeout(Duration::from_secs(30))
                // Of a whole answer with its body: blobs may take as long as they are moving.
                .with_timeout_disabled(),
        )
        .with_retry(RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(5),
                base: 2.0,
            },
            max_retries: 4,
            // Less than the time that a manifest may take.
            retry_timeout: Duration::from_secs(45),
        })
        .build()
}

fn explain(setting: &StoreSetting, error: Error) -> StorageError {
    let StoreSetting::S3 {
        bucket, endpoint, ..
    } = setting
    else {
        return StorageError::of(error);
    };
    let place = endpoint.as_deref().unwrap_or("AWS");
    // object_store has no kinds for the errors of a listing; S3 names them in its answer.
    let text = error.to_string();
    let says = |codes: &[&str]| {
        codes
            .iter()
            .any(|code| text.contains(&format!("<Code>{code}<")))
    };
    if says(&["NoSuchBucket"]) {
        return StorageError::Misconfigured(format!(
            "S3 at {place} has no bucket {bucket}; make it, or correct the store's address."
        ));
    }
    let refused = matches!(
        error,
        Error::Unauthenticated { .. } | Error::PermissionDenied { .. }
    );
    if refused
        || says(&[
            "AccessDenied",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidToken",
            "ExpiredToken",
        ])
    {
        return StorageError::Denied(format!(
            "S3 at {place} does not accept the credentials for the bucket {bucket}; check AWS_ACCESS_KEY_ID, \
             AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. They need s3:ListBucket, s3:GetObject, s3:PutObject, \
             s3:DeleteObject and s3:AbortMultipartUpload there"
        ));
    }
    match StorageError::of(error) {
        StorageError::Unavailable(text) => {
            StorageError::Unavailable(format!("S3 at {place}: {text}"))
        }
        other => other,
    }
}

/// Requests that object_store signs but has no operation for.
#[derive(Debug)]
pub(crate) struct Asking(AmazonS3);

impl Asking {
    async fn once(
        &self,
        method: &Method,
        key: &str,
        query: &[(&'static str, &str)],
    ) -> Result<Element, Fault> {
        let timing = Timing::default();
        let unsent = |error: &dyn std::fmt::Display| {
            Fault::new(
                FaultKind::Misconfigured,
                format!("a request cannot be made: {error}"),
            )
        };
        let options = SignedUrlOptions::new().with_query(query.iter().copied());
        let address = self
            .0
            .signed_url_opts(method.clone(), &Path::from(key), timing.total, &options)
            .await
            .map_err(|error| unsent(&error))?;
        let client = reqwest::Client::builder()
            .connect_timeout(timing.connect)
            .timeout(timing.attempt)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| unsent(&error))?;
        // The address holds a signature: it is in no message.
        let failed = |error: reqwest::Error| {
            let kind = match error.is_timeout() {
                true => FaultKind::Timeout,
                false => FaultKind::Unavailable,
            };
            Fault::new(kind, error.without_url().to_string())
        };
        let answer = client.request(method.clone(), address).send().await;
        let answer = answer.map_err(failed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(failed)?;
        match status.is_success() {
            true if body.is_empty() => Ok(Element::default()),
            true => Element::parse(&body)
                .map_err(|error| Fault::new(FaultKind::Garbled, format!("no XML: {error}"))),
            false => Err(Fault::of_answer(status, &headers, &body)),
        }
    }
}

#[async_trait]
impl Wire for Asking {
    async fn ask(
        &self,
        method: Method,
        key: &str,
        query: &[(&'static str, &str)],
    ) -> Result<Element, Fault> {
        let timing = Timing::default();
        let mut tried = 1;
        loop {
            match self.once(&method, key, query).await {
                Err(fault) if fault.is_retryable() && tried < timing.attempts => {
                    tokio::time::sleep(timing.pause(tried, fault.retry_after)).await;
                    tried += 1;
                }
                result => return result,
            }
        }
    }
}
