//! Compensated sums.

/// Neumaier's compensated sum with the number of values. Values must be finite.
///
/// The order of the values is part of the result: everybody adds in token order, then in file order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sum {
    sum: f64,
    compensation: f64,
    count: u64,
}

impl Sum {
    /// Adds the next value.
    pub fn add(&mut self, value: f64) {
        let total = self.sum + value;
        // What `total` has lost of the smaller of the two.
        self.compensation += if self.sum.abs() >= value.abs() {
            (self.sum - total) + value
        } else {
            (value - total) + self.sum
        };
        self.sum = total;
        self.count += 1;
    }
    /// The sum; 0 for no values.
    pub fn value(&self) -> f64 {
        self.sum + self.compensation
    }
    /// How many values were added.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// The mean; `None` for no values or when the sum is too large for f64.
    pub fn mean(&self) -> Option<f64> {
        if self.count == 0 {
            None
        } else {
            crate::num::finite(self.value() / self.count as f64)
        }
    }
}

impl Extend<f64> for Sum {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.add(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> Sum {
        let mut sum = Sum::default();
        sum.extend(values.iter().copied());
        sum
    }

    #[test]
    fn keeps_what_plain_addition_loses() {
        assert_eq!(1.0 + 1e100 + 1.0 - 1e100, 0.0);
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]).value(), 2.0);
    }

    #[test]
    fn means() {
        assert_eq!(sum(&[]).mean(), None);
        assert_eq!(sum(&[]).value(), 0.0);
        assert_eq!(sum(&[1.0, 2.0]).mean(), Some(1.5));
        assert_eq!(sum(&[-0.0]).mean().map(f64::to_bits), Some(0));
        assert_eq!(sum(&[f64::MAX, f64::MAX]).mean(), None);
    }
}
