//! One completion of which more is to come.
use super::super::{CompletionSink, Origin, place};
use super::strand::Strand;
use crate::FormatId;
use crate::record::{ChoiceDraft, Draft, Head, Piece, Role, Span};
use crate::report::Code;

/// A completion of which not all pieces are there.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) format: FormatId,
    pub(super) key: Vec<u8>,
    origin: Origin<'static>,
    pub(super) pieces: u64,
    /// The head and the notes, with the bytes they point to.
    draft: Draft,
    strands: Vec<Strand>,
    /// The number of its last piece.
    position: Option<u64>,
    pub(super) role: Role,
}

impl Open {
    pub(super) fn new(
        format: FormatId,
        key: &[u8],
        origin: Origin<'_>,
        keep_alternatives: bool,
    ) -> Self {
        Self {
            format,
            key: key.to_vec(),
            origin: Origin {
                at: origin.at,
                extent: origin.extent,
                record: None,
            },
            pieces: 0,
            draft: Draft {
                keep_alternatives,
                ..Draft::default()
            },
            strands: Vec::new(),
            position: None,
            role: Role::Next,
        }
    }

    /// A piece of this format with this key may belong to it.
    pub(super) fn takes(&self, draft: &Draft, format: FormatId, key: &[u8]) -> bool {
        if self.format == format {
            return self.key == key || key.is_empty();
        }
        (self.draft.vague || draft.vague) && self.key == key
    }

    /// All sequences have said why they ended.
    pub(super) fn is_finished(&self) -> bool {
        !self.strands.is_empty() && self.strands.iter().all(|strand| strand.choice.finished)
    }

    /// The piece belongs to another completion with the same key, or without any.
    pub(super) fn is_over(&self, draft: &Draft, piece: Piece) -> bool {
        let falls_back = piece
            .position
            .zip(self.position)
            .is_some_and(|(new, old)| new <= old);
        // Keys may be missing; then text behind an end is the beginning of another answer.
        let goes_on = |choice: &ChoiceDraft| {
            let strand = self
                .strands
                .iter()
                .find(|strand| strand.choice.index == choice.index);
            strand.is_some_and(|strand| strand.choice.finished) && says_something(draft, choice)
        };
        falls_back
            || (matches!(piece.role, Role::Next | Role::Last | Role::Perhaps)
                && draft.choices.iter().any(goes_on))
    }

    /// The piece has everything that is there. Servers can be told to send only what is new instead; then the same value for
    /// the same token is the next one if the number of tokens has grown and nothing else has.
    fn is_repeated(&self, draft: &Draft) -> bool {
        self.strands.iter().all(|strand| {
            let index = strand.choice.index;
            let piece = draft.choices.iter().find(|choice| choice.index == index);
            piece.is_some_and(|piece| {
                let size = (
                    draft.len_of(piece),
                    piece.text.map_or(0, |text| text.end - text.start),
                );
                let grown = draft.head.completion_tokens > self.draft.head.completion_tokens;
                strand.is_in(draft, piece) && !(grown && size == strand.size())
            })
        })
    }

    fn has_note(&self, code: Code) -> bool {
        self.draft.notes.iter().any(|note| note.code == code)
    }

