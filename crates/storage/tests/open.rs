//! Opening a store: what is checked, what is made, and what is said when it does not work.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use object_store::memory::InMemory;
use std::sync::Arc;
use storage::testing::MinioServer;
use storage::{RunStore, Secrets, StorageError, StoreSetting};
use support::backend::{keys, pattern, read, upload};
use support::faulty::{Fail, Faulty};

async fn refused(setting: &StoreSetting, secrets: &Secrets) -> StorageError {
    RunStore::open(setting, secrets).await.err().unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn a_directory_is_made_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("a").join("b");
    RunStore::open(
        &StoreSetting::File { dir: store.clone() },
        &Secrets::default(),
    )
    .await
    .unwrap();
    assert_eq!(
        store.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );

    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = refused(
        &StoreSetting::File { dir: file.clone() },
        &Secrets::default(),
    )
    .await;
    let expected = format!(
        "The directory {} of the store cannot be used: File exists (os error 17).",
        file.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_store_of_a_later_version_is_not_touched() {
    let store = Arc::new(InMemory::new());
    RunStore::on(store.clone()).await.unwrap();
    let before = keys(&*store).await;
    assert_eq!(before, ["meta/format.json"]);
    RunStore::on(store.clone()).await.unwrap();
    object_store::ObjectStoreExt::put(
        &*store,
        &"meta/format.json".into(),
        "{\"format\":9,\"store\":\"x\"}".into(),
    )
    .await
    .unwrap();
    let error = RunStore::on(store.clone()).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "The store was written by a later version of Surprisal (format 9); use that version, or another store."
    );
}

#[tokio::test]
async fn every_probe_counts() {
    for operation in [
        "put probe",
        "head probe",
        "get probe",
        "list probe",
        "get meta",
        "put meta",
    ] {
        let store = Faulty::new();
        store.fail(operation, Fail::Before);
        assert!(
            matches!(
                RunStore::on(Arc::new(store)).await.err(),
                Some(StorageError::Unavailable(_))
            ),
            "{operation}"
        );
    }
    let store = Faulty::new();
    store.fail("multipart", Fail::Before);
    RunStore::on(Arc::new(store)).await.unwrap();
}

#[tokio::test]
async fn credentials_are_needed_for_minio() {
    let setting: StoreSetting = "minio://127.0.0.1:1/bucket".parse().unwrap();
    assert_eq!(
        refused(&setting, &Secrets::default()).await.to_string(),
        "A minio:// store needs credentials; set MINIO_ACCESS_KEY and MINIO_SECRET_KEY, or MINIO_ACCESS_KEY_FILE and \
         MINIO_SECRET_KEY_FILE."
    );
    let secrets = Secrets {
        access_key: "a".into(),
        secret_key: "hush".into(),
        session_token: None,
    };
    let error = refused(&setting, &secrets).await;
    assert!(matches!(error, StorageError::Unavailable(_)), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("MinIO at 127.0.0.1:1 with tls=false"),
        "{text}"
    );
    assert!(
        text.ends_with("Is it running there, and is tls right?"),
        "{text}"
    );
    assert!(!text.contains("hush"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_minio() {
    let Some(server) = MinioServer::shared().unwrap() else {
        return;
    };
    let bucket = format!("open-{}", ulid::Ulid::new().to_string().to_lowercase());
    let endpoint = server.endpoint();
    let address = format!("minio://{endpoint}/{bucket}");
    let secrets = server.secrets();

    // A missing bucket is a fault of the setting, never an empty store.
    let error = refused(&address.parse().unwrap(), &secrets).await;
    assert_eq!(
        error.to_string(),
        format!(
            "MinIO at {endpoint} has no bucket {bucket}; make it, or add create=true to the store's address."
        )
    );

    // Wrong credentials say so, and are never "not there".
    for (access_key, secret_key) in [
        (secrets.access_key.as_str(), "wrong-wrong"),
        ("nobody", "wrong-wrong"),
    ] {
        let wrong = Secrets {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            session_token: None,
        };
        let error = refused(&format!("{address}?create=true").parse().unwrap(), &wrong).await;
        let text = error.to_string();
        assert!(
            text.starts_with("MinIO does not accept the credentials; check MINIO_ACCESS_KEY"),
            "{text}"
        );
        assert!(matches!(error, StorageError::Misconfigured(_)));
        assert!(!text.contains("wrong-wrong"), "{text}");
    }

    // TLS where there is none.
    let error = refused(&format!("{address}?tls=true").parse().unwrap(), &secrets).await;
    assert!(matches!(error, StorageError::Unavailable(_)), "{error}");

    // Made on demand, found afterwards, also below a prefix and in another region.
    let create = RunStore::open(&format!("{address}?create=true").parse().unwrap(), &secrets)
        .await
        .unwrap();
    let run = create
        .commit(upload(&create, &pattern(10)).await, Default::default())
        .await
        .unwrap();
    let again = RunStore::open(&address.parse().unwrap(), &secrets)
        .await
        .unwrap();
    assert!(read(&again, &run.id, None).await == pattern(10));
    let below = RunStore::open(&format!("{address}/a/b").parse().unwrap(), &secrets)
        .await
        .unwrap();
    assert_eq!(below.list(&Default::default()).await.unwrap().total, 0);
    let run = below
        .commit(upload(&below, &pattern(11)).await, Default::default())
        .await
        .unwrap();
    assert_eq!(below.list(&Default::default()).await.unwrap().total, 1);
    assert!(read(&below, &run.id, None).await == pattern(11));
    assert_eq!(again.list(&Default::default()).await.unwrap().total, 1);
}

#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bucket_through_two_clients() {
    let Some(server) = MinioServer::shared().unwrap() else {
        return;
    };
    let bucket = format!("both-{}", ulid::Ulid::new().to_string().to_lowercase());
    let secrets = server.secrets();
    let address = server.s3_setting(&bucket);
    let place = format!("http://{}", server.endpoint());

    let error = refused(&address, &secrets).await;
    assert_eq!(
        error.to_string(),
        format!("S3 at {place} has no bucket {bucket}; make it, or correct the store's address.")
    );
    let minio = RunStore::open(&server.setting(&bucket), &secrets)
        .await
        .unwrap();
    for (access_key, secret_key) in [
        (secrets.access_key.as_str(), "hush-hush"),
        ("nobody", "hush-hush"),
    ] {
        let wrong = Secrets {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            session_token: None,
        };
        let error = refused(&address, &wrong).await;
        let text = error.to_string();
        assert!(matches!(error, StorageError::Denied(_)), "{text}");
        assert!(text.contains("check AWS_ACCESS_KEY_ID"), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }

    // Small and in parts, written by each and read by the other.
    let s3 = RunStore::open(&address, &secrets).await.unwrap();
    for (from, to) in [(&minio, &s3), (&s3, &minio)] {
        for size in [17, 9 * 1024 * 1024] {
            let bytes = pattern(size);
            let run = from
                .commit(upload(from, &bytes).await, Default::default())
                .await
                .unwrap();
            assert_eq!(to.run(&run.id).await.unwrap(), run);
            assert!(read(to, &run.id, None).await == bytes);
            assert!(read(to, &run.id, Some(5..9)).await == bytes[5..9]);
        }
    }
    let list = |runs: RunStore| async move { runs.list(&Default::default()).await.unwrap() };
    assert_eq!(list(s3.clone()).await, list(minio.clone()).await);
    assert_eq!(list(s3.clone()).await.total, 4);
    let missing = "01jgfjjz00rstv1234567890ab";
    assert!(matches!(
        s3.run(missing).await,
        Err(StorageError::NotFound(_))
    ));
}
