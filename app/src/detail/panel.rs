//! The token looked at: probability, rank, surprisal, and the alternatives that were passed over.
use super::Focus;
use crate::browser::clicked_number;
use crate::markup::{Maybe, Text, push};
use crate::session::Session;
use ::markup::visible;
use leptos::ev;
use leptos::prelude::*;
use metrics::{Status, format};
use std::sync::Arc;
use worker::protocol::{SequenceText, TokenView};

/// The panel beside the text.
#[component]
pub(super) fn TokenPanel(
    text: Arc<SequenceText>,
    session: Session,
    wanted: Memo<Option<u32>>,
    focus: Focus,
) -> impl IntoView {
    let sequence = text.card.sequence;
    let looked_at = move || {
        wanted
            .get()
            .and_then(|_| session.token.get())
            .filter(|token| token.sequence == sequence)
    };
    let content = crate::markup::text(move || match looked_at() {
        None => hint_html(&text),
        Some(token) => token_html(&token, focus.pinned() == Some(token.token)),
    });
    // Spoken only for the pinned token: a pointer that wanders over the text says nothing.
    let spoken = move || {
        let pinned = focus.pinned();
        looked_at()
            .filter(|token| Some(token.token) == pinned)
            .map(|token| sentence(&token))
    };
    let release = move |event: ev::MouseEvent| {
        if clicked_number(&event, "data-unpin").is_some() {
            focus.pin(None);
        }
    };
    view! {
        <aside class="panel" aria-label="Token" on:click=release>
            <div class="panel-body" inner_html=content></div>
            <p class="visually-hidden" role="status">{spoken}</p>
        </aside>
    }
}

fn hint_html(text: &SequenceText) -> String {
    let hint = if text.card.tokens == 0 {
        "This sequence has no token probabilities. Ask the server for logprobs: true, top_logprobs: 5 and save the answer again."
    } else {
        "Point at a token, or press an arrow key in the text, to see what else the model considered."
    };
    format!("<p class=\"panel-hint\">{hint}</p>")
}

