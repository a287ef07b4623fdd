//! Positions as rotations of pairs of numbers (RoPE).
use crate::failure::Result;
use crate::load::config::Config;
use candle_core::{D, Device, Tensor};
use candle_nn::rotary_emb;
use metrics::num;
use std::f64::consts::TAU;

/// How far each pair turns from one position to the next.
#[derive(Debug)]
pub(crate) struct Rotary {
    steps: Vec<f32>,
    /// Pairs are (0, 1), (2, 3) …, and not (0, half), (1, half + 1) ….
    neighbours: bool,
}

/// Cosines and sines of some positions, [positions, pairs].
#[derive(Debug)]
pub(crate) struct Angles {
    cos: Tensor,
    sin: Tensor,
}

impl Rotary {
    /// For heads of `width` numbers, of which the part turns that `partial_rotary_factor` says, or else `part`; as `rope_parameters`, `rope_scaling` and `rope_theta` say.
    /// `rope_neighbours` is a word of our own, see [`crate::load`].
    pub(crate) fn new(config: &Config, width: usize, part: f64) -> Result<Self> {
        // transformers 5 keeps all of it in one place; before there were two.
        let told = config
            .part("rope_parameters")
            .or_else(|| config.part("rope_scaling"));
        let base = config.number_or("rope_theta", 10_000.0)?;
        let base = match &told {
            Some(told) => told.number_or("rope_theta", base)?,
            None => base,
        };
        let part = config.number_or("partial_rotary_factor", part)?;
        let part = match &told {
            Some(told) => told.number_or("partial_rotary_factor", part)?,
            None => part,
        };
        if !(0.0..=1.0).contains(&part) {
            return Err(config.wrong("partial_rotary_factor", "must be a number from 0 to 1"));
        }
        let width = (width as f64 * part) as usize;
        let pairs = width / 2;
        let turns = (0..pairs).map(|pair| num::pow(base, -2.0 * pair as f64 / width as f64));
        let kind = told
            .as_ref()
            .and_then(|told| told.text("rope_type").or_else(|| told.text("type")));
        let steps: Vec<f64> = match (kind, &told) {
            (None | Some("default"), _) | (_, None) => turns.collect(),
            (Some("linear"), Some(told)) => {
                let factor = told.number_or("factor", 1.0)?;
                turns.map(|turn| turn / factor).collect()
            }
            (Some("llama3"), Some(told)) => {
                let stretch = Stretch::new(told)?;
                turns.map(|turn| stretch.apply(turn)).collect()
            }
            (Some(other), Some(_)) => {
                let problem = format!(
                    "is {other:?}, which is not known here; known are default, linear and llama3"
                );
                return Err(config.wrong("rope_type", problem));
            }
        };
        Ok(Self {
            steps: steps.into_iter().map(|step| step as f32).collect(),
            neighbours: config.flag("rope_neighbours"),
        })
    }

    /// Turns each pair slower by a factor of its own: what GGUF files have in the place of a kind of scaling.
    pub(crate) fn slowed(mut self, factors: &[f32]) -> Self {
        for (step, factor) in self.steps.iter_mut().zip(factors) {
            *step /= factor;
        }
        self
    }

    /// Of `count` positions from `start` on. The product is rounded to single precision, as transformers has it.
    pub(crate) fn angles(&self, start: usize, count: usize) -> Result<Angles> {
        let positions = start..start + count;
        let angles: Vec<f64> = positions
            .flat_map(|at| {
                self.steps
                    .iter()
                    .map(move |step| f64::from(at as f32 * step))
            })
            .collect();
        let table = |function: fn(f64) -> f64| {
            let values: Vec<f32> = angles.iter().map(|&angle| function(angle) as f32).collect();
            Tensor::from_vec(values, (count, self.steps.len()), &Device::Cpu)
        };
        Ok(Angles {
            cos: table(libm::cos)?,
            sin: table(libm::sin)?,
        })
    }

    /// Turns the first numbers of every head, as many as there are angles for, and leaves the rest.
    pub(crate) fn turn(&self, x: &Tensor, angles: &Angles) -> Result<Tensor> {
        let turned = 2 * self.steps.len();
        let rest = x.dim(D::Minus1)? - turned;
        let first = x.narrow(D::Minus1, 0, turned)?.contiguous()?;
        let rope = if self.neighbours {
            rotary_emb::rope_i
        } else {
            rotary_emb::rope
        };
        let first = rope(&first, &angles.cos, &angles.sin)?;
        if rest == 0 {
            return Ok(first);
        }
        let rest = x.narrow(D::Minus1, turned, rest)?;
        Ok(Tensor::cat(&[&first, &rest], D::Minus1)?)
    }
}

/// Slow turns are stretched so that a longer text fits (Llama 3.1), fast ones are left as they are.
struct Stretch {
    factor: f64,
    low: f64,
    high: f64,
    trained: f64,
}

impl Stretch {
    fn new(told: &Config) -> Result<Self> {
        Ok(Self {
            factor: told.number_or("factor", 8.0)?,
            low: told.number_or("low_freq_factor", 1.0)?,
            high: told.number_or("high_freq_factor", 4.0)?,
            trained: told.number_or("original_max_position_embeddings", 8192.0)?,
        })
    }

    fn apply(&self, turn: f64) -> f64 {
        let rounds = self.trained * turn / TAU;
        let kept = ((rounds - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        kept * turn + (1.0 - kept) * turn / self.factor
    }
}
