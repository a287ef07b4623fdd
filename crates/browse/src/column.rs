//! The columns of the table: dotted names of fields, chosen in the address.
use crate::Address;
use generations::Generation;
use generations::table::column::{Column, Type};
use markup::Inert;
use metrics::format;
use serde_json::Value;

/// A column that is offered: its field, its head, by what the list is sorted with it, and whether it is there unless told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) field: &'static str,
    pub(crate) head: &'static str,
    pub(crate) sort: Option<&'static str>,
    pub(crate) usual: bool,
}

const fn offer(
    field: &'static str,
    head: &'static str,
    sort: Option<&'static str>,
    usual: bool,
) -> Offer {
    Offer {
        field,
        head,
        sort,
        usual,
    }
}

/// In the order in which they stand.
pub(crate) const OFFERS: [Offer; 19] = [
    offer("model.id", "Model", None, true),
    offer("input.content", "Prompt", None, true),
    offer("output.content", "Output", None, true),
    offer("output.type", "Kind", None, false),
    offer("usage.totalTokens", "Tokens", Some("tokens"), true),
    offer("metrics.meanProb", "Probability", Some("probability"), true),
    offer("metrics.perplexity", "Perplexity", Some("perplexity"), true),
    offer("metrics.minProb", "Weakest token", None, false),
    offer("finishReason", "Finish", None, true),
    offer("performance.latency", "Latency, ms", Some("latency"), true),
    offer(
        "performance.timeToFirstToken",
        "First token, ms",
        None,
        false,
    ),
    offer("performance.tokensPerSecond", "Tokens/s", None, false),
    offer("usage.cost", "Cost", Some("cost"), false),
    offer("feedback.rating", "Rating", Some("rating"), false),
    offer("metadata.tags", "Tags", None, true),
    offer("metadata.userId", "User", None, false),
    offer("metadata.sessionId", "Session", None, false),
    offer("parameters.temperature", "Temperature", None, false),
    offer("parameters.maxTokens", "Max tokens", None, false),
];

/// Columns of a table, at most.
pub const MOST: usize = 30;
/// Characters of a cell.
const LONGEST: usize = 240;

/// The fields that an address asks for; the usual ones unless it does.
pub fn chosen(address: &Address) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in address.all("column") {
        if !names.iter().any(|known| known == name) && names.len() < MOST {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() {
        let usual = OFFERS.iter().filter(|offer| offer.usual);
        names.extend(usual.map(|offer| offer.field.to_owned()));
    }
    names
}

/// The head of a column: of others than the offered ones their names.
pub(crate) fn head(field: &str) -> &str {
    let found = OFFERS.iter().find(|offer| offer.field == field);
    found.map_or(field, |offer| offer.head)
}

/// A cell without a value.
pub(crate) const NOTHING: &str = "<span class=\"none\">—</span>";

/// A cell: its HTML, and whether it is a number.
pub(crate) fn cell(column: &Column, json: &Value, record: &Generation) -> (String, bool) {
    let is_number = column.kind != Type::Text;
    let value = column.value(json, record);
    // A text of nothing is none.
    let Some(value) =
        value.filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    else {
        return (NOTHING.to_owned(), is_number);
    };
    if column.name == "metadata.tags" {
        let words = value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let words =
            words.map(|word| format!("<span class=\"tag\" dir=\"auto\">{}</span>", Inert(word)));
        return (words.collect::<Vec<_>>().join(" "), false);
    }
    let html = match (&value, column.kind) {
        (Value::String(text), Type::Time) => crate::time(generations::record::milliseconds(text)),
        (Value::Number(number), Type::Count) => number
            .as_u64()
            .map_or_else(|| number.to_string(), format::count),
        (Value::Number(number), _) => number
            .as_f64()
            .map_or_else(|| number.to_string(), format::sig3),
        (Value::String(text), _) => match embedded(text) {
            // An image or a sound says nothing as a text.
            Some(mime) => format!("<span class=\"none\">{}</span>", Inert(mime)),
            None => Inert(crate::short(text.trim(), LONGEST)).to_string(),
        },
        (other, _) => Inert(crate::short(&words(other), LONGEST)).to_string(),
    };
    (html, is_number || value.is_number())
}

/// The type of an address that holds what it is of.
fn embedded(text: &str) -> Option<&str> {
    let (mime, _) = text.strip_prefix("data:")?.split_once(";base64,")?;
    (mime.len() < 60).then_some(mime)
}

/// The words of messages, one after the other; of anything else its JSON.
fn words(value: &Value) -> String {
    let mut found = Vec::new();
    collect(value, &mut found, 0);
    match found.is_empty() {
        true => value.to_string(),
        false => found.join(" ⏎ "),
    }
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>, depth: u8) {
    match value {
        Value::String(text) if depth > 0 => found.push(text.trim()),
        Value::Array(list) if depth < 6 => {
            list.iter().for_each(|one| collect(one, found, depth + 1))
        }
        Value::Object(map) if depth < 6 => {
            let named = ["content", "parts", "text"]
                .iter()
                .filter_map(|name| map.get(*name));
            named.for_each(|one| collect(one, found, depth + 1));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_chosen_in_the_address() {
        let chosen = |query: &str| chosen(&Address::parse(query));
        assert_eq!(
            chosen("column=metadata.team&column=usage.cost&column=metadata.team"),
            ["metadata.team", "usage.cost"]
        );
        assert_eq!(
            chosen("").len(),
            OFFERS.iter().filter(|offer| offer.usual).count()
        );
        assert_eq!(head("usage.cost"), "Cost");
        assert_eq!(head("metadata.team"), "metadata.team");
    }

    #[test]
    fn cells() {
        let record = Generation::default();
        let json = json!({
            "usage": {"totalTokens": 12345, "cost": 0.123456},
            "output": {"content": " a <b>\u{202e} ", "picture": "data:image/png;base64,AAAA"},
            "input": {"content": [{"role": "user", "content": "one"}, {"role": "user", "content": [{"type": "text", "text": "two"}]}]},
            "metadata": {"tags": ["x", "<y>"], "deep": {"a": 1}, "blank": " \n"},
        });
        for (name, html, number) in [
            ("usage.totalTokens", "12\u{2009}345", true),
            ("usage.cost", "0.123", true),
            (
                "output.content",
                "a &lt;b&gt;<i class=\"ctl\" data-code=\"U+202E\">\u{202e}</i>",
                false,
            ),
            ("input.content", "one ⏎ two", false),
            (
                "metadata.tags",
                "<span class=\"tag\" dir=\"auto\">x</span> <span class=\"tag\" dir=\"auto\">&lt;y&gt;</span>",
                false,
            ),
            (
                "output.picture",
                "<span class=\"none\">image/png</span>",
                false,
            ),
            ("metadata.deep", "{&quot;a&quot;:1}", false),
            ("metadata.gone", NOTHING, false),
            ("metadata.blank", NOTHING, false),
        ] {
            assert_eq!(
                cell(&Column::new(name), &json, &record),
                (html.to_owned(), number),
                "{name}"
            );
        }
    }
}
