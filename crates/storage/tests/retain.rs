//! A policy on a store: what it forbids is nowhere any more, neither in the bucket nor in the files of any server.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use policy::Policy;
use std::path::Path;
use std::time::Duration;
use storage::{
    GenerationQuery, NewShare, Retain, RetainReport, RunChange, RunStore, Secrets, StorageError,
    StoreSetting,
};

const SALT: &str = "a-salt-of-enough-characters";
const DAY_MS: u64 = 24 * 3_600_000;

/// What must not be kept; each of them in one word, so that no cut hides it.
const SECRETS: [&str; 5] = [
    "ann@example.com",
    "bob@example.org",
    "u-4711",
    "10.1.2.3",
    "sess-77",
];

const FILE: &str = concat!(
    r#"{"model":{"id":"m"},"input":{"type":"text","content":"write to ann@example.com"},"output":{"type":"text","content":"done, bob@example.org"},"metadata":{"userId":"u-4711","sessionId":"sess-77","ip":"10.1.2.3","tags":["t"]}}"#,
    "\n",
    r#"{"model":{"id":"m"},"output":{"type":"text","content":"nothing in it"},"metadata":{"userId":"u-4712"}}"#,
    "\n"
);

fn policy() -> Policy {
    let text = "[[keep]]\ntag = \"short\"\ndays = 7\n[[keep]]\nmodel = \"old\"\ndays = 30\n\
                [anonymise]\ndrop = [\"ip\"]\nhash = [\"userId\", \"sessionId\"]\nmask = [\"email\"]";
    Policy::parse(text, Some(SALT)).unwrap()
}

fn retain(apply: bool, days_later: u64, runs: &RunStore) -> Retain {
    Retain {
        apply,
        settle: Duration::from_millis(10),
        now_ms: Some(runs.now_ms() + days_later * DAY_MS),
        ..Retain::new(policy())
    }
}

async fn open(dir: &Path, catalogue: &str) -> RunStore {
    let setting = StoreSetting::File {
        dir: dir.join("store"),
    };
    let file = Some(dir.join(catalogue));
    RunStore::open_with(&setting, &Secrets::default(), file)
        .await
        .unwrap()
}

async fn store(runs: &RunStore, name: &str, text: &str) -> RunSummary {
    let bytes = bytes::Bytes::from(text.to_owned());
    let uploaded = support::backend::upload(runs, &bytes).await;
    let mut importer = completions::Importer::summary(completions::Limits::default(), 20);
    importer.push(text.as_bytes());
    let summary = RunSummary::of_import(&importer.finish(), name, bytes.len() as u64, 20);
    runs.commit(uploaded, summary).await.unwrap()
}

/// The bytes of a file, unpacked where it is packed: else no word could be found in it.
fn bytes_of(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|end| end != "zst") {
        return bytes;
    }
    let (mut rest, mut all) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let mut frame = ruzstd::decoding::StreamingDecoder::new(&mut rest).unwrap();
        std::io::Read::read_to_end(&mut frame, &mut all).unwrap();
    }
    all
}

/// The files below a folder in which one of these words stands, in any of its bytes.
fn found(dir: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![dir.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
                continue;
            }
            let bytes = bytes_of(&path);
            for word in words {
                let shown = path.strip_prefix(dir).unwrap().display();
                if bytes
                    .windows(word.len())
                    .any(|part| part == word.as_bytes())
                {
                    found.push(format!("{word} in {shown}"));
                }
            }
        }
    }
    found.sort();
    found
}

