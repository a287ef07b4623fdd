//! Pages as people get them before and without JavaScript; the theme; static files; headers.
use crate::app::{App, Reply, SAMPLE, TINY};
use server::config::Limits;
use storage::StoreSetting;

/// The text of a page: without tags, comments and scripts, white space joined.
fn text(reply: &Reply) -> String {
    let mut out = String::new();
    let mut rest = reply.text();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let end = if tag.starts_with("<!--") {
            tag.find("-->").unwrap() + 3
        } else if tag.starts_with("<script") {
            tag.find("</script>").unwrap() + 9
        } else {
            tag.find('>').unwrap() + 1
        };
        // An element ends a word, but not inside a token's text.
        if !tag.starts_with("<!--") && !tag.starts_with("<span") && !tag.starts_with("</span") {
            out.push(' ');
        }
        rest = &tag[end..];
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_page(reply: &Reply, status: u16, parts: &[&str]) {
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (status, "text/html; charset=utf-8")
    );
    let text = text(reply);
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[tokio::test]
async fn the_pages_without_runs() {
    let app = App::new().await;
    assert_page(
        &app.get("/").await,
        200,
        &["Surprisal", "Nothing leaves it until you press Store."],
    );
    assert_page(&app.get("/local").await, 200, &["Surprisal"]);
    assert_page(&app.get("/import").await, 200, &["Nothing is stored yet"]);
}

#[tokio::test]
async fn a_run_shows_its_name_boards_and_first_cards() {
    let app = App::new().await;
    let run = app.store("räk & <b>.json", TINY).await;
    let page = app.get(&api::page_url(&run.id)).await;
    assert_page(
        &page,
        200,
        &[
            "räk &amp; &lt;b&gt;.json",
            "Number of sentences 1",
            "Perplexity overall 2.83",
            "Probability overall 0.375",
            "tiny",
            "ab",
        ],
    );
    assert!(page.text().contains("<html lang=\"en\""), "{}", page.text());
    let title = page
        .text()
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next())
        .unwrap();
    assert!(title.contains("räk"), "{title}");
}

#[tokio::test]
async fn the_sample_shows_its_first_sequences() {
    let app = App::new().await;
    let run = app.store("completions-small.json", SAMPLE).await;
    let page = app.get(&api::page_url(&run.id)).await;
    let text = text(&page);
    for card in run.cards.iter().take(3) {
        let begin: String = card
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        let begin = begin
            .split_whitespace()
            .take(4)
            .collect::<Vec<_>>()
            .join(" ");
        let begin = begin
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        assert!(text.contains(&begin), "{begin:?} is missing in\n{text}");
    }
    let boards = [
        (
            "Number of sentences",
            metrics::format::count(run.totals.sequences),
        ),
        (
            "Perplexity overall",
            metrics::format::sig3_or_dash(run.totals.perplexity_overall),
        ),
        (
            "Probability overall",
            metrics::format::sig3_or_dash(run.totals.probability_overall),
        ),
    ];
    for (label, value) in boards {
        assert!(
            text.contains(&format!("{label} {value}")),
            "{label} {value} is missing in\n{text}"
        );
    }
}

#[tokio::test]
async fn the_list_shows_the_runs_newest_first() {
    let app = App::new().await;
    app.store("older.json", TINY).await;
    let newer = app.store("newer.json", TINY).await;
    let page = app.get("/import").await;
    assert_page(
        &page,
        200,
        &[
            "2 runs",
            "older.json",
            "newer.json",
            "openai_chat",
            "2.83",
            "0.375",
            &newer.path,
        ],
    );
    let text = text(&page);
    assert!(text.find("newer.json") < text.find("older.json"));
    assert!(
        page.text()
            .contains(&format!("href=\"{}\"", api::page_url(&newer.id)))
    );
    assert!(
        page.text()
            .contains(&format!("href=\"{}\"", api::file_url(&newer.id)))
    );
    let second = app.get(&format!("/import?before={}", newer.id)).await;
    assert_page(&second, 200, &["older.json"]);
    assert!(!second.text().contains("newer.json"));
}

