//! Bytes that are written as letters.

/// Base64 with line ends anywhere, with or without its padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    for letter in letters.by_ref() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (count < 6 && letters.all(|letter| letter == b'=')).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn letters_padding_and_line_ends() {
        for (text, bytes) in [
            ("", Some("")),
            ("YQ==", Some("a")),
            ("YWI=\n", Some("ab")),
            ("YW\n Jj", Some("abc")),
            ("YWJj\nZA", Some("abcd")),
            ("Pz8_", Some("???")),
            ("Y", None),
            ("YQ==x", None),
            ("Y(==", None),
        ] {
            assert_eq!(decode(text).as_deref(), bytes.map(str::as_bytes), "{text}");
        }
    }
}
