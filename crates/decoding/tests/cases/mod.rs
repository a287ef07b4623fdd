//! The cases of `vectors/processors.json`, run by our processors. Also used by the dump of `examples/bits`.
use decoding::{Parameters, Processors};
use serde_json::Value;

const VECTORS: &str = include_str!("../vectors/processors.json");

/// A case with what came out.
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// Scores after the processors, minus infinity where dropped.
    pub(crate) scores: Vec<f32>,
    /// The probabilities of these scores.
    pub(crate) probabilities: Vec<f64>,
    /// What transformers has.
    pub(crate) expected_scores: Vec<f64>,
    pub(crate) expected_probabilities: Vec<f64>,
}

/// All cases. A case that cannot be read has no scores, and so is not equal to anything.
pub(crate) fn all() -> Vec<Outcome> {
    let file: Value = serde_json::from_str(VECTORS).unwrap_or_default();
    let ids: Vec<u32> = numbers(&file["input_ids"])
        .into_iter()
        .map(|id| id as u32)
        .collect();
    let cases = file["cases"].as_array().into_iter().flatten();
    cases
        .map(|case| {
            let set = case["set"].as_u64().unwrap_or_default() as usize;
            let logits: Vec<f32> = numbers(&file["logits"][set])
                .into_iter()
                .map(|x| x as f32)
                .collect();
            let processor = case["processor"].as_str().unwrap_or_default();
            let (scores, probabilities) = run(processor, &ids, logits).unwrap_or_default();
            Outcome {
                name: format!("{set} {processor}"),
                scores,
                probabilities,
                expected_scores: numbers(&case["out"]),
                expected_probabilities: numbers(&case["probs"]),
            }
        })
        .collect()
}

/// Runs `name:value,key:value` or `chain name>name`. `None`: not understood.
fn run(processor: &str, ids: &[u32], mut scores: Vec<f32>) -> Option<(Vec<f32>, Vec<f64>)> {
    let mut parameters = Parameters {
        do_sample: Some(true),
        top_k: Some(0),
        ..Parameters::default()
    };
    let (mut prompt, mut keep) = (ids.len(), 1);
    if let Some(chain) = processor.strip_prefix("chain ") {
        for part in chain.split('>') {
            let digits = part.find(|c: char| c.is_ascii_digit())?;
            let name = match &part[..digits] {
                "T" => "temperature",
                "k" => "top_k",
                "p" => "top_p",
                "rep" => "repetition_penalty",
                "minp" => "min_p",
                _ => return None,
            };
            parameters.set(name, &part[digits..]).ok()?;
        }
    } else {
        for part in processor.split(',') {
            match part.split_once(':')? {
                ("min_keep", value) => keep = value.parse().ok()?,
                ("prompt", value) => prompt = value.parse().ok()?,
                ("eos", value) => parameters.set("eos_token_id", value).ok()?,
                (name, value) => parameters.set(name, value).ok()?,
            }
        }
    }
    let settings = parameters.settings().ok()?;
    let processors = Processors::new(&settings, prompt).keep(keep);
    processors.process(ids, &mut scores);
    let left = processors.narrow(&mut scores);
    let mut out = (
        vec![f32::NEG_INFINITY; scores.len()],
        vec![0.0; scores.len()],
    );
    for ((&id, &score), p) in left
        .ids()
        .iter()
        .zip(left.scores())
        .zip(left.probabilities())
    {
        out.0[id as usize] = score;
        out.1[id as usize] = p;
    }
    Some(out)
}

/// `null` is minus infinity.
fn numbers(list: &Value) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NEG_INFINITY);
    list.as_array().into_iter().flatten().map(number).collect()
}
