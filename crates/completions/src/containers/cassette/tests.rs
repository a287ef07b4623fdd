use super::{Interaction, Problem, interactions, looks_like};
use proptest::prelude::*;

/// Stands for the reader of gzip: what follows the two bytes of its mark.
fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .map(<[u8]>::to_vec)
}

fn read(text: &str) -> (Vec<Interaction>, Vec<Problem>) {
    interactions(text, &gunzip)
}

/// Status, request and response of the only interaction.
#[track_caller]
fn only(text: &str) -> (Option<u16>, Option<String>, String) {
    let (mut good, bad) = read(text);
    assert_eq!(bad, [], "{text}");
    assert_eq!(good.len(), 1, "{text}");
    let one = good.remove(0);
    let string = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (one.status, one.request.map(string), string(one.response))
}

/// The response of an interaction whose response is written like this, indented by four.
#[track_caller]
fn response(yaml: &str) -> String {
    only(&format!(
        "interactions:\n- request: null\n  response:\n{yaml}"
    ))
    .2
}

#[test]
fn detection() {
    for text in [
        "interactions:\n- request:",
        "http_interactions:\r\n- request:",
        "\u{feff}interactions: []\n",
        "---\ninteractions:\n",
        "# recorded\n\nversion: 1\ninteractions:\n",
        "--- \nversion: 2\ninteractions: # all of them\n",
    ] {
        assert!(looks_like(text), "{text}");
    }
    for text in [
        "",
        "version: 1\n",
        "{\"interactions\": []}",
        "  interactions:\n",
        "interactions",
        "interactions:x",
        "name: x\ninteractions:\n",
        "version: '3'\nservices:\ninteractions:\n",
    ] {
        assert!(!looks_like(text), "{text}");
    }
}

#[test]
fn one_recording() {
    let text = "version: 1
interactions:
- request:
    body: '{\"prompt\": \"it''s
      long\", \"n\": 1}'
    headers:
      authorization:
      - Bearer sk-secret
      X-Date:
      - !!binary |
        YWJj
    method: POST
    uri: https://example.invalid/
  response:
    body:
      string: \"{\\\"text\\\":\\\"m\\xE1s \\u2581\\\\n\\\",
        \\\"folded\\\":\\
        \\ 1}\"
    headers: &shared
      cookie:
      - x
    status:
      code: 200
      message: OK
";
    let (good, bad) = read(text);
    assert_eq!(bad, []);
    assert_eq!(good.len(), 1);
    let one = &good[0];
    assert_eq!((one.line, one.status), (3, Some(200)));
    assert!(text[one.range.clone()].starts_with("- request:\n"));
    assert!(text[one.range.clone()].ends_with("message: OK"));
    assert_eq!(
        one.request.as_deref(),
        Some(&b"{\"prompt\": \"it's long\", \"n\": 1}"[..])
    );
    assert_eq!(
        String::from_utf8_lossy(&one.response),
        "{\"text\":\"m\u{e1}s \u{2581}\\n\", \"folded\": 1}"
    );
    assert!(!format!("{good:?}").contains("secret"));
}

