//! All values at one path, over many answers.
use super::value::{Value, values};
use super::walk::Kind;
use completions::Columns;
use metrics::Sum;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a run says at each path.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// One for each path, in the order in which they were met.
    pub rows: Vec<Row>,
    /// Answers that were looked at.
    pub answers: u32,
    /// Those that have JSON in them.
    pub with_json: u32,
    /// Of these, those that end within a value.
    pub cut: u32,
}

/// The values at one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Elements of arrays are folded: `$.cities[*].name`.
    pub path: String,
    /// How many values of each kind, the commonest first.
    pub kinds: Vec<(Kind, u32)>,
    /// Values at this path.
    pub values: u32,
    /// Answers that have one.
    pub answers: u32,
    /// Values that are different, byte by byte.
    pub distinct: u32,
    /// The commonest of them, the first that was met among equals, and how often it is there.
    pub commonest: (String, u32),
    /// Values of which all tokens have a probability.
    pub scored: u32,
    /// Mean of their probabilities, 0 to 1.
    pub mean_probability: Option<f64>,
    /// The least likely value.
    pub least: Option<Least>,
    /// Probability of the least likely token of all of them, 0 to 1.
    pub weakest: Option<f64>,
}

/// A value that is less likely than all others at its path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Least {
    /// 0 to 1.
    pub probability: f64,
    /// Index of its sequence.
    pub sequence: u32,
    /// Where it stands there, with the places in arrays.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A row while it is filled.
#[derive(Default)]
struct Gathered<'a> {
    path: String,
    kinds: Vec<(Kind, u32)>,
    values: u32,
    answers: u32,
    last_answer: Option<u32>,
    texts: HashMap<&'a [u8], u32>,
    commonest: (&'a [u8], u32),
    probabilities: Sum,
    least: Option<Least>,
    weakest: Option<f64>,
}

impl Table {
    /// Looks at these sequences of a run.
    pub fn of(columns: &Columns, sequences: impl IntoIterator<Item = u32>) -> Self {
        let mut table = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut gathered: Vec<Gathered<'_>> = Vec::new();
        for index in sequences {
            let Some(sequence) = columns.sequences.get(index as usize) else {
                continue;
            };
            let found = values(columns, sequence);
            table.answers += 1;
            table.with_json += u32::from(!found.is_empty());
            table.cut += u32::from(found.last().is_some_and(|last| !last.whole));
            let (text, _) = crate::select::text_of(columns, sequence);
            for value in found {
                let at = *known.entry(value.folded.clone()).or_insert_with(|| {
                    gathered.push(Gathered {
                        path: value.folded.clone(),
                        ..Gathered::default()
                    });
                    gathered.len() - 1
                });
                let bytes = value.span.of(text);
                gathered[at].add(index, value, bytes);
            }
        }
        table.rows = gathered.into_iter().map(Gathered::finish).collect();
        table
    }
}

impl<'a> Gathered<'a> {
    fn add(&mut self, sequence: u32, value: Value, text: &'a [u8]) {
        self.values += 1;
        self.answers += u32::from(self.last_answer != Some(sequence));
        self.last_answer = Some(sequence);
        match self.kinds.iter_mut().find(|(kind, _)| *kind == value.kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((value.kind, 1)),
        }
        let count = self.texts.entry(text).or_default();
        *count += 1;
        if *count > self.commonest.1 {
            self.commonest = (text, *count);
        }
        if let Some((weakest, _)) = value.weakest {
            self.weakest = Some(self.weakest.map_or(weakest, |known| known.min(weakest)));
        }
        let Some(probability) = value.probability else {
            return;
        };
        self.probabilities.add(probability);
        if self
            .least
            .as_ref()
            .is_none_or(|least| probability < least.probability)
        {
            self.least = Some(Least {
                probability,
                sequence,
                path: value.path,
                text: String::from_utf8_lossy(text).into_owned(),
            });
        }
    }

    fn finish(mut self) -> Row {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        // Stable: equal ones stay in the order in which they were met.
        self.kinds
            .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Row {
            path: self.path,
            kinds: self.kinds,
            values: self.values,
            answers: self.answers,
            distinct: count(self.texts.len()),
            commonest: (
                String::from_utf8_lossy(self.commonest.0).into_owned(),
                self.commonest.1,
            ),
            scored: u32::try_from(self.probabilities.count()).unwrap_or(u32::MAX),
            mean_probability: self.probabilities.mean(),
            least: self.least,
            weakest: self.weakest,
        }
    }
}
