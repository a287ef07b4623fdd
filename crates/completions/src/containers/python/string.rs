//! Strings: prefixes, quotes, escapes, and neighbours that are one string.
use super::literal::{Done, Reader};
use crate::containers::json_text::{push_inside, push_string, push_unit};

impl Reader<'_> {
    /// How many letters stand before the quote of a string; `None` when no string begins here.
    pub(super) fn string_prefix(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        let letters = rest
            .iter()
            .take(2)
            .take_while(|byte| b"rRbBuUfF".contains(byte))
            .count();
        matches!(rest.get(letters), Some(b'\'' | b'"')).then_some(letters)
    }

    /// Reads a string and those that follow it with nothing but white space between. Bytes are a string too if all of them
    /// are ASCII, else an array of numbers.
    pub(super) fn strings(&mut self) -> Done {
        let mut all_bytes: Option<Vec<u8>> = None;
        let mut end = self.at;
        let start = self.out.len();
        self.out.push('"');
        while let Some(letters) = self.string_prefix() {
            let prefix = self.bytes[self.at..self.at + letters].to_ascii_lowercase();
            let mut bytes = prefix.contains(&b'b').then(Vec::new);
            self.at += letters;
            self.string(prefix.contains(&b'r'), bytes.as_mut())?;
            end = self.at;
            if let Some(bytes) = bytes {
                all_bytes.get_or_insert_default().extend(bytes);
            }
            self.space();
        }
        self.at = end;
        let Some(bytes) = all_bytes else {
            self.out.push('"');
            return Ok(());
        };
        self.out.truncate(start);
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.is_ascii() => push_string(text, &mut self.out),
            _ => {
                for (index, byte) in bytes.iter().enumerate() {
                    self.out.push(if index == 0 { '[' } else { ',' });
                    self.out.push_str(&byte.to_string());
                }
                self.out.push(']');
            }
        }
        Ok(())
    }

    /// Reads one string from its quote on, into `bytes` or else into the output.
    fn string(&mut self, raw: bool, mut bytes: Option<&mut Vec<u8>>) -> Done {
        let quote = self.bytes[self.at];
        let after_quote = self.at + 1;
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        let quotes = if triple { 3 } else { 1 };
        self.at += quotes;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                return self.fault(after_quote, "the text ends inside a string");
            };
            let piece = &self.text[self.at..self.at + len];
            self.push(piece, bytes.as_deref_mut());
            self.at += len;
            match self.bytes[self.at] {
                b'\\' if raw => {
                    // Even there it keeps a quote from ending the string.
                    let next = self.text[self.at + 1..]
                        .chars()
                        .next()
                        .map_or(0, char::len_utf8);
                    let piece = &self.text[self.at..self.at + 1 + next];
                    self.push(piece, bytes.as_deref_mut());
                    self.at += piece.len();
                }
                b'\\' => self.escape(bytes.as_deref_mut()),
                b'\n' if !triple => {
                    return self.fault(after_quote, "a line ends inside a string");
                }
                byte if byte == quote
                    && (!triple || self.bytes[self.at..].starts_with(&[quote; 3])) =>
                {
                    self.at += quotes;
                    return Ok(());
                }
                _ => {
                    let piece = &self.text[self.at..self.at + 1];
                    self.push(piece, bytes.as_deref_mut());
                    self.at += 1;
                }
            }
        }
    }

    fn push(&mut self, piece: &str, bytes: Option<&mut Vec<u8>>) {
        match bytes {
            Some(bytes) => bytes.extend_from_slice(piece.as_bytes()),
            None => push_inside(piece, &mut self.out),
        }
    }

    /// One escape, at its backslash. What Python does not know stays as it is.
    fn escape(&mut self, bytes: Option<&mut Vec<u8>>) {
        let start = self.at;
        let after = &self.bytes[start + 1..];
        let simple = match after.first() {
            Some(b'n') => Some(10),
            Some(b't') => Some(9),
            Some(b'r') => Some(13),
            Some(b'a') => Some(7),
            Some(b'b') => Some(8),
            Some(b'f') => Some(12),
            Some(b'v') => Some(11),
            Some(&byte @ (b'\\' | b'\'' | b'"')) => Some(u32::from(byte)),
            _ => None,
        };
        let (code, len) = match after.first() {
            _ if simple.is_some() => (simple, 1),
            // The string goes on in the next line.
            Some(b'\n') => {
                self.at += 2;
                return;
            }
            Some(b'0'..=b'7') => {
                let len = after
                    .iter()
                    .take(3)
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                (code(&after[..len], 8), len)
            }
            Some(b'x') => (after.get(1..3).and_then(|digits| code(digits, 16)), 3),
            Some(b'u') if bytes.is_none() => {
                (after.get(1..5).and_then(|digits| code(digits, 16)), 5)
            }
            Some(b'U') if bytes.is_none() => {
                (after.get(1..9).and_then(|digits| code(digits, 16)), 9)
            }
            _ => (None, 0),
        };
        match (code, bytes) {
            (Some(code), Some(bytes)) => bytes.extend(u8::try_from(code & 0xff)),
            (Some(code), None) => match char::from_u32(code) {
                Some(char) => push_inside(char.encode_utf8(&mut [0; 4]), &mut self.out),
                // Half of a pair: the other half may follow, and JSON puts them together.
                None if code <= 0xffff => {
                    push_unit(u16::try_from(code).unwrap_or(0xfffd), &mut self.out)
                }
                None => self.out.push(char::REPLACEMENT_CHARACTER),
            },
            (None, bytes) => {
                self.push("\\", bytes);
                self.at += 1;
                return;
            }
        }
        self.at = start + 1 + len;
    }
}

fn code(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let all = digits.chars().all(|digit| digit.is_digit(radix));
    u32::from_str_radix(digits, radix).ok().filter(|_| all)
}
