//! Responses that are written as text inside a record: JSON in a string, a recorded stream.
use super::assembly::strand::copy_tokens;
use super::{CompletionSink, Intake, Layer, Origin};
use crate::containers;
use crate::formats::echo;
use crate::record::draft::ToolCall;
use crate::record::{ChoiceDraft, CompletionDraft, Draft, Head, Span};
use crate::report::Code;
use crate::{Limits, Place};

/// Envelopes and decodings around a response, at most.
pub(crate) const DEEPEST: u32 = 6;

/// Reads the text and seals the completions that it holds in `draft`. What is no completion leaves no trace, except for
/// answers of servers that refused.
pub(crate) fn read(text: &[u8], draft: &mut Draft, limits: Limits) {
    if draft.envelopes >= DEEPEST {
        return;
    }
    let keep_alternatives = draft.keep_alternatives;
    let envelopes = draft.envelopes + 1;
    let first = draft.completions.len();
    let keep_context = draft.keep_context;
    let mut intake = Intake::new(limits, keep_alternatives, Inner { draft });
    if keep_context {
        intake = intake.with_context();
    }
    intake.envelopes = envelopes;
    if containers::read_whole(text, limits, &mut intake) == "sse" {
        intake.sink.draft.layer("sse");
    }
    // What was asked stands around the text.
    echo::settle_sealed(draft, first);
}

/// Puts completions into the draft of the record around them.
struct Inner<'a> {
    draft: &'a mut Draft,
}

impl CompletionSink for Inner<'_> {
    fn completion(
        &mut self,
        from: &Draft,
        completion: &CompletionDraft,
        nth: usize,
        _origin: Origin<'_>,
        layers: &[Layer],
    ) {
        let around = self.draft.head;
        let first = self.draft.choices.len();
        let said = completion.head;
        let mut moved = |span: Option<Span>| span.map(|span| self.draft.store(from.bytes(span)));
        self.draft.head = Head {
            id: moved(said.id),
            model: moved(said.model).or(around.model),
            label: moved(said.label).or(around.label),
            object: moved(said.object),
            prompt: moved(said.prompt).or(around.prompt),
            asked: said.asked.or(around.asked),
            chat: moved(said.chat).or(around.chat),
            ..said
        };
        for choice in &from.choices[completion.first_choice..completion.end_choice] {
            let copy = copy_choice(self.draft, from, choice);
            self.draft.choices.push(copy);
        }
        for note in from.notes.iter().filter(|note| note.completion == nth) {
            let choice = note
                .choice
                .map(|choice| first + choice.saturating_sub(completion.first_choice));
            let completion = self.draft.completions.len();
            self.draft.notes.push(crate::record::draft::Note {
                completion,
                choice,
                ..note.clone()
            });
        }
        if !layers.is_empty() {
            let nth = self.draft.completions.len();
            self.draft.inner.push((nth, layers.to_vec()));
        }
        self.draft.seal(completion.format);
        // What stands around holds for those that follow, too.
        self.draft.head = Head {
            label: around.label,
            prompt: around.prompt,
            asked: around.asked,
            model: around.model,
            ..Head::default()
        };
    }

    fn problem(&mut self, code: Code, _count: u64, place: Place) {
        if code == Code::RequestFailed {
            self.draft.failures.push(place.detail);
        }
    }

    fn layers(&mut self, layers: &[&'static str]) {
        for layer in layers {
            self.draft.layer(layer);
        }
    }
}

fn copy_choice(to: &mut Draft, from: &Draft, choice: &ChoiceDraft) -> ChoiceDraft {
    let mut part = |range| {
        let start = to.tokens.len();
        copy_tokens(to, from, range);
        crate::record::draft::TokenRange::since(start, to)
    };
    let (prompt, content, refusal) = (
        part(choice.prompt),
        part(choice.content),
        part(choice.refusal),
    );
    let mut moved = |span: Span| to.store(from.bytes(span));
    let call = |call: &ToolCall| ToolCall {
        index: call.index,
        name: moved(call.name),
        arguments: moved(call.arguments),
    };
    let tool_calls = choice.tool_calls.iter().map(call).collect();
    ChoiceDraft {
        prompt,
        content,
        refusal,
        text: choice.text.map(&mut moved),
        refusal_text: choice.refusal_text.map(&mut moved),
        tool_calls,
        ..choice.clone()
    }
}
