//! `[84,104,101]`: the bytes of a token.
use super::cursor::ValueKind;
use super::{Cursor, Expected, JsonError};

impl Cursor<'_> {
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
        let mut at = self.at + 1;
        loop {
            let next = u32::from_le_bytes(*self.bytes.get(at..)?.first_chunk::<4>()?);
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
            match self.bytes[at] {
                b',' => at += 1 + usize::from(self.bytes.get(at + 1) == Some(&b' ')),
                b']' => {
                    self.at = at + 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }
}
