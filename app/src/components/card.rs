//! What the list shows of a sequence, as HTML.
use crate::markup::{Maybe, Text, push};
use api::Card;
use markup::tokens_html;
use metrics::format;

/// A card that cannot be opened: while the file is read, and without JavaScript.
pub(crate) fn static_card_html(card: &Card) -> String {
    let number = card.sequence + 1;
    format!(
        "<article class=\"card\" aria-label=\"Sequence {number}\"><span class=\"card-number\" aria-hidden=\"true\">{number}</span>\
         <div class=\"card-head\">{}</div><div class=\"card-beginning\">{}</div></article>",
        head_html(card, 1),
        beginning_html(card, &[], &[])
    )
}

/// Chips of a sequence: probability, perplexity, tokens, model, created, source; and how many identical ones it stands for.
pub(crate) fn head_html(card: &Card, copies: u32) -> String {
    let (at_most, at_least) = if card.censored > 0 {
        ("≤ ", "≥ ")
    } else {
        ("", "")
    };
    let mut html = String::from("<dl class=\"chips\">");
    if copies > 1 {
        push!(
            html,
            "<div class=\"chip chip-copies\" title=\"So many listed sequences have exactly this text; the figures are those of the first.\"><dt class=\"visually-hidden\">Identical texts</dt><dd>× {copies}</dd></div>"
        );
    }
    let mut chip = |class: &str, title: Option<String>, name: &str, value: &str| {
        let title = Maybe(title.map(|title| format!(" title=\"{}\"", Text(title))));
        push!(
            html,
            "<div class=\"chip{class}\"{title}><dt>{name}</dt><dd>{value}</dd></div>"
        );
    };
    chip(
        "",
        None,
        "probability",
        &format!("{at_most}{}", format::sig3_or_dash(card.probability)),
    );
    chip(
        "",
        None,
        "Perplexity",
        &format!("{at_least}{}", format::sig3_or_dash(card.perplexity)),
    );
    chip("", reported(card), "N.Token", &tokens_text(card));
    let model = if card.model.is_empty() {
        "—"
    } else {
        &card.model
    };
    chip(
        " chip-model",
        Some(card.model.clone()),
        "Model",
        &Text(model).to_string(),
    );
    chip(
        " chip-created",
        None,
        "Created at",
        &time_html(card.created),
    );
    if !card.source.is_empty() {
        chip(
            " chip-source",
            Some(card.source.clone()),
            "File",
            &Text(&card.source).to_string(),
        );
    }
    if let Some(note) = note(card) {
        chip(
            " chip-note",
            None,
            "<span class=\"visually-hidden\">Note</span>",
            &Text(note).to_string(),
        );
    }
    html.push_str("</dl>");
    html
}

/// The first tokens, and how many there are when some are not among them. How many of them are seen depends on the width of the
/// card, so nothing is said of that: the browser draws the ellipsis where it cuts.
pub(crate) fn beginning_html(card: &Card, marks: &[u8], hits: &[u32]) -> String {
    let mut html = format!(
        "<p class=\"tokens beginning\">{}</p>",
        tokens_html(&card.pieces, marks, hits)
    );
    if card.hidden_tokens > 0 {
        let marked = hits.len() as u64;
        let marked = Maybe((marked > 0).then(|| format!(", {} marked", format::count(marked))));
        let tokens = format::counted(card.tokens.into(), "token", "tokens");
        push!(html, "<p class=\"more\">{tokens} in all{marked}</p>");
    }
    html
}

/// A point in time, to the second, UTC; "—" when there is none.
pub(crate) fn time_html(seconds: Option<f64>) -> String {
    match seconds.and_then(format::utc) {
        Some(text) => format!(
            "<time datetime=\"{}Z\" title=\"UTC\">{text}</time>",
            text.replace(' ', "T")
        ),
        None => "—".to_owned(),
    }
}

/// Tokens in the file; where it has none for a whole answer, what the server reports.
fn tokens_text(card: &Card) -> String {
    match card.reported_tokens {
        Some(reported) if card.tokens == 0 && card.choices <= 1 => {
            format!("0 <small>of {} reported</small>", format::count(reported))
        }
        _ => format::count(card.tokens.into()),
    }
}

