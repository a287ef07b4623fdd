//! Prompts that are written again in front of the answer.
//!
//! Their tokens are never scored. Where the prompt ends is seldom said; it is known when the record has the prompt's text.
use crate::record::draft::TokenRange;
use crate::record::{Draft, Span};
use crate::report::Code;

/// Takes the prompt off the choices of the completion that is being read; where its end is not known, says so.
pub(super) fn settle(draft: &mut Draft) {
    for nth in draft.first_choice()..draft.choices.len() {
        let choice = &draft.choices[nth];
        let first_missing = first_is_missing(draft, choice.content);
        if !choice.saw.array_values {
            continue;
        }
        if take_off(draft, nth, first_missing) {
            continue;
        }
        if first_missing {
            draft.note(Code::EchoSuspected, Some(nth), || {
                "the first token has no value, the others have".to_owned()
            });
        }
    }
}

/// As [`settle`], for completions from the `first` on that were read before their prompt was known.
pub(crate) fn settle_sealed(draft: &mut Draft, first: usize) {
    for completion in first..draft.completions.len() {
        let sealed = draft.completions[completion];
        let around = std::mem::replace(&mut draft.head, sealed.head);
        for nth in sealed.first_choice..sealed.end_choice {
            let choice = &draft.choices[nth];
            let open = choice.saw.array_values && choice.prompt.is_empty();
            if open && take_off(draft, nth, first_is_missing(draft, choice.content)) {
                draft.notes.retain(|note| {
                    note.code != Code::EchoSuspected
                        || (note.completion, note.choice) != (completion, Some(nth))
                });
            }
        }
        draft.head = around;
    }
}

/// Only the first value is missing: no model can tell how likely its first token was.
fn first_is_missing(draft: &Draft, tokens: TokenRange) -> bool {
    match draft.tokens.get(tokens.start..tokens.end) {
        Some([first, rest @ ..]) => {
            first.raw.is_nan() && rest.iter().any(|token| !token.raw.is_nan())
        }
        _ => false,
    }
}

/// Takes the known prompt off; `false` when there is none to take off.
pub(super) fn take_off(draft: &mut Draft, nth: usize, first_missing: bool) -> bool {
    let Some(prompt) = draft.head.prompt.filter(|prompt| prompt.start < prompt.end) else {
        return false;
    };
    let choice = &draft.choices[nth];
    let text_has_it = choice
        .text
        .is_some_and(|text| draft.bytes(text).starts_with(draft.bytes(prompt)));
    // An answer may happen to begin like its prompt: only the missing first value, or the text, makes it an echo.
    if !first_missing && !text_has_it {
        return false;
    }
    let Some(split) = tokens_of_prompt(draft, choice.content, draft.bytes(prompt)) else {
        return false;
    };
    let content = choice.content;
    let text = choice.text;
    let choice = &mut draft.choices[nth];
    choice.prompt = TokenRange {
        start: content.start,
        end: split,
    };
    choice.content = TokenRange {
        start: split,
        end: content.end,
    };
    if text_has_it {
        choice.text = text.map(|text| Span {
            start: text.start + (prompt.end - prompt.start),
            end: text.end,
        });
    }
    true
}

/// End of the tokens that lie within the prompt; `None` when they are not its text.
fn tokens_of_prompt(draft: &Draft, tokens: TokenRange, prompt: &[u8]) -> Option<usize> {
    let mut rest = prompt;
    for at in tokens.start..tokens.end {
        // What begins a text is not in it.
        if draft.tokens[at].special {
            continue;
        }
        let bytes = draft.bytes(draft.tokens[at].bytes);
        match rest.strip_prefix(bytes) {
            Some(after) if !rest.is_empty() || bytes.is_empty() => rest = after,
            // A token that reaches over the end of the prompt belongs to the answer.
            _ if bytes.starts_with(rest) => return (at > tokens.start).then_some(at),
            _ => return None,
        }
        if rest.is_empty() {
            return Some(at + 1);
        }
    }
    None
}

/// Takes the prompt off the stated text (`return_full_text`): it is what stands in front of the answer's tokens. Where its
/// tokens are known, they are its end; servers that cut long prompts list no more of them.
pub(super) fn without_prompt(
    draft: &mut Draft,
    text: Span,
    prefill: TokenRange,
    tokens: TokenRange,
) -> Span {
    let joined = |range: TokenRange| -> Vec<u8> {
        let tokens = draft.tokens.get(range.start..range.end).unwrap_or_default();
        // Encoder and decoder are apart in some models: their prefill is a special token.
        let tokens = tokens.iter().filter(|token| !token.special);
        let bytes = tokens.flat_map(|token| draft.bytes(token.bytes));
        bytes.copied().collect()
    };
    let (prompt, answer) = (joined(prefill), joined(tokens));
    let stated = draft.bytes(text);
    // Decoding may have lost the space in front of the first token.
    let ends = [
        answer.as_slice(),
        answer.strip_prefix(b" ").unwrap_or_default(),
    ];
    if ends.contains(&stated) {
        return text;
    }
    let fits = |end: &&[u8]| {
        let front = stated.strip_suffix(*end);
        !end.is_empty() && front.is_some_and(|front| front.ends_with(&prompt))
    };
    let Some(end) = ends.into_iter().find(fits) else {
        return text;
    };
    let split = text.end - end.len();
    draft.head.prompt.get_or_insert(Span {
        start: text.start,
        end: split,
    });
    Span {
        start: split,
        end: text.end,
    }
}
