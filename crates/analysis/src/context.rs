//! A token in its context.
use completions::{Columns, Sequence};

/// The characters before and after a token: at most so many.
pub fn around(
    columns: &Columns,
    sequence: &Sequence,
    token: u32,
    characters: usize,
) -> (String, String) {
    let text = |tokens: std::ops::Range<u32>| {
        let bytes: Vec<u8> = tokens
            .flat_map(|nth| columns.token_bytes(sequence, nth))
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    // A token is seldom empty: so many hold what is wanted.
    let reach = u32::try_from(characters).unwrap_or(u32::MAX);
    let before = text(token.saturating_sub(reach)..token);
    let skipped = before.chars().count().saturating_sub(characters);
    let end = token
        .saturating_add(1)
        .saturating_add(reach)
        .min(sequence.n_tokens);
    let after = text((token + 1).min(end)..end);
    (
        before.chars().skip(skipped).collect(),
        after.chars().take(characters).collect(),
    )
}
