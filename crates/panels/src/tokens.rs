//! The tokens that the query of the filter finds, each in its context, one under the other: a concordance.
use crate::html::{counted, field, first_row, logprob, menu, open_link, pages, progress, share};
use crate::{Panel, Question, Runs, Settings, Want};
use analysis::Scale;
use analysis::around;
use completions::SequenceDetail;
use markup::{Text, push, short, visible};
use metrics::{format, num};
use std::collections::HashMap;

/// Rows of a page.
const ROWS: usize = 100;
/// Characters of context, unless another number is set, and at most.
const CONTEXT: u32 = 40;
const MOST_CONTEXT: u32 = 200;

/// A token that was found.
#[derive(Clone, Copy)]
struct Hit {
    sequence: u32,
    token: u32,
}

/// What the alternatives of a token say.
struct Known {
    rank: Option<(u32, bool)>,
    /// The best alternative that was not written, and its probability.
    runner_up: Option<(Vec<u8>, Option<f64>)>,
}

pub(crate) struct Tokens {
    hits: Vec<Hit>,
    first: usize,
    context: usize,
    scale: Scale,
    wants: Vec<Want>,
    read: usize,
    known: HashMap<(u32, u32), Known>,
}

const ORDERS: [(&str, &str); 3] = [
    ("", "as in the run"),
    ("p", "least likely first"),
    ("token", "by token"),
];

pub(crate) fn controls(settings: &Settings) -> String {
    let context = settings.whole("context", CONTEXT).min(MOST_CONTEXT);
    menu(
        "order",
        "Order",
        ORDERS,
        settings.get("order").unwrap_or_default(),
    ) + &field(
        "context",
        "Context",
        "characters on either side",
        "type=\"number\" min=\"0\" max=\"200\" step=\"10\"",
        &context.to_string(),
    )
}

impl Tokens {
    pub(crate) fn new(settings: &Settings, question: &Question, runs: &Runs<'_>) -> Self {
        let (columns, selection) = (runs.this.columns, runs.this.selection);
        let mut hits: Vec<Hit> = Vec::new();
        for &sequence in &selection.order {
            let tokens = selection.hits_in(sequence);
            hits.extend(tokens.iter().map(|&token| Hit { sequence, token }));
        }
        let value = |hit: &Hit| {
            let sequence = columns.sequences.get(hit.sequence as usize);
            sequence.and_then(|sequence| logprob(columns, sequence, hit.token))
        };
        let bytes = |hit: &Hit| {
            let sequence = columns.sequences.get(hit.sequence as usize);
            sequence.map_or(&[][..], |sequence| columns.token_bytes(sequence, hit.token))
        };
        match settings.get("order") {
            // One without a value is below all that the server reports, or has none: it comes first, to be seen.
            Some("p") => hits.sort_by(|a, b| {
                let value = |hit| value(hit).unwrap_or(f64::NEG_INFINITY);
                value(a).total_cmp(&value(b))
            }),
            Some("token") => hits.sort_by(|a, b| bytes(a).cmp(bytes(b))),
            _ => {}
        }
        let first = first_row(settings.whole("from", 0), hits.len());
        let mut wants: Vec<Want> = Vec::new();
        for hit in hits.iter().skip(first).take(ROWS) {
            let want = Want::of_this(hit.sequence);
            if !wants.contains(&want) {
                wants.push(want);
            }
        }
        Self {
            first,
            context: settings.whole("context", CONTEXT).min(MOST_CONTEXT) as usize,
            scale: question.scale,
            hits,
            wants,
            read: 0,
            known: HashMap::new(),
        }
    }

    fn shown(&self) -> impl Iterator<Item = &Hit> {
        self.hits.iter().skip(self.first).take(ROWS)
    }
}

impl Panel for Tokens {
    fn wants(&self) -> &[Want] {
        &self.wants
    }

