//! Generations of a model without a file, in every mode.
use decoding::{Model, Parameters, Row, generate};
use std::convert::Infallible;

const VOCABULARY: u32 = 300;

/// Logits that follow from the last two ids only.
struct Hashed;

impl Model for Hashed {
    type Error = Infallible;

    fn vocabulary(&self) -> usize {
        VOCABULARY as usize
    }

    fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<(), Infallible> {
        for row in rows {
            let state = row
                .ids
                .iter()
                .rev()
                .take(2)
                .fold(17, |all: u32, id| all.wrapping_mul(31).wrapping_add(*id));
            out.extend((0..VOCABULARY).map(|id| {
                let mixed = (state ^ id.wrapping_mul(0x9e37_79b1)).wrapping_mul(0x85eb_ca6b);
                (mixed >> 16) as f32 / 6000.0
            }));
        }
        Ok(())
    }
}

/// One line per sequence.
pub(crate) fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for settings in [
        "num_beams=1",
        "do_sample=true num_return_sequences=3 seed=7",
        "do_sample=true top_k=0 top_p=0.9 temperature=1.3 repetition_penalty=1.2",
        "do_sample=true top_k=0 typical_p=0.7 eta_cutoff=0.01 seed=3",
        "num_beams=4 num_return_sequences=4 length_penalty=0.5 no_repeat_ngram_size=2",
        "num_beams=3 num_return_sequences=2 do_sample=true seed=11 early_stopping=never",
    ] {
        let mut parameters = Parameters::default();
        for (name, value) in settings.split(' ').filter_map(|one| one.split_once('=')) {
            if let Err(error) = parameters.set(name, value) {
                lines.push(error.to_string());
            }
        }
        parameters.eos_token_id = vec![3, 200];
        match generate(&mut Hashed, &[5], &parameters) {
            Err(error) => lines.push(error.to_string()),
            Ok(answer) => lines.extend(answer.sequences.iter().map(|sequence| {
                let tokens = sequence.tokens.iter();
                let bits: Vec<String> = tokens
                    .map(|t| {
                        format!(
                            "{}:{:08x}:{:08x}",
                            t.id,
                            t.logprob.to_bits(),
                            t.processed.to_bits()
                        )
                    })
                    .collect();
                format!(
                    "{settings} {:?} {:?} {}",
                    sequence.finish,
                    sequence.score.map(f32::to_bits),
                    bits.join(" ")
                )
            })),
        }
    }
    lines
}