    pub(super) fn add(
        &mut self,
        draft: &Draft,
        format: FormatId,
        piece: Piece,
        origin: Origin<'_>,
    ) {
        let end = origin.at.byte + origin.extent.len;
        self.origin.extent.len = end.saturating_sub(self.origin.at.byte);
        if piece
            .position
            .is_some_and(|position| self.pieces == 0 && position > 1)
        {
            self.draft.note(Code::StreamHeadMissing, None, String::new);
        }
        self.pieces += 1;
        self.position = piece.position.or(self.position);
        let before = std::mem::replace(&mut self.role, piece.role);
        if self.pieces == 1 {
            self.draft.vague = draft.vague;
        } else if self.draft.vague && !draft.vague {
            // Now it has told its format.
            (self.draft.vague, self.format) = (false, format);
            self.draft.head.evidence = None;
        }
        let everything = matches!(piece.role, Role::SoFar | Role::Whole);
        // Values that have come are not given up for a last word without any.
        let says_less = everything
            && self.strands.iter().any(Strand::has_tokens)
            && draft.choices.iter().all(|choice| draft.len_of(choice) == 0);
        let goes_on = before == Role::SoFar && !self.is_repeated(draft);
        if everything && !says_less && goes_on {
            if !self.has_note(Code::StreamJoined) {
                self.draft.note(Code::StreamJoined, None, String::new);
            }
        } else if everything && !says_less {
            self.strands.clear();
            if before == Role::SoFar {
                self.draft.notes.clear();
                self.draft.surrogates = 0;
            }
        }
        self.head(draft);
        self.draft.surrogates += draft.surrogates;
        for choice in &draft.choices {
            let nth = match self
                .strands
                .iter()
                .position(|strand| strand.choice.index == choice.index)
            {
                Some(nth) => nth,
                None => {
                    self.strands
                        .push(Strand::new(choice.index, draft.keep_alternatives));
                    self.strands.len() - 1
                }
            };
            let strand = &mut self.strands[nth];
            if says_less {
                strand.end(choice);
            } else if piece.role == Role::Last && strand.is_summed_up(draft, choice) {
                let end = ChoiceDraft {
                    content: Default::default(),
                    refusal: Default::default(),
                    ..choice.clone()
                };
                strand.add(draft, &end);
            } else {
                strand.add(draft, choice);
            }
        }
        for note in &draft.notes {
            let index = note
                .choice
                .and_then(|choice| draft.choices.get(choice))
                .map(|choice| choice.index);
            let nth = self
                .strands
                .iter()
                .position(|strand| Some(strand.choice.index) == index);
            let known = self
                .draft
                .notes
                .iter_mut()
                .find(|known| known.code == note.code && known.choice == nth);
            match known {
                Some(known) => known.count += note.count,
                None => self.draft.notes.push(crate::record::draft::Note {
                    choice: nth,
                    completion: 0,
                    ..note.clone()
                }),
            }
        }
    }

    /// What the piece says about the completion as a whole; the last word counts.
    fn head(&mut self, draft: &Draft) {
        let (said, known) = (draft.head, self.draft.head);
        let mut moved = |span: Option<Span>, known: Option<Span>| match span {
            Some(span)
                if known.is_none_or(|known| self.draft.bytes(known) != draft.bytes(span)) =>
            {
                Some(self.draft.store(draft.bytes(span)))
            }
            _ => known,
        };
        let spans = (
            moved(said.id, known.id),
            moved(said.model, known.model),
            moved(said.label, known.label),
            moved(said.object, known.object),
            moved(said.prompt, known.prompt),
            moved(said.chat, known.chat),
        );
        self.draft.head = Head {
            id: spans.0,
            model: spans.1,
            label: spans.2,
            object: spans.3,
            prompt: spans.4,
            chat: spans.5,
            asked: said.asked.or(known.asked),
            created: known.created.or(said.created),
            prompt_tokens: said.prompt_tokens.or(known.prompt_tokens),
            completion_tokens: said.completion_tokens.or(known.completion_tokens),
            reasoning_tokens: said.reasoning_tokens.or(known.reasoning_tokens),
            dialect: known.dialect.or(said.dialect),
            evidence: known.evidence.or(said.evidence),
        };
    }

    /// Hands the completion out.
    pub(super) fn finish(mut self, sink: &mut impl CompletionSink) {
        let ended = match self.role {
            Role::Last | Role::Whole | Role::Run => true,
            Role::Perhaps => self.pieces == 1 || self.is_finished(),
            Role::Next | Role::SoFar => self.is_finished(),
        };
        if !ended {
            self.draft.note(Code::StreamCut, None, String::new);
        }
        for strand in &self.strands {
            let choice = strand.write(&mut self.draft);
            self.draft.choices.push(choice);
        }
        self.draft.seal(self.format);
        // Several records became one range of the stream.
        if self.pieces > 1 && self.origin.extent.form == crate::Form::Value {
            self.origin.extent.form = crate::Form::Values;
        }
        if self.draft.surrogates > 0 {
            let place = place(self.origin.at, String::new());
            sink.problem(Code::Surrogate, u64::from(self.draft.surrogates), place);
        }
        for (nth, completion) in self.draft.completions.iter().enumerate() {
            sink.completion(&self.draft, completion, nth, self.origin, &[]);
        }
    }
}

/// The choice of a piece has text or tokens.
fn says_something(draft: &Draft, choice: &ChoiceDraft) -> bool {
    let text = |span: Option<Span>| span.is_some_and(|span| span.start < span.end);
    draft.len_of(choice) > 0
        || text(choice.text)
        || text(choice.refusal_text)
        || !choice.tool_calls.is_empty()
}
