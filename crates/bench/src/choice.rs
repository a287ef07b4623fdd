//! The choice of a token out of a large vocabulary, as a draw makes it.
use crate::random::Random;
use decoding::{Parameters, Processors, random};

/// Tokens of the vocabulary: about as many as the largest models have.
pub const VOCABULARY: usize = 150_000;
/// Tokens that are chosen.
pub const CHOSEN: usize = 20;

/// The ways in which it is chosen, by name: parameters beside `do_sample`.
pub const WAYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "choice-top-k",
        &[("temperature", "0.8"), ("top_k", "50"), ("top_p", "0.9")],
    ),
    (
        "choice-top-p",
        &[("temperature", "0.8"), ("top_k", "0"), ("top_p", "0.9")],
    ),
    ("choice-typical-p", &[("top_k", "0"), ("typical_p", "0.9")]),
];

/// Chooses [`CHOSEN`] tokens; the sum of their numbers, so that nothing of it is left out.
///
/// # Errors
/// There is no such way.
pub fn choose(way: &str) -> Result<u64, Box<dyn std::error::Error>> {
    let (_, told) = WAYS
        .iter()
        .find(|(name, _)| *name == way)
        .ok_or("there is no such way to choose")?;
    let mut parameters = Parameters {
        do_sample: Some(true),
        ..Parameters::default()
    };
    for (name, value) in *told {
        parameters.set(name, value)?;
    }
    let settings = parameters.settings()?;
    let processors = Processors::new(&settings, 1);
    let logits = logits();
    let mut draws = random::Random::new(1, 0);
    let mut sum = 0;
    for _ in 0..CHOSEN {
        let mut scores = logits.clone();
        processors.process(&[0], &mut scores);
        let left = processors.narrow(&mut scores);
        let (at, _) = left.draw(&mut draws).ok_or("nothing is left")?;
        sum += u64::from(left.ids().get(at).copied().unwrap_or_default());
    }
    Ok(sum)
}

/// Four even numbers together are nearly normal: most logits far below the best, as models have them.
fn logits() -> Vec<f32> {
    let mut random = Random::new(1);
    let spread = |bits: u64| {
        let parts = (0..4).map(|part| f64::from((bits >> (16 * part)) as u16));
        (parts.sum::<f64>() / 65536.0 - 2.0) as f32 * 5.2
    };
    (0..VOCABULARY).map(|_| spread(random.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::{WAYS, choose};

    /// The same on every machine: what is counted is the same work.
    #[test]
    fn every_way_chooses_the_same_again() {
        for (way, _) in WAYS {
            assert_eq!(choose(way).unwrap(), choose(way).unwrap(), "{way}");
        }
        assert_eq!(
            choose("coin").unwrap_err().to_string(),
            "there is no such way to choose"
        );
    }
}
