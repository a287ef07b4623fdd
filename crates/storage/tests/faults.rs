//! A MinIO that misbehaves: each fault gives the right kind of error, within its time, after the right number of
//! attempts, and nothing is ever taken for "not there" that may be there.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode};
use std::time::{Duration, Instant};
use storage::minio::{Fault, FaultKind, MinioStore, Timing};
use support::stub::{Step, Stub, answer, error, hasty};

const ETAG: (&str, &str) = ("ETag", "\"1\"");

/// One request each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Put,
    Create,
    Get,
    Head,
    Delete,
    List,
    Copy,
    Start,
}

const ALL: [Operation; 8] = [
    Operation::Put,
    Operation::Create,
    Operation::Get,
    Operation::Head,
    Operation::Delete,
    Operation::List,
    Operation::Copy,
    Operation::Start,
];

impl Operation {
    async fn run(self, store: &MinioStore) -> Result<(), Error> {
        let key = Path::from("a/key");
        match self {
            Self::Put => store.put(&key, "body".into()).await.map(drop),
            Self::Create => store
                .put_opts(&key, "body".into(), PutMode::Create.into())
                .await
                .map(drop),
            Self::Get => store.get(&key).await?.bytes().await.map(drop),
            Self::Head => store.head(&key).await.map(drop),
            Self::Delete => store.delete(&key).await,
            Self::List => store.list(None).try_collect::<Vec<_>>().await.map(drop),
            Self::Copy => store.copy(&key, &Path::from("to")).await,
            Self::Start => store.put_multipart(&key).await.map(drop),
        }
    }
}

/// The fault below an error of the trait.
fn fault(error: &Error) -> &Fault {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref() {
            return fault;
        }
        next = error.source();
    }
    panic!("no fault below {error:?}")
}

/// Runs every operation against one step and compares kind and number of attempts.
async fn expect(step: Step, store: fn(&Stub) -> MinioStore, kind: FaultKind, attempts: usize) {
    let runs = ALL.map(|operation| {
        let step = step.clone();
        async move {
            let stub = Stub::play([step.clone()]).await;
            let begin = Instant::now();
            let error = operation.run(&store(&stub)).await.unwrap_err();
            let what = format!("{operation:?} against {step:?}: {error:?}");
            assert_eq!(fault(&error).kind, kind, "{what}");
            assert_eq!(stub.lines().len(), attempts, "{what}");
            assert_eq!(fault(&error).attempts as usize, attempts, "{what}");
            assert_eq!(
                matches!(error, Error::NotFound { .. }),
                kind == FaultKind::NotFound,
                "{what}"
            );
            assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
            for secret in ["the-secret-key", "the-session-token", "the-access-key"] {
                assert!(!what.contains(secret), "{what}");
            }
        }
    });
    futures::future::join_all(runs).await;
}

#[tokio::test]
async fn silence_ends_with_a_timeout() {
    expect(Step::Silence, Stub::hasty_store, FaultKind::Timeout, 3).await;
}

#[tokio::test]
async fn slow_drips_end_with_a_timeout() {
    let body = b"HTTP/1.1 200 X\r\nContent-Length: 60000\r\n\r\n".to_vec();
    let stub = Stub::play([Step::Drip(body)]).await;
    let error = Operation::Get.run(&stub.hasty_store()).await.unwrap_err();
    assert_eq!(
        (fault(&error).kind, stub.lines().len()),
        (FaultKind::Timeout, 3)
    );
    expect(
        Step::Drip(b"HTTP/1.1 200 OK\r\nX-Slow:".to_vec()),
        Stub::hasty_store,
        FaultKind::Timeout,
        3,
    )
    .await;
}

#[tokio::test]
async fn broken_connections_are_retried() {
    expect(Step::Close, Stub::store, FaultKind::Unavailable, 3).await;
    expect(
        Step::Reset(Vec::new()),
        Stub::store,
        FaultKind::Unavailable,
        3,
    )
    .await;
    expect(
        Step::Reset(b"HTTP/1.1 200 OK\r\nContent-".to_vec()),
        Stub::store,
        FaultKind::Unavailable,
        3,
    )
    .await;
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1024 * 1024));
    expect(
        Step::Raw(long.into_bytes()),
        Stub::store,
        FaultKind::Unavailable,
        3,
    )
    .await;
}

