//! Order without sorting everything: only as many of the best as somebody asks for.
use std::cmp::Ordering;

/// How many are put into order first; each further block is four times as large.
const FIRST: usize = 64;

/// The indices 0 to n - 1 from the best to the worst.
pub(crate) struct Ranking<F> {
    order: Vec<usize>,
    sorted: usize,
    compare: F,
}

impl<F: Fn(usize, usize) -> Ordering> Ranking<F> {
    /// `compare` says `Less` if the first index is the better one; it must never say `Equal` for two different ones.
    pub(crate) fn new(n: usize, compare: F) -> Self {
        Self {
            order: (0..n).collect(),
            sorted: 0,
            compare,
        }
    }

    /// The index at a rank, 0 being the best.
    pub(crate) fn at(&mut self, rank: usize) -> Option<usize> {
        while rank >= self.sorted && self.sorted < self.order.len() {
            self.sort_more();
        }
        self.order.get(rank).copied()
    }

    fn sort_more(&mut self) {
        let Self {
            order,
            sorted,
            compare,
        } = self;
        let rest = &mut order[*sorted..];
        let block = (*sorted * 4).max(FIRST).min(rest.len());
        if block < rest.len() {
            rest.select_nth_unstable_by(block, |&a, &b| compare(a, b));
        }
        rest[..block].sort_unstable_by(|&a, &b| compare(a, b));
        *sorted += block;
    }
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
    use super::{Ranking, kth_largest};

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
    fn ranks_are_those_of_a_sort() {
        let values = mixed(3000);
        let compare = |a: usize, b: usize| values[b].total_cmp(&values[a]).then(a.cmp(&b));
        let mut sorted: Vec<usize> = (0..values.len()).collect();
        sorted.sort_by(|&a, &b| compare(a, b));
        let mut ranking = Ranking::new(values.len(), compare);
        for rank in [0, 63, 64, 65, 2999, 5] {
            assert_eq!(ranking.at(rank), Some(sorted[rank]));
        }
        assert_eq!(ranking.at(3000), None);
    }
}
