//! Which answer of A belongs to which one of B.
//!
//! Each [`Rule`] gives every completion a key. Completions with the same key on both sides belong together; of several
//! sequences with one key the first of A belongs to the first of B, and so on in the order of the files. What is left over has
//! no partner.
use super::fork::parting;
use super::{Pair, Side};
use completions::Completion;
use serde::{Deserialize, Serialize};

/// By what pairs are told, the better ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// They answer the same prompt.
    Prompt,
    /// They have the same label, such as `custom_id`.
    Label,
    /// Their responses have the same id.
    Id,
    /// They are at the same place of their run.
    Place,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Prompt, Self::Label, Self::Id, Self::Place];

    /// Its name: `prompt`, `label`, `id` or `place`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Label => "label",
            Self::Id => "id",
            Self::Place => "place",
        }
    }
}

/// Who belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// By what that was told.
    pub rule: Rule,
    /// In the order of A.
    pub pairs: Vec<Pair>,
    /// Sequences of A without a partner, ascending.
    pub only_a: Vec<u32>,
    /// Sequences of B without a partner, ascending.
    pub only_b: Vec<u32>,
}

/// What a completion is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Number(u64),
    Text(&'a str),
}

/// Pairs the sequences of two sides. Without a rule the one that finds the most pairs is taken, of equal ones the better one;
/// the place in the run only when no other finds any. Labels and ids that are the same everywhere tell nothing.
pub fn pair_up(a: &Side<'_>, b: &Side<'_>, rule: Option<Rule>) -> Pairing {
    let told = |rule| {
        let (a, b) = (keys(a, rule), keys(b, rule));
        let idle = matches!(rule, Rule::Label | Rule::Id) && is_idle(&a) && is_idle(&b);
        (if idle { 0 } else { matches(&a, &b).count() }, rule)
    };
    let rule = rule.unwrap_or_else(|| {
        let mut best = (0, Rule::Place);
        for rule in [Rule::Prompt, Rule::Label, Rule::Id] {
            let found = told(rule);
            if found.0 > best.0 {
                best = found;
            }
        }
        best.1
    });
    join(a, b, rule)
}

/// Key, number of the sequence among those with this key, and index; sorted.
type Keyed<'a> = Vec<(Key<'a>, u32, u32)>;

/// The sequences of a side that have a key.
fn keys<'a>(side: &Side<'a>, rule: Rule) -> Keyed<'a> {
    let mut keyed: Keyed<'a> = Vec::new();
    let (mut completion, mut place) = (None, 0);
    for &index in &side.sequences {
        let Some(sequence) = side.sequence(index) else {
            continue;
        };
        if completion != Some(sequence.completion) {
            place += u64::from(completion.is_some());
            completion = Some(sequence.completion);
        }
        let known = side.columns.completions.get(sequence.completion as usize);
        if let Some(key) = known.and_then(|known| key(known, place, rule)) {
            keyed.push((key, 0, index));
        }
    }
    keyed.sort_unstable_by_key(|&(key, _, index)| (key, index));
    let mut before = None;
    let mut nth = 0;
    for (key, number, _) in &mut keyed {
        nth = if before == Some(*key) { nth + 1 } else { 0 };
        before = Some(*key);
        *number = nth;
    }
    keyed
}

fn key(completion: &Completion, place: u64, rule: Rule) -> Option<Key<'_>> {
    let text = |text: &'_ str| !text.is_empty();
    match rule {
        Rule::Prompt => completion.prompt.map(Key::Number),
        Rule::Label => completion
            .label
            .as_deref()
            .filter(|label| text(label))
            .map(Key::Text),
        Rule::Id => Some(completion.id.as_str())
            .filter(|id| text(id))
            .map(Key::Text),
        Rule::Place => Some(Key::Number(place)),
    }
}

/// Several sequences have this key, and none another one.
fn is_idle(keyed: &Keyed<'_>) -> bool {
    let first = keyed.first().map(|(key, ..)| key);
    keyed.len() > 1 && keyed.last().map(|(key, ..)| key) == first
}

/// What has the same key and number on both sides: the key's first, and both indices, in the order of the keys.
fn matches<'a>(
    a: &'a Keyed<'_>,
    b: &'a Keyed<'_>,
) -> impl Iterator<Item = (Key<'a>, u32, u32)> + 'a {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            let (left, right) = (a.peek()?, b.peek()?);
            match (left.0, left.1).cmp(&(right.0, right.1)) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    let found = (left.0, left.2, right.2);
                    a.next();
                    b.next();
                    return Some(found);
                }
            }
        }
    })
}

fn join(a: &Side<'_>, b: &Side<'_>, rule: Rule) -> Pairing {
    let (keys_a, keys_b) = (keys(a, rule), keys(b, rule));
    let (mut pairs, mut before, mut unit) = (Vec::new(), None, 0);
    for (key, left, right) in matches(&keys_a, &keys_b) {
        // In the order of the keys, so that both sides number alike.
        unit += u32::from(before.is_some_and(|before| before != key));
        before = Some(key);
        let (Some(one), Some(other)) = (a.sequence(left), b.sequence(right)) else {
            continue;
        };
        let (fork, other_tokens) = parting(a.columns, one, b.columns, other);
        pairs.push(Pair {
            a: left,
            b: right,
            unit,
            fork,
            other_tokens,
        });
    }
    let left_over = |side: &Side<'_>, paired: &dyn Fn(&Pair) -> u32| {
        let mut known: Vec<u32> = pairs.iter().map(paired).collect();
        known.sort_unstable();
        let alone = |index: &u32| known.binary_search(index).is_err();
        side.sequences.iter().copied().filter(alone).collect()
    };
    let (only_a, only_b) = (left_over(a, &|pair| pair.a), left_over(b, &|pair| pair.b));
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    Pairing {
        rule,
        pairs,
        only_a,
        only_b,
    }
}
