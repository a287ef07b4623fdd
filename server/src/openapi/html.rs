//! Pieces of HTML for the page of the API.
use crate::failure::escape;
use serde_json::Value;

/// A text in which `code` stands between backticks, and paragraphs between empty lines.
pub(super) fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|text| !text.trim().is_empty());
    paragraphs
        .map(|paragraph| format!("<p>{}</p>", inline(paragraph)))
        .collect()
}

/// The same within a line.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::new();
    for (nth, part) in text.split('`').enumerate() {
        let part = escape(part);
        html += &if nth % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part
        };
    }
    html
}

/// What a schema is, in words, with links to the named ones.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        let name = escape(name);
        return format!("<a href=\"#type-{name}\">{name}</a>");
    }
    for (key, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(parts) = schema[key].as_array() {
            return parts.iter().map(kind).collect::<Vec<_>>().join(between);
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Value::as_str).map(escape);
        let words: Vec<_> = words.map(|word| format!("<code>{word}</code>")).collect();
        return words.join(", ");
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds
                .map(|name| one(name, schema))
                .collect::<Vec<_>>()
                .join(" or ")
        }
        Value::String(name) => one(name, schema),
        _ => "any JSON".to_owned(),
    }
}

fn one(name: &str, schema: &Value) -> String {
    match name {
        "null" => "null".to_owned(),
        "string" if schema["format"] == "binary" => "bytes".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => format!(
                "[{}]",
                items.iter().map(kind).collect::<Vec<_>>().join(", ")
            ),
            None if schema["items"]["format"] == "binary" => "bytes".to_owned(),
            None => format!("list of {}", kind(&schema["items"])),
        },
        "object" => match &schema["additionalProperties"] {
            Value::Object(_) => format!(
                "object by name of {}",
                kind(&schema["additionalProperties"])
            ),
            _ => "object".to_owned(),
        },
        other => escape(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            prose("a `b<c>` & d\n\n`x`"),
            "<p>a <code>b&lt;c&gt;</code> &amp; d</p><p><code>x</code></p>"
        );
    }

    #[test]
    fn kinds_in_words() {
        for (schema, words) in [
            (json!({"type": "string"}), "text"),
            (json!({"type": ["number", "null"]}), "number or null"),
            (
                json!({"type": "array", "items": {"$ref": "#/components/schemas/Run"}}),
                "list of <a href=\"#type-Run\">Run</a>",
            ),
            (
                json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}),
                "[text, whole number]",
            ),
            (
                json!({"oneOf": [{"type": "null"}, {"type": "boolean"}]}),
                "null or true or false",
            ),
            (
                json!({"type": "object", "additionalProperties": {"type": "number"}}),
                "object by name of number",
            ),
            (
                json!({"type": "string", "enum": ["a<", "b"]}),
                "<code>a&lt;</code>, <code>b</code>",
            ),
            (json!({}), "any JSON"),
        ] {
            assert_eq!(kind(&schema), words, "{schema}");
        }
    }
}
