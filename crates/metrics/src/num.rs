//! The only place where exp, ln and friends come from.
//!
//! Pinned `libm` on every target: the functions of std follow toolchain and platform, and differ between browser and
//! server in the last bits. Clippy forbids them elsewhere.
pub use std::f64::consts::{LN_2, LN_10};

/// e to the power x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to base 2.
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// e^x - 1, exact for small x; 1 - p of a log-probability l is `-expm1(l)`.
pub fn expm1(x: f64) -> f64 {
    libm::expm1(x)
}

/// ln(1 + x), exact for small x.
pub fn log1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// x to the power y.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Square root.
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// ln Σ exp(x) without overflow; minus infinity for no values.
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    let mut sum = crate::Sum::default();
    for &value in values {
        sum.add(exp(value - max));
    }
    max + ln(sum.value())
}

/// A finite value without negative zero; anything else is undefined.
pub(crate) fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_sum_exp_neither_overflows_nor_underflows() {
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[-1000.0]), -1000.0);
        assert!((log_sum_exp(&[-1000.0, -1000.0]) - (-1000.0 + LN_2)).abs() < 1e-12);
    }

    #[test]
    fn finite_drops_what_must_not_leave_the_crate() {
        assert_eq!(finite(f64::NAN), None);
        assert_eq!(finite(f64::INFINITY), None);
        assert_eq!(finite(-0.0).map(f64::to_bits), Some(0.0_f64.to_bits()));
    }
}
