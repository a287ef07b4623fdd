//! `/api/runs`, `/api/health`, and addresses where nothing is.
use crate::app::{App, SAMPLE, TINY};
use api::{RunList, RunSummary};

#[tokio::test]
async fn store_show_list_delete() {
    let app = App::new().await;
    let reply = app
        .post(&api::upload_url("räk & små.json"), &[], TINY)
        .await;
    assert_eq!(reply.status, 201);
    let run: RunSummary = reply.json();
    assert_eq!(reply.header("location"), format!("/api/runs/{}", run.id));
    assert_eq!((run.id.len(), run.id.to_lowercase()), (26, run.id.clone()));
    assert_eq!(
        (run.name.as_str(), run.size),
        ("räk & små.json", TINY.len() as u64)
    );
    assert_eq!(
        (
            run.format.as_str(),
            run.container.as_str(),
            run.severity.as_str()
        ),
        ("openai_chat", "json", "ok")
    );
    assert_eq!(
        (
            run.totals.sequences,
            run.totals.tokens,
            run.totals.scored_tokens
        ),
        (1, 2, 2)
    );
    assert_eq!(run.totals.probability_overall, Some(0.375));
    assert_eq!(run.models, [("tiny".to_owned(), 1)]);
    assert_eq!(run.cards.len(), 1);
    assert_eq!(
        run.cards[0]
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect::<String>(),
        "ab"
    );
    assert!(run.path.starts_with("blob/"), "{}", run.path);

    assert_eq!(
        app.get(&api::run_url(&run.id)).await.json::<RunSummary>(),
        run
    );
    assert_eq!(app.get("/api/runs/latest").await.json::<RunSummary>(), run);
    let list = app.list().await;
    assert_eq!((list.total, list.next), (1, None));
    assert_eq!(list.runs[0].id, run.id);
    assert!(list.runs[0].cards.is_empty() && list.runs[0].problems.is_empty());

    let reply = app.delete(&api::run_url(&run.id)).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (204, ""));
    assert_eq!(app.list().await.total, 0);
    for path in [api::run_url(&run.id), api::file_url(&run.id)] {
        let reply = app.get(&path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json::<api::ApiError>().code),
            (410, api::ErrorCode::Gone),
            "{path}"
        );
    }
    assert_eq!(app.get("/api/runs/latest").await.status, 404);
}

#[tokio::test]
async fn pages_of_the_list() {
    let app = App::new().await;
    let empty = app.list().await;
    assert_eq!((empty.total, empty.runs.len(), empty.next), (0, 0, None));
    let mut stored = Vec::new();
    for name in ["a", "b", "c"] {
        stored.insert(0, app.store(name, TINY).await.id);
    }
    let ids = |list: &RunList| {
        list.runs
            .iter()
            .map(|run| run.id.clone())
            .collect::<Vec<_>>()
    };
    let first: RunList = app.get("/api/runs?limit=2").await.json();
    assert_eq!((ids(&first), first.total), (stored[..2].to_vec(), 3));
    let before = first.next.unwrap();
    let rest: RunList = app
        .get(&format!("/api/runs?limit=2&before={before}"))
        .await
        .json();
    assert_eq!((ids(&rest), rest.next), (stored[2..].to_vec(), None));
    assert_eq!(ids(&app.get("/api/runs?limit=100").await.json()), stored);
}

