//! Order without sorting everything: only the part in which something is decided.
use std::cmp::Ordering;

/// Parts into which the way from the best to the worst is divided.
const PARTS: usize = 1024;
/// What is farther away than so many nats has next to no weight: it is all in the last part.
const FAR: f32 = 32.0;

/// Things in an order, each with a weight.
pub(crate) struct Ranked<'a, C> {
    weights: &'a [f64],
    /// The part in which each lies.
    parts: Vec<u16>,
    compare: C,
}

impl<'a, C: Fn(usize, usize) -> Ordering> Ranked<'a, C> {
    /// By their weights, none below 0, and how far each is from where the order begins, from 0 to `span`. `compare` is `Less` if
    /// the first one comes before the other; it agrees with the distances, and never says `Equal` of two.
    pub(crate) fn new(
        weights: &'a [f64],
        distances: impl Iterator<Item = f32>,
        span: f32,
        compare: C,
    ) -> Self {
        // Adding it rounds to a whole number, which then stands in the lowest bits: a conversion would be slower than all the rest.
        const ROUND: f32 = 8_388_608.0;
        const LAST: f32 = (PARTS - 1) as f32;
        let scale = LAST / if span < FAR { span } else { FAR };
        let part = |distance: f32| {
            let place = distance * scale;
            // Also where nothing is far from anything, and the product is none.
            let place = if place > 0.0 { place } else { 0.0 };
            let place = if place < LAST { place } else { LAST };
            (place + ROUND).to_bits() as u16
        };
        Self {
            weights,
            parts: distances.map(part).collect(),
            compare,
        }
    }

    /// The one with which the weights, summed up in the order, are `enough` for the first time; `None` if they never are.
    ///
    /// It is the one that a sort of all and a sum from its beginning find, to the last bit: sums in another order differ by less than
    /// `margin`, and where that could matter, it is the sum in the order that decides.
    pub(crate) fn crossing(&self, enough: f64) -> Option<usize> {
        let mut sums = vec![0.0_f64; PARTS];
        for (weight, &part) in self.weights.iter().zip(&self.parts) {
            sums[usize::from(part) % PARTS] += weight;
        }
        let all: f64 = sums.iter().sum();
        let margin = 2.0 * self.weights.len() as f64 * f64::EPSILON * all;
        let mut passed = 0.0;
        for (part, sum) in (0..).zip(&sums) {
            if passed + sum <= enough - margin {
                passed += sum;
                continue;
            }
            for at in self.sorted(part, part) {
                passed += self.weights[at];
                if passed >= enough + margin {
                    return Some(at);
                }
                if passed > enough - margin {
                    return self.summed(part, enough);
                }
            }
        }
        None
    }

    /// The same by the sum in the order, which first goes as far as one part.
    fn summed(&self, last: u16, enough: f64) -> Option<usize> {
        [last, u16::MAX].into_iter().find_map(|last| {
            let mut sum = 0.0;
            self.sorted(0, last).into_iter().find(|&at| {
                sum += self.weights[at];
                sum >= enough
            })
        })
    }

    /// Those of some parts.
    fn sorted(&self, first: u16, last: u16) -> Vec<usize> {
        let mut found = Vec::new();
        for (at, &part) in self.parts.iter().enumerate() {
            if part >= first && part <= last {
                found.push(at);
            }
        }
        found.sort_unstable_by(|&a, &b| (self.compare)(a, b));
        found
    }
}

/// The first `wanted` of the indices 0 to n - 1 in an order, in no order of their own.
pub(crate) fn first(
    n: usize,
    wanted: usize,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    if wanted < n {
        all.select_nth_unstable_by(wanted, |&a, &b| compare(a, b));
        all.truncate(wanted);
    }
    all
}

/// The k-th largest of the values above minus infinity, k from 1; minus infinity if there are fewer.
pub(crate) fn kth_largest(values: &[f32], k: usize) -> f32 {
    /// Looked at together: most parts have nothing above the floor.
    const PART: usize = 32;
    let k = k.max(1);
    let full = k.saturating_mul(2).max(k.saturating_add(64));
    let mut best: Vec<f32> = Vec::new();
    // There are k values not below it already.
    let mut floor = f32::NEG_INFINITY;
    for part in values.chunks(PART) {
        if crate::softmax::largest(part) <= floor {
            continue;
        }
        best.extend(part.iter().filter(|value| **value > floor));
        if best.len() >= full {
            floor = *best.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a)).1;
            best.truncate(k);
        }
    }
    if best.len() < k {
        return f32::NEG_INFINITY;
    }
    *best.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a)).1
}

#[cfg(test)]
mod tests {
    use super::{Ranked, first, kth_largest};
    use metrics::num;

    fn mixed(n: usize) -> Vec<f32> {
        (0..n).map(|i| (i * 7919 % 997) as f32).collect()
    }

    #[test]
    fn the_kth_largest_is_that_of_a_sort() {
        for values in [mixed(0), mixed(1), mixed(50), mixed(5000), vec![2.0; 300]] {
            let mut sorted = values.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            for k in [1, 2, 3, 31, 32, 33, 49, 50, 51, 1000, 6000, usize::MAX] {
                let expected = sorted.get(k - 1).copied().unwrap_or(f32::NEG_INFINITY);
                assert_eq!(kth_largest(&values, k), expected, "{} {k}", values.len());
            }
        }
        let rising: Vec<f32> = (0..2000).map(|i| i as f32).collect();
        assert_eq!(kth_largest(&rising, 10), 1990.0);
        assert_eq!(kth_largest(&[f32::NEG_INFINITY, 1.0], 2), f32::NEG_INFINITY);
    }

    #[test]
    fn the_crossing_is_that_of_a_sort() {
        for n in [0, 1, 2, 63, 1000, 5000] {
            // Far apart, close together, and all the same.
            for width in [80.0, 1e-9, 0.0] {
                let distances: Vec<f64> = mixed(n)
                    .iter()
                    .map(|value| f64::from(*value) / 997.0 * width)
                    .collect();
                let weights: Vec<f64> = distances.iter().map(|d| num::exp(-d)).collect();
                let compare =
                    |a: usize, b: usize| distances[a].total_cmp(&distances[b]).then(b.cmp(&a));
                let far = distances.iter().map(|&distance| distance as f32);
                let ranked = Ranked::new(&weights, far, width as f32, compare);
                let mut sorted: Vec<usize> = (0..n).collect();
                sorted.sort_by(|&a, &b| compare(a, b));
                let mut sum = 0.0;
                let sums: Vec<f64> = sorted
                    .iter()
                    .map(|&at| {
                        sum += weights[at];
                        sum
                    })
                    .collect();
                // Also exactly where the sum passes: there the last bit decides.
                let marks = sums
                    .iter()
                    .step_by(n / 7 + 1)
                    .flat_map(|&sum| [sum, sum.next_up(), sum.next_down()]);
                for enough in marks.chain([0.0, sum / 2.0, sum, sum * 2.0]) {
                    let expected = sums
                        .iter()
                        .position(|&sum| sum >= enough)
                        .map(|rank| sorted[rank]);
                    assert_eq!(ranked.crossing(enough), expected, "{n} {width} {enough}");
                }
                let mut found = first(n, 5, compare);
                found.sort_by(|&a, &b| compare(a, b));
                assert_eq!(found, sorted[..n.min(5)]);
            }
        }
    }
}
