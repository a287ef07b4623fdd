//! Files that are made anonymous before they are stored, and the command that does so later.
use crate::app::{App, files};
use policy::Policy;
use serde_json::Value;
use server::{config::Limits, router::router};
use std::process::Command;
use storage::StoreSetting;

const POLICY: &str =
    "[anonymise]\ndrop = [\"user\"]\nhash = [\"session_id\"]\nmask = [\"email\"]\n";
const SALT: &str = "a-salt-of-enough-characters";
const FILE: &str = r#"{"user":"u-4711","session_id":"s-1","model":"m","choices":[{"message":{"content":"ask ann@example.com"}}]}"#;

async fn anonymising() -> (App, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = StoreSetting::File {
        dir: dir.path().to_owned(),
    };
    let limits = Limits {
        max_anonymised_bytes: 1000,
        ..Limits::default()
    };
    let mut app = App::on(&store, limits).await;
    let rules = Policy::parse(POLICY, Some(SALT)).unwrap().anonymise;
    app.server = app.server.clone().anonymising(rules);
    app.router = router(app.server.clone());
    (app, dir)
}

fn holds(dir: &std::path::Path, word: &str) -> bool {
    files(dir).iter().any(|file| {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    })
}

#[tokio::test]
async fn uploads_are_made_anonymous_first() {
    let (app, dir) = anonymising().await;
    // The digest is that of what was sent.
    let digest = {
        use base64::Engine as _;
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(FILE);
        let text = base64::engine::general_purpose::STANDARD.encode(hash);
        format!("sha-256=:{text}:")
    };
    let headers = [
        ("content-digest", digest.as_str()),
        ("idempotency-key", "k"),
    ];
    let stored = app
        .post("/api/runs?name=of%20ann@example.com.json", &headers, FILE)
        .await;
    assert_eq!(stored.status, 201, "{}", stored.text());
    let again = app.post("/api/runs?name=x", &headers, FILE).await;
    assert_eq!(again.status, 200, "{}", again.text());
    let run: api::RunSummary = stored.json();
    assert_eq!(run.name, "of ********************");
    let file = app.get(&format!("/api/runs/{}/file", run.id)).await;
    let kept: Value = file.json();
    assert_eq!(kept.get("user"), None);
    assert!(kept["session_id"].as_str().unwrap().starts_with("anon-"));
    assert_eq!(
        kept["choices"][0]["message"]["content"],
        "ask ***************"
    );
    assert_eq!(run.size as usize, file.body.len());
    for word in ["u-4711", "s-1\"", "ann@example.com"] {
        assert!(!holds(dir.path(), word), "{word}");
    }
    // Records that programs push go the same way.
    let pushed = app.post("/api/generations", &[], FILE).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    assert!(!holds(dir.path(), "ann@example.com"));
    // What cannot be made anonymous is not stored.
    let before = app.list().await.total;
    app.post("/api/runs?name=x", &[], "{'user': 'u-4711'}").await.assert_error(
        400,
        "bad_request",
        "This server makes files anonymous before it stores them, and cannot do so with this one: parts of it are no whole JSON, \
         so fields in them cannot be told.",
    );
    app.post("/api/runs?name=x", &[], " ".repeat(1001))
        .await
        .assert_error(
            413,
            "too_large",
            "The file is larger than 1 KB, the most that this server takes.",
        );
    let wrong = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    let refused = app
        .post("/api/runs?name=x", &[("content-digest", wrong)], FILE)
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(app.list().await.total, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command() {
    let dir = tempfile::tempdir().unwrap();
    let store = StoreSetting::File {
        dir: dir.path().join("store"),
    };
    let app = App::on(&store, Limits::default()).await;
    let run = app.store("a.json", FILE).await;
    drop(app);
    let policy = dir.path().join("policy.toml");
    std::fs::write(&policy, POLICY).unwrap();
    let ask = |salt: Option<&str>, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surprisal"));
        command
            .env_remove("SURPRISAL_SALT")
            .args(["retain", "--store"])
            .arg(format!("file://{}", dir.path().join("store").display()))
            .arg("--policy")
            .arg(&policy)
            .args(more);
        if let Some(salt) = salt {
            command.env("SURPRISAL_SALT", salt);
        }
        let output = command.output().unwrap();
        let text =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (status, said) = ask(None, &[]);
    assert_eq!(status, 2);
    assert!(
        said.ends_with(": `hash` needs a secret of at least 16 characters in SURPRISAL_SALT\n"),
        "{said}"
    );
    let (status, said) = ask(Some(SALT), &["--dry-run"]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains(&format!(
            "{}  made anonymous: 1 field dropped, 1 value hashed, 1 text masked\n\
             0 runs to remove, 1 to make anonymous; `--apply` does it; 0 stay as they are.\n",
            run.id
        )),
        "{said}"
    );
    assert!(holds(dir.path(), "ann@example.com"));
    let (status, _) = ask(Some(SALT), &["--dry-run", "--apply"]);
    assert_eq!(status, 2);
}
