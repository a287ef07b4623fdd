//! The pages `/generations` and `/generations/KEY`, as they are without JavaScript, and their parts for the browser.
use super::{RECORDS, stored};
use crate::app::{App, Reply, TINY};
use serde_json::Value;
use server::access::Access;
use server::config::Limits;

/// What stands in the page itself: the value that the browser takes over is in a script behind it.
fn body(reply: &Reply) -> &str {
    let text = reply.text();
    let from = text.find("<main").unwrap_or(0);
    let to = text[from..]
        .find("</main>")
        .map_or(text.len(), |at| from + at);
    &text[from..to]
}

#[track_caller]
fn assert_has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is missing in\n{html}");
    }
}

#[tokio::test]
async fn the_list_has_rows_facets_and_links() {
    let app = App::new().await;
    assert_has(
        body(&app.get("/generations").await),
        &["No generations yet", "href=\"/import\""],
    );
    let run = stored(&app).await;
    let page = app.get("/generations").await;
    assert_eq!(page.status, 200);
    assert_has(
        page.text(),
        &[
            "<title>Generations – Surprisal</title>",
            "href=\"/generations\" aria-current=\"page\"",
        ],
    );
    assert_has(
        body(&page),
        &[
            "4 records",
            &format!("id=\"g-{run}-3\""),
            &format!("href=\"/generations/{run}-0\" data-open"),
            &format!("href=\"/runs/{run}?s=3\">in its run"),
            "href=\"/generations?model.id=gpt-4o\"><span class=\"value\" dir=\"auto\">gpt-4o</span> <span class=\"count\">2</span>",
            "href=\"/generations?tags=x\"><span class=\"value\" dir=\"auto\">x</span> <span class=\"count\">2</span>",
            "href=\"/generations?rated=none\"><span class=\"value\" dir=\"auto\">not judged</span> <span class=\"count\">3</span>",
            "href=\"/generations?rated=rated\"",
            "fn main() {}",
        ],
    );
    // Chosen: other values of the same facet are still there to be chosen instead.
    let page = app
        .get("/generations?model.id=tiny&metadata.userId=&latency_max=250")
        .await;
    let html = body(&page);
    assert_has(
        html,
        &[
            "1 record that fit",
            "aria-current=\"true\"><span class=\"value\" dir=\"auto\">tiny</span> <span class=\"count\">1</span>",
            "<span class=\"value\" dir=\"auto\">gpt-4o</span> <span class=\"count\">1</span>",
            "latency (ms) at most <b>250</b>",
            "href=\"/generations?model.id=tiny\" aria-label=\"Without latency (ms) at most\"",
        ],
    );
    assert_eq!(html.matches("data-row").count(), 1);
    let columns = app
        .get("/generations?column=metadata.team&column=scores.quality&sort=-cost&finishReason=stop")
        .await;
    assert_has(body(&columns), &["No record fits"]);
    let columns = app
        .get("/generations?column=metadata.team&column=scores.quality&sort=-cost")
        .await;
    assert_has(
        body(&columns),
        &[
            "<th scope=\"col\" dir=\"auto\">metadata.team</th>",
            "<span dir=\"auto\">red</span>",
            "data-name=\"scores.quality\"><span dir=\"auto\">0.5</span>",
        ],
    );
    // The browser gets the same by itself.
    let part = app
        .get("/fragments/generations?column=metadata.team&column=scores.quality&sort=-cost")
        .await;
    assert_eq!(
        (part.status.as_u16(), part.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert_has(body(&columns), &[part.text()]);
}

#[tokio::test]
async fn what_is_not_understood_is_told_and_nothing_is_listed() {
    let app = App::new().await;
    stored(&app).await;
    let page = app
        .get("/generations?modelid=tiny&tags=x&rating_min=much")
        .await;
    assert_eq!(page.status, 400);
    let html = body(&page);
    assert_has(
        html,
        &[
            "There is no parameter <code dir=\"auto\">modelid</code>. Did you mean <code dir=\"auto\">model.id</code>?",
            "<code dir=\"auto\">rating_min</code> must be a number such as 1.5, not <code dir=\"auto\">much</code>.",
            "href=\"/generations?tags=x&amp;rating_min=much\">Leave it out",
        ],
    );
    assert!(!html.contains("data-row"), "{html}");
    let page = app.get("/generations?cursor=x").await;
    assert_eq!(page.status, 400);
    assert_has(
        body(&page),
        &[
            "<code dir=\"auto\">cursor</code> must be the <code dir=\"auto\">next</code> of the page before",
        ],
    );
    let none = app.get("/generations?model.id=tiny&tags=x").await;
    assert_eq!(none.status, 200);
    assert_has(
        body(&none),
        &[
            "No record fits",
            "Without tags <b>x</b> there are 2 records",
            "Without model <b>tiny</b> there are 2 records",
        ],
    );
}

#[tokio::test]
async fn pages_follow_each_other() {
    let app = App::new().await;
    stored(&app).await;
    let first = app
        .get("/fragments/generations?limit=3&sort=timestamp")
        .await;
    let next = first.text().split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    assert!(
        next.starts_with("/generations?limit=3&sort=timestamp&cursor="),
        "{next}"
    );
    let second = app.get(&next).await;
    assert_eq!(body(&second).matches("data-row").count(), 1);
    assert_has(body(&second), &[">First page</a>", "2025-01-04 00:00:00"]);
}

#[tokio::test]
async fn charts_and_groups_have_the_figures_of_the_api() {
    let app = App::new().await;
    stored(&app).await;
    let charts = app.get("/generations?view=charts").await;
    assert_has(
        body(&charts),
        &[
            "role=\"img\" aria-label=\"Tokens by model: most on 2025-01-03: 9 tokens\"",
            "<polyline",
            "<li class=\"s0\" dir=\"auto\">tiny</li>",
            "<th scope=\"row\">2025-01-02</th><td class=\"number\">300</td><td class=\"number\">300</td>",
            "aria-label=\"Cost by model: most on 2025-01-01: 0.25 USD\"",
        ],
    );
    let groups = app.get("/generations?view=groups").await;
    assert_has(
        body(&groups),
        &[
            "href=\"/generations?model.id=gpt-4o\">gpt-4o</a>",
            "data-name=\"p95\">300</td>",
            "0.25 USD <small>stated by 1</small>",
            "data-name=\"quality\">0.5</td>",
        ],
    );
    let days = app
        .get("/generations?view=groups&group_by=day,parameters.temperature")
        .await;
    assert_has(
        body(&days),
        &[
            "href=\"/generations?from=2025-01-01&amp;to=1735776000000\">2025-01-01</a>",
            "<span dir=\"auto\">0.5</span>",
        ],
    );
}

#[tokio::test]
async fn one_record_in_full() {
    let app = App::new().await;
    let schema = r#"{"type":"object","required":["city"],"properties":{"n":{"type":"string"}}}"#;
    let hostile = r#"<script>alert(1)</script>\u001b[31m\u202egnp"#;
    let record = format!(
        r#"{{"id":"<b>","model":{{"id":"m"}},"input":{{"content":[{{"role":"user","content":[{{"type":"text","text":"{hostile}"}},{{"type":"image_url","image_url":{{"url":"data:image/png;base64,iVBORw0KGgo="}}}},{{"type":"image_url","image_url":{{"url":"https://evil.example/x.png"}}}}]}}]}},"output":{{"type":"json","content":"{{\"n\": 1}}"}},"parameters":{{"response_format":{{"type":"json_schema","json_schema":{{"schema":{schema}}}}}}},"metadata":{{"traceId":"a/b"}}}}"#
    );
    let reply = app.post("/api/generations", &[], record).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let key = reply.json::<Value>()["first"].as_str().unwrap().to_owned();
    let page = app.get(&format!("/generations/{key}")).await;
    assert_eq!(page.status, 200);
    let html = body(&page);
    assert_has(
        html,
        &[
            "&lt;script&gt;alert(1)&lt;/script&gt;<i class=\"ctl\" data-code=\"U+001B\">",
            "data-code=\"U+202E\"",
            "<img class=\"media\" src=\"data:image/png;base64,iVBORw0KGgo=\"",
            "nothing is fetched from outside",
            "Departs from the schema of its request in 2 places",
            "<span class=\"wrong\">missing</span>",
            "<summary>Raw text</summary>",
            &format!("href=\"/api/generations/{key}\""),
        ],
    );
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(!html.contains("src=\"https:"), "{html}");
    assert!(
        page.header("content-security-policy")
            .contains("media-src 'self' data: blob:")
    );

    let code = stored(&app).await;
    let page = app.get(&format!("/generations/{code}-1")).await;
    assert_has(
        body(&page),
        &["<h2>Output <small>code", "quality", "href=\"/runs/"],
    );
    let gone = app.get("/generations/nowhere").await;
    assert_eq!(gone.status, 404);
    assert_has(
        body(&gone),
        &[
            "There is no such record",
            "There is no generation `nowhere`.",
            "See all generations",
        ],
    );
}

#[tokio::test]
async fn a_code_answer_has_colours() {
    let app = App::new().await;
    let answer = TINY.replace(
        "\"content\":\"ab\"",
        r#""content":"```python\ndef f():\n    return 1\n```""#,
    );
    let run = app.store("code.json", answer).await;
    app.server.store.index_run(&run.id).await.unwrap();
    let page = app.get(&format!("/generations/{}-0", run.id)).await;
    assert_has(
        body(&page),
        &["<span class=\"h-k\">def</span>", "code · python"],
    );
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn thumbs_and_comments_without_a_script() {
    let app = App::new().await;
    let run = stored(&app).await;
    let action = format!("/generations/{run}-1/feedback");
    let from = (
        "referer",
        "http://surprisal.test/generations?tags=x&said=old.1",
    );
    let reply = app.post(&action, &[FORM, from], "thumbs=up").await;
    assert_eq!(reply.status, 303);
    let back = reply.header("location").to_owned();
    assert!(
        back.starts_with(&format!("/generations?tags=x&said={run}-1.")),
        "{back}"
    );
    assert!(back.ends_with(&format!("#g-{run}-1")), "{back}");
    let page = app.get(back.split('#').next().unwrap()).await;
    assert_has(
        body(&page),
        &["aria-pressed=\"true\" aria-label=\"Good\"", "Kept.", "Undo"],
    );

    // What a form does not have stays.
    let reply = app
        .post(&action, &[FORM], "comment=so%0D%0Aso&rating=4")
        .await;
    assert_eq!(
        reply.header("location").split(".").next(),
        Some(format!("/generations/{run}-1?said={run}-1").as_str())
    );
    let detail: Value = app.get(&format!("/api/generations/{run}-1")).await.json();
    assert_eq!(
        (
            &detail["feedback"]["thumbs"],
            &detail["feedback"]["comment"]
        ),
        (&"up".into(), &"so\nso".into())
    );
    let found: Value = app.get("/api/generations?rated=up").await.json();
    assert_eq!(super::ids(&found), ["b"]);

    // Taken back, nothing is left of it but its history.
    let reply = app
        .post(
            &action,
            &[FORM],
            "thumbs=none&comment=&rating=none&undone=1",
        )
        .await;
    assert_eq!(
        reply.header("location"),
        format!("/generations/{run}-1#g-{run}-1")
    );
    let detail: Value = app.get(&format!("/api/generations/{run}-1")).await.json();
    assert_eq!(detail["feedback"], Value::Null);
    assert_eq!(detail["feedbackHistory"].as_array().unwrap().len(), 3);
    let found: Value = app.get("/api/generations?rated=up").await.json();
    assert_eq!(super::ids(&found), [""; 0]);

    for (form, status) in [
        ("thumbs=sideways", 400),
        ("rating=9", 400),
        ("rating=x", 400),
    ] {
        let reply = app.post(&action, &[FORM], form).await;
        assert_eq!(reply.status, status, "{form}: {}", reply.text());
    }
    let foreign = ("origin", "https://evil.example");
    assert_eq!(
        app.post(&action, &[FORM, foreign], "thumbs=up")
            .await
            .status,
        403
    );
    // What is no form of ours is said on a page, as everything else.
    for (kind, form) in [
        (FORM, "thumbs=sideways"),
        (("content-type", "text/plain"), "x"),
    ] {
        let reply = app.post(&action, &[kind], form).await;
        assert_eq!(reply.status, 400, "{form}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(
            reply
                .text()
                .contains("Send a form with `thumbs` (up, down or none)")
        );
    }
    let nowhere = app
        .post("/generations/nowhere/feedback", &[FORM], "thumbs=up")
        .await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn the_page_gets_the_forms_as_they_are_then() {
    let app = App::new().await;
    let run = stored(&app).await;
    let action = format!("/fragments/generations/{run}-2/feedback");
    let part = app.post(&action, &[FORM], "thumbs=down").await;
    assert_eq!(part.status, 200);
    assert_has(
        part.text(),
        &[
            "aria-pressed=\"true\" aria-label=\"Bad\"",
            "name=\"undone\"",
            "name=\"thumbs\" value=\"none\"",
        ],
    );
    let part = app
        .post(
            &action,
            &[FORM],
            "thumbs=none&comment=&rating=none&undone=1",
        )
        .await;
    assert!(
        !part.text().contains("aria-pressed=\"true\""),
        "{}",
        part.text()
    );
    assert!(!part.text().contains("Undo"), "{}", part.text());
}

#[tokio::test]
async fn who_may_judge_and_in_whose_name() {
    let access = Access::parse("ann:write:0123456789abcdef bob:read:fedcba9876543210").unwrap();
    let app = App::for_tokens(Limits::default(), access).await;
    let ann = ("authorization", "Bearer 0123456789abcdef");
    let bob = ("authorization", "Bearer fedcba9876543210");
    let reply = app.post("/api/generations", &[ann], RECORDS).await;
    let key = reply.json::<Value>()["first"].as_str().unwrap().to_owned();
    let action = format!("/fragments/generations/{key}/feedback");
    assert_eq!(app.post(&action, &[FORM], "thumbs=up").await.status, 401);
    assert_eq!(
        app.post(&action, &[FORM, bob], "thumbs=up").await.status,
        403
    );
    assert_eq!(
        app.post(&action, &[FORM, ann], "thumbs=up").await.status,
        200
    );
    let detail: Value = app
        .get_with(&format!("/api/generations/{key}"), &[bob])
        .await
        .json();
    assert_eq!(detail["feedback"]["userId"], "ann");
    // By the API, too, unless it says for whom.
    let address = format!("/api/generations/{key}/feedback");
    for (said, users) in [
        (r#"{"rating": 2}"#, vec!["file", "ann", "ann"]),
        (
            r#"{"rating": 3, "userId": "u9"}"#,
            vec!["file", "ann", "ann", "u9"],
        ),
    ] {
        let reply = app.post(&address, &[ann], said).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let detail: Value = reply.json();
        let history = detail["feedbackHistory"].as_array().unwrap();
        let found: Vec<_> = history.iter().map(|one| &one["userId"]).collect();
        assert_eq!(found, users);
    }
    app.get("/fragments/generations").await.assert_error(
        401,
        "unauthorized",
        "A token is needed: send it as `Authorization: Bearer TOKEN`, or log in at /login.",
    );
    assert_eq!(
        app.get_with("/fragments/generations", &[bob]).await.status,
        200
    );
}

#[tokio::test]
async fn exports_are_of_what_is_filtered() {
    let app = App::new().await;
    stored(&app).await;
    let csv = app
        .get("/generations/export?format=csv&model.id=gpt-4o&column=id&column=usage.cost")
        .await;
    assert_eq!(csv.text(), "id,usage.cost\na,0.25\nb,\n");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"generations-model-gpt-4o.csv\""
    );
    let lines = app
        .get("/generations/export?format=jsonl&rated=rated")
        .await;
    let all: Vec<Value> = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["id"], "a");
    let table = app.get("/generations/export?format=parquet&tags=x").await;
    assert_eq!(&table.body[..4], b"PAR1");
    for (query, message) in [
        (
            "format=xml",
            "`format` must be jsonl, csv or parquet, not `xml`.",
        ),
        (
            "format=csv&modell=x",
            "There is no parameter `modell`. Did you mean `model.id`?",
        ),
        (
            "format=csv&column=modl.id",
            "There is no field `modl.id`. Did you mean `model.id`?",
        ),
    ] {
        let reply = app.get(&format!("/generations/export?{query}")).await;
        reply.assert_error(400, "bad_request", message);
    }
}

#[tokio::test]
async fn metadata_lead_to_other_tools() {
    let app = App::new().await;
    let links = browse::Links(vec![
        "trace=https://t.example/trace/{traceId}".parse().unwrap(),
    ]);
    let server = app.server.clone().with_links(links);
    let router = server::router::router(server);
    let record =
        r#"{"id":"x","model":{"id":"m"},"output":{"content":"o"},"metadata":{"traceId":"4b/f9"}}"#;
    let reply = app.post("/api/generations", &[], record).await;
    let key = reply.json::<Value>()["first"].as_str().unwrap().to_owned();
    let request = http::Request::get(format!("/fragments/generations/{key}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    assert_has(
        std::str::from_utf8(&bytes).unwrap(),
        &[
            "4b/f9 <a class=\"out\" href=\"https://t.example/trace/4b%2Ff9\" target=\"_blank\" rel=\"noopener noreferrer external\">trace ↗</a>",
        ],
    );
}
