//! Answers, and branches that leave them at a token.
use api::writing::NamedToken;
use metrics::{Reading, SequenceBuilder};

/// What becomes of a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// The model writes.
    #[default]
    Running,
    /// The model has ended it, for this reason: `stop`, `length`.
    Done(String),
    /// Somebody has stopped it; what was there stays.
    Stopped,
    /// It could not go on; what was there stays.
    Failed(String),
}

/// An answer, or a way that leaves another one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Branch {
    /// The branch that it leaves, and how many tokens of that one's whole way it keeps; `None` for an answer to the prompt.
    pub parent: Option<(usize, usize)>,
    /// Its own tokens.
    pub tokens: Vec<NamedToken>,
    /// So many of them were chosen or typed by a person.
    pub given: usize,
    /// What becomes of it.
    pub state: State,
}

/// All branches, in the order in which they began.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    branches: Vec<Branch>,
}

/// Figures of a way.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Tokens.
    pub tokens: usize,
    /// Those that have a value.
    pub scored: usize,
    /// Mean probability.
    pub probability: Option<f64>,
    /// e to the minus mean log-probability.
    pub perplexity: Option<f64>,
    /// Log-probability of all tokens that have a value together, nats.
    pub sum: f64,
}

impl Tree {
    /// Begins a branch; gives its number.
    pub fn begin(&mut self, parent: Option<(usize, usize)>, given: Vec<NamedToken>) -> usize {
        self.branches.push(Branch {
            parent,
            given: given.len(),
            tokens: given,
            state: State::Running,
        });
        self.branches.len() - 1
    }

    /// All of them.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// One of them.
    pub fn get(&self, branch: usize) -> Option<&Branch> {
        self.branches.get(branch)
    }

    /// The model has written a token more.
    pub fn push(&mut self, branch: usize, token: NamedToken) {
        if let Some(branch) = self.branches.get_mut(branch) {
            branch.tokens.push(token);
        }
    }

    /// What was typed is known as tokens now.
    pub fn give(&mut self, branch: usize, tokens: Vec<NamedToken>) {
        if let Some(branch) = self.branches.get_mut(branch) {
            branch.tokens.splice(..branch.given, tokens.iter().cloned());
            branch.given = tokens.len();
        }
    }

    /// It is over.
    pub fn end(&mut self, branch: usize, state: State) {
        if let Some(branch) = self.branches.get_mut(branch)
            && branch.state == State::Running
        {
            branch.state = state;
        }
    }

    /// All tokens from the prompt to the end of a branch.
    pub fn way(&self, branch: usize) -> Vec<&NamedToken> {
        let Some(own) = self.branches.get(branch) else {
            return Vec::new();
        };
        // Parents begin before their branches, so that this comes to an end.
        let mut way = match own.parent {
            Some((parent, kept)) if parent < branch => {
                let mut way = self.way(parent);
                way.truncate(kept);
                way
            }
            _ => Vec::new(),
        };
        way.extend(&own.tokens);
        way
    }

    /// Tokens of the way that are of other branches.
    pub fn kept(&self, branch: usize) -> usize {
        let own = self.branches.get(branch).map_or(0, |own| own.tokens.len());
        self.way(branch).len() - own
    }

    /// Those that leave a branch, with where they do.
    pub fn children(&self, of: Option<usize>) -> Vec<usize> {
        let parent = |branch: &Branch| branch.parent.map(|(parent, _)| parent);
        let all = self.branches.iter().enumerate();
        let leaving = all.filter(|(_, branch)| parent(branch) == of);
        leaving.map(|(number, _)| number).collect()
    }

    /// Figures of the whole way of a branch.
    pub fn figures(&self, branch: usize) -> Figures {
        let way = self.way(branch);
        let values: Vec<f64> = way.iter().filter_map(|token| token.logprob).collect();
        let mut builder = SequenceBuilder::default();
        for &value in &values {
            builder.push(Reading::new(Some(value)));
        }
        let found = builder.finish();
        Figures {
            tokens: way.len(),
            scored: values.len(),
            probability: found.mean_prob,
            perplexity: found.perplexity,
            sum: values.iter().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, logprob: f64) -> NamedToken {
        NamedToken {
            token: text.to_owned(),
            bytes: Some(text.as_bytes().to_vec()),
            logprob: Some(logprob),
            ..NamedToken::default()
        }
    }

    fn names(tree: &Tree, branch: usize) -> String {
        tree.way(branch)
            .iter()
            .map(|token| token.token.as_str())
            .collect()
    }

    #[test]
    fn branches_keep_what_they_leave() {
        let mut tree = Tree::default();
        let first = tree.begin(None, Vec::new());
        for (text, logprob) in [("a", -1.0), ("b", -2.0), ("c", -3.0)] {
            tree.push(first, token(text, logprob));
        }
        let second = tree.begin(Some((first, 1)), vec![token("x", -4.0)]);
        tree.push(second, token("y", -5.0));
        let third = tree.begin(Some((second, 3)), Vec::new());
        tree.push(third, token("z", -6.0));
        assert_eq!(
            [first, second, third].map(|one| names(&tree, one)),
            ["abc", "axy", "axyz"]
        );
        assert_eq!(tree.children(None), [first]);
        assert_eq!(tree.children(Some(first)), [second]);
        assert_eq!((tree.kept(third), tree.kept(first)), (3, 0));
        let figures = tree.figures(second);
        assert_eq!((figures.tokens, figures.scored, figures.sum), (3, 3, -10.0));
        let expected = metrics::num::exp(10.0 / 3.0);
        assert!((figures.perplexity.unwrap() - expected).abs() < 1e-12);
        // What a branch keeps does not change when the one that it leaves grows.
        tree.push(first, token("d", -1.0));
        assert_eq!(names(&tree, second), "axy");
        assert_eq!(names(&tree, 9), "");
    }

    #[test]
    fn what_was_typed_becomes_tokens() {
        let mut tree = Tree::default();
        let branch = tree.begin(None, vec![NamedToken::default()]);
        tree.push(branch, token("c", -1.0));
        let typed = |text| NamedToken {
            logprob: None,
            ..token(text, 0.0)
        };
        tree.give(branch, vec![typed("a"), typed("b")]);
        assert_eq!(
            (
                names(&tree, branch).as_str(),
                tree.get(branch).unwrap().given
            ),
            ("abc", 2)
        );
        assert_eq!(tree.figures(branch).scored, 1);
        tree.end(branch, State::Stopped);
        tree.end(branch, State::Done("stop".to_owned()));
        assert_eq!(tree.get(branch).unwrap().state, State::Stopped);
    }
}
