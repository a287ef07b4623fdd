//! Which sequences to show.
use crate::InBand;
use serde::{Deserialize, Serialize};

/// Conditions that all have to hold. Empty ones always hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// A query as it is written; see [`crate::query`].
    ///
    /// Its words are looked for in the text of the sequence, so they may span several tokens, and begin or end inside of one.
    /// A token is a hit when it holds at least one byte of an occurrence; occurrences may overlap. White space counts
    /// as it is. Letters compare by their one-letter lower case; bytes that are not UTF-8 equal nothing.
    pub query: String,
    /// Exact name of the model.
    pub model: String,
    /// Exact name of the source, as [`completions::Columns::source_name`] gives it.
    pub source: String,
    /// Some token is in this band of a scale.
    pub band: Option<InBand>,
    /// Of the sequences that match and have the same text, list only the first. This is no condition.
    pub fold: bool,
}

impl Filter {
    /// No condition at all.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty()
            && self.model.is_empty()
            && self.source.is_empty()
            && self.band.is_none()
    }

    /// The conditions as one writes them; empty when there are none.
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if !self.query.is_empty() {
            words.push(self.query.clone());
        }
        for (name, value) in [("model", &self.model), ("file", &self.source)] {
            if !value.is_empty() {
                words.push(format!("{name}={value}"));
            }
        }
        if let Some(in_band) = self.band {
            let band = match in_band.band {
                0 => "low",
                1 => "middle",
                _ => "high",
            };
            let lens = in_band.scale.lens;
            let (unit, relative) = (
                lens.unit.name(),
                if lens.relative { "relative " } else { "" },
            );
            words.push(format!(
                "some {unit} of {band} {relative}{}",
                lens.quantity.label()
            ));
        }
        if self.fold {
            words.push("identical texts folded".to_owned());
        }
        words.join(", ")
    }
}
