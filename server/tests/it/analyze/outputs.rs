//! Text, JSON and CSV, to the letter.
use super::{Place, TINY, tiny};
use serde_json::json;

/// Sentence, detail and remedy of the only problem in a file.
fn problem(file: &str) -> [String; 3] {
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(file.as_bytes());
    let report = importer.finish().report;
    let [problem] = report.problems.as_slice() else {
        panic!("{:?}", report.problems);
    };
    let detail = problem.places[0].detail.clone();
    [problem.sentence(), detail, problem.remedy().to_owned()]
}

#[test]
fn the_text_of_one_file() {
    let bad = format!("{TINY}\n{{]\n");
    let [sentence, _, remedy] = problem(&bad);
    let place = Place::with(&[("bad.jsonl", &bad)]);
    let ran = place.run(&["bad.jsonl"]);
    let size = metrics::format::bytes(TINY.len() as u64 + 4);
    let byte = TINY.len() + 2;
    let expected = format!(
        "\
bad.jsonl
  Read as                     openai_chat in jsonl
  Size                        {size}, 2 records
  Evidence                    openai_chat: `choices[].message`, and `choices[].logprobs` has a list of token objects
  Number of sentences         1
  Perplexity overall          2.83
  Probability overall         0.375
  Perplexity over all tokens  2.83
  Probability over all tokens 0.375
  Tokens                      2
  Models                      tiny (1)
  error  bad_value (1)
         {sentence}
         {remedy}
         bad.jsonl:2:{byte}: record 2
"
    );
    assert_eq!(
        (ran.status, ran.out, ran.err),
        (Some(0), expected, String::new())
    );
}

#[test]
fn the_text_of_several_inputs() {
    let place = Place::with(&[("a.json", TINY), ("b.json", &tiny("d"))]);
    let ran = place.run(&["a.json", "missing.json", "b.json"]);
    let one = metrics::format::bytes(TINY.len() as u64);
    let both = metrics::format::bytes(2 * TINY.len() as u64);
    let expected = format!(
        "\
3 inputs
  a.json: {one}, 1 sentence
  missing.json: 0 B, 0 sentences
  error  cannot open it: No such file or directory (os error 2)
  b.json: {one}, 1 sentence
  Read as                     openai_chat in json
  Size                        {both}, 2 records
  Evidence                    openai_chat: `choices[].message`, and `choices[].logprobs` has a list of token objects
  Number of sentences         2
  Perplexity overall          2.83
  Probability overall         0.375
  Perplexity over all tokens  2.83
  Probability over all tokens 0.375
  Tokens                      4
  Models                      tiny (2)
"
    );
    assert_eq!(
        (ran.status, ran.out, ran.err),
        (Some(1), expected, String::new())
    );
}

#[test]
fn the_text_of_nothing() {
    let place = Place::with(&[]);
    let ran = place.run(&["missing.json"]);
    let expected =
        "missing.json\n  error  cannot open it: No such file or directory (os error 2)\n";
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), expected));
}

#[test]
fn the_document() {
    let place = Place::with(&[("a.json", TINY), ("bad.jsonl", "{]\n")]);
    let document = place.document(&["a.json", "bad.jsonl", "missing.json"], 1);
    let [sentence, detail, remedy] = problem("{]\n");
    let expected = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "inputs": [
            {"name": "a.json", "bytes": TINY.len(), "sequences": 1, "error": null},
            {"name": "bad.jsonl", "bytes": 3, "sequences": 0, "error": null},
            {"name": "missing.json", "bytes": 0, "sequences": 0, "error": {
                "code": "cannot_open", "message": "cannot open it: No such file or directory (os error 2)",
            }},
        ],
        "format": "openai_chat", "container": "json", "severity": "partial",
        "bytes": TINY.len() + 3, "records": 2,
        "evidence": ["openai_chat: `choices[].message`, and `choices[].logprobs` has a list of token objects"],
        "totals": {
            "sequences": 1, "scored_sequences": 1, "tokens": 2, "scored_tokens": 2,
            "missing_tokens": 0, "censored_tokens": 0, "invalid_tokens": 0,
            "perplexity_overall": 2.82842712474619, "overflow_sequences": 0, "probability_overall": 0.375,
            "perplexity_median": 2.82842712474619,
            "perplexity_tokens": 2.82842712474619, "probability_tokens": 0.375, "bands": [1, 1, 0],
        },
        "models": [{"name": "tiny", "sequences": 1}],
        "problems": [{
            "code": "bad_value", "level": "error", "count": 1, "sentence": sentence,
            "remedy": remedy,
            "places": [{
                "source": "bad.jsonl", "record": 1, "line": 1, "byte": 1, "sequence": null,
                "detail": detail,
            }],
        }],
        "fail_if": null,
    });
    assert_eq!(document, expected, "{document:#}");
}

