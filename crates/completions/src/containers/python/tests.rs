use super::{looks_like, values};
use crate::json::Cursor;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (found, _) = values(text, 32);
    let json: Vec<&str> = found.iter().map(|value| value.json.as_str()).collect();
    assert_eq!(json, expected, "{text}");
}

/// The JSON of one literal.
#[track_caller]
fn literal(text: &str, json: &str) {
    check(&format!("{{'k': {text}}}"), &[&format!("{{\"k\":{json}}}")]);
}

#[test]
fn literals() {
    let cases = [
        ("None", "null"),
        ("True", "true"),
        ("False", "false"),
        ("null", "null"),
        ("nan", "NaN"),
        ("-inf", "-Infinity"),
        ("inf", "Infinity"),
        ("float('-inf')", "-Infinity"),
        ("float('nan')", "NaN"),
        ("float(' inf ')", "Infinity"),
        ("float('1.5')", "1.5"),
        ("0", "0"),
        ("-0.5", "-0.5"),
        ("+1", "1"),
        ("1_000", "1000"),
        ("-1.5e-05", "-1.5e-05"),
        (".5", "0.5"),
        ("-1.", "-1.0"),
        ("1.e5", "1.0e5"),
        ("007", "7"),
        ("0x1F", "31"),
        ("-0b101", "-5"),
        ("[]", "[]"),
        ("[1, 'a',]", "[1,\"a\"]"),
        ("()", "[]"),
        ("(1)", "1"),
        ("(1,)", "[1]"),
        ("(1, 2)", "[1,2]"),
        ("{}", "{}"),
        ("{1, 2}", "[1,2]"),
        ("{1}", "[1]"),
        ("{1,}", "[1]"),
        ("set()", "[]"),
        (
            "{1: 2, None: 3, (1, 'a'): 4,}",
            "{\"1\":2,\"null\":3,\"[1,\\\"a\\\"]\":4}",
        ),
        ("[1, # one\n 2]", "[1,2]"),
        ("Stop.LENGTH", "\"Stop.LENGTH\""),
        ("<FinishReason.STOP: 'stop'>", "\"stop\""),
        ("<class 'int'>", "\"class 'int'\""),
        ("np.float32(-0.5)", "-0.5"),
        ("array([1, 2], dtype=int64.x)", "[1,2]"),
        ("tensor([-0.5, -inf], device='cuda:0')", "[-0.5,-Infinity]"),
        ("Decimal('1.50')", "1.50"),
        ("Decimal('x')", "\"x\""),
        ("defaultdict(<class 'list'>, {'a': 1})", "{\"a\":1}"),
        (
            "datetime.datetime(2024, 1, 2)",
            "{\"0\":2024,\"1\":1,\"2\":2}",
        ),
        (
            "Logprob(logprob=-0.1, rank=1, x=None)",
            "{\"logprob\":-0.1,\"rank\":1,\"x\":null}",
        ),
        (
            "Pair('a', [1], key='b')",
            "{\"0\":\"a\",\"1\":[1],\"key\":\"b\"}",
        ),
        ("Empty()", "{}"),
    ];
    for (text, json) in cases {
        literal(text, json);
    }
}

