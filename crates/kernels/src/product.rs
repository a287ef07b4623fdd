//! Sums of products of rows: the innermost loops.
use pulp::Simd;

/// w · x for every pair of R rows and C vectors of one length.
#[inline(always)]
pub(crate) fn products<S: Simd, const FUSED: bool, const R: usize, const C: usize>(
    simd: S,
    w: [&[f32]; R],
    x: [&[f32]; C],
) -> [[f32; C]; R] {
    let w = w.map(S::as_simd_f32s);
    let x = x.map(S::as_simd_f32s);
    let steps = x[0].0.len();
    // So that the compiler sees that all are of one length.
    let vectors = w.map(|(vectors, _)| &vectors[..steps]);
    let columns = x.map(|(vectors, _)| &vectors[..steps]);
    let mut sums = [[simd.splat_f32s(0.0); C]; R];
    for step in 0..steps {
        let x = columns.map(|x| x[step]);
        for (sums, w) in sums.iter_mut().zip(vectors) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = add_product::<S, FUSED>(simd, w[step], x, *sum);
            }
        }
    }
    let mut out = [[0.0; C]; R];
    for (out, (sums, (_, w))) in out.iter_mut().zip(sums.into_iter().zip(w)) {
        for (out, (sum, (_, x))) in out.iter_mut().zip(sums.into_iter().zip(x)) {
            let rest: f32 = w.iter().zip(x).map(|(w, x)| w * x).sum();
            *out = simd.reduce_sum_f32s(sum) + rest;
        }
    }
    out
}

/// a · b + sum.
#[inline(always)]
pub(crate) fn add_product<S: Simd, const FUSED: bool>(
    simd: S,
    a: S::f32s,
    b: S::f32s,
    sum: S::f32s,
) -> S::f32s {
    if FUSED {
        simd.mul_add_f32s(a, b, sum)
    } else {
        simd.add_f32s(simd.mul_f32s(a, b), sum)
    }
}