/// Files do not know of each other: the second is no duplicate of the first.
#[test]
fn a_line_for_each_input() {
    let bad = format!("{TINY}\n{{]\n");
    let [sentence, _, remedy] = problem(&bad);
    let place = Place::with(&[("a.json", TINY), ("bad.jsonl", &bad), ("empty.json", "")]);
    let found = place.lines(&["a.json", "bad.jsonl", "missing.json", "empty.json"], 1);
    let good = json!({
        "file": "a.json", "format": "openai_chat", "container": "json", "severity": "ok",
        "bytes": TINY.len(), "records": 1,
        "evidence": ["openai_chat: `choices[].message`, and `choices[].logprobs` has a list of token objects"],
        "sequences": 1, "scored_sequences": 1, "tokens": 2, "scored_tokens": 2,
        "missing_tokens": 0, "censored_tokens": 0, "invalid_tokens": 0,
        "perplexity_overall": 2.82842712474619, "overflow_sequences": 0, "probability_overall": 0.375,
        "perplexity_median": 2.82842712474619,
        "perplexity_tokens": 2.82842712474619, "probability_tokens": 0.375, "bands": [1, 1, 0],
        "models": [{"name": "tiny", "sequences": 1}], "problems": [], "fail_if": null,
    });
    assert_eq!(found[0], good, "{:#}", found[0]);
    let place = json!({
        "code": "bad_value", "level": "error", "count": 1, "record": 2, "line": 2,
        "byte": TINY.len() + 2, "sequence": null, "message": sentence, "remedy": remedy,
    });
    assert_eq!(found[1]["problems"], json!([place]));
    assert_eq!(found[1]["sequences"], 1);
    let missing = json!({
        "code": "cannot_open", "level": "error", "count": 1, "record": null, "line": null, "byte": null,
        "sequence": null, "message": "cannot open it: No such file or directory (os error 2)", "remedy": "",
    });
    assert_eq!(found[2]["problems"][0], missing);
    for line in &found[2..] {
        let figures =
            ["format", "severity", "perplexity_overall", "sequences"].map(|key| &line[key]);
        assert_eq!(
            figures,
            [
                &json!("unrecognised"),
                &json!("nothing"),
                &json!(null),
                &json!(0)
            ]
        );
    }
    assert_eq!(found.len(), 4);
}

/// Each place is an entry of its own.
#[test]
fn the_places_of_a_problem() {
    let place = Place::with(&[("bad.jsonl", &format!("{TINY}\n{{]\n{{]\n"))]);
    let line = place.lines(&["bad.jsonl"], 0).remove(0);
    let places = line["problems"].as_array().unwrap().iter();
    let places = places.map(|case| (case["count"].as_u64(), case["line"].as_u64()));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [(Some(2), Some(2)), (Some(2), Some(3))]
    );
}

#[test]
fn what_is_undefined_is_null() {
    let missing = TINY
        .replace("-0.6931471805599453", "null")
        .replace("-1.3862943611198906", "null");
    let place = Place::with(&[("a.json", &missing)]);
    let document = place.document(&["a.json"], 0);
    let totals = &document["totals"];
    assert_eq!(
        (&totals["tokens"], &totals["missing_tokens"]),
        (&json!(2), &json!(2))
    );
    for name in [
        "perplexity_overall",
        "probability_overall",
        "perplexity_tokens",
        "perplexity_median",
    ] {
        assert_eq!(totals[name], json!(null), "{name}");
    }
    let ran = place.run(&["--csv", "a.json"]);
    assert!(ran.out.ends_with(",2,0,2,0,,,openai_chat\n"), "{}", ran.out);
}

#[test]
fn a_row_for_each_sequence() {
    let named = tiny("d, \\\"e\\\"").replace("\"tiny\"", "\"m\\nn\"");
    let place = Place::with(&[
        ("a.jsonl", &format!("{TINY}\n{named}\n")),
        ("b,c.json", TINY),
    ]);
    let ran = place.run(&["--csv", "a.jsonl", "missing.json", "b,c.json"]);
    let second = TINY.len() + 1;
    let expected = format!(
        "\
sequence,source,record,line,byte,id,model,created,label,choice,kind,finish,tokens,scored,missing,censored,perplexity,probability,format
0,a.jsonl,1,1,0,c,tiny,1700000000,,0,answer,stop,2,2,0,0,2.82842712474619,0.375,openai_chat
1,a.jsonl,2,2,{second},\"d, \"\"e\"\"\",\"m
n\",1700000000,,0,answer,stop,2,2,0,0,2.82842712474619,0.375,openai_chat
2,\"b,c.json\",1,1,0,c,tiny,1700000000,,0,answer,stop,2,2,0,0,2.82842712474619,0.375,openai_chat
"
    );
    let err = "surprisal: missing.json: cannot open it: No such file or directory (os error 2)\n";
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(1), expected.as_str(), err)
    );
}

#[test]
fn three_names_for_one_output() {
    let place = Place::with(&[("a.json", TINY)]);
    for (long, short) in [
        (&["--format", "json"][..], &["--json"][..]),
        (&["--format=csv"], &["--csv"]),
        (&["--format", "text"], &[]),
    ] {
        let [long, short] =
            [long, short].map(|arguments| place.run(&[arguments, &["a.json"]].concat()).out);
        assert_eq!(long, short);
        assert!(!long.is_empty());
    }
}