#[tokio::test]
async fn parameters_that_are_wrong_are_named() {
    let app = App::new().await;
    app.store("a.json", TINY).await;
    let all = "There are before, limit, name, model, tag, format, from_ms, to_ms, perplexity_min, perplexity_max, sort.";
    let long = "x".repeat(70);
    let cut = "x".repeat(60);
    for (query, message) in [
        (
            "limit=many",
            "`limit` must be a number from 1 to 100, not `many`.",
        ),
        (
            "limit=-1",
            "`limit` must be a number from 1 to 100, not `-1`.",
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
            "modle=tiny",
            "There is no parameter `modle`. Did you mean `model`?",
        ),
        (
            "perplexity_mim=2",
            "There is no parameter `perplexity_mim`. Did you mean `perplexity_min`?",
        ),
        (
            "x%0Ay=2",
            &format!("There is no parameter `x\u{fffd}y`. {all}"),
        ),
        (
            "sort=newst&limit=2",
            "`sort` must be newest, oldest, name, largest, lowest_perplexity or highest_perplexity, not `newst`. Did you mean `newest`?",
        ),
        (
            "limit=2&from_ms=yesterday",
            "`from_ms` must be a time in milliseconds since 1970, not `yesterday`.",
        ),
        (
            &format!("perplexity_max={long}"),
            &format!("`perplexity_max` must be a number such as 1.5, not `{cut}…`."),
        ),
        ("tag=a&tag=b", "`tag` is there twice; once is enough."),
        (
            "sort=name&before=01jx",
            "`before` must be the `next` of the page before, in the same order; begin again with the first page.",
        ),
    ] {
        app.get(&format!("/api/runs?{query}"))
            .await
            .assert_error(400, "bad_request", message);
    }
    let list: RunList = app.get("/api/runs?&name=A.JSON&&limit=1&").await.json();
    assert_eq!(list.total, 1);
}

