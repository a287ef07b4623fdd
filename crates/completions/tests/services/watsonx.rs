use super::common::{codes, import, texts};
use super::{detail, values};
use completions::{Finish, FormatId};

/// One result.
fn response(text: &str, stop: &str) -> String {
    format!(
        r#"{{"model_id":"m","created_at":"1970-01-01T00:00:01Z","results":[{{"generated_text":"{text}","generated_token_count":1,"input_token_count":2,"stop_reason":"{stop}","input_tokens":[{{"text":"P"}},{{"text":"Q","logprob":-3}}],"generated_tokens":[{{"rank":1,"text":"{text}","logprob":-0.5,"top_tokens":[{{"text":"{text}","logprob":-0.5}},{{"text":"z","logprob":-2}}]}}]}}]}}"#
    )
}

#[test]
fn results_with_tokens() {
    for (stop, finish) in [
        ("eos_token", Finish::Stop),
        ("EOS_TOKEN", Finish::Stop),
        ("cancelled", Finish::Cancelled),
        ("error", Finish::Error),
    ] {
        let record = response("a", stop);
        let import = import(&record);
        assert_eq!(
            (import.report.format_name(), codes(&import)),
            ("watsonx", vec![]),
            "{stop}"
        );
        assert_eq!(
            (texts(&import), values(&import)),
            (vec!["a".to_owned()], vec![-0.5])
        );
        assert_eq!(import.columns.sequences[0].finish, finish, "{stop}");
        let completion = &import.columns.completions[0];
        assert_eq!(
            (
                completion.created,
                completion.prompt_tokens,
                completion.completion_tokens
            ),
            (Some(1.0), Some(2), Some(1))
        );
        let detail = detail(FormatId::WATSONX, &record);
        assert_eq!((detail.prompt.len(), detail.prompt[1].logprob), (2, -3.0));
        assert_eq!(detail.tokens[0].alternatives.len(), 2);
        assert!(detail.tokens[0].chosen_is_listed);
    }
}

#[test]
fn pieces_and_texts() {
    let stream = [
        response("a", "not_finished"),
        response("b", "NOT_FINISHED"),
        response("c", "max_tokens"),
    ];
    let import_stream = import(stream.join("\n"));
    assert_eq!(texts(&import_stream), ["abc"]);
    let cut = import(stream[..2].join("\n"));
    assert_eq!(texts(&cut), ["ab"]);
    assert!(codes(&cut).contains(&"stream_cut"));
    let two = import(format!(
        "{}\n{}",
        stream[2],
        stream[2].replace("\"c\"", "\"d\"")
    ));
    assert_eq!(texts(&two), ["c", "d"]);
    let plain = import(r#"{"results":[{"generated_text":"a"},{"generated_text":"b"}]}"#);
    assert_eq!(texts(&plain), ["a", "b"]);
    assert_eq!(codes(&plain), ["no_logprobs"]);
}
