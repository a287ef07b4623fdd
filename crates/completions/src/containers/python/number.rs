//! Numbers: Python has more ways to write them than JSON.
use super::literal::{Done, Reader, is_name};
use crate::json::number;

impl Reader<'_> {
    /// `float('nan')`: a number in quotes.
    pub(super) fn unquote(&mut self, start: usize) {
        let inside = self.out[start..]
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        let Some((inside, value)) =
            inside.and_then(|inside| Some((inside, number::parse_text(inside.as_bytes())?)))
        else {
            return;
        };
        let number = if inside.ends_with(|c: char| c.is_ascii_digit()) {
            inside.trim().to_owned()
        } else {
            word_of(value).to_owned()
        };
        self.out.replace_range(start.., &number);
    }

    /// Reads a number, or a word for one after a sign.
    pub(super) fn number(&mut self) -> Done {
        let start = self.at;
        let mut digits = self.text[start..].trim_start_matches('+');
        let negative = digits.starts_with('-');
        digits = digits.trim_start_matches('-');
        self.at = self.text.len() - digits.len();
        let word = ["Infinity", "inf", "nan", "NaN"]
            .iter()
            .find(|word| digits.starts_with(**word));
        let len = match word {
            Some(word) => word.len(),
            None => number_len(digits.as_bytes()),
        };
        let written = digits[..len].replace('_', "");
        self.at += len;
        let radix = match written.get(..2) {
            Some("0x" | "0X") => 16,
            Some("0o" | "0O") => 8,
            Some("0b" | "0B") => 2,
            _ => 10,
        };
        let more = self.bytes.get(self.at).is_some_and(|&byte| is_name(byte));
        if negative {
            self.out.push('-');
        }
        match word {
            Some(word) if !more => self.out.push_str(if word.starts_with(['n', 'N']) {
                "NaN"
            } else {
                "Infinity"
            }),
            None if radix != 10 && !more => match u128::from_str_radix(&written[2..], radix) {
                Ok(value) => self.out.push_str(&value.to_string()),
                Err(_) => return self.fault(self.at, "a number is not one"),
            },
            None if !more && written.parse::<f64>().is_ok() => {
                push_decimal(&written, &mut self.out)
            }
            _ => return self.fault(self.at.max(start + 1), "a number is not one"),
        }
        Ok(())
    }
}

/// The word for a number that is none.
fn word_of(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Writes what Python allows and JSON does not in a form that both do: `.5`, `1.`, `007`.
fn push_decimal(written: &str, out: &mut String) {
    let whole = written.bytes().take_while(u8::is_ascii_digit).count();
    let digits = written[..whole].trim_start_matches('0');
    out.push_str(if digits.is_empty() { "0" } else { digits });
    match written[whole..].strip_prefix('.') {
        Some(fraction) => {
            out.push('.');
            if !fraction.starts_with(|c: char| c.is_ascii_digit()) {
                out.push('0');
            }
            out.push_str(fraction);
        }
        None => out.push_str(&written[whole..]),
    }
}

/// Digits, letters of other bases, a point and an exponent.
fn number_len(bytes: &[u8]) -> usize {
    let other = matches!(
        bytes.get(..2),
        Some([b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B'])
    );
    let mut before = b' ';
    let mut len = 0;
    for &byte in bytes {
        let goes_on = match byte {
            b'0'..=b'9' | b'_' => true,
            b'+' | b'-' => matches!(before, b'e' | b'E') && !other,
            b'e' | b'E' | b'.' => true,
            _ => other && byte.is_ascii_alphanumeric(),
        };
        if !goes_on {
            break;
        }
        before = byte;
        len += 1;
    }
    len
}
