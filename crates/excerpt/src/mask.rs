//! A text that nobody can read, of the same shape: as many words, as long, with the same signs between them.
use crate::{Answer, Excerpt};

/// The sign in the place of a character. Spaces and signs of ASCII stay; letters read x or X, digits 0, everything else x.
pub fn masked(character: char) -> char {
    match character {
        _ if character.is_ascii_digit() => '0',
        _ if character.is_uppercase() => 'X',
        _ if character.is_ascii_alphabetic() => 'x',
        _ if character.is_ascii() || character.is_whitespace() => character,
        _ => 'x',
    }
}

impl Excerpt {
    /// Masks every text, and forgets the name. Probabilities stay.
    pub fn mask(&mut self) {
        self.masked = true;
        self.name.clear();
        self.answers.iter_mut().for_each(mask);
    }
}

fn mask(answer: &mut Answer) {
    answer.text = answer.text.chars().map(masked).collect();
    // A token may hold part of a character: all of them are read together, and one that begins a character has its sign.
    let text = answer.tokens.iter().flat_map(|token| &token.bytes);
    let text: Vec<u8> = text.copied().collect();
    let mut signs = Vec::new();
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        for (offset, character) in chunk.valid().char_indices() {
            signs.push((at + offset, masked(character)));
        }
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            signs.push((at, 'x'));
            at += chunk.invalid().len();
        }
    }
    let mut signs = signs.into_iter().peekable();
    let mut end = 0;
    for token in &mut answer.tokens {
        end += token.bytes.len();
        let mut own = String::new();
        while let Some((_, sign)) = signs.next_if(|(start, _)| *start < end) {
            own.push(sign);
        }
        token.bytes = own.into_bytes();
        for other in &mut token.alternatives {
            let text = String::from_utf8_lossy(&other.bytes);
            other.bytes = text.chars().map(masked).collect::<String>().into_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Token;

    fn texts(tokens: &[&[u8]]) -> Vec<String> {
        let token = |bytes: &&[u8]| Token {
            bytes: bytes.to_vec(),
            ..Token::default()
        };
        let mut excerpt = Excerpt {
            name: "secret.json".into(),
            answers: vec![Answer {
                text: "Ab 1".into(),
                tokens: tokens.iter().map(token).collect(),
                ..Answer::default()
            }],
            ..Excerpt::default()
        };
        excerpt.mask();
        assert!(excerpt.masked && excerpt.name.is_empty());
        let answer = &excerpt.answers[0];
        assert_eq!(answer.text, "Xx 0");
        let text = |token: &Token| String::from_utf8(token.bytes.clone()).unwrap();
        answer.tokens.iter().map(text).collect()
    }

    #[test]
    fn the_shape_of_words_stays() {
        assert_eq!(
            texts(&[b"Paris", b" is", b", 20", b".\n"]),
            ["Xxxxx", " xx", ", 00", ".\n"]
        );
        assert_eq!(texts(&["Ünï".as_bytes(), "漢字".as_bytes()]), ["Xxx", "xx"]);
    }

    #[test]
    fn a_character_in_several_tokens_is_one_sign() {
        assert_eq!(texts(&[b"a\xf0\x9f", b"\x99\x82", b"b"]), ["xx", "", "x"]);
        assert_eq!(texts(&[b"\xff", b"\xc3"]), ["x", "x"]);
    }
}
