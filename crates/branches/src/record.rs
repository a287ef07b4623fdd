//! A branch as a record of completions, which everything here reads.
use crate::pieces::text;
use crate::tree::{State, Tree};
use serde_json::{Value, json};

/// Ways of a tree as the choices of one record. What they have in common (model, prompt, parameters, engine) is that of the
/// record which the server made of the last one.
pub fn record(tree: &Tree, branches: &[usize], made: &Value, prompt: Option<&str>) -> Value {
    let choices: Vec<Value> = (0..)
        .zip(branches)
        .map(|(index, &branch)| choice(tree, index, branch))
        .collect();
    let tokens: usize = branches.iter().map(|&branch| tree.way(branch).len()).sum();
    let mut record = made.clone();
    if !record.is_object() {
        record = json!({});
    }
    record["object"] = json!("text_completion");
    record["choices"] = Value::Array(choices);
    let read = made["usage"]["prompt_tokens"].as_u64();
    record["usage"] = json!({ "prompt_tokens": read, "completion_tokens": tokens });
    if let Some(prompt) = prompt {
        record["prompt"] = json!(prompt);
    }
    if let Some(fields) = record.as_object_mut() {
        // The whole way is in the choice.
        fields.remove("prefix");
        fields.remove("interrupted");
    }
    let mut states = branches
        .iter()
        .filter_map(|&branch| Some(&tree.get(branch)?.state));
    if let Some(State::Failed(why)) = states.find(|state| matches!(state, State::Failed(_))) {
        record["interrupted"] = json!(why);
    }
    record
}

fn choice(tree: &Tree, index: usize, branch: usize) -> Value {
    let way = tree.way(branch);
    let own = tree.get(branch);
    json!({
        "index": index,
        "text": text(way.iter().copied()),
        "logprobs": { "content": way },
        "finish_reason": match own.map(|own| &own.state) {
            Some(State::Done(why)) => json!(why),
            Some(State::Stopped) => json!("abort"),
            _ => Value::Null,
        },
        "branch": own.and_then(|own| own.parent).map(|(parent, at)| json!({ "of": parent, "at": at })),
        "given": own.map(|own| own.given),
    })
}

#[cfg(test)]
mod tests {
    use super::record;
    use crate::tree::{State, Tree};
    use api::writing::NamedToken;
    use serde_json::json;

    #[test]
    fn ways_are_choices() {
        let token = |text: &str| NamedToken {
            token: text.to_owned(),
            bytes: Some(text.as_bytes().to_vec()),
            logprob: Some(-0.5),
            ..NamedToken::default()
        };
        let mut tree = Tree::default();
        let first = tree.begin(None, Vec::new());
        tree.push(first, token("a"));
        tree.push(first, token("b"));
        tree.end(first, State::Done("length".to_owned()));
        let second = tree.begin(Some((first, 1)), vec![token("x")]);
        tree.end(second, State::Stopped);
        let made = json!({"id": "c", "model": "m", "prompt": "Hia", "prefix": "a", "usage": {"prompt_tokens": 2}, "parameters": {"seed": 1}});
        let found = record(&tree, &[first, second], &made, Some("Hi"));
        assert_eq!(
            (&found["prompt"], &found["parameters"]["seed"]),
            (&json!("Hi"), &json!(1))
        );
        assert_eq!(found["choices"][0]["text"], "ab");
        assert_eq!(found["choices"][1]["text"], "ax");
        assert_eq!(found["choices"][1]["branch"], json!({"of": 0, "at": 1}));
        assert_eq!(found["choices"][1]["finish_reason"], "abort");
        assert_eq!(found["choices"][1]["logprobs"]["content"][1]["token"], "x");
        assert_eq!(found["usage"]["completion_tokens"], 4);
        assert!(found.get("prefix").is_none() && found.get("interrupted").is_none());
        // What breaks off says so wherever it is kept.
        let third = tree.begin(None, vec![token("y")]);
        tree.end(third, State::Failed("the connection broke".to_owned()));
        let found = record(&tree, &[first, third], &made, None);
        assert_eq!(found["interrupted"], "the connection broke");
        assert_eq!(found["choices"][1]["finish_reason"], json!(null));
    }
}
