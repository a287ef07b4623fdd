//! What a token's text is, and whether the tokens add up to the stated one.
use super::{ChoiceDraft, Draft};
use crate::Finish;

/// U+FFFD in UTF-8.
pub(crate) const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// `<|im_end|>`, `</s>` and the like: names of tokens that are no text.
pub fn is_special(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [b"<s>", b"</s>", b"<eos>", b"<bos>", b"<pad>", b"<unk>"];
    name.first() == Some(&b'<')
        && ((name.len() > 4 && name.starts_with(b"<|") && name.ends_with(b"|>"))
            || NAMES.contains(&name))
}

/// Undoes `bytes:\xe2\x80` in place, the way legacy completions show part of a character: the name at the end of `arena`,
/// from `start` on, becomes the bytes. A space after the colon is text. Returns whether it was such a name.
pub(crate) fn undo_byte_escapes(arena: &mut Vec<u8>, start: usize) -> bool {
    let Some(escapes) = arena[start..].strip_prefix(b"bytes:") else {
        return false;
    };
    let (space, escapes) = match escapes.strip_prefix(b" ") {
        Some(rest) => (true, rest),
        None => (false, escapes),
    };
    let well_formed = |escape: &[u8]| {
        let hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        matches!(escape, [b'\\', b'x', high, low] if hex(*high) && hex(*low))
    };
    if escapes.is_empty() || !escapes.chunks(4).all(well_formed) {
        return false;
    }
    let digit = |digit: u8| {
        if digit.is_ascii_digit() {
            digit - b'0'
        } else {
            digit - b'a' + 10
        }
    };
    let from = arena.len() - escapes.len();
    let count = escapes.len() / 4;
    let mut to = start;
    if space {
        arena[to] = b' ';
        to += 1;
    }
    for nth in 0..count {
        let at = from + nth * 4;
        arena[to] = digit(arena[at + 2]) << 4 | digit(arena[at + 3]);
        to += 1;
    }
    arena.truncate(to);
    true
}

/// The byte that llama.cpp means by `byte: \x89`.
pub(crate) fn undo_one_byte(name: &[u8]) -> Option<u8> {
    let hex = name.strip_prefix(b"byte: \\x")?;
    let lower = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if hex.len() != 2 || !hex.iter().all(lower) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

/// How the joined tokens relate to the stated text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joined {
    /// They are the text, or the record states none.
    Same,
    /// They are it after one of the usual repairs: without special tokens, without a leading space, with U+FFFD for half a
    /// character, behind the prompt, up to a stop string.
    Repaired,
    /// They are not; the offset of the first byte that differs.
    Differs(usize),
}

/// Compares the joined tokens of a choice with the text that it states.
pub(crate) fn compare(draft: &Draft, choice: &ChoiceDraft, joined: &[u8]) -> Joined {
    let stated: std::borrow::Cow<'_, [u8]> = match (choice.text, choice.refusal_text) {
        (None, None) => return Joined::Same,
        (Some(text), None) | (None, Some(text)) => draft.bytes(text).into(),
        (Some(text), Some(refusal)) => [draft.bytes(text), draft.bytes(refusal)].concat().into(),
    };
    let stated = stated.as_ref();
    if joined == stated {
        return Joined::Same;
    }
    let repaired = without_specials(draft, choice, stated)
        || joined.strip_prefix(b" ") == Some(stated)
        || same_but_for_split_characters(joined, stated)
        || without_prompt(draft, choice, joined, stated)
        || cut_at_a_stop(choice, joined, stated);
    if repaired {
        return Joined::Repaired;
    }
    let first = joined.iter().zip(stated).position(|(a, b)| a != b);
    Joined::Differs(first.unwrap_or(joined.len().min(stated.len())))
}

/// The tokens that are text are the text, also without the space that some vocabularies put in front of it.
fn without_specials(draft: &Draft, choice: &ChoiceDraft, stated: &[u8]) -> bool {
    if !draft.tokens_of(choice).any(|token| token.special) {
        return false;
    }
    let plain = draft.tokens_of(choice).filter(|token| !token.special);
    let plain: Vec<u8> = plain
        .flat_map(|token| draft.bytes(token.bytes))
        .copied()
        .collect();
    plain == stated || plain.strip_prefix(b" ") == Some(stated)
}

/// The text begins with the prompt, of which the tokens are not listed.
fn without_prompt(draft: &Draft, choice: &ChoiceDraft, joined: &[u8], stated: &[u8]) -> bool {
    let prompts = draft
        .tokens
        .get(choice.prompt.start..choice.prompt.end)
        .unwrap_or_default();
    let Some(before) = stated.strip_suffix(joined).filter(|_| !joined.is_empty()) else {
        return false;
    };
    let listed = prompts.iter().filter(|token| !token.special);
    !prompts.is_empty() && listed.flat_map(|token| draft.bytes(token.bytes)).eq(before)
}

/// The text ends where a stop string begins, of which the tokens are listed.
fn cut_at_a_stop(choice: &ChoiceDraft, joined: &[u8], stated: &[u8]) -> bool {
    /// Stop strings are shorter than this; what is longer is something else.
    const LONGEST: usize = 32;
    let rest = joined.strip_prefix(stated).filter(|_| !stated.is_empty());
    choice.finish == Finish::Stop && rest.is_some_and(|rest| rest.len() <= LONGEST)
}

/// An answer that was cut inside a character: the text has U+FFFD there, the tokens its first bytes.
fn same_but_for_split_characters(joined: &[u8], stated: &[u8]) -> bool {
    std::str::from_utf8(joined).is_err() && String::from_utf8_lossy(joined).as_bytes() == stated
}

/// Occurrences of U+FFFD.
pub(crate) fn replacement_chars(text: &[u8]) -> u64 {
    let hits = memchr::memchr_iter(REPLACEMENT[0], text);
    hits.filter(|&at| text[at..].starts_with(REPLACEMENT))
        .count() as u64
}