#[tokio::test]
async fn name_tags_and_note() {
    let app = App::new().await;
    let run = app.store("a.json", TINY).await;
    app.store("b.json", TINY).await;
    let path = api::run_url(&run.id);
    let patch = async |path: &str, body: String| {
        let body = axum::body::Body::from(body);
        app.send(crate::app::request(http::Method::PATCH, path, &[], body))
            .await
    };
    let reply = patch(
        &path,
        r#"{"name":"räk","tags":["b","a"],"note":"why"}"#.into(),
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let changed: RunSummary = reply.json();
    assert_eq!(
        (changed.name.as_str(), changed.note.as_str()),
        ("räk", "why")
    );
    assert_eq!(changed.tags, ["a", "b"]);
    assert_eq!(changed.cards, run.cards);
    assert_eq!(app.get(&path).await.json::<RunSummary>(), changed);

    let names = async |query: &str| {
        let list: RunList = app.get(&format!("/api/runs?{query}")).await.json();
        list.runs
            .into_iter()
            .map(|run| run.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("tag=a").await, ["räk"]);
    assert_eq!(names("name=R%C3%84").await, ["räk"]);
    assert_eq!(names("sort=name").await, ["b.json", "räk"]);
    assert_eq!(
        names("model=tiny&format=openai_chat&limit=1").await,
        ["b.json"]
    );
    assert_eq!(names("perplexity_min=99").await, [""; 0]);

    let form = "Send a JSON object with `name` (a text), `tags` (a list of texts) or `note` (a text), and nothing else.";
    for (body, message) in [
        (
            "{}".to_owned(),
            "Say what to change: `name`, `tags` or `note`.",
        ),
        ("nonsense".to_owned(), form),
        (r#"{"size":1}"#.to_owned(), form),
        (r#"{"tags":"a"}"#.to_owned(), form),
        (
            r#"{"name":""}"#.to_owned(),
            "A name needs at least one character.",
        ),
    ] {
        patch(&path, body)
            .await
            .assert_error(400, "bad_request", message);
    }
    patch(&path, " ".repeat(70_000)).await.assert_error(
        413,
        "too_large",
        "The change is larger than 64 KiB, or did not arrive whole.",
    );
    let note = r#"{"note":"x"}"#;
    patch("/api/runs/latest", note.into()).await.assert_error(
        400,
        "bad_request",
        "Say which run to change, by its id.",
    );
    assert_eq!(
        patch("/api/runs/01jx0000000000000000000000", note.into())
            .await
            .status,
        404
    );
    app.delete(&path).await;
    patch(&path, note.into())
        .await
        .assert_error(410, "gone", "This run was deleted.");
}

#[tokio::test]
async fn runs_that_are_not_there() {
    let app = App::new().await;
    app.store("x", TINY).await;
    for id in [
        "01jx0000000000000000000000",
        "x",
        "..%2F..%2Fetc",
        "01JX0000000000000000000000",
        "%00",
        "%F0%9F%A6%80",
        "nul",
    ] {
        for path in [format!("/api/runs/{id}"), format!("/api/runs/{id}/file")] {
            let reply = app.get(&path).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (404, "application/json"),
                "{path}"
            );
            assert_eq!(reply.json::<api::ApiError>().code, api::ErrorCode::NotFound);
        }
        assert_eq!(
            app.delete(&format!("/api/runs/{id}")).await.status,
            404,
            "{id}"
        );
    }
    let reply = app.delete("/api/runs/latest").await;
    reply.assert_error(400, "bad_request", "Say which run to delete, by its id.");
    assert_eq!(app.list().await.total, 1);
}

#[tokio::test]
async fn addresses_and_methods_that_the_api_does_not_have() {
    let app = App::new().await;
    for path in [
        "/api/",
        "/api/nothing",
        "/api/runs/",
        "/api/runs/x/y/z",
        "/api/health/x",
    ] {
        app.get(path).await.assert_error(
            404,
            "not_found",
            "There is nothing at this address of the API.",
        );
    }
    for (path, allow) in [
        ("/api/health", "GET,HEAD"),
        ("/api/runs/x/file", "GET,HEAD"),
    ] {
        let reply = app.post(path, &[], "").await;
        reply.assert_error(
            405,
            "method_not_allowed",
            "This address of the API does not take this method.",
        );
        assert_eq!(reply.header("allow"), allow);
    }
}

#[tokio::test]
async fn health() {
    let app = App::new().await;
    let reply = app.get("/api/health").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.text(),
        format!(
            r#"{{"status":"ok","store":"ok","version":"{}"}}"#,
            env!("CARGO_PKG_VERSION")
        )
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    let ready = app.get("/api/ready").await;
    assert_eq!((ready.status, ready.text()), (reply.status, reply.text()));
}

#[tokio::test]
async fn measures() {
    let app = App::new().await;
    app.store("a.json", TINY).await;
    app.get("/api/runs/none").await;
    app.get("/nowhere/at/all").await;
    let reply = app.get("/metrics").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let text = reply.text();
    for line in [
        r#"surprisal_http_requests_total{route="/api/runs/{id}",method="GET",status="404"} 1"#,
        r#"surprisal_http_requests_total{route="/api/runs",method="POST",status="201"} 1"#,
        r#"surprisal_http_requests_total{route="elsewhere",method="GET",status="404"} 1"#,
        r#"surprisal_http_request_duration_seconds_count{route="/api/runs"} 1"#,
        "surprisal_uploads_running 0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn health_of_a_store_that_went_away() {
    let dir = tempfile::tempdir().unwrap();
    let store = storage::StoreSetting::File {
        dir: dir.path().join("data"),
    };
    let app = App::on(&store, server::config::Limits::default()).await;
    assert_eq!(app.get("/api/health").await.status, 200);
    std::fs::remove_dir_all(dir.path().join("data")).unwrap();
    // It is alive, and says that it is not ready.
    let reply = app.get("/api/health").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply.text().contains(r#""status":"degraded""#),
        "{}",
        reply.text()
    );
    let reply = app.get("/api/ready").await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(
        !reply.text().contains(dir.path().to_str().unwrap()),
        "{}",
        reply.text()
    );
    // The application itself is still there: local files need no store.
    assert_eq!(app.get("/worker.js").await.status, 200);
}

#[tokio::test]
async fn the_sample_has_the_same_figures_as_the_columns() {
    let app = App::new().await;
    let run = app.store("completions-small.json", SAMPLE).await;
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(SAMPLE);
    let import = importer.finish();
    assert_eq!(run.totals, api::Totals::from(&import.metrics));
    assert!(run.totals.sequences > 0 && run.totals.perplexity_overall.is_some());
    let expected = RunSummary::of_import(&import, &run.name, SAMPLE.len() as u64, 20);
    assert_eq!(
        (run.cards, run.problems, run.models),
        (expected.cards, expected.problems, expected.models)
    );
}
