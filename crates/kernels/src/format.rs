//! The number formats of model files.
use crate::processor::Vectors;
use crate::{blocks, super_blocks};
use std::sync::LazyLock;

/// Block by block. A macro, because a function that is handed over is not compiled with the instructions of its caller.
macro_rules! each {
    ($with:expr, $bytes:expr, $out:expr, $decode:path) => {{
        let (blocks, _) = $bytes.as_chunks();
        let (numbers, _) = $out.as_chunks_mut();
        for (block, numbers) in blocks.iter().zip(numbers) {
            $decode($with, block, numbers);
        }
    }};
}

/// How the numbers of a matrix are written. Those with a Q are quantised: blocks of whole numbers with common factors, in
/// the layouts of GGUF. All are little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the formats")]
pub enum Format {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

impl Format {
    /// Numbers of a block, and its bytes.
    pub fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::BF16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2K => (256, 84),
            Self::Q3K => (256, 110),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        }
    }

    /// Bytes of so many numbers; `None` if they are not whole blocks, or too many.
    pub fn bytes(self, numbers: usize) -> Option<usize> {
        let (count, bytes) = self.block();
        match numbers.is_multiple_of(count) {
            true => (numbers / count).checked_mul(bytes),
            false => None,
        }
    }

    /// The numbers that bytes stand for, as many as both have room for.
    #[inline(always)]
    pub(crate) fn decode<S: Vectors>(self, simd: S, bytes: &[u8], out: &mut [f32]) {
        let with = With {
            simd,
            halves: &HALVES,
        };
        match self {
            Self::F32 => single(bytes, out),
            Self::F16 => half_precision(bytes, out),
            Self::BF16 => brain(bytes, out),
            Self::Q4_0 => each!(with, bytes, out, blocks::q4_0),
            Self::Q4_1 => each!(with, bytes, out, blocks::q4_1),
            Self::Q5_0 => each!(with, bytes, out, blocks::q5_0),
            Self::Q5_1 => each!(with, bytes, out, blocks::q5_1),
            Self::Q8_0 => each!(with, bytes, out, blocks::q8_0),
            Self::Q2K => each!(with, bytes, out, super_blocks::q2k),
            Self::Q3K => each!(with, bytes, out, super_blocks::q3k),
            Self::Q4K => each!(with, bytes, out, super_blocks::q4k),
            Self::Q5K => each!(with, bytes, out, super_blocks::q5k),
            Self::Q6K => each!(with, bytes, out, super_blocks::q6k),
        }
    }
}

#[inline(always)]
fn single(bytes: &[u8], out: &mut [f32]) {
    for (out, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
        *out = f32::from_le_bytes(*bytes);
    }
}

#[inline(always)]
fn half_precision(bytes: &[u8], out: &mut [f32]) {
    for (out, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
        *out = half(*bytes);
    }
}

#[inline(always)]
fn brain(bytes: &[u8], out: &mut [f32]) {
    for (out, &[low, high]) in out.iter_mut().zip(bytes.as_chunks().0) {
        *out = f32::from_le_bytes([0, 0, low, high]);
    }
}

/// A number of half precision. Without branches and without numbers so small that processors are slow with them, so that many
/// are converted at once.
#[inline(always)]
pub(crate) fn half(bytes: [u8; 2]) -> f32 {
    // The least normal number of half precision, in single precision.
    const LEAST: u32 = 113 << 23;
    let bits = u32::from(u16::from_le_bytes(bytes));
    let (sign, rest) = ((bits & 0x8000) << 16, bits & 0x7fff);
    let shifted = rest << 13;
    let normal = shifted + (112 << 23);
    // Below the least normal number: what is added is taken off again, exactly.
    let small = f32::from_bits(shifted + LEAST) - f32::from_bits(LEAST);
    let magnitude = match rest {
        0..0x0400 => small.to_bits(),
        0x0400..0x7c00 => normal,
        _ => shifted | 0x7f80_0000,
    };
    f32::from_bits(magnitude | sign)
}

/// All numbers of half precision: the factors of blocks are looked up, which is a third of the work of converting them.
static HALVES: LazyLock<Box<[f32; 1 << 16]>> = LazyLock::new(|| {
    let mut all = Box::new([0.0; 1 << 16]);
    for (bits, number) in (0..=u16::MAX).zip(all.iter_mut()) {
        *number = half(bits.to_le_bytes());
    }
    all
});

/// What blocks are decoded with.
#[derive(Clone, Copy)]
pub(crate) struct With<S> {
    pub(crate) simd: S,
    halves: &'static [f32; 1 << 16],
}

impl<S> With<S> {
    /// The factor of a block.
    #[inline(always)]
    pub(crate) fn factor(&self, bytes: [u8; 2]) -> f32 {
        self.halves[usize::from(u16::from_le_bytes(bytes))]
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn numbers_of_half_precision() {
        for (bits, expected) in [
            (0x0000_u16, 0.0_f32),
            (0x8000, -0.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65504.0),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(
                half(bits.to_le_bytes()).to_bits(),
                expected.to_bits(),
                "{bits:x}"
            );
        }
        assert!(half([1, 0x7c]).is_nan());
    }
}
