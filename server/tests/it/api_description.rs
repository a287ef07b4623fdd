//! The description of the API: whole, and true to the routes.
use crate::app::{App, TINY, request};
use axum::body::Body;
use http::Method;
use serde_json::Value;
use std::collections::BTreeSet;

/// How addresses for programs begin. All others are pages and files, which the description leaves out.
const FOR_PROGRAMS: [&str; 3] = ["/api/", "/v1/", "/metrics"];
/// Says that nothing is there.
const NOTHING: &str = "/api/";

async fn document(app: &App) -> Value {
    let reply = app.get("/api/openapi.json").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "application/json")
    );
    reply.json()
}

/// All routes of the router that answers, by what it prints of itself.
fn routes(app: &App) -> BTreeSet<String> {
    let printed = format!("{:?}", app.router);
    let texts = printed.split('"').skip(1).step_by(2);
    texts
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let app = App::new().await;
    let routes = routes(&app);
    assert!(routes.contains("/api/runs/{id}/file"), "{routes:?}");
    let document = document(&app).await;
    let described = document["paths"].as_object().unwrap();
    // Names of models have slashes, for which the description has no words.
    let for_programs = |route: &&String| {
        let begins = FOR_PROGRAMS.iter().any(|begin| route.starts_with(begin));
        begins && *route != NOTHING && !route.contains("{*")
    };
    let missing: Vec<_> = routes
        .iter()
        .filter(for_programs)
        .filter(|route| !described.contains_key(*route))
        .collect();
    assert!(
        missing.is_empty(),
        "not described: {missing:?}; add them with `routes!`"
    );
    for (path, methods) in described {
        assert!(routes.contains(path), "{path} is described and not there");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let asked = request(
                Method::from_bytes(method.as_bytes()).unwrap(),
                &path.replace("{id}", "x"),
                &[],
                Body::empty(),
            );
            let taken = app.send(asked).await.status != 405;
            let described = methods.get(method.to_lowercase()).is_some();
            assert_eq!(taken, described, "{method} {path}");
        }
    }
}

/// Texts, parameters, bodies and errors are all there.
#[tokio::test]
async fn nothing_is_left_blank() {
    let document = document(&App::new().await).await;
    assert_eq!(document["openapi"], "3.1.0");
    let known = &document["components"]["schemas"];
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(summary.ends_with(['.', '?']), "{what}: {summary}");
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{what}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let about = parameter["description"].as_str().unwrap_or_default();
                assert!(!about.is_empty(), "{what}: {parameter}");
            }
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.contains_key("500"), "{what}");
            for (status, answer) in answers {
                assert!(
                    !answer["description"].as_str().unwrap().is_empty(),
                    "{what}: {status}"
                );
                let error = status.starts_with(['4', '5']) && path != "/api/ready";
                let form = &answer["content"]["application/json"]["schema"]["$ref"];
                let ours = form == "#/components/schemas/ApiError" || path.starts_with("/v1/");
                assert!(!error || ours, "{what}: {status}");
            }
        }
    }
    let file = &document["paths"]["/api/runs/{id}/file"]["get"]["responses"]["200"]["content"];
    assert_eq!(
        file["application/octet-stream"]["schema"],
        serde_json::json!({"type": "string", "format": "binary"})
    );
    // Every name leads somewhere.
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(known.get(name).is_some(), "{name}");
    }
    assert!(!text.contains("[`") && !text.contains("`Self::"));
}

#[tokio::test]
async fn the_page_for_people() {
    let app = App::new().await;
    let reply = app.get("/api").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("content-security-policy")
            .contains("script-src 'self'")
    );
    let page = reply.text();
    for part in [
        "<h1>API</h1>",
        "<b>PATCH</b> <code>/api/runs/{id}</code>",
        "<code>metadata.userId</code>",
        "<h3 id=\"type-RunSummary\">RunSummary</h3>",
        "href=\"#type-Generation\"",
        "href=\"/api/openapi.json\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("https://"));
    // Every link on it leads somewhere on it.
    for link in page.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    let dark = app.get_with("/api", &[("cookie", "theme=dark")]).await;
    assert!(dark.text().contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn addresses_that_are_no_text() {
    let app = App::new().await;
    app.store("a.json", TINY).await;
    for path in [
        "/api/runs/%ff",
        "/api/runs/%ff/file",
        "/api/generations/%c3%28",
    ] {
        app.get(path).await.assert_error(
            400,
            "bad_request",
            "The address is not percent-encoded UTF-8.",
        );
    }
}
