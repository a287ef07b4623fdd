//! Putting the pieces of streams together.
//!
//! Several streams may be open at once: logs of servers interleave them. A completion is handed out when its end was said,
//! when its stream ends, or when all its sequences are finished and another one begins.
use super::{CompletionSink, Origin, place};
use crate::FormatId;
use crate::record::{Draft, Piece, Role};
use crate::report::Code;

mod open;
pub(super) mod strand;
use open::Open;

/// The completions that are open.
#[derive(Debug)]
pub(super) struct Assembly {
    keep_alternatives: bool,
    open: Vec<Open>,
    /// Pieces were put together.
    pub(super) joined: bool,
    /// There were pieces that had to wait for others.
    pub(super) waited: bool,
}

impl Assembly {
    pub(super) fn new(keep_alternatives: bool) -> Self {
        Self {
            keep_alternatives,
            open: Vec::new(),
            joined: false,
            waited: false,
        }
    }

    /// No completion is open.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The piece is a whole completion, and none is open that it may belong to.
    pub(super) fn is_whole(&self, draft: &Draft, format: FormatId, piece: Piece) -> bool {
        let key = draft.bytes(piece.key);
        if matches!(piece.role, Role::Last | Role::Whole) {
            let begins = piece.position.is_none_or(|position| position <= 1);
            let mut open = self.open.iter();
            let awaited = |open: &Open| {
                open.takes(draft, format, key) || open.format == format && open.key.is_empty()
            };
            return begins && !open.any(awaited);
        }
        let mut open = self.open.iter().filter(|open| open.format == format);
        piece.role == Role::Perhaps
            && draft.choices.iter().all(|choice| choice.finished)
            && open.all(|open| open.key != key || open.is_finished() && !draft.choices.is_empty())
    }

    /// The next piece.
    pub(super) fn push(
        &mut self,
        draft: &Draft,
        format: FormatId,
        piece: Piece,
        origin: Origin<'_>,
        sink: &mut impl CompletionSink,
    ) {
        self.waited = true;
        let key = draft.bytes(piece.key);
        // Without a key it belongs to what was begun last; and what goes on with a key may have begun without one.
        let last = |fits: &dyn Fn(&Open) -> bool| self.open.iter().rposition(fits);
        let known = last(&|open| open.takes(draft, format, key)).or_else(|| {
            last(&|open| open.format == format && open.key.is_empty() && piece.position.is_none())
        });
        let known = match known {
            Some(nth) if self.open[nth].is_over(draft, piece) => {
                self.open.remove(nth).finish(sink);
                None
            }
            other => other,
        };
        let nth = match known {
            Some(nth) => nth,
            // Usage that comes after the end says nothing about another answer.
            None if draft.choices.is_empty() && piece.role == Role::Next => {
                return sink.problem(Code::NoChoices, 1, place(origin.at, String::new()));
            }
            None => {
                self.close_finished(sink);
                self.open
                    .push(Open::new(format, key, origin, self.keep_alternatives));
                self.open.len() - 1
            }
        };
        self.open[nth].add(draft, format, piece, origin);
        self.joined |= self.open[nth].pieces > 1 && piece.role != Role::Run;
        if matches!(piece.role, Role::Last | Role::Whole) {
            self.open.remove(nth).finish(sink);
        }
    }

    /// A record that is no piece follows: what may end here, ends here.
    pub(super) fn pause(&mut self, sink: &mut impl CompletionSink) {
        self.close_where(sink, |open| {
            matches!(open.role, Role::Run | Role::Perhaps) || open.is_finished()
        });
    }

    /// Another completion begins: those that lack nothing are handed out.
    fn close_finished(&mut self, sink: &mut impl CompletionSink) {
        self.close_where(sink, |open| {
            open.role == Role::Perhaps || open.is_finished()
        });
    }

    /// The end of the stream.
    pub(super) fn close(&mut self, sink: &mut impl CompletionSink) {
        self.close_where(sink, |_| true);
    }

    fn close_where(&mut self, sink: &mut impl CompletionSink, ends: impl Fn(&Open) -> bool) {
        let mut nth = 0;
        while nth < self.open.len() {
            if ends(&self.open[nth]) {
                self.open.remove(nth).finish(sink);
            } else {
                nth += 1;
            }
        }
    }
}
