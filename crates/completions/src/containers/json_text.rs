//! Writing JSON, for containers that hold the same values in another notation.

/// Appends a string with its quotes.
pub(crate) fn push_string(text: &str, out: &mut String) {
    out.push('"');
    push_inside(text, out);
    out.push('"');
}

/// Appends a part of a string, without quotes.
pub(crate) fn push_inside(text: &str, out: &mut String) {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..b' ' => {
                out.push_str(&text[plain..at]);
                push_unit(u16::from(byte), out);
                plain = at + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escape);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// Appends `\u` and four digits.
pub(crate) fn push_unit(unit: u16, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        let digit = u32::from(unit >> shift & 15);
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::push_string;
    use crate::json::Cursor;

    #[test]
    fn strings() {
        for (text, expected) in [
            ("", r#""""#),
            ("żółw", r#""żółw""#),
            (
                "\"a\\\n\r\t\u{1}\u{1f}ż\u{7f}",
                "\"\\\"a\\\\\\n\\r\\t\\u0001\\u001fż\u{7f}\"",
            ),
        ] {
            let mut out = String::new();
            push_string(text, &mut out);
            assert_eq!(out, expected);
            let said = Cursor::new(out.as_bytes(), 1).string().unwrap().to_text();
            assert_eq!(said, text);
        }
    }
}