async fn outputs(runs: &RunStore) -> Vec<String> {
    let list = runs.generations(&GenerationQuery::default()).await.unwrap();
    let mut all: Vec<String> = list
        .generations
        .iter()
        .map(|one| one.output.content.to_string())
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_is_taken_out() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (
        open(dir.path(), "one.sqlite").await,
        open(dir.path(), "two.sqlite").await,
    );
    let run = store(&one, "ann@example.com.jsonl", FILE).await;
    let clean = store(
        &one,
        "clean.jsonl",
        r#"{"model":{"id":"m"},"output":{"content":"fine"}}"#,
    )
    .await;
    let change = RunChange {
        note: Some("from bob@example.org".into()),
        tags: Some(["t".to_owned()].into()),
        ..RunChange::default()
    };
    one.change(&run.id, change).await.unwrap();
    let wish = NewShare {
        label: "bob@example.org".into(),
        ..NewShare::default()
    };
    let (_, token) = one.share(&run.id, wish).await.unwrap();
    for server in [&one, &two] {
        assert_eq!(
            outputs(server).await,
            ["done, bob@example.org", "fine", "nothing in it"]
        );
    }
    let said = generations::Feedback {
        comment: Some("ask ann@example.com".into()),
        user_id: Some("u-4711".into()),
        ..generations::Feedback::default()
    };
    let key = format!("{}-0", run.id);
    one.give_feedback(&key, said).await.unwrap();
    two.generation(&key).await.unwrap();
    for server in [&one, &two] {
        server.list(&Default::default()).await.unwrap();
        server.publish_snapshot().await.unwrap().unwrap();
    }
    let before = found(dir.path(), &SECRETS);
    for place in [
        "store/blob/",
        "store/run/",
        "store/ev/",
        "store/columns/",
        "store/snap/",
        "one.generations.sqlite",
        "two.sqlite",
    ] {
        let known = before.iter().any(|found| found.contains(place));
        assert!(
            known,
            "the test must find it at first: {place} in {before:?}"
        );
    }

    let dry = one.retain(&retain(false, 0, &one)).await.unwrap();
    assert_eq!(found(dir.path(), &SECRETS), before, "nothing is done yet");
    let done = one.retain(&retain(true, 0, &one)).await.unwrap();
    assert_eq!((&dry.changed, &dry.removed), (&done.changed, &done.removed));
    assert_eq!(done.changed.len(), 1);
    assert_eq!(done.changed[0].0, run.id);
    let counts = done.changed[0].1;
    assert_eq!((counts.dropped, counts.hashed), (1, 3));
    assert_eq!((done.kept, done.unreadable.len()), (1, 0));
    let kinds: Vec<_> = done
        .objects
        .iter()
        .map(|(key, _)| key.split('/').next().unwrap())
        .collect();
    assert_eq!(kinds, ["columns", "snap", "snap", "snap", "snap", "blob"]);
    // A server that has not heard of it yet makes no snapshot that stays.
    assert_eq!(two.publish_snapshot().await.unwrap(), None);
    assert_eq!(
        found(&dir.path().join("store"), &SECRETS),
        Vec::<String>::new()
    );

    // Both servers see the run as it is now, and follow by themselves.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for server in [&one, &two] {
        server.index_now().await.unwrap();
        assert_eq!(
            outputs(server).await,
            ["done, ***************", "fine", "nothing in it"]
        );
        let now = server.run(&run.id).await.unwrap();
        assert_eq!(
            (now.name.as_str(), now.note.as_str(), now.tags.join(",")),
            ("*".repeat(21).as_str(), "from ***************", "t".into())
        );
        assert_ne!(now.sha256, run.sha256);
        assert_eq!(now.imported_at_ms, run.imported_at_ms);
        let detail = server.generation(&key).await.unwrap();
        let user = detail.generation.metadata.user_id.unwrap();
        assert!(user.starts_with("anon-"), "{user}");
        assert_eq!(detail.feedback_history.len(), 1);
        assert_eq!(
            detail.feedback_history[0].user_id.as_deref(),
            Some(user.as_str())
        );
        assert_eq!(
            detail.feedback_history[0].comment.as_deref(),
            Some("ask ***************")
        );
        // The link works as before.
        assert!(
            matches!(server.opened(&token).await.unwrap(), storage::Opened::Works(share) if share.label == "***************")
        );
        assert_eq!(server.run(&clean.id).await.unwrap(), clean);
    }
    assert_eq!(found(dir.path(), &SECRETS), Vec::<String>::new());
    // One that has heard of it does, and nothing is in it.
    two.publish_snapshot().await.unwrap().unwrap();
    assert_eq!(found(dir.path(), &SECRETS), Vec::<String>::new());
    // Again there is nothing to do, and a server that begins anew sees the same.
    let again = one.retain(&retain(true, 0, &one)).await.unwrap();
    assert_eq!(
        again,
        RetainReport {
            kept: 2,
            ..RetainReport::default()
        }
    );
    let three = open(dir.path(), "three.sqlite").await;
    assert_eq!(outputs(&three).await, outputs(&one).await);
    assert_eq!(found(dir.path(), &SECRETS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_goes_with_all_that_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (
        open(dir.path(), "one.sqlite").await,
        open(dir.path(), "two.sqlite").await,
    );
    let word = "unmistakable";
    let text = |model: &str| {
        format!(r#"{{"model":{{"id":"{model}"}},"output":{{"content":"{word} {model}"}}}}"#)
    };
    let old = store(&one, "unmistakable.jsonl", &text("old")).await;
    let tagged = store(&one, "b.jsonl", &text("x")).await;
    let stays = store(&one, "c.jsonl", &text("y")).await;
    for (run, tag) in [(&tagged, "short"), (&old, "unmistakable")] {
        let change = RunChange {
            note: Some("unmistakable".into()),
            tags: Some([tag.to_owned()].into()),
            ..RunChange::default()
        };
        one.change(&run.id, change).await.unwrap();
    }
    let said = generations::Feedback {
        comment: Some("unmistakable".into()),
        ..generations::Feedback::default()
    };
    for server in [&one, &two] {
        assert_eq!(outputs(server).await.len(), 3);
    }
    one.give_feedback(&format!("{}-0", old.id), said)
        .await
        .unwrap();
    two.index_now().await.unwrap();
    two.publish_snapshot().await.unwrap().unwrap();
    assert!(
        found(&dir.path().join("store/snap"), &["unmistakable.jsonl"]).len() == 1,
        "the test must find it at first"
    );

    let at = async |days, apply| {
        one.retain(&retain(apply, days, &one))
            .await
            .unwrap()
            .removed
    };
    assert_eq!(at(6, false).await, []);
    assert_eq!(at(8, false).await, [(tagged.id.clone(), 7)]);
    assert_eq!(
        at(31, true).await,
        [(old.id.clone(), 30), (tagged.id.clone(), 7)]
    );
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for server in [&one, &two] {
        server.index_now().await.unwrap();
        assert_eq!(outputs(server).await, ["unmistakable y"]);
        for gone in [&old, &tagged] {
            assert!(matches!(
                server.run(&gone.id).await,
                Err(StorageError::Gone(_))
            ));
        }
        server.run(&stays.id).await.unwrap();
    }
    // Of those two nothing is left; of the one that stays all is.
    let left = found(
        dir.path(),
        &["unmistakable x", "unmistakable old", "unmistakable.jsonl"],
    );
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(at(31, true).await, []);
    // Later it is deleted, and its blob is needed by nobody.
    let blobs = |dir: &Path| {
        let mut count = 0;
        let mut rest = vec![dir.join("store/blob")];
        while let Some(next) = rest.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    rest.push(path)
                } else {
                    count += 1
                }
            }
        }
        count
    };
    assert_eq!(blobs(dir.path()), 1);
}

