//! How different several answers to one question are.
use std::cmp::Ordering;

/// Figures of several answers, each a list of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Diversity {
    /// Of all runs of one, two and three tokens the part that is different from each other: 1 when nothing comes twice
    /// (distinct-n of Li and others, 2016). `None` where no answer is so long.
    pub distinct: [Option<f64>; 3],
    /// Mean over all pairs of answers of what they share of their pairs of tokens: twice the shared ones by all of both, each
    /// counted as often as it comes. 1 when all are the same. `None` with fewer than two answers of two tokens.
    pub overlap: Option<f64>,
    /// Mean over all pairs of answers of the tokens before they part. `None` with fewer than two answers.
    pub common: Option<f64>,
}

impl Diversity {
    /// Takes time by the square of the number of answers.
    pub fn new<T: Ord>(answers: &[&[T]]) -> Self {
        let bags: Vec<Vec<&[T]>> = answers.iter().map(|answer| runs(&[answer], 2)).collect();
        let mut overlaps = Mean::default();
        let mut commons = Mean::default();
        for (at, (answer, own)) in answers.iter().zip(&bags).enumerate() {
            for (other, others) in answers.iter().zip(&bags).skip(at + 1) {
                let common = answer.iter().zip(*other).take_while(|(a, b)| a == b);
                commons.push(common.count() as f64);
                let all = own.len() + others.len();
                if all > 0 {
                    overlaps.push(2.0 * shared(own, others) as f64 / all as f64);
                }
            }
        }
        Self {
            distinct: [1, 2, 3].map(|n| distinct(answers, n)),
            overlap: overlaps.value(),
            common: commons.value(),
        }
    }
}

/// All runs of so many tokens, sorted.
fn runs<'a, T: Ord>(answers: &[&'a [T]], n: usize) -> Vec<&'a [T]> {
    let mut runs: Vec<&[T]> = answers
        .iter()
        .flat_map(|answer| answer.windows(n))
        .collect();
    runs.sort_unstable();
    runs
}

/// How many two sorted lists have in common, each counted as often as it comes in both.
fn shared<T: Ord>(own: &[T], others: &[T]) -> usize {
    let (mut at, mut other, mut shared) = (0, 0, 0);
    while let (Some(one), Some(two)) = (own.get(at), others.get(other)) {
        let order = one.cmp(two);
        at += usize::from(order != Ordering::Greater);
        other += usize::from(order != Ordering::Less);
        shared += usize::from(order == Ordering::Equal);
    }
    shared
}

fn distinct<T: Ord>(answers: &[&[T]], n: usize) -> Option<f64> {
    let mut runs = runs(answers, n);
    let all = runs.len();
    runs.dedup();
    (all > 0).then(|| runs.len() as f64 / all as f64)
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn push(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Diversity;

    #[test]
    fn figures() {
        for (answers, distinct, overlap, common) in [
            (
                &["abc", "abc"][..],
                [Some(0.5), Some(0.5), Some(0.5)],
                Some(1.0),
                Some(3.0),
            ),
            (
                &["abc", "def"],
                [Some(1.0), Some(1.0), Some(1.0)],
                Some(0.0),
                Some(0.0),
            ),
            // ab ba ab | ab bc: shared is one ab of five.
            (
                &["abab", "abc"],
                [Some(3.0 / 7.0), Some(0.6), Some(1.0)],
                Some(0.4),
                Some(2.0),
            ),
            (
                &["aaaa"],
                [Some(0.25), Some(1.0 / 3.0), Some(0.5)],
                None,
                None,
            ),
            (&["a", ""], [Some(1.0), None, None], None, Some(0.0)),
            (&[], [None; 3], None, None),
        ] {
            let lists: Vec<Vec<char>> = answers
                .iter()
                .map(|answer| answer.chars().collect())
                .collect();
            let lists: Vec<&[char]> = lists.iter().map(Vec::as_slice).collect();
            let expected = Diversity {
                distinct,
                overlap,
                common,
            };
            assert_eq!(Diversity::new(&lists), expected, "{answers:?}");
        }
    }
}
