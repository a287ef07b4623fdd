//! Collecting problems while a file is read, in bounded memory.
use super::{Code, Level, Place, Problem};

/// Problems by code, in order of first appearance.
#[derive(Debug, Clone)]
pub(crate) struct ProblemLog {
    codes: Vec<Code>,
    problems: Vec<Problem>,
    places: usize,
}

impl ProblemLog {
    /// A log that keeps this many places per code.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            codes: Vec::new(),
            problems: Vec::new(),
            places,
        }
    }

    /// One more case; `place` is asked for only if it is kept.
    pub(crate) fn add(&mut self, code: Code, place: impl FnOnce() -> Place) {
        self.add_many(code, code.texts().level, 1, place);
    }

    /// `count` more cases at one place, with a level of their own. The worst level of a code stays.
    pub(crate) fn add_many(
        &mut self,
        code: Code,
        level: Level,
        count: u64,
        place: impl FnOnce() -> Place,
    ) {
        let places = self.places;
        let problem = self.problem(code, level);
        problem.count += count;
        if problem.places.len() < places {
            problem.places.push(place());
        }
    }

    /// `count` more cases of which the first ones lie at `first`.
    pub(crate) fn add_at(
        &mut self,
        code: Code,
        level: Level,
        count: u64,
        first: impl IntoIterator<Item = Place>,
    ) {
        let places = self.places;
        let problem = self.problem(code, level);
        problem.count += count;
        let room = places.saturating_sub(problem.places.len());
        problem.places.extend(first.into_iter().take(room));
    }

    /// The problem of this code, from now on at least of this level.
    fn problem(&mut self, code: Code, level: Level) -> &mut Problem {
        let index = match self.codes.iter().position(|&known| known == code) {
            Some(index) => index,
            None => {
                self.codes.push(code);
                self.problems.push(Problem {
                    code: code.texts().name,
                    level,
                    count: 0,
                    places: Vec::new(),
                });
                self.problems.len() - 1
            }
        };
        let problem = &mut self.problems[index];
        problem.level = problem.level.max(level);
        problem
    }

    /// There was a problem of this kind.
    pub(crate) fn knows(&self, code: Code) -> bool {
        self.codes.contains(&code)
    }

    /// What was collected, with the codes.
    pub(crate) fn into_coded(self) -> impl Iterator<Item = (Code, Problem)> {
        self.codes.into_iter().zip(self.problems)
    }

    /// What was collected.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
