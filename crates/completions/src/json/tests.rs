//! What is JSON, what is not, and what the errors say.
use super::cursor::ValueKind;
use super::{Cursor, number};
use proptest::prelude::*;

/// Skips one value; returns its length.
fn skip(text: &str) -> Result<usize, (usize, String)> {
    let mut cursor = Cursor::new(text.as_bytes(), 4);
    match cursor.skip() {
        Ok(()) => Ok(cursor.position()),
        Err(error) => Err((error.at, error.to_string())),
    }
}

#[track_caller]
fn good(text: &str) {
    assert_eq!(skip(text), Ok(text.len()), "{text}");
    assert_eq!(skip(&format!("{text} ")), Ok(text.len()), "{text}");
}

#[track_caller]
fn bad(text: &str, at: usize, message: &str) {
    assert_eq!(skip(text), Err((at, message.to_owned())), "{text}");
}

#[test]
fn values() {
    for text in [
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "0.5",
        "-1.25e-3",
        "1E+2",
        "12345678901234567890",
        "true",
        "false",
        "null",
        "NaN",
        "-NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "-Infinity",
        "[1,2 , 3]",
        "{\"a\":{\"b\":[null]}}",
        "[ ]",
        "{ }",
        "{\"a\" : 1 ,\n\t\"b\":\r\n2}",
        r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#,
        "\"tab\there\"",
        "[[[[]]]]",
        "\"0123456789abcdef\"",
        "\"0123456789abcdef\\n\"",
        "\"żółw\"",
    ] {
        good(text);
    }
}

