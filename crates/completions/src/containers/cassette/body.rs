//! Bodies of requests and responses, however they were kept.
use super::Gunzip;
use super::node::{Fault, Node};
use crate::containers::base64;
use crate::containers::json_text::push_string;

/// The body of a request or response; `None` when there is none.
pub(super) fn read(message: &Node<'_>, gunzip: Gunzip<'_>) -> Result<Option<Vec<u8>>, Fault> {
    if let Some(parsed) = message.get("parsed_body").filter(|parsed| !is_null(parsed)) {
        let mut json = String::new();
        push_json(parsed, &mut json);
        return Ok(Some(json.into_bytes()));
    }
    let Some(body) = message.get("body") else {
        return Ok(None);
    };
    let (body, base64) = match body.get("base64_string").filter(|body| !is_null(body)) {
        Some(body) => (body, true),
        None => (body.get("string").unwrap_or(body), false),
    };
    let (text, binary) = match body {
        Node::Scalar { .. } if is_null(body) => return Ok(None),
        Node::Scalar { text, binary, .. } => (text, *binary || base64),
        _ => {
            return Err(Fault::new(
                "the body of this interaction is neither text nor under `parsed_body`",
            ));
        }
    };
    let bytes = if binary {
        base64::decode(text)
            .ok_or_else(|| Fault::new("the body of this interaction is not base64"))?
    } else {
        text.as_bytes().to_vec()
    };
    if bytes.starts_with(b"\x1f\x8b") {
        let unpacked = gunzip(&bytes);
        return unpacked.map(Some).ok_or_else(|| {
            Fault::new("the body of this interaction is gzip and could not be unpacked")
        });
    }
    Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
}

fn is_null(node: &Node<'_>) -> bool {
    matches!(node, Node::Scalar { text, plain: true, .. } if is_null_word(text))
}

fn is_null_word(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Writes a tree as JSON. It is at most as deep as the reader allows.
fn push_json(node: &Node<'_>, out: &mut String) {
    match node {
        Node::Scalar {
            text, plain: true, ..
        } => push_plain(text, out),
        Node::Scalar { text, .. } => push_string(text, out),
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_json(item, out);
            }
            out.push(']');
        }
        Node::Map(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_string(key, out);
                out.push(':');
                push_json(value, out);
            }
            out.push('}');
        }
    }
}

/// What a scalar without quotes means to the program that writes `parsed_body`, which is Python. It quotes a text that would
/// mean something else, and no more than that: `1e5` and `yes` are texts.
fn push_plain(text: &str, out: &mut String) {
    match text {
        _ if is_null_word(text) => out.push_str("null"),
        "true" | "True" | "TRUE" => out.push_str("true"),
        "false" | "False" | "FALSE" => out.push_str("false"),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => out.push_str("Infinity"),
        "-.inf" | "-.Inf" | "-.INF" => out.push_str("-Infinity"),
        ".nan" | ".NaN" | ".NAN" => out.push_str("NaN"),
        _ => match number(text) {
            Some((before, after)) => {
                out.push_str(before);
                // JSON wants a digit after the point.
                if before.ends_with('.') {
                    out.push('0');
                }
                out.push_str(after);
            }
            None => push_string(text, out),
        },
    }
}

/// A decimal number, cut after its fraction: an exponent needs a fraction and a sign, or it is a text.
fn number(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(&text[sign..]);
    if whole == 0 || (whole > 1 && text[sign..].starts_with('0')) {
        return None;
    }
    let end = sign + whole;
    let Some(fraction) = text[end..].strip_prefix('.') else {
        return (end == text.len()).then_some((text, ""));
    };
    let end = end + 1 + digits(fraction);
    let (before, exponent) = text.split_at(end);
    let power = match exponent.strip_prefix(['e', 'E']) {
        Some(power) => power.strip_prefix(['+', '-'])?,
        None if exponent.is_empty() => return Some((before, "")),
        None => return None,
    };
    (!power.is_empty() && digits(power) == power.len()).then_some((before, exponent))
}

#[cfg(test)]
mod tests {
    use super::push_plain;

    #[test]
    fn plain_scalars() {
        for (text, json) in [
            ("", "null"),
            ("~", "null"),
            ("null", "null"),
            ("True", "true"),
            ("false", "false"),
            ("yes", "\"yes\""),
            ("0", "0"),
            ("-0.0", "-0.0"),
            ("-5.2e-05", "-5.2e-05"),
            ("1.E+10", "1.0E+10"),
            ("12345678901234567890", "12345678901234567890"),
            (".inf", "Infinity"),
            ("-.inf", "-Infinity"),
            (".nan", "NaN"),
            ("1e5", "\"1e5\""),
            ("1.5e5", "\"1.5e5\""),
            ("1.5e+", "\"1.5e+\""),
            ("1.5x", "\"1.5x\""),
            ("-", "\"-\""),
            (".", "\".\""),
            ("010", "\"010\""),
            ("1_000", "\"1_000\""),
            ("2026-02-15", "\"2026-02-15\""),
            ("a \"b\"", "\"a \\\"b\\\"\""),
        ] {
            let mut out = String::new();
            push_plain(text, &mut out);
            assert_eq!(out, json, "{text}");
        }
    }
}
