//! The parameters in force, for results that say how they came to be.
use decoding::{EarlyStopping, Mode, Settings};
use serde_json::{Value, json};

/// All of them, for a prompt of so many tokens. Lengths are those that follow for this prompt.
pub fn parameters(settings: &Settings, prompt: usize) -> Value {
    let (max, min) = (settings.max_length(prompt), settings.min_length(prompt));
    json!({
        "mode": mode(settings.mode),
        "do_sample": settings.mode.draws(),
        "num_beams": settings.num_beams,
        "num_return_sequences": settings.num_return_sequences,
        "max_length": max,
        "max_new_tokens": max.saturating_sub(prompt),
        "min_length": min,
        "min_new_tokens": min.saturating_sub(prompt),
        "temperature": number(settings.temperature),
        "top_k": settings.top_k,
        "top_p": settings.top_p,
        "min_p": settings.min_p,
        "typical_p": settings.typical_p,
        "epsilon_cutoff": settings.epsilon_cutoff,
        "eta_cutoff": settings.eta_cutoff,
        "top_h": settings.top_h,
        "repetition_penalty": number(settings.repetition_penalty),
        "no_repeat_ngram_size": settings.no_repeat_ngram_size,
        "presence_penalty": number(settings.presence_penalty),
        "frequency_penalty": number(settings.frequency_penalty),
        "logit_bias": bias(settings),
        "length_penalty": settings.length_penalty,
        "early_stopping": match settings.early_stopping {
            EarlyStopping::Heuristic => json!(false),
            EarlyStopping::Always => json!(true),
            EarlyStopping::Never => json!("never"),
        },
        "eos_token_id": settings.eos,
        "stop_strings": settings.stop_strings,
        "seed": settings.seed,
        "top_logprobs": settings.top_logprobs,
    })
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Greedy => "greedy",
        Mode::Sampling => "sampling",
        Mode::BeamSearch => "beam search",
        Mode::BeamSampling => "beam sampling",
    }
}

/// As it was written: 0.7, not what single precision makes of it.
fn number(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

fn bias(settings: &Settings) -> Value {
    let pairs = settings.logit_bias.iter();
    pairs
        .map(|&(id, bias)| (id.to_string(), json!(number(bias))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parameters;
    use decoding::{Parameters, parameters::TABLE};

    /// Nothing of the table is left out.
    #[test]
    fn every_parameter_is_there() {
        let settings = Parameters::default().settings().unwrap();
        let all = parameters(&settings, 5);
        for entry in TABLE {
            assert!(all.get(entry.name).is_some(), "{}", entry.name);
        }
        assert_eq!(all.as_object().unwrap().len(), TABLE.len() + 1);
        assert_eq!(
            (&all["max_length"], &all["max_new_tokens"]),
            (&25.into(), &20.into())
        );
        assert_eq!(all["top_k"], 50);
    }
}
