use super::{Kind, PROMPTS, Question};
use serde_json::{Value, json};

fn question(kind: Kind, body: &Value) -> Result<Question, (String, String)> {
    let object = body.as_object().unwrap().clone();
    Question::of(kind, object).map_err(|wrong| (wrong.param, wrong.message))
}

#[test]
fn completions() {
    let body = json!({"model": "m", "prompt": ["Hi"], "max_tokens": 5, "temperature": 0.5, "n": 2, "logprobs": 3, "stop": "x",
        "seed": 7, "logit_bias": {"5": -1}, "stream": true, "stream_options": {"include_usage": true}, "user": "me", "echo": false,
        "suffix": null, "top_k": 40});
    let mut found = question(Kind::Text, &body).unwrap();
    let ask = found.asks.remove(0);
    assert_eq!((ask.prompt.as_deref(), found.asks.len()), (Some("Hi"), 0));
    let told = json!({"do_sample": true, "top_k": 40, "seed": 7, "max_new_tokens": 5, "temperature": 0.5, "num_return_sequences": 2,
        "stop_strings": ["x"], "logit_bias": {"5": -1}, "top_logprobs": 3});
    assert_eq!(Value::Object(ask.parameters), told);
    let form = &found.form;
    assert!(found.streams && form.says_usage && form.list && !found.fills && !form.same);
    assert_eq!((form.n, form.best_of, form.echo), (2, 2, false));
    let short = question(Kind::Text, &json!({"prompt": [[1, 2]]})).unwrap();
    assert_eq!(short.asks[0].input_ids, Some(vec![1, 2]));
    assert_eq!(short.asks[0].parameters["max_new_tokens"], 16);
    let other = question(Kind::Text, &json!({"prompt": [1, 2]})).unwrap();
    assert_ne!(
        short.asks[0].parameters["seed"],
        other.asks[0].parameters["seed"]
    );
}

/// As those do who let a model judge texts.
#[test]
fn prompts_are_judged() {
    let body = json!({"prompt": [[1, 2], [3]], "max_tokens": 0, "echo": true, "logprobs": 1, "temperature": 0});
    let found = question(Kind::Text, &body).unwrap();
    let asks = found.asks.iter();
    let asks: Vec<_> = asks
        .map(|ask| (ask.input_ids.clone(), ask.prompt_logprobs, ask.dry_run))
        .collect();
    assert_eq!(
        asks,
        [
            (Some(vec![1, 2]), Some(1), true),
            (Some(vec![3]), Some(1), true)
        ]
    );
    let silent = question(Kind::Text, &json!({"prompt": ["a", "b"], "echo": true})).unwrap();
    assert_eq!(
        (silent.asks.len(), silent.asks[1].prompt_logprobs),
        (2, None)
    );
}

#[test]
fn several_answers() {
    for (body, n, best_of, same, written) in [
        (json!({"n": 3}), 3, 3, false, json!(3)),
        (json!({"n": 2, "best_of": 5}), 2, 5, false, json!(5)),
        (json!({"n": 3, "temperature": 0}), 3, 3, true, Value::Null),
        (json!({"n": 3, "do_sample": false}), 3, 3, true, Value::Null),
        (
            json!({"n": 2, "do_sample": false, "num_beams": 4}),
            2,
            2,
            false,
            json!(2),
        ),
        (json!({}), 1, 1, false, Value::Null),
    ] {
        let found = question(Kind::Text, &body).unwrap();
        let form = &found.form;
        assert_eq!(
            (form.n, form.best_of, form.same),
            (n, best_of, same),
            "{body}"
        );
        let told = found.asks[0].parameters.get("num_return_sequences");
        assert_eq!(told.unwrap_or(&Value::Null), &written, "{body}");
    }
}

