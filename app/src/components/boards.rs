//! The three boards, and the smaller figures beside them.
use crate::markup::{Maybe, push, text};
use api::Totals;
use leptos::prelude::*;
use metrics::format;

/// The boards of a run; with a filter, those of the sequences that match beside them.
#[component]
pub(crate) fn Boards(
    /// Of the whole run.
    totals: Signal<Totals>,
    /// Of the sequences that match, when there is a filter.
    filtered: Signal<Option<Totals>>,
    /// The run is still being read: the figures are "so far".
    running: Memo<bool>,
) -> impl IntoView {
    let html = text(move || {
        totals.with(|all| filtered.with(|some| boards_html(all, some.as_ref(), running.get())))
    });
    view! { <section class="boards" aria-label="Overall numbers" inner_html=html></section> }
}

fn boards_html(all: &Totals, some: Option<&Totals>, running: bool) -> String {
    let mut html = String::new();
    let so_far = if running {
        "<small> so far</small>"
    } else {
        ""
    };
    let mut board = |name: &str,
                     key: &str,
                     title: &str,
                     value: String,
                     note: String,
                     filtered: Option<String>| {
        let filtered =
            Maybe(filtered.map(|text| format!("<p class=\"board-filtered\">{text}</p>")));
        push!(
            html,
            "<div class=\"board\"><h2>{name}</h2><p class=\"board-value\" title=\"{title}\">{value}{so_far}</p><p class=\"board-note\">{note}</p>{filtered}{}</div>",
            Maybe((all.sequences > 0).then(|| why(key)))
        );
    };
    let unscored = all.sequences.saturating_sub(all.scored_sequences);
    let scored = Maybe((unscored > 0).then(|| {
        format!(
            " · {} of {} with token probabilities",
            format::count(all.scored_sequences),
            format::count(all.sequences)
        )
    }));
    board(
        "Number of sentences",
        "sequences",
        "Number of generated answers in this file.",
        format::count(all.sequences),
        format!("{}{scored}", format::counted(all.tokens, "token", "tokens")),
        some.map(|some| format::counted(some.sequences, "matches", "match")),
    );
    board(
        "Perplexity overall",
        "perplexity_overall",
        "Average of the answers&#39; perplexities; every answer counts the same. 1 is certain.",
        perplexity(all),
        format!(
            "{}{}",
            over_all_tokens(all.perplexity_tokens),
            Maybe(
                all.perplexity_median
                    .map(|median| format!(" · median {}", format::sig3(median)))
            )
        ),
        some.map(|some| format!("{} of those that match", perplexity(some))),
    );
    board(
        "Probability overall",
        "probability_overall",
        "Average of the answers&#39; probabilities; every answer counts the same. 1 is sure at every token.",
        probability(all),
        over_all_tokens(all.probability_tokens),
        some.map(|some| format!("{} of those that match", probability(some))),
    );
    push!(
        html,
        "{}",
        Maybe(coverage(all).map(|text| format!("<p class=\"coverage\">{text}</p>")))
    );
    html
}

/// Opens the panel that says how a figure came about.
fn why(key: &str) -> String {
    format!(
        "<button type=\"button\" class=\"why-button needs-js\" data-view=\"s=&amp;panel=why&amp;with=board:{key}\">Why?</button>"
    )
}

fn over_all_tokens(value: Option<f64>) -> String {
    value.map_or_else(
        || "no values".to_owned(),
        |value| {
            format!(
                "<span title=\"Every token counts the same, so long answers count more.\">{} over all tokens</span>",
                format::sig3(value)
            )
        },
    )
}

fn perplexity(totals: &Totals) -> String {
    if totals.overflow_sequences > 0 {
        return format!(
            "∞ <small>({} of {})</small>",
            format::count(totals.overflow_sequences),
            format::count(totals.sequences)
        );
    }
    let at_least = if totals.censored_tokens > 0 {
        "≥ "
    } else {
        ""
    };
    format!(
        "{at_least}{}",
        format::sig3_or_dash(totals.perplexity_overall)
    )
}

