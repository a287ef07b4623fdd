//! The text in an address. Things of a kind lie beside each other: that packs better.
use crate::{Answer, Excerpt, Finish, Token, UNPACKED, Value};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeError, Engine};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use serde::{Deserialize, Serialize};

/// Version that is written. Older ones will always be read.
pub const VERSION: u32 = 1;
/// The smallest result, however long it takes: there is little to do.
const EFFORT: u8 = 10;

/// Why a text is no excerpt, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It ends too early.
    #[error(
        "This link is cut off: something that it went through has shortened it. Ask for all of it, or for a file instead."
    )]
    Cut,
    /// Something in it was changed.
    #[error(
        "This link is damaged: its excerpt cannot be read. Ask for it once more, or for a file instead."
    )]
    Damaged,
    /// Of a version that is not known here.
    #[error(
        "This link was made by a newer Surprisal (version {0} of its excerpts, known here: up to {VERSION}). Open it where it was made, or ask for a file instead."
    )]
    TooNew(u32),
    /// It unpacks to more than any excerpt holds.
    #[error("The excerpt of this link is larger than any that Surprisal makes. It is not opened.")]
    TooLarge,
}

#[derive(Serialize, Deserialize, Default)]
struct Packed {
    name: String,
    masked: bool,
    models: Vec<String>,
    heads: Vec<Head>,
    tokens: Tokens,
    /// Per token: how many alternatives it has, and the number of the chosen one from 1; nothing when none has any.
    listed: Vec<(u32, u32)>,
    alternatives: Tokens,
}

#[derive(Serialize, Deserialize)]
struct Head {
    same: bool,
    model: u32,
    created: Option<f64>,
    choice: u32,
    refusal: bool,
    finish: u8,
    text: String,
    tokens: u32,
}

#[derive(Serialize, Deserialize, Default)]
struct Tokens {
    values: Vec<u32>,
    lengths: Vec<u32>,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

impl Tokens {
    fn push(&mut self, token: &Token) {
        self.values.push(match token.value {
            Value::None => 0,
            Value::BelowFloor => 1,
            Value::Impossible => 2,
            Value::Certain => 3,
            Value::AlmostCertain => 4,
            Value::Steps(steps) => steps.saturating_add(4),
        });
        // Tokens are parts of a file in memory.
        self.lengths
            .push(u32::try_from(token.bytes.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(&token.bytes);
    }

    /// The tokens one by one; `None` where something is missing.
    fn reader(&self) -> impl FnMut() -> Option<Token> {
        let mut values = self.values.iter();
        let mut lengths = self.lengths.iter();
        let mut bytes = self.bytes.as_slice();
        move || {
            let value = match *values.next()? {
                0 => Value::None,
                1 => Value::BelowFloor,
                2 => Value::Impossible,
                3 => Value::Certain,
                4 => Value::AlmostCertain,
                steps => Value::Steps(steps - 4),
            };
            let (own, rest) = bytes.split_at_checked(*lengths.next()? as usize)?;
            bytes = rest;
            Some(Token {
                bytes: own.to_vec(),
                value,
                ..Token::default()
            })
        }
    }
}

const FINISHES: [Finish; 7] = [
    Finish::Unknown,
    Finish::Stop,
    Finish::Length,
    Finish::Tool,
    Finish::Filter,
    Finish::Error,
    Finish::Cancelled,
];

impl Excerpt {
    /// The text for an address: digits, letters, `.`, `-` and `_`.
    pub fn encode(&self) -> String {
        // The types are ours: encoding them fails only when memory is out.
        let bytes = postcard::to_allocvec(&self.pack()).unwrap_or_default();
        let packed = compress_to_vec_zlib(&bytes, EFFORT);
        format!("{VERSION}.{}", URL_SAFE_NO_PAD.encode(packed))
    }

    /// Reads such a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(text: &str) -> Result<Self, Damage> {
        let (version, packed) = text.split_once('.').unwrap_or((text, ""));
        let version: u32 = match version.parse() {
            Ok(version) => version,
            Err(_) if version.is_empty() => return Err(Damage::Cut),
            Err(_) => return Err(Damage::Damaged),
        };
        if version > VERSION {
            return Err(Damage::TooNew(version));
        }
        let packed = URL_SAFE_NO_PAD
            .decode(packed)
            .map_err(|error| match error {
                // Bits are left over: the text ends inside a byte.
                DecodeError::InvalidLength(_) | DecodeError::InvalidLastSymbol(..) => Damage::Cut,
                _ => Damage::Damaged,
            })?;
        if packed.is_empty() {
            return Err(Damage::Cut);
        }
        let bytes = decompress_to_vec_zlib_with_limit(&packed, UNPACKED);
        let bytes = bytes.map_err(|error| match error.status {
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => Damage::Cut,
            TINFLStatus::HasMoreOutput => Damage::TooLarge,
            _ => Damage::Damaged,
        })?;
        let packed: Packed = postcard::from_bytes(&bytes).map_err(|_| Damage::Damaged)?;
        packed.unpack().ok_or(Damage::Damaged)
    }

    fn pack(&self) -> Packed {
        let mut packed = Packed {
            name: self.name.clone(),
            masked: self.masked,
            ..Packed::default()
        };
        let mut tokens = self.answers.iter().flat_map(|answer| &answer.tokens);
        let has_listed = tokens.any(|token| !token.alternatives.is_empty());
        for answer in &self.answers {
            let known = packed
                .models
                .iter()
                .position(|known| *known == answer.model);
            let model = known.unwrap_or_else(|| {
                packed.models.push(answer.model.clone());
                packed.models.len() - 1
            });
            let finish = FINISHES.iter().position(|known| *known == answer.finish);
            packed.heads.push(Head {
                same: answer.same,
                model: number(model),
                created: answer.created,
                choice: answer.choice,
                refusal: answer.refusal,
                finish: u8::try_from(finish.unwrap_or_default()).unwrap_or_default(),
                text: answer.text.clone(),
                tokens: number(answer.tokens.len()),
            });
            for token in &answer.tokens {
                packed.tokens.push(token);
                if has_listed {
                    let chosen = token.chosen.map_or(0, |chosen| chosen.saturating_add(1));
                    packed
                        .listed
                        .push((number(token.alternatives.len()), chosen));
                    token
                        .alternatives
                        .iter()
                        .for_each(|one| packed.alternatives.push(one));
                }
            }
        }
        packed
    }
}

impl Packed {
    fn unpack(self) -> Option<Excerpt> {
        let mut next = self.tokens.reader();
        let mut next_listed = self.alternatives.reader();
        let mut listed = self.listed.iter();
        let mut answers = Vec::with_capacity(self.heads.len());
        for head in self.heads {
            let mut answer = Answer {
                same: head.same,
                model: self.models.get(head.model as usize)?.clone(),
                created: head.created,
                choice: head.choice,
                refusal: head.refusal,
                finish: *FINISHES.get(usize::from(head.finish))?,
                text: head.text,
                tokens: Vec::new(),
            };
            for _ in 0..head.tokens {
                let mut token = next()?;
                if let Some((count, chosen)) = listed.next() {
                    for _ in 0..*count {
                        token.alternatives.push(next_listed()?);
                    }
                    token.chosen = chosen.checked_sub(1);
                }
                answer.tokens.push(token);
            }
            answers.push(answer);
        }
        Some(Excerpt {
            name: self.name,
            masked: self.masked,
            answers,
        })
    }
}

/// Counts of things in memory.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
