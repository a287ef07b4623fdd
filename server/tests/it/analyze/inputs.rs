//! Files, folders and patterns.
use super::{Place, TINY, parts, tiny};
use serde_json::json;

/// Inputs that could not be read are an error; so is something that was named and has no completion.
#[test]
fn what_is_read_and_in_which_order() {
    let other = tiny("other");
    let files = [
        ("one.json", TINY),
        ("notes.md", TINY),
        ("empty.json", ""),
        ("runs/b.jsonl", &other),
        ("runs/a/z.NDJSON", TINY),
        ("runs/a.json", TINY),
        ("runs/c.png", TINY),
        ("runs/README.md", TINY),
        ("runs/.hidden.json", TINY),
        ("runs/.git/a.json", TINY),
        ("runs/deep/er/x.txt", TINY),
        ("runs/other.json", "{}"),
        ("bare/picture.png", ""),
        ("[odd].json", TINY),
    ];
    let place = Place::with(&files);
    let folder: &[(&str, u64)] = &[
        ("runs/a/z.NDJSON", 1),
        ("runs/a.json", 1),
        ("runs/b.jsonl", 1),
        ("runs/deep/er/x.txt", 1),
        ("runs/other.json", 0),
    ];
    let first = [("one.json", 1)];
    let everything = [&first[..], folder].concat();
    type Row<'a> = (&'a [&'a str], i32, &'a [(&'a str, u64)]);
    let table: [Row<'_>; 14] = [
        (&["one.json"], 0, &first),
        (&["notes.md"], 0, &[("notes.md", 1)]),
        (
            &["one.json", "one.json"],
            0,
            &[("one.json", 1), ("one.json", 1)],
        ),
        (&["runs"], 0, folder),
        (&["one.json", "runs"], 0, &everything),
        (
            &["runs/*.json*"],
            1,
            &[
                ("runs/a.json", 1),
                ("runs/b.jsonl", 1),
                ("runs/other.json", 0),
            ],
        ),
        (
            &["runs/?.json*"],
            0,
            &[("runs/a.json", 1), ("runs/b.jsonl", 1)],
        ),
        (
            &["runs/**/[xz].*"],
            0,
            &[("runs/a/z.NDJSON", 1), ("runs/deep/er/x.txt", 1)],
        ),
        (&["ru*"], 0, folder),
        (&["[odd].json"], 0, &[("[odd].json", 1)]),
        (&["no*.json"], 1, &[("no*.json", 0)]),
        (&["bare"], 1, &[("bare", 0)]),
        (
            &["empty.json", "one.json"],
            1,
            &[("empty.json", 0), ("one.json", 1)],
        ),
        (
            &["missing.json", "one.json"],
            1,
            &[("missing.json", 0), ("one.json", 1)],
        ),
    ];
    for (arguments, status, expected) in table {
        let document = place.document(arguments, status);
        assert_eq!(parts(&document), expected, "{arguments:?}");
        let sequences: u64 = expected.iter().map(|(_, sequences)| sequences).sum();
        assert_eq!(document["totals"]["sequences"], sequences, "{arguments:?}");
    }
}

#[test]
fn why_something_is_not_read() {
    let place = Place::with(&[("bare/picture.png", "")]);
    let none = "cannot open it: the folder has no file whose name is one of completions";
    for (argument, message) in [
        (
            "missing.json",
            "cannot open it: No such file or directory (os error 2)",
        ),
        ("no*.json", "cannot open it: no file has a name like this"),
        ("bare", none),
    ] {
        let document = place.document(&[argument], 1);
        let error = json!({"code": "cannot_open", "message": message});
        assert_eq!(document["inputs"][0]["error"], error, "{argument}");
        assert_eq!(
            (&document["severity"], &document["bytes"]),
            (&json!("nothing"), &json!(0))
        );
    }
}

#[test]
fn problems_name_their_source() {
    let place = Place::with(&[
        ("a.jsonl", TINY),
        ("b.jsonl", &format!("{}\n{{]\n", tiny("b"))),
    ]);
    let document = place.document(&["a.jsonl", "b.jsonl"], 0);
    let found = &document["problems"][0]["places"][0];
    assert_eq!(
        (
            &found["source"],
            &found["record"],
            &found["line"],
            &found["byte"]
        ),
        (
            &json!("b.jsonl"),
            &json!(2),
            &json!(2),
            &json!(TINY.len() + 2)
        )
    );
}

#[cfg(unix)]
#[test]
fn folders_do_not_lead_in_circles() {
    let place = Place::with(&[("runs/a.json", TINY)]);
    std::os::unix::fs::symlink(place.path("runs"), place.path("runs/again")).unwrap();
    std::os::unix::fs::symlink(place.path("runs/a.json"), place.path("runs/b.json")).unwrap();
    let document = place.document(&["runs"], 0);
    assert_eq!(parts(&document), [("runs/a.json", 1), ("runs/b.json", 1)]);
}