fn token_html(token: &TokenView, pinned: bool) -> String {
    let index = token.token;
    let unpin = if pinned {
        "<button type=\"button\" class=\"quiet\" data-unpin=\"1\" title=\"Release the pin (Esc)\">Unpin</button>"
    } else {
        ""
    };
    let mut html = format!(
        "<header class=\"panel-head\"><h3><code class=\"token-label\">{}</code></h3><span class=\"panel-number\">token {}</span>{unpin}</header>",
        Text(visible(&token.text)),
        format::count(u64::from(index) + 1)
    );
    let note = match token.status {
        code if code == Status::Censored as u8 => {
            "Less than the server reports: the true value is unknown."
        }
        code if code == Status::Missing as u8 => "The file has no value for this token.",
        code if code == Status::Invalid as u8 => {
            "The file has an impossible value here; it counts as certain."
        }
        _ => "",
    };
    push_note(&mut html, note);
    html.push_str("<dl class=\"figures\">");
    for (name, value) in [
        ("probability", token.probability.map(format::sig3)),
        (
            "surprisal",
            token
                .surprisal_bits
                .map(|bits| format!("{} bits", format::sig3(bits))),
        ),
        ("rank", token.rank.map(rank_text)),
        ("share of the best", token.share.map(format::sig3)),
        ("margin", token.margin.map(format::sig3)),
        ("entropy", token.entropy.map(entropy_text)),
        ("logprob", token.logprob.map(format::sig3)),
        (
            "gap to the best",
            token.gap.map(|gap| format!("{} nats", format::sig3(gap))),
        ),
    ] {
        if let Some(value) = value {
            push!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
    }
    html.push_str("</dl>");
    if std::str::from_utf8(&token.bytes).is_err() {
        html.push_str("<p class=\"panel-note\">Part of a character. Bytes: <code>");
        for byte in &token.bytes {
            push!(html, "{byte:02X} ");
        }
        html.push_str("</code></p>");
    }
    push_alternatives(&mut html, token);
    if !token.alternatives.is_empty() {
        html.push_str("<p><button type=\"button\" class=\"link\" data-view=\"panel=lab\">Other sampling settings …</button></p>");
    }
    html
}

fn push_note(html: &mut String, note: &str) {
    if !note.is_empty() {
        push!(html, "<p class=\"panel-note\">{note}</p>");
    }
}

fn push_alternatives(html: &mut String, token: &TokenView) {
    if token.alternatives.is_empty() {
        return push_note(
            html,
            "The file lists no alternatives here. Ask the server for top_logprobs to see them.",
        );
    }
    let probabilities = token
        .alternatives
        .iter()
        .map(|one| one.probability)
        .chain([token.residual, token.probability]);
    let scale = probabilities.flatten().fold(f64::MIN_POSITIVE, f64::max);
    let listed = token.alternatives.iter().any(|one| one.chosen);
    html.push_str("<table class=\"alternatives\"><caption class=\"visually-hidden\">Alternatives, best first</caption><colgroup><col class=\"rank\"><col><col class=\"bars\"><col class=\"share\"></colgroup><tbody>");
    let mut row = |class: &str, rank: &str, name: &str, probability: Option<f64>| {
        push!(
            html,
            "<tr class=\"{class}\"><td>{rank}</td><th scope=\"row\">{name}</th><td class=\"bar-cell\"><span class=\"bar\" style=\"width:{}%\"></span></td><td class=\"number\">{}</td></tr>",
            bar_percent(probability.unwrap_or(0.0), scale),
            probability.map_or_else(|| "below the floor".to_owned(), format::percent)
        );
    };
    for (index, one) in token.alternatives.iter().enumerate() {
        let mark = Maybe(
            one.chosen
                .then_some(" <span class=\"chosen-mark\">written</span>"),
        );
        let name = format!("<code>{}</code>{mark}", Text(visible(&one.text)));
        row(
            if one.chosen { "chosen" } else { "" },
            &(index + 1).to_string(),
            &name,
            one.probability,
        );
    }
    if !listed {
        let label = Text(visible(&token.text));
        let name =
            format!("<code>{label}</code> <span class=\"chosen-mark\">written, not listed</span>");
        row("chosen outside", "–", &name, token.probability);
    }
    if let Some(residual) = token.residual {
        let class = if listed { "residual" } else { "residual warn" };
        row(
            class,
            "",
            "<span title=\"Chance of all tokens that are not listed\">something else</span>",
            Some(residual),
        );
    }
    html.push_str("</tbody></table>");
}

/// Width of a bar in percent of the longest one, one decimal.
fn bar_percent(probability: f64, scale: f64) -> f64 {
    (probability / scale * 1_000.0).round() / 10.0
}

fn rank_text((rank, is_lower_bound): (u32, bool)) -> String {
    if is_lower_bound {
        format!("> {}", rank.saturating_sub(1))
    } else {
        rank.to_string()
    }
}

fn entropy_text((nats, is_lower_bound): (f64, bool)) -> String {
    let at_least = if is_lower_bound { "≥ " } else { "" };
    format!("{at_least}{} nats", format::sig3(nats))
}

/// What a screen reader says: "␣simplicity, 10.6 percent, rank 1".
fn sentence(token: &TokenView) -> String {
    let mut parts = vec![visible(&token.text)];
    match token.probability {
        Some(probability) => parts.push(format::percent(probability)),
        None => parts.push("no value".into()),
    }
    if let Some(rank) = token.rank {
        parts.push(format!("rank {}", rank_text(rank)));
    }
    if let Some(other) = token.alternatives.iter().find(|one| !one.chosen)
        && let Some(probability) = other.probability
    {
        parts.push(format!(
            "{} had {}",
            visible(&other.text),
            format::percent(probability)
        ));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use worker::protocol::AlternativeView;

    #[test]
    fn a_rank_outside_of_the_list_is_a_bound() {
        assert_eq!(rank_text((2, false)), "2");
        assert_eq!(rank_text((6, true)), "> 5");
    }

    #[test]
    fn bars_are_relative_to_the_longest() {
        assert_eq!(bar_percent(0.25, 0.5), 50.0);
        assert_eq!(bar_percent(1e-9, 0.5), 0.0);
    }

    fn view() -> TokenView {
        let one = |text: &str, probability: f64, chosen| AlternativeView {
            text: text.into(),
            probability: Some(probability),
            chosen,
        };
        TokenView {
            sequence: 0,
            token: 7,
            text: " <b>".into(),
            bytes: b" <b>".to_vec(),
            status: Status::Scored as u8,
            probability: Some(0.25),
            logprob: Some(-1.386),
            surprisal_bits: Some(2.0),
            rank: Some((2, false)),
            share: Some(0.5),
            entropy: Some((1.04, true)),
            margin: Some(0.25),
            gap: Some(0.7),
            residual: Some(0.25),
            alternatives: vec![one(" a", 0.5, false), one(" <b>", 0.25, true)],
        }
    }

    #[test]
    fn the_panel_shows_what_was_passed_over() {
        let html = token_html(&view(), true);
        for part in [
            "␣&lt;b&gt;",
            "token 8",
            "Unpin",
            "<dd>0.25</dd>",
            "<dd>2 bits</dd>",
            "<dd>2</dd>",
            "<dd>0.5</dd>",
            "<dd>≥ 1.04 nats</dd>",
            "something else",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("written").count(), 1);
        assert!(!html.contains("warn"));
        assert_eq!(sentence(&view()), "␣<b>, 25 %, rank 2, ␣a had 50 %");
    }

    #[test]
    fn a_written_token_that_is_not_listed_stands_out() {
        let mut token = view();
        token.alternatives.pop();
        let html = token_html(&token, false);
        assert!(
            html.contains("written, not listed") && html.contains("residual warn"),
            "{html}"
        );
        assert!(!html.contains("Unpin"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let token = TokenView {
            status: Status::Censored as u8,
            probability: None,
            alternatives: Vec::new(),
            bytes: vec![0xf0, 0x9f],
            ..view()
        };
        let html = token_html(&token, false);
        for part in [
            "the true value is unknown",
            "lists no alternatives",
            "Bytes: <code>F0 9F </code>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