#[tokio::test]
async fn server_errors_are_retried() {
    expect(answer(503, &[], ""), Stub::store, FaultKind::Unavailable, 3).await;
    expect(answer(500, &[], ""), Stub::store, FaultKind::Unavailable, 3).await;
    expect(
        answer(504, &[], "cut"),
        Stub::store,
        FaultKind::Unavailable,
        3,
    )
    .await;
    let page = answer(
        502,
        &[("Content-Type", "text/html")],
        "<html><body>Bad gateway<br></body></html>",
    );
    expect(page, Stub::store, FaultKind::Unavailable, 3).await;
    expect(answer(429, &[], ""), Stub::store, FaultKind::Throttled, 3).await;
    expect(answer(408, &[], ""), Stub::store, FaultKind::Timeout, 3).await;
}

#[tokio::test]
async fn refusals_are_not_retried() {
    expect(answer(403, &[], ""), Stub::store, FaultKind::Denied, 1).await;
    expect(
        answer(401, &[], ""),
        Stub::store,
        FaultKind::Misconfigured,
        1,
    )
    .await;
    expect(
        answer(400, &[], ""),
        Stub::store,
        FaultKind::Misconfigured,
        1,
    )
    .await;
    expect(
        answer(411, &[], ""),
        Stub::store,
        FaultKind::Misconfigured,
        1,
    )
    .await;
    expect(
        answer(413, &[], ""),
        Stub::store,
        FaultKind::Misconfigured,
        1,
    )
    .await;
    expect(answer(507, &[], ""), Stub::store, FaultKind::Full, 1).await;
    expect(
        answer(307, &[("Location", "http://127.0.0.1:1/")], ""),
        Stub::store,
        FaultKind::Misconfigured,
        1,
    )
    .await;
    expect(answer(404, &[], ""), Stub::store, FaultKind::NotFound, 1).await;
}

