//! Between texts and tokens.
use crate::failure::{Failure, Result};
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap, path::Path};
use tokenizers::Tokenizer;

/// The tokenizer of a model.
pub struct Text {
    tokenizer: Tokenizer,
    spelling: Spelling,
    /// Tokens that were added to the vocabulary: their text, and whether they are special, no part of a text.
    added: HashMap<u32, (String, bool)>,
}

/// How a vocabulary writes the bytes of its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// A character for each byte, as GPT-2 began.
    Bytes,
    /// `▁` for a space, and `<0x0A>` for a byte that has no token.
    Marks,
    /// Neither.
    Plain,
}

/// The tokens of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Their numbers.
    pub ids: Vec<u32>,
    /// How many the tokenizer has put in front, such as a token that begins every text.
    pub before: usize,
    /// How many it has put behind.
    pub after: usize,
}

impl Text {
    /// From the bytes of `tokenizer.json`.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self> {
        let broken = |error: tokenizers::Error| Failure::Broken {
            path: path.to_owned(),
            why: error.to_string(),
        };
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(broken)?;
        // Some were saved as they were trained, for texts of one length.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(broken)?;
        Ok(Self::new(tokenizer))
    }

    pub(crate) fn new(tokenizer: Tokenizer) -> Self {
        let decoder = tokenizer.get_decoder();
        let decoder = decoder.and_then(|decoder| serde_json::to_value(decoder).ok());
        let spelling = decoder.map_or(Spelling::Plain, |decoder| Spelling::of(&decoder));
        let added = tokenizer.get_added_tokens_decoder().into_iter();
        Self {
            added: added
                .map(|(id, token)| (id, (token.content, token.special)))
                .collect(),
            tokenizer,
            spelling,
        }
    }

    /// The tokens of a text, with what the tokenizer puts around it.
    pub fn encode(&self, text: &str) -> Result<Tokens> {
        self.tokens(text, true)
    }

    /// The tokens of a text in which special ones are written out, as the prompt of a chat is.
    pub fn encode_as_is(&self, text: &str) -> Result<Tokens> {
        self.tokens(text, false)
    }

    fn tokens(&self, text: &str, around: bool) -> Result<Tokens> {
        let encoding = self
            .tokenizer
            .encode_fast(text, around)
            .map_err(|error| Failure::Encode(error.to_string()))?;
        let ids = encoding.get_ids().to_vec();
        if !around {
            return Ok(Tokens {
                ids,
                before: 0,
                after: 0,
            });
        }
        let put = |&&mask: &&u32| mask == 1;
        let mask = encoding.get_special_tokens_mask();
        let before = mask.iter().take_while(put).count();
        let after = mask.iter().skip(before).rev().take_while(put).count();
        Ok(Tokens { ids, before, after })
    }

    /// The bytes of a token in the middle of a text; none for special ones. Several tokens can share a character.
    pub fn piece(&self, id: u32) -> Cow<'_, [u8]> {
        if let Some((text, special)) = self.added.get(&id) {
            return match special {
                true => Cow::Borrowed(&[]),
                false => Cow::Borrowed(text.as_bytes()),
            };
        }
        let Some(name) = self.tokenizer.id_to_token(id) else {
            // Vocabularies are padded to round numbers.
            return Cow::Borrowed(&[]);
        };
        Cow::Owned(self.spelling.bytes(&name))
    }

    /// The name of a special token, `None` for all others.
    pub fn special(&self, id: u32) -> Option<&str> {
        let (text, special) = self.added.get(&id)?;
        special.then_some(text.as_str())
    }

    /// The text of tokens. What is not UTF-8, because a character was not completed, is replaced.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids
            .iter()
            .flat_map(|&id| self.piece(id).into_owned())
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Spelling {
    /// By what the decoder of a tokenizer is made of.
    fn of(decoder: &Value) -> Self {
        let is = |name: &str| contains(decoder, &|part| part["type"] == name);
        if is("ByteLevel") {
            Self::Bytes
        } else if is("Metaspace") || contains(decoder, &|part| part["pattern"]["String"] == "▁") {
            Self::Marks
        } else {
            Self::Plain
        }
    }

    fn bytes(self, name: &str) -> Vec<u8> {
        match self {
            Self::Bytes => name.chars().flat_map(byte).collect(),
            Self::Marks => match name
                .strip_prefix("<0x")
                .and_then(|rest| rest.strip_suffix('>'))
            {
                Some(digits) if digits.len() == 2 => u8::from_str_radix(digits, 16)
                    .map_or_else(|_| name.as_bytes().to_vec(), |byte| vec![byte]),
                _ => name.replace('▁', " ").into_bytes(),
            },
            Self::Plain => name.as_bytes().to_vec(),
        }
    }
}

/// Whether a part of it, at any depth, is so.
fn contains(value: &Value, is: &dyn Fn(&Value) -> bool) -> bool {
    match value {
        Value::Object(fields) => is(value) || fields.values().any(|value| contains(value, is)),
        Value::Array(items) => items.iter().any(|value| contains(value, is)),
        _ => false,
    }
}

/// The byte behind a character of a byte-level vocabulary: itself if it can be printed; the 68 others have the
/// characters from U+0100 on, in their order. A character of neither kind stands for itself.
fn byte(c: char) -> Vec<u8> {
    let printed = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let code = u32::from(c);
    if let Some(byte) = u8::try_from(code).ok().filter(|&byte| printed(byte)) {
        return vec![byte];
    }
    let nth = code.checked_sub(0x100).map(|nth| nth as usize);
    let other = nth.and_then(|nth| (0..=u8::MAX).filter(|&byte| !printed(byte)).nth(nth));
    other.map_or_else(|| c.to_string().into_bytes(), |byte| vec![byte])
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = f.debug_struct("Text");
        text.field("spelling", &self.spelling)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Spelling, byte};
    use serde_json::json;

    #[test]
    fn every_byte_has_its_character() {
        for (c, expected) in [
            ('A', b'A'),
            ('Ġ', b' '),
            ('Ċ', b'\n'),
            ('Ā', 0),
            ('Ń', 0xAD),
            ('ÿ', 0xFF),
            ('ł', 0xA0),
        ] {
            assert_eq!(byte(c), [expected], "{c}");
        }
        assert_eq!(byte('▁'), "▁".as_bytes());
    }

    #[test]
    fn spellings() {
        let bytes = json!({"type": "Sequence", "decoders": [{"type": "ByteLevel"}]});
        let marks = json!({"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}]});
        for (decoder, spelling) in [
            (bytes, Spelling::Bytes),
            (marks, Spelling::Marks),
            (json!({"type": "Metaspace"}), Spelling::Marks),
            (json!({"type": "WordPiece"}), Spelling::Plain),
        ] {
            assert_eq!(Spelling::of(&decoder), spelling, "{decoder}");
        }
        assert_eq!(Spelling::Bytes.bytes("Ġthe"), b" the");
        assert_eq!(Spelling::Marks.bytes("▁the"), b" the");
        assert_eq!(Spelling::Marks.bytes("<0x0A>"), b"\n");
        assert_eq!(Spelling::Marks.bytes("<0xzz>"), b"<0xzz>");
        assert_eq!(Spelling::Plain.bytes("##ing"), b"##ing");
    }
}
