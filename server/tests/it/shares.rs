//! Links to a run: what they open, what they do not, and what is said when they work no more.
use crate::app::{App, Reply, SAMPLE, TINY};
use serde_json::{Value, json};
use server::{access::Access, config::Limits};

const WRITER: &str = "Bearer writer-0123456789";
const READER: &str = "Bearer reader-0123456789";

async fn guarded() -> App {
    let tokens = "ann:read:reader-0123456789 bob:write:writer-0123456789";
    App::for_tokens(Limits::default(), Access::parse(tokens).unwrap()).await
}

/// Stores a file, with the token.
async fn store(app: &App, bytes: &'static [u8]) -> String {
    let stored = app
        .post(
            "/api/runs?name=a%3Cb%3E.json",
            &[("authorization", WRITER)],
            bytes,
        )
        .await;
    assert_eq!(stored.status, 201);
    stored.json::<api::RunSummary>().id
}

async fn share(app: &App, run: &str, wish: Value) -> Value {
    let path = format!("/api/runs/{run}/shares");
    let made = app
        .post(&path, &[("authorization", WRITER)], wish.to_string())
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

/// The path of a link, and the cookies that it sets, by their paths.
async fn open(app: &App, made: &Value) -> (String, Reply) {
    let url = made["url"].as_str().unwrap();
    let path = url
        .strip_prefix("http://surprisal.test")
        .unwrap()
        .to_owned();
    let reply = app.get(&path).await;
    (path, reply)
}

fn cookie(reply: &Reply) -> String {
    let first = reply.headers.get("set-cookie").unwrap().to_str().unwrap();
    first.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_opens_one_run_and_nothing_else() {
    let app = guarded().await;
    let (run, other) = (
        store(&app, SAMPLE).await,
        store(&app, TINY.as_bytes()).await,
    );
    let made = share(&app, &run, json!({"label": "for Ann"})).await;
    assert_eq!(
        (&made["run"], &made["label"], &made["state"]),
        (&json!(run), &json!("for Ann"), &json!("works"))
    );
    let (_, opened) = open(&app, &made).await;
    assert_eq!(
        (opened.status.as_u16(), opened.header("location")),
        (303, format!("/runs/{run}").as_str())
    );
    let cookies: Vec<_> = opened.headers.get_all("set-cookie").iter().collect();
    let paths: Vec<_> = cookies
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split("; ").nth(1).unwrap())
        .collect();
    assert_eq!(
        paths,
        [format!("Path=/runs/{run}"), format!("Path=/api/runs/{run}")]
    );
    assert!(
        cookies[0]
            .to_str()
            .unwrap()
            .ends_with("; Max-Age=2592000; HttpOnly; SameSite=Lax")
    );
    let cookie = cookie(&opened);
    let with = [("cookie", cookie.as_str())];
    for (path, status) in [
        (format!("/runs/{run}"), 200),
        (format!("/runs/{run}?sort=perplexity"), 200),
        (format!("/runs/{run}/share"), 200),
        (format!("/api/runs/{run}"), 200),
        (format!("/api/runs/{run}/file"), 200),
        (format!("/api/runs/{run}/shares"), 401),
        (format!("/runs/{other}"), 401),
        (format!("/api/runs/{other}"), 401),
        (format!("/api/runs/{other}/file"), 401),
        ("/api/runs/latest".into(), 401),
        ("/runs/latest".into(), 401),
        ("/api/runs".into(), 401),
        ("/api/generations".into(), 401),
        ("/metrics".into(), 401),
        ("/import".into(), 401),
        ("/".into(), 401),
    ] {
        assert_eq!(app.get_with(&path, &with).await.status, status, "{path}");
        assert_ne!(app.get(&path).await.status, 200, "{path} without it");
    }
    let file = app.get_with(&format!("/api/runs/{run}/file"), &with).await;
    assert_eq!(file.body, SAMPLE);
    // It only reads.
    for path in [
        format!("/runs/{run}/share"),
        format!("/api/runs/{run}/shares"),
        "/api/runs?name=x".into(),
    ] {
        assert_eq!(app.post(&path, &with, TINY).await.status, 401, "{path}");
    }
    let about = app.get_with(&format!("/runs/{run}/share"), &with).await;
    let text = about.text();
    assert!(
        text.contains("You see this run by a link that was made on 20"),
        "{text}"
    );
    assert!(text.contains("works until it is withdrawn"), "{text}");
    assert!(
        !text.contains("for Ann") && !text.contains("<form"),
        "{text}"
    );
    assert!(text.contains("a&lt;b&gt;.json"), "{text}");
}

#[tokio::test]
async fn a_link_that_works_no_more_says_so() {
    let app = guarded().await;
    let run = store(&app, TINY.as_bytes()).await;
    let made = share(&app, &run, json!({})).await;
    let (link, opened) = open(&app, &made).await;
    let cookie = cookie(&opened);
    let path = format!("/api/runs/{run}/shares/{}", made["id"].as_str().unwrap());
    let asked = |token| {
        let request = crate::app::request(
            http::Method::DELETE,
            &path,
            &[("authorization", token)],
            axum::body::Body::empty(),
        );
        app.send(request)
    };
    assert_eq!(asked(READER).await.status, 403);
    assert_eq!(asked(WRITER).await.status, 204);
    assert_eq!(asked(WRITER).await.status, 204, "again");
    let sentence = "This link has expired or was withdrawn.";
    for reply in [
        app.get(&link).await,
        app.get_with(&format!("/runs/{run}"), &[("cookie", &cookie)])
            .await,
    ] {
        assert_eq!(reply.status, 410);
        assert!(reply.text().contains(&format!("<h1>{sentence}</h1>")));
        assert!(reply.text().contains("Open a file"));
    }
    app.get_with(&format!("/api/runs/{run}/file"), &[("cookie", &cookie)])
        .await
        .assert_error(410, "gone", sentence);
    let list: Value = app
        .get_with(
            &format!("/api/runs/{run}/shares"),
            &[("authorization", READER)],
        )
        .await
        .json();
    assert_eq!(list[0]["state"], "withdrawn");
    assert_eq!(list[0].get("url"), None);
    let unknown = app.get("/shared/01jgfjjz00rstv1234567890ab.x").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown
            .text()
            .contains("There is no such link; it may be cut or mistyped.")
    );
    // A time that is over, as soon as it is.
    let end = app.server.store.now_ms() + 200;
    let made = share(&app, &run, json!({"expires_at_ms": end})).await;
    let (link, opened) = open(&app, &made).await;
    assert_eq!(opened.status, 303);
    let longest = opened.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(longest.contains("; Max-Age=1;"), "{longest}");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.get(&link).await.status, 410);
}

