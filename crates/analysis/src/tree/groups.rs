//! Which sequences answer one prompt.
use completions::Columns;
use std::collections::HashMap;

/// Sequences that answer one prompt, at least two of them: the choices of one completion, and those of all completions that
/// were asked the same. In the order of the run, as are the groups.
pub fn groups(columns: &Columns) -> Vec<Vec<u32>> {
    let mut known: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        let completion = columns.completions.get(sequence.completion as usize);
        let prompt = completion.and_then(|completion| completion.prompt);
        let key = prompt.map_or(Key::Completion(sequence.completion), Key::Prompt);
        let at = *known.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(index);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Prompt(u64),
    Completion(u32),
}
