//! What an answer was asked to look like, and where it does not.
use serde_json::Value;
use std::collections::BTreeMap;

/// Departures that are told, at most.
const MOST: usize = 200;
/// Characters of a message.
const LONGEST: usize = 200;
/// Steps that a pattern of a schema may go back: it comes from outside.
const BACKTRACKS: usize = 100_000;

/// Where an answer departs from its schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Departures {
    /// By the place, as a JSON pointer.
    pub(super) by_place: BTreeMap<String, Vec<String>>,
    /// Members that must be there, by the place of the object that has them not.
    pub(super) missing: BTreeMap<String, Vec<String>>,
    /// All of them, in the order of the answer.
    pub(super) list: Vec<(String, String)>,
    /// There are more.
    pub(super) more: bool,
}

/// The schema that a request carries: as `response_format` of OpenAI, `text.format` of Responses, `format` of Ollama, `guided_json` of
/// vLLM, `responseSchema` of Gemini.
pub(super) fn of_request(parameters: &Value) -> Option<&Value> {
    let below = |path: &[&str]| {
        path.iter()
            .try_fold(parameters, |value, name| value.get(name))
    };
    let paths: [&[&str]; 9] = [
        &["response_format", "json_schema", "schema"],
        &["responseFormat", "jsonSchema", "schema"],
        &["response_format", "schema"],
        &["text", "format", "schema"],
        &["format"],
        &["guided_json"],
        &["responseSchema"],
        &["response_schema"],
        &["json_schema"],
    ];
    paths
        .iter()
        .find_map(|path| below(path).filter(|value| value.is_object()))
}

/// Compares an answer with its schema. Nothing is fetched: a schema that refers to another document cannot be used.
///
/// # Errors
/// A sentence about the schema.
pub(super) fn compare(schema: &Value, answer: &Value) -> Result<Departures, String> {
    if is_endless(schema) {
        return Err("The schema refers to itself without end.".to_owned());
    }
    let patterns = jsonschema::PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS);
    let validator = jsonschema::options()
        .with_pattern_options(patterns)
        .build(schema)
        .map_err(|error| {
            let what = crate::short(&error.to_string(), LONGEST);
            format!("The schema cannot be used: {what}")
        })?;
    let mut found = Departures::default();
    for error in validator.iter_errors(answer) {
        if found.list.len() >= MOST {
            found.more = true;
            break;
        }
        let place = error.instance_path().to_string();
        let message = crate::short(&error.to_string(), LONGEST);
        if let jsonschema::error::ValidationErrorKind::Required { property } = error.kind()
            && let Some(name) = property.as_str()
        {
            let missing = found.missing.entry(place.clone()).or_default();
            missing.push(name.to_owned());
        } else {
            let here = found.by_place.entry(place.clone()).or_default();
            here.push(message.clone());
        }
        found.list.push((place, message));
    }
    Ok(found)
}

/// Keywords whose schemas hold for the same value, so that a reference in them back to where they stand never ends.
const SAME_VALUE: [&str; 8] = [
    "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
];
/// Steps after which a schema counts as endless.
const STEPS: usize = 10_000;

/// Whether following references can come back to the same schema without going into the answer.
fn is_endless(schema: &Value) -> bool {
    let mut steps = 0;
    everywhere(
        schema,
        &mut |here| comes_back(schema, here, &mut Vec::new(), &mut steps),
        0,
    )
}

fn everywhere(value: &Value, test: &mut impl FnMut(&Value) -> bool, depth: usize) -> bool {
    if depth > 120 {
        return true;
    }
    match value {
        // Dynamic references go where one cannot see from here.
        Value::Object(map)
            if map.contains_key("$dynamicRef") || map.contains_key("$recursiveRef") =>
        {
            true
        }
        Value::Object(map) => {
            test(value) || map.values().any(|one| everywhere(one, test, depth + 1))
        }
        Value::Array(list) => list.iter().any(|one| everywhere(one, test, depth + 1)),
        _ => false,
    }
}

fn comes_back<'a>(
    root: &'a Value,
    here: &'a Value,
    way: &mut Vec<*const Value>,
    steps: &mut usize,
) -> bool {
    *steps += 1;
    let place: *const Value = here;
    if way.contains(&place) || *steps > STEPS {
        return true;
    }
    way.push(place);
    let found = SAME_VALUE
        .iter()
        .filter_map(|name| Some((*name, here.get(*name)?)))
        .any(|(name, inside)| match (name, inside) {
            ("$ref", Value::String(to)) => {
                referred(root, to).is_some_and(|next| comes_back(root, next, way, steps))
            }
            (_, Value::Array(list)) => list.iter().any(|next| comes_back(root, next, way, steps)),
            (_, Value::Object(_)) => comes_back(root, inside, way, steps),
            _ => false,
        });
    way.pop();
    found
}

/// What a reference inside of the document means.
fn referred<'a>(root: &'a Value, to: &str) -> Option<&'a Value> {
    let pointer = to.strip_prefix('#')?;
    let pointer = percent_encoding::percent_decode_str(pointer)
        .decode_utf8()
        .ok()?;
    root.pointer(&pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn departures_by_place() {
        let schema = json!({
            "type": "object", "required": ["name", "age"], "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {"enum": ["a"]}}}
        });
        let found = compare(&schema, &json!({"name": 1, "tags": ["a", "b"]})).unwrap();
        assert_eq!(
            found.missing,
            [(String::new(), vec!["age".to_owned()])].into()
        );
        let places: Vec<&str> = found.by_place.keys().map(String::as_str).collect();
        assert_eq!(places, ["/name", "/tags/1"]);
        assert_eq!(found.list.len(), 3);
        let fine = compare(&schema, &json!({"name": "x", "age": 1})).unwrap();
        assert_eq!(fine, Departures::default());
    }

    #[test]
    fn schemas_of_strangers_end() {
        for (schema, message) in [
            (
                json!({"$ref": "#"}),
                "The schema refers to itself without end.",
            ),
            (
                json!({"properties": {"a": {"allOf": [{"$ref": "#/properties/a"}]}}}),
                "The schema refers to itself without end.",
            ),
            (
                json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
                "The schema refers to itself without end.",
            ),
            (
                json!({"$dynamicRef": "#a"}),
                "The schema refers to itself without end.",
            ),
        ] {
            assert_eq!(
                compare(&schema, &json!({})),
                Err(message.to_owned()),
                "{schema}"
            );
        }
        // Into the answer is fine: it ends.
        let tree = json!({"type": "object", "properties": {"left": {"$ref": "#"}}});
        let found = compare(&tree, &json!({"left": {"left": 1}})).unwrap();
        assert_eq!(found.list[0].0, "/left/left");
        let outside =
            compare(&json!({"$ref": "https://example.com/a.json"}), &json!({})).unwrap_err();
        assert!(
            outside.starts_with("The schema cannot be used: "),
            "{outside}"
        );
        let wrong = compare(&json!({"type": 7}), &json!({})).unwrap_err();
        assert!(wrong.starts_with("The schema cannot be used: "), "{wrong}");
    }

    #[test]
    fn schemas_are_found_in_requests() {
        let schema = json!({"type": "object"});
        for parameters in [
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}),
            json!({"text": {"format": {"type": "json_schema", "schema": schema}}}),
            json!({"format": schema}),
            json!({"guided_json": schema}),
        ] {
            assert_eq!(of_request(&parameters), Some(&schema), "{parameters}");
        }
        assert_eq!(
            of_request(&json!({"response_format": {"type": "json_object"}, "format": "json"})),
            None
        );
    }
}