#[tokio::test]
async fn what_cannot_be_made_anonymous_is_named() {
    let runs = support::backend::Backend::memory().open().await;
    let run = store(&runs, "x.zip", "PK\u{3}\u{4}\u{0}").await;
    let report = runs.retain(&retain(true, 0, &runs)).await.unwrap();
    assert_eq!(
        report.unreadable,
        [(
            run.id.clone(),
            "it is no text: archives and binary files are not read for this".to_owned()
        )]
    );
    runs.run(&run.id).await.unwrap();
    let text = "[anonymise]\nmask = [\"email\"]\notherwise = \"remove\"";
    let remove = Retain {
        policy: Policy::parse(text, None).unwrap(),
        ..retain(true, 0, &runs)
    };
    let report = runs.retain(&remove).await.unwrap();
    assert_eq!(report.removed, [(run.id.clone(), 0)]);
    match runs.run(&run.id).await {
        Err(StorageError::Gone(_)) => {}
        other => panic!("{other:?}"),
    }
}

/// A policy that was stopped before it looked after snapshots: whoever looks next does.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_older_than_a_removal_goes_whoever_looks() {
    for who in ["retain", "gc"] {
        let dir = tempfile::tempdir().unwrap();
        let runs = open(dir.path(), "one.sqlite").await;
        let run = store(&runs, "ann@example.com.jsonl", FILE).await;
        runs.list(&Default::default()).await.unwrap();
        let key = runs.publish_snapshot().await.unwrap().unwrap();
        let shelf = dir.path().join("store/snap");
        let there = dir.path().join("store").join(&key);
        let tells = there.with_extension("").with_extension("json");
        let kept = [
            std::fs::read(&there).unwrap(),
            std::fs::read(&tells).unwrap(),
        ];
        runs.retain(&retain(true, 0, &runs)).await.unwrap();
        assert_eq!(found(&shelf, &SECRETS), Vec::<String>::new());
        // As if it had been stopped before, or a server had slept for hours in the middle of its snapshot.
        std::fs::write(&there, &kept[0]).unwrap();
        std::fs::write(&tells, &kept[1]).unwrap();
        assert!(!found(&shelf, &SECRETS).is_empty());
        match who {
            "gc" => {
                let gc = storage::Gc {
                    apply: true,
                    settle: Duration::ZERO,
                    ..storage::Gc::default()
                };
                assert_eq!(runs.gc(&gc).await.unwrap().snapshots.len(), 2);
            }
            _ => {
                let report = runs.retain(&retain(true, 0, &runs)).await.unwrap();
                assert_eq!((report.kept, report.objects.len()), (1, 2));
            }
        }
        assert_eq!(found(&shelf, &SECRETS), Vec::<String>::new());
        runs.run(&run.id).await.unwrap();
    }
}
