//! Blocks of 32 numbers with one factor, some with a summand.
use crate::format::With;
use crate::processor::{Map, NIBBLES, Vectors};

/// Numbers of a block.
const BLOCK: usize = 32;
/// Five bits each: four as above, the fifth apart.
#[inline(always)]
fn five_bits(high: [u8; 4], bytes: &[u8; 16]) -> [u128; 2] {
    let bytes = u128::from_le_bytes(*bytes);
    let (low, rest) = (bytes & NIBBLES, bytes >> 4 & NIBBLES);
    let pair = |a: u8, b: u8| u128::from(fifths(a)) | u128::from(fifths(b)) << 64;
    let [a, b, c, d] = high;
    [low | pair(a, b), rest | pair(c, d)]
}

/// The bits of a byte as the fifth ones of eight bytes.
#[inline(always)]
fn fifths(bits: u8) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let apart = (u64::from(bits) * EACH) & 0x8040_2010_0804_0201;
    // What is not 0 reaches the eighth bit of its byte, and no further.
    ((apart + 0x7f * EACH) >> 3) & (0x10 * EACH)
}

/// Four bits each: the first half of the numbers is in the low ones.
#[inline(always)]
fn nibbles<S: Vectors>(with: With<S>, bytes: &[u8; 16], map: Map, out: &mut [f32; BLOCK]) {
    if let ([low, high], _) = out.as_chunks_mut() {
        with.simd.nibbles(bytes, [map; 2], [low, high]);
    }
}

#[inline(always)]
fn write<S: Vectors>(with: With<S>, halves: [u128; 2], map: Map, out: &mut [f32; BLOCK]) {
    for (out, bytes) in out.as_chunks_mut().0.iter_mut().zip(halves) {
        with.simd.widen(bytes, map, out);
    }
}

/// (value - middle) · factor.
#[inline(always)]
fn around(middle: f32, factor: f32) -> Map {
    Map {
        middle,
        factor,
        summand: -0.0,
    }
}

/// value · factor + least.
#[inline(always)]
fn above(factor: f32, least: f32) -> Map {
    Map {
        middle: 0.0,
        factor,
        summand: least,
    }
}

#[inline(always)]
pub(crate) fn q4_0<S: Vectors>(with: With<S>, block: &[u8; 18], out: &mut [f32; BLOCK]) {
    let [d0, d1, values @ ..] = block;
    nibbles(with, values, around(8.0, with.factor([*d0, *d1])), out);
}

#[inline(always)]
pub(crate) fn q4_1<S: Vectors>(with: With<S>, block: &[u8; 20], out: &mut [f32; BLOCK]) {
    let [d0, d1, m0, m1, values @ ..] = block;
    nibbles(
        with,
        values,
        above(with.factor([*d0, *d1]), with.factor([*m0, *m1])),
        out,
    );
}

#[inline(always)]
pub(crate) fn q5_0<S: Vectors>(with: With<S>, block: &[u8; 22], out: &mut [f32; BLOCK]) {
    let [d0, d1, a, b, c, d, values @ ..] = block;
    let values = five_bits([*a, *b, *c, *d], values);
    write(with, values, around(16.0, with.factor([*d0, *d1])), out);
}

#[inline(always)]
pub(crate) fn q5_1<S: Vectors>(with: With<S>, block: &[u8; 24], out: &mut [f32; BLOCK]) {
    let [d0, d1, m0, m1, a, b, c, d, values @ ..] = block;
    let values = five_bits([*a, *b, *c, *d], values);
    write(
        with,
        values,
        above(with.factor([*d0, *d1]), with.factor([*m0, *m1])),
        out,
    );
}

#[inline(always)]
pub(crate) fn q8_0<S: Vectors>(with: With<S>, block: &[u8; 34], out: &mut [f32; BLOCK]) {
    let [d0, d1, values @ ..] = block;
    let factor = with.factor([*d0, *d1]);
    let (values, _) = values.as_chunks();
    for (out, values) in out.as_chunks_mut().0.iter_mut().zip(values) {
        with.simd.signed(values, factor, out);
    }
}