fn probability(totals: &Totals) -> String {
    let at_most = if totals.censored_tokens > 0 {
        "≤ "
    } else {
        ""
    };
    format!(
        "{at_most}{}",
        format::sig3_or_dash(totals.probability_overall)
    )
}

/// There are answers, and nothing to compute from.
const NO_VALUES: &str = "No answer has token probabilities in this file, so there is nothing to compute; the texts are below. Ask the server for <code>logprobs: true, top_logprobs: 5</code>.";

/// What the means leave out.
fn coverage(totals: &Totals) -> Option<String> {
    if totals.sequences > 0 && totals.scored_tokens == 0 && totals.censored_tokens == 0 {
        return Some(NO_VALUES.to_owned());
    }
    let mut parts = Vec::new();
    if totals.missing_tokens > 0 {
        parts.push(format!(
            "Tokens without a probability: {}",
            format::count(totals.missing_tokens)
        ));
    }
    if totals.censored_tokens > 0 {
        parts.push(format!(
            "Tokens below what the server reports: {}",
            format::count(totals.censored_tokens)
        ));
    }
    let (scored, tokens) = (
        format::count(totals.scored_tokens),
        format::count(totals.tokens),
    );
    (!parts.is_empty()).then(|| {
        format!(
            "{}. The figures are over the other {scored} of {tokens}.",
            parts.join(". ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_gaps_are_said() {
        let totals = Totals {
            sequences: 2,
            tokens: 12_345,
            scored_tokens: 12_340,
            missing_tokens: 3,
            censored_tokens: 2,
            perplexity_overall: Some(1.2197),
            ..Totals::default()
        };
        assert_eq!(perplexity(&totals), "≥ 1.22");
        let said = coverage(&totals).unwrap_or_default();
        assert_eq!(
            said,
            "Tokens without a probability: 3. Tokens below what the server reports: 2. The figures are over the other 12\u{2009}340 of 12\u{2009}345."
        );
        assert_eq!(coverage(&Totals::default()), None);
        let texts_only = Totals {
            sequences: 2,
            tokens: 3,
            missing_tokens: 3,
            ..Totals::default()
        };
        assert_eq!(coverage(&texts_only).as_deref(), Some(NO_VALUES));
        let html = boards_html(&texts_only, None, false);
        assert!(!html.contains("over all tokens"), "{html}");
        assert_eq!(html.matches("no values").count(), 2, "{html}");
        assert_eq!(perplexity(&Totals::default()), "—");
        assert_eq!(
            perplexity(&Totals {
                overflow_sequences: 1,
                sequences: 7,
                ..totals
            }),
            "∞ <small>(1 of 7)</small>"
        );
    }

    #[test]
    fn boards_of_the_reference_sample() {
        let all = Totals {
            sequences: 7,
            scored_sequences: 7,
            tokens: 661,
            perplexity_overall: Some(1.219_727_848_523_801_7),
            probability_overall: Some(0.895_561_373_235_175_4),
            perplexity_tokens: Some(1.407_809_628),
            probability_tokens: Some(0.832_661_247),
            ..Totals::default()
        };
        let html = boards_html(&all, None, false);
        for value in [
            ">7</p>",
            ">1.22</p>",
            ">0.896</p>",
            ">1.41 over all tokens<",
            ">0.833 over all tokens<",
            "661 tokens",
        ] {
            assert!(html.contains(value), "{value} in {html}");
        }
        assert!(!html.contains("so far") && !html.contains("match"));
        let filtered = boards_html(
            &all,
            Some(&Totals {
                sequences: 6,
                ..all.clone()
            }),
            true,
        );
        assert!(
            filtered.contains(">6 match<")
                && filtered.contains("1.22 of those that match")
                && filtered.contains("so far")
        );
    }
}