#[test]
fn errors_say_what_was_expected_and_where() {
    bad("", 0, "the text ends here, expected a value");
    bad("}", 0, "unexpected `}`, expected a value");
    bad("[1 2]", 3, "unexpected `2`, expected `,` or `]`");
    bad("[1,]", 3, "unexpected `]`, expected a value");
    bad("[,1]", 1, "unexpected `,`, expected a value");
    bad("[1", 2, "the text ends here, expected `,` or `]`");
    bad("[", 1, "the text ends here, expected a value or `]`");
    bad(
        "{",
        1,
        "the text ends here, expected a key in double quotes or `}`",
    );
    bad(
        "{'a':1}",
        1,
        "unexpected `'`, expected a key in double quotes or `}`",
    );
    bad(
        "{\"a\":1,}",
        7,
        "unexpected `}`, expected a key in double quotes",
    );
    bad("{\"a\" 1}", 5, "unexpected `1`, expected `:`");
    bad("{\"a\":}", 5, "unexpected `}`, expected a value");
    bad(
        "{\"a\":1 \"b\":2}",
        7,
        "unexpected `\"`, expected `,` or `}`",
    );
    bad("{\"a\":1]", 6, "unexpected `]`, expected `,` or `}`");
    bad("\"abc", 4, "the text ends inside a string");
    bad("\"abc\\", 5, "the text ends inside a string");
    bad(
        "\"ab\ncd\"",
        3,
        "a line ends inside a string; a closing quote may be missing",
    );
    bad(r#""\x41""#, 1, "`\\x` is not an escape that JSON knows");
    bad(r#""\u12g4""#, 1, "`\\u` is not an escape that JSON knows");
    bad("01", 1, "unexpected `1`, expected a value");
    bad("-", 1, "the text ends here, expected a value");
    bad("-x", 1, "unexpected `x`, expected a digit");
    bad("1.", 2, "the text ends here, expected a digit");
    bad("1.x", 2, "unexpected `x`, expected a digit");
    bad("1e", 2, "the text ends here, expected a digit");
    bad(".5", 0, "unexpected `.`, expected a value");
    bad("+1", 0, "unexpected `+`, expected a value");
    bad("tru", 3, "the text ends here, expected a value");
    bad("trie", 2, "unexpected `i`, expected a value");
    bad("nul", 3, "the text ends here, expected a value");
    bad("None", 0, "unexpected `N`, expected a value");
    bad("[[[[[]]]]]", 4, "nested deeper than 4 levels");
    bad(
        "[1,\u{1}]",
        3,
        "unexpected control byte 0x01, expected a value",
    );
    bad(
        "[é]",
        1,
        "unexpected character (byte 0xc3), expected a value",
    );
}

#[track_caller]
fn says(text: &str, want: &str, surrogates: u32) {
    let quoted = format!("\"{text}\"");
    let raw = Cursor::new(quoted.as_bytes(), 1).string().unwrap();
    let mut out = b"before".to_vec();
    assert_eq!(raw.append_to(&mut out), surrogates, "{text}");
    assert_eq!(out.strip_prefix(b"before"), Some(want.as_bytes()), "{text}");
    assert_eq!(raw.text().as_ref(), want.as_bytes(), "{text}");
}

#[test]
fn strings() {
    says("", "", 0);
    says("plain", "plain", 0);
    says(r#"a\"b\\c\/d"#, "a\"b\\c/d", 0);
    says(r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t", 0);
    says(r"\u0041\u00e9\u20AC", "Aé€", 0);
    says(r"\ud83d\ude00", "\u{1f600}", 0);
    says(r"\ud83d", "\u{fffd}", 1);
    says(r"\ude00\ud83d", "\u{fffd}\u{fffd}", 2);
    says(r"\ud83d\u0041", "\u{fffd}A", 1);
    says(r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}", 1);
    says(r"\ud83dx", "\u{fffd}x", 1);
    says(r"\u0000", "\0", 0);
}

#[test]
fn words_and_texts_that_are_numbers() {
    let table: &[(&str, Option<f64>)] = &[
        ("-1.5", Some(-1.5)),
        (" 2 ", Some(2.0)),
        ("-Infinity", Some(f64::NEG_INFINITY)),
        ("inf", Some(f64::INFINITY)),
        ("1e400", Some(f64::INFINITY)),
        ("1x", None),
        ("", None),
        ("one", None),
    ];
    for &(text, want) in table {
        assert_eq!(number::parse_text(text.as_bytes()), want, "{text}");
    }
    assert!(number::parse_text(b"NaN").is_some_and(f64::is_nan));
    let negative_zero = number::parse_text(b"-0.0").map(f64::to_bits);
    assert_eq!(negative_zero, Some((-0.0_f64).to_bits()));
}

#[test]
fn kinds() {
    let table = [
        ("{", ValueKind::Object),
        ("[", ValueKind::Array),
        ("\"", ValueKind::String),
        ("null", ValueKind::Null),
        ("nan", ValueKind::Number),
        ("NaN", ValueKind::Number),
        ("-1", ValueKind::Number),
        ("Infinity", ValueKind::Number),
        ("true", ValueKind::Bool),
    ];
    for (text, want) in table {
        assert_eq!(Cursor::new(text.as_bytes(), 1).kind(), Ok(want), "{text}");
    }
}

#[test]
fn byte_lists() {
    let table: &[(&str, Option<&[u8]>)] = &[
        ("[]", Some(&[])),
        ("[0,9,10,99,100,255]", Some(&[0, 9, 10, 99, 100, 255])),
        ("[ 1 , 2\n, 3 ]", Some(&[1, 2, 3])),
        ("[1, 2, 3]", Some(&[1, 2, 3])),
        ("[72.0,1e2]", Some(&[72, 100])),
        ("[256]", None),
        ("[-1]", None),
        ("[1.5]", None),
        ("[1,null]", None),
        ("[\"a\"]", None),
    ];
    for &(text, want) in table {
        let mut out = Vec::new();
        let mut cursor = Cursor::new(text.as_bytes(), 2);
        let all_bytes = cursor.byte_list(&mut out).unwrap();
        assert_eq!(all_bytes.then_some(&out[..]), want, "{text}");
        assert_eq!(cursor.position(), text.len(), "{text}");
    }
    let table: &[(&str, &[u8], bool)] = &[
        ("[0,10,255]        ", &[0, 10, 255], true),
        ("[0, 10, 255]      ", &[0, 10, 255], true),
        ("[]                ", &[], true),
        ("[100]             ", &[100], true),
        ("[100,]            ", &[100], false),
        ("[100, 2]          ", &[100], false),
        ("[1000]            ", &[100], false),
        ("[10]              ", &[100], false),
        ("[1,2]             ", &[12], false),
        ("[1,2, 3]          ", &[1, 2, 3], false),
        ("[1.0]             ", &[1], false),
        ("{1}               ", &[1], false),
    ];
    for &(text, bytes, want) in table {
        let mut cursor = Cursor::new(text.as_bytes(), 2);
        assert_eq!(cursor.is_byte_list(bytes), want, "{text}");
        let end = if want { text.trim_end().len() } else { 0 };
        assert_eq!(cursor.position(), end, "{text}");
    }
    let mut all = Vec::from(*b"[");
    (0..=255u8).for_each(|byte| all.extend_from_slice(format!("{byte},").as_bytes()));
    all.pop();
    all.extend_from_slice(b"]       ");
    let bytes: Vec<u8> = (0..=255).collect();
    assert!(Cursor::new(&all, 2).is_byte_list(&bytes));
    assert!(Cursor::new(b"[01]", 2).byte_list(&mut Vec::new()).is_err());
}

proptest! {
    #[test]
    fn numbers_are_read_to_the_last_bit(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        for text in [format!("{value}"), format!("{value:e}"), format!("{value:.8}"), format!("{value:.20e}")] {
            let want: f64 = text.parse().unwrap();
            for after in ["", ",\"bytes\":[84]"] {
                let (got, end) = number::lex(format!("{text}{after}").as_bytes(), 0).unwrap();
                prop_assert_eq!((got.to_bits(), end), (want.to_bits(), text.len()), "{}", text);
            }
        }
    }

    #[test]
    fn decimal_numbers_are_read_to_the_last_bit(digits in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        let want: f64 = digits.parse().unwrap();
        for after in ["", "}]      ", ", \"bytes\": [84]"] {
            let (got, end) = number::lex(format!("{digits}{after}").as_bytes(), 0).unwrap();
            prop_assert_eq!((got.to_bits(), end), (want.to_bits(), digits.len()));
        }
    }

    #[test]
    fn strings_as_serde_reads_them(text in any::<String>()) {
        let quoted = serde_json::to_string(&text).unwrap();
        let raw = Cursor::new(quoted.as_bytes(), 1).string().unwrap();
        prop_assert_eq!(raw.to_text(), text);
    }

    /// What serde accepts is accepted, with the same end; what is accepted beyond that is listed.
    #[test]
    fn grammar_as_serde_reads_it(text in "[\\[\\]{}\",:0-9a-eE. \\-]{0,12}|(\\[|\\{\"a\":|1,|\"b\"|\\]|\\}| ){0,8}") {
        let serde = serde_json::from_str::<serde_json::Value>(&text);
        let mut cursor = Cursor::new(text.as_bytes(), 64);
        let whole = cursor.skip().is_ok() && text[cursor.position()..].trim().is_empty();
        // A number too large for a double is an error there and infinite here.
        let too_large = serde.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assert_eq!(whole, serde.is_ok() || too_large, "{}", text);
    }
}
