//! How the sequences are spread around a figure.
use super::Why;
use crate::html::{counted, open_link};
use analysis::carry::Spread;
use completions::Columns;
use markup::push;
use metrics::format;

/// Bars of the distribution over sequences.
const STEPS: usize = 24;
/// Sequences shown of those that lie furthest out.
const OUTLIERS: usize = 5;

impl Why {
    /// The distribution over the sequences, and those at its doubtful end.
    pub(super) fn spread(&self, columns: &Columns, order: &[u32]) -> String {
        let value = |index: &u32| {
            let sequence = columns.sequences.get(*index as usize)?;
            (self.board.of)(sequence).map(|value| (value, *index))
        };
        let mut values: Vec<(f64, u32)> = order.iter().filter_map(value).collect();
        // One value has no distribution.
        if values.len() < 2 {
            return String::new();
        }
        let Some(spread) = Spread::of(values.iter().map(|one| one.0), STEPS) else {
            return String::new();
        };
        let tallest = spread.steps.iter().copied().max().unwrap_or(1).max(1) as f64;
        let width = (spread.most - spread.least) / spread.steps.len() as f64;
        let say = self.board.say;
        let mut html = format!(
            "<h3>{}</h3><div class=\"spread\" role=\"img\" aria-label=\"From {} to {}, half of the sequences below {}\">",
            self.board.spread,
            say(spread.least),
            say(spread.most),
            say(spread.median)
        );
        for (nth, count) in spread.steps.iter().enumerate() {
            let from = spread.least + width * nth as f64;
            // What is there at all is seen.
            let height = if *count == 0 {
                0.0
            } else {
                (*count as f64 / tallest * 100.0).max(2.0)
            };
            push!(
                html,
                "<span style=\"height:{height:.0}%\" title=\"{} to {}: {}\"></span>",
                say(from),
                say(from + width),
                counted(*count, "sequence", "sequences")
            );
        }
        push!(
            html,
            "</div><p class=\"spread-ends\"><span>{}</span><span>median {}</span><span>{}</span></p>",
            say(spread.least),
            say(spread.median),
            say(spread.most)
        );
        values.sort_by(|a, b| {
            if self.board.high_is_doubt {
                b.0.total_cmp(&a.0)
            } else {
                a.0.total_cmp(&b.0)
            }
        });
        html += "<p>Furthest out: ";
        for (nth, (value, index)) in values.iter().take(OUTLIERS).enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            let link = open_link(
                *index,
                None,
                &format!("sequence {}", format::count(u64::from(*index) + 1)),
            );
            push!(html, "{comma}{link} {}", say(*value));
        }
        html + "</p>"
    }
}