    fn take(&mut self, _: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>) {
        self.read += 1;
        let Some(detail) = detail else { return };
        let hits: Vec<Hit> = self
            .shown()
            .copied()
            .filter(|hit| hit.sequence == want.sequence)
            .collect();
        for hit in hits {
            let Some(token) = detail.tokens.get(hit.token as usize) else {
                continue;
            };
            let other = token.alternatives.iter().find(|other| !other.chosen);
            let known = Known {
                rank: crate::html::rank(token),
                runner_up: other.map(|other| (other.bytes.clone(), other.logprob.map(num::exp))),
            };
            self.known.insert((hit.sequence, hit.token), known);
        }
    }

    fn html(&self, runs: &Runs<'_>) -> String {
        if self.hits.is_empty() {
            return "<p class=\"empty\">Write a condition on tokens into the search field, such as <code>p&lt;0.2</code> or <code>rank&gt;1</code> or a word: every token that it finds stands here in its context, with its runner-up.</p>".to_owned();
        }
        let columns = runs.this.columns;
        let sequences = {
            let mut all: Vec<u32> = self.hits.iter().map(|hit| hit.sequence).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let mut html = format!(
            "<p class=\"panel-sum\">{} in {}.</p>{}<div class=\"scroll\"><table class=\"concordance\"><thead><tr><th scope=\"col\" class=\"number\">Sequence</th><th scope=\"col\" class=\"before\">before</th><th scope=\"col\">token</th><th scope=\"col\">after</th><th scope=\"col\" colspan=\"2\">probability</th><th scope=\"col\" class=\"number\">rank</th><th scope=\"col\">instead</th></tr></thead><tbody>",
            counted(self.hits.len() as u64, "token", "tokens"),
            counted(sequences as u64, "sequence", "sequences"),
            progress(self.read, self.wants.len())
        );
        for hit in self.shown() {
            let Some(sequence) = columns.sequences.get(hit.sequence as usize) else {
                continue;
            };
            let (before, after) = around(columns, sequence, hit.token, self.context);
            let value = logprob(columns, sequence, hit.token).map(num::exp);
            let mark = runs.this.mark(self.scale, sequence, hit.token);
            let text =
                String::from_utf8_lossy(columns.token_bytes(sequence, hit.token)).into_owned();
            let known = self.known.get(&(hit.sequence, hit.token));
            let rank = known.and_then(|known| known.rank);
            let rank = rank.map_or_else(
                || "—".to_owned(),
                |(rank, least)| format!("{}{rank}", if least { "≥ " } else { "" }),
            );
            let other = known.and_then(|known| known.runner_up.as_ref());
            let other = other.map_or_else(String::new, |(bytes, probability)| {
                let share =
                    probability.map_or_else(String::new, |p| format!(" {}", format::percent(p)));
                format!(
                    "<code>{}</code>{share}",
                    Text(short(&String::from_utf8_lossy(bytes), 24))
                )
            });
            push!(
                html,
                "<tr><td class=\"number\">{}</td><td class=\"before\"><bdi>{}</bdi></td><td class=\"tokens\">{}</td><td class=\"after\"><bdi>{}</bdi></td>{}<td class=\"number\">{rank}</td><td>{other}</td></tr>",
                format::count(u64::from(hit.sequence) + 1),
                Text(visible_inside(&before)),
                open_link(
                    hit.sequence,
                    Some(hit.token),
                    &format!(
                        "<span class=\"{}\">{}</span>",
                        mark.class(),
                        Text(visible(&text))
                    )
                ),
                Text(visible_inside(&after)),
                share(value)
            );
        }
        html += "</tbody></table></div>";
        html + &pages(self.first, ROWS, self.hits.len())
    }
}

/// Context on one line: line breaks and controls as signs, spaces as they are.
fn visible_inside(text: &str) -> String {
    let lines: Vec<String> = text
        .split(' ')
        .map(|word| {
            if word.is_empty() {
                String::new()
            } else {
                visible(word)
            }
        })
        .collect();
    lines.join(" ")
}
