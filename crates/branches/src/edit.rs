//! An edited text keeps the tokens before the first change.
use crate::pieces::text;
use api::writing::NamedToken;

/// What an edited text begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Tokens that it keeps.
    pub kept: usize,
    /// What stands behind them.
    pub rest: String,
}

/// The most tokens whose text the edited one begins with, and which end where a character does.
pub fn edit(way: &[&NamedToken], edited: &str) -> Edit {
    let kept = (0..=way.len()).rev().find_map(|kept| {
        let before = text(way.iter().take(kept).copied());
        let rest = edited.strip_prefix(before.as_str())?;
        Some((kept, rest))
    });
    let (kept, rest) = kept.unwrap_or((0, edited));
    Edit {
        kept,
        rest: rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, edit};
    use api::writing::NamedToken;

    #[test]
    fn tokens_before_a_change_are_kept() {
        let token = |bytes: &[u8]| NamedToken {
            bytes: Some(bytes.to_vec()),
            ..NamedToken::default()
        };
        let way = [
            token(b"The"),
            token(b" s\xC3"),
            token(b"\xA9a"),
            token(b" is"),
        ];
        let way: Vec<&NamedToken> = way.iter().collect();
        for (edited, kept, rest) in [
            ("The séa is", 4, ""),
            ("The séa is big", 4, " big"),
            ("The séa was", 3, " was"),
            ("The sea", 1, " sea"),
            ("The", 1, ""),
            ("A", 0, "A"),
            ("", 0, ""),
        ] {
            let expected = Edit {
                kept,
                rest: rest.to_owned(),
            };
            assert_eq!(edit(&way, edited), expected, "{edited}");
        }
    }
}