#[test]
fn ways_to_keep_a_body() {
    let cases = [
        (
            "    body:\n      string: '{\"a\": ''b''}'\n",
            "{\"a\": 'b'}",
        ),
        (
            "    body:\n      string: \"{\\\"a\\\":\\\"\\xE9\\u017c\\U0001F600\\\"}\"\n",
            "{\"a\":\"éż😀\"}",
        ),
        ("    body: '{\"a\":1}'\n", "{\"a\":1}"),
        (
            "    body: |\n      data: {\"a\":1}\n\n      data: [DONE]\n\n",
            "data: {\"a\":1}\n\ndata: [DONE]\n",
        ),
        (
            "    body: |+\n      data: 1\n\n    code: 1\n",
            "data: 1\n\n",
        ),
        ("    body: |-\n      data: 1\n\n    code: 1\n", "data: 1"),
        ("    body: |2-\n        data: 1\n", "  data: 1"),
        ("    body: >\n      {\"a\":\n      1}\n", "{\"a\": 1}\n"),
        ("    body: >-\n      {\"a\":\n\n      1}\n", "{\"a\":\n1}"),
        (
            "    body:\n      string: !!binary |\n        eyJh\n        IjoxfQ==\n",
            "{\"a\":1}",
        ),
        (
            "    body:\n      encoding: ASCII-8BIT\n      string: !binary |-\n        eyJhIjoxfQ==\n",
            "{\"a\":1}",
        ),
        (
            "    body:\n      base64_string: eyJhIjoxfQ==\n",
            "{\"a\":1}",
        ),
        // 1f 8b and then the text, for the stand-in
        (
            "    body:\n      string: !!binary |\n        H4t7ImEiOjF9\n",
            "{\"a\":1}",
        ),
        ("    body:\n      string: ''\n", ""),
        ("    body: null\n", ""),
        ("    body:\n      string:\n", ""),
        ("    headers: {}\n", ""),
        (
            "    body: old\n    parsed_body:\n      n: null\n      t: true\n      list: []\n      map: {}\n      p: -5.2e-05\n      s: '2'\n      \
             q: \"a\\tb\"\n      w: two words\n      inf: -.inf\n      flow: [1, 'x', {y: z}]\n      deep:\n      - a: 1\n        b: 2\n      - c: |2+\n\n",
            "{\"n\":null,\"t\":true,\"list\":[],\"map\":{},\"p\":-5.2e-05,\"s\":\"2\",\"q\":\"a\\tb\",\"w\":\"two words\",\
             \"inf\":-Infinity,\"flow\":[1,\"x\",{\"y\":\"z\"}],\"deep\":[{\"a\":1,\"b\":2},{\"c\":\"\\n\"}]}",
        ),
    ];
    for (yaml, expected) in cases {
        assert_eq!(response(yaml), expected, "{yaml}");
        assert_eq!(
            response(&yaml.replace('\n', "\r\n")),
            expected,
            "with CRLF: {yaml}"
        );
    }
}

#[test]
fn requests_and_states() {
    let cases: [(&str, Option<u16>, Option<&str>); 8] = [
        (
            "  request:\n    body: '{\"n\": 1}'\n  response:\n    status:\n      code: 429\n",
            Some(429),
            Some("{\"n\": 1}"),
        ),
        (
            "  request:\n    parsed_body:\n      n: 1\n  response:\n    status: 200 OK\n    code: 201\n",
            Some(201),
            Some("{\"n\":1}"),
        ),
        (
            "  request:\n    body:\n      string: '[1]'\n  response:\n    status: 200 OK\n",
            Some(200),
            Some("[1]"),
        ),
        (
            "  request:\n    body: !!binary |\n      WzFd\n  response:\n    status_code: 500\n",
            Some(500),
            Some("[1]"),
        ),
        (
            "  request:\n    body: null\n  response:\n    status: none\n",
            None,
            None,
        ),
        (
            "  request:\n    body: a=1&b=2\n  response: {}\n",
            None,
            None,
        ),
        (
            "  request:\n    body: !!binary |\n      H4s=\n  response: {}\n",
            None,
            None,
        ),
        ("  response: {}\n", None, None),
    ];
    for (yaml, status, request) in cases {
        let text = format!("interactions:\n-\n{yaml}");
        let (found, body, _) = only(&text);
        assert_eq!((found, body.as_deref()), (status, request), "{yaml}");
    }
}

