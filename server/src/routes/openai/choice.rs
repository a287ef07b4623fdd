//! The tokens of an answer become its text, which ends before a stop string, as the protocol has it.
use crate::generate::stream::Characters;
use api::writing::NamedToken;

/// One answer.
#[derive(Debug, Default)]
pub(super) struct Choice {
    characters: Characters,
    /// Everything that was written.
    text: String,
    /// Bytes of it that were given out.
    given: usize,
    /// Where a stop string begins.
    end: Option<usize>,
    /// Tokens whose text was not given out, with where it begins.
    pending: Vec<(usize, NamedToken)>,
    /// Characters that stand before it.
    pub(super) shift: usize,
    /// It has begun to be given out.
    pub(super) begun: bool,
}

/// What can be given out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    /// Where it begins, characters.
    pub(super) offset: usize,
    pub(super) tokens: Vec<NamedToken>,
}

impl Part {
    /// Mean log-probability of its tokens, nats; of none, the least.
    pub(super) fn mean(&self) -> f64 {
        let values: Vec<f64> = self
            .tokens
            .iter()
            .filter_map(|token| token.logprob)
            .collect();
        match values.is_empty() {
            true => f64::NEG_INFINITY,
            false => values.iter().sum::<f64>() / values.len() as f64,
        }
    }
}

impl Choice {
    /// Nothing was written yet.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.pending.is_empty()
    }

    /// One token more. Special ones, such as an end, are no part of a text, but have their values.
    pub(super) fn push(&mut self, token: &NamedToken, stop: &[String]) -> Part {
        if self.end.is_some() {
            return Part::default();
        }
        // A served model may tell the text alone.
        let text = token.token.as_bytes();
        let bytes = token
            .bytes
            .as_deref()
            .or(token.id.is_none().then_some(text));
        let bytes = bytes.unwrap_or_default();
        self.pending.push((self.text.len(), token.clone()));
        self.text.push_str(&self.characters.push(bytes));
        self.end = earliest(&self.text, stop);
        let until = self
            .end
            .unwrap_or_else(|| self.text.len() - held(&self.text, stop));
        self.give(until)
    }

    /// What is left at the end.
    pub(super) fn finish(&mut self) -> Part {
        let rest = self.characters.end();
        if let Some(end) = self.end {
            return self.give(end);
        }
        self.text.push_str(&rest);
        let mut part = self.give(self.text.len());
        // Those without a text end the answer.
        part.tokens
            .extend(self.pending.drain(..).map(|(_, token)| token));
        part
    }

    fn give(&mut self, until: usize) -> Part {
        let until = until.max(self.given);
        let text = self
            .text
            .get(self.given..until)
            .unwrap_or_default()
            .to_owned();
        let before = self.text.get(..self.given).unwrap_or_default();
        let offset = self.shift + before.chars().count();
        self.given = until;
        let ready = self.pending.partition_point(|(begin, _)| *begin < until);
        let tokens = self
            .pending
            .drain(..ready)
            .map(|(_, token)| token)
            .collect();
        Part {
            text,
            offset,
            tokens,
        }
    }
}

/// Where the first stop string begins.
fn earliest(text: &str, stop: &[String]) -> Option<usize> {
    stop.iter()
        .filter_map(|stop| text.find(stop.as_str()))
        .min()
}

/// Bytes at the end that could be the beginning of a stop string.
fn held(text: &str, stop: &[String]) -> usize {
    let held = stop.iter().map(|stop| {
        let begins = stop.char_indices().map(|(at, _)| &stop[..at]);
        let fits = begins.filter(|begin| text.ends_with(begin));
        fits.map(str::len).max().unwrap_or(0)
    });
    held.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Choice, Part};
    use api::writing::NamedToken;

    fn token(bytes: &[u8]) -> NamedToken {
        NamedToken {
            token: String::from_utf8_lossy(bytes).into_owned(),
            bytes: Some(bytes.to_vec()),
            ..NamedToken::default()
        }
    }

    fn names(part: &Part) -> Vec<&str> {
        part.tokens
            .iter()
            .map(|token| token.token.as_str())
            .collect()
    }

    #[test]
    fn texts_are_given_out_as_soon_as_they_are_sure() {
        let stop = ["END".to_owned(), "\n\n".to_owned()];
        for (tokens, expected, whole) in [
            (&[&b"a"[..], b"b"][..], vec!["a", "b", ""], "ab"),
            // Held back, and given out when it is something else.
            (&[b"xE", b"N", b"d"], vec!["x", "", "ENd", ""], "xENd"),
            (&[b"xE", b"ND", b"y"], vec!["x", "", "", ""], "x"),
            (&[b"x\n", b"\ny"], vec!["x", "", ""], "x"),
            // Half a character; a special token.
            (&[b"\xC3", b"\xA9", b""], vec!["", "é", "", ""], "é"),
            (&[b"\xC3"], vec!["", "\u{fffd}"], "\u{fffd}"),
            (&[b"EN"], vec!["", "EN"], "EN"),
        ] {
            let mut choice = Choice::default();
            let mut given: Vec<String> = Vec::new();
            for bytes in tokens {
                given.push(choice.push(&token(bytes), &stop).text);
            }
            given.push(choice.finish().text);
            assert_eq!(given, expected, "{tokens:?}");
            assert_eq!(given.concat(), whole, "{tokens:?}");
        }
    }

    #[test]
    fn tokens_come_with_their_texts() {
        let stop = ["END".to_owned()];
        let mut choice = Choice::default();
        let first = choice.push(&token(b"xE"), &stop);
        assert_eq!((first.text.as_str(), names(&first)), ("x", vec!["xE"]));
        let second = choice.push(&token(b"N"), &stop);
        assert!(names(&second).is_empty());
        let third = choice.push(&token(b"x"), &stop);
        assert_eq!(
            (third.text.as_str(), names(&third), third.offset),
            ("ENx", vec!["N", "x"], 1)
        );
        choice.push(&token(b"END"), &stop);
        assert_eq!(
            choice.finish(),
            Part {
                offset: 4,
                ..Part::default()
            }
        );
    }
}
