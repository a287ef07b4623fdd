//! The tokens as CSV.
use super::{HEADER, rows};
use completions::Columns;
use export::cells::row;
use std::io::{self, Write};

pub(super) fn write(runs: &[Columns], out: &mut dyn Write) -> io::Result<()> {
    row(out, HEADER)?;
    for token in rows(runs) {
        let (text, bytes) = match token.text() {
            Ok(text) => (text, String::new()),
            Err(hex) => ("", hex),
        };
        row(
            out,
            [
                &token.sequence.to_string(),
                &token.position.to_string(),
                text,
                &bytes,
                &number(token.logprob),
                &number(token.probability()),
                token.status(),
            ],
        )?;
    }
    Ok(())
}

/// With the digits of 32 bits, which are fewer than those of 64.
fn number(value: Option<f32>) -> String {
    let text = value.map_or_else(String::new, |value| format!("{value:?}"));
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
