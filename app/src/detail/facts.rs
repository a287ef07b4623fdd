//! What is worth knowing about a sequence, under its text.
use super::Focus;
use crate::browser::clicked_number;
use crate::markup::{Text, push};
use ::markup::short;
use leptos::ev;
use leptos::prelude::*;
use metrics::format;
use worker::protocol::{SequenceText, Stated};

/// Weakest token and passage, loops, tool calls, a stated text that differs.
#[component]
pub(super) fn Facts<'a>(text: &'a SequenceText, focus: Focus) -> impl IntoView + use<> {
    let jump = move |event: ev::MouseEvent| {
        if let Some(token) = clicked_number(&event, "data-jump") {
            focus.pin(Some(token));
        }
    };
    view! { <ul class="facts" on:click=jump inner_html=facts_html(text)></ul> }
}

fn facts_html(text: &SequenceText) -> String {
    let mut html = String::new();
    if let Some((period, repeats)) = text.tail_loop {
        // Said before any praise: a looping text has a low perplexity.
        push!(
            html,
            "<li class=\"warn\">The text loops at its end: {} repeated {repeats} times. Repetition raises the probability.</li>",
            format::counted(period.into(), "token", "tokens")
        );
    }
    if let Some(token) = text.weakest {
        let label = short(
            text.labels.get(token as usize).map_or("", String::as_str),
            30,
        );
        let probability = text
            .probabilities
            .get(token as usize)
            .copied()
            .filter(|p| *p >= 0.0);
        let probability = probability.map_or_else(
            || "below the floor".to_owned(),
            |p| format::percent(f64::from(p)),
        );
        push!(
            html,
            "<li>Weakest token: {} {probability}</li>",
            jump_html(token, &label)
        );
    }
    if let Some((start, end)) = text.weakest_passage {
        let words = text
            .labels
            .get(start as usize..end as usize)
            .unwrap_or_default()
            .concat();
        push!(
            html,
            "<li>Weakest passage: {}</li>",
            jump_html(start, &short(&words, 60))
        );
    }
    for (name, arguments) in &text.tool_calls {
        push!(
            html,
            "<li>Tool call <code>{}</code><pre class=\"tool-arguments\">{}</pre></li>",
            Text(name),
            Text(arguments)
        );
    }
    if let Some(stated) = &text.stated {
        html.push_str(&stated_html(stated, &text.labels));
    }
    html
}

/// Where the text of the record and the tokens differ, and that text.
fn stated_html(stated: &Stated, labels: &[String]) -> String {
    let (start, end) = stated.tokens;
    let alone = labels
        .get(start as usize..end as usize)
        .unwrap_or_default()
        .concat();
    let piece = Text(short(&stated.piece, 60)).to_string();
    let what = match (end > start, stated.piece.is_empty()) {
        (true, true) => format!("leaves out {}", jump_html(start, &short(&alone, 60))),
        (true, false) => format!(
            "has <code>{piece}</code> where its tokens are {}",
            jump_html(start, &short(&alone, 60))
        ),
        (false, _) => format!("has <code>{piece}</code> where there is no token"),
    };
    format!(
        "<li>The text of the record {what}.<details><summary>That text</summary><pre class=\"stated-text\">{}</pre></details></li>",
        Text(&stated.text)
    )
}

/// A button that pins a token.
fn jump_html(token: u32, label: &str) -> String {
    format!(
        "<button type=\"button\" class=\"link\" data-jump=\"{token}\"><code>{}</code></button>",
        Text(label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::tests_support::sequence;
    use api::Card;

    #[test]
    fn facts_lead_to_their_tokens() {
        let text = SequenceText {
            labels: vec!["a".into(), " <b".into(), "c".into()],
            probabilities: vec![0.5, 0.001, -1.0],
            weakest: Some(1),
            weakest_passage: Some((0, 2)),
            tail_loop: Some((4, 5)),
            tool_calls: vec![("f".into(), "{\"x\":1}".into())],
            ..sequence(Card::default())
        };
        let html = facts_html(&text);
        assert!(
            html.starts_with(
                "<li class=\"warn\">The text loops at its end: 4 tokens repeated 5 times."
            ),
            "{html}"
        );
        assert!(
            html.contains("data-jump=\"1\"><code>␣&lt;b</code></button> "),
            "{html}"
        );
        assert!(
            html.contains("data-jump=\"0\"><code>a &lt;b</code>"),
            "{html}"
        );
        assert!(html.contains("{&quot;x&quot;:1}"), "{html}");
        let censored = facts_html(&SequenceText {
            weakest: Some(2),
            ..text
        });
        assert!(censored.contains("below the floor"), "{censored}");
    }

    #[test]
    fn a_stated_text_says_where_it_differs() {
        let says = |tokens, piece: &str| {
            let stated = Stated {
                text: "a <b".into(),
                tokens,
                piece: piece.into(),
            };
            stated_html(&stated, &["a".into(), " ".into(), "</s>".into()])
        };
        let table = [
            (
                (2, 3),
                "",
                "The text of the record leaves out <button type=\"button\" class=\"link\" data-jump=\"2\"><code>&lt;/s&gt;</code></button>.",
            ),
            (
                (1, 3),
                "<b",
                "The text of the record has <code>&lt;b</code> where its tokens are <button type=\"button\" class=\"link\" data-jump=\"1\"><code>␣&lt;/s&gt;</code></button>.",
            ),
            (
                (3, 3),
                "x",
                "The text of the record has <code>x</code> where there is no token.",
            ),
        ];
        for (tokens, piece, want) in table {
            let html = says(tokens, piece);
            assert!(html.contains(want), "{html}");
            assert!(html.ends_with("<summary>That text</summary><pre class=\"stated-text\">a &lt;b</pre></details></li>"), "{html}");
        }
    }
}
