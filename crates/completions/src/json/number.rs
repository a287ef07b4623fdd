//! Numbers: an exact fast path for the usual ones, `str::parse` for the rest.
use super::decimal::{EXACT_POWERS, decimal, eight_bytes, eight_digits, leading_digits};
use super::error::{Expected, JsonError, JsonErrorKind};

/// Words that clients write where JSON has no number. Longer ones first where one begins another.
const WORDS: [(&[u8], f64); 5] = [
    (b"Infinity", f64::INFINITY),
    (b"infinity", f64::INFINITY),
    (b"inf", f64::INFINITY),
    (b"NaN", f64::NAN),
    (b"nan", f64::NAN),
];

/// Reads the number (or `NaN`, `Infinity`, `-inf`, …) at `start`; returns it and the offset after it.
#[inline(always)]
pub(crate) fn lex(bytes: &[u8], start: usize) -> Result<(f64, usize), JsonError> {
    match decimal(bytes, start) {
        Some(found) => Ok(found),
        None => lex_any(bytes, start),
    }
}

/// As [`lex`], for all that is not usual, or wrong.
#[inline(never)]
fn lex_any(bytes: &[u8], start: usize) -> Result<(f64, usize), JsonError> {
    let mut at = start;
    let negative = bytes.get(at) == Some(&b'-');
    if negative {
        at += 1;
    }
    let first = at;
    let mut mantissa: u64 = 0;
    while let Some(digit) = digit_at(bytes, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let mut digits = at - first;
    if digits == 0 {
        return word(bytes, at, negative);
    }
    if digits > 1 && bytes[first] == b'0' {
        return Err(unexpected(bytes, first + 1, Expected::Value));
    }
    let mut exponent: i64 = 0;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let fraction = at;
        while let Some((digits, 8)) = eight_bytes(bytes, at).map(leading_digits) {
            let eight = eight_digits(digits);
            mantissa = mantissa.wrapping_mul(100_000_000).wrapping_add(eight);
            at += 8;
        }
        while let Some(digit) = digit_at(bytes, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        if at == fraction {
            return Err(unexpected(bytes, at, Expected::Digit));
        }
        digits += at - fraction;
        exponent = -i64::try_from(at - fraction).unwrap_or(i64::MAX);
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        let minus = bytes.get(at) == Some(&b'-');
        if minus || bytes.get(at) == Some(&b'+') {
            at += 1;
        }
        let from = at;
        let mut written: i64 = 0;
        while let Some(digit) = digit_at(bytes, at) {
            written = (written * 10 + digit.cast_signed()).min(100_000);
            at += 1;
        }
        if at == from {
            return Err(unexpected(bytes, at, Expected::Digit));
        }
        exponent += if minus { -written } else { written };
    }
    // Both the mantissa and the power are exact, so one multiplication or division rounds once: correctly.
    if digits <= 19 && mantissa < 1 << 53 && exponent.unsigned_abs() <= 22 {
        let power = EXACT_POWERS[usize::try_from(exponent.unsigned_abs()).unwrap_or(0)];
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let mantissa = mantissa as f64;
        let value = if exponent < 0 {
            mantissa / power
        } else {
            mantissa * power
        };
        return Ok((if negative { -value } else { value }, at));
    }
    Ok((slow(&bytes[start..at]), at))
}

#[inline(always)]
fn digit_at(bytes: &[u8], at: usize) -> Option<u64> {
    let digit = bytes.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// What has more digits than a double can hold exactly.
#[inline(never)]
fn slow(text: &[u8]) -> f64 {
    // The grammar has been checked, and `str::parse` accepts all of it.
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(f64::NAN)
}

#[inline(never)]
fn word(bytes: &[u8], at: usize, negative: bool) -> Result<(f64, usize), JsonError> {
    for (word, value) in WORDS {
        if bytes[at..].starts_with(word) {
            return Ok((if negative { -value } else { value }, at + word.len()));
        }
    }
    // At the end of the bytes a word may be cut in two.
    let rest = &bytes[at..];
    if WORDS.iter().any(|(word, _)| word.starts_with(rest)) {
        return Err(JsonError {
            at: bytes.len(),
            kind: JsonErrorKind::End(Expected::Value),
        });
    }
    Err(unexpected(
        bytes,
        at,
        if negative {
            Expected::Digit
        } else {
            Expected::Value
        },
    ))
}

fn unexpected(bytes: &[u8], at: usize, expected: Expected) -> JsonError {
    let kind = match bytes.get(at) {
        Some(&byte) => JsonErrorKind::Unexpected(byte, expected),
        None => JsonErrorKind::End(expected),
    };
    JsonError { at, kind }
}

/// A number written as a string (`"-1.5"`, `"-Infinity"`); `None` when it is none.
pub(crate) fn parse_text(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii();
    match lex(text, 0) {
        Ok((value, end)) if end == text.len() => Some(value),
        _ => None,
    }
}
