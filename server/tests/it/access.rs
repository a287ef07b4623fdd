//! Tokens: who gets in, and what they may do.
use crate::app::{App, TINY};
use server::{access::Access, config::Limits};

const READER: &str = "reader-0123456789";
const WRITER: &str = "writer-0123456789";

async fn guarded() -> App {
    let tokens = format!("ann:read:{READER}\nbob:write:{WRITER}");
    App::for_tokens(Limits::default(), Access::parse(&tokens).unwrap()).await
}

#[tokio::test]
async fn nothing_without_a_token() {
    let app = guarded().await;
    let message =
        "A token is needed: send it as `Authorization: Bearer TOKEN`, or log in at /login.";
    for path in ["/api/runs", "/api/runs/x/file", "/api/nothing"] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 401, "{path}");
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        let error: serde_json::Value = reply.json();
        assert_eq!(
            (&error["code"], &error["message"]),
            (&"unauthorized".into(), &message.into())
        );
    }
    let reply = app
        .post(
            "/api/runs?name=x",
            &[("authorization", "Bearer wrong")],
            TINY,
        )
        .await;
    assert_eq!(reply.status, 401);
    for path in ["/", "/import", "/runs/latest?x=1", "/runs/x/share", "/api"] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 401, "{path}");
        assert!(reply.text().contains("<label for=\"token\">"), "{path}");
        assert!(
            reply
                .text()
                .contains(&format!("name=\"back\" value=\"{path}\"")),
            "{path}"
        );
    }
    // What the login page needs, and who watches the server.
    for path in ["/login", "/api/health", "/pkg/surprisal.js", "/worker.js"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_a_token_may_do() {
    let app = guarded().await;
    let reader = format!("Bearer {READER}");
    let writer = format!("Bearer {WRITER}");
    let stored = app
        .post("/api/runs?name=x", &[("authorization", &writer)], TINY)
        .await;
    assert_eq!(stored.status, 201);
    let refused = app
        .post("/api/runs?name=x", &[("authorization", &reader)], TINY)
        .await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .text()
            .contains("Your token may read, but not store, change, delete or generate.")
    );
    for token in [&reader, &writer] {
        let list: api::RunList = app
            .get_with("/api/runs", &[("authorization", token)])
            .await
            .json();
        assert_eq!(list.total, 1);
        assert_eq!(
            app.get_with("/import", &[("authorization", token)])
                .await
                .status,
            200
        );
    }
}

#[tokio::test]
async fn a_browser_logs_in_and_out() {
    let app = guarded().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let wrong = app
        .post("/login", &form, "token=wrong&back=%2Fimport")
        .await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains("This token is not known here."));
    assert!(wrong.headers.get("set-cookie").is_none());
    let right = app
        .post(
            "/login",
            &form,
            format!("token=+{READER}+&back=%2Fimport%3Fx%3D1"),
        )
        .await;
    assert_eq!(
        (right.status.as_u16(), &right.headers["location"]),
        (303, &"/import?x=1".parse().unwrap())
    );
    let cookie = right.headers["set-cookie"].to_str().unwrap();
    assert_eq!(
        cookie,
        format!("surprisal_token={READER}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax")
    );
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(
        app.get_with("/import", &[("cookie", pair)]).await.status,
        200
    );
    // Behind a proxy that speaks TLS the cookie never goes without it; other sites are no way back.
    let headers = [form[0], ("x-forwarded-proto", "https")];
    let secure = app
        .post(
            "/login",
            &headers,
            format!("token={READER}&back=%2F%2Fevil.example"),
        )
        .await;
    assert!(
        secure.headers["set-cookie"]
            .to_str()
            .unwrap()
            .ends_with("; Secure")
    );
    assert_eq!(secure.headers["location"], "/");
    let out = app.post("/logout", &[], "").await;
    assert_eq!(
        out.headers["set-cookie"],
        "surprisal_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    );
}

#[tokio::test]
async fn without_tokens_everybody_gets_in() {
    let app = App::new().await;
    assert_eq!(app.get("/api/runs").await.status, 200);
}

/// A site whose name leads to this machine reads nothing and changes nothing.
#[tokio::test]
async fn other_names_do_not_lead_to_a_server_for_this_machine() {
    let app = App::new().await.only_here();
    let refused = "This server is for this machine alone: open it as http://127.0.0.1 or http://localhost, with its port. \
                   If a proxy asked, start the server with --behind-proxy, or with a token.";
    let bent = |method, path: &str, body: &'static str| {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "rebound.example:3000")
            .header("origin", "http://rebound.example:3000");
        app.send(request.body(body.into()).unwrap())
    };
    for (method, path) in [
        ("GET", "/api/runs"),
        ("POST", "/api/generations"),
        ("GET", "/v1/models"),
    ] {
        bent(method, path, "{}")
            .await
            .assert_error(403, "forbidden", refused);
    }
    let page = bent("GET", "/", "").await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains(refused), "{}", page.text());
    for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
        let request = http::Request::get("/api/runs").header("host", host);
        let reply = app.send(request.body("".into()).unwrap()).await;
        assert_eq!(reply.status, 200, "{host}");
    }
}

/// Nobody listens for all the world by accident.
#[test]
fn an_address_of_other_machines_needs_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let refused = "surprisal: 0.0.0.0:0 can be reached from other machines, and nobody said who gets in: set SURPRISAL_TOKEN to \
                   a secret of at least 16 characters, or say --open if everybody may read, store and delete\n";
    let short =
        "surprisal: the secret of entry 1 of SURPRISAL_TOKEN is shorter than 16 characters\n";
    for (token, message) in [(None, refused), (Some("hunter2"), short)] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_surprisal"));
        command
            .current_dir(dir.path())
            .env_remove("SURPRISAL_TOKEN")
            .args(["serve", "--addr", "0.0.0.0:0", "--store", "memory://"]);
        if let Some(token) = token {
            command.env("SURPRISAL_TOKEN", token);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.ends_with(message), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
