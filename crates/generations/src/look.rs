//! JSON without its lists of tokens, and looking into it. What has another type than expected is not there.
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Members that hold tokens and their values: the columns have them, and they are most of a file.
const HEAVY: [&str; 14] = [
    "logprobs",
    "top_logprobs",
    "token_logprobs",
    "prompt_logprobs",
    "prompt_token_ids",
    "token_ids",
    "text_offset",
    "logprobsResult",
    "completion_probabilities",
    "input_token_logprobs",
    "output_token_logprobs",
    "output_top_logprobs",
    "input_top_logprobs",
    "prefill",
];

/// The value of a text, without the heavy members of its objects; `None` when it is no JSON. `logprobs` of a request, which
/// says how many are wanted, is a number or a truth and stays.
pub(crate) fn lean(json: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = deserializer.deserialize_any(Lean).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

struct Lean;

impl<'de> DeserializeSeed<'de> for Lean {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Lean {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if HEAVY.contains(&key.as_str()) {
                if let Some(short) = members.next_value::<Short>()?.0 {
                    map.insert(key, short);
                }
            } else {
                map.insert(key, members.next_value_seed(Self)?);
            }
        }
        Ok(Value::Object(map))
    }
}

/// A number or a truth; anything else is passed over.
struct Short(Option<Value>);

impl<'de> serde::Deserialize<'de> for Short {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Take;
        impl<'de> Visitor<'de> for Take {
            type Value = Short;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a JSON value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Short, E> {
                Ok(Short(Some(value.into())))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Short, E> {
                Ok(Short(Some(value.into())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Short, E> {
                Ok(Short(Some(value.into())))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Short, E> {
                Ok(Short(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Short, E> {
                Ok(Short(None))
            }
            fn visit_unit<E>(self) -> Result<Short, E> {
                Ok(Short(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Short, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Short(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Short, A::Error> {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Short(None))
            }
        }
        from.deserialize_any(Take)
    }
}

/// What lies at a path of names and positions: `response.body.choices.0`.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(map) => map.get(name),
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The first member of these names that is not `null`.
pub(crate) fn first<'a>(map: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names
        .iter()
        .find_map(|name| map.get(*name).filter(|value| !value.is_null()))
}

/// A text, or a number as it is written; never empty.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, also one that is written as a text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A count, also one that is written as a text.
pub(crate) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let number = number.as_f64().filter(|n| n.fract() == 0.0)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked in the same line"
            )]
            (0.0..9e15).contains(&number).then_some(number as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The texts of a list, or a single one.
pub(crate) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => Some(list.iter().filter_map(text).collect()),
        _ => None,
    }
}

/// A time in seconds since 1970: RFC 3339 or a number, of which the size tells the unit.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    if let Some(number) = number(value) {
        return Some(match number.abs() {
            size if size > 1e17 => number / 1e9,
            size if size > 1e14 => number / 1e6,
            size if size > 1e11 => number / 1e3,
            _ => number,
        });
    }
    let text = value.as_str()?.trim();
    // A time without a zone is one of UTC, as exports write them.
    let zoned = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    let time = zoned(text).or_else(|| zoned(&format!("{text}Z")))?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of our time are below 2^53"
    )]
    Some(time.timestamp_micros() as f64 / 1e6)
}

/// An object, or the text of one, perhaps in pieces.
pub(crate) fn object(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Array(pieces) if pieces.iter().all(Value::is_string) && !pieces.is_empty() => {
            let pieces = pieces.iter().filter_map(Value::as_str);
            object(&Value::String(pieces.collect()))
        }
        Value::Object(map) => Some(map.clone()),
        Value::String(text) if text.trim_start().starts_with('{') => match lean(text.as_bytes())? {
            Value::Object(map) => Some(map),
            _ => None,
        },
        _ => None,
    }
}
