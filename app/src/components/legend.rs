//! What the colours mean, and how many tokens have each.
use crate::markup::{push, text};
use api::Totals;
use leptos::prelude::*;
use metrics::format;

/// Bands with their limits and counts.
#[component]
pub(crate) fn Legend(totals: Signal<Totals>) -> impl IntoView {
    view! { <ul class="legend" aria-label="Colours: probability of a token" inner_html=text(move || totals.with(legend_html))></ul> }
}

fn legend_html(totals: &Totals) -> String {
    let [low, middle, high] = totals.bands;
    // The low band has the censored tokens in it; they stand apart here.
    let low = low.saturating_sub(totals.censored_tokens);
    let mut html = String::new();
    for (class, name, limits, count) in [
        ("b2", "low", "up to 0.33", Some(low)),
        ("b4", "middle", "up to 0.66", Some(middle)),
        ("b8", "high", "above", Some(high)),
        (
            "bc",
            "below the floor",
            "less than the server reports",
            Some(totals.censored_tokens).filter(|count| *count > 0),
        ),
        (
            "bm",
            "no value",
            "not in the file",
            Some(totals.missing_tokens).filter(|count| *count > 0),
        ),
    ] {
        if let Some(count) = count {
            push!(
                html,
                "<li><span class=\"swatch {class}\">{name}</span> {limits} · <span class=\"legend-count\">{}</span></li>",
                format::count(count)
            );
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_tokens_are_explained_only_where_there_are_some() {
        let html = legend_html(&Totals {
            bands: [76, 48, 537],
            ..Totals::default()
        });
        assert!(html.contains(">76<") && html.contains(">48<") && html.contains(">537<"));
        assert!(!html.contains("floor") && !html.contains("no value"));
        let html = legend_html(&Totals {
            bands: [76, 48, 537],
            censored_tokens: 6,
            missing_tokens: 1,
            ..Totals::default()
        });
        assert!(
            html.contains(">70<") && html.contains("below the floor") && html.contains("no value")
        );
    }
}
