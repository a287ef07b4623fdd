//! Blocks of 256 numbers, whose parts have factors of their own: the formats with a K. All go through parts of sixteen numbers.
use crate::format::With;
use crate::processor::{Map, NIBBLES, Vectors};

/// Numbers of a block.
const BLOCK: usize = 256;
/// The lowest bit, and the two lowest ones, of each of sixteen bytes.
const ONES: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;
const TWOS: u128 = 3 * ONES;

/// Sixteen bytes from a place on.
#[inline(always)]
fn sixteen(bytes: &[u8], from: usize) -> u128 {
    match bytes.get(from..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => 0,
    }
}

/// Factor and summand of the eight parts of Q4_K and Q5_K, six bits each.
#[inline(always)]
fn scale(part: usize, scales: &[u8]) -> (f32, f32) {
    let (factor, least) = if part < 4 {
        (scales[part] & 63, scales[part + 4] & 63)
    } else {
        (
            scales[part + 4] & 0xf | (scales[part - 4] >> 6) << 4,
            scales[part + 4] >> 4 | (scales[part] >> 6) << 4,
        )
    };
    (f32::from(factor), f32::from(least))
}

#[inline(always)]
pub(crate) fn q2k<S: Vectors>(with: With<S>, block: &[u8; 84], out: &mut [f32; BLOCK]) {
    let [scales @ .., d0, d1, m0, m1] = block;
    let (scales, values) = scales.split_at(16);
    let (d, m) = (with.factor([*d0, *d1]), with.factor([*m0, *m1]));
    for (part, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
        let (half, shift) = (part / 8, part % 8 / 2 * 2);
        let values = sixteen(values, 32 * half + part % 2 * 16);
        let map = Map {
            middle: 0.0,
            factor: d * f32::from(scales[part] & 0xf),
            summand: -(m * f32::from(scales[part] >> 4)),
        };
        with.simd.widen(values >> shift & TWOS, map, out);
    }
}

#[inline(always)]
pub(crate) fn q3k<S: Vectors>(with: With<S>, block: &[u8; 110], out: &mut [f32; BLOCK]) {
    let [parts @ .., d0, d1] = block;
    let (high, rest) = parts.split_at(32);
    let (values, scales) = rest.split_at(64);
    let d = with.factor([*d0, *d1]);
    for (part, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
        let low = match part {
            0..8 => scales[part] & 0xf,
            _ => scales[part - 8] >> 4,
        };
        let scale = low | (scales[8 + part % 4] >> (part / 4 * 2) & 3) << 4;
        let (half, quarter, first) = (part / 8, part % 8 / 2, part % 2 * 16);
        let low = sixteen(values, 32 * half + first) >> (2 * quarter) & TWOS;
        let third = sixteen(high, first) >> (4 * half + quarter) & ONES;
        let map = Map {
            middle: 4.0,
            factor: d * (f32::from(scale) - 32.0),
            summand: -0.0,
        };
        with.simd.widen(low | third << 2, map, out);
    }
}

#[inline(always)]
pub(crate) fn q4k<S: Vectors>(with: With<S>, block: &[u8; 144], out: &mut [f32; BLOCK]) {
    let [d0, d1, m0, m1, rest @ ..] = block;
    let (scales, values) = rest.split_at(12);
    let (d, m) = (with.factor([*d0, *d1]), with.factor([*m0, *m1]));
    let map = |part: usize| {
        let (scale, least) = scale(part, scales);
        Map {
            middle: 0.0,
            factor: d * scale,
            summand: -(m * least),
        }
    };
    // 32 numbers are in the low bits of 32 bytes, the next 32 in the high ones.
    let (values, _) = values.as_chunks::<32>();
    for (pair, (out, values)) in out
        .as_chunks_mut::<64>()
        .0
        .iter_mut()
        .zip(values)
        .enumerate()
    {
        let maps = [map(2 * pair), map(2 * pair + 1)];
        if let (([first, second], _), ([a, b, c, d], _)) = (values.as_chunks(), out.as_chunks_mut())
        {
            with.simd.nibbles(first, maps, [a, c]);
            with.simd.nibbles(second, maps, [b, d]);
        }
    }
}

#[inline(always)]
pub(crate) fn q5k<S: Vectors>(with: With<S>, block: &[u8; 176], out: &mut [f32; BLOCK]) {
    let [d0, d1, m0, m1, rest @ ..] = block;
    let (scales, rest) = rest.split_at(12);
    let (fifths, values) = rest.split_at(32);
    let (d, m) = (with.factor([*d0, *d1]), with.factor([*m0, *m1]));
    for (part, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
        let (scale, least) = scale(part / 2, scales);
        let map = Map {
            middle: 0.0,
            factor: d * scale,
            summand: -(m * least),
        };
        let low = sixteen(values, part / 4 * 32 + part % 2 * 16);
        let fifth = sixteen(fifths, part % 2 * 16) >> (part / 2) & ONES;
        let low = low >> (part / 2 % 2 * 4) & NIBBLES;
        with.simd.widen(low | fifth << 4, map, out);
    }
}

#[inline(always)]
pub(crate) fn q6k<S: Vectors>(with: With<S>, block: &[u8; 210], out: &mut [f32; BLOCK]) {
    let [parts @ .., d0, d1] = block;
    let (low, rest) = parts.split_at(128);
    let (high, scales) = rest.split_at(64);
    let d = with.factor([*d0, *d1]);
    for (part, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
        // Of 128 numbers: which 32 they belong to, and which half of those.
        let (half, quarter, first) = (part / 8, part % 8 / 2, part % 2 * 16);
        let low = sixteen(low, 64 * half + quarter % 2 * 32 + first);
        let low = low >> (quarter / 2 * 4) & NIBBLES;
        let high = sixteen(high, 32 * half + first) >> (2 * quarter) & TWOS;
        let map = Map {
            middle: 32.0,
            factor: d * f32::from(scales[part].cast_signed()),
            summand: -0.0,
        };
        with.simd.widen(low | high << 4, map, out);
    }
}
