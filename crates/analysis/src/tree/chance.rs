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

/// Answers that took a node, and those that came to its parent; those that were cut off there do not count.
pub(super) fn counts(nodes: &[Node], node: u32) -> Option<(u32, u32)> {
    // One that is cut off later has chosen its way here.
    let cut_here = |node: &Node| node.cut && node.text.is_empty();
    let node = nodes.get(node as usize)?;
    let parent = nodes.get(node.parent? as usize)?;
    let children = parent
        .children
        .iter()
        .filter_map(|&child| nodes.get(child as usize));
    let cut: u32 = children
        .filter(|child| cut_here(child))
        .map(|child| child.count)
        .sum();
    (!cut_here(node)).then_some((node.count, parent.count - cut))
}

/// Fills in the verdicts.
pub(super) fn judge(nodes: &mut [Node]) {
    let index = |at: usize| u32::try_from(at).ok();
    let tested: Vec<(usize, f64, u32, u32)> = (0..nodes.len())
        .filter_map(|at| {
            let (took, of) = counts(nodes, index(at)?)?;
            let node = nodes.get(at)?;
            let (took, of) = (took.checked_sub(node.tokens)?, of.checked_sub(node.tokens)?);
            (of > 0).then_some((at, node.probability?, took, of))
        })
        .collect();
    let alpha = (1.0 - LEVEL) / tested.len() as f64;
    for &(at, probability, took, of) in &tested {
        let (low, high) = interval(took, of, alpha);
        nodes[at].verdict = if probability < low {
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
        _ => root(|p| at_least(took, of, p) - alpha / 2.0),
    };
    let high = match of - took {
        0 => 1.0,
        // As few took it as that many did not.
        left => 1.0 - root(|p| at_least(left, of, p) - alpha / 2.0),
    };
    (low, high)
}

/// Where an ascending function of 0 to 1 crosses 0.
fn root(of: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // Each halving is a bit; a probability of f64 between 0.5 and 1 has 53.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if of(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Probability of at least `least` successes (one or more) among `of`, each of probability `p`, between 0 and 1.
fn at_least(least: u32, of: u32, p: f64) -> f64 {
    let odds = num::ln(p) - num::log1p(-p);
    let mut term = f64::from(of) * num::log1p(-p);
    let mut sum = metrics::Sum::default();
    for nth in 1..=of {
        term += num::ln(f64::from(of - nth + 1) / f64::from(nth)) + odds;
        if nth >= least {
            sum.add(num::exp(term));
        }
    }
    sum.value().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::{at_least, interval};

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
        near(
            at_least(1, 1000, 0.001),
            1.0 - metrics::num::exp(1000.0 * metrics::num::log1p(-0.001)),
        );
    }

    /// The ends have a closed form where none or all succeed: 1 - (α/2)^(1/n) and (α/2)^(1/n).
    #[test]
    fn intervals() {
        let root = |n: f64| metrics::num::exp(metrics::num::ln(0.025) / n);
        for n in [1_u32, 5, 40] {
            let (low, high) = interval(0, n, 0.05);
            near(low, 0.0);
            near(high, 1.0 - root(n.into()));
            let (low, high) = interval(n, n, 0.05);
            near(low, root(n.into()));
            near(high, 1.0);
        }
        // Both ends have α/2 of the distribution beyond them.
        for (took, of) in [(1, 2), (3, 10), (7, 10), (50, 120)] {
            let (low, high) = interval(took, of, 0.05);
            near(at_least(took, of, low), 0.025);
            near(1.0 - at_least(took + 1, of, high), 0.025);
            let mirrored = interval(of - took, of, 0.05);
            near(mirrored.0, 1.0 - high);
            near(mirrored.1, 1.0 - low);
        }
    }
}
