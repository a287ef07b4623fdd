//! Which models wrote the sequences.
use completions::{Columns, Sequence};

/// Every model with its number of sequences, in order of appearance. Sequences of an unknown model are left out.
pub fn models(columns: &Columns) -> Vec<(String, u64)> {
    let mut counts = vec![0; columns.models.len()];
    for sequence in &columns.sequences {
        if let Some(count) = model_of(columns, sequence).and_then(|model| counts.get_mut(model)) {
            *count += 1;
        }
    }
    columns.models.iter().cloned().zip(counts).collect()
}

/// Index of the model of a sequence.
pub(crate) fn model_of(columns: &Columns, sequence: &Sequence) -> Option<usize> {
    let completion = columns.completions.get(sequence.completion as usize)?;
    completion.model.map(|model| model as usize)
}