/// What the body tells; a HEAD has none, so these are tried with the others.
#[tokio::test]
async fn codes_refine_what_the_status_says() {
    for (step, kind, attempts) in [
        (error(404, "NoSuchBucket"), FaultKind::Misconfigured, 1),
        (
            error(403, "RequestTimeTooSkewed"),
            FaultKind::Misconfigured,
            1,
        ),
        (
            error(403, "SignatureDoesNotMatch"),
            FaultKind::Misconfigured,
            1,
        ),
        (
            error(403, "InvalidAccessKeyId"),
            FaultKind::Misconfigured,
            1,
        ),
        (error(403, "AccessDenied"), FaultKind::Denied, 1),
        (error(503, "SlowDown"), FaultKind::Throttled, 3),
        (error(507, "XMinioStorageFull"), FaultKind::Full, 1),
        (
            answer(
                404,
                &[("Content-Type", "text/html")],
                "<html>no such page</html>",
            ),
            FaultKind::Misconfigured,
            1,
        ),
    ] {
        for operation in ALL
            .into_iter()
            .filter(|operation| *operation != Operation::Head)
        {
            let stub = Stub::play([step.clone()]).await;
            let error = operation.run(&stub.store()).await.unwrap_err();
            assert_eq!(
                (fault(&error).kind, stub.lines().len()),
                (kind, attempts),
                "{operation:?} {step:?}"
            );
            assert!(
                !matches!(error, Error::NotFound { .. }),
                "{operation:?} {step:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_retry_may_succeed() {
    let ok = |operation| match operation {
        Operation::Get => answer(200, &[ETAG], "body"),
        Operation::List => answer(200, &[], "<ListBucketResult/>"),
        Operation::Copy => answer(
            200,
            &[],
            "<CopyObjectResult><ETag>1</ETag></CopyObjectResult>",
        ),
        Operation::Start => answer(
            200,
            &[],
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        ),
        Operation::Delete => answer(204, &[], ""),
        _ => answer(200, &[ETAG], ""),
    };
    for first in [
        answer(503, &[], ""),
        error(503, "SlowDown"),
        Step::Close,
        Step::Reset(b"HTTP/1.1 2".to_vec()),
    ] {
        for operation in ALL {
            let stub = Stub::play([first.clone(), ok(operation)]).await;
            operation.run(&stub.store()).await.unwrap();
            let lines = stub.lines();
            assert_eq!(lines[0], lines[1], "{operation:?}");
            // A multipart upload that is dropped aborts itself.
            assert!(
                lines.len() == 2 || operation == Operation::Start,
                "{lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn retry_after_is_respected_up_to_the_deadline() {
    let stub = Stub::play([
        answer(503, &[("Retry-After", "1")], ""),
        answer(200, &[ETAG], ""),
    ])
    .await;
    let begin = Instant::now();
    Operation::Put.run(&stub.store()).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(1));

    let stub = Stub::play([answer(503, &[("Retry-After", "3600")], "")]).await;
    let begin = Instant::now();
    Operation::Put.run(&stub.store()).await.unwrap_err();
    assert_eq!(stub.lines().len(), 1);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_outage_is_not_amplified() {
    let stub = Stub::play([answer(503, &[], "")]).await;
    let store = stub.store();
    for _ in 0..100 {
        Operation::Put.run(&store).await.unwrap_err();
    }
    let requests = stub.lines().len();
    assert!((101..=140).contains(&requests), "{requests}");
}

#[tokio::test]
async fn success_with_an_error_inside() {
    for (code, kind, attempts) in [
        ("InternalError", FaultKind::Unavailable, 3),
        ("SlowDown", FaultKind::Throttled, 3),
        ("InvalidRequest", FaultKind::Misconfigured, 1),
    ] {
        let stub = Stub::play([error(200, code)]).await;
        let error = Operation::Copy.run(&stub.store()).await.unwrap_err();
        assert_eq!(
            (fault(&error).kind, stub.lines().len()),
            (kind, attempts),
            "{code}"
        );
    }
    // White space that keeps the connection alive comes before the document.
    let stub = Stub::play([answer(
        200,
        &[],
        "  \n<?xml version=\"1.0\"?><CopyObjectResult/>",
    )])
    .await;
    Operation::Copy.run(&stub.store()).await.unwrap();
}

#[tokio::test]
async fn a_create_whose_success_was_not_seen() {
    // The first attempt wrote the object, its answer was lost, the second one is refused because of it.
    let script = |found: &str| {
        [
            Step::Close,
            error(412, "PreconditionFailed"),
            answer(200, &[ETAG], found),
        ]
    };
    let stub = Stub::play(script("body")).await;
    Operation::Create.run(&stub.store()).await.unwrap();

    let stub = Stub::play(script("else")).await;
    let error = Operation::Create.run(&stub.store()).await.unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }), "{error:?}");

    for step in [
        support::stub::error(412, "PreconditionFailed"),
        support::stub::error(409, "OperationAborted"),
    ] {
        let stub = Stub::play([step]).await;
        let error = Operation::Create.run(&stub.store()).await.unwrap_err();
        assert!(matches!(error, Error::AlreadyExists { .. }), "{error:?}");
        assert_eq!(stub.lines().len(), 1);
    }
}

#[tokio::test]
async fn bodies_of_the_wrong_length() {
    let key = Path::from("key");
    // Small ones are read within the attempt, and so are retried.
    let short = answer(200, &[("Content-Length", "10"), ETAG], "short");
    let stub = Stub::play([short.clone(), short, answer(200, &[ETAG], "whole")]).await;
    assert_eq!(
        stub.store().get(&key).await.unwrap().bytes().await.unwrap(),
        "whole"
    );
    assert_eq!(stub.lines().len(), 3);

    // Large ones are handed on as they come, and end with an error.
    let stub = Stub::play([answer(
        200,
        &[("Content-Length", "200000"), ETAG],
        &"x".repeat(150_000),
    )])
    .await;
    let error = stub
        .store()
        .get(&key)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(fault(&error).kind, FaultKind::Unavailable);
    let mut reset = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n".to_vec();
    reset.extend([b'x'; 100_000]);
    let stub = Stub::play([Step::Reset(reset.clone())]).await;
    let error = async { stub.store().get(&key).await?.bytes().await }
        .await
        .unwrap_err();
    assert_eq!(fault(&error).kind, FaultKind::Unavailable);

    // A body that stands still.
    let stub = Stub::play([Step::Drip(reset)]).await;
    let begin = Instant::now();
    let timing = Timing {
        idle: Duration::from_millis(20),
        ..hasty()
    };
    let error = async { stub.store_with(timing).get(&key).await?.bytes().await }
        .await
        .unwrap_err();
    assert_eq!(fault(&error).kind, FaultKind::Timeout);
    assert!(begin.elapsed() < Duration::from_secs(5));

    // More than announced is not handed on.
    let stub = Stub::play([answer(200, &[("Content-Length", "3"), ETAG], "longer")]).await;
    assert_eq!(
        stub.store().get(&key).await.unwrap().bytes().await.unwrap(),
        "lon"
    );

    // An unknown length, and a range that was not asked for.
    let stub = Stub::play([Step::Raw(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody".to_vec(),
    )])
    .await;
    assert_eq!(
        fault(&stub.store().get(&key).await.unwrap_err()).kind,
        FaultKind::Garbled
    );
    for (status, content_range) in [(206, "bytes 3-6/10"), (206, "nonsense"), (200, "")] {
        let stub = Stub::play([answer(status, &[("Content-Range", content_range)], "body")]).await;
        let options = GetOptions::new().with_range(Some(2..6));
        let error = stub.store().get_opts(&key, options).await.unwrap_err();
        assert_eq!(fault(&error).kind, FaultKind::Garbled, "{content_range}");
    }
}

#[tokio::test]
async fn listings_of_terse_servers() {
    let listing = "<?xml version=\"1.0\"?><ListBucketResult><Name>bucket</Name>\
                   <Contents><Key>a</Key><Size>1</Size></Contents>\
                   <Contents><Key> b c&amp;d </Key><Size>2</Size></Contents>\
                   <Contents><Key>folder/</Key><Size>0</Size></Contents>\
                   <Contents><Key>a//b</Key><Size>0</Size></Contents></ListBucketResult>";
    let stub = Stub::play([answer(200, &[], listing)]).await;
    let found: Vec<_> = stub.store().list(None).try_collect().await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|meta| (meta.location.as_ref(), meta.size, meta.e_tag.as_deref()))
        .collect();
    assert_eq!(
        found,
        [("a", 1, None), (" b c&d ", 2, None)],
        "spaces stay, nothing is decoded unasked"
    );

    let encoded = "<ListBucketResult><EncodingType>url</EncodingType>\
                   <Contents><Key>a+b%2Bc%2520/%F0%9F%98%80</Key><Size>1</Size><ETag>&quot;x&quot;</ETag></Contents>\
                   <Contents><Key>bad%</Key><Size>1</Size></Contents></ListBucketResult>";
    let stub = Stub::play([answer(200, &[], encoded)]).await;
    let found: Vec<_> = stub.store().list(None).try_collect().await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|meta| (meta.location.as_ref(), meta.e_tag.as_deref()))
        .collect();
    assert_eq!(found, [("a b+c%20/😀", Some("\"x\""))], "decoded once");
}

#[tokio::test]
async fn listings_that_cannot_be_trusted() {
    let page = |token: &str| {
        let body = format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>k</Key><Size>1</Size></Contents>{token}\
             </ListBucketResult>"
        );
        answer(200, &[], &body)
    };
    let token = "<NextContinuationToken>same</NextContinuationToken>";
    for (step, requests) in [
        (page(token), 2),
        (page(""), 1),
        (
            answer(200, &[], "<ListBucketResult><Contents><Key>a</Key>"),
            1,
        ),
        (answer(200, &[], ""), 1),
        (answer(200, &[], "<html></html>"), 1),
        (
            answer(
                200,
                &[],
                "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
            ),
            1,
        ),
    ] {
        let stub = Stub::play([step.clone()]).await;
        let error = Operation::List.run(&stub.store()).await.unwrap_err();
        assert_eq!(
            (fault(&error).kind, stub.lines().len()),
            (FaultKind::Garbled, requests),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn pages_follow_their_tokens() {
    let first = "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>p/1</Key><Size>1</Size></Contents>\
                 <NextContinuationToken>t/+= 1%20</NextContinuationToken></ListBucketResult>";
    let last = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>p/2</Key><Size>1</Size></Contents>\
                </ListBucketResult>";
    let stub = Stub::play([answer(200, &[], first), answer(200, &[], last)]).await;
    let prefix = Path::parse("p%20").unwrap();
    let found: Vec<_> = stub
        .store()
        .list_with_offset(Some(&prefix), &"p/0".into())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    let common = "GET /bucket?list-type=2&encoding-type=url&max-keys=1000&prefix=p%2520%2F&start-after=p%2F0";
    assert_eq!(
        stub.lines(),
        [
            common.to_owned(),
            format!("{common}&continuation-token=t%2F%2B%3D%201%2520")
        ]
    );
}

const STARTED: &str =
    "<InitiateMultipartUploadResult><UploadId>u/1+</UploadId></InitiateMultipartUploadResult>";

/// A multipart upload of two parts against a script for what comes after the parts.
async fn complete(after: impl IntoIterator<Item = Step>) -> (Result<(), Error>, Vec<String>) {
    let part = answer(200, &[("ETag", "\"<part>\"")], "");
    let stub = Stub::play(
        [answer(200, &[], STARTED), part.clone(), part]
            .into_iter()
            .chain(after),
    )
    .await;
    let mut upload = stub
        .store()
        .put_multipart(&Path::from("key"))
        .await
        .unwrap();
    upload.put_part("123".into()).await.unwrap();
    upload.put_part("4567".into()).await.unwrap();
    let result = upload.complete().await.map(drop);
    drop(upload);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let seen = stub.seen();
    if let Some(complete) = seen.get(3) {
        assert_eq!(
            String::from_utf8_lossy(&complete.body),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Part><PartNumber>1</PartNumber><ETag>&quot;&lt;part&gt;&quot;</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>&quot;&lt;part&gt;&quot;</ETag></Part></CompleteMultipartUpload>"
        );
    }
    (result, stub.lines().split_off(3))
}

const POST: &str = "POST /bucket/key?uploadId=u%2F1%2B";
const ABORT: &str = "DELETE /bucket/key?uploadId=u%2F1%2B";
const HEAD: &str = "HEAD /bucket/key?";

#[tokio::test]
async fn completions_and_their_doubts() {
    let done = || {
        answer(
            200,
            &[],
            "<CompleteMultipartUploadResult><ETag>x-2</ETag></CompleteMultipartUploadResult>",
        )
    };
    let head = |size: &str| answer(200, &[("Content-Length", size), ETAG], "");

    let (result, lines) = complete([done()]).await;
    result.unwrap();
    assert_eq!(lines, [POST]);

    // The first attempt succeeded unseen: the upload is gone and the object is there.
    let (result, lines) = complete([Step::Close, error(404, "NoSuchUpload"), head("7")]).await;
    result.unwrap();
    assert_eq!(lines, [POST, POST, HEAD]);

    // The answer was cut.
    let (result, lines) = complete([answer(200, &[], "<CompleteMultipartUpl"), head("7")]).await;
    result.unwrap();
    assert_eq!(lines, [POST, HEAD]);

    // Never an answer, but the object is there.
    let (result, lines) = complete([
        answer(503, &[], ""),
        answer(503, &[], ""),
        answer(503, &[], ""),
        head("7"),
    ])
    .await;
    result.unwrap();
    assert_eq!(lines, [POST, POST, POST, HEAD]);

    // Another size is another object: the upload is given up.
    let (result, lines) = complete([
        Step::Close,
        error(404, "NoSuchUpload"),
        head("8"),
        answer(204, &[], ""),
    ])
    .await;
    assert_eq!(fault(&result.unwrap_err()).kind, FaultKind::NotFound);
    assert_eq!(lines, [POST, POST, HEAD, ABORT]);

    // 200, but an error: retried, then refused, and aborted.
    let (result, lines) = complete([error(200, "InternalError"), done()]).await;
    result.unwrap();
    assert_eq!(lines, [POST, POST]);
    let (result, lines) = complete([error(200, "InvalidPart"), answer(204, &[], "")]).await;
    assert_eq!(fault(&result.unwrap_err()).code, "InvalidPart");
    assert_eq!(lines, [POST, ABORT]);
}

#[tokio::test]
async fn parts_are_numbered_by_call_and_uploads_abort_when_dropped() {
    let part = answer(200, &[ETAG], "");
    let stub = Stub::play([
        answer(200, &[], STARTED),
        part.clone(),
        part,
        answer(204, &[], ""),
    ])
    .await;
    let mut upload = stub
        .store()
        .put_multipart(&Path::from("key"))
        .await
        .unwrap();
    let (first, second) = (upload.put_part("1".into()), upload.put_part("2".into()));
    second.await.unwrap();
    first.await.unwrap();
    drop(upload);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let id = "uploadId=u%2F1%2B";
    assert_eq!(
        stub.lines(),
        [
            "POST /bucket/key?uploads".to_owned(),
            format!("PUT /bucket/key?{id}&partNumber=2"),
            format!("PUT /bucket/key?{id}&partNumber=1"),
            format!("DELETE /bucket/key?{id}"),
        ]
    );

    // A part without an ETag cannot be completed; a part that is missing neither.
    let stub = Stub::play([
        answer(200, &[], STARTED),
        answer(200, &[], ""),
        answer(204, &[], ""),
    ])
    .await;
    let mut upload = stub
        .store()
        .put_multipart(&Path::from("key"))
        .await
        .unwrap();
    assert_eq!(
        fault(&upload.put_part("1".into()).await.unwrap_err()).kind,
        FaultKind::Garbled
    );
    assert_eq!(
        fault(&upload.complete().await.unwrap_err()).kind,
        FaultKind::Garbled
    );
    upload.abort().await.unwrap();
    drop(upload);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(stub.lines().len(), 3, "aborted once");
}

#[tokio::test]
async fn requests_are_signed_whole() {
    let stub = Stub::play([answer(200, &[ETAG], "")]).await;
    stub.store()
        .put(
            &Path::parse("a b/ü%2F").unwrap(),
            Bytes::from("body").into(),
        )
        .await
        .unwrap();
    let seen = stub.seen().remove(0);
    assert_eq!(seen.line, "PUT /bucket/a%20b/%C3%BC%252F?");
    assert_eq!(seen.body, b"body");
    let head = seen.head.to_lowercase();
    assert!(
        head.contains("x-amz-security-token: the-session-token\r\n"),
        "{head}"
    );
    let signed =
        "signedheaders=content-length;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,";
    assert!(head.contains(signed), "{head}");
    // The hash of the whole body, so that damage on the way is refused.
    assert!(head.contains(
        "x-amz-content-sha256: 230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5\r\n"
    ));
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn the_clock_of_the_server_is_noticed() {
    let date = (chrono::Utc::now() + chrono::Duration::minutes(20))
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let stub = Stub::play([answer(200, &[("Date", &date), ETAG], "")]).await;
    let store = stub.store();
    assert_eq!(store.clock_offset(), None);
    Operation::Put.run(&store).await.unwrap();
    assert!((1190..=1210).contains(&store.clock_offset().unwrap()));
}