#[test]
fn chats() {
    let parts = json!([{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}]);
    let body = json!({"messages": [{"role": "developer", "content": "Be"}, {"role": "user", "content": parts}], "logprobs": true,
        "top_logprobs": 4, "max_completion_tokens": 9, "tools": [], "tool_choice": "auto", "response_format": {"type": "text"},
        "store": false, "service_tier": "auto", "modalities": ["text"], "metadata": {"a": "b"}});
    let mut found = question(Kind::Chat, &body).unwrap();
    let ask = found.asks.remove(0);
    let messages = ask.messages.unwrap();
    assert_eq!(
        (messages[0].role.as_str(), messages[1].content.as_str()),
        ("system", "Hi!")
    );
    assert_eq!(ask.parameters["top_logprobs"], 4);
    let open = question(Kind::Chat, &json!({"messages": []})).unwrap();
    assert!(open.fills && !open.form.list && !open.asks[0].parameters.contains_key("top_logprobs"));
}

#[test]
fn what_is_not_understood() {
    let many = vec!["a"; PROMPTS + 1];
    for (kind, body, param, message) in [
        (
            Kind::Text,
            json!({"prompt": many}),
            "prompt",
            "`prompt` must be a text, a list of token ids, or a list of at most 128 of either.",
        ),
        (
            Kind::Text,
            json!({"prompt": ["a", 1]}),
            "prompt",
            "`prompt` must be a text, a list of token ids, or a list of at most 128 of either.",
        ),
        (
            Kind::Text,
            json!({"messages": []}),
            "messages",
            "There is no argument `messages`; leave it out.",
        ),
        (
            Kind::Text,
            json!({"best_of": 3, "stream": true}),
            "best_of",
            "Which answers are the best is known at the end only: leave `stream` or `best_of` out.",
        ),
        (
            Kind::Text,
            json!({"best_of": 2, "n": 3}),
            "best_of",
            "`best_of` must be at least as large as `n`.",
        ),
        (
            Kind::Text,
            json!({"n": 0}),
            "n",
            "`n` must be a whole number from 1 to 128.",
        ),
        (
            Kind::Text,
            json!({"suffix": "b"}),
            "suffix",
            "`suffix` is not supported here; leave it out.",
        ),
        (
            Kind::Text,
            json!({"max_tokens": 0}),
            "max_tokens",
            "`max_tokens` must be 1 at least, or come with `echo`.",
        ),
        (
            Kind::Text,
            json!({"logprobs": 21}),
            "logprobs",
            "`logprobs` must be a number from 0 to 20.",
        ),
        (
            Kind::Chat,
            json!({"messages": [{"role": "user"}]}),
            "messages",
            "`messages` must be a list of messages, each with `role` and a `content` of text.",
        ),
        (
            Kind::Chat,
            json!({"tools": [{}]}),
            "tools",
            "`tools` is not supported here; leave it out.",
        ),
        (
            Kind::Chat,
            json!({"tool_choice": "required"}),
            "tool_choice",
            "`tool_choice` is not supported here; leave it out.",
        ),
        (
            Kind::Chat,
            json!({"response_format": {"type": "json_object"}}),
            "response_format",
            "`response_format` is not supported here; leave it out.",
        ),
        (
            Kind::Chat,
            json!({"echo": true}),
            "echo",
            "`echo` is not supported here; leave it out.",
        ),
        (
            Kind::Chat,
            json!({"stop": ["a", ""]}),
            "stop",
            "`stop` must be a text, or a list of texts, none of them empty.",
        ),
        (
            Kind::Chat,
            json!({"stream": 1}),
            "stream",
            "`stream` must be true or false.",
        ),
        (
            Kind::Chat,
            json!({"stream_options": {"include_usage": true}}),
            "stream_options",
            "`stream_options` needs `stream`: true.",
        ),
        (
            Kind::Chat,
            json!({"top_logprobs": 2}),
            "top_logprobs",
            "`top_logprobs` needs `logprobs`: true.",
        ),
        (
            Kind::Chat,
            json!({"max_tokens": 3, "max_completion_tokens": 4}),
            "max_tokens",
            "`max_tokens` and `max_completion_tokens` differ; leave one of them out.",
        ),
    ] {
        let expected = Err((param.to_owned(), message.to_owned()));
        assert_eq!(question(kind, &body), expected, "{body}");
    }
}
