use super::*;
use crate::Policy;
use proptest::prelude::*;

const SALT: &str = "0123456789abcdef";

fn rules(text: &str) -> Anonymise {
    Policy::parse(&format!("[anonymise]\n{text}"), Some(SALT))
        .unwrap()
        .anonymise
        .unwrap()
}

fn all() -> Anonymise {
    rules(
        "drop = [\"user\", \"metadata.ip\"]\nhash = [\"session_id\", \"user.id\"]\nmask = [\"email\", \"phone\"]",
    )
}

fn changed(rules: &Anonymise, text: &str) -> String {
    match rules.file(text.as_bytes(), 1 << 20).unwrap() {
        Some(changed) => String::from_utf8(changed.bytes).unwrap(),
        None => text.to_owned(),
    }
}

#[test]
fn fields_go_and_the_rest_keeps_its_bytes() {
    let hash = hashed(SALT.as_bytes(), "s1");
    let number = hashed(SALT.as_bytes(), "12");
    for (text, expected) in [
        (
            r#"{"user":"ann","a": 1e400 }"#,
            r#"{"a": 1e400 }"#.to_owned(),
        ),
        (r#"{ "a":1 , "user":{"x":[1]} }"#, r#"{ "a":1 }"#.into()),
        (
            r#"{"user":1,"user":2,"a":3,"user":4,"user":5}"#,
            r#"{"a":3}"#.into(),
        ),
        (r#"{"user":"ann"}"#, "{}".into()),
        (
            r#"{"b":{"user":"ann"},"metadata":{"ip":"1","x":2},"ip":3}"#,
            r#"{"b":{},"metadata":{"x":2},"ip":3}"#.into(),
        ),
        (
            r#"{"session_id":"s1","x":[{"session_id":12}]}"#,
            format!(r#"{{"session_id":"{hash}","x":[{{"session_id":"{number}"}}]}}"#),
        ),
        (
            r#"{"session_id":"anon-ann"}"#,
            format!(
                r#"{{"session_id":"{}"}}"#,
                hashed(SALT.as_bytes(), "anon-ann")
            ),
        ),
        (
            &format!(r#"{{"session_id":"{hash}"}}"#),
            format!(r#"{{"session_id":"{hash}"}}"#),
        ),
        (
            r#"{"session_id":null,"y":{"session_id":""}}"#,
            r#"{"session_id":null,"y":{"session_id":""}}"#.into(),
        ),
        (
            r#"[{"key":"user.id","value":{"stringValue":"s1"}},{"key":"user","value":{"stringValue":"ann"}}]"#,
            format!(
                r#"[{{"key":"user.id","value":{{"stringValue":"{hash}"}}}},{{"key":"user","value":null}}]"#
            ),
        ),
        (
            "{\"user\":1}\n\n{\"user\":2,\"a\":0.10}\r\n",
            "{}\n\n{\"a\":0.10}\r\n".into(),
        ),
        (
            r#"{"arguments":"{\"user\":\"ann\",\"q\":\"a@b.de\"}"}"#,
            r#"{"arguments":"{\"q\":\"******\"}"}"#.into(),
        ),
    ] {
        assert_eq!(changed(&all(), text), expected, "{text}");
        // Once is enough.
        assert_eq!(changed(&all(), &expected), expected, "{text} again");
    }
}

#[test]
fn patterns_are_masked_wherever_they_stand() {
    for (text, expected) in [
        (
            r#"{"content":"mail a@b.de, \u00e9"}"#,
            r#"{"content":"mail ******, é"}"#,
        ),
        (r#"{"a@b.de":[1]}"#, r#"{"******":[1]}"#),
        (
            "From: a@b.de\n{\"x\":1}\nto c@d.fr",
            "From: ******\n{\"x\":1}\nto ******",
        ),
        (
            r#"{"n":15551234567,"x":"\ud83d a@b.de"}"#,
            r#"{"n":15551234567,"x":"\ud83d ******"}"#,
        ),
    ] {
        assert_eq!(
            changed(&rules("mask = [\"email\"]"), text),
            expected,
            "{text}"
        );
    }
}

/// A text that is cut into tokens keeps its cut, its bytes and its alternatives.
#[test]
fn tokens_are_masked_together() {
    let text = r#"{"choices":[{"message":{"content":"to an@b.de now"},"logprobs":{"content":[
        {"token":"to an","logprob":-0.5,"bytes":[116,111,32,97,110],"top_logprobs":[{"token":"to an","logprob":-0.5,"bytes":[116,111,32,97,110]},{"token":"x","logprob":-2,"bytes":[120]}]},
        {"token":"@b.","logprob":-0.25,"bytes":[64,98,46],"top_logprobs":[]},
        {"token":"de now","logprob":-0.125,"bytes":null,"top_logprobs":[]}]}}]}"#;
    let expected = r#"{"choices":[{"message":{"content":"to ******* now"},"logprobs":{"content":[
        {"token":"to **","logprob":-0.5,"bytes":[116,111,32,42,42],"top_logprobs":[{"token":"to **","logprob":-0.5,"bytes":[116,111,32,42,42]},{"token":"x","logprob":-2,"bytes":[120]}]},
        {"token":"***","logprob":-0.25,"bytes":[42,42,42],"top_logprobs":[]},
        {"token":"** now","logprob":-0.125,"bytes":null,"top_logprobs":[]}]}}]}"#;
    assert_eq!(changed(&all(), text), expected);
    let legacy = r#"{"text":"an@b.de","logprobs":{"tokens":["an","@b",".de"],"token_logprobs":[-1,-2,-3],"top_logprobs":[{"an":-1,"x":-2},{"@b":-2},null]}}"#;
    let expected = r#"{"text":"*******","logprobs":{"tokens":["**","**","***"],"token_logprobs":[-1,-2,-3],"top_logprobs":[{"**":-1,"x":-2},{"**":-2},null]}}"#;
    assert_eq!(changed(&all(), legacy), expected);
}

