//! `GET /api/generations` and `GET /api/generations/{id}`.
use super::{RECORDS, ids, stored};
use crate::app::{App, TINY};
use serde_json::{Value, json};

#[tokio::test]
async fn filters_and_orders() {
    let app = App::new().await;
    let run = stored(&app).await;
    let by_run = format!("run={run}&model.id=tiny");
    let table: &[(&str, &[&str])] = &[
        ("", &["d", "c", "b", "a"]),
        ("sort=timestamp", &["a", "b", "c", "d"]),
        ("model.id=tiny", &["d", "c"]),
        (&by_run, &["d", "c"]),
        ("output.type=code", &["b"]),
        ("metadata.userId=u1", &["d", "a"]),
        ("metadata.userId=u1&metadata.sessionId=s1", &["a"]),
        ("tags=x", &["b", "a"]),
        ("tags=x,y", &["a"]),
        (
            "from=2025-01-02T00:00:00Z&to=2025-01-04T00:00:00Z",
            &["c", "b"],
        ),
        ("from=1735862400000", &["d", "c"]),
        ("rating_min=2&rating_max=2", &["a"]),
        ("rating_min=3", &[]),
        ("perplexity_max=2.5", &["c"]),
        ("probability_min=0.5", &["c"]),
        ("latency_min=150&sort=latency", &["d", "b"]),
        ("tokens_min=4", &["c"]),
        ("cost_max=1", &["a"]),
        ("from=2025-01-02&to=2025-01-03", &["b"]),
        ("rated=rated", &["a"]),
        ("rated=none", &["d", "c", "b"]),
        ("finishReason=stop", &[]),
        // Without a value they come last, in either direction.
        ("sort=latency", &["a", "d", "b", "c"]),
        ("sort=-latency", &["b", "d", "a", "c"]),
        ("sort=-tokens", &["c", "a", "d", "b"]),
    ];
    for (asked, want) in table {
        let reply = app.get(&format!("/api/generations?{asked}")).await;
        assert_eq!(reply.status, 200, "{asked}: {}", reply.text());
        let list: Value = reply.json();
        assert_eq!(ids(&list), *want, "{asked}");
        assert_eq!(list["unreadRuns"], 0);
        assert_eq!(list["next"], Value::Null, "{asked}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_every_order() {
    let app = App::new().await;
    let first = stored(&app).await;
    // The same times and latencies again: what is equal is told apart by its place.
    let second = stored(&app).await;
    assert_ne!(first, second);
    for sort in [
        "timestamp",
        "-timestamp",
        "latency",
        "-latency",
        "-perplexity",
        "rating",
    ] {
        let address = format!("/api/generations?sort={sort}&limit=100");
        let whole: Value = app.get(&address).await.json();
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let address = format!("/api/generations?sort={sort}&limit=3&cursor={cursor}");
            let page: Value = app.get(&address).await.json();
            paged.extend(page["generations"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(paged.len(), 8, "{sort}");
        assert_eq!(Value::Array(paged), whole["generations"], "{sort}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_by_name() {
    let app = App::new().await;
    for (asked, message) in [
        (
            "model_id=x",
            "There is no parameter `model_id`. Did you mean `model.id`?",
        ),
        (
            "rating_mim=1",
            "There is no parameter `rating_mim`. Did you mean `rating_min`?",
        ),
        (
            "output.type=picture",
            "`output.type` must be text, image, audio, code, json or other, not `picture`.",
        ),
        (
            "from=yesterday",
            "`from` must be a time such as 2025-01-31T12:00:00Z, or milliseconds since 1970, not `yesterday`.",
        ),
        (
            "cost_min=cheap",
            "`cost_min` must be a number such as 1.5, not `cheap`.",
        ),
        (
            "limit=many",
            "`limit` must be a number from 1 to 100, not `many`.",
        ),
        (
            "limit=0",
            "`limit` must be a number from 1 to 100, not `0`.",
        ),
        (
            "limit=101",
            "`limit` must be a number from 1 to 100, not `101`.",
        ),
        (
            "output.type=cod",
            "`output.type` must be text, image, audio, code, json or other, not `cod`. Did you mean `code`?",
        ),
        (
            "sort=-latncy",
            "`sort` must be timestamp, latency, cost, tokens, perplexity, probability or rating, with - before it for the largest first, not `-latncy`. Did you mean `-latency`?",
        ),
        (
            "sort=size",
            "`sort` must be timestamp, latency, cost, tokens, perplexity, probability or rating, with - before it for the largest first, not `size`.",
        ),
        ("run=x", "`run` must be the id of a run, not `x`."),
        (
            "run=8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "`run` must be the id of a run, not `8zzzzzzzzzzzzzzzzzzzzzzzzz`.",
        ),
        (
            "latency_min=NaN",
            "`latency_min` must be a number such as 1.5, not `NaN`.",
        ),
        (
            "cost_max=1e999",
            "`cost_max` must be a number such as 1.5, not `1e999`.",
        ),
        (
            "cursor=x",
            "`cursor` must be the `next` of the page before, in the same order; begin again with the first page.",
        ),
    ] {
        let reply = app.get(&format!("/api/generations?{asked}")).await;
        assert_eq!(reply.status, 400, "{asked}");
        let error: Value = reply.json();
        assert_eq!(error["message"], message, "{asked}");
    }
}

#[tokio::test]
async fn one_record_by_key_and_by_id() {
    let app = App::new().await;
    let run = stored(&app).await;
    let by_key: Value = app.get(&format!("/api/generations/{run}-2")).await.json();
    assert_eq!(by_key["id"], "c");
    assert_eq!(by_key["metrics"]["perplexity"], 2.0);
    assert_eq!(
        by_key["source"],
        json!({"key": format!("{run}-2"), "run": run, "record": 2, "choice": 0, "sequence": 2, "format": "generation"})
    );
    let by_id: Value = app.get("/api/generations/c").await.json();
    assert_eq!(by_id, by_key);
    // What the file says of it is kept.
    let first: Value = app.get(&format!("/api/generations/{run}-0")).await.json();
    assert_eq!(first["feedback"], json!({"rating": 2.0, "userId": "file"}));
    assert_eq!(
        first["feedbackHistory"],
        json!([{"rating": 2.0, "userId": "file"}])
    );
    let second: Value = app.get("/api/generations/b").await.json();
    assert_eq!(second["scores"], json!([{"name": "quality", "value": 0.5}]));

    for missing in [format!("{run}-4"), "e".to_owned()] {
        let reply = app.get(&format!("/api/generations/{missing}")).await;
        assert_eq!(reply.status, 404, "{missing}");
        let error: Value = reply.json();
        let message = format!(
            "There is no generation `{missing}`. Of a run that was just stored it may still have to be read."
        );
        assert_eq!(error["message"], message);
    }
    assert_eq!(app.delete(&format!("/api/runs/{run}")).await.status, 204);
    assert_eq!(
        app.get(&format!("/api/generations/{run}-2")).await.status,
        410
    );
    assert_eq!(app.get("/api/generations/c").await.status, 404);
    let list: Value = app.get("/api/generations").await.json();
    assert_eq!(ids(&list), [""; 0]);
}

/// Whatever a run is, its completions are there, and each is the record that the command line makes.
#[tokio::test]
async fn records_of_any_run() {
    let app = App::new().await;
    let long = "word ".repeat(500);
    let file = format!(
        "{TINY}\n{}\n",
        json!({"messages": [{"role": "user", "content": long}], "response": {"choices": [{"message": {"content": long}}]}})
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, file.as_bytes()).unwrap();
    for bytes in [file.clone().into_bytes(), packed.finish().unwrap()] {
        let reply = app.post("/api/runs?name=f.jsonl", &[], bytes).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let run = reply.json::<Value>()["id"].as_str().unwrap().to_owned();
        let list: Value = app
            .get(&format!("/api/generations?run={run}&sort=timestamp"))
            .await
            .json();
        assert_eq!(list["generations"][0]["id"], "c");
        let cut = &list["generations"][1];
        assert_eq!(cut["output"]["truncated"], true);
        assert_eq!(cut["output"]["content"].as_str().unwrap().len(), 1000);
        assert_eq!(cut["input"]["truncated"], true);
        let whole: Value = app.get(&format!("/api/generations/{run}-1")).await.json();
        assert_eq!(whole["output"]["content"], long);
        assert_eq!(whole["input"]["content"], long);
        assert_eq!(whole["output"]["truncated"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_no_record_is_not_stored() {
    let app = App::new().await;
    let reply = app.post("/api/generations", &[], r#"{"hello": 1}"#).await;
    assert_eq!(reply.status, 400);
    let error: Value = reply.json();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("No record was found. A generation has at least `model` with `id`, and `output` with `content`."),
        "{message}"
    );
    let runs: Value = app.get("/api/runs").await.json();
    assert_eq!(runs["total"], 0);
}

/// Who sends many hears what was not understood of them.
#[tokio::test]
async fn lines_that_are_no_records_are_told() {
    let app = App::new().await;
    let lines = format!("{TINY}\nnonsense\n{{\"hello\": 1}}\n");
    let reply = app.post("/api/generations", &[], lines).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let created: Value = reply.json();
    assert_eq!(created["generations"], 1);
    let problems = created["problems"].as_array().unwrap();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem["code"].as_str().unwrap(), &problem["places"][0][1]))
        .collect();
    assert_eq!(
        told,
        [("stray_text", &json!(2)), ("unrecognised", &json!(3))]
    );
    let reply = app.post("/api/generations?nme=x", &[], TINY).await;
    let message = "There is no parameter `nme`. This address takes none.";
    reply.assert_error(400, "bad_request", message);
}

#[tokio::test]
async fn a_repeated_request_is_one_run() {
    let app = App::new().await;
    let headers = [("idempotency-key", "k1")];
    let first = app.post("/api/generations", &headers, RECORDS).await;
    let again = app.post("/api/generations", &headers, RECORDS).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json::<Value>(), again.json::<Value>());
    let list: Value = app.get("/api/generations").await.json();
    assert_eq!(ids(&list).len(), 4);
}
