//! Strings: where they end, and what they say.
use super::error::{JsonError, JsonErrorKind};

/// The inside of a string as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawStr<'a> {
    /// Between the quotes, escapes untouched but checked.
    pub(crate) raw: &'a [u8],
    /// There is at least one escape in it.
    pub(crate) escaped: bool,
}

/// Bytes that are looked at before `memchr` is called: most strings of a token list are this short.
const SHORT: usize = 32;

/// The next `"`, backslash or line end at or after `at`.
#[inline(always)]
pub(crate) fn find_stop(bytes: &[u8], mut at: usize) -> Option<usize> {
    let near = at + SHORT;
    while at < near {
        let Some(&word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
            break;
        };
        let stops = stops(u64::from_le_bytes(word));
        if stops != 0 {
            return Some(at + (stops.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    find_stop_far(bytes, at)
}

#[inline(never)]
fn find_stop_far(bytes: &[u8], at: usize) -> Option<usize> {
    memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..)?).map(|step| at + step)
}

/// Reads the string whose opening quote is just before `start`; returns its inside and the offset after its closing quote.
#[inline(always)]
pub(crate) fn lex(bytes: &[u8], start: usize) -> Result<(RawStr<'_>, usize), JsonError> {
    // Most strings of a token list are shorter than a word.
    if let Some(&word) = bytes.get(start..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(word);
        let stops = stops(word);
        let first = stops & stops.wrapping_neg();
        if equal(word, b'"') & first != 0 {
            let end = start + (first.trailing_zeros() / 8) as usize;
            let text = RawStr {
                raw: &bytes[start..end],
                escaped: false,
            };
            return Ok((text, end + 1));
        }
    }
    lex_long(bytes, start)
}

/// As [`lex`], for any string.
#[inline(never)]
fn lex_long(bytes: &[u8], start: usize) -> Result<(RawStr<'_>, usize), JsonError> {
    match find_stop(bytes, start) {
        Some(at) if bytes[at] == b'"' => Ok((
            RawStr {
                raw: &bytes[start..at],
                escaped: false,
            },
            at + 1,
        )),
        _ => lex_slow(bytes, start),
    }
}

/// The lowest bit that is set belongs to the first of eight bytes that is `"`, `\` or a line end. (Higher ones may be wrong:
/// the subtraction borrows.)
#[inline(always)]
fn stops(word: u64) -> u64 {
    equal(word, b'"') | equal(word, b'\\') | equal(word, b'\n')
}

/// The same for one byte.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let zero_where_equal = word ^ (ONES * u64::from(byte));
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & TOPS
}

/// As [`lex`], with escapes, or with something wrong.
#[inline(never)]
fn lex_slow(bytes: &[u8], start: usize) -> Result<(RawStr<'_>, usize), JsonError> {
    let mut escaped = false;
    let mut at = start;
    loop {
        // Escapes stand together, or at an end, more often than not.
        if !matches!(bytes.get(at), Some(b'"' | b'\\')) {
            at = find_stop(bytes, at).ok_or(JsonError {
                at: bytes.len(),
                kind: JsonErrorKind::EndInString,
            })?;
        }
        match bytes[at] {
            b'"' => {
                return Ok((
                    RawStr {
                        raw: &bytes[start..at],
                        escaped,
                    },
                    at + 1,
                ));
            }
            b'\n' => {
                return Err(JsonError {
                    at,
                    kind: JsonErrorKind::LineBreakInString,
                });
            }
            _ => {
                escaped = true;
                at = after_escape(bytes, at)?;
            }
        }
    }
}

/// Checks the escape whose backslash is at `at`; returns the offset after it.
fn after_escape(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    let end = || JsonError {
        at: bytes.len(),
        kind: JsonErrorKind::EndInString,
    };
    match *bytes.get(at + 1).ok_or_else(end)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' => {
            for digit in at + 2..at + 6 {
                if !bytes.get(digit).ok_or_else(end)?.is_ascii_hexdigit() {
                    return Err(JsonError {
                        at,
                        kind: JsonErrorKind::BadEscape(b'u'),
                    });
                }
            }
            Ok(at + 6)
        }
        other => Err(JsonError {
            at,
            kind: JsonErrorKind::BadEscape(other),
        }),
    }
}

impl<'a> RawStr<'a> {
    /// Appends what the string says. Returns how many unpaired surrogates became U+FFFD.
    #[inline]
    pub(crate) fn append_to(self, out: &mut Vec<u8>) -> u32 {
        if self.escaped {
            unescape(self.raw, out)
        } else {
            out.extend_from_slice(self.raw);
            0
        }
    }

    /// What the string says, borrowed when nothing is escaped.
    pub(crate) fn text(self) -> std::borrow::Cow<'a, [u8]> {
        if self.escaped {
            let mut out = Vec::with_capacity(self.raw.len());
            unescape(self.raw, &mut out);
            out.into()
        } else {
            self.raw.into()
        }
    }

    /// The string as UTF-8 text.
    pub(crate) fn to_text(self) -> String {
        String::from_utf8_lossy(&self.text()).into_owned()
    }
}

/// Undoes the escapes of a checked string.
#[inline(never)]
fn unescape(raw: &[u8], out: &mut Vec<u8>) -> u32 {
    let mut lone_surrogates = 0;
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'\\' {
            let Some(step) = memchr::memchr(b'\\', &raw[at..]) else {
                break;
            };
            out.extend_from_slice(&raw[at..at + step]);
            at += step;
        }
        at += 2;
        let plain = match raw.get(at - 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'u') => {
                let unit = hex4(raw, at);
                at += 4;
                let mut code = unit;
                if (0xd800..0xdc00).contains(&unit) && raw.get(at..at + 2) == Some(b"\\u") {
                    let low = hex4(raw, at + 2);
                    if (0xdc00..0xe000).contains(&low) {
                        at += 6;
                        code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    }
                }
                let decoded = char::from_u32(code).unwrap_or_else(|| {
                    lone_surrogates += 1;
                    char::REPLACEMENT_CHARACTER
                });
                out.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            // `"`, `\` and `/` stand for themselves; [`lex`] lets nothing else through.
            Some(&itself) => itself,
            None => break,
        };
        out.push(plain);
    }
    out.extend_from_slice(&raw[at.min(raw.len())..]);
    lone_surrogates
}

/// Four hexadecimal digits, which [`lex`] has checked.
fn hex4(raw: &[u8], at: usize) -> u32 {
    raw.iter().skip(at).take(4).fold(0, |value, &digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10) & 15,
        };
        value << 4 | u32::from(digit)
    })
}
