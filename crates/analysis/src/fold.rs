//! Which sequences have the same text.
use crate::select::text_of;
use completions::Columns;
use std::collections::HashMap;

/// For every sequence the first one with the same bytes of text. Found once for a run, whatever is asked later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    first: Vec<u32>,
}

impl Texts {
    /// Compares all texts, each byte once.
    pub fn of(columns: &Columns) -> Self {
        let mut known: HashMap<&[u8], u32> = HashMap::with_capacity(columns.sequences.len());
        let first = (0_u32..).zip(&columns.sequences).map(|(index, sequence)| {
            let (text, _) = text_of(columns, sequence);
            *known.entry(text).or_insert(index)
        });
        Self {
            first: first.collect(),
        }
    }
}

impl Texts {
    /// No sequence of the run before this one has its text.
    pub(crate) fn is_first(&self, sequence: u32) -> bool {
        self.first.get(sequence as usize) == Some(&sequence)
    }
}

/// Counts the sequences of a selection by text.
#[derive(Debug)]
pub(crate) struct Fold<'a> {
    texts: &'a Texts,
    /// For the first sequence with each text in the run: the first one in the selection, plus one.
    shown: Vec<u32>,
    copies: Vec<u32>,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(texts: &'a Texts) -> Self {
        let none = vec![0; texts.first.len()];
        Self {
            texts,
            shown: none.clone(),
            copies: none,
        }
    }

    /// Takes the next sequence of the selection: whether none before it had the same text.
    pub(crate) fn is_first(&mut self, sequence: u32) -> bool {
        let text = self.texts.first.get(sequence as usize);
        let Some(shown) = text.and_then(|&text| self.shown.get_mut(text as usize)) else {
            return true;
        };
        let is_first = *shown == 0;
        if is_first {
            *shown = sequence + 1;
        }
        if let Some(copies) = self.copies.get_mut(*shown as usize - 1) {
            *copies += 1;
        }
        is_first
    }

    /// For every sequence how many it stands for.
    pub(crate) fn copies(self) -> Vec<u32> {
        self.copies
    }
}
