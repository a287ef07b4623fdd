//! Does the text repeat itself? On tokens: of their text or bytes, whatever compares as equal.
use std::collections::BTreeMap;

/// Repetitions and tokens that a loop needs at least.
const MIN_REPEATS: usize = 3;
const MIN_LENGTH: usize = 12;

/// A text that ends in repetitions of one run of tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailLoop {
    /// Tokens in the repeated run.
    pub period: u32,
    /// Tokens from the beginning of the first repetition to the end.
    pub length: u32,
}

impl TailLoop {
    /// How often the run is there, the last time maybe only in part: at least 3.
    pub fn repeats(&self) -> f64 {
        f64::from(self.length) / f64::from(self.period)
    }
}

/// The shortest run whose repetitions reach the end: at least three of them, and at least twelve tokens together.
///
/// Takes about n log n comparisons: each period is given up at the first difference, and a text that goes on long
/// for many periods has a shorter one.
pub fn tail_loop<T: PartialEq>(tokens: &[T]) -> Option<TailLoop> {
    (1..=tokens.len() / MIN_REPEATS).find_map(|period| {
        let (earlier, later) = (&tokens[..tokens.len() - period], &tokens[period..]);
        let same = earlier
            .iter()
            .rev()
            .zip(later.iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        let length = same + period;
        if length < (MIN_REPEATS * period).max(MIN_LENGTH) {
            return None;
        }
        Some(TailLoop {
            period: u32::try_from(period).ok()?,
            length: u32::try_from(length).ok()?,
        })
    })
}

/// Distinct n-grams / all n-grams, above 0 to 1; `None` for fewer than n tokens.
pub fn distinct_n<T: Ord>(tokens: &[T], n: usize) -> Option<f64> {
    if n == 0 || tokens.len() < n {
        return None;
    }
    let mut grams: Vec<&[T]> = tokens.windows(n).collect();
    let all = grams.len();
    grams.sort_unstable();
    grams.dedup();
    Some(grams.len() as f64 / all as f64)
}

/// Share of repeated n-grams, 0 to below 1: 1 - [`distinct_n`].
pub fn rep_n<T: Ord>(tokens: &[T], n: usize) -> Option<f64> {
    distinct_n(tokens, n).map(|distinct| 1.0 - distinct)
}

/// `distinct_2` · `distinct_3` · `distinct_4`; `None` for fewer than four tokens.
pub fn diversity<T: Ord>(tokens: &[T]) -> Option<f64> {
    Some(distinct_n(tokens, 2)? * distinct_n(tokens, 3)? * distinct_n(tokens, 4)?)
}

/// Share of positions whose token occurs among the `window` tokens before it; `None` for no tokens.
pub fn rep_l<T: Ord>(tokens: &[T], window: usize) -> Option<f64> {
    let mut last = BTreeMap::new();
    let repeated = tokens
        .iter()
        .enumerate()
        .filter(|&(at, token)| {
            last.insert(token, at)
                .is_some_and(|before| at - before <= window)
        })
        .count();
    (!tokens.is_empty()).then(|| repeated as f64 / tokens.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_at_the_end() {
        let table: &[(&str, Option<(u32, u32)>)] = &[
            ("", None),
            ("aaaaaaaaaaa", None), // eleven tokens are too few
            ("aaaaaaaaaaaa", Some((1, 12))),
            ("xyaaaaaaaaaaaa", Some((1, 12))),
            ("abababababab", Some((2, 12))),
            ("babababababab", Some((2, 13))),
            ("abcdabcdabcd", Some((4, 12))),
            ("abcdefabcdef", None), // only twice
            ("abcdeabcdeabcde", Some((5, 15))),
            ("abcdeabcdeabcd", None),    // not three times
            ("abcdabcdabcdabcde", None), // stops before the end
        ];
        for &(text, want) in table {
            let got = tail_loop(text.as_bytes()).map(|found| (found.period, found.length));
            assert_eq!(got, want, "{text:?}");
        }
        assert_eq!(
            tail_loop(b"xabababababababa").map(|found| found.repeats()),
            Some(7.5)
        );
    }

    #[test]
    fn shares() {
        assert_eq!(distinct_n(b"aabb", 0), None);
        assert_eq!(rep_l(b"abca", 3), Some(0.25));
        assert_eq!(rep_l(b"abca", 2), Some(0.0));
        assert_eq!(diversity(b"abc"), None);
        assert_eq!(diversity(b"abcd"), Some(1.0));
    }
}
