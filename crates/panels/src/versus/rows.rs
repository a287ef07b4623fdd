//! The pairs as rows: where their texts part, and what each gave to the other's choice.
use super::{ROWS, Versus};
use crate::Runs;
use crate::html::{label, pages};
use analysis::compare::{Comparison, Side, Turn};
use markup::{Text, push, short};
use metrics::format;

impl Versus {
    pub(super) fn rows(&self, runs: &Runs<'_>, comparison: &Comparison) -> String {
        let sides = self.sides(runs);
        let mut html = "<div class=\"scroll\"><table class=\"rows pairs\"><thead><tr><th scope=\"col\">pair</th><th scope=\"col\" class=\"number\">probability A</th><th scope=\"col\" class=\"number\">B</th><th scope=\"col\" class=\"number\">bytes in common</th><th scope=\"col\">A wrote</th><th scope=\"col\">B wrote</th><th scope=\"col\">A gave B's</th><th scope=\"col\">B gave A's</th></tr></thead><tbody>".to_owned();
        for &index in self.order.iter().skip(self.first).take(ROWS) {
            let Some(pair) = comparison.pairs.get(index as usize) else {
                continue;
            };
            let value = |side: &Side<'_>, index: u32| {
                let sequence = side.sequence(index);
                format::sig3_or_dash(sequence.and_then(|sequence| sequence.metrics.mean_prob))
            };
            push!(
                html,
                "<tr><th scope=\"row\"><button type=\"button\" class=\"link\" data-set=\"show:{0}\">{0}{1}</button></th><td class=\"number\">{2}</td><td class=\"number\">{3}</td>",
                u64::from(index) + 1,
                Text(named(&sides.0, pair.a)),
                value(&sides.0, pair.a),
                value(&sides.1, pair.b)
            );
            match (pair.fork, self.turns(&sides, pair)) {
                (None, _) => html += "<td colspan=\"5\">the same text</td>",
                (Some(fork), Some((a, b))) => push!(
                    html,
                    "<td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
                    format::count(fork.byte.into()),
                    wrote(&a),
                    wrote(&b),
                    a.gave.in_words(),
                    b.gave.in_words()
                ),
                (Some(fork), None) => push!(
                    html,
                    "<td class=\"number\">{}</td><td colspan=\"4\"></td>",
                    format::count(fork.byte.into())
                ),
            }
            html += "</tr>";
        }
        html += "</tbody></table></div>";
        html + &pages(self.first, ROWS, self.order.len())
    }
}

/// What the pair is known by, after its number.
fn named(side: &Side<'_>, index: u32) -> String {
    let completion = side
        .sequence(index)
        .and_then(|sequence| side.columns.completions.get(sequence.completion as usize));
    let label = completion.and_then(|completion| completion.label.as_deref());
    label.map_or_else(String::new, |label| format!(" · {}", short(label, 24)))
}

/// The token of a side, or that its text ends.
fn wrote(turn: &Turn) -> String {
    if turn.token.is_none() {
        return "<small>ends</small>".to_owned();
    }
    let share = turn
        .probability
        .map_or_else(String::new, |p| format!(" {}", format::percent(p)));
    format!("{}{share}", label(&turn.wrote))
}
