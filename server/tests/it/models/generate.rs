//! `POST /api/generate` and `GET /api/models`.
use super::{Asked, ids, record};
use crate::app::App;
use crate::engine::Tiny;
use api::writing::{Fate, Happening, Models, Read};
use serde_json::{Value, json};

fn prompt(happenings: &[Happening]) -> &Read {
    match &happenings[0] {
        Happening::Prompt(read) => read,
        other => panic!("{other:?}"),
    }
}

/// A run of transformers with these parameters.
fn recorded<'a>(tiny: &'a Tiny, name: &str, value: &Value) -> &'a Value {
    let mut runs = tiny.recorded["runs"].as_array().unwrap().iter();
    runs.find(|run| run["params"][name] == *value).unwrap()
}

fn numbers(value: &Value) -> Vec<u32> {
    serde_json::from_value(value.clone()).unwrap()
}

/// The prompt has the values that it has when it is judged as a text.
#[tokio::test]
async fn a_prompt_is_judged() {
    let asked = Asked::new().await;
    let text = "the sea and the sand";
    let ask = json!({"model": "gpt2", "prompt": text, "prompt_logprobs": 3, "dry_run": true});
    let happenings = asked.write(ask).await;
    assert_eq!(happenings.len(), 1);
    let read = prompt(&happenings);
    let judge = json!({"model": "gpt2", "text": text, "top_logprobs": 3});
    let score: api::writing::Score = asked.post(api::SCORE, judge).await.json();
    assert_eq!(read.tokens.len(), score.per_token.len());
    for (read, judged) in read.tokens.iter().zip(&score.per_token) {
        assert_eq!(
            (read.id, read.rank, &read.top_logprobs),
            (judged.id, judged.rank, &judged.top_logprobs)
        );
        match (read.logprob, judged.logprob) {
            (Some(read), Some(judged)) => assert!((read - judged).abs() < 1e-5),
            (read, judged) => assert_eq!(read, judged),
        }
        // Whoever looks for the best one finds it.
        let best = read.top_logprobs.iter().flatten().next();
        let is_best = read.rank == Some(1);
        assert_eq!(
            is_best,
            best.is_some_and(|best| best.logprob == read.logprob)
        );
    }
    for (body, message) in [
        (
            json!({"model": "t5", "input_ids": [1, 2], "prompt_logprobs": 1}),
            "T5 is an encoder-decoder: it has no opinion of a text alone; take a model that goes on with texts, such as gpt2 or llama.",
        ),
        (
            json!({"model": "gpt2", "prompt": "a", "prompt_logprobs": 101}),
            "top_logprobs is 100 at most.",
        ),
    ] {
        let reply = asked.post(api::GENERATE, body).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json::<Value>()["message"], message);
    }
}

