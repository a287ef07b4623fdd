//! Do as many answers take a branch as the model's probability says?
//!
//! Of n answers that came to a place, the number that takes a branch of probability q is binomial, if the answers were drawn
//! from the probabilities that the file states: other settings (a temperature, top-p) show here. The interval is that of
//! Clopper and Pearson, which is exact, and is held by all branches of a tree together with [`LEVEL`] (Bonferroni).
//!
//! A branch is on the tree because somebody took it. So for each token that leads there its first answer is left out, of those
//! that took the branch and of all: only the others could have gone elsewhere without our looking elsewhere.
use super::Node;
use metrics::num;
use serde::{Deserialize, Serialize};

/// Chance that no branch of a tree is called wrong while all is as the probabilities say.
pub const LEVEL: f64 = 0.95;

/// What counts and probability say of each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// The probability is not known, or too few answers came there.
    Unknown,
    /// The probability lies within the interval.
    Agrees {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// More answers took it than the probability says: that lies below the interval.
    Above {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
    /// Fewer did: the probability lies above the interval.
    Below {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
    },
}

/// Fills in the verdicts.
pub(super) fn judge(nodes: &mut [Node]) {
    let tested = |node: &Node| {
        let took = node.count.checked_sub(node.tokens)?;
        let of = node.of.checked_sub(node.tokens).filter(|&of| of > 0)?;
        Some((node.probability?, took, of))
    };
    let number = nodes.iter().filter(|node| tested(node).is_some()).count();
    let alpha = (1.0 - LEVEL) / number as f64;
    for node in nodes {
        let Some((probability, took, of)) = tested(node) else {
            continue;
        };
        let (low, high) = interval(took, of, alpha);
        node.verdict = if probability < low {
            Verdict::Above { low, high }
        } else if probability > high {
            Verdict::Below { low, high }
        } else {
            Verdict::Agrees { low, high }
        };
    }
}

/// The probabilities for which `took` of `of` is not surprising: each end leaves out `alpha` / 2.
fn interval(took: u32, of: u32, alpha: f64) -> (f64, f64) {
    let low = match took {
        0 => 0.0,
        _ => least_probability(took, of, alpha / 2.0),
    };
    let high = match of - took {
        0 => 1.0,
        // As few took it as that many did not.
        left => 1.0 - least_probability(left, of, alpha / 2.0),
    };
    (low, high)
}

/// The probability for which at least `least` successes (one or more) among `of` have the chance `tail`, less than a half.
fn least_probability(least: u32, of: u32, tail: f64) -> f64 {
    let ways = ln_choose(of, least);
    let (mut low, mut high) = (0.0, 1.0);
    // Each halving is a bit; a probability of f64 between 0.5 and 1 has 53.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if exceeds(least, of, ways, middle, tail) {
            high = middle;
        } else {
            low = middle;
        }
    }
    (low + high) / 2.0
}

/// ln of the number of ways to choose some of all.
fn ln_choose(all: u32, some: u32) -> f64 {
    let some = some.min(all - some);
    let mut sum = metrics::Sum::default();
    sum.extend((1..=some).map(|nth| num::ln(f64::from(all - some + nth) / f64::from(nth))));
    sum.value()
}

/// Whether at least so many successes, each of probability `p`, have more than the chance `tail`, less than a half.
/// `ways` is ln of the number of ways in which `least` of `of` succeed.
fn exceeds(least: u32, of: u32, ways: f64, p: f64, tail: f64) -> bool {
    // Where the mean is at least that number, the median is, too.
    if p * f64::from(of) >= f64::from(least) {
        return true;
    }
    let (success, failure) = (num::ln(p), num::log1p(-p));
    let mut term = num::exp(ways + f64::from(least) * success + f64::from(of - least) * failure);
    let odds = num::exp(success - failure);
    let mut sum = 0.0;
    // Beyond the mean each term is less than the one before.
    for nth in least..=of {
        sum += term;
        if sum > tail {
            return true;
        }
        if term < tail * 1e-18 {
            return false;
        }
        term *= odds * f64::from(of - nth) / f64::from(nth + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::interval;
    use metrics::num::{exp, ln, log1p};

    /// Probability of at least so many successes: all terms, one by one.
    fn at_least(least: u32, of: u32, p: f64) -> f64 {
        let mut term = f64::from(of) * log1p(-p);
        let mut sum = if least == 0 { exp(term) } else { 0.0 };
        for nth in 1..=of {
            term += ln(f64::from(of - nth + 1) / f64::from(nth)) + ln(p) - log1p(-p);
            sum += if nth >= least { exp(term) } else { 0.0 };
        }
        sum
    }

    #[track_caller]
    fn near(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-9, "{got} {want}");
    }

    /// Values of the binomial distribution by hand.
    #[test]
    fn tails() {
        near(at_least(1, 3, 0.5), 7.0 / 8.0);
        near(at_least(2, 3, 0.5), 0.5);
        near(at_least(3, 3, 0.5), 1.0 / 8.0);
        near(at_least(2, 2, 0.1), 0.01);
        near(at_least(1, 1000, 0.001), 1.0 - exp(1000.0 * log1p(-0.001)));
    }

    /// The ends have a closed form where none or all succeed: 1 - (α/2)^(1/n) and (α/2)^(1/n).
    #[test]
    fn intervals() {
        let root = |n: f64| exp(ln(0.025) / n);
        for n in [1_u32, 5, 40] {
            let (low, high) = interval(0, n, 0.05);
            near(low, 0.0);
            near(high, 1.0 - root(n.into()));
            let (low, high) = interval(n, n, 0.05);
            near(low, root(n.into()));
            near(high, 1.0);
        }
        // Both ends have α/2 of the distribution beyond them.
        for (took, of) in [(1, 2), (3, 10), (7, 10), (50, 120), (3000, 4000)] {
            let (low, high) = interval(took, of, 0.05);
            near(at_least(took, of, low), 0.025);
            near(1.0 - at_least(took + 1, of, high), 0.025);
            let mirrored = interval(of - took, of, 0.05);
            near(mirrored.0, 1.0 - high);
            near(mirrored.1, 1.0 - low);
        }
    }
}