#[test]
fn lists() {
    let one = |indent: &str, code: u16| format!("{indent}- response:\n{indent}    code: {code}\n");
    let codes = |text: &str| -> Vec<(u64, Option<u16>)> {
        let (good, bad) = read(text);
        assert_eq!(bad, [], "{text}");
        good.iter().map(|one| (one.line, one.status)).collect()
    };
    let cases = [
        (String::new(), vec![]),
        ("interactions: []\nversion: 1\n".into(), vec![]),
        (
            format!("interactions:\n{}{}", one("", 1), one("", 2)),
            vec![(2, Some(1)), (4, Some(2))],
        ),
        (
            format!(
                "http_interactions:\n# first\n\n{}\n# second\n{}recorded_with: x\n- no\n",
                one("  ", 1),
                one("  ", 2)
            ),
            vec![(4, Some(1)), (8, Some(2))],
        ),
        (
            format!(
                "interactions:\n{}---\ninteractions:\n{}...\n",
                one("", 1),
                one("", 2)
            ),
            vec![(2, Some(1)), (6, Some(2))],
        ),
        (format!("other:\n{}", one("", 1)), vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(&text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong() {
    let good = "- response:\n    code: 200\n";
    let deep = format!("- response:\n    body: {}\n", "[".repeat(254));
    let deeper = format!(
        "- response:\n    parsed_body:\n      {}x: 1\n",
        "- ".repeat(300)
    );
    let cases: &[(&str, usize, u64, &str)] = &[
        (
            "- response:\n    body: \"a\n    code: 1\n",
            0,
            0,
            "this is not YAML: ",
        ),
        (
            "- response:\n    body: \"\\q\"\n",
            0,
            2,
            "this is not YAML: ",
        ),
        ("- response:\n    body: *name\n", 0, 2, "this is not YAML: "),
        (
            "- response:\n    body: &x a\n    parsed_body: *x\n",
            44,
            3,
            "a reference (`*name`) is not read",
        ),
        (
            "- response:\n    body:\n      ? [a]\n      : b\n",
            0,
            3,
            "a key is not a text",
        ),
        (
            "- response:\n    body: [1]\n",
            0,
            1,
            "the body of this interaction is neither text nor under `parsed_body`",
        ),
        (
            "- response:\n    body: !!binary '*'\n",
            0,
            1,
            "the body of this interaction is not base64",
        ),
        (
            "- response:\n    body: !!binary H4s=\n",
            0,
            1,
            "the body of this interaction is gzip and could not be unpacked",
        ),
        (
            "- request:\n    body: x\n",
            0,
            1,
            "this interaction has no response",
        ),
        (
            "- text\n",
            2,
            1,
            "this is no interaction: it has no `request` and `response`",
        ),
        (&deep, 0, 0, "this is not YAML: "),
        (&deeper, 0, 3, "nested deeper than 256 levels"),
    ];
    for &(broken, byte, line, sentence) in cases {
        let text = format!("interactions:\n{good}{broken}{good}");
        let (found, bad) = read(&text);
        assert_eq!(bad.len(), 1, "{text}");
        assert_eq!(found.len(), 2, "{text}");
        assert!(bad[0].sentence.starts_with(sentence), "{}", bad[0].sentence);
        let before = "interactions:\n".len() + good.len();
        if byte > 0 {
            assert_eq!(bad[0].byte - before, byte, "{text}");
        }
        if line > 0 {
            assert_eq!(bad[0].line - 3, line, "{text}");
        }
        assert!(
            (before..before + broken.len()).contains(&bad[0].byte),
            "{text}"
        );
    }
    assert_eq!(
        read("version: 1\ninteractions: [{response: {code: 1}}]\n"),
        (
            vec![],
            vec![Problem {
                byte: 11,
                line: 2,
                sentence:
                    "the list of interactions is not written one line after the other with dashes"
                        .into()
            }]
        )
    );
}

/// A body of some megabytes, in each notation.
#[test]
fn large_bodies() {
    let word = "\"text\", ".repeat(50_000);
    let lines = "data: {\"token\": \"x\"}\n\n".repeat(20_000);
    let folded = word.replace(' ', "\n      ");
    let indented = lines.replace("data", "      data");
    for (yaml, len) in [
        (format!("    body: '{word}'\n"), word.len()),
        (format!("    body: '{folded}'\n"), word.len() - 1),
        (
            format!("    body: \"{}\"\n", word.replace('"', "\\\"")),
            word.len(),
        ),
        (format!("    body: |\n{indented}"), lines.len() - 1),
    ] {
        assert!(response(&yaml).len().abs_diff(len) <= 1, "{}", &yaml[..40]);
    }
    let many = "    parsed_body:\n".to_owned()
        + &"    - token: ' x'\n      logprob: -0.5\n".repeat(20_000);
    assert_eq!(
        response(&many).len(),
        20_000 * r#"{"token":" x","logprob":-0.5},"#.len() + 1
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in prop_oneof![
        any::<String>(),
        "(interactions:\n|- request:\n|- response:\n|    body: |parsed_body: |string: |    code: 1\n|!!binary |[|]|>|\"|'|\\\\|\n|\r|  |- |x|ż|: |\\[|\\{|\\}|&a|\\*a|#|\\?){0,60}",
    ]) {
        let text = format!("interactions:\n- response: {text}");
        looks_like(&text);
        let (good, bad) = read(&text);
        let mut end = 0;
        for one in &good {
            prop_assert!(one.range.start >= end && text.get(one.range.clone()).is_some());
            prop_assert_eq!(one.line, text[..one.range.start].matches('\n').count() as u64 + 1);
            end = one.range.end;
        }
        for problem in &bad {
            prop_assert!(text.is_char_boundary(problem.byte));
            prop_assert_eq!(problem.line, text[..problem.byte].matches('\n').count() as u64 + 1);
        }
    }
}