#[tokio::test]
async fn wishes_that_are_none() {
    let app = App::new().await;
    let run = app.store("a.json", TINY).await.id;
    let path = format!("/api/runs/{run}/shares");
    for (body, message) in [
        (
            "[1]",
            "Send a JSON object with `label` (a text) or `expires_at_ms` (milliseconds since 1970), and nothing else.",
        ),
        (
            r#"{"expires":1}"#,
            "Send a JSON object with `label` (a text) or `expires_at_ms` (milliseconds since 1970), and nothing else.",
        ),
        (
            r#"{"expires_at_ms":1}"#,
            "`expires_at_ms` has to lie ahead.",
        ),
    ] {
        app.post(&path, &[], body)
            .await
            .assert_error(400, "bad_request", message);
    }
    assert_eq!(app.post(&path, &[], "").await.status, 201);
    app.delete(&format!("{path}/x")).await.assert_error(
        404,
        "not_found",
        "The run has no such link.",
    );
    app.delete("/api/runs/x/shares/y").await.assert_error(
        404,
        "not_found",
        "There is no such run; the link may be cut or mistyped.",
    );
}

/// Without a script: a form makes links, the page lists them, a form withdraws them.
#[tokio::test]
async fn the_page() {
    let app = App::new().await;
    let run = app.store("a<b>.json", TINY).await.id;
    let path = format!("/runs/{run}/share");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let empty = app.get(&path).await;
    assert_eq!(empty.status, 200);
    assert!(!empty.text().contains("<table"));
    let made = app
        .post(&path, &form, "label=%3Cimg+src%3Dx%3E&days=7")
        .await;
    assert_eq!(
        (made.status.as_u16(), made.header("cache-control")),
        (201, "no-store")
    );
    let text = made.text();
    let url = text
        .split("readonly value=\"http://surprisal.test")
        .nth(1)
        .unwrap();
    let link = url.split('"').next().unwrap();
    assert!(
        text.contains("&lt;img src=x&gt;") && !text.contains("<img"),
        "{text}"
    );
    assert_eq!(app.get(link).await.status, 303);
    let listed = app.get(&path).await;
    let text = listed.text();
    assert!(!text.contains(link), "it is shown once");
    let action = text.split("action=\"").nth(2).unwrap();
    let action = action.split('"').next().unwrap();
    let withdrawn = app.post(action, &form, "").await;
    assert_eq!(
        (withdrawn.status.as_u16(), withdrawn.header("location")),
        (303, path.as_str())
    );
    assert_eq!(app.get(link).await.status, 410);
    assert!(app.get(&path).await.text().contains("withdrawn"));
    // Another site cannot make one in the name of who visits it.
    let foreign = [form[0], ("origin", "https://evil.example")];
    assert_eq!(app.post(&path, &foreign, "").await.status, 403);
}
