//! The distribution at one token, before and after.
use super::figures::{figure, guess};
use crate::html::label;
use analysis::lab::{Estimate, Fate, Figure, Moved, Step};
use api::paths::writing_url;
use completions::{SequenceDetail, TokenDetail};
use markup::{Text, push};
use metrics::format;

/// Bytes that a link can take along: addresses are not for long texts.
pub(super) const LONGEST: usize = 16 << 10;

/// What stands before a token, for a model that goes on from it.
pub(super) struct Before<'a> {
    model: &'a str,
    /// As the page calls what the text answers: a prompt, or messages.
    asked: (&'static str, &'a str),
    text: Vec<u8>,
}

impl<'a> Before<'a> {
    /// `None` where it is too long for a link.
    pub(super) fn new(model: &'a str, detail: &'a SequenceDetail, token: u32) -> Option<Self> {
        let asked = match (&detail.prompt_text, &detail.chat) {
            (Some(prompt), _) => ("prompt", prompt.as_str()),
            (None, Some(chat)) => ("messages", chat.as_str()),
            (None, None) => ("prompt", ""),
        };
        let before = detail.tokens.iter().take(token as usize);
        let text: Vec<u8> = before
            .flat_map(|token| token.bytes.iter().copied())
            .collect();
        let fits = asked.1.len() + text.len() <= LONGEST;
        fits.then_some(Self { model, asked, text })
    }

    /// To the page on which the model goes on with these bytes; `None` where they are no whole characters.
    fn link(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8([&self.text, bytes].concat()).ok()?;
        let parts = [("model", self.model), self.asked, ("text", &text)];
        let chosen = String::from_utf8_lossy(bytes);
        Some(format!(
            "<a href=\"{}\" aria-label=\"Go on with “{}”\">go on</a>",
            Text(&writing_url(&parts)),
            Text(&chosen)
        ))
    }
}

/// A row for each token that is known by name, and one for all others. `place` is that of the written token.
pub(super) fn table(
    token: u32,
    found: &TokenDetail,
    (step, place): (&Step, usize),
    likely: Option<&Estimate>,
    before: Option<&Before<'_>>,
) -> String {
    let names = names(found, step.tokens.len(), place);
    let top = |moved: &Moved| moved.before.max(most(moved.after));
    let tallest = step
        .tokens
        .iter()
        .map(top)
        .fold(f64::MIN_POSITIVE, f64::max);
    let mut html = format!(
        "<h3>Token {}: before and after</h3><div class=\"scroll\"><table class=\"rows moved\"><thead><tr><th scope=\"col\">token</th><th scope=\"col\" colspan=\"2\">recorded</th><th scope=\"col\" colspan=\"2\">under the settings</th><th scope=\"col\" class=\"to-engine\">continue</th></tr></thead><tbody>",
        format::count(u64::from(token) + 1)
    );
    for (nth, (moved, bytes)) in step.tokens.iter().zip(&names).enumerate() {
        let (class, mark) = match (nth == place, moved.fate) {
            (true, Fate::Cut) => (
                "chosen cut",
                " <span class=\"chosen-mark\">written, cut off</span>",
            ),
            (true, _) => ("chosen", " <span class=\"chosen-mark\">written</span>"),
            (false, Fate::Cut) => ("cut", " <span class=\"cut-mark\">cut off</span>"),
            (false, Fate::Unknown) => ("", " <span class=\"cut-mark\">maybe cut off</span>"),
            _ => ("", ""),
        };
        push!(
            html,
            "<tr class=\"{class}\"><th scope=\"row\">{}{mark}</th>{}<td class=\"number\">{}</td>{}<td>{}</td><td class=\"to-engine\">{}</td></tr>",
            label(bytes),
            bar(moved.before, moved.before, tallest),
            format::percent(moved.before),
            interval(moved.after, tallest),
            figure(moved.after, format::percent)
                + &guess(
                    moved.after,
                    likely.and_then(|likely| likely.tokens.get(nth).copied()),
                    format::percent
                ),
            before
                .and_then(|before| before.link(bytes))
                .unwrap_or_default()
        );
    }
    push!(
        html,
        "<tr class=\"rest\"><th scope=\"row\">something else</th><td></td><td></td>{}<td>{}</td><td class=\"to-engine\"></td></tr></tbody></table></div>",
        interval(step.something_else, tallest),
        figure(step.something_else, format::percent)
            + &guess(
                step.something_else,
                likely.map(|likely| likely.something_else),
                format::percent
            )
    );
    push!(
        html,
        "<p>Tokens that could be drawn here: {}</p>",
        figure(step.nucleus, format::sig3)
    );
    html
}

fn most(value: Figure) -> f64 {
    value.ends().map_or(0.0, |(_, high)| high.min(1.0))
}

/// A bar to the lower end, and a lighter one on to the upper end.
fn interval(value: Figure, tallest: f64) -> String {
    match value.ends() {
        Some((low, high)) => bar(low, high.min(1.0), tallest),
        None => "<td></td>".to_owned(),
    }
}

fn bar(low: f64, high: f64, tallest: f64) -> String {
    let width = |value: f64| (value / tallest).clamp(0.0, 1.0) * 100.0;
    format!(
        "<td class=\"bar-cell\"><span class=\"bar\" style=\"width:{:.1}%\"></span><span class=\"bar bar-range\" style=\"width:{:.1}%\"></span></td>",
        width(low),
        (width(high) - width(low)).max(0.0)
    )
}

/// The tokens in the order of [`Step::tokens`]: the usable ones of the list, best first, then the written one if it is outside.
fn names(found: &TokenDetail, count: usize, place: usize) -> Vec<&[u8]> {
    let usable = found.alternatives.iter().filter_map(|one| {
        let value = one.logprob.filter(|value| value.is_finite())?;
        Some((value.min(0.0), &one.bytes))
    });
    let mut usable: Vec<(f64, &Vec<u8>)> = usable.collect();
    usable.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut names: Vec<&[u8]> = usable
        .into_iter()
        .map(|(_, bytes)| bytes.as_slice())
        .collect();
    if place == names.len() && names.len() < count {
        names.push(&found.bytes);
    }
    names
}
