//! A long row of probabilities in few pixels.

/// The smallest probability in each of `columns` neighbouring stretches of about equal length, so that no weak token is
/// lost. Fewer values than columns are returned as they are. `None` where a stretch has no value at all.
pub fn minimum_per_column(probabilities: &[Option<f64>], columns: usize) -> Vec<Option<f64>> {
    let (n, columns) = (probabilities.len(), columns.min(probabilities.len()));
    (0..columns)
        .map(|column| {
            let stretch = &probabilities[column * n / columns..(column + 1) * n / columns];
            stretch.iter().copied().flatten().reduce(f64::min)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stretches() {
        let values = [Some(0.9), Some(0.1), None, None, Some(0.5), Some(0.7)];
        assert_eq!(minimum_per_column(&values, 3), [Some(0.1), None, Some(0.5)]);
        assert_eq!(minimum_per_column(&values, 1), [Some(0.1)]);
        assert_eq!(minimum_per_column(&values, 6), values);
        assert_eq!(minimum_per_column(&values, 100), values);
        assert_eq!(minimum_per_column(&values, 0), []);
        assert_eq!(minimum_per_column(&[], 5), []);
    }

    proptest! {
        #[test]
        fn keeps_the_weakest_of_all_and_the_order(
            values in prop::collection::vec(prop::option::of(0.0..1.0_f64), 0..200), columns in 1..50_usize,
        ) {
            let minima = minimum_per_column(&values, columns);
            prop_assert_eq!(minima.len(), columns.min(values.len()));
            let least = |values: &[Option<f64>]| values.iter().copied().flatten().reduce(f64::min);
            prop_assert_eq!(least(&minima), least(&values));
            // Every minimum is a value of its stretch, and stretches follow one another.
            let mut rest = values.iter();
            for minimum in &minima {
                prop_assert!(minimum.is_none() || rest.any(|value| value == minimum));
            }
        }
    }
}
