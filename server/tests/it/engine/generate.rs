//! `surprisal generate`.
use super::{Tiny, near, with_tokenizer};
use crate::analyze::{Place, Ran};
use metrics::num;
use serde_json::{Value, json};

fn generate(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["generate"], arguments].concat())
}

#[track_caller]
fn object(place: &Place, arguments: &[&str]) -> Value {
    let ran = generate(place, &[arguments, &["--json"]].concat());
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(0), ""),
        "{arguments:?}"
    );
    assert_eq!(ran.out.lines().count(), 1);
    serde_json::from_str(&ran.out).unwrap()
}

/// Some runs of each model: ids, scores and log-probabilities are those of transformers.
#[test]
fn runs_of_transformers() {
    let place = Place::with(&[]);
    for name in [
        "tiny_llama",
        "tiny_qwen2",
        "tiny_gpt2",
        "tiny_bart",
        "tiny_t5",
    ] {
        let tiny = Tiny::new(name);
        let runs = tiny.recorded["runs"].as_array().unwrap();
        for run in runs.iter().step_by(9) {
            let parameters = run["params"].as_object().unwrap().iter();
            let mut arguments: Vec<String> = parameters
                .flat_map(|(name, value)| {
                    let value = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    [format!("--{}", name.replace('_', "-")), value]
                })
                .collect();
            let input = tiny.input();
            arguments.extend(
                [
                    "--model",
                    &tiny.path,
                    "--input-ids",
                    &input,
                    "--max-new-tokens",
                    "14",
                ]
                .map(String::from),
            );
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let found = object(&place, &arguments);
            let case = format!("{name} {}", run["params"]);
            compare(&case, &found, run, &tiny.recorded);
        }
    }
}

fn compare(case: &str, found: &Value, run: &Value, recorded: &Value) {
    let sequences = found["sequences"].as_array().unwrap();
    let prompt = match recorded["decoder_input_ids"].is_null() {
        true => recorded["input_ids"].as_array().unwrap().len(),
        false => 1,
    };
    for (number, sequence) in sequences.iter().enumerate() {
        let expected = run["sequences"][number].as_array().unwrap();
        let end = expected
            .iter()
            .skip(prompt)
            .position(|id| *id == recorded["eos"]);
        let expected = &expected[..end.map_or(expected.len(), |at| prompt + at + 1)];
        assert_eq!(sequence.as_array().unwrap(), expected, "{case}");
        let written = expected.len() - prompt;
        assert_eq!(
            found["token_logprobs"][number].as_array().unwrap().len(),
            written,
            "{case}"
        );
        assert_eq!(found["texts"][number], Value::Null, "{case}");
        match run["sequences_scores"].as_array() {
            Some(scores) => near(
                &found["sequences_scores"][number],
                scores[number].as_f64().unwrap(),
                case,
            ),
            None => {
                assert_eq!(found["sequences_scores"], Value::Null, "{case}");
                for (at, logprob) in run["token_logprobs"].as_array().unwrap().iter().enumerate() {
                    near(
                        &found["token_logprobs"][number][at],
                        logprob.as_f64().unwrap(),
                        case,
                    );
                }
            }
        }
    }
    assert_eq!(
        sequences.len(),
        run["sequences"].as_array().unwrap().len(),
        "{case}"
    );
}

#[test]
fn parameters_in_force() {
    let place = Place::with(&[]);
    let tiny = Tiny::new("tiny_llama");
    let fixed = ["--model", tiny.path.as_str(), "--input-ids", "5,9,14"];
    let told = [
        "--do_sample",
        "true",
        "--num-generations",
        "2",
        "--temperature",
        "0.7",
        "--seed",
        "9",
        "--logit-bias",
        "3:-2.5",
    ];
    let found = object(&place, &[&fixed[..], &told].concat());
    let expected = json!({
        "mode": "sampling", "do_sample": true, "num_beams": 1, "num_return_sequences": 2, "max_length": 23,
        "max_new_tokens": 20, "min_length": 0, "min_new_tokens": 0, "temperature": 0.7, "top_k": 50, "top_p": 1.0,
        "min_p": 0.0, "typical_p": 1.0, "epsilon_cutoff": 0.0, "eta_cutoff": 0.0, "top_h": null,
        "repetition_penalty": 1.0, "no_repeat_ngram_size": 0, "presence_penalty": 0.0, "frequency_penalty": 0.0,
        "logit_bias": {"3": -2.5}, "length_penalty": 1.0, "early_stopping": false, "eos_token_id": [1],
        "stop_strings": [], "seed": 9, "top_logprobs": 0,
    });
    assert_eq!(found["parameters"], expected);
    assert_eq!(
        found["drawn"],
        json!({"seed": 9, "generator": "splitmix64/1"})
    );
    assert_eq!(
        found,
        object(&place, &[&fixed[..], &told].concat()),
        "the same seed, the same draws"
    );
    // What was told takes the place of the model's own end.
    let found = object(&place, &[&fixed[..], &["--eos-token-id", "7,17"]].concat());
    assert_eq!(found["parameters"]["eos_token_id"], json!([7, 17]));
}

