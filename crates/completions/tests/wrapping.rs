//! Whatever is put around a record, and however the file is stored: the same sequences, tokens and values.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
#[path = "unpack/make.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod make;
use common::{chat, import, services};
use completions::Import;
use make::{Archive, gzip, zstd};
use serde_json::{Value, json};

/// What a reader sees of a file, wherever it stood.
fn content(import: &Import) -> (Vec<String>, Vec<u32>, Vec<u32>, Vec<u8>) {
    let bits = import.columns.logprob.iter().map(|value| value.to_bits());
    // Whether one is a record weak or strong is said by its neighbours.
    let status = import.columns.flags.iter().map(|flags| flags & 7);
    (
        common::texts(import),
        import.columns.token_end.clone(),
        bits.collect(),
        status.collect(),
    )
}

/// Small records of every format that stand alone.
fn records() -> Vec<String> {
    let mut records = services();
    records.push(chat(
        "a",
        &[("zażółć", "-2"), ("\u{1f600}", "-9999.0"), ("x", "null")],
    ));
    records.push(r#"{"id":"c","object":"text_completion","choices":[{"text":" a b","index":0,"logprobs":{"tokens":[" a"," b"],"token_logprobs":[-0.5,-1.0],"top_logprobs":[{" a":-0.5},{" b":-1.0," c":-2}]},"finish_reason":"length"}]}"#.to_owned());
    records.push(r#"{"tokens":[["a",-0.5],["b",-1]],"text":"ab"}"#.to_owned());
    records.push(
        r#"{"tokens":[["a","b"],["c"]],"logprobs":[[-0.5,-1],[-2]],"sentences":["ab","c"]}"#
            .to_owned(),
    );
    records
}

/// The record in other JSON.
fn around(record: &str) -> Vec<(&'static str, String)> {
    let value: Value = serde_json::from_str(record).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let mut more = value.clone();
    if let Some(map) = more.as_object_mut() {
        map.insert(
            "zz_unknown".to_owned(),
            json!({"a": [1, {}, "x"], "b": null}),
        );
    }
    vec![
        ("spaces", format!(" \n\t{record}\r\n\n")),
        ("pretty", pretty.clone()),
        ("crlf", pretty.replace('\n', "\r\n")),
        ("bom", format!("\u{feff}{record}")),
        ("separator", format!("\u{1e}{record}\n")),
        ("array", format!("[{record}]")),
        ("unknown key", more.to_string()),
        ("object", format!(r#"{{"id":7,"answer":{record}}}"#)),
        ("objects", format!(r#"{{"a":{{"b":{record}}}}}"#)),
        (
            "list",
            format!(r#"{{"meta":{{"n":1}},"results":[{record}]}}"#),
        ),
        ("text", json!({ "raw": record }).to_string()),
        ("text alone", json!(record).to_string()),
        ("fenced", format!("Some words.\n\n```json\n{pretty}\n```\n")),
    ]
}

#[test]
fn what_stands_around_a_record_means_nothing() {
    for record in records() {
        let want = content(&import(&record));
        for (what, file) in around(&record) {
            let import = import(&file);
            assert_eq!(
                content(&import),
                want,
                "{what}: {file}\n{:?}",
                import.report
            );
            common::details_agree(file.as_bytes(), &import);
        }
    }
}

#[test]
fn how_a_file_is_stored_means_nothing() {
    for record in records() {
        let file = format!("{record}\n");
        let want = content(&import(&file));
        let (front, back) = file.as_bytes().split_at(file.len() / 2);
        let units = |swap: bool| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(file.encode_utf16());
            let bytes = |unit: u16| {
                if swap {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            };
            units.flat_map(bytes).collect()
        };
        for (what, bytes) in [
            ("gzip", gzip(&file)),
            ("two members", [gzip(front), gzip(back)].concat()),
            ("twice", gzip(gzip(&file))),
            ("zstd", zstd(&file)),
            (
                "zip",
                Archive::default()
                    .member("a/b.jsonl", 8, file.as_bytes())
                    .finish(),
            ),
            (
                "stored",
                Archive::default()
                    .member("b.JSON", 0, file.as_bytes())
                    .finish(),
            ),
            (
                "text in zip",
                Archive::default()
                    .member("b.txt", 8, file.as_bytes())
                    .finish(),
            ),
            ("UTF-16, little end first", units(false)),
            ("UTF-16, big end first", units(true)),
        ] {
            let import = import(&bytes);
            assert_eq!(
                content(&import),
                want,
                "{what}: {file}\n{:?}",
                import.report
            );
            common::details_agree(&bytes, &import);
        }
    }
}

/// Pieces of a stream, each in an object of its own, as logs keep them.
#[test]
fn pieces_in_objects_are_one_stream() {
    let piece = |text: &str, value: &str, finish: &str| {
        format!(
            r#"{{"id":"s","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{{"content":"{text}"}},"logprobs":{{"content":[{{"token":"{text}","logprob":{value}}}]}},"finish_reason":{finish}}}]}}"#
        )
    };
    let pieces = [
        piece("a", "-1", "null"),
        piece("b", "-2", "null"),
        piece("c", "-3", "\"stop\""),
    ];
    let want = content(&import(pieces.join("\n")));
    for wrap in [
        |piece: &String| format!(r#"{{"time":1,"chunk":{piece}}}"#),
        |piece: &String| format!(r#"{{"event":{{"data":{piece}}}}}"#),
    ] {
        let file: String = pieces.iter().map(|piece| wrap(piece) + "\n").collect();
        let whole = import(&file);
        assert_eq!(content(&whole), want, "{:?}", whole.report);
        assert!(common::codes(&whole).is_empty());
        common::details_agree(file.as_bytes(), &whole);
    }
}

/// A file that ends too early gives what was whole, and says that the rest is missing.
#[test]
fn cut_files_give_what_was_whole() {
    let records: Vec<String> = (0..3)
        .map(|nth| chat(&nth.to_string(), &[("Hi", "-0.5"), (" you", "-1.5")]))
        .collect();
    for (open, between, close) in [("", "\n", "\n"), ("[", ",", "]"), ("", "", "")] {
        let file = format!("{open}{}{close}", records.join(between));
        for cut in 1..file.len() {
            let import = import(&file[..cut]);
            let before = |nth: usize| {
                open.len()
                    + records[..=nth].iter().map(String::len).sum::<usize>()
                    + nth * between.len()
            };
            let whole = (0..3).filter(|&nth| before(nth) <= cut).count();
            assert_eq!(
                import.columns.sequences.len(),
                whole,
                "cut at {cut} of {file}"
            );
            let end = before(whole.max(1) - 1);
            let inside = cut > end + between.len() || whole == 0 && cut > open.len();
            let said = common::codes(&import).contains(&"file_cut_off");
            assert!(
                said || !inside,
                "cut at {cut}: {:?}",
                common::codes(&import)
            );
        }
    }
}
