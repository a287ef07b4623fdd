//! Going back to an earlier state of a draft.
use super::{Draft, Head, Remarks};

/// How far a draft is, to go back to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    arena: usize,
    tokens: usize,
    alternatives: usize,
    choices: usize,
    notes: usize,
    completions: usize,
    failures: usize,
    surrogates: u32,
    head: Head,
}

impl Mark {
    /// How far it is.
    pub(crate) fn of(draft: &Draft) -> Self {
        Self {
            arena: draft.arena.len(),
            tokens: draft.tokens.len(),
            alternatives: draft.alternatives.len(),
            choices: draft.choices.len(),
            notes: draft.notes.len(),
            completions: draft.completions.len(),
            failures: draft.failures.len(),
            surrogates: draft.surrogates,
            head: draft.head,
        }
    }

    /// Refusals up to there.
    pub(crate) fn failures(&self) -> usize {
        self.failures
    }

    /// Forgets what was read since.
    pub(crate) fn restore(self, draft: &mut Draft) {
        draft.arena.truncate(self.arena);
        draft.tokens.truncate(self.tokens);
        draft.alternatives.truncate(self.alternatives);
        draft.choices.truncate(self.choices);
        draft.notes.truncate(self.notes);
        draft.completions.truncate(self.completions);
        draft.inner.retain(|(nth, _)| *nth < self.completions);
        draft.failures.truncate(self.failures);
        draft.surrogates = self.surrogates;
        draft.remarks = Remarks::default();
        draft.head = self.head;
    }
}