#[test]
fn strings() {
    let cases = [
        ("''", r#""""#),
        (r#""it's""#, r#""it's""#),
        (r#"'say "x"'"#, r#""say \"x\"""#),
        (r"'it\'s \\ \n\t\x41\101\0'", r#""it's \\ \n\tAA\u0000""#),
        (r"'\u00e9\U0001F600\N{DASH}\q'", r#""é😀\\N{DASH}\\q""#),
        (r"'\ud83d\ude00 \ud83d'", r#""\ud83d\ude00 \ud83d""#),
        (r"'\xe9\x4'", r#""é\\x4""#),
        ("'a\\\nb'", "\"ab\""),
        ("'''a\n'b' \"c\"'''", "\"a\\n'b' \\\"c\\\"\""),
        ("\"\"\"a\"\"\"", "\"a\""),
        ("'a' \"b\"\n 'c'", "\"abc\""),
        (r"r'\n\'x'", r#""\\n\\'x""#),
        ("u'ż' f'x'", "\"żx\""),
        (r"b'a\x41\n'", r#""aA\n""#),
        (r"b'\xd1\x91'", "[209,145]"),
        (r"rb'\x' B'a'", r#""\\xa""#),
        (r"b'\u00e9'", r#""\\u00e9""#),
        ("'\t'", "\"\\t\""),
    ];
    for (text, json) in cases {
        literal(text, json);
    }
}

#[test]
fn values_in_text() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        (
            "Output: [{'a': 1}, {'b': 2}]\nand {'c': 3};",
            &["[{\"a\":1},{\"b\":2}]", "{\"c\":3}"],
        ),
        // a printed object, alone or in a list
        (
            "Choice(index=0, text='x')",
            &["{\"index\":0,\"text\":\"x\"}"],
        ),
        (
            "[Choice(index=0), Choice(index=1)]",
            &["[{\"index\":0},{\"index\":1}]"],
        ),
        ("print({'a': 1})", &["{\"a\":1}"]),
        // members without their class
        (
            "text_offset=[0] tokens=['▁x'] top=[{'▁x': 0.0, '<s>': -inf}]\n",
            &["{\"text_offset\":[0],\"tokens\":[\"▁x\"],\"top\":[{\"▁x\":0.0,\"<s>\":-Infinity}]}"],
        ),
        (
            "a=1 b=2\na=3, b=4",
            &["{\"a\":1,\"b\":2}", "{\"a\":3,\"b\":4}"],
        ),
        ("a=1 b=2 and so on", &["{\"a\":1,\"b\":2}"]),
        ("x=[{'a': 1}]", &["[{\"a\":1}]"]),
        ("x = [{'a': 1}]", &["[{\"a\":1}]"]),
        // prose
        ("[1] (2) {x} f(x) {1, 2} x=1 ([]) don't [a, b] a==b", &[]),
        // complex numbers, programs, what is cut
        ("{'a': 1j}", &[]),
        ("{'a': b}", &[]),
        ("{'a': 1", &[]),
        ("{'a': 'b\n'}", &[]),
        ("{'a': x} {'b': 1}", &["{\"b\":1}"]),
        ("(it's {'b': 1})", &["{\"b\":1}"]),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

/// A skipped text and its reason.
type Said<'a> = (&'a str, Option<&'a str>);

#[test]
fn what_is_skipped() {
    let cases: &[(&str, &[Said])] = &[
        ("{'a': 1}\n", &[]),
        ("{'a': 1},\n{'a': 2};", &[]),
        ("żółw {'a': 1} [2]", &[("żółw", None), ("[2]", None)]),
        (
            "{'a': 1 2}",
            &[("{'a': 1 2}", Some("a comma or closing brace is missing"))],
        ),
        (
            "{'a': 1, 2}",
            &[("{'a': 1, 2}", Some("a key has no value"))],
        ),
        (
            "{'a': [1 2]}",
            &[(
                "{'a': [1 2]}",
                Some("a comma or closing bracket is missing"),
            )],
        ),
        (
            "{'a': 1, 'b': b}",
            &[(
                "{'a': 1, 'b': b}",
                Some("a name stands where a value should"),
            )],
        ),
        (
            "{'a': 1, 'b': 2j}",
            &[("{'a': 1, 'b': 2j}", Some("a number is not one"))],
        ),
        (
            "{'a': 1, 'b': $}",
            &[(
                "{'a': 1, 'b': $}",
                Some("something that Python does not print stands in a value"),
            )],
        ),
        (
            "{'a': 1, 'b': <x}",
            &[("{'a': 1, 'b': <x}", Some("`>` is missing"))],
        ),
        (
            "{'a': 1, 'b': ",
            &[("{'a': 1, 'b':", Some("the text ends inside a value"))],
        ),
        (
            "{'a': 1, 'b': 'x",
            &[("{'a': 1, 'b': 'x", Some("the text ends inside a string"))],
        ),
        (
            "{'a': 'x\n{'b': 1}",
            &[("{'a': 'x", Some("a line ends inside a string"))],
        ),
        ("{'a': {'b': {'c': 1}}}", &[]),
        (
            "{'a': 1, {'b': 2}: 3}",
            &[("{'a': 1, {'b': 2}: 3}", Some("a key is not one"))],
        ),
        (
            "{({'b': 2},): 3}",
            &[("{({'b': 2},): 3}", Some("a key is not one"))],
        ),
    ];
    for (text, expected) in cases {
        let (_, skipped) = values(text, 4);
        let said: Vec<Said> = skipped
            .iter()
            .map(|skipped| (&text[skipped.range.clone()], skipped.reason))
            .collect();
        assert_eq!(said, *expected, "{text}");
    }
    let (found, skipped) = values("{'a': {'b': {'c': {'d': 1}}}}", 4);
    assert_eq!(skipped[0].reason, Some("a value is nested too deep"));
    assert_eq!(found, []);
}

#[test]
fn detection() {
    for text in [
        "[{'a': 1}]",
        " {'a': 1}",
        "{\n 'a'",
        "[Choice(",
        "[Choice(index=0",
        "ChatCompletion(id='x'",
        "a.b.Result(x=",
        "text_offset=[0] tokens=['x']",
        "\u{feff}a='x'",
        "{\"a\": None}",
        "[{\"it's\": True}]",
        "('a', {'b': 1})",
        "[1, 'x']",
    ] {
        assert!(looks_like(text), "{text}");
    }
    for text in [
        "",
        "{",
        "[",
        "{\"a\": \"'None'\", \"b\": \"\\\"'\"}",
        "[{\"a\": NaN, \"b\": true}]",
        "[true, 1]",
        "[null",
        "[nan, inf]",
        "# It's None",
        "print(x)",
        "a == b",
        "a,b,c",
        "interactions:",
        "data: {'a': 1}",
        "{\"a\": Nonesuch}",
        "const x = [",
    ] {
        assert!(!looks_like(text), "{text}");
    }
}

/// Each of these would take very long if a value that breaks were read again from its second byte.
#[test]
fn much_of_the_same() {
    for piece in [
        "[",
        "{",
        "(",
        "{'a': ",
        "a(",
        "a(b=",
        "a=",
        "['",
        "[\"",
        "['''",
        "[r'\\'",
        "['\\'",
        "['\n",
        "[<",
        "+",
        "[-",
        "a.",
        "ż",
        "[1,",
        "[b'\\xff' ",
        "a=1 ",
        "[[],",
        "''",
        "[#",
        "[a.b ",
        "{1:",
        "{1,",
        "f(1)",
        "[\"['",
        "<a: ",
    ] {
        let text = piece.repeat((1 << 18) / piece.len());
        for text in [format!("[{text}"), text] {
            values(&text, 512);
            looks_like(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_are_json(text in prop_oneof![
        any::<String>(),
        "(\\{'a': |\\{|\\}|\\[|\\]|\\(|\\)|,|:|=|a|b'|r'|'|\"|'''|\\\\|x4|u00e9|1|_|\\.|e-|-|\\+|0x|inf|None|<|>|#|\n| |ż|é=|b=|F\\(|array\\(|float\\('1|\\{'a':1\\}){0,50}",
    ]) {
        looks_like(&text);
        let (found, skipped) = values(&text, 16);
        let mut ranges: Vec<_> = found.iter().map(|value| value.range.clone()).collect();
        ranges.extend(skipped.iter().map(|skipped| skipped.range.clone()));
        ranges.sort_by_key(|range| range.start);
        let mut end = 0;
        for range in ranges {
            prop_assert!(range.start >= end && range.end > range.start);
            prop_assert!(text.get(range.clone()).is_some(), "{text:?} {range:?}");
            end = range.end;
        }
        for value in found {
            let mut cursor = Cursor::new(value.json.as_bytes(), 64);
            prop_assert!(cursor.skip().is_ok() && cursor.position() == value.json.len(), "{text:?}: {}", value.json);
        }
    }
}
