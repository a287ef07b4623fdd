use super::find;
use crate::json::Cursor;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<&str> = find(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn values_in_text() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("no value", &[]),
        ("{\"a\":1}", &["{\"a\":1}"]),
        (
            "# Title\n```json\n{\"a\": [1]}\n```\ntext [1]\n```\n[\n  {\"b\": {}}\n]\n  ```",
            &["{\"a\": [1]}", "[\n  {\"b\": {}}\n]"],
        ),
        (
            "const data = [{\"a\":1},\n {\"a\":2}];\n",
            &["[{\"a\":1},\n {\"a\":2}]"],
        ),
        ("callback({\"a\":\"żółw )}\"});", &["{\"a\":\"żółw )}\"}"]),
        (
            "<pre>{\"a\":1}</pre><script>x={\"b\":2}</script>",
            &["{\"a\":1}", "{\"b\":2}"],
        ),
        ("{\"a\":1}{\"a\":2}", &["{\"a\":1}", "{\"a\":2}"]),
        // the words that writers put where JSON has no number
        (
            "[{\"a\": -Infinity, \"b\": NaN}]",
            &["[{\"a\": -Infinity, \"b\": NaN}]"],
        ),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

#[test]
fn prose() {
    for text in [
        "as shown in [1] and [2, 3], {x} and {}, [{}], [[]], [\"a\", \"b\"]",
        "f(x) { return x[0]; }",
        "{'a': 1}",
        "array[i] = {1, 2}",
        "[link](url) {\"a\"} {\"a\":} {\"a\" 1} {a:1}",
        "]}{[",
        "{\"a\":1",
        "{\"a",
        "{\"a\\",
    ] {
        check(text, &[]);
    }
}

#[test]
fn what_is_whole_of_a_broken_value() {
    let cases: &[(&str, &[&str])] = &[
        ("{x {\"a\":1}}", &["{\"a\":1}"]),
        (
            "[{\"a\":1}, {\"b\":[{\"c\":2}]}, // and so on\n {\"d\":3}]",
            &["{\"a\":1}", "{\"b\":[{\"c\":2}]}", "{\"d\":3}"],
        ),
        ("[{\"a\":1}, {\"b\":2}", &["{\"a\":1}", "{\"b\":2}"]),
        ("[[1], [{\"a\":1}], {", &["[{\"a\":1}]"]),
        ("{\"a\" {\"b\":1}", &["{\"b\":1}"]),
        // a quote that begins no string, before a line end and before the end of the text
        ("{\" see {\"a\":1}\n{\"b\":2}", &["{\"a\":1}", "{\"b\":2}"]),
        ("[\"x {} [1] [{}\n, {\"a\":1}]]", &["[{}\n, {\"a\":1}]"]),
        ("[\" [{}, {\\\"\n [{\"a\":1}", &["{\"a\":1}"]),
        ("[{\"a\":1}, \"x [{}", &["{\"a\":1}"]),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

/// Each of these would take hours if the search began again after every bracket.
#[test]
fn a_megabyte_of_brackets() {
    for piece in [
        "[",
        "{",
        "{\"a\":",
        "[{\"a\":",
        "[\"",
        "{\"",
        "[\"\\\"",
        "[\"\n",
        "{\"a\":[\"{\n",
        "[[\"[\\\"[",
        "{\"{",
        "{\"a\" ",
        "[\"[\"]",
        "]",
        "{}[",
        "[1,",
        "[{\"a\":1},",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        for (text, whole) in [(text.clone(), false), (text + "\"]}", true)] {
            let found = find(&text);
            if piece == "[{\"a\":1}," {
                assert_eq!(found.len(), (1 << 20) / piece.len(), "{piece} {whole}");
                assert_eq!(found[0], 1..8, "{piece} {whole}");
            } else {
                assert!(found.is_empty(), "{piece} {whole}");
            }
        }
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(find(&deep), vec![0..deep.len()]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_are_values(text in prop_oneof![
        "(\\{|\\}|\\[|\\]|\"|\"a\":|,|1|\n|\\\\| |ż|\\{\"a\":1\\}){0,60}",
        any::<String>(),
    ]) {
        let mut end = 0;
        for range in find(&text) {
            prop_assert!(range.start >= end && range.end <= text.len());
            end = range.end;
            let mut value = Cursor::new(text[range].as_bytes(), 64);
            // Escapes are the only thing that the texts above can have wrong.
            if !text.contains('\\') {
                prop_assert!(value.skip().is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_value_is_found_wherever_it_stands(before in "[^\"{\\[]{0,20}", after in "[^{]{0,20}") {
        let value = "{\"a\":[{\"b\":\"}\"}]}";
        let text = format!("{before}{value}{after}");
        prop_assert_eq!(find(&text), vec![before.len()..before.len() + value.len()]);
    }
}
