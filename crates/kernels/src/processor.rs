//! What the processor can do: its vector instructions, asked for when the program runs, and its cores.
#[cfg(target_arch = "x86_64")]
use pulp::NullaryFnOnce;
use pulp::{Scalar128b, Simd};
use rayon::prelude::*;

/// Vectors of numbers, which can be made of bytes.
pub(crate) trait Vectors: Simd {
    /// (byte - middle) · factor + summand of sixteen bytes, the lowest of which is the first.
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]);

    /// The same of the lower halves of sixteen bytes, and then of the upper ones.
    #[inline(always)]
    fn nibbles(self, bytes: &[u8; 16], maps: [Map; 2], out: [&mut [f32; 16]; 2]) {
        let bytes = u128::from_le_bytes(*bytes);
        let [low, high] = out;
        self.widen(bytes & NIBBLES, maps[0], low);
        self.widen(bytes >> 4 & NIBBLES, maps[1], high);
    }

    /// The same of bytes with a sign.
    #[inline(always)]
    fn signed(self, bytes: &[u8; 16], factor: f32, out: &mut [f32; 16]) {
        let map = Map {
            middle: 128.0,
            factor,
            summand: -0.0,
        };
        // With the sign turned they are 128 more.
        self.widen(u128::from_le_bytes(*bytes) ^ SIGNS, map, out);
    }
}

/// The lower half of each of sixteen bytes.
pub(crate) const NIBBLES: u128 = 0x0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f;
/// The highest bit of each.
const SIGNS: u128 = 0x8080_8080_8080_8080_8080_8080_8080_8080;

/// What a byte stands for: (byte - middle) · factor + summand.
#[derive(Clone, Copy)]
pub(crate) struct Map {
    pub(crate) middle: f32,
    pub(crate) factor: f32,
    /// -0 is none: adding it changes nothing, so that the compiler leaves it out.
    pub(crate) summand: f32,
}

impl Map {
    /// In vectors.
    #[cfg(any(target_arch = "x86_64", target_arch = "wasm32"))]
    #[inline(always)]
    fn all<S: Simd>(self, simd: S, value: S::f32s) -> S::f32s {
        let moved = simd.sub_f32s(value, simd.splat_f32s(self.middle));
        let product = simd.mul_f32s(moved, simd.splat_f32s(self.factor));
        simd.add_f32s(product, simd.splat_f32s(self.summand))
    }

    #[inline(always)]
    fn one(self, byte: u8) -> f32 {
        (f32::from(byte) - self.middle) * self.factor + self.summand
    }
}

#[cfg(target_arch = "x86_64")]
impl Vectors for pulp::x86::V3 {
    #[inline(always)]
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]) {
        let half = |bytes: u128| {
            let whole = self.convert_u8x16_to_i32x8(pulp::cast(bytes.to_le_bytes()));
            map.all(self, self.convert_i32x8_to_f32x8(whole))
        };
        *out = pulp::cast([half(bytes), half(bytes >> 64)]);
    }

    #[inline(always)]
    fn nibbles(self, bytes: &[u8; 16], maps: [Map; 2], out: [&mut [f32; 16]; 2]) {
        // Cut when they are wide: on the way to the vectors there is one road only.
        let (eights, _) = bytes.as_chunks::<8>();
        let wide = |at: usize| {
            let bytes = u128::from(u64::from_le_bytes(eights[at]));
            self.convert_u8x16_to_u32x8(pulp::cast(bytes.to_le_bytes()))
        };
        let low = |bytes| self.and_u32s(bytes, self.splat_u32s(0xf));
        let high = |bytes| self.shr_const_u32x8::<4>(bytes);
        let number =
            |whole, map: Map| map.all(self, self.convert_i32x8_to_f32x8(pulp::cast(whole)));
        let [first, second] = [wide(0), wide(1)];
        let [lower, upper] = out;
        *lower = pulp::cast([number(low(first), maps[0]), number(low(second), maps[0])]);
        *upper = pulp::cast([number(high(first), maps[1]), number(high(second), maps[1])]);
    }

    #[inline(always)]
    fn signed(self, bytes: &[u8; 16], factor: f32, out: &mut [f32; 16]) {
        let (eights, _) = bytes.as_chunks::<8>();
        let factor = self.splat_f32s(factor);
        let half = |at: usize| {
            let bytes = u128::from(u64::from_le_bytes(eights[at]));
            let whole = self.convert_i8x16_to_i32x8(pulp::cast(bytes.to_le_bytes()));
            self.mul_f32s(self.convert_i32x8_to_f32x8(whole), factor)
        };
        *out = pulp::cast([half(0), half(1)]);
    }
}

#[cfg(target_arch = "x86_64")]
impl Vectors for pulp::x86::V4 {
    #[inline(always)]
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]) {
        let whole = self.convert_u8x16_to_i32x16(pulp::cast(bytes.to_le_bytes()));
        *out = pulp::cast(map.all(self, self.convert_i32x16_to_f32x16(whole)));
    }

    #[inline(always)]
    fn nibbles(self, bytes: &[u8; 16], maps: [Map; 2], out: [&mut [f32; 16]; 2]) {
        let wide = self.convert_u8x16_to_u32x16(pulp::cast(*bytes));
        let low = self.and_u32s(wide, self.splat_u32s(0xf));
        let high = self.shr_const_u32x16::<4>(wide);
        let number =
            |whole, map: Map| map.all(self, self.convert_i32x16_to_f32x16(pulp::cast(whole)));
        let [lower, upper] = out;
        *lower = pulp::cast(number(low, maps[0]));
        *upper = pulp::cast(number(high, maps[1]));
    }

    #[inline(always)]
    fn signed(self, bytes: &[u8; 16], factor: f32, out: &mut [f32; 16]) {
        let whole = self.convert_i8x16_to_i32x16(pulp::cast(*bytes));
        let number = self.convert_i32x16_to_f32x16(whole);
        *out = pulp::cast(self.mul_f32s(number, self.splat_f32s(factor)));
    }
}

