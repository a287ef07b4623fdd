//! Medians, and how sure they are.

/// Resamples of the bootstrap.
const RESAMPLES: usize = 10_000;

/// A median with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Estimate {
    /// Of these values; `None` of none. Always the same for the same values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let middle = median(values.to_vec())?;
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut medians = Vec::with_capacity(RESAMPLES);
        for _ in 0..RESAMPLES {
            let draw = |_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                values[(random % values.len() as u64) as usize]
            };
            medians.extend(median((0..values.len()).map(draw).collect()));
        }
        medians.sort_unstable_by(f64::total_cmp);
        let at = |share: usize| medians.get(RESAMPLES * share / 1000).copied();
        Some(Self {
            median: middle,
            low: at(25)?,
            high: at(975)?,
        })
    }

    /// Of something that has no spread.
    pub(crate) fn exact(value: f64) -> Self {
        Self {
            median: value,
            low: value,
            high: value,
        }
    }
}

/// The middle value, or the mean of the two middle ones.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn intervals_hold_the_median_and_follow_the_spread() {
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[2.0; 11]), Some(Estimate::exact(2.0)));
        let spread: Vec<f64> = (0..11).map(f64::from).collect();
        let found = Estimate::of(&spread).unwrap();
        assert_eq!(found.median, 5.0);
        // Of 11 values the exact interval from order statistics is from the 3rd to the 9th or one wider.
        assert!(
            (1.0..=3.0).contains(&found.low) && (7.0..=9.0).contains(&found.high),
            "{found:?}"
        );
        let mut outlier = spread;
        outlier[10] = 1000.0;
        assert_eq!(Estimate::of(&outlier).unwrap().median, 5.0);
    }
}
