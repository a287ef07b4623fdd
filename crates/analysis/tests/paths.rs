//! Answers that are JSON: their values, and the tokens that wrote them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
#[path = "compare/runs.rs"]
#[allow(dead_code, reason = "the vocabulary of other tests, too")]
mod runs;

use analysis::paths::{Kind, Table, Value, values};
use metrics::num::exp;
use proptest::prelude::*;
use runs::{Answer, Run, Token};

fn values_of(answer: Answer) -> (Run, Vec<Value>) {
    let run = Run::of([answer]);
    let found = values(&run.import.columns, &run.import.columns.sequences[0]);
    (run, found)
}

/// Path, kind and text of each value; `…` behind one that has no end.
fn told(text: &str) -> Vec<String> {
    let (_, found) = values_of(Answer::plain(&[text.as_bytes()]));
    let one = |value: &Value| {
        let bytes = String::from_utf8_lossy(value.span.of(text.as_bytes())).into_owned();
        let end = if value.whole { "" } else { "…" };
        format!("{} {} {bytes}{end}", value.path, value.kind.name())
    };
    found.iter().map(one).collect()
}

#[test]
fn what_is_in_a_text() {
    let table: &[(&str, &str, &[&str])] = &[
        (
            "all kinds",
            r#"{"a": "x", "b": 1.5e3, "c": true, "d": null, "e": {}, "f": [], "g": ""}"#,
            &[
                "$.a text x",
                "$.b number 1.5e3",
                "$.c truth true",
                "$.d null null",
                "$.e empty {}",
                "$.f empty []",
                "$.g text \"\"",
            ],
        ),
        (
            "in each other",
            r#"{"a": [{"b": 1}, {"b": [2, 3]}], "odd key": {"c\"d": 4}}"#,
            &[
                "$.a[0].b number 1",
                "$.a[1].b[0] number 2",
                "$.a[1].b[1] number 3",
                "$[\"odd key\"][\"c\\\"d\"] number 4",
            ],
        ),
        ("an array", "[1, 2]", &["$[0] number 1", "$[1] number 2"]),
        (
            "escapes",
            r#"{"a": "x\"}\\", "b": 1}"#,
            &["$.a text x\\\"}\\\\", "$.b number 1"],
        ),
        (
            "lines of JSON",
            "{\"a\": 1}\n{\"a\": 2}",
            &["$.a number 1", "$.a number 2"],
        ),
        (
            "a block of code in prose",
            "Sure! Here {it} is [1]:\n```json\n{\"a\": 1}\n```\nAnything else?",
            &["$.a number 1"],
        ),
        (
            "prose around it",
            "The answer is {\"a\": \"b\"}, I think.",
            &["$.a text b"],
        ),
        ("no JSON", "Take f(x) = {x: x > 0} and [1, 2] or a[0].", &[]),
        ("nothing at all", "", &[]),
        (
            "cut off in a text",
            r#"{"a": 1, "b": "Par"#,
            &["$.a number 1", "$.b text Par…"],
        ),
        ("cut off in a number", r#"{"a": 12"#, &["$.a number 12…"]),
        ("cut off in a key", r#"{"a": 12, "b"#, &["$.a number 12"]),
        (
            "cut off in a block",
            "```\n{\"a\": [1, 2\n```\nso: 4",
            &["$.a[0] number 1", "$.a[1] number 2"],
        ),
        (
            "commas too many",
            r#"{"a": [1, 2,], }"#,
            &["$.a[0] number 1", "$.a[1] number 2"],
        ),
        (
            "commas too few",
            "{\"a\": \"x\" \"b\": {} [\"c\": 2}",
            &["$.a text x", "$.b empty {}", "$.c number 2"],
        ),
        (
            "objects without a comma",
            r#"[{"a": 1} {"a": 2}]"#,
            &["$[0].a number 1", "$[1].a number 2"],
        ),
        (
            "as Python writes it",
            "{'a': True, 'b': None, c: nan}",
            &["$.a truth True", "$.b null None", "$.c number nan"],
        ),
        ("no value", r#"{"a": , "b": 1}"#, &["$.b number 1"]),
        (
            "a bracket that nothing opened",
            r#"{"a": 1], "b": 2}"#,
            &["$.a number 1", "$.b number 2"],
        ),
        (
            "a bracket that is not closed",
            r#"{"a": [1, "b": 2}"#,
            &["$.a[0] number 1", "$.a[1] text b", "$.a[1] number 2"],
        ),
        (
            "words without quotes",
            r#"{"a": about 5, "b": 1}"#,
            &["$.a bare about 5", "$.b number 1"],
        ),
        (
            "a line end in a text",
            "{\"a\": \"x\ny\"}",
            &["$.a text x\ny"],
        ),
    ];
    for (name, text, expected) in table {
        assert_eq!(told(text), *expected, "{name}");
    }
}

#[test]
fn deep_is_passed_over() {
    let deep = |depth: usize| {
        format!(
            "{{\"a\": {}1{}, \"b\": 2}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(told(&deep(100)).len(), 2);
    assert_eq!(told(&deep(300)), ["$.b number 2"]);
}

/// Texts that would take for ever if any part of them were looked at again and again.
#[test]
fn hostile_texts_end() {
    for (text, most) in [
        ("[".repeat(200_000), 0),
        ("{\"".repeat(100_000), 0),
        ("{\"a\":".repeat(50_000), 0),
        ("x {\"a\":}".repeat(30_000), 0),
        ("```\n[".repeat(40_000), 0),
        ("{ ".repeat(100_000) + &" ".repeat(100_000), 0),
        ("[1,".repeat(50_000), 128),
        ("x {\"a\":1}".repeat(30_000), 30_000),
    ] {
        assert_eq!(told(&text).len(), most, "{}", &text[..10]);
    }
}

#[test]
fn the_tokens_of_a_value() {
    let tokens: &[Token<'_>] = &[
        (b"{\"", -0.01, &[]),
        (b"city", -0.02, &[]),
        (b"\": \"", -0.03, &[]),
        (b"Par", -0.5, &[]),
        (b"is", -0.25, &[]),
        (b"\",", -0.04, &[]),
        (b" \"n\": 4", -2.0, &[]),
        (b"2}", -1.0, &[]),
    ];
    let (_, found) = values_of(Answer::new(tokens));
    let [city, n] = found.as_slice() else {
        panic!("two values");
    };
    assert_eq!(
        (city.path.as_str(), city.first_token, city.n_tokens),
        ("$.city", 3, 2)
    );
    assert_eq!(
        (city.probability, city.weakest),
        (Some(exp(-0.75)), Some((exp(-0.5), 3)))
    );
    // Its tokens hold more than the number.
    assert_eq!((n.path.as_str(), n.first_token, n.n_tokens), ("$.n", 6, 2));
    assert_eq!(
        (n.probability, n.weakest),
        (Some(exp(-3.0)), Some((exp(-2.0), 6)))
    );
}

#[test]
fn values_without_probabilities() {
    let tokens: &[Token<'_>] = &[
        (b"{\"a\": ", -0.1, &[]),
        (b"1", -9999.0, &[]),
        (b"2", -0.5, &[]),
        (b"}", -0.1, &[]),
    ];
    let (_, found) = values_of(Answer::new(tokens));
    assert_eq!((found[0].n_tokens, found[0].probability), (2, None));
    assert_eq!(found[0].weakest, Some((exp(-0.5), 2)));
    // A text without tokens.
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(br#"{"choices":[{"message":{"content":"{\"a\": 1}"}}]}"#);
    let import = importer.finish();
    let found = values(&import.columns, &import.columns.sequences[0]);
    assert_eq!(
        (
            found.len(),
            found[0].n_tokens,
            found[0].probability,
            found[0].weakest
        ),
        (1, 0, None, None)
    );
}

#[test]
fn a_table_over_answers() {
    let answer = |tokens: &[(&str, f64)]| {
        let tokens: Vec<Token<'_>> = tokens
            .iter()
            .map(|(text, value)| (text.as_bytes(), *value, &[][..]))
            .collect();
        Answer::new(&tokens)
    };
    let run = Run::of([
        answer(&[
            ("[{\"a\": ", -0.1),
            ("1", -0.5),
            ("}, {\"a\": ", -0.1),
            ("2", -1.5),
            ("}]", -0.1),
        ]),
        answer(&[("no", -0.1)]),
        answer(&[
            ("[{\"a\": ", -0.1),
            ("2", -1.0),
            (", \"b\": \"", -0.1),
            ("x", -0.25),
        ]),
    ]);
    let table = Table::of(&run.import.columns, 0..3);
    assert_eq!((table.answers, table.with_json, table.cut), (3, 2, 1));
    let [a, b] = table.rows.as_slice() else {
        panic!("two paths");
    };
    assert_eq!(
        (a.path.as_str(), a.values, a.answers, a.scored),
        ("$[*].a", 3, 2, 3)
    );
    assert_eq!(
        (a.kinds.as_slice(), a.distinct, &a.commonest),
        (&[(Kind::Number, 3)][..], 2, &("2".to_owned(), 2))
    );
    let mean = (exp(-0.5) + exp(-1.5) + exp(-1.0)) / 3.0;
    assert!((a.mean_probability.unwrap() - mean).abs() < 1e-12);
    let least = a.least.as_ref().unwrap();
    assert_eq!((least.probability, least.sequence), (exp(-1.5), 0));
    assert_eq!((least.path.as_str(), least.text.as_str()), ("$[1].a", "2"));
    assert_eq!(a.weakest, Some(exp(-1.5)));
    assert_eq!(
        (
            b.path.as_str(),
            b.values,
            b.least.as_ref().unwrap().sequence
        ),
        ("$[*].b", 1, 2)
    );
    assert_eq!(Table::of(&run.import.columns, []), Table::default());
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        ".{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::btree_map("[a-c\\[\"]{1,2}", inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The leaves as serde_json has them: their text.
fn expected(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(items) if !items.is_empty() => {
            items.iter().for_each(|item| expected(item, out))
        }
        serde_json::Value::Object(members) if !members.is_empty() => {
            members.values().for_each(|member| expected(member, out));
        }
        other => out.push(other.to_string()),
    }
}

proptest! {
    /// What is well-formed has the values that another reader finds.
    #[test]
    fn as_another_reader(value in json(), pretty in any::<bool>()) {
        prop_assume!(value.is_object() || value.is_array());
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let (_, found) = values_of(Answer::plain(&[text.as_bytes()]));
        let mut wanted = Vec::new();
        expected(&value, &mut wanted);
        let got: Vec<String> = found
            .iter()
            .map(|value| {
                let bytes = String::from_utf8_lossy(value.span.of(text.as_bytes())).into_owned();
                let quotes = value.kind == Kind::Text && bytes != "\"\"";
                if quotes { format!("\"{bytes}\"") } else { bytes }
            })
            .collect();
        prop_assert_eq!(got, wanted, "{}", text);
        prop_assert!(found.iter().all(|value| value.whole));
    }

    /// Whatever a text is, values follow each other and their tokens hold them.
    #[test]
    fn any_text(text in r#"[\[\]{}",:'a1 \n`\\é]{0,60}"#, cuts in proptest::collection::vec(any::<usize>(), 0..10)) {
        let bytes = text.as_bytes();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let tokens: Vec<&[u8]> = places.windows(2).map(|two| &bytes[two[0]..two[1]]).collect();
        let (run, found) = values_of(Answer::plain(&tokens));
        let ends = &run.import.columns.token_end;
        let mut at = 0;
        for value in &found {
            prop_assert!(at <= value.span.start && value.span.start <= value.span.end);
            prop_assert!(value.span.end as usize <= bytes.len());
            at = value.span.start;
            if value.n_tokens == 0 {
                prop_assert!(value.span.is_empty());
                continue;
            }
            let first = value.first_token as usize;
            let last = first + value.n_tokens as usize - 1;
            let start = first.checked_sub(1).map_or(0, |before| ends[before]);
            prop_assert!(start <= value.span.start && value.span.start < ends[first]);
            prop_assert!(value.span.end <= ends[last]);
        }
    }
}
