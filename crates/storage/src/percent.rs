//! Percent-encoding, strict in what it writes.
use std::fmt::Write as _;

/// Encodes all bytes except `A-Z a-z 0-9 - . _ ~`, with upper-case hex digits.
///
/// minio-rsc passes a query value through untouched when it already looks encoded, so a value is
/// always encoded here: the result looks encoded whatever the value was, and is what gets signed.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Like [`encode`], but `/` stays: for the path of a copy source.
pub(crate) fn encode_path(text: &str) -> String {
    encode(text).replace("%2F", "/")
}

/// Undoes percent-encoding. `None` when a `%` is not followed by two hex digits or the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    decode_bytes(text, false)
}

/// Undoes the encoding of listings with `encoding-type=url`, where a space is `+`.
pub(crate) fn decode_form(text: &str) -> Option<String> {
    decode_bytes(text, true)
}

fn decode_bytes(text: &str, plus_is_space: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_of_values() {
        for (plain, encoded) in [
            ("", ""),
            ("run/2026/01/02/", "run%2F2026%2F01%2F02%2F"),
            ("a%20b", "a%2520b"),
            ("a b+c&d=e", "a%20b%2Bc%26d%3De"),
            ("AZaz09-._~", "AZaz09-._~"),
            (
                "!*'();:@$,?#[]",
                "%21%2A%27%28%29%3B%3A%40%24%2C%3F%23%5B%5D",
            ),
            ("😀", "%F0%9F%98%80"),
            ("\t\n\u{7f}", "%09%0A%7F"),
        ] {
            assert_eq!(encode(plain), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(plain));
        }
        assert_eq!(encode_path("a b/c%2Fd"), "a%20b/c%252Fd");
        assert_eq!(decode_form("a+b%2Bc").as_deref(), Some("a b+c"));
    }

    #[test]
    fn what_is_not_encoded_text_is_refused() {
        for text in ["%", "%4", "%zz", "%FF", "a%2"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            prop_assert_eq!(decode(&encoded), Some(text.clone()));
            prop_assert_eq!(decode_form(&encoded), Some(text));
        }
        #[test]
        fn decode_never_panics(text in any::<String>()) {
            let _ = decode(&text);
            let _ = decode_form(&text);
        }
    }
}
