//! Answers that are JSON: how sure the model was of each value, path by path.
use crate::html::{counted, first_row, open_link, pages, share};
use crate::{Panel, Runs, Settings, Want};
use analysis::paths::{Kind, Table, Value, values};
use completions::{Columns, SequenceDetail};
use markup::{Text, push, short};
use metrics::format;
use std::cmp::Ordering;

/// Rows of a page.
const ROWS: usize = 100;
/// Characters of a value that are shown.
const SHOWN: usize = 60;

pub(crate) struct Values {
    table: Table,
    /// The values at the chosen path, the least likely first.
    chosen: Option<(String, Vec<(u32, Value)>)>,
    from: u32,
}

pub(crate) fn controls(_: &Settings) -> String {
    "<p class=\"panel-lead\">Answers that are JSON, or have it in prose or in a block of code. The probability of a value is that of all tokens together that have a byte of it.</p>".to_owned()
}

impl Values {
    pub(crate) fn new(settings: &Settings, runs: &Runs<'_>) -> Self {
        let (columns, order) = (runs.this.columns, &runs.this.selection.order);
        let chosen = settings
            .get("path")
            .map(|path| (path.to_owned(), at_path(columns, order, path)));
        Self {
            table: Table::of(columns, order.iter().copied()),
            chosen,
            from: settings.whole("from", 0),
        }
    }

    fn paths(&self) -> String {
        let table = &self.table;
        let mut html = format!(
            "<p class=\"panel-sum\">JSON in {} of {}{}.</p><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">path</th><th scope=\"col\">kind</th><th scope=\"col\" class=\"number\">answers</th><th scope=\"col\" class=\"number\">values</th><th scope=\"col\" class=\"number\">distinct</th><th scope=\"col\" colspan=\"2\">mean probability</th><th scope=\"col\">least likely value</th><th scope=\"col\">mostly</th></tr></thead><tbody>",
            format::count(table.with_json.into()),
            counted(table.answers.into(), "answer", "answers"),
            if table.cut > 0 {
                format!(
                    ", {} cut off within a value",
                    format::count(table.cut.into())
                )
            } else {
                String::new()
            }
        );
        for row in &table.rows {
            let kinds: Vec<&str> = row.kinds.iter().map(|(kind, _)| kind.name()).collect();
            let least = row.least.as_ref().map_or_else(String::new, |least| {
                let text = format!("<code>{}</code>", Text(short(&least.text, SHOWN)));
                format!(
                    "{} {}",
                    open_link(least.sequence, None, &text),
                    format::percent(least.probability)
                )
            });
            let mostly = if row.commonest.1 > 1 {
                format!(
                    "<code>{}</code> × {}",
                    Text(short(&row.commonest.0, 30)),
                    format::count(row.commonest.1.into())
                )
            } else {
                String::new()
            };
            push!(
                html,
                "<tr><th scope=\"row\"><button type=\"button\" class=\"link\" data-set=\"path:{};from:0\"><code>{}</code></button></th><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>{}<td>{least}</td><td>{mostly}</td></tr>",
                crate::settings::encoded(&row.path),
                Text(short(&row.path, SHOWN)),
                kinds.join(", "),
                format::count(row.answers.into()),
                format::count(row.values.into()),
                format::count(row.distinct.into()),
                share(row.mean_probability)
            );
        }
        html + "</tbody></table></div>"
    }

    fn at(&self, columns: &Columns, path: &str, found: &[(u32, Value)]) -> String {
        let first = first_row(self.from, found.len());
        let mut html = format!(
            "<p class=\"panel-nav\"><button type=\"button\" data-set=\"path:;from:0\">All paths</button> <strong><code>{}</code></strong> {}, the least likely first</p><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">value</th><th scope=\"col\" colspan=\"2\">probability</th><th scope=\"col\">weakest token</th><th scope=\"col\">path</th></tr></thead><tbody>",
            Text(short(path, SHOWN)),
            counted(found.len() as u64, "value", "values")
        );
        for (index, value) in found.iter().skip(first).take(ROWS) {
            let Some(sequence) = columns.sequences.get(*index as usize) else {
                continue;
            };
            let text = columns.sequence_text(sequence);
            let bytes = text
                .as_bytes()
                .get(value.span.start as usize..value.span.end as usize);
            let text = String::from_utf8_lossy(bytes.unwrap_or_default());
            let quote = if value.kind == Kind::Text { "\"" } else { "" };
            let shown = format!(
                "<code>{quote}{}{quote}</code>",
                Text(short(text.trim_matches('"'), SHOWN))
            );
            let weakest = value.weakest.map_or_else(String::new, |(p, token)| {
                format!(
                    "{} {}",
                    crate::html::token_link(columns, *index, token),
                    format::percent(p)
                )
            });
            let cut = if value.whole {
                ""
            } else {
                " <small>cut off</small>"
            };
            push!(
                html,
                "<tr><th scope=\"row\">{}{cut}</th>{}<td>{weakest}</td><td><code>{}</code> <small>sequence {}</small></td></tr>",
                open_link(*index, Some(value.first_token), &shown),
                share(value.probability),
                Text(short(&value.path, SHOWN)),
                format::count(u64::from(*index) + 1)
            );
        }
        html += "</tbody></table></div>";
        html + &pages(first, ROWS, found.len())
    }
}

/// The values whose folded path is this one. Those without a probability come last; equal ones in the order of the list.
fn at_path(columns: &Columns, order: &[u32], path: &str) -> Vec<(u32, Value)> {
    let mut found = Vec::new();
    for &index in order {
        let Some(sequence) = columns.sequences.get(index as usize) else {
            continue;
        };
        let all = values(columns, sequence).into_iter();
        found.extend(
            all.filter(|value| value.folded == path)
                .map(|value| (index, value)),
        );
    }
    found.sort_by(|(_, a), (_, b)| match (a.probability, b.probability) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    found
}

impl Panel for Values {
    fn wants(&self) -> &[Want] {
        &[]
    }

    fn take(&mut self, _: &Runs<'_>, _: Want, _: Option<&SequenceDetail>) {}

    fn html(&self, runs: &Runs<'_>) -> String {
        match &self.chosen {
            _ if self.table.with_json == 0 => {
                "<p class=\"empty\">No listed answer has JSON in it.</p>".to_owned()
            }
            Some((path, found)) => self.at(runs.this.columns, path, found),
            None => self.paths(),
        }
    }
}
