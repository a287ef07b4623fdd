//! A model from a table: the logits depend on the last id only.
use decoding::{Model, Row};
use std::borrow::Cow;

pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<f32>>,
    pub(crate) pieces: Vec<&'static str>,
    /// Parents and lengths of all rows of each step.
    pub(crate) steps: Vec<Vec<(Option<usize>, usize)>>,
}

impl Table {
    pub(crate) fn new(rows: Vec<Vec<f32>>) -> Self {
        Self {
            rows,
            pieces: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The same logits after every id.
    pub(crate) fn constant(logits: &[f32]) -> Self {
        Self::new(vec![logits.to_vec(); logits.len()])
    }
}

impl Model for Table {
    type Error = String;

    fn vocabulary(&self) -> usize {
        self.rows.len()
    }

    fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<(), String> {
        self.steps
            .push(rows.iter().map(|row| (row.parent, row.ids.len())).collect());
        for row in rows {
            let last = *row.ids.last().ok_or("no ids")?;
            out.extend(self.rows.get(last as usize).ok_or("out of memory")?);
        }
        Ok(())
    }

    fn piece(&self, token: u32) -> Option<Cow<'_, [u8]>> {
        self.pieces
            .get(token as usize)
            .map(|piece| piece.as_bytes().into())
    }
}
