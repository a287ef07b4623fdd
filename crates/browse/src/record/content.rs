//! A content as what it is: words, code, JSON, an image, a sound, messages of these. Its raw text is always one click away.
use super::schema::{self, Departures};
use super::{code, media, tree, xml};
use generations::{Content, Kind};
use markup::{Inert, Text, push};
use serde_json::Value;

/// Bytes of a text that are shown.
const SHOWN: usize = 256 << 10;
/// Messages and parts in each other.
const DEEPEST: u8 = 8;

/// A content, and its raw text.
pub(super) fn html(
    kind: Kind,
    language: Option<&str>,
    content: &Content,
    asked: Option<&Value>,
) -> String {
    let (shown, raw) = match content {
        Content::Text(text) if text.is_empty() => {
            return "<p class=\"quiet-text\">Nothing.</p>".to_owned();
        }
        Content::Text(text) if matches!(kind, Kind::Image | Kind::Audio) => {
            (media::html(kind, text), text.clone())
        }
        Content::Text(text) => (of_text(kind, language, text, asked), text.clone()),
        Content::Value(value) => {
            let raw = serde_json::to_string_pretty(value).unwrap_or_default();
            (messages(value, 0), raw)
        }
    };
    shown + &raw_html(&raw)
}

/// The exact text.
fn raw_html(text: &str) -> String {
    let (beginning, note) = beginning(text);
    format!(
        "<details class=\"raw\"><summary>Raw text</summary><pre dir=\"auto\" tabindex=\"0\">\n{}</pre>{note}</details>",
        Inert(beginning)
    )
}

/// As much as is shown, and a note where that is not all.
fn beginning(text: &str) -> (&str, String) {
    if text.len() <= SHOWN {
        return (text, String::new());
    }
    let end = (0..=SHOWN)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let note = format!(
        "<p class=\"quiet-text\">The first {} of {}; all of it is in the record as JSON.</p>",
        metrics::format::bytes(end as u64),
        metrics::format::bytes(text.len() as u64)
    );
    (&text[..end], note)
}

fn of_text(kind: Kind, language: Option<&str>, text: &str, asked: Option<&Value>) -> String {
    if matches!(kind, Kind::Json)
        && let Some(value) = json_in(text)
    {
        return json(&value, asked);
    }
    if matches!(kind, Kind::Code)
        && matches!(language, Some("xml" | "svg"))
        && let Some(tree) = xml::html(in_fence(text).unwrap_or(text))
    {
        return tree;
    }
    let (text, note) = beginning(text);
    match kind {
        Kind::Json => code::html(text, Some("json")) + &note,
        Kind::Code if !has_fence(text) => code::html(text, language) + &note,
        _ => blocks(text) + &note,
    }
}

/// The value of a text that is JSON, alone or in a fence.
fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    serde_json::from_str(in_fence(text)?).ok()
}

/// What stands in a fence around all of a text.
fn in_fence(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("```")?.split_once('\n')?.1;
    inside.trim_end().strip_suffix("```")
}

/// A tree, and where it departs from its schema.
fn json(value: &Value, asked: Option<&Value>) -> String {
    match asked.map(|schema| schema::compare(schema, value)) {
        None => tree::html(value, None),
        Some(Err(why)) => format!(
            "<p class=\"schema\" dir=\"auto\">{}</p>{}",
            Inert(why),
            tree::html(value, None)
        ),
        Some(Ok(departures)) => said(&departures) + &tree::html(value, Some(&departures)),
    }
}

fn said(departures: &Departures) -> String {
    if departures.list.is_empty() {
        return "<p class=\"schema fits\">Fits the schema of its request.</p>".to_owned();
    }
    let count = departures.list.len() as u64;
    let more = if departures.more { " and more" } else { "" };
    let mut html = format!(
        "<details class=\"schema\" open><summary>Departs from the schema of its request in {}{more}</summary><ul>",
        crate::counted(count, "place")
    );
    for (place, message) in &departures.list {
        let place = if place.is_empty() { "/" } else { place };
        push!(
            html,
            "<li dir=\"auto\"><code>{}</code> {}</li>",
            Inert(crate::short(place, 200)),
            Inert(message)
        );
    }
    html + "</ul></details>"
}

fn has_fence(text: &str) -> bool {
    text.lines().any(|line| fence(line).is_some())
}

/// The language behind a fence.
fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    ["```", "~~~"].into_iter().find_map(|fence| {
        let rest = line.strip_prefix(fence)?;
        Some((
            fence,
            rest.trim_start_matches(['`', '~'])
                .split_whitespace()
                .next()
                .unwrap_or_default(),
        ))
    })
}

/// Words, with what stands in fences as code.
fn blocks(text: &str) -> String {
    let (mut html, mut held) = (String::new(), String::new());
    let mut open: Option<(&str, &str)> = None;
    for line in text.split_inclusive('\n') {
        match (open, fence(line)) {
            (None, Some(begun)) => {
                words(&mut html, &mut held);
                open = Some(begun);
            }
            (Some((begun, language)), Some((same, ""))) if begun == same => {
                html.push_str(&code::html(&std::mem::take(&mut held), Some(language)));
                open = None;
            }
            _ => held.push_str(line),
        }
    }
    match open {
        Some((_, language)) => html.push_str(&code::html(&held, Some(language))),
        None => words(&mut html, &mut held),
    }
    html
}

