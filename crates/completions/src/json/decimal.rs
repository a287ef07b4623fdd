//! Decimal numbers in the usual form, eight digits at a time.

/// Powers of ten that a double holds exactly.
pub(super) const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The same, for up to seven digits more.
const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The form that nearly all values have: one or two digits, a point, up to 15 digits. `None` for any other, and within eight
/// bytes of the end.
#[inline(always)]
pub(super) fn decimal(bytes: &[u8], start: usize) -> Option<(f64, usize)> {
    let whole = eight_bytes(bytes, start)?;
    let negative = whole & 0xff == u64::from(b'-');
    let whole = whole >> (8 * u32::from(negative));
    let mut mantissa = (whole & 0xff) ^ 0x30;
    let mut at = start + usize::from(negative) + 2;
    if mantissa > 9 {
        return None;
    }
    if whole >> 8 & 0xff != u64::from(b'.') {
        let ones = (whole >> 8 & 0xff) ^ 0x30;
        if mantissa == 0 || ones > 9 || whole >> 16 & 0xff != u64::from(b'.') {
            return None;
        }
        mantissa = mantissa * 10 + ones;
        at += 1;
    }
    let mut decimals = 0;
    let (mut digits, mut len) = leading_digits(eight_bytes(bytes, at)?);
    if len == 0 {
        return None;
    }
    if len == 8 {
        mantissa = mantissa * 100_000_000 + eight_digits(digits);
        at += 8;
        decimals = 8;
        (digits, len) = leading_digits(eight_bytes(bytes, at)?);
        if len == 8 {
            return None;
        }
    }
    if len > 0 {
        // The digits move up, so that zeros stand before them.
        mantissa = mantissa * POWERS[len] + eight_digits(digits << (64 - 8 * len));
        at += len;
        decimals += len;
    }
    // What ends the digits is still there, as its difference from `0`.
    let after = (digits >> (8 * len)) & 0xff ^ 0x30;
    if after | 0x20 == u64::from(b'e') || mantissa >= 1 << 53 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let value = mantissa as f64 / EXACT_POWERS[decimals];
    Some((if negative { -value } else { value }, at))
}

#[inline(always)]
pub(super) fn eight_bytes(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?))
}

/// The bytes with digits as 0 to 9, and how many at the beginning are digits.
#[inline(always)]
pub(super) fn leading_digits(word: u64) -> (u64, usize) {
    let digits = word ^ 0x3030_3030_3030_3030;
    // A digit plus 0x76 stays below 0x80. The first byte that is none gets its top bit set; later ones may be wrong.
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    (digits, others.trailing_zeros() as usize / 8)
}

/// The number that eight digits (0 to 9) make: in three steps for all of them at once.
#[inline(always)]
pub(super) fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff
}