#[test]
fn what_the_model_brings_along() {
    let place = with_tokenizer(&[]);
    let config = r#"{"eos_token_id": [20, 3], "max_new_tokens": 4, "num_beams": 2, "temperature": null, "unknown": 1}"#;
    std::fs::write(place.path("m/generation_config.json"), config).unwrap();
    let found = object(&place, &["--model", "m", "--prompt", "the sea"]);
    let parameters = &found["parameters"];
    assert_eq!(
        (&parameters["max_new_tokens"], &parameters["num_beams"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(parameters["eos_token_id"], json!([3, 20]));
    let found = object(
        &place,
        &["--model", "m", "--prompt", "the sea", "--num-beams", "1"],
    );
    assert_eq!(found["parameters"]["mode"], "greedy");
    std::fs::write(place.path("m/generation_config.json"), r#"{"top_p": 7}"#).unwrap();
    let ran = generate(&place, &["--model", "m", "--prompt", "the sea"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            Some(1),
            "surprisal: m/generation_config.json: top_p cannot be used: top_p is 7; it must be a number from 0 to 1\n"
        )
    );
}

#[test]
fn texts() {
    let place = with_tokenizer(&[("p.txt", "the sea\n"), ("empty.txt", "")]);
    let fixed = [
        "--model",
        "m",
        "--max-new-tokens",
        "12",
        "--min-new-tokens",
        "12",
    ];
    let with = |more: &[&str]| object(&place, &[&fixed[..], more].concat());
    let found = with(&["--prompt", "the sea"]);
    let ids = found["sequences"][0].as_array().unwrap();
    assert_eq!(
        ids[..6],
        [
            json!(31),
            json!(4),
            json!(27),
            json!(18),
            json!(4),
            json!(0)
        ]
    );
    let from_ids = with(&["--input-ids", "31,4,27,18,4,0"]);
    assert_eq!(
        (&found["sequences"], &found["texts"]),
        (&from_ids["sequences"], &from_ids["texts"])
    );
    assert_eq!(
        (&found["prompt"], &from_ids["prompt"]),
        (&json!("the sea"), &Value::Null)
    );
    assert_ne!(
        found["sequences"],
        with(&["--prompt-file", "p.txt"])["sequences"]
    );
    // What is printed while it is written is the text.
    let text = found["texts"][0].as_str().unwrap();
    let ran = generate(&place, &[&fixed[..], &["--prompt", "the sea"]].concat());
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(0), format!("{text}\n").as_str(), "")
    );
    let ran = place.with_input(
        &[&["generate", "--prompt-file", "-"], &fixed[..]].concat(),
        "the sea",
    );
    assert_eq!((ran.status, ran.out), (Some(0), format!("{text}\n")));
    // Both bytes of é, and the first one alone; a special token has no text; a stop string ends it.
    let forced = |bias: &str, more: &[&str]| {
        let once = [
            "--prompt",
            "a",
            "--logit-bias",
            bias,
            "--no-repeat-ngram-size",
            "1",
        ];
        object(&place, &[&["--model", "m"], &once[..], more].concat())
    };
    let found = forced("28:100,29:60", &["--stop", "é"]);
    assert_eq!(
        (&found["texts"][0], &found["finish_reasons"][0]),
        (&json!("é"), &json!("stop"))
    );
    let found = forced("28:100", &["--max-new-tokens", "1"]);
    assert_eq!(found["texts"][0], "\u{fffd}");
    let ran = generate(
        &place,
        &["--model", "m", "--prompt", "a", "--logit-bias", "20:100"],
    );
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), "\n"));
}

