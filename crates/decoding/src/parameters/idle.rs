//! Parameters that were told and do nothing: said, not swallowed.
use super::table::{Field, TABLE};
use super::{EarlyStopping, Mode, Parameters};

/// A parameter that was told and has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// Its name.
    pub name: &'static str,
    /// Why, to be read after the name.
    pub reason: &'static str,
}

/// Parameters that a model behind the OpenAI protocol cannot be told, each with what to do instead.
pub const UNSERVED: [(&str, &str); 10] = [
    ("num_beams", NO_WORD),
    ("length_penalty", NO_WORD),
    ("early_stopping", NO_WORD),
    ("no_repeat_ngram_size", NO_WORD),
    ("epsilon_cutoff", NO_WORD),
    ("eta_cutoff", NO_WORD),
    ("top_h", NO_WORD),
    ("eos_token_id", NO_WORD),
    ("max_length", COUNTED),
    ("min_length", COUNTED),
];

const NO_WORD: &str =
    "the protocol has no word for it; leave it out, or take a model of this machine";
const COUNTED: &str =
    "tokens of the prompt are counted by the server; give max_new_tokens or min_new_tokens";
const ONLY_DRAWS: &str = "has no effect without do_sample: nothing is drawn";
const COLD: &str = "has no effect at temperature 0: the best token is taken, nothing is drawn";
const ONLY_BEAMS: &str = "has no effect without num_beams above 1";

impl Parameters {
    /// What was told and has no effect as the other parameters are, in the order of the table.
    pub fn without_effect(&self) -> Vec<Idle> {
        let mode = self.mode();
        TABLE
            .iter()
            .filter(|entry| self.has(entry.name))
            .filter_map(|entry| {
                let reason = self.reason(entry.name, mode)?;
                Some(Idle {
                    name: entry.name,
                    reason,
                })
            })
            .collect()
    }

    /// Why a parameter would have no effect if it were told.
    pub fn why_idle(&self, name: &str) -> Option<&'static str> {
        self.reason(super::entry(name)?.name, self.mode())
    }

    fn reason(&self, name: &str, mode: Mode) -> Option<&'static str> {
        let cold = self.temperature == Some(0.0);
        let draws = self.do_sample == Some(true);
        let (reason, holds) = match name {
            "do_sample" => (COLD, draws && cold),
            "temperature" if cold => (ONLY_DRAWS, !draws),
            "temperature" | "top_k" | "top_p" | "min_p" | "typical_p" | "epsilon_cutoff"
            | "eta_cutoff" | "top_h" | "seed" => {
                (if draws { COLD } else { ONLY_DRAWS }, !mode.draws())
            }
            "early_stopping" if mode.has_beams() => (
                "never acts as false if length_penalty is not above 0",
                self.early_stopping == Some(EarlyStopping::Never)
                    && self.length_penalty.is_some_and(|penalty| penalty <= 0.0),
            ),
            "length_penalty" | "early_stopping" => (ONLY_BEAMS, !mode.has_beams()),
            "max_length" => (
                "has no effect beside max_new_tokens, which wins",
                self.max_new_tokens.is_some(),
            ),
            "min_length" if self.min_new_tokens.is_some() => {
                ("has no effect beside min_new_tokens, which wins", true)
            }
            "min_length" | "min_new_tokens" => (
                "has no effect without eos_token_id: there is no end to put off",
                self.eos_token_id.is_empty(),
            ),
            _ => return None,
        };
        holds.then_some(reason)
    }

    /// Whether a parameter was told.
    pub fn has(&self, name: &str) -> bool {
        let mut told = self.clone();
        match super::entry(name).map(|entry| entry.field) {
            None => false,
            Some(Field::Whole(field)) => field(&mut told).is_some(),
            Some(Field::Number(field)) => field(&mut told).is_some(),
            Some(Field::Flag(field)) => field(&mut told).is_some(),
            Some(Field::EarlyStopping) => self.early_stopping.is_some(),
            Some(Field::Seed) => self.seed.is_some(),
            Some(Field::Bias) => !self.logit_bias.is_empty(),
            Some(Field::Eos) => !self.eos_token_id.is_empty(),
            Some(Field::Stop) => !self.stop_strings.is_empty(),
        }
    }
}
