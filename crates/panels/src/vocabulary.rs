//! The distinct tokens of what is listed: those that the query finds, or all of them.
use crate::html::{counted, first_row, label, menu, pages, progress, share};
use crate::{Panel, Runs, Settings, Want};
use analysis::query::{Vocabulary as Words, Word, token_is};
use completions::{Columns, SequenceDetail};
use markup::push;
use metrics::format;

/// Rows of a page.
const ROWS: usize = 100;
/// Sequences of which alternatives are read for the runners-up, unless all are asked for.
const SAMPLE: usize = 2_000;

const ORDERS: [(&str, &str); 4] = [
    ("", "commonest first"),
    ("mean", "lowest mean probability first"),
    ("worst", "lowest probability first"),
    ("total", "most surprisal in all first"),
];
const READ: [(&str, &str); 3] = [
    ("", "of 2 000 sequences at most"),
    ("all", "of all sequences"),
    ("none", "not at all"),
];

pub(crate) struct Vocabulary {
    words: Words,
    order: Option<String>,
    from: u32,
    wants: Vec<Want>,
    read: usize,
    /// Sequences without their alternatives read.
    left_out: usize,
    asks_tokens: bool,
}

pub(crate) fn controls(settings: &Settings) -> String {
    menu(
        "order",
        "Order",
        ORDERS,
        settings.get("order").unwrap_or_default(),
    ) + &menu(
        "read",
        "Read runners-up",
        READ,
        settings.get("read").unwrap_or_default(),
    )
}

impl Vocabulary {
    pub(crate) fn new(settings: &Settings, runs: &Runs<'_>) -> Self {
        let (columns, selection) = (runs.this.columns, runs.this.selection);
        let mut words = Words::default();
        let asks_tokens = selection.hits > 0;
        for &index in &selection.order {
            for token in tokens_of(runs, index) {
                words.count(columns, index, token);
            }
        }
        let most = match settings.get("read") {
            Some("all") => usize::MAX,
            Some("none") => 0,
            _ => SAMPLE,
        };
        let wants = selection.order.iter().take(most);
        Self {
            words,
            order: settings.get("order").map(str::to_owned),
            from: settings.whole("from", 0),
            wants: wants.copied().map(Want::of_this).collect(),
            read: 0,
            left_out: selection.order.len().saturating_sub(most),
            asks_tokens,
        }
    }
}

/// A token as a button that lists its occurrences in their contexts; one that is part of a character cannot be written in a query.
fn occurrences_link(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return label(bytes);
    };
    format!(
        "<button type=\"button\" class=\"link\" data-view=\"panel=tokens&amp;q={}\" title=\"Every place at which it stands\">{}</button>",
        crate::settings::encoded(&token_is(text)),
        label(bytes)
    )
}

/// The tokens of a sequence that the query finds; all of them when it asks nothing of tokens.
fn tokens_of(runs: &Runs<'_>, index: u32) -> Vec<u32> {
    let selection = runs.this.selection;
    if selection.hits > 0 {
        return selection.hits_in(index).to_vec();
    }
    let sequence = runs.this.columns.sequences.get(index as usize);
    (0..sequence.map_or(0, |sequence| sequence.n_tokens)).collect()
}

impl Panel for Vocabulary {
    fn wants(&self) -> &[Want] {
        &self.wants
    }

    fn take(&mut self, runs: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>) {
        self.read += 1;
        if let Some(detail) = detail {
            let columns: &Columns = runs.this.columns;
            for token in tokens_of(runs, want.sequence) {
                self.words
                    .alternatives(columns, want.sequence, token, detail);
            }
        }
    }

    fn html(&self, _: &Runs<'_>) -> String {
        let mut words: Vec<Word> = self.words.words();
        if words.is_empty() {
            return "<p class=\"empty\">None of the listed sequences has tokens.</p>".to_owned();
        }
        let low = |value: Option<f64>| value.unwrap_or(2.0);
        match self.order.as_deref() {
            Some("mean") => {
                words.sort_by(|a, b| low(a.mean_probability).total_cmp(&low(b.mean_probability)))
            }
            Some("worst") => {
                words.sort_by(|a, b| low(a.worst_probability).total_cmp(&low(b.worst_probability)))
            }
            Some("total") => words.sort_by(|a, b| b.surprisal_bits.total_cmp(&a.surprisal_bits)),
            _ => {}
        }
        let occurrences: u64 = words.iter().map(|word| word.count).sum();
        let first = first_row(self.from, words.len());
        let mut html = format!(
            "<p class=\"panel-sum\">{} among {}{}.</p>",
            counted(words.len() as u64, "distinct token", "distinct tokens"),
            counted(occurrences, "occurrence", "occurrences"),
            if self.asks_tokens {
                " that the query finds"
            } else {
                ""
            }
        );
        html += &progress(self.read, self.wants.len());
        if self.left_out > 0 && !self.wants.is_empty() {
            push!(
                html,
                "<p class=\"panel-note\">Runners-up are those of the first {} sequences.</p>",
                format::count(self.wants.len() as u64)
            );
        }
        html += "<div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">token</th><th scope=\"col\" class=\"number\">count</th><th scope=\"col\" colspan=\"2\">mean probability</th><th scope=\"col\" class=\"number\">worst</th><th scope=\"col\" class=\"number\">surprisal in all</th><th scope=\"col\">commonest runner-up</th></tr></thead><tbody>";
        for word in words.iter().skip(first).take(ROWS) {
            let other = word
                .runner_up
                .as_ref()
                .map_or_else(String::new, |(bytes, count)| {
                    format!("{} × {}", label(bytes), format::count(*count))
                });
            push!(
                html,
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td>{}<td class=\"number\">{}</td><td class=\"number\">{}</td><td>{other}</td></tr>",
                occurrences_link(&word.bytes),
                format::count(word.count),
                share(word.mean_probability),
                word.worst_probability
                    .map_or_else(|| "—".to_owned(), format::percent),
                format::bits(word.surprisal_bits)
            );
        }
        html += "</tbody></table></div>";
        html + &pages(first, ROWS, words.len())
    }
}
