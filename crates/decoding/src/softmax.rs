//! ln Σ exp over a whole vocabulary, fast and with the same bits on every target.

/// Values summed in single precision before they go into a double.
const BLOCK: usize = 512;
const LANES: usize = 16;

/// The largest value; minus infinity for none.
pub fn largest(scores: &[f32]) -> f32 {
    let (blocks, rest) = scores.as_chunks::<LANES>();
    let mut best = [f32::NEG_INFINITY; LANES];
    for block in blocks {
        for (best, &score) in best.iter_mut().zip(block) {
            *best = if score > *best { score } else { *best };
        }
    }
    best.iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a })
}

/// The smallest value; infinity for none.
pub fn smallest(scores: &[f32]) -> f32 {
    let (blocks, rest) = scores.as_chunks::<LANES>();
    let mut least = [f32::INFINITY; LANES];
    for block in blocks {
        for (least, &score) in least.iter_mut().zip(block) {
            *least = if score < *least { score } else { *least };
        }
    }
    least
        .iter()
        .chain(rest)
        .fold(f32::INFINITY, |a, &b| if b < a { b } else { a })
}

/// ln Σ exp, to about 1e-7 relative of the sum; minus infinity if there is nothing to sum.
///
/// Every step of a beam and every log-probability needs this sum over all logits, and an exact `exp` for each would
/// take longer than everything else together.
pub fn log_sum_exp(scores: &[f32]) -> f64 {
    let max = largest(scores);
    if max == f32::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    let mut sum = 0.0_f64;
    for block in scores.chunks(BLOCK) {
        let (parts, rest) = block.as_chunks::<LANES>();
        let mut lanes = [0.0_f32; LANES];
        for part in parts {
            for (lane, &score) in lanes.iter_mut().zip(part) {
                *lane += quick_exp(score - max);
            }
        }
        let rest = rest.iter().map(|&score| quick_exp(score - max));
        sum += lanes.into_iter().chain(rest).map(f64::from).sum::<f64>();
    }
    f64::from(max) + metrics::num::ln(sum)
}

/// The entropy of the distribution in nats, to about 1e-6; 0 if there is nothing to choose from.
///
/// ln Σ exp x − Σ x · exp x / Σ exp x, with x below the largest score by as much as they are.
pub fn entropy(scores: &[f32]) -> f64 {
    let max = largest(scores);
    if max == f32::NEG_INFINITY {
        return 0.0;
    }
    let (mut sum, mut weighted) = (0.0_f64, 0.0_f64);
    for block in scores.chunks(BLOCK) {
        let (parts, rest) = block.as_chunks::<LANES>();
        let (mut lanes, mut weights) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        for part in parts {
            for ((lane, weight), &score) in lanes.iter_mut().zip(&mut weights).zip(part) {
                let (exp, product) = term(score - max);
                *lane += exp;
                *weight += product;
            }
        }
        for &score in rest {
            let (exp, product) = term(score - max);
            sum += f64::from(exp);
            weighted += f64::from(product);
        }
        sum += lanes.into_iter().map(f64::from).sum::<f64>();
        weighted += weights.into_iter().map(f64::from).sum::<f64>();
    }
    metrics::num::ln(sum) - weighted / sum
}

/// e^x, and x times it, which goes to 0 with it.
fn term(x: f32) -> (f32, f32) {
    let exp = quick_exp(x);
    let bounded = if x > -1000.0 { x } else { -1000.0 };
    (exp, bounded * exp)
}

/// e^x of x up to 0, without branches, so that the compiler handles several at once.
pub(crate) fn quick_exp(x: f32) -> f32 {
    // Adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Below, powers of two leave the range of normal numbers.
    const LOWEST: f32 = -87.0;
    let bounded = if x > LOWEST { x } else { LOWEST };
    let shifted = bounded * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let f = (bounded - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // The series up to f^7 / 7!, for |f| up to ln 2 / 2.
    let mut series = 1.0 / 5040.0;
    for factor in [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        series = series * f + 1.0 / factor;
    }
    let power = (shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(127))
        << 23;
    let value = series * f32::from_bits(power);
    if x > LOWEST { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{entropy, log_sum_exp, quick_exp};
    use metrics::num;

    #[test]
    fn quick_exp_is_exp() {
        for step in 0..86_000 {
            let x = -step as f32 / 1000.0;
            let (quick, exact) = (f64::from(quick_exp(x)), num::exp(f64::from(x)));
            assert!(
                (quick - exact).abs() <= 3e-7 * exact,
                "{x}: {quick} {exact}"
            );
        }
        assert_eq!(quick_exp(0.0), 1.0);
        assert_eq!(quick_exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(quick_exp(-100.0), 0.0);
    }

    #[test]
    fn sums_of_all_sizes() {
        for n in [1, 2, 15, 16, 17, 511, 512, 513, 100_000] {
            let scores: Vec<f32> = (0..n)
                .map(|i| (i * 7919 % 1000) as f32 / 50.0 - 9.0)
                .collect();
            let wide: Vec<f64> = scores.iter().map(|&s| f64::from(s)).collect();
            let (quick, exact) = (log_sum_exp(&scores), num::log_sum_exp(&wide));
            assert!((quick - exact).abs() < 3e-7, "{n}: {quick} {exact}");
        }
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f32::NEG_INFINITY; 40]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[-1000.0, f32::NEG_INFINITY]), -1000.0);
    }

    #[test]
    fn entropies() {
        for n in [1, 2, 16, 17, 512, 513, 100_000] {
            let scores: Vec<f32> = (0..n)
                .map(|i| (i * 7919 % 1000) as f32 / 50.0 - 9.0)
                .collect();
            let wide: Vec<f64> = scores.iter().map(|&s| f64::from(s)).collect();
            let sum = num::log_sum_exp(&wide);
            let exact: f64 = wide.iter().map(|s| (sum - s) * num::exp(s - sum)).sum();
            let quick = entropy(&scores);
            assert!((quick - exact).abs() < 1e-6, "{n}: {quick} {exact}");
        }
        assert_eq!(entropy(&[]), 0.0);
        assert_eq!(entropy(&[f32::NEG_INFINITY; 3]), 0.0);
        assert_eq!(entropy(&[5.0, f32::NEG_INFINITY, -f32::MAX]), 0.0);
        let even = entropy(&[f32::NEG_INFINITY, 2.0, 2.0]);
        assert!((even - num::LN_2).abs() < 1e-7, "{even}");
    }
}
