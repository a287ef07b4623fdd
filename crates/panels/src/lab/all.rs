//! All that is listed under other settings: sums, and the sequences with the most.
use super::figures::{count_between, figure};
use super::{Lab, no_alternatives};
use crate::html::{counted, progress};
use analysis::lab::Replay;
use markup::push;
use metrics::format;

/// Sequences shown of a whole run.
const ROWS: usize = 50;

impl Lab {
    /// All that is listed.
    pub(super) fn all(&self) -> String {
        let sum = |of: fn(&Replay) -> u64| -> u64 {
            self.replays.iter().map(|(_, replay)| of(replay)).sum()
        };
        let positions = sum(|replay| replay.positions.into());
        if positions == 0 && self.read >= self.wants.len() {
            return no_alternatives();
        }
        let [impossible, unknown, not_greedy, skipped] = [
            sum(|replay| replay.impossible.len() as u64),
            sum(|replay| replay.unknown.len() as u64),
            sum(|replay| replay.not_greedy.len() as u64),
            sum(|replay| replay.skipped.into()),
        ];
        let mut html = progress(self.read, self.wants.len());
        html += "<dl class=\"figures\">";
        for (title, least, most) in [
            (
                "Tokens that could not have been drawn",
                impossible,
                impossible + unknown,
            ),
            (
                "Tokens that are not the best of their position",
                not_greedy,
                not_greedy,
            ),
        ] {
            let share = match positions {
                0 => 0.0,
                _ => least as f64 / positions as f64,
            };
            push!(
                html,
                "<div><dt>{title}</dt><dd>{} of {} · {}{}</dd></div>",
                count_between(least, most),
                counted(positions, "position", "positions"),
                if least == most { "" } else { "at least " },
                format::percent(share)
            );
        }
        let whole = |may_be_unknown: bool| {
            let possible = self.replays.iter().filter(|(_, replay)| {
                replay.positions > 0
                    && replay.impossible.is_empty()
                    && (may_be_unknown || replay.unknown.is_empty())
            });
            possible.count() as u64
        };
        push!(
            html,
            "<div><dt>Sequences that were possible as a whole</dt><dd>{} of {}</dd></div>",
            count_between(whole(false), whole(true)),
            format::count(
                self.replays
                    .iter()
                    .filter(|(_, replay)| replay.positions > 0)
                    .count() as u64
            )
        );
        if skipped > 0 {
            push!(
                html,
                "<div><dt>Left out</dt><dd>{} without alternatives or a value</dd></div>",
                counted(skipped, "token", "tokens")
            );
        }
        if self.unreadable > 0 {
            push!(
                html,
                "<div><dt>Not read</dt><dd>{}: the file has changed</dd></div>",
                counted(self.unreadable as u64, "sequence", "sequences")
            );
        }
        html += "</dl><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">sequence</th><th scope=\"col\" class=\"number\">could not have been drawn</th><th scope=\"col\" class=\"number\">may have been cut off</th><th scope=\"col\" class=\"number\">not greedy</th><th scope=\"col\">ln p under the settings</th></tr></thead><tbody>";
        let mut rows: Vec<&(u32, Replay)> = self
            .replays
            .iter()
            .filter(|(_, replay)| replay.positions > 0)
            .collect();
        rows.sort_by_key(|(index, replay)| (std::cmp::Reverse(replay.impossible.len()), *index));
        for (index, replay) in rows.iter().take(ROWS) {
            let open = format!(
                "<button type=\"button\" class=\"link\" data-view=\"s={0}&amp;t=\">sequence {0}</button>",
                u64::from(*index) + 1
            );
            push!(
                html,
                "<tr><th scope=\"row\">{open}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
                format::count(replay.impossible.len() as u64),
                format::count(replay.unknown.len() as u64),
                format::count(replay.not_greedy.len() as u64),
                figure(replay.logprob, format::sig3)
            );
        }
        html += "</tbody></table></div>";
        if rows.len() > ROWS {
            push!(
                html,
                "<p class=\"panel-note\">The {} with the most; filter to see others.</p>",
                format::count(ROWS as u64)
            );
        }
        html
    }
}
