//! `[84,104,101]`: the bytes of a token.
use super::cursor::ValueKind;
use super::{Cursor, Expected, JsonError};

/// Each byte as a list shows it, with what stands before the next one.
struct Words {
    /// In the low bytes.
    text: [u64; 256],
    /// The bits of that text.
    mask: [u64; 256],
    len: [u8; 256],
}

/// Between the elements of a list that has no spaces.
static COMPACT: Words = words(b",");
/// Between those that Python writes.
static SPACED: Words = words(b", ");

const fn words(between: &[u8]) -> Words {
    let mut words = Words {
        text: [0; 256],
        mask: [0; 256],
        len: [0; 256],
    };
    let mut byte = 0;
    while byte < 256 {
        let (hundreds, tens, ones) = (byte / 100, byte / 10 % 10, byte % 10);
        let mut text = 0x30 + ones as u64;
        let mut len = 1;
        if byte > 9 {
            text = (text << 8) + 0x30 + tens as u64;
            len = 2;
        }
        if byte > 99 {
            text = (text << 8) + 0x30 + hundreds as u64;
            len = 3;
        }
        let mut nth = 0;
        while nth < between.len() {
            text |= (between[nth] as u64) << (8 * len);
            len += 1;
            nth += 1;
        }
        words.text[byte] = text;
        words.mask[byte] = u64::MAX >> (64 - 8 * len);
        words.len[byte] = len;
        byte += 1;
    }
    words
}

/// Are the elements of the list that begins at `at`, after its bracket, exactly these bytes, with the usual spaces? Returns the
/// offset of what follows the last one. Much cheaper than reading the list.
#[inline(always)]
pub(crate) fn are(bytes: &[u8], mut at: usize, expected: &[u8], spaced: bool) -> Option<usize> {
    let (words, between) = if spaced { (&SPACED, 2) } else { (&COMPACT, 1) };
    let Some((&last, before)) = expected.split_last() else {
        return Some(at);
    };
    for byte in before.iter().copied().map(usize::from) {
        if word(bytes, at)? & words.mask[byte] != words.text[byte] {
            return None;
        }
        at += usize::from(words.len[byte]);
    }
    let last = usize::from(last);
    let differs = (word(bytes, at)? ^ words.text[last]) & (words.mask[last] >> (8 * between));
    (differs == 0).then(|| at + usize::from(words.len[last]) - between)
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?))
}

impl Cursor<'_> {
    /// Passes over an array of exactly these bytes, in one of the usual forms. `false`, without moving, for any other.
    pub(crate) fn is_byte_list(&mut self, expected: &[u8]) -> bool {
        let usual = matches!(
            self.bytes.get(self.at..self.at + 2),
            Some([b'[', b'0'..=b'9' | b']'])
        );
        if !usual || self.depth == self.max_depth {
            return false;
        }
        let after = [false, true]
            .into_iter()
            .find_map(|spaced| are(self.bytes, self.at + 1, expected, spaced))
            .filter(|&after| self.bytes.get(after) == Some(&b']'));
        if let Some(after) = after {
            self.at = after + 1;
        }
        after.is_some()
    }

    /// Reads an array of whole numbers from 0 to 255 into `out`. `false`, with anything in `out`, when it is another array.
    pub(crate) fn byte_list(&mut self, out: &mut Vec<u8>) -> Result<bool, JsonError> {
        let before = out.len();
        if self.plain_byte_list(out).is_some() {
            return Ok(true);
        }
        out.truncate(before);
        let mut all_bytes = true;
        let mut items = self.array()?;
        while items.next(self)? {
            if self.kind()? == ValueKind::Number {
                let number = self.number()?;
                all_bytes &= (0.0..=255.0).contains(&number) && number.fract() == 0.0;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked above"
                )]
                out.push(number as u8);
            } else {
                all_bytes = false;
                self.skip()?;
            }
        }
        Ok(all_bytes)
    }

    /// The array in the form that writers have: plain digits, one space after a comma or none. `None`, without moving, for
    /// any other.
    fn plain_byte_list(&mut self, out: &mut Vec<u8>) -> Option<()> {
        // As elsewhere: too deep is an error, which the careful path reports.
        if self.peek(Expected::Value).ok()? != b'[' || self.depth == self.max_depth {
            return None;
        }
        self.at = plain(self.bytes, self.at + 1, out)?;
        Some(())
    }
}

/// Reads the elements of a list in the form that writers have, from the first one on; returns the offset after its bracket.
/// `None`, with anything in `out`, for any other form.
pub(crate) fn plain(bytes: &[u8], mut at: usize, out: &mut Vec<u8>) -> Option<usize> {
    loop {
        let next = u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?);
        // Digits become 0 to 9; the first byte that is none gets its top bit set, as in `number`.
        let digits = next ^ 0x3030_3030;
        let others = (digits.wrapping_add(0x7676_7676) | digits) & 0x8080_8080;
        let len = others.trailing_zeros() / 8;
        if len == 0 || len > 3 || (len > 1 && digits & 0xff == 0) {
            return None;
        }
        // The digits move to the three highest bytes: hundreds, tens, ones.
        let [_, hundreds, tens, ones] = (digits << (32 - 8 * len)).to_le_bytes().map(u32::from);
        out.push(u8::try_from(hundreds * 100 + tens * 10 + ones).ok()?);
        at += len as usize;
        match bytes[at] {
            b',' => at += 1 + usize::from(bytes.get(at + 1) == Some(&b' ')),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}
