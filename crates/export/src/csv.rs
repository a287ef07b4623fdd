//! A row of CSV for each sequence.
use crate::View;
use crate::cells::{number, row};
use api::Card;
use completions::{Columns, Source};
use std::borrow::Cow;
use std::io::{self, Write};

/// Names of the columns. They are only ever added, at the end.
pub const HEADER: [&str; 19] = [
    "sequence",
    "source",
    "record",
    "line",
    "byte",
    "id",
    "model",
    "created",
    "label",
    "choice",
    "kind",
    "finish",
    "tokens",
    "scored",
    "missing",
    "censored",
    "perplexity",
    "probability",
    "format",
];

/// The column behind the others in a file of a view.
const TEXT: &str = "text";

/// Writes a header and the rows of what is listed, with their texts.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    row(out, HEADER.into_iter().chain([TEXT]))?;
    for &index in &view.selection.order {
        if let Some(cells) = cells(view.columns, index) {
            let text = view
                .columns
                .sequences
                .get(index as usize)
                .map(|sequence| view.columns.sequence_text(sequence));
            let text = text.unwrap_or_default();
            row(out, cells.iter().map(AsRef::as_ref).chain([text.as_ref()]))?;
        }
    }
    Ok(())
}

/// The cells of a sequence, as the header names them; `None` when there is no such sequence.
pub fn cells(columns: &Columns, index: u32) -> Option<[Cow<'_, str>; HEADER.len()]> {
    let sequence = columns.sequences.get(index as usize)?;
    let completion = columns.completions.get(sequence.completion as usize)?;
    let record = columns.records.get(completion.record as usize)?;
    // Records of the source that gave something, up to this one.
    let before = columns.records.get(..completion.record as usize)?;
    let nth = before.len() - before.partition_point(|other| other.source < record.source) + 1;
    let counts = &sequence.metrics.counts;
    let card = Card::new(columns, index, 0);
    Some([
        index.to_string().into(),
        source(columns, record.source),
        nth.to_string().into(),
        record.line.to_string().into(),
        record.start.to_string().into(),
        completion.id.as_str().into(),
        card.model.into(),
        number(card.created).into(),
        completion.label.as_deref().unwrap_or_default().into(),
        card.choice.to_string().into(),
        card.kind.into(),
        card.finish.into(),
        card.tokens.to_string().into(),
        counts.scored.to_string().into(),
        counts.missing.to_string().into(),
        counts.censored.to_string().into(),
        number(card.perplexity).into(),
        number(card.probability).into(),
        completion.format.name().into(),
    ])
}

/// Name of a source: the file, and the member if the file is an archive.
pub fn source(columns: &Columns, index: u32) -> Cow<'_, str> {
    let named = |source: &Source| match &source.member {
        Some(member) => format!("{}/{member}", source.name),
        None => source.name.clone(),
    };
    let found = columns.sources.get(index as usize);
    found.map_or(Cow::Borrowed("-"), |source| named(source).into())
}

#[cfg(test)]
mod tests {
    use super::source;
    use completions::{Columns, Source};

    #[test]
    fn a_member_is_named_with_its_archive() {
        let named = |member: Option<&str>| Source {
            name: "a.zip".to_owned(),
            member: member.map(str::to_owned),
            ..Source::default()
        };
        let columns = Columns {
            sources: vec![named(None), named(Some("runs/b.json"))],
            ..Columns::default()
        };
        let names = [0, 1, 2].map(|index| source(&columns, index));
        assert_eq!(names, ["a.zip", "a.zip/runs/b.json", "-"]);
    }
}
