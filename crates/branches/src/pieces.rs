//! Tokens as pieces of text, each of whole characters.
use api::Piece;
use api::writing::NamedToken;
use metrics::{Mark, Reading, Status};

/// The bytes that a token adds to the text: none for a special one.
fn bytes(token: &NamedToken) -> &[u8] {
    token.bytes.as_deref().unwrap_or(token.token.as_bytes())
}

/// The text of tokens; what is no character is replaced.
pub fn text<'a>(tokens: impl IntoIterator<Item = &'a NamedToken>) -> String {
    let all: Vec<u8> = tokens.into_iter().flat_map(bytes).copied().collect();
    String::from_utf8_lossy(&all).into_owned()
}

/// Pieces with the mark of their least likely token. A token without a text, such as the end, gives none.
pub fn pieces(tokens: &[&NamedToken]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // What is not yet a whole character: its bytes, its first token and its lowest value.
    let mut open: Option<(Vec<u8>, u32, Reading)> = None;
    for (number, token) in (0..).zip(tokens) {
        let reading = Reading::new(token.logprob);
        let (mut all, first, mark) = match open.take() {
            Some((bytes, first, before)) => (bytes, first, lower(before, reading)),
            None => (Vec::new(), number, reading),
        };
        all.extend_from_slice(bytes(token));
        let is_last = number as usize + 1 == tokens.len();
        if is_open(&all) && !is_last {
            open = Some((all, first, mark));
        } else if !all.is_empty() {
            pieces.push(Piece {
                text: String::from_utf8_lossy(&all).into_owned(),
                mark: Mark::new(mark).code(),
                token: first,
            });
        }
    }
    pieces
}

/// The end could be the beginning of a character.
fn is_open(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// One without a value counts only where the other has none, either.
fn lower(a: Reading, b: Reading) -> Reading {
    match a.status == Status::Missing || b.logprob < a.logprob {
        true => b,
        false => a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8], p: f64) -> NamedToken {
        NamedToken {
            token: String::from_utf8_lossy(bytes).into_owned(),
            bytes: Some(bytes.to_vec()),
            logprob: Some(metrics::num::ln(p)),
            ..NamedToken::default()
        }
    }

    #[test]
    fn characters_stay_whole() {
        let tokens = [
            token(b"a", 0.9),
            token(b" \xC3", 0.9),
            token(b"\xA9", 0.2),
            token(b"", 0.9),
            token(b"\xFFb", 0.5),
            token(b"\xE2\x82", 0.5),
        ];
        let all: Vec<&NamedToken> = tokens.iter().collect();
        let found = pieces(&all);
        let found: Vec<(&str, u32)> = found.iter().map(|p| (p.text.as_str(), p.token)).collect();
        assert_eq!(
            found,
            [("a", 0), (" é", 1), ("\u{fffd}b", 4), ("\u{fffd}", 5)]
        );
        let low = pieces(&all[1..3]);
        assert_eq!(low[0].mark, Mark::of(0.2).code());
        assert_eq!(text(&tokens[..3]), "a é");
        // Without bytes the name is the text.
        let named = NamedToken {
            token: "x".to_owned(),
            ..NamedToken::default()
        };
        let found = pieces(&[&named]);
        assert_eq!(
            (found[0].text.as_str(), found[0].mark),
            ("x", Mark::MISSING.code())
        );
    }
}