/// Events of a stream: each choice is a text of its own.
#[test]
fn streams_are_masked_together() {
    let event = |index: u32, text: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"{text}\"}},\"logprobs\":{{\"content\":[{{\"token\":\"{text}\",\"logprob\":-1}}]}}}}]}}\n\n"
        )
    };
    let stream = |parts: [&str; 4]| {
        event(0, parts[0])
            + &event(1, parts[1])
            + &event(0, parts[2])
            + &event(1, parts[3])
            + "data: [DONE]\n\n"
    };
    assert_eq!(
        changed(&all(), &stream(["ask an", "a@", "@b.de", " c.de"])),
        stream(["ask **", "a@", "*****", " c.de"])
    );
}

#[test]
fn packed_files_are_unpacked_and_others_are_refused() {
    use std::io::Write as _;
    let pack = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let rules = all();
    let done = rules.file(&pack(r#"{"user":1,"a":2}"#), 1 << 20).unwrap();
    assert_eq!(done.unwrap().bytes, br#"{"a":2}"#);
    assert_eq!(rules.file(&pack(r#"{"a":2}"#), 1 << 20), Ok(None));
    let wide: Vec<u8> = "\u{feff}{\"user\":1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(rules.file(&wide, 1 << 20).unwrap().unwrap().bytes, b"{}");
    for (bytes, most, why) in [
        (pack(&" ".repeat(1001)), 1000, Unreadable::TooLarge(1000)),
        (b"PK\x03\x04\0\0".to_vec(), 1000, Unreadable::NoText),
        (b"\xff\x00{".to_vec(), 1000, Unreadable::NoText),
        (b"{'user': 'ann'}".to_vec(), 1000, Unreadable::NoJson),
        (
            b"[{\"user\":1},{\"user\":".to_vec(),
            1000,
            Unreadable::NoJson,
        ),
    ] {
        assert_eq!(rules.file(&bytes, most), Err(why.clone()), "{why}");
    }
    // Masks need no JSON.
    let masks = super::tests::rules("mask = [\"email\"]");
    assert_eq!(changed(&masks, "{'user': 'a@b.de'}"), "{'user': '******'}");
    assert_eq!(
        changed(&masks, "[{\"x\":\"a@b.de\"},{\"x\":\"c@d.e"),
        "[{\"x\":\"******\"},{\"x\":\"*****"
    );
}

#[test]
fn values_of_events() {
    let rules = all();
    assert_eq!(rules.words("no"), None);
    assert_eq!(rules.words("a@b.de"), Some("******".into()));
    assert_eq!(rules.value("user", "ann"), Some(None));
    let hash = hashed(SALT.as_bytes(), "s1");
    assert_eq!(rules.value("session_id", "s1"), Some(Some(hash.clone())));
    assert_eq!(rules.value("session_id", &hash), None);
    assert_eq!(rules.value("comment", "fine"), None);
}

#[test]
fn hostile_nesting_takes_no_time() {
    let begin = std::time::Instant::now();
    for text in [
        "[".repeat(200_000),
        "{\"a\":".repeat(100_000),
        "{\"a\":\"".repeat(100_000),
        "[\"".repeat(100_000),
    ] {
        let _ = all().file(text.as_bytes(), 1 << 20);
    }
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

proptest! {
    /// Whatever the file, what stays has the length of what was there when patterns alone are masked, and none is left.
    #[test]
    fn nothing_is_left(parts in prop::collection::vec(prop_oneof![
        Just("{\"a\":\""), Just("\"}"), Just("a@b.de"), Just("["), Just("]"), Just(","), Just("\\u00e9"), Just("x"), Just(" "), Just("\n"),
        Just("data: "), Just("{\"token\":\""), Just("\",\"logprob\":-1}"), Just("{\"delta\":{\"content\":\""), Just("\"}}"),
    ], 0..24)) {
        let text = parts.concat();
        let rules = rules("mask = [\"email\"]");
        let out = changed(&rules, &text);
        prop_assert!(!out.contains("a@b.de"), "{text} -> {out}");
        prop_assert_eq!(changed(&rules, &out), out);
    }
}
