//! The texts as the Markdown that they are written in, with the colours of their tokens.
//!
//! What a model wrote is hostile: HTML in it is shown as text, addresses of links and pictures are told and lead nowhere, and
//! nothing is fetched. `render` makes the HTML.
mod render;

use crate::html::{first_row, open_link, pages};
use crate::{Panel, Question, Runs, Settings, Want};
use analysis::{Scale, text_of};
use completions::{Columns, Sequence, SequenceDetail};
use markup::push;
use metrics::{Band, format};
use render::Rendered;

/// Texts of a page.
const ROWS: usize = 10;
/// Bytes of a text that are shown.
const LONGEST: usize = 200_000;

pub(crate) fn controls() -> String {
    "<p class=\"panel-lead\">The texts as Markdown: headings, lists, tables and code as a reader sees them, coloured as in the list. HTML in them is shown as text; links and pictures are named, not followed or fetched.</p>".to_owned()
}

pub(crate) struct Markdown {
    /// The sequence that is looked at; none for all that are listed.
    sequence: Option<u32>,
    from: u32,
    scale: Scale,
}

impl Markdown {
    pub(crate) fn new(settings: &Settings, question: &Question, runs: &Runs<'_>) -> Self {
        let sequences = &runs.this.columns.sequences;
        Self {
            sequence: question
                .sequence
                .filter(|index| sequences.get(*index as usize).is_some()),
            from: settings.whole("from", 0),
            scale: question.scale,
        }
    }

    fn one(&self, runs: &Runs<'_>, index: u32, html: &mut String) {
        let columns = runs.this.columns;
        let Some(sequence) = columns.sequences.get(index as usize) else {
            return;
        };
        let number = format::count(u64::from(index) + 1);
        let open = open_link(index, None, &format!("Sequence {number}"));
        push!(html, "<article class=\"rendered-text\"><h3>{open}</h3>");
        let (text, ends, cut) = shown(columns, sequence);
        let mark = |token: u32| runs.this.mark(self.scale, sequence, token);
        let Rendered { html: body, unseen } = render::render(&text, &ends, &mark);
        push!(html, "<div class=\"rendered\">{body}</div>");
        if cut {
            push!(
                html,
                "<p class=\"panel-note\">The first {} bytes; the list has all of it.</p>",
                format::count(LONGEST as u64)
            );
        }
        let is_low = |token: &&u32| mark(**token).band() == Some(Band::Low);
        let doubtful: Vec<u32> = unseen.iter().filter(is_low).copied().collect();
        if let Some(first) = doubtful.first() {
            push!(
                html,
                "<p class=\"panel-note\">Of the tokens that only mark it up, {} of low value are not to be seen here: the first is {}.</p>",
                format::count(doubtful.len() as u64),
                crate::html::token_link(columns, index, *first)
            );
        }
        html.push_str("</article>");
    }
}

/// The text of a sequence with the ends of its tokens in it, both cut to a length that can be shown. A byte that is no part of a
/// character becomes a question mark, so that all others stay where they are.
fn shown(columns: &Columns, sequence: &Sequence) -> (String, Vec<usize>, bool) {
    let (bytes, ends) = text_of(columns, sequence);
    let cut = bytes.len() > LONGEST;
    let ends: Vec<usize> = ends
        .iter()
        .map(|end| *end as usize)
        .take_while(|end| *end <= LONGEST)
        .collect();
    let most = match ends.last() {
        Some(last) => *last,
        None => LONGEST,
    };
    let mut text = String::new();
    for chunk in bytes.get(..most).unwrap_or(bytes).utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    (text, ends, cut)
}

impl Panel for Markdown {
    fn wants(&self) -> &[Want] {
        &[]
    }

    fn take(&mut self, _: &Runs<'_>, _: Want, _: Option<&SequenceDetail>) {}

    fn html(&self, runs: &Runs<'_>) -> String {
        let order = &runs.this.selection.order;
        let mut html = String::new();
        if let Some(index) = self.sequence {
            html += "<p class=\"panel-nav\"><button type=\"button\" data-view=\"s=&amp;t=\">All listed sequences</button></p>";
            self.one(runs, index, &mut html);
            return html;
        }
        if order.is_empty() {
            return "<p class=\"empty\">No sequence is listed. Clear the filter to see all of them.</p>"
                .to_owned();
        }
        let first = first_row(self.from, order.len());
        html += &pages(first, ROWS, order.len());
        for &index in order.iter().skip(first).take(ROWS) {
            self.one(runs, index, &mut html);
        }
        html
    }
}
