//! A few answers of a run inside an address: behind its `#`, which no browser sends to a server.
//!
//! ```text
//! 1.eNpj…   version, point, base64url without padding of a zlib stream (with its checksum) of postcard
//! ```
//!
//! | module | does |
//! |---|---|
//! | `take` | an excerpt of columns, with the alternatives of records read again |
//! | `mask` | the text made unreadable, its shape kept |
//! | `pack` | an excerpt as the text in an address, and back |
//! | `lines` | an excerpt as a completions file, which the importer reads like any other |
//!
//! What is kept of an answer: model, time, choice, why it ended, whether it is a refusal; of a token its bytes, its value to
//! 0.0001 nats, and the alternatives that are wanted. Prompts, calls of tools, ids and names of files are not.
mod lines;
mod mask;
mod pack;
mod take;

pub use completions::Finish;
pub use mask::masked;
pub use pack::{Damage, VERSION};

/// Answers in one excerpt.
pub const ANSWERS: usize = 50;
/// Tokens in one excerpt.
pub const TOKENS: usize = 20_000;
/// Characters of the text in an address: browsers take more, but hardly anything that an address goes through does.
pub const LONGEST: usize = 64_000;
/// Bytes of what an address unpacks to. More is not read: a short text can unpack to any size.
pub const UNPACKED: usize = 8 << 20;

/// A few answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Excerpt {
    /// Name of the run that they are from; empty when that is nobody's business.
    pub name: String,
    /// The text is not what it was ([`Excerpt::mask`]).
    pub masked: bool,
    /// The answers in their order.
    pub answers: Vec<Answer>,
}

/// One choice of one completion.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// It is from the same completion as the one before it.
    pub same: bool,
    /// Model, empty when unknown.
    pub model: String,
    /// Seconds since 1970, UTC.
    pub created: Option<f64>,
    /// `index` of the choice.
    pub choice: u32,
    /// It is a refusal.
    pub refusal: bool,
    /// Why it ended.
    pub finish: Finish,
    /// Its text when it has no tokens.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Token {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its log-probability.
    pub value: Value,
    /// The candidates that are kept, best first.
    pub alternatives: Vec<Token>,
    /// Which of the candidates was written.
    pub chosen: Option<u32>,
}

/// A log-probability in steps, so that it takes two bytes instead of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Value {
    /// There is none.
    #[default]
    None,
    /// Below what the server reports.
    BelowFloor,
    /// Above 0: no log-probability.
    Impossible,
    /// Exactly 0.
    Certain,
    /// Less than half a step below 0. Not 0: a file in which every value is 0 has none.
    AlmostCertain,
    /// So many steps of 0.0001 nats below 0, from 1 on.
    Steps(u32),
}

impl Value {
    /// Steps in a nat.
    pub const PER_NAT: u32 = 10_000;
    /// Steps that are told apart: what lies lower is below any floor.
    const MOST: u32 = 9_998 * Self::PER_NAT;

    /// The nearest value that can be kept.
    pub fn of(reading: metrics::Reading) -> Self {
        use metrics::Status;
        match reading.status {
            Status::Missing => Self::None,
            Status::Censored => Self::BelowFloor,
            Status::Invalid => Self::Impossible,
            Status::Clamped => Self::Certain,
            Status::Scored if reading.logprob == 0.0 => Self::Certain,
            Status::Scored => {
                let steps = (-reading.logprob * f64::from(Self::PER_NAT)).round();
                // A cast saturates.
                match steps as u32 {
                    0 => Self::AlmostCertain,
                    steps => Self::Steps(steps.min(Self::MOST)),
                }
            }
        }
    }
}