/// Where the server reports another number of tokens.
fn reported(card: &Card) -> Option<String> {
    let reported = card
        .reported_tokens
        .filter(|&reported| reported != u64::from(card.tokens))?;
    let whole = if card.choices > 1 {
        " for all choices of this completion"
    } else {
        ""
    };
    let reported = format::counted(reported, "token", "tokens");
    let tokens = format::count(card.tokens.into());
    Some(format!(
        "The server reports {reported}{whole}; {tokens} with log-probabilities are in the file."
    ))
}

/// What is unusual about a sequence, in a few words.
fn note(card: &Card) -> Option<String> {
    let mut notes = Vec::new();
    if card.choices > 1 {
        notes.push(format!("choice {} of {}", card.choice + 1, card.choices));
    }
    if card.kind != "answer" {
        notes.push(card.kind.clone());
    }
    match card.finish.as_str() {
        "length" => notes.push("cut off by its length limit".into()),
        "filter" => notes.push("stopped by a filter".into()),
        _ => {}
    }
    if card.missing == card.tokens {
        notes.push("no token probabilities".into());
    }
    if card.censored > 0 {
        notes.push(format!(
            "{} below the server's floor",
            format::count(card.censored.into())
        ));
    }
    (!notes.is_empty()).then(|| notes.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Piece;

    fn card() -> Card {
        Card {
            kind: "answer".into(),
            choices: 1,
            tokens: 475,
            model: "m<1>".into(),
            created: Some(1_733_397_507.0),
            ..Card::default()
        }
    }

    #[test]
    fn chips_say_what_the_figures_are() {
        let html = head_html(
            &Card {
                probability: Some(0.80192),
                perplexity: Some(1.51318),
                ..card()
            },
            1,
        );
        assert!(
            html.contains("<dt>probability</dt><dd>0.802</dd>"),
            "{html}"
        );
        assert!(html.contains("<dt>Perplexity</dt><dd>1.51</dd>"), "{html}");
        assert!(html.contains("<dt>Model</dt><dd>m&lt;1&gt;</dd>"), "{html}");
        assert!(
            html.contains(
                "<time datetime=\"2024-12-05T11:18:27Z\" title=\"UTC\">2024-12-05 11:18:27</time>"
            ),
            "{html}"
        );
        for absent in ["chip-note", "chip-source", "×"] {
            assert!(!html.contains(absent), "{html}");
        }
    }

    #[test]
    fn one_of_several_files_and_one_of_several_copies_say_so() {
        let html = head_html(
            &Card {
                source: "a<b>.json".into(),
                ..card()
            },
            4,
        );
        for part in [
            "<dt>File</dt><dd>a&lt;b&gt;.json</dd>",
            "title=\"a&lt;b&gt;.json\"",
            "<dd>× 4</dd>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn what_is_unusual_is_said() {
        let unusual = Card {
            choices: 3,
            choice: 1,
            finish: "length".into(),
            kind: "refusal".into(),
            censored: 4,
            perplexity: Some(2.0),
            reported_tokens: Some(476),
            ..card()
        };
        let html = head_html(&unusual, 1);
        assert!(html.contains("choice 2 of 3 · refusal · cut off by its length limit · 4 below the server&#39;s floor"), "{html}");
        assert!(html.contains("<dd>≥ 2</dd>"), "{html}");
        assert!(
            html.contains(
                "The server reports 476 tokens for all choices of this completion; 475 with"
            ),
            "{html}"
        );
        assert!(
            head_html(
                &Card {
                    missing: 475,
                    created: None,
                    ..card()
                },
                1
            )
            .contains("no token probabilities")
        );
    }

    #[test]
    fn the_number_of_tokens_when_some_are_not_shown() {
        let pieces = vec![Piece {
            text: "In".into(),
            mark: 8,
            token: 0,
        }];
        let cut = Card {
            pieces: pieces.clone(),
            hidden_tokens: 474,
            ..card()
        };
        assert!(
            beginning_html(&cut, &[], &[0, 5, 9])
                .ends_with("<p class=\"more\">475 tokens in all, 3 marked</p>")
        );
        let whole = Card {
            pieces,
            tokens: 1,
            ..card()
        };
        assert!(!beginning_html(&whole, &[], &[]).contains("in all"));
    }
}
