//! One sequence of a stream, piece by piece.
use crate::record::draft::{AlternativeDraft, TokenRange, ToolCall};
use crate::record::{ChoiceDraft, Draft, Span, TokenDraft};

/// What was read of one sequence. Its parts grow apart from each other, because tokens and texts come in turns.
#[derive(Debug)]
pub(super) struct Strand {
    /// What is no list and no text.
    pub(super) choice: ChoiceDraft,
    prompt: Draft,
    content: Draft,
    refusal: Draft,
    text: Option<Vec<u8>>,
    refusal_text: Option<Vec<u8>>,
    /// Index, name, arguments.
    tool_calls: Vec<(u32, Vec<u8>, Vec<u8>)>,
}

impl Strand {
    pub(super) fn new(index: u32, keep_alternatives: bool) -> Self {
        let part = || Draft {
            keep_alternatives,
            ..Draft::default()
        };
        Self {
            choice: ChoiceDraft {
                index,
                ..ChoiceDraft::default()
            },
            prompt: part(),
            content: part(),
            refusal: part(),
            text: None,
            refusal_text: None,
            tool_calls: Vec::new(),
        }
    }

    /// There are tokens of the answer.
    pub(super) fn has_tokens(&self) -> bool {
        !self.content.tokens.is_empty() || !self.refusal.tokens.is_empty()
    }

    /// The piece says why the sequence ended; nothing else of it is of use.
    pub(super) fn end(&mut self, piece: &ChoiceDraft) {
        if piece.finished {
            (self.choice.finished, self.choice.finish) = (true, piece.finish);
        }
    }

    /// The next piece.
    pub(super) fn add(&mut self, draft: &Draft, piece: &ChoiceDraft) {
        self.end(piece);
        let choice = &mut self.choice;
        choice.kind = choice.kind.or(piece.kind);
        choice.why = choice.why.or(piece.why);
        choice.reasoning |= piece.reasoning;
        choice.prompt_values |= piece.prompt_values;
        choice.saw = choice.saw.or(piece.saw);
        choice.remarks = choice.remarks.or(piece.remarks);
        // The last pieces of a stream often say `null`: what was listed before counts.
        choice.values = choice.values.with(piece.values);
        copy_tokens(&mut self.prompt, draft, piece.prompt);
        copy_tokens(&mut self.content, draft, piece.content);
        copy_tokens(&mut self.refusal, draft, piece.refusal);
        append(&mut self.text, draft, piece.text);
        append(&mut self.refusal_text, draft, piece.refusal_text);
        for call in &piece.tool_calls {
            let nth = match self
                .tool_calls
                .iter()
                .position(|known| known.0 == call.index)
            {
                Some(nth) => nth,
                None => {
                    self.tool_calls.push((call.index, Vec::new(), Vec::new()));
                    self.tool_calls.len() - 1
                }
            };
            let (_, name, arguments) = &mut self.tool_calls[nth];
            name.extend_from_slice(draft.bytes(call.name));
            arguments.extend_from_slice(draft.bytes(call.arguments));
        }
    }

    /// The piece has all tokens that are there, and its text begins with the text that is there.
    pub(super) fn is_in(&self, draft: &Draft, piece: &ChoiceDraft) -> bool {
        let begins = |known: &Option<Vec<u8>>, text: Option<Span>| match (known, text) {
            (Some(known), Some(text)) => draft.bytes(text).starts_with(known),
            (known, _) => known.as_ref().is_none_or(Vec::is_empty),
        };
        self.has_begun(draft, piece)
            && begins(&self.text, piece.text)
            && begins(&self.refusal_text, piece.refusal_text)
    }

    /// The tokens of the piece begin with all that are there.
    fn has_begun(&self, draft: &Draft, piece: &ChoiceDraft) -> bool {
        let begins = |known: &Draft, range: TokenRange| {
            let tokens = draft.tokens.get(range.start..range.end).unwrap_or_default();
            let same = |known: &TokenDraft, token: &TokenDraft| {
                known.raw.to_bits() == token.raw.to_bits() && known.id == token.id
            };
            tokens.len() >= known.tokens.len()
                && known
                    .tokens
                    .iter()
                    .zip(tokens)
                    .all(|(known, token)| same(known, token))
        };
        begins(&self.content, piece.content) && begins(&self.refusal, piece.refusal)
    }

    /// The last event of some streams lists all tokens again, without their text.
    pub(super) fn is_summed_up(&self, draft: &Draft, piece: &ChoiceDraft) -> bool {
        let has_text = piece.text.is_some_and(|text| text.start < text.end);
        !has_text && self.size().0 > 0 && self.has_begun(draft, piece)
    }

    /// Number of its tokens, and of the bytes of its text.
    pub(super) fn size(&self) -> (usize, usize) {
        let tokens = self.content.tokens.len() + self.refusal.tokens.len();
        (tokens, self.text.as_ref().map_or(0, Vec::len))
    }

    /// Writes all of it into `out`; the choice that is returned is still to be appended.
    pub(super) fn write(&self, out: &mut Draft) -> ChoiceDraft {
        let part = |out: &mut Draft, part: &Draft| {
            let all = TokenRange::since(0, part);
            let start = out.tokens.len();
            copy_tokens(out, part, all);
            TokenRange::since(start, out)
        };
        let mut choice = ChoiceDraft {
            prompt: part(out, &self.prompt),
            content: part(out, &self.content),
            refusal: part(out, &self.refusal),
            text: self.text.as_ref().map(|text| out.store(text)),
            refusal_text: self.refusal_text.as_ref().map(|text| out.store(text)),
            ..self.choice.clone()
        };
        for (index, name, arguments) in &self.tool_calls {
            let call = ToolCall {
                index: *index,
                name: out.store(name),
                arguments: out.store(arguments),
            };
            choice.tool_calls.push(call);
        }
        choice
    }
}

fn append(to: &mut Option<Vec<u8>>, draft: &Draft, text: Option<Span>) {
    if let Some(text) = text {
        to.get_or_insert_default()
            .extend_from_slice(draft.bytes(text));
    }
}

/// Appends tokens of another draft, with their alternatives as far as they are kept.
pub(crate) fn copy_tokens(to: &mut Draft, from: &Draft, range: TokenRange) {
    for token in from.tokens.get(range.start..range.end).unwrap_or_default() {
        let mut alternatives = token.alternatives;
        let listed = from
            .alternatives
            .iter()
            .skip(alternatives.first)
            .take(alternatives.count as usize);
        alternatives.first = to.alternatives.len();
        if from.keep_alternatives && to.keep_alternatives {
            for listed in listed {
                let copy = AlternativeDraft {
                    name: to.store(from.bytes(listed.name)),
                    bytes: to.store(from.bytes(listed.bytes)),
                    ..*listed
                };
                to.alternatives.push(copy);
            }
        }
        let copy = TokenDraft {
            bytes: to.store(from.bytes(token.bytes)),
            alternatives,
            ..*token
        };
        to.tokens.push(copy);
    }
}