#[cfg(target_arch = "wasm32")]
impl Vectors for pulp::wasm::Simd128 {
    #[inline(always)]
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]) {
        use core::arch::wasm32::{
            f32x4_convert_u32x4, u16x8_extend_high_u8x16, u16x8_extend_low_u8x16,
            u32x4_extend_high_u16x8, u32x4_extend_low_u16x8, u64x2,
        };
        let bytes = u64x2(bytes as u64, (bytes >> 64) as u64);
        let (low, high) = (
            u16x8_extend_low_u8x16(bytes),
            u16x8_extend_high_u8x16(bytes),
        );
        let quarters = [
            u32x4_extend_low_u16x8(low),
            u32x4_extend_high_u16x8(low),
            u32x4_extend_low_u16x8(high),
            u32x4_extend_high_u16x8(high),
        ];
        let (vectors, _) = Self::as_mut_simd_f32s(out);
        for (out, quarter) in vectors.iter_mut().zip(quarters) {
            *out = map.all(self, pulp::cast(f32x4_convert_u32x4(quarter)));
        }
    }
}

#[cfg(target_arch = "aarch64")]
impl Vectors for pulp::aarch64::Neon {
    #[inline(always)]
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]) {
        *out = bytes.to_le_bytes().map(|byte| map.one(byte));
    }
}

impl Vectors for Scalar128b {
    #[inline(always)]
    fn widen(self, bytes: u128, map: Map, out: &mut [f32; 16]) {
        *out = bytes.to_le_bytes().map(|byte| map.one(byte));
    }
}

/// Something to compute with whatever vectors there are. `FUSED`: multiplication and addition are one fast instruction.
pub(crate) trait Job {
    fn run<S: Vectors, const FUSED: bool>(self, simd: S);
}

/// The call of a job, which is compiled with the instructions of the processor that it is for.
#[cfg(target_arch = "x86_64")]
struct Call<J, S>(J, S);

#[cfg(target_arch = "x86_64")]
impl<J: Job, S: Vectors> NullaryFnOnce for Call<J, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.0.run::<S, true>(self.1);
    }
}

/// Does it with the best instructions that there are.
#[cfg(target_arch = "x86_64")]
pub(crate) fn compute(job: impl Job) {
    if let Some(simd) = pulp::x86::V4::try_new() {
        return simd.vectorize(Call(job, simd));
    }
    match pulp::x86::V3::try_new() {
        Some(simd) => simd.vectorize(Call(job, simd)),
        None => job.run::<_, false>(Scalar128b),
    }
}

/// Does it with the best instructions that there are.
#[cfg(target_arch = "aarch64")]
pub(crate) fn compute(job: impl Job) {
    match pulp::aarch64::Neon::try_new() {
        Some(simd) => job.run::<_, true>(simd),
        None => job.run::<_, false>(Scalar128b),
    }
}

/// Does it with the vectors that every browser has. Fused multiplications are not among what every browser has.
#[cfg(target_arch = "wasm32")]
pub(crate) fn compute(job: impl Job) {
    match pulp::wasm::Simd128::try_new() {
        Some(simd) => job.run::<_, false>(simd),
        None => job.run::<_, false>(Scalar128b),
    }
}

/// Does it as any processor can.
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "wasm32"
)))]
pub(crate) fn compute(job: impl Job) {
    job.run::<_, false>(Scalar128b);
}

/// For tests: what a processor does that has no wider vectors; whether this one has these.
#[cfg(test)]
pub(crate) fn compute_with_avx2(job: impl Job) -> bool {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        simd.vectorize(Call(job, simd));
        return true;
    }
    let _ = job;
    false
}

/// For tests: what a processor does that has no such instructions.
#[cfg(test)]
pub(crate) fn compute_plainly(job: impl Job) -> bool {
    job.run::<_, false>(Scalar128b);
    true
}

/// Multiplications that are worth another thread: some ten microseconds of them.
const WORTH: usize = 100_000;

/// Cuts `out` into parts of whole units, which threads compute side by side: `part(first unit, its place)`. A unit costs so
/// many multiplications.
pub(crate) fn share<T: Send>(
    out: &mut [T],
    unit: usize,
    cost: usize,
    part: impl Fn(usize, &mut [T]) + Sync,
) {
    if unit == 0 || out.is_empty() {
        return;
    }
    let units = out.len().div_ceil(unit);
    let threads = rayon::current_num_threads();
    // Some more parts than threads, because machines have other things to do.
    let parts = (units * cost / WORTH).clamp(1, 4 * threads);
    if threads < 2 || parts < 2 {
        return part(0, out);
    }
    // Kernels take four units at a time.
    let each = units.div_ceil(parts).next_multiple_of(4);
    out.par_chunks_mut(each * unit)
        .enumerate()
        .for_each(|(number, out)| part(number * each, out));
}
