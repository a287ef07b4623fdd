use super::common::{codes, import, problem, texts};
use super::{detail, values};
use completions::{FormatId, Kind};

const WHOLE: &str = r#"{"text":"Hi you","logprobs":[{"token":"Sanitized","logprob":-0.5,"bytes":[72,105]},{"token":"Sanitized","logprob":-1,"bytes":[32,121,111,117]}],"usage":{"type":"tokens","input_tokens":5,"output_tokens":2}}"#;

#[test]
fn bytes_decide_about_the_text() {
    let import = import(WHOLE);
    assert_eq!(codes(&import), [""; 0]);
    assert_eq!(import.report.format_name(), "openai_transcription");
    assert_eq!(texts(&import), ["Hi you"]);
    assert_eq!(values(&import), [-0.5, -1.0]);
    assert_eq!(import.columns.sequences[0].kind, Kind::Transcription);
    assert_eq!(import.columns.completions[0].prompt_tokens, Some(5));
    let detail = detail(FormatId::OPENAI_TRANSCRIPTION, WHOLE);
    assert_eq!(detail.stated_text.as_deref(), Some("Hi you"));
}

#[test]
fn other_things_that_were_said() {
    for record in [
        r#"{"text":"x","words":[{"text":"x","logprob":-1}]}"#,
        r#"{"text":"x","segments":[{"text":"x","avg_logprob":-1}]}"#,
        r#"{"text":"x","logprobs":[-1,-2]}"#,
    ] {
        assert_eq!(codes(&import(record)), ["unrecognised"], "{record}");
    }
}

#[test]
fn events_say_everything_once() {
    let delta = |text: &str, value: &str| {
        format!(
            r#"{{"type":"transcript.text.delta","delta":"{text}","logprobs":[{{"token":"{text}","logprob":{value}}}]}}"#
        )
    };
    let done = |logprobs: &str| {
        format!(r#"{{"logprobs":{logprobs},"type":"transcript.text.done","text":"Hi you"}}"#)
    };
    let deltas = [delta("Hi", "-0.5"), delta(" you", "-1")];
    let whole = r#"[{"token":"Hi","logprob":-0.5},{"token":" you","logprob":-1}]"#;
    let table = [
        (vec![done(whole)], vec![]),
        (vec![done("[]")], vec![]),
        (vec![], vec!["stream_cut"]),
    ];
    for (end, problems) in table {
        let events = [deltas.to_vec(), end.clone()].concat();
        for file in [
            events.join("\n"),
            events
                .iter()
                .map(|event| format!("data: {event}\n\n"))
                .collect(),
        ] {
            let import = import(&file);
            assert_eq!(
                (import.report.format_name(), codes(&import)),
                ("openai_transcription_stream", problems.clone()),
                "{file}"
            );
            assert_eq!(
                (texts(&import), values(&import)),
                (vec!["Hi you".to_owned()], vec![-0.5, -1.0]),
                "{file}"
            );
            assert_eq!(import.columns.sequences[0].kind, Kind::Transcription);
        }
    }
    // Two recordings, one after the other.
    let two = [deltas.to_vec(), vec![done(whole)]].concat().join("\n");
    let import = import(format!("{two}\n{}", two.replace("you", "me")));
    assert_eq!(texts(&import), ["Hi you", "Hi me"]);
    assert_eq!(codes(&import), [""; 0]);
    let empty = super::common::import(r#"{"type":"transcript.text.done","text":"x"}"#);
    assert_eq!(
        problem(&empty, "no_logprobs").places[0].detail,
        "`logprobs` is not there"
    );
}