#[tokio::test]
async fn what_models_there_are() {
    let asked = Asked::new().await;
    let list: Models = asked.app.get(api::MODELS).await.json();
    let found: Vec<_> = list
        .models
        .iter()
        .map(|one| (one.id.as_str(), one.texts, one.chat, one.encoder_decoder))
        .collect();
    assert_eq!(
        found,
        [
            ("gpt2", true, true, false),
            ("llama", false, false, false),
            ("t5", false, false, true)
        ]
    );
    let llama = &list.models[1];
    assert_eq!(llama.architecture.as_deref(), Some("llama"));
    assert_eq!(
        (llama.vocabulary, llama.eos_token_id.as_slice()),
        (Some(32), &[1][..])
    );
    let file = std::fs::read(format!(
        "{}/model.safetensors",
        Tiny::new("tiny_llama").path
    ));
    let expected: String = sha256(&file.unwrap());
    assert_eq!(llama.sha256.as_deref(), Some(expected.as_str()));
    let none: Models = App::new().await.get(api::MODELS).await.json();
    assert_eq!(none, Models::default());
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same sequences as transformers, token by token, and a record that the store reads.
#[tokio::test]
async fn tokens_come_one_by_one_and_become_a_record() {
    let asked = Asked::new().await;
    let tiny = Tiny::new("tiny_llama");
    let greedy = recorded(&tiny, "repetition_penalty", &json!(1.3));
    let mut parameters = greedy["params"].clone();
    parameters["max_new_tokens"] = json!(14);
    parameters["top_logprobs"] = json!(3);
    parameters["top_p"] = json!(0.5);
    let happenings = asked
        .write(json!({"model": "llama", "input_ids": tiny.recorded["input_ids"], "parameters": parameters}))
        .await;
    let read = prompt(&happenings);
    let begin = numbers(&tiny.recorded["input_ids"]);
    let told: Vec<u32> = read.tokens.iter().filter_map(|token| token.id).collect();
    assert_eq!((&told, read.text.as_deref()), (&begin, None));
    assert_eq!(read.parameters["repetition_penalty"], 1.3);
    assert_eq!(read.engine["architecture"], "llama");
    assert_eq!(read.engine["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(read.without_effect[0].name, "top_p");
    assert_eq!(
        [begin, ids(&happenings, 0)].concat(),
        numbers(&greedy["sequences"][0])
    );
    let Happening::Token { token, .. } = &happenings[1] else {
        panic!("{happenings:?}")
    };
    assert_eq!(token.top_logprobs.as_ref().map(Vec::len), Some(3));
    let record = record(&happenings);
    let content = record["choices"][0]["logprobs"]["content"]
        .as_array()
        .unwrap();
    assert_eq!(content.len(), ids(&happenings, 0).len());
    assert_eq!(content[0], serde_json::to_value(token).unwrap());
    assert!(record["timings"]["prompt_ms"].is_f64());
    let stored = asked.app.store("made.json", record.to_string()).await;
    assert_eq!(stored.totals.tokens, content.len() as u64);
}

#[tokio::test]
async fn several_answers_are_told_apart_and_repeatable() {
    let asked = Asked::new().await;
    let body = json!({"model": "gpt2", "prompt": "the sea", "parameters": {"do_sample": true, "num_return_sequences": 3, "max_new_tokens": 6, "seed": 5}});
    let (first, again) = (asked.write(body.clone()).await, asked.write(body).await);
    for answer in 0..3 {
        let choice = &record(&first)["choices"][answer];
        assert!(!ids(&first, answer).is_empty());
        assert_eq!(ids(&first, answer), ids(&again, answer));
        let content = choice["logprobs"]["content"].as_array().unwrap();
        let listed: Vec<u32> = content
            .iter()
            .map(|one| one["id"].as_u64().unwrap() as u32)
            .collect();
        assert_eq!(listed, ids(&first, answer));
    }
    assert_eq!(record(&first)["drawn"]["seed"], 5);
    assert_eq!(prompt(&first).text.as_deref(), Some("the sea"));
}

#[tokio::test]
async fn beams_come_as_the_tree_that_they_were() {
    let asked = Asked::new().await;
    for (model, begin) in [("llama", None), ("t5", Some(0))] {
        let tiny = Tiny::new(&format!("tiny_{model}"));
        let run = recorded(&tiny, "num_beams", &json!(3));
        let mut parameters = run["params"].clone();
        parameters["max_new_tokens"] = json!(14);
        let input = &tiny.recorded["input_ids"];
        let happenings = asked
            .write(json!({"model": model, "input_ids": input, "parameters": parameters}))
            .await;
        let steps: Vec<_> = happenings
            .iter()
            .filter_map(|happening| match happening {
                Happening::Step { branches, .. } => Some(branches),
                _ => None,
            })
            .collect();
        // The way back from one of the ends is the answer of transformers.
        let begin = begin.map_or(numbers(input), |start| vec![start]);
        let ways = steps.iter().enumerate().flat_map(|(step, branches)| {
            let ends = branches.iter().enumerate();
            let ends = ends.filter(|(_, branch)| branch.fate == Fate::Ended);
            ends.map(move |(at, _)| (step, at))
        });
        let ways: Vec<Vec<u32>> = ways
            .map(|(step, mut at)| {
                let mut ids = Vec::new();
                for branches in steps[..=step].iter().rev() {
                    ids.insert(0, branches[at].token.id.unwrap());
                    at = branches[at].parent;
                }
                [begin.clone(), ids].concat()
            })
            .collect();
        // Behind its end a shorter sequence is filled up.
        let mut expected = numbers(&run["sequences"][0]);
        let eos = tiny.recorded["eos"].as_u64().unwrap() as u32;
        let written = &expected[begin.len()..];
        let end = written.iter().position(|id| *id == eos);
        expected.truncate(begin.len() + end.map_or(written.len(), |end| end + 1));
        assert!(ways.contains(&expected), "{model}: {ways:?}");
        assert!(
            steps
                .iter()
                .any(|step| step.iter().any(|b| b.fate == Fate::Lost))
        );
        let score = &record(&happenings)["choices"][0]["score"];
        crate::engine::near(score, run["sequences_scores"][0].as_f64().unwrap(), model);
    }
}

/// Going on behind a part of an answer gives the rest of it.
#[tokio::test]
async fn an_answer_is_gone_on_with() {
    let asked = Asked::new().await;
    let ask = |more: Value| {
        let mut body =
            json!({"model": "gpt2", "prompt": "the sea", "parameters": {"max_new_tokens": 8}});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let whole = ids(&asked.write(ask(json!({}))).await, 0);
    let rest = asked
        .write(ask(
            json!({"prefix_ids": whole[..3], "parameters": {"max_new_tokens": 5}}),
        ))
        .await;
    assert_eq!(ids(&rest, 0), whole[3..]);
    assert_eq!(prompt(&rest).prefix_tokens, 3);
    let record = record(&rest);
    let prefix = record["prefix"].as_str().unwrap();
    assert_eq!(record["prompt"], format!("the sea{prefix}"));
    let texts = asked.write(ask(json!({"prefix": " and"}))).await;
    assert_eq!(prompt(&texts).prefix_tokens, 4);
    // The beginning of an encoder-decoder's answer is no part of its input.
    let tiny = Tiny::new("tiny_t5");
    let ask = |prefix: &[u32], new: usize| json!({"model": "t5", "input_ids": tiny.recorded["input_ids"], "prefix_ids": prefix, "parameters": {"max_new_tokens": new}});
    let whole = ids(&asked.write(ask(&[], 6)).await, 0);
    assert_eq!(ids(&asked.write(ask(&whole[..2], 4)).await, 0), whole[2..]);
}

#[tokio::test]
async fn a_chat_has_its_template() {
    let asked = Asked::new().await;
    let body = json!({"model": "gpt2", "dry_run": true, "messages": [{"role": "system", "content": "be"}, {"role": "user", "content": "hi"}]});
    let happenings = asked.write(body).await;
    assert_eq!(prompt(&happenings).text.as_deref(), Some("s be\nu hi\na "));
    assert_eq!(happenings.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let asked = Asked::new().await;
    let ids = json!([1, 2]);
    let long = vec![1; 70];
    for (body, status, code, message) in [
        (
            json!({"model": "gpt2"}),
            400,
            "bad_request",
            "Send one of `prompt` (a text), `messages` (a chat) and `input_ids` (token ids).",
        ),
        (
            json!({"model": "bert", "prompt": "a"}),
            404,
            "not_found",
            "There is no model `bert` here; there are `gpt2`, `llama`, `t5`.",
        ),
        (
            json!({"prompt": "a"}),
            404,
            "not_found",
            "`model` must say which one: `gpt2`, `llama`, `t5`.",
        ),
        (
            json!({"model": "llama", "prompt": "a"}),
            400,
            "bad_request",
            "The model has no tokenizer.json, so that it reads no texts; send `input_ids`.",
        ),
        (
            json!({"model": "llama", "input_ids": [99]}),
            200,
            "bad_request",
            "There is no token 99; the vocabulary has 32, from 0 on.",
        ),
        (
            json!({"model": "llama", "input_ids": ids, "parameters": {"top_p": 2}}),
            400,
            "bad_request",
            "top_p is 2; it must be a number from 0 to 1.",
        ),
        (
            json!({"model": "llama", "input_ids": ids, "parameters": {"topp": 2}}),
            400,
            "bad_request",
            "There is no parameter topp.",
        ),
        (
            json!({"model": "llama", "input_ids": ids, "parameters": {"num_return_sequences": 2}}),
            400,
            "bad_request",
            "num_return_sequences is 2; without do_sample and num_beams there is only 1 answer.",
        ),
        (
            json!({"model": "llama", "input_ids": ids, "parameters": {"num_beams": 200, "max_new_tokens": 100}}),
            400,
            "bad_request",
            "20000 tokens are asked for, and this server writes 16384 at most for one request. Set max_new_tokens lower, or take fewer answers or beams.",
        ),
        (
            json!({"model": "llama", "input_ids": ids, "parameters": {"top_logprobs": 101}}),
            400,
            "bad_request",
            "top_logprobs is 100 at most.",
        ),
        (
            json!({"model": "gpt2", "input_ids": long}),
            400,
            "bad_request",
            "The prompt has 70 tokens, and the model has room for 64 with the answer. Shorten it.",
        ),
        (
            json!({"model": "gpt2", "input_ids": []}),
            200,
            "bad_request",
            "The prompt has no tokens, so that there is nothing to go on with; give a text or a token id.",
        ),
    ] {
        let reply = asked.post(api::GENERATE, body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        let expected = json!({"code": code, "message": message});
        if status == 200 {
            // Found when the model has begun: the stream says it.
            let last = super::happenings(&reply).pop();
            let expected = serde_json::from_value(expected).unwrap();
            assert_eq!(last, Some(Happening::Error(expected)), "{body}");
        } else {
            assert_eq!(reply.json::<Value>(), expected, "{body}");
        }
    }
    let reply = asked.app.post(api::GENERATE, &[], "{\"modle\": 1}").await;
    assert!(
        reply
            .text()
            .contains("The request is not understood: unknown field `modle`"),
        "{}",
        reply.text()
    );
    let large = format!("{{\"prompt\": \"{}\"}}", "a".repeat(1 << 20));
    asked
        .app
        .post(api::GENERATE, &[], large)
        .await
        .assert_error(
            413,
            "too_large",
            "The request is larger than 1.05 MB, or did not arrive whole.",
        );
    let none = App::new().await;
    none.post(api::GENERATE, &[], "{\"prompt\": \"a\"}")
        .await
        .assert_error(
            404,
            "not_found",
            "This server has no model. Start it with --model NAME=PATH or --model-server NAME=URL.",
        );
}
