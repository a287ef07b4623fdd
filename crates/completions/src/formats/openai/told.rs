//! What kind of response it is, and which server wrote it: told from its keys and choices.
use crate::FormatId;
use crate::record::draft::Saw;
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};

/// Keys of the root that only one server writes.
pub(super) fn dialect(key: &[u8]) -> Option<(&'static str, &'static str)> {
    Some(match key {
        b"prompt_logprobs" => ("vLLM", "`prompt_logprobs`"),
        b"kv_transfer_params" => ("vLLM", "`kv_transfer_params`"),
        b"prompt_token_ids" => ("vLLM", "`prompt_token_ids`"),
        b"timings" => ("llama.cpp", "`timings`"),
        b"__verbose" => ("llama.cpp", "`__verbose`"),
        b"prompt_filter_results" => ("Azure", "`prompt_filter_results`"),
        b"meta_info" => ("SGLang", "`meta_info`"),
        _ => return None,
    })
}

/// What this program says of who computed: itself, or a server that it asked.
pub(super) fn is_own(engine: &[u8]) -> bool {
    let has = |word: &[u8]| engine.windows(word.len()).any(|part| part == word);
    has(b"\"surprisal\"") || has(b"\"protocol\"")
}

/// Chat or legacy, whole or a piece? Told from the choices.
pub(super) fn format_of(draft: &mut Draft) -> Outcome {
    let object = draft.text_or_empty(draft.head.object);
    let choices = &draft.choices[draft.first_choice()..];
    let saw = choices
        .iter()
        .fold(Saw::default(), |saw, choice| saw.or(choice.saw));
    if saw.delta || object.ends_with(".chunk") {
        return Outcome::Piece(FormatId::OPENAI_CHAT_STREAM, piece(draft, Role::Next));
    }
    let legacy = saw.text || saw.array_values || object == "text_completion";
    if (saw.message || saw.delta) && saw.array_values {
        draft
            .head
            .told("Together", "`logprobs.tokens` in a chat choice");
    }
    if saw.message {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else if legacy {
        // Pieces of legacy streams have no name of their own: they say that the end is still to come, and share an id.
        let may_go_on = |choice: &ChoiceDraft| choice.finished || choice.saw.open_end;
        if object == "text_completion" && draft.head.id.is_some() && choices.iter().all(may_go_on) {
            return Outcome::Piece(FormatId::OPENAI_COMPLETIONS, piece(draft, Role::Perhaps));
        }
        Outcome::Completion(FormatId::OPENAI_COMPLETIONS)
    } else if choices.is_empty()
        && object.is_empty()
        && draft
            .head
            .dialect
            .is_some_and(|dialect| dialect.server == "Azure")
    {
        // Azure tells what it found in the prompt before the stream begins.
        Outcome::Completions
    } else if saw.chat_values || choices.is_empty() {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else {
        Outcome::Unrecognised(
            "it has `choices`, but none of them has a `message`, a `text` or `logprobs`".to_owned(),
        )
    }
}

/// What the pieces of one completion share: the id, else what kind of object of which model they are.
fn piece(draft: &mut Draft, role: Role) -> Piece {
    let head = draft.head;
    let id = head.id.filter(|id| id.start < id.end);
    let key = id.unwrap_or_else(|| {
        let start = draft.arena.len();
        for part in [head.object, head.model].into_iter().flatten() {
            draft.arena.extend_from_within(part.start..part.end);
            draft.arena.push(0);
        }
        Span {
            start,
            end: draft.arena.len(),
        }
    });
    Piece {
        key,
        role,
        position: None,
    }
}
