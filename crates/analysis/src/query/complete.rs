//! What may follow at a place in the text of a query.
use super::eval::source_of;
use super::field::{Compared, FIELDS, Field};
use super::print::quoted;
use completions::Columns;
use std::collections::HashMap;

/// Suggestions at once.
const MOST: usize = 20;

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// From this byte of the text on, up to the cursor, it takes the place of what is there.
    pub from: usize,
    /// What to write.
    pub text: String,
    /// What it is; for a value, how many sequences have it.
    pub about: String,
}

/// What may be written at `cursor`, a byte of the text: fields whose names begin like the word there, or behind a field and
/// its relation the values that the run has, the commonest first.
pub fn complete(columns: &Columns, text: &str, cursor: usize) -> Vec<Suggestion> {
    let before = text.get(..cursor).unwrap_or(text);
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
    let from = before.rfind(ends).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let word = before[from..].trim_start_matches('-');
    let from = before.len() - word.len();
    let sign = word.find(['<', '>', '=', '!', ':', '~']);
    let Some(sign) = sign else {
        let begins = |name: &str| name.starts_with(word);
        let fields = FIELDS
            .iter()
            .filter(|row| [row.name].iter().chain(row.also).any(|name| begins(name)));
        let fields = fields.map(|row| Suggestion {
            from,
            text: row.name.to_owned(),
            about: row.about.to_owned(),
        });
        return fields.take(MOST).collect();
    };
    let Some(row) = Field::named(&word[..sign]) else {
        return Vec::new();
    };
    let value = word[sign..].trim_start_matches(['<', '>', '=', '!', ':', '~', '"']);
    let from = before.len()
        - word[sign..]
            .trim_start_matches(['<', '>', '=', '!', ':', '~'])
            .len();
    let values = match row.compared {
        Compared::YesNo => vec![("yes".to_owned(), None), ("no".to_owned(), None)],
        Compared::Name => observed(columns, row.field),
        _ => Vec::new(),
    };
    let fitting = values
        .into_iter()
        .filter(|(name, _)| name.to_lowercase().starts_with(&value.to_lowercase()));
    let plain =
        |name: &str| !name.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
    let suggestions = fitting.map(|(name, count)| Suggestion {
        from,
        text: if plain(&name) { name } else { quoted(&name) },
        about: count.map_or_else(String::new, |count: u64| metrics::format::count(count)),
    });
    suggestions.take(MOST).collect()
}

/// The values of a field in the run with how many sequences have them, the commonest first.
fn observed(columns: &Columns, field: Field) -> Vec<(String, Option<u64>)> {
    use super::{Expr, Query, Relation, Term, Value};
    let fixed: &[&str] = match field {
        Field::Status => &["scored", "clamped", "invalid", "missing", "censored"],
        Field::Band => &["low", "middle", "high"],
        Field::Kind => &["answer", "refusal", "tool_call", "transcription"],
        Field::Finish => &[
            "stop",
            "length",
            "tool",
            "filter",
            "error",
            "cancelled",
            "unknown",
        ],
        _ => &[],
    };
    let mut counts: HashMap<String, u64> = HashMap::new();
    for sequence in &columns.sequences {
        let completion = columns.completions.get(sequence.completion as usize);
        let value = match field {
            Field::Model => columns.model_of(sequence).to_owned(),
            Field::Source => source_of(columns, sequence),
            Field::Format => completion
                .map_or("", |completion| completion.format.name())
                .to_owned(),
            Field::Label => completion
                .and_then(|completion| completion.label.clone())
                .unwrap_or_default(),
            _ => continue,
        };
        *counts.entry(value).or_default() += 1;
    }
    counts.remove("");
    for name in fixed {
        // As many as a query for it finds, where it is about sequences.
        let query = Query {
            terms: vec![Term {
                field,
                relation: Relation::Is,
                value: Value::Text((*name).to_owned()),
            }],
            expr: Expr::Is(0),
        };
        let found = query.find(columns, |_| None).hits.len() as u64;
        if found > 0 {
            counts.insert((*name).to_owned(), found);
        }
    }
    let mut all: Vec<(String, Option<u64>)> = counts
        .into_iter()
        .map(|(name, count)| (name, Some(count)))
        .collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all
}
