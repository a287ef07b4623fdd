//! The few tokens that carry most of a figure.
use super::Why;
use crate::html::{counted, token_link};
use analysis::around;
use completions::Columns;
use markup::{Text, push};
use metrics::format;

/// Tokens shown of those that carry most.
pub(super) const HEAVIEST: usize = 24;

/// Characters of context on either side.
const CONTEXT: usize = 30;

/// The text goes on where the context ends.
fn cut(context: &str) -> &'static str {
    if context.chars().count() < CONTEXT {
        ""
    } else {
        "…"
    }
}

impl Why {
    /// The tokens that most of the surprisal lies in.
    pub(super) fn heaviest(&self, columns: &Columns) -> String {
        let carried = &self.carried;
        let Some(ten) = carried.share_of(10) else {
            return String::new();
        };
        let of = match self.sequence {
            Some(index) => format!("of sequence {}", format::count(u64::from(index) + 1)),
            None => "of what is listed".to_owned(),
        };
        let mut html = format!(
            "<h3>The tokens that carry it</h3><p>{} carry {} of the surprisal {of} ({}), and {} half of it, out of {}. Every bit raises the perplexity and lowers the probability.</p><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">token</th><th scope=\"col\" class=\"number\">surprisal</th><th scope=\"col\" class=\"number\">share</th><th scope=\"col\">where</th></tr></thead><tbody>",
            counted(10.min(carried.tokens), "token", "tokens"),
            format::percent(ten),
            format::bits(carried.bits),
            format::count(carried.for_half),
            counted(carried.tokens, "token", "tokens")
        );
        for one in &carried.heaviest {
            let Some(sequence) = columns.sequences.get(one.sequence as usize) else {
                continue;
            };
            let (before, after) = around(columns, sequence, one.token, CONTEXT);
            let share = if carried.bits > 0.0 {
                one.bits / carried.bits
            } else {
                0.0
            };
            push!(
                html,
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td><bdi>{}{}<mark>{}</mark>{}{}</bdi> <small>sequence {}, token {}</small></td></tr>",
                token_link(columns, one.sequence, one.token),
                format::bits(one.bits),
                format::percent(share),
                cut(&before),
                Text(&before),
                Text(String::from_utf8_lossy(
                    columns.token_bytes(sequence, one.token)
                )),
                Text(&after),
                cut(&after),
                format::count(u64::from(one.sequence) + 1),
                format::count(u64::from(one.token) + 1)
            );
        }
        html + "</tbody></table></div>"
    }
}