#[tokio::test]
async fn pages_that_are_not_there() {
    let app = App::new().await;
    for path in [
        "/nothing",
        "/runs",
        "/local/x",
        "/worker.jsx",
        "/samples",
        "/samples/",
    ] {
        assert_page(&app.get(path).await, 404, &["Surprisal"]);
    }
    for id in ["01jx0000000000000000000000", "x", "%F0%9F%A6%80"] {
        assert_page(&app.get(&format!("/runs/{id}")).await, 404, &["Surprisal"]);
    }
    let run = app.store("x", TINY).await;
    app.delete(&api::run_url(&run.id)).await;
    assert_page(&app.get(&api::page_url(&run.id)).await, 410, &["deleted"]);
}

#[tokio::test]
async fn pages_while_the_store_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let app = App::on(&StoreSetting::File { dir: data.clone() }, Limits::default()).await;
    let run = app.store("x", TINY).await;
    // A file where the directory was: everything fails, and not with "not found".
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::write(&data, "").unwrap();
    for path in [api::page_url(&run.id), "/import".to_owned()] {
        let page = app.get(&path).await;
        assert_page(&page, 503, &["Surprisal"]);
        assert!(!page.text().contains(dir.path().to_str().unwrap()));
    }
    assert_eq!(app.get("/runs/latest").await.status, 503);
    assert_page(&app.get("/").await, 200, &["Surprisal"]);
}

#[tokio::test]
async fn the_way_to_the_last_run() {
    let app = App::new().await;
    let reply = app.get("/runs/latest").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (307, "/import")
    );
    app.store("a", TINY).await;
    let last = app.store("b", TINY).await;
    let reply = app.get("/runs/latest?sort=perplexity").await;
    let page = format!("{}?sort=perplexity", api::page_url(&last.id));
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (307, page.as_str())
    );
}

#[tokio::test]
async fn the_theme() {
    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
    let app = App::new().await;
    let cases = [
        (
            "theme=dark&back=%2Fruns%2Fx%3Fa%3Db",
            None,
            "dark",
            "/runs/x?a=b",
        ),
        (
            "theme=light&back=https%3A%2F%2Fevil.example%2F",
            None,
            "light",
            "/",
        ),
        ("theme=light&back=%2F%2Fevil.example", None, "light", "/"),
        ("theme=light&back=%2F%5Cevil.example", None, "light", "/"),
        (
            "theme=system",
            Some("http://surprisal.test/import?before=x"),
            "system",
            "/import?before=x",
        ),
        (
            "theme=dark",
            Some("https://evil.example//evil.example"),
            "dark",
            "/",
        ),
        ("theme=%0d%0aSet-Cookie:x", None, "system", "/"),
        ("", None, "system", "/"),
    ];
    for (body, referer, theme, back) in cases {
        let mut headers = vec![FORM, ("origin", "http://surprisal.test")];
        headers.extend(referer.map(|referer| ("referer", referer)));
        let reply = app.post("/theme", &headers, body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("location")),
            (303, back),
            "{body}"
        );
        let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
        assert_eq!(reply.header("set-cookie"), cookie, "{body}");
        assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 1);
    }
    let foreign = app
        .post(
            "/theme",
            &[FORM, ("origin", "https://evil.example")],
            "theme=dark",
        )
        .await;
    assert_eq!(
        (foreign.status.as_u16(), foreign.header("set-cookie")),
        (403, "")
    );
    for (cookie, theme) in [
        ("a=b; theme=dark", "dark"),
        ("theme=light", "light"),
        ("", "system"),
    ] {
        let page = app.get_with("/", &[("cookie", cookie)]).await;
        assert!(
            page.text().contains(&format!("data-theme=\"{theme}\"")),
            "{cookie}: {}",
            page.text()
        );
    }
}

