//! Parts of messages: which of them are words, which images and sounds.
use crate::Kind;
use crate::look::at;
use serde_json::Value;
use std::collections::BTreeSet;

/// What all parts of a value are together.
pub(super) fn kind(value: &Value) -> Kind {
    let mut kinds = BTreeSet::new();
    collect(value, &mut kinds, 0);
    let mut kinds = kinds.into_iter();
    match (kinds.next(), kinds.next()) {
        (None, _) => Kind::Text,
        (Some(only), None) => only,
        _ => Kind::Multimodal,
    }
}

/// Objects and lists in each other: no request has more.
const DEEPEST: u32 = 12;

fn collect(value: &Value, kinds: &mut BTreeSet<Kind>, depth: u32) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(_) => {
            kinds.insert(Kind::Text);
        }
        Value::Array(list) => list.iter().for_each(|item| collect(item, kinds, depth + 1)),
        Value::Object(map) => {
            if let Some(kind) = of_part(value) {
                kinds.insert(kind);
                return;
            }
            // Words under other names, such as a role, are no content.
            for name in ["content", "parts", "text", "contents"] {
                if let Some(inside) = map.get(name) {
                    collect(inside, kinds, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// What a single part is, when it is not words.
fn of_part(part: &Value) -> Option<Kind> {
    let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "image_url" | "input_image" | "output_image" | "image" | "image_generation_call" => {
            return Some(Kind::Image);
        }
        "input_audio" | "output_audio" | "audio" | "audio_url" => return Some(Kind::Audio),
        _ => {}
    }
    let mime = ["inlineData", "inline_data", "fileData", "file_data"]
        .iter()
        .find_map(|name| part.get(*name))
        .and_then(|data| at(data, "mimeType").or_else(|| at(data, "mime_type")))
        .and_then(Value::as_str)?;
    match mime.split_once('/')?.0 {
        "image" => Some(Kind::Image),
        "audio" => Some(Kind::Audio),
        _ => Some(Kind::Other),
    }
}

/// The image or sound that a message of a model has, as an address that holds it.
pub(super) fn of_message(message: &Value) -> Option<(Kind, String)> {
    let audio = at(message, "audio.data").and_then(Value::as_str);
    if let Some(data) = audio {
        let format = at(message, "audio.format").and_then(Value::as_str);
        return Some((Kind::Audio, address("audio", format.unwrap_or("wav"), data)));
    }
    [at(message, "images"), at(message, "content")]
        .into_iter()
        .flatten()
        .find_map(of_items)
}

/// The first image or sound of a list of parts or items.
pub(super) fn of_items(items: &Value) -> Option<(Kind, String)> {
    items
        .as_array()?
        .iter()
        .find_map(|item| match of_part(item) {
            Some(_) => embedded(item),
            None => of_items(item.get("content")?),
        })
}

/// The image or sound of one part of a message: its kind, and its address, which may be one that holds it (`data:…`).
pub fn embedded(item: &Value) -> Option<(Kind, String)> {
    let kind = of_part(item)?;
    let words = |path: &str| at(item, path).and_then(Value::as_str);
    let inline = |data: &str, mime: &str| {
        let mime = words(mime)?;
        Some(format!("data:{mime};base64,{}", words(data)?))
    };
    let found = words("image_url.url")
        .or_else(|| words("image_url"))
        .or_else(|| words("url"))
        .map(str::to_owned)
        .or_else(|| inline("inlineData.data", "inlineData.mimeType"))
        .or_else(|| inline("inline_data.data", "inline_data.mime_type"))
        .or_else(|| {
            Some(address(
                "image",
                words("output_format").unwrap_or("png"),
                words("result")?,
            ))
        })
        .or_else(|| {
            Some(address(
                "audio",
                words("format").unwrap_or("wav"),
                words("data")?,
            ))
        })
        .or_else(|| {
            // As Chat Completions takes sounds.
            let format = words("input_audio.format").unwrap_or("wav");
            Some(address("audio", format, words("input_audio.data")?))
        })
        .or_else(|| {
            // As Anthropic takes images.
            let mime = words("source.media_type").unwrap_or("image/png");
            Some(format!("data:{mime};base64,{}", words("source.data")?))
        })?;
    Some((kind, found))
}

fn address(kind: &str, format: &str, data: &str) -> String {
    if data.starts_with("data:") {
        return data.to_owned();
    }
    format!("data:{kind}/{format};base64,{data}")
}
