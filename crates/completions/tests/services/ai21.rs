//! AI21, and Loom's shape, which comes from it.
use super::common::{codes, import, texts};
use super::{detail, tokens, values};
use completions::{Finish, FormatId};

fn token(name: &str, values: &str, top: &str, (start, end): (u32, u32)) -> String {
    format!(
        r#"{{"generatedToken":{{"token":"{name}",{values}}},"topTokens":{top},"textRange":{{"start":{start},"end":{end}}}}}"#
    )
}

fn ai21(text: &str, tokens: &[String]) -> String {
    let prompt = token("▁P", r#""logprob":-3,"raw_logprob":-4"#, "null", (0, 1));
    format!(
        r#"{{"id":1234,"prompt":{{"text":"P","tokens":[{prompt}]}},"completions":[{{"data":{{"text":"{text}","tokens":[{}]}},"finishReason":{{"reason":"length","length":3}}}}]}}"#,
        tokens.join(",")
    )
}

#[test]
fn the_own_values_of_the_model_count() {
    let top = r#"[{"token":"▁B","logprob":0.0,"raw_logprob":-0.5},{"token":"▁A","logprob":-1e9,"raw_logprob":-1.5}]"#;
    let record = ai21(
        r"\nA B é",
        &[
            token(
                "<|newline|>",
                r#""logprob":0.0,"raw_logprob":-0.25"#,
                "null",
                (0, 1),
            ),
            token("▁A", r#""logprob":-2"#, "null", (1, 2)),
            token("▁B", r#""logprob":0.0,"raw_logprob":-0.5"#, top, (2, 4)),
            token("▁é", r#""raw_logprob":-1,"logprob":0"#, "[]", (4, 6)),
            token(
                "<|endoftext|>",
                r#""logprob":0,"raw_logprob":-8"#,
                "null",
                (6, 6),
            ),
        ],
    );
    let import = import(&record);
    assert_eq!(codes(&import), ["truncated_by_length"]);
    assert_eq!(import.report.format_name(), "ai21");
    assert_eq!(values(&import), [-0.25, -2.0, -0.5, -1.0, -8.0]);
    // The second one has lost its space in the text.
    assert_eq!(tokens(&import), ["\n", "A", " B", " é", ""]);
    assert_eq!(texts(&import), ["\nA B é"]);
    assert_eq!(import.columns.completions[0].id, "1234");
    assert_eq!(import.columns.sequences[0].finish, Finish::Length);
    let detail = detail(FormatId::AI21, &record);
    assert_eq!((detail.prompt.len(), detail.prompt[0].logprob), (1, -4.0));
    let listed = &detail.tokens[2].alternatives;
    assert_eq!(
        (
            listed[0].bytes.as_slice(),
            listed[0].logprob,
            listed[0].chosen
        ),
        (&b" B"[..], Some(-0.5), true)
    );
    assert_eq!(listed[1].logprob, Some(-1.5));
}

#[test]
fn places_that_do_not_fit_are_not_used() {
    let value = r#""logprob":-1"#;
    for ranges in [
        [(0, 1), (2, 3)],
        [(0, 1), (1, 2)],
        [(0, 1), (1, 9)],
        [(1, 2), (2, 3)],
    ] {
        let record = ai21(
            "a b",
            &[
                token("a", value, "null", ranges[0]),
                token("▁b", value, "null", ranges[1]),
            ],
        );
        assert_eq!(tokens(&import(&record)), ["a", " b"], "{ranges:?}");
    }
}

fn loom(prompt: &str, text: &str, tokens: &[(&str, &str, u32)]) -> String {
    let tokens: Vec<String> = tokens
        .iter()
        .map(|(token, value, start)| {
            format!(
                r#"{{"generatedToken":{{"token":"{token}","logprob":{value}}},"position":{{"start":{start},"end":9}},"counterfactuals":{{"{token}":{value},"zz":-7}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"completions":[{{"text":"{text}","finishReason":"stop","tokens":[{}]}}],"prompt":{{"text":"{prompt}","tokens":null}},"id":"l","model":"m","timestamp":"2021-09-27-17.00.09"}}"#,
        tokens.join(",")
    )
}

#[test]
fn prompts_in_front() {
    let table = [
        // By the texts of the tokens.
        (
            loom(
                "Te st",
                "Te st a",
                &[("Te", "null", 0), (" st", "-2", 2), (" a", "-1", 5)],
            ),
            " a",
            2,
        ),
        // By their places.
        (
            loom(
                "Te st",
                "Te st a",
                &[("Te", "null", 0), ("?", "-2", 2), (" a", "-1", 5)],
            ),
            " a",
            2,
        ),
        (loom("Te", " a", &[(" a", "-1", 2)]), " a", 0),
        (loom("", " a", &[(" a", "-1", 0)]), " a", 0),
    ];
    for (record, text, prompt) in table {
        let import = import(&record);
        assert_eq!(codes(&import), [""; 0], "{record}");
        assert_eq!(import.report.format_name(), "loom");
        assert_eq!(
            (texts(&import), values(&import)),
            (vec![text.to_owned()], vec![-1.0])
        );
        assert_eq!(import.columns.completions[0].created, Some(1_632_762_009.0));
        let detail = detail(FormatId::LOOM, &record);
        assert_eq!(detail.prompt.len(), prompt, "{record}");
        assert_eq!(detail.tokens[0].alternatives.len(), 2);
        assert!(detail.tokens[0].chosen_is_listed);
    }
}