#[tokio::test]
async fn static_files() {
    let app = App::new().await;
    let cases = [
        ("/worker.js", "text/javascript", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "public, max-age=3600"),
        (
            "/samples/completions-small.json",
            "application/json",
            "public, max-age=3600",
        ),
        ("/pkg/surprisal.js", "text/javascript", "no-cache"),
        ("/pkg/surprisal.wasm", "application/wasm", "no-cache"),
    ];
    for (path, kind, cache) in cases {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("content-type")),
            (200, kind),
            "{path}"
        );
        assert_eq!(reply.header("cache-control"), cache, "{path}");
        assert!(
            reply
                .header("content-security-policy")
                .contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
    }
    let packed = app
        .get_with("/pkg/surprisal.js", &[("accept-encoding", "gzip, br")])
        .await;
    assert_eq!(
        (packed.header("content-encoding"), packed.text()),
        ("br", "not really brotli")
    );
    let since = app
        .get("/pkg/surprisal.js")
        .await
        .header("last-modified")
        .to_owned();
    assert_eq!(
        app.get_with("/pkg/surprisal.js", &[("if-modified-since", &since)])
            .await
            .status,
        304
    );
    for path in [
        "/pkg/missing.js",
        "/pkg/..%2Fworker.js",
        "/pkg/%2e%2e/Cargo.toml",
        "/..%2f..%2fetc%2fpasswd",
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_ne!(reply.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn headers_of_every_response() {
    let app = App::new().await;
    for path in [
        "/",
        "/import",
        "/runs/x",
        "/nothing",
        "/api/runs",
        "/api/nothing",
        "/worker.js",
        "/pkg/surprisal.js",
        "/runs/latest",
    ] {
        let reply = app.get(path).await;
        for (name, value) in [
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{name} of {path}");
        }
        assert_eq!(reply.header("x-request-id").len(), 26, "{path}");
        assert!(!reply.header("cache-control").is_empty(), "{path}");
        assert_eq!(
            reply
                .headers
                .get_all("content-security-policy")
                .iter()
                .count(),
            1,
            "{path}"
        );
    }
}

#[tokio::test]
async fn scripts_of_a_page_carry_the_nonce_of_its_policy() {
    let app = App::new().await;
    let mut seen = std::collections::HashSet::new();
    for path in ["/", "/import", "/nothing", "/runs/x"] {
        let page = app.get(path).await;
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap_or_else(|| panic!("{policy}"));
        assert!(
            nonce.len() >= 16 && seen.insert(nonce.to_owned()),
            "{nonce}"
        );
        let inline: Vec<_> = page
            .text()
            .split("<script")
            .skip(1)
            .map(|tag| tag.split('>').next().unwrap())
            .collect();
        assert!(!inline.is_empty());
        for tag in inline.iter().filter(|tag| !tag.contains("src=")) {
            assert!(
                tag.contains(&format!("nonce=\"{nonce}\"")),
                "{path}: <script{tag}>"
            );
        }
    }
}

/// Where a page is being made, a file that is asked for meanwhile has headers of its own and leaves those of the page.
#[tokio::test]
async fn a_file_takes_nothing_of_a_page() {
    let app = App::new().await;
    let page = leptos::prelude::Owner::new_root(None);
    let headers = leptos_axum::ResponseOptions::default();
    headers.insert_header(
        http::header::CONTENT_SECURITY_POLICY,
        http::HeaderValue::from_static("that of the page"),
    );
    page.with(|| leptos::prelude::provide_context(headers.clone()));
    // As it is left behind on the thread.
    page.set();
    let file = app.get("/favicon.svg").await;
    assert_eq!(file.status.as_u16(), 200);
    assert!(
        file.header("content-security-policy")
            .starts_with("default-src 'self'")
    );
    let left = headers.0.read().unwrap();
    let policy = left.headers.get(http::header::CONTENT_SECURITY_POLICY);
    assert_eq!(policy.unwrap(), "that of the page");
}
