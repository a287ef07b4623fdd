//! Do the probabilities of a list add up to more than one?

/// More than this is more than rounding.
const LIMIT: f64 = 1.001;
/// An estimate below this is of a sum below the limit.
const SURELY_BELOW: f64 = 1.0009;
/// e to the power of less than this does not matter: it counts as [`TINY`].
const LEAST: f64 = -30.0;
const TINY: f64 = 1e-13;

/// Estimates the sum: an exact power of e costs several times as much, and hardly any list is near the limit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mass(f64);

impl Mass {
    /// Adds the probability of one log-probability, as written.
    #[inline(always)]
    pub(crate) fn add(&mut self, raw: f64) {
        // NaN fails the comparison and adds next to nothing, too.
        self.0 += if raw > LEAST { estimate(raw) } else { TINY };
    }

    /// The sum is not above the limit for sure.
    #[inline(always)]
    pub(crate) fn is_below(self) -> bool {
        self.0 <= SURELY_BELOW
    }
}

/// Do these log-probabilities, as written, add up to more than 1.001?
pub(crate) fn is_overfull(values: impl Iterator<Item = f64> + Clone) -> bool {
    let mut estimated = Mass::default();
    values.clone().for_each(|raw| estimated.add(raw));
    !estimated.is_below() && exact(values) > LIMIT
}

fn exact(values: impl Iterator<Item = f64>) -> f64 {
    let mut mass = 0.0;
    for raw in values {
        // NaN fails the comparison too.
        if raw > metrics::policy::FLOOR {
            mass += metrics::num::exp(raw);
        }
    }
    mass
}

/// Powers of e in between the estimates, of 0, -1/16, -2/16 and so on.
const POWERS: [f64; 512] = {
    /// e to the power of -1/16.
    const STEP: f64 = 0.939_413_062_813_475_8;
    let mut powers = [1.0; 512];
    let mut nth = 1;
    while nth < powers.len() {
        powers[nth] = powers[nth - 1] * STEP;
        nth += 1;
    }
    powers
};

/// e to the power of a value above [`LEAST`], to 1 part in 100,000; infinite where it is above the limit.
#[inline(always)]
fn estimate(raw: f64) -> f64 {
    /// Its lowest bits count ones, so that adding it rounds.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    if raw > 0.001 {
        return f64::INFINITY;
    }
    let steps = raw * -16.0;
    let shifted = steps + ROUND;
    let rest = steps - (shifted - ROUND);
    let near = POWERS[shifted.to_bits() as usize % POWERS.len()];
    near * (1.0 + rest * (rest * (1.0 / 512.0) - 1.0 / 16.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_near() {
        for step in 0..=310_000 {
            let raw = 1.0 - f64::from(step) / 10_000.0;
            let mut mass = Mass::default();
            mass.add(raw);
            let want = metrics::num::exp(raw);
            let more = raw <= LEAST || raw > 0.001;
            assert!(
                (mass.0 / want - 1.0).abs() < 1e-5 || (more && mass.0 >= want),
                "{raw}: {} {want}",
                mass.0
            );
        }
    }

    #[test]
    fn the_limit_is_exact() {
        let table: &[(&[f64], bool)] = &[
            (&[], false),
            (&[0.0], false),
            (&[0.000_999], false),
            (&[0.001], true),
            (&[-0.000_1, -6.9], false),
            (&[-0.000_1, -6.8], true),
            (&[0.0, -6.907_756], false),
            (&[0.0, -6.907_755], true),
            (
                &[0.0, f64::NAN, f64::NEG_INFINITY, -1e300, -9999.0, -31.0],
                false,
            ),
            (&[f64::INFINITY], true),
            (&[1.5], true),
            (&[f64::NAN, 800.0], true),
        ];
        for &(values, want) in table {
            assert_eq!(is_overfull(values.iter().copied()), want, "{values:?}");
            assert_eq!(exact(values.iter().copied()) > LIMIT, want, "{values:?}");
        }
    }
}
