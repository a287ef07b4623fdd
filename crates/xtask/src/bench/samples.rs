//! The lines that `crates/bench/js/compare.mjs` prints.

/// Two sides, one after the other; milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) first: Took,
    pub(crate) second: Took,
}

/// What one run of a side took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Took {
    pub(crate) cpu: f64,
    pub(crate) wall: f64,
}

/// The pairs of one comparison.
pub(crate) fn of(text: &str, comparison: &str) -> Vec<Pair> {
    text.lines()
        .filter_map(|line| pair(line, comparison))
        .collect()
}

/// The values of this name.
pub(crate) fn values(text: &str, name: &str) -> Vec<f64> {
    let value = |line: &str| {
        let rest = line.strip_prefix("value ")?.strip_prefix(name)?;
        rest.strip_prefix(' ')?.parse().ok()
    };
    text.lines().filter_map(value).collect()
}

fn pair(line: &str, comparison: &str) -> Option<Pair> {
    let rest = line
        .strip_prefix("pair ")?
        .strip_prefix(comparison)?
        .strip_prefix(' ')?;
    let mut numbers = rest.split(' ').map_while(|number| number.parse().ok());
    let mut took = || {
        Some(Took {
            cpu: numbers.next()?,
            wall: numbers.next()?,
        })
    };
    Some(Pair {
        first: took()?,
        second: took()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_name() {
        let text = "value rows 1.5\nvalue rows-2 7\npair a/b 1 2 3 4\nvalue rows 2\n";
        assert_eq!(values(text, "rows"), [1.5, 2.0]);
    }

    #[test]
    fn lines_of_a_comparison() {
        let text =
            "equal x\npair a/b 4 5.5 2 3\npair a/bc 1 1 1 1\npair a/b 8 9 4\npair a/b 6 7 3 4\n";
        let pairs: Vec<_> = of(text, "a/b")
            .iter()
            .map(|pair| {
                (
                    pair.first.cpu,
                    pair.first.wall,
                    pair.second.cpu,
                    pair.second.wall,
                )
            })
            .collect();
        assert_eq!(pairs, [(4.0, 5.5, 2.0, 3.0), (6.0, 7.0, 3.0, 4.0)]);
    }
}