/// What is written is read, with the same figures.
#[test]
fn a_record_is_analysed() {
    let place = with_tokenizer(&[]);
    let told = [
        "--num-beams",
        "3",
        "--num-return-sequences",
        "3",
        "--max-new-tokens",
        "9",
        "--top-logprobs",
        "3",
    ];
    for input in [&["--prompt", "the sea"][..], &["--input-ids", "5,9,14"]] {
        let arguments = [&["--model", "m"][..], &told, input].concat();
        let found = object(&place, &arguments);
        let record = generate(&place, &[&arguments[..], &["--jsonl"]].concat());
        assert_eq!((record.status, record.err.as_str()), (Some(0), ""));
        let ran = place.with_input(&["analyze", "--format", "run", "-"], &record.out);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let run: Value = serde_json::from_str(&ran.out).unwrap();
        let logprobs = found["token_logprobs"].as_array().unwrap();
        let perplexities = logprobs.iter().map(|list| {
            let list: Vec<f64> = list
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_f64)
                .collect();
            num::exp(-list.iter().sum::<f64>() / list.len() as f64)
        });
        let mean = perplexities.sum::<f64>() / 3.0;
        let totals = &run["totals"];
        near(&totals["perplexity_overall"], mean, &totals.to_string());
        assert_eq!(totals["sequences"], 3, "{totals}");
        let count: usize = logprobs
            .iter()
            .map(|list| list.as_array().unwrap().len())
            .sum();
        assert_eq!(totals["tokens"], count, "{totals}");
        let problems = run["problems"].as_array().unwrap();
        assert!(
            problems.iter().all(|problem| problem["level"] == "info"),
            "{problems:?}"
        );
        let record: Value = serde_json::from_str(&record.out).unwrap();
        for (choice, text) in record["choices"]
            .as_array()
            .unwrap()
            .iter()
            .zip(found["texts"].as_array().unwrap())
        {
            assert_eq!(choice["text"], *text);
            let first = &choice["logprobs"]["content"][0]["top_logprobs"];
            assert_eq!(first.as_array().unwrap().len(), 3);
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let place = with_tokenizer(&[("bad.txt", "x")]);
    std::fs::write(place.path("bad.txt"), b"ab\xff").unwrap();
    let tiny = Tiny::new("tiny_llama");
    let llama = tiny.path.as_str();
    let table: &[(&[&str], i32, &str)] = &[
        (
            &["--model", "m", "--prompt", "a", "--top-p", "1.5"],
            2,
            "surprisal: top_p is 1.5; it must be a number from 0 to 1\n",
        ),
        (
            &["--model", "m", "--prompt", "a", "--early-stopping", "maybe"],
            2,
            "surprisal: early_stopping is maybe; it must be true or false or never\n",
        ),
        (
            &[
                "--model",
                "m",
                "--prompt",
                "a",
                "--num-return-sequences",
                "2",
            ],
            2,
            "surprisal: num_return_sequences is 2; without do_sample and num_beams there is only 1 answer\n",
        ),
        (
            &["--model", "m", "--prompt", "abc", "--max-length", "2"],
            2,
            "surprisal: the prompt has 3 tokens and max_length is 2; give max_new_tokens instead\n",
        ),
        (
            &["--model", "m", "--prompt", ""],
            1,
            "surprisal: the prompt has no tokens, so that there is nothing to go on with; give a text or a token id\n",
        ),
        (
            &["--model", "m", "--input-ids", "32"],
            1,
            "surprisal: there is no token 32; the vocabulary has 32, from 0 on\n",
        ),
        (
            &["--model", llama, "--prompt", "a"],
            1,
            "surprisal: the model has no tokenizer.json; give --input-ids instead of a text\n",
        ),
        (
            &["--model", llama, "--input-ids", "5", "--stop", "a"],
            1,
            "surprisal: stop_strings cannot be looked for: the model does not tell the text of token 16\n",
        ),
        (
            &["--model", "m", "--prompt-file", "bad.txt"],
            1,
            "surprisal: bad.txt is not UTF-8 at byte 2; save it as UTF-8\n",
        ),
        (
            &["--model", "m", "--prompt-file", "none"],
            1,
            "surprisal: cannot read none: No such file or directory (os error 2)\n",
        ),
        (
            &["--model", "none", "--prompt", "a"],
            1,
            "surprisal: there is no none; a model is a directory with config.json and its weights as *.safetensors, as save_pretrained() writes it, or a GGUF file\n",
        ),
    ];
    for (arguments, status, expected) in table {
        let ran = generate(&place, arguments);
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (Some(*status), *expected),
            "{arguments:?}"
        );
    }
    for arguments in [
        &["--model", "m"][..],
        &["--prompt", "a"],
        &["--model", "m", "--prompt", "a", "--input-ids", "1"],
    ] {
        let ran = generate(&place, arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn parameters_without_effect_are_named() {
    let place = Place::with(&[]);
    let tiny = Tiny::new("tiny_llama");
    let ran = generate(
        &place,
        &[
            "--model",
            &tiny.path,
            "--input-ids",
            "5",
            "--top-k",
            "3",
            "--length-penalty",
            "-1",
            "--json",
        ],
    );
    assert_eq!(ran.status, Some(0));
    assert_eq!(
        ran.err,
        "surprisal: top_k has no effect without do_sample: nothing is drawn\nsurprisal: length_penalty has no effect without num_beams above 1\n"
    );
}

/// Every row of the table can be looked up.
#[test]
fn help() {
    let place = Place::with(&[]);
    let ran = generate(&place, &["--help"]);
    assert_eq!(ran.status, Some(0));
    for entry in decoding::parameters::TABLE {
        let dashes = format!("--{} <VALUE>", entry.name.replace('_', "-"));
        assert!(ran.out.contains(&dashes), "{dashes}");
        assert!(
            ran.out.contains(&format!("default: {}]", entry.default)),
            "{}",
            entry.name
        );
    }
}

#[test]
fn chats() {
    let template = r#"{"bos_token": {"content": "end"}, "chat_template": "{% for m in messages %}{{ bos_token }}{{ m.role[0] }} {{ m.content }}{% endfor %}"}"#;
    let place = with_tokenizer(&[("m/tokenizer_config.json", template)]);
    let fixed = [
        "--model",
        "m",
        "--prompt",
        "the sea",
        "--max-new-tokens",
        "3",
    ];
    let found = object(
        &place,
        &[&fixed[..], &["--chat", "--system", "be"]].concat(),
    );
    assert_eq!(found["prompt"], "ends beendu the sea");
    // The special token is one, wherever it stands.
    assert_eq!(
        found["sequences"][0].as_array().unwrap()[..5],
        [20, 18, 27, 1, 4].map(|id| json!(id))
    );
    assert_eq!(object(&place, &fixed)["prompt"], "the sea");
    std::fs::write(
        place.path("m/chat_template.jinja"),
        "{{ raise_exception('Only one message') }}",
    )
    .unwrap();
    let ran = generate(&place, &[&fixed[..], &["--chat"]].concat());
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err
            .contains("the chat template failed: invalid operation: Only one message"),
        "{}",
        ran.err
    );
    let place = with_tokenizer(&[]);
    let ran = generate(&place, &[&fixed[..], &["--chat"]].concat());
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            Some(1),
            "surprisal: the model has no chat template; leave --chat out\n"
        )
    );
}

/// What was written until then is there.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_answer() {
    let tiny = Tiny::new("tiny_llama");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_surprisal"))
        .args(["generate", "--model", &tiny.path, "--input-ids", "5,9"])
        .args(["--max-new-tokens", "1000000", "--min-new-tokens", "1000000"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 8];
    std::io::Read::read_exact(&mut out, &mut first).unwrap();
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let text = String::from_utf8(first.to_vec()).unwrap() + &rest;
    assert!(
        text.ends_with('\n') && text.trim().split(' ').all(|id| id.parse::<u32>().is_ok()),
        "{text}"
    );
}

/// A reader that has seen enough ends it, too.
#[test]
fn a_closed_pipe_ends_the_answer() {
    let tiny = Tiny::new("tiny_llama");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_surprisal"))
        .args(["generate", "--model", &tiny.path, "--input-ids", "5,9"])
        .args(["--max-new-tokens", "1000000", "--min-new-tokens", "1000000"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
