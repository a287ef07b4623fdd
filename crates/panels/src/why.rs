//! How an overall number came about: formula, weighting, what is left out, how the sequences are spread around it, and the few
//! tokens that carry most of it.
//!
//! | module | what |
//! |---|---|
//! | `board` | the figures that one can ask about, and the menu of them |
//! | `spread` | how the sequences are spread |
//! | `carried` | the tokens that carry most |
//! | `weakest` | weakest token and passage, drift, loops |
mod board;
mod carried;
mod spread;
mod weakest;

pub(crate) use board::controls;

use crate::html::counted;
use crate::{Panel, Question, Runs, Settings, Want};
use analysis::carry::Carried;
use api::Totals;
use board::Board;
use carried::HEAVIEST;
use completions::SequenceDetail;
use markup::push;
use metrics::format;
use weakest::weakest;

pub(crate) struct Why {
    board: &'static Board,
    /// The open sequence: then its tokens are told alone.
    sequence: Option<u32>,
    carried: Carried,
}

impl Why {
    pub(crate) fn new(settings: &Settings, question: &Question, runs: &Runs<'_>) -> Self {
        let columns = runs.this.columns;
        let open = question
            .sequence
            .filter(|index| columns.sequences.get(*index as usize).is_some());
        let carried = match open {
            Some(index) => Carried::of(columns, [index], HEAVIEST),
            None => Carried::of(columns, runs.this.selection.order.iter().copied(), HEAVIEST),
        };
        Self {
            board: board::chosen(settings),
            sequence: open,
            carried,
        }
    }

    fn head(&self, totals: &Totals) -> String {
        let board = self.board;
        let value = (board.value)(totals);
        let mut html = format!(
            "<h3>{}: {}</h3><p>{}</p><dl class=\"facts\"><div><dt>Formula</dt><dd>{}</dd></div><div><dt>Weighting</dt><dd>{}</dd></div>",
            board.title,
            value.map_or_else(|| "—".to_owned(), board.say),
            board.meaning,
            board.formula,
            board.weighting
        );
        // What is counted is shown in full anyway.
        if let Some(value) = value.filter(|value| value.fract() != 0.0) {
            push!(
                html,
                "<div><dt>At full precision</dt><dd><code>{value}</code></dd></div>"
            );
        }
        push!(
            html,
            "<div><dt>N</dt><dd>{} in {} of {}</dd></div><div><dt>Left out</dt><dd>{}</dd></div></dl>",
            counted(totals.scored_tokens, "token", "tokens"),
            format::count(totals.scored_sequences),
            counted(totals.sequences, "sequence", "sequences"),
            left_out(totals)
        );
        html
    }
}

impl Panel for Why {
    fn wants(&self) -> &[Want] {
        &[]
    }

    fn take(&mut self, _: &Runs<'_>, _: Want, _: Option<&SequenceDetail>) {}

    fn html(&self, runs: &Runs<'_>) -> String {
        let (columns, selection) = (runs.this.columns, runs.this.selection);
        let totals = Totals::from(&selection.metrics);
        if totals.scored_tokens == 0 {
            return "<p class=\"empty\">No token of what is listed has a value, so there is nothing to explain.</p>".to_owned();
        }
        let mut html = "<div class=\"why\"><div>".to_owned();
        html += &self.head(&totals);
        html += &self.spread(columns, &selection.order);
        html += &weakest(columns, &selection.order, self.sequence);
        html += "</div><div>";
        html += &self.heaviest(columns);
        html + "</div></div>"
    }
}

/// What the means leave out, in a sentence.
fn left_out(totals: &Totals) -> String {
    let mut parts = Vec::new();
    let unscored = totals.sequences.saturating_sub(totals.scored_sequences);
    for (number, one, many) in [
        (
            unscored,
            "sequence without values",
            "sequences without values",
        ),
        (
            totals.missing_tokens,
            "token without a value",
            "tokens without a value",
        ),
        (
            totals.censored_tokens,
            "token below what the server reports",
            "tokens below what the server reports",
        ),
    ] {
        if number > 0 {
            parts.push(counted(number, one, many));
        }
    }
    if totals.overflow_sequences > 0 {
        parts.push(format!(
            "{} make the mean infinite",
            counted(totals.overflow_sequences, "sequence", "sequences")
        ));
    }
    if totals.invalid_tokens > 0 {
        parts.push(format!(
            "{} count as certain",
            counted(
                totals.invalid_tokens,
                "impossible value",
                "impossible values"
            )
        ));
    }
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join(", ")
    }
}
