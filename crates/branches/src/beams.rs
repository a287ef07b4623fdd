//! The steps of a beam search as the tree that it walked, with the branches that lost.
use crate::pieces::text;
use api::writing::{Branch, Fate, NamedToken};

/// All steps so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beams {
    steps: Vec<Vec<Branch>>,
}

/// A stretch without a fork, and where it forks at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Fork {
    /// Its text.
    pub text: String,
    /// Tokens of it.
    pub tokens: usize,
    /// Where its end is: the step, and the branch in it.
    pub at: (usize, usize),
    /// Sum of the way to its end after the processors.
    pub total: f64,
    /// What became of its end.
    pub fate: Fate,
    /// How it goes on.
    pub next: Vec<Fork>,
}

impl Beams {
    /// One step more.
    pub fn push(&mut self, branches: Vec<Branch>) {
        self.steps.push(branches);
    }

    /// Steps so far.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// None yet.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// All tokens of the way to a branch of a step; none where there is no such branch.
    pub fn way(&self, at: (usize, usize)) -> Vec<&NamedToken> {
        let (step, mut place) = at;
        let mut way = Vec::new();
        for step in self.steps.get(..=step).unwrap_or_default().iter().rev() {
            let Some(branch) = step.get(place) else {
                return Vec::new();
            };
            way.push(&branch.token);
            place = branch.parent;
        }
        way.reverse();
        way
    }

    /// The tree. What goes on only in one way is one stretch.
    pub fn forks(&self) -> Vec<Fork> {
        // From the end to the beginning: when a branch is made, all that goes on with it is there.
        let mut after: Vec<(usize, Chain)> = Vec::new();
        for (number, step) in self.steps.iter().enumerate().rev() {
            let mut made: Vec<(usize, Chain)> = Vec::new();
            for (at, branch) in step.iter().enumerate() {
                let (mine, others) = after.into_iter().partition(|(parent, _)| *parent == at);
                after = others;
                made.push((branch.parent, Chain::of(branch, (number, at), mine)));
            }
            after = made;
        }
        after.into_iter().map(|(_, chain)| chain.fork()).collect()
    }
}

/// A stretch whose tokens are not text yet.
struct Chain<'a> {
    /// From its end to its beginning.
    tokens: Vec<&'a NamedToken>,
    end: &'a Branch,
    at: (usize, usize),
    next: Vec<Fork>,
}

impl<'a> Chain<'a> {
    fn of(branch: &'a Branch, at: (usize, usize), after: Vec<(usize, Chain<'a>)>) -> Self {
        let mut after: Vec<Chain<'a>> = after.into_iter().map(|(_, chain)| chain).collect();
        if after.len() == 1
            && let Some(mut only) = after.pop()
        {
            only.tokens.push(&branch.token);
            return only;
        }
        Self {
            tokens: vec![&branch.token],
            end: branch,
            at,
            next: after.into_iter().map(Chain::fork).collect(),
        }
    }

    fn fork(self) -> Fork {
        Fork {
            text: text(self.tokens.iter().rev().copied()),
            tokens: self.tokens.len(),
            at: self.at,
            total: self.end.total,
            fate: self.end.fate,
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(parent: usize, text: &str, total: f64, fate: Fate) -> Branch {
        Branch {
            parent,
            token: NamedToken {
                token: text.to_owned(),
                bytes: Some(text.as_bytes().to_vec()),
                ..NamedToken::default()
            },
            total,
            fate,
        }
    }

    fn shown(forks: &[Fork]) -> String {
        let one = |fork: &Fork| {
            let fate = match fork.fate {
                Fate::GoesOn => "",
                Fate::Ended => ".",
                Fate::Lost => "!",
            };
            let next = match fork.next.is_empty() {
                true => String::new(),
                false => format!("({})", shown(&fork.next)),
            };
            format!("{}{fate}{next}", fork.text)
        };
        forks.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn stretches_without_a_fork_are_one() {
        use Fate::{Ended, GoesOn, Lost};
        let mut beams = Beams::default();
        assert_eq!(shown(&beams.forks()), "");
        beams.push(vec![
            branch(0, "a", -1.0, GoesOn),
            branch(0, "b", -2.0, GoesOn),
            branch(0, "c", -3.0, Lost),
        ]);
        beams.push(vec![
            branch(1, "d", -3.0, GoesOn),
            branch(0, "e", -4.0, GoesOn),
            branch(0, "f", -5.0, Lost),
        ]);
        beams.push(vec![
            branch(0, "g", -4.0, Ended),
            branch(1, "h", -5.0, Lost),
        ]);
        assert_eq!(shown(&beams.forks()), "a(eh! f!) bdg. c!");
        let forks = beams.forks();
        assert_eq!((forks[1].tokens, forks[1].total), (3, -4.0));
        assert_eq!((beams.len(), beams.is_empty()), (3, false));
        // The way to every end, those that lost among them.
        let way = |at| text(beams.way(at));
        let ends = [&forks[0].next[0], &forks[0].next[1], &forks[1], &forks[2]];
        assert_eq!(ends.map(|end| way(end.at)), ["aeh", "af", "bdg", "c"]);
        assert_eq!(
            (
                way((2, 0)).as_str(),
                way((1, 9)).as_str(),
                way((9, 9)).as_str()
            ),
            ("bdg", "", "")
        );
    }
}
