//! Links to runs: made, known by all servers, withdrawn, over; and no secret in the store.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use object_store::ObjectStoreExt as _;
use storage::{NewShare, Opened, RunStore, ShareState, StorageError};
use support::backend::{Backend, pattern, upload};

async fn store(runs: &RunStore, size: usize) -> String {
    let uploaded = upload(runs, &pattern(size)).await;
    runs.commit(uploaded, RunSummary::default())
        .await
        .unwrap()
        .id
}

#[tokio::test]
async fn a_link_works_everywhere_until_it_is_withdrawn() {
    let backend = Backend::memory();
    let (one, two) = (backend.open().await, backend.open().await);
    let (run, other) = (store(&one, 10).await, store(&one, 11).await);
    let wish = NewShare {
        label: " for Ann ".into(),
        expires_at_ms: None,
    };
    let (share, token) = one.share(&run, wish).await.unwrap();
    assert_eq!(
        (share.run.as_str(), share.label.as_str(), share.state),
        (run.as_str(), "for Ann", ShareState::Works)
    );
    let secret = token.split_once('.').unwrap().1;
    assert_eq!(secret.len(), 43, "256 bits");
    for server in [&one, &two] {
        assert_eq!(
            server.opened(&token).await.unwrap(),
            Opened::Works(share.clone())
        );
    }
    assert_eq!(two.shares(&run).await.unwrap(), vec![share.clone()]);
    assert_eq!(two.shares(&other).await.unwrap(), vec![]);
    // Another secret, another link, no link.
    let (_, second) = one.share(&run, NewShare::default()).await.unwrap();
    let crossed = format!("{}.{secret}", second.split_once('.').unwrap().0);
    for text in [
        &crossed,
        &token[..token.len() - 1],
        &share.id,
        "x",
        "",
        &format!("{token}A"),
    ] {
        assert_eq!(one.opened(text).await.unwrap(), Opened::Unknown, "{text}");
    }
    // The store never has the secret.
    for key in backend.keys().await {
        let object = backend.raw().get(&key.as_str().into()).await.unwrap();
        let bytes = object.bytes().await.unwrap();
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{key}");
    }
    // Of another run there is no such link.
    for (id, link) in [(&other, share.id.as_str()), (&run, "x")] {
        match two.withdraw(id, link).await {
            Err(StorageError::NotFound(name)) => assert_eq!(name, link),
            other => panic!("{other:?}"),
        }
    }
    two.withdraw(&run, &share.id).await.unwrap();
    two.withdraw(&run, &share.id).await.unwrap();
    // As deletions are seen: within a second.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for server in [&one, &two] {
        match server.opened(&token).await.unwrap() {
            Opened::Ended(share) => assert_eq!(share.state, ShareState::Withdrawn),
            other => panic!("{other:?}"),
        }
    }
    let states: Vec<_> = one.shares(&run).await.unwrap();
    let states: Vec<_> = states.iter().map(|share| share.state).collect();
    assert_eq!(states, [ShareState::Works, ShareState::Withdrawn]);
}

#[tokio::test]
async fn a_link_ends_at_its_time() {
    let runs = Backend::memory().open().await;
    let run = store(&runs, 10).await;
    let end = runs.now_ms() + 300;
    let wish = NewShare {
        expires_at_ms: Some(end),
        ..NewShare::default()
    };
    let (share, token) = runs.share(&run, wish).await.unwrap();
    assert_eq!(share.expires_at_ms, Some(end));
    assert!(matches!(
        runs.opened(&token).await.unwrap(),
        Opened::Works(_)
    ));
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    match runs.opened(&token).await.unwrap() {
        Opened::Ended(share) => assert_eq!(share.state, ShareState::Expired),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_refused() {
    let runs = Backend::memory().open().await;
    let run = store(&runs, 10).await;
    for (wish, message) in [
        (
            NewShare {
                label: "x".repeat(101),
                ..NewShare::default()
            },
            "bad request: A label has at most 100 characters, without line ends.",
        ),
        (
            NewShare {
                label: "a\nb".into(),
                ..NewShare::default()
            },
            "bad request: A label has at most 100 characters, without line ends.",
        ),
        (
            NewShare {
                expires_at_ms: Some(1),
                ..NewShare::default()
            },
            "bad request: `expires_at_ms` has to lie ahead.",
        ),
    ] {
        let error = runs.share(&run, wish).await.unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    runs.delete(&run).await.unwrap();
    assert!(matches!(
        runs.share(&run, NewShare::default()).await,
        Err(StorageError::Gone(_))
    ));
}
