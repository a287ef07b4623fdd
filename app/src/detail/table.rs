//! The numbers behind the chart.
use super::chart::probability;
use super::window::TokenWindow;
use crate::markup::{Text, push};
use ::markup::visible;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;
use worker::protocol::{Paint, SequenceText};

/// The window's tokens as a table; made when it is opened.
#[component]
pub(super) fn BarTable(
    text: Arc<SequenceText>,
    token_window: RwSignal<TokenWindow>,
    paint: Memo<Paint>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let table = crate::markup::text(move || {
        if open.get() {
            paint.with(|paint| table_html(&text, token_window.get(), paint))
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

fn table_html(text: &SequenceText, window: TokenWindow, paint: &Paint) -> String {
    let lens = paint.scale.lens;
    // What colours is a column of its own where it is not the probability.
    let shown = !lens.is_direct();
    let mut html = String::from(
        "<table><thead><tr><th scope=\"col\">No.</th><th scope=\"col\">Token</th><th scope=\"col\">Probability</th>",
    );
    if shown {
        push!(
            html,
            "<th scope=\"col\">{} of the {}</th>",
            lens.quantity.label(),
            lens.unit.name()
        );
    }
    html.push_str("<th scope=\"col\">Band</th></tr></thead><tbody>");
    for token in window.start..window.end {
        let value = text.value_of(token, paint);
        let name = |value| paint.scale.band_name(paint.scale.band(value));
        let band = value.map_or("no value", name);
        push!(
            html,
            "<tr><td class=\"number\">{}</td><th scope=\"row\"><code>{}</code></th><td class=\"number\">{}</td>",
            format::count(u64::from(token) + 1),
            Text(visible(
                text.labels.get(token as usize).map_or("", String::as_str)
            )),
            format::sig3_or_dash(probability(text, token))
        );
        if shown {
            let amount = value.filter(|value| *value >= 0.0);
            let amount = amount.map_or_else(|| "—".to_owned(), |value| lens.amount(value));
            push!(html, "<td class=\"number\">{amount}</td>");
        }
        push!(html, "<td>{band}</td></tr>");
    }
    html.push_str("</tbody></table>");
    html
}
