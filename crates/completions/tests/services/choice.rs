use super::common::{codes, import, problem, texts};
use super::{detail, values};
use completions::{Finish, FormatId, Severity};

const CHOICE: &str = r#"{"finish_reason":"length","index":0,"logprobs":{"content":[{"token":"M","bytes":[77],"logprob":-0.5,"top_logprobs":[{"token":"M","bytes":[77],"logprob":-0.5},{"token":"m","bytes":[109],"logprob":-2}]}]},"message":{"content":"M","role":"assistant","tool_calls":null},"text":"M","total_tokens":10.0}"#;

fn row(raw_completion: &str) -> String {
    format!(
        r#"{{"instruction":"Q","output_1":"a","generator_1":"g","raw_completion":{raw_completion},"annotator":"judge","preference":1.5}}"#
    )
}

#[test]
fn alone_or_in_a_record() {
    for (record, model) in [(CHOICE.to_owned(), ""), (row(CHOICE), "judge")] {
        let import = import(&record);
        assert_eq!(codes(&import), ["truncated_by_length"], "{record}");
        assert_eq!(
            (
                import.report.format_name(),
                import.report.container.as_str()
            ),
            ("openai_choice", "json")
        );
        let sequence = &import.columns.sequences[0];
        assert_eq!(
            (texts(&import), values(&import), sequence.finish),
            (vec!["M".to_owned()], vec![-0.5], Finish::Length)
        );
        assert_eq!(import.columns.model_of(sequence), model);
        let detail = detail(FormatId::OPENAI_CHOICE, &record);
        assert_eq!(detail.tokens[0].alternatives.len(), 2);
    }
    assert_eq!(
        import(CHOICE).report.evidence,
        ["openai_choice: `message` and `logprobs` without `choices`"]
    );
    assert_eq!(
        import(row(CHOICE)).report.evidence,
        ["openai_choice: `raw_completion` is a choice without its response"]
    );
}

#[test]
fn the_message_decides_about_the_text() {
    for record in [
        r#"{"text":"other","message":{"content":"Hi"},"finish_reason":"stop"}"#,
        r#"{"message":{"content":"Hi"},"finish_reason":"stop","text":"other"}"#,
        r#"{"text":"Hi","message":{"content":null},"finish_reason":"stop"}"#,
        r#"{"message":{"content":null},"finish_reason":"stop","text":"Hi"}"#,
    ] {
        let import = import(record);
        assert_eq!(texts(&import), ["Hi"], "{record}");
        assert_eq!(codes(&import), ["no_logprobs"], "{record}");
    }
}

#[test]
fn records_without_a_choice_are_one_problem() {
    let rows = [
        row("null"),
        row(CHOICE),
        row(r#""M is better""#),
        row(r#"{"concise_explanation":"x","ordered_models":[]}"#),
        row("[1]"),
    ];
    let all = import(format!("[{}]", rows.join(",")));
    let problem = problem(&all, "no_completion");
    assert_eq!((problem.count, all.metrics.n_sequences), (4, 1));
    let details: Vec<&str> = problem
        .places
        .iter()
        .map(|place| place.detail.as_str())
        .collect();
    assert_eq!(
        details,
        [
            "`raw_completion` is null",
            "`raw_completion` is a string",
            "`raw_completion` has neither `message` nor `logprobs`",
            "`raw_completion` is an array",
        ]
    );
    assert_eq!(all.report.severity(1), Severity::Doubts);
    assert_eq!(
        problem.sentence(),
        "4 records have no completion, the first at line 1, byte 1: `raw_completion` is null."
    );
    let none = import(&rows[0]);
    assert_eq!(
        (none.report.format_name(), none.report.severity(0)),
        ("openai_choice", Severity::Nothing)
    );
}
