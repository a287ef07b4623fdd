//! The numbers behind the chart.
use super::window::TokenWindow;
use crate::markup::{Text, push};
use ::markup::visible;
use analysis::Scale;
use leptos::prelude::*;
use metrics::{Band, format};
use std::sync::Arc;
use worker::protocol::SequenceText;

/// The window's tokens as a table; made when it is opened.
#[component]
pub(super) fn BarTable(
    text: Arc<SequenceText>,
    token_window: RwSignal<TokenWindow>,
    scale: Memo<Scale>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let table = crate::markup::text(move || {
        if open.get() {
            table_html(&text, token_window.get(), scale.get())
        } else {
            String::new()
        }
    });
    view! {
        <details class="bar-table" on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary>"Show as table"</summary>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Probabilities of the tokens in the window" inner_html=table></div>
        </details>
    }
}

fn table_html(text: &SequenceText, window: TokenWindow, scale: Scale) -> String {
    let mut html = String::from(
        "<table><thead><tr><th scope=\"col\">No.</th><th scope=\"col\">Token</th><th scope=\"col\">Probability</th><th scope=\"col\">Band</th></tr></thead><tbody>",
    );
    for token in window.start..window.end {
        let probability = text
            .probabilities
            .get(token as usize)
            .copied()
            .filter(|p| *p >= 0.0)
            .map(f64::from);
        let band = match probability.map(|probability| scale.band(probability)) {
            Some(Band::Low) => "low",
            Some(Band::Middle) => "middle",
            Some(Band::High) => "high",
            None => "no value",
        };
        push!(
            html,
            "<tr><td class=\"number\">{}</td><th scope=\"row\"><code>{}</code></th><td class=\"number\">{}</td><td>{band}</td></tr>",
            format::count(u64::from(token) + 1),
            Text(visible(
                text.labels.get(token as usize).map_or("", String::as_str)
            )),
            format::sig3_or_dash(probability)
        );
    }
    html.push_str("</tbody></table>");
    html
}
