//! Who waits, who is sent away, and that nobody computes for those who have gone.
use super::{Asked, happenings};
use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, Request};
use serde_json::json;
use server::config::Limits;
use std::time::Duration;
use tower::ServiceExt as _;

/// Would take minutes.
fn endless() -> Request<Body> {
    let body = json!({"model": "llama", "input_ids": [1, 2], "parameters": {"max_new_tokens": 1_000_000, "min_new_tokens": 1_000_000}});
    crate::app::request(Method::POST, api::GENERATE, &[], body.to_string().into())
}

async fn asked() -> Asked {
    let limits = Limits {
        generated_tokens: usize::MAX,
        waiting_generations: 1,
        ..Limits::default()
    };
    Asked::with(limits, &[]).await
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(waited.is_ok(), "never: {what}");
}

#[tokio::test]
async fn a_full_queue_sends_away_and_those_who_leave_stop_the_engine() {
    let asked = asked().await;
    let turns = &asked.app.server.models.turns;
    let open = |request| asked.app.router.clone().oneshot(request);
    let mut running = open(endless())
        .await
        .unwrap()
        .into_body()
        .into_data_stream();
    until("it runs", || turns.running() == 1).await;
    // It writes while others wait.
    for _ in 0..3 {
        running.next().await.unwrap().unwrap();
    }
    let mut waiting = open(endless())
        .await
        .unwrap()
        .into_body()
        .into_data_stream();
    let first = waiting.next().await.unwrap().unwrap();
    assert_eq!(
        &first[..],
        b"event: waiting\ndata: {\"event\":\"waiting\",\"ahead\":1}\n\n"
    );
    let refused = asked.app.send(endless()).await;
    refused.assert_error(
        503,
        "busy",
        "Too many wait for a model right now. Try again in a moment.",
    );
    assert_eq!(refused.header("retry-after"), "5");
    drop(waiting);
    drop(running);
    until("the engine stops", || turns.running() == 0).await;
    // There is room again.
    let body = json!({"model": "llama", "input_ids": [1, 2], "parameters": {"max_new_tokens": 2}});
    let reply = asked.post(api::GENERATE, body).await;
    assert_eq!(happenings(&reply).len(), 4);
}

/// A reader who is slow holds up nobody: the engine never waits for it.
#[tokio::test]
async fn nobody_waits_for_a_slow_reader() {
    let asked = asked().await;
    let turns = &asked.app.server.models.turns;
    let body = json!({"model": "llama", "input_ids": [1, 2], "parameters": {"max_new_tokens": 300, "min_new_tokens": 300}});
    let request = crate::app::request(Method::POST, api::GENERATE, &[], body.to_string().into());
    let response = asked.app.router.clone().oneshot(request).await.unwrap();
    until("it is done", || turns.running() == 0).await;
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(text.matches("event: token\n").count(), 300);
}