fn words(html: &mut String, held: &mut String) {
    let text = std::mem::take(held);
    if !text.trim().is_empty() {
        push!(
            html,
            "<div class=\"words-block\" dir=\"auto\">{}</div>",
            Inert(text.trim_matches('\n'))
        );
    }
}

/// Messages and parts, each as what it is.
fn messages(value: &Value, depth: u8) -> String {
    if depth > DEEPEST {
        return tree::html(value, None);
    }
    match value {
        Value::String(text) => blocks(beginning(text).0),
        Value::Array(list) => list.iter().map(|one| messages(one, depth + 1)).collect(),
        Value::Object(map) => {
            if let Some((kind, address)) = generations::embedded(value)
                && matches!(kind, Kind::Image | Kind::Audio)
            {
                return media::html(kind, &address);
            }
            let inside = ["content", "parts", "text"]
                .iter()
                .find_map(|name| Some((*name, map.get(*name)?)));
            let role = map.get("role").and_then(Value::as_str);
            let Some((name, inside)) = inside else {
                return tree::html(value, None);
            };
            let inside = match inside {
                Value::Null => String::new(),
                inside => messages(inside, depth + 1),
            };
            let Some(role) = role else {
                return inside;
            };
            // Calls of tools, names and the like.
            let mut rest = map.clone();
            rest.retain(|key, value| key != name && key != "role" && !value.is_null());
            let rest = if rest.is_empty() {
                String::new()
            } else {
                tree::html(&Value::Object(rest), None)
            };
            format!(
                "<section class=\"message\"><h3>{}</h3>{inside}{rest}</section>",
                Text(crate::short(role, 40))
            )
        }
        Value::Null => String::new(),
        other => tree::html(other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: Kind, text: &str) -> String {
        html(kind, None, &Content::Text(text.to_owned()), None)
    }

    #[test]
    fn each_as_what_it_is() {
        let table = [
            (
                Kind::Text,
                "Hi <b>",
                "<div class=\"words-block\" dir=\"auto\">Hi &lt;b&gt;</div>",
            ),
            (
                Kind::Code,
                "Look:\n```python\nreturn 1\n```\nGood.",
                "<span class=\"h-k\">return</span>",
            ),
            (
                Kind::Code,
                "~~~\nx\n~~~",
                "<pre class=\"code\" dir=\"ltr\" tabindex=\"0\">\nx\n</pre>",
            ),
            (
                Kind::Json,
                "```json\n{\"a\": [1]}\n```",
                "<span class=\"k\" dir=\"auto\">a</span>",
            ),
            (Kind::Json, "{\"a\": ", "<pre class=\"code\""),
            (
                Kind::Image,
                "data:image/png;base64,AAAA",
                "<img class=\"media\"",
            ),
            (Kind::Text, "", "Nothing."),
        ];
        for (kind, text, part) in table {
            let html = of(kind, text);
            assert!(html.contains(part), "{part} in {html}");
            assert!(
                text.is_empty() || html.contains("<summary>Raw text</summary>"),
                "{html}"
            );
        }
    }

    #[test]
    fn xml_is_a_tree_and_what_is_nearly_xml_is_code() {
        let key =
            "<ul class=\"tree\"><li><details open><summary><span class=\"k\" dir=\"auto\">a</span>";
        for (text, is_tree) in [
            ("<a>x<b/></a>", true),
            ("```xml\n<a>x<b/></a>\n```\n", true),
            ("<a>x<b></a>", false),
            ("Look:\n```xml\n<a>x<b/></a>\n```", false),
        ] {
            let language = generations::kind::of(text).1;
            let language = language.as_deref().or(Some("xml"));
            let html = html(Kind::Code, language, &Content::Text(text.into()), None);
            assert_eq!(html.contains(key), is_tree, "{html}");
            assert_ne!(html.contains("<pre class=\"code\""), is_tree, "{html}");
            assert!(html.contains("<summary>Raw text</summary>"), "{html}");
        }
    }

    #[test]
    fn messages_with_parts() {
        let content = Content::Value(json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
            ]},
            {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "look"}}]}
        ]));
        let html = html(Kind::Multimodal, None, &content, None);
        for part in [
            "<section class=\"message\"><h3>system</h3><div class=\"words-block\" dir=\"auto\">Be brief.</div></section>",
            "src=\"data:image/png;base64,AAAA\"",
            "src=\"data:audio/wav;base64,UklG\"",
            "nothing is fetched from outside. <code dir=\"ltr\">https://example.com/a.png</code>",
            "<span class=\"k\" dir=\"auto\">tool_calls</span>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn answers_are_compared_with_the_schema_of_their_request() {
        let schema = json!({"type": "object", "required": ["a"]});
        let of = |text: &str| html(Kind::Json, None, &Content::Text(text.into()), Some(&schema));
        assert!(of("{\"a\": 1}").contains("Fits the schema"));
        let html = of("{\"b\": 1}");
        assert!(
            html.contains("Departs from the schema of its request in 1 place</summary>"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"wrong\">missing</span>"),
            "{html}"
        );
    }

    #[test]
    fn long_texts_say_that_they_go_on() {
        let html = of(Kind::Text, &"é".repeat(SHOWN));
        assert_eq!(html.matches("The first 262 KB of 524 KB").count(), 2);
    }
}
