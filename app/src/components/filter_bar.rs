//! Filter by token and by model, and sort.
use crate::markup::{Text, push};
use crate::session::Session;
use crate::view::{ViewState, parse_sort, sort_name};
use api::RunSummary;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;

const SORTS: [(&str, &str); 8] = [
    ("position", "order in file"),
    ("-position", "order in file, last first"),
    ("-perplexity", "perplexity, highest first"),
    ("perplexity", "perplexity, lowest first"),
    ("probability", "probability, lowest first"),
    ("-probability", "probability, highest first"),
    ("-length", "longest first"),
    ("length", "shortest first"),
];

/// The line above the list. Its fields are those of the view; nothing here has a state of its own.
#[component]
pub(crate) fn FilterBar(
    #[prop(into)] summary: Signal<Arc<RunSummary>>,
    session: Session,
    view_state: RwSignal<ViewState>,
    /// The file was read: before that there is nothing to filter, and without JavaScript nobody to do it.
    ready: Memo<bool>,
) -> impl IntoView {
    let waiting = move || !ready.get();
    let token = move || view_state.with(|view| view.filter.token.clone());
    let set_token =
        move |event| view_state.update(|view| view.filter.token = event_target_value(&event));
    let set_model =
        move |event| view_state.update(|view| view.filter.model = event_target_value(&event));
    let set_sort =
        move |event| view_state.update(|view| view.sort = parse_sort(&event_target_value(&event)));
    let models = move || {
        let chosen = view_state.with(|view| view.filter.model.clone());
        summary.with(|run| models_html(&run.models, &chosen))
    };
    let sorts = move || sorts_html(&view_state.with(|view| sort_name(view.sort)));
    let filtered = move || view_state.with(|view| !view.filter.is_empty());
    let found = move || {
        let total = summary.with(|run| run.totals.sequences);
        session.selected.with(|selected| {
            found_text(
                u64::from(selected.count),
                total,
                selected.hits,
                !token().is_empty(),
            )
        })
    };
    let clear = move |_| view_state.update(|view| view.filter = analysis::Filter::default());
    view! {
        <div class="filter-bar" role="search" aria-label="Filter and sort the sequences">
            <label class="field field-token">
                <span>"Token"</span>
                <input type="search" name="q" disabled=waiting placeholder="type a token for which to filter" autocomplete="off" spellcheck="false"
                    prop:value=token value=token() on:input=set_token/>
            </label>
            <label class="field">
                <span>"Model"</span>
                <select name="model" disabled=waiting on:change=set_model inner_html=models></select>
            </label>
            <label class="field">
                <span>"Sort"</span>
                <select name="sort" disabled=waiting on:change=set_sort inner_html=sorts></select>
            </label>
            <Show when=filtered>
                <p class="found" role="status">{found}</p>
                <button type="button" on:click=clear>"Clear"</button>
            </Show>
        </div>
    }
}

fn models_html(models: &[(String, u64)], chosen: &str) -> String {
    let mut html = String::new();
    push_option(&mut html, "", chosen, "all");
    for (name, count) in models {
        push_option(
            &mut html,
            name,
            chosen,
            &format!("{name} ({})", format::count(*count)),
        );
    }
    html
}

fn sorts_html(chosen: &str) -> String {
    let mut html = String::new();
    for (name, text) in SORTS {
        push_option(&mut html, name, chosen, text);
    }
    html
}

fn push_option(html: &mut String, value: &str, chosen: &str, text: &str) {
    let selected = if value == chosen { " selected" } else { "" };
    push!(
        html,
        "<option value=\"{}\"{selected}>{}</option>",
        Text(value),
        Text(text)
    );
}

fn found_text(count: u64, total: u64, hits: u64, by_token: bool) -> String {
    let sequences = format!(
        "{} of {} sequences",
        format::count(count),
        format::count(total)
    );
    if !by_token {
        return sequences;
    }
    let tokens = if hits == 1 { "token" } else { "tokens" };
    format!("{sequences}, {} {tokens} marked", format::count(hits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_the_menu_is_one() {
        for (name, _) in SORTS {
            assert_eq!(sort_name(parse_sort(name)), name);
        }
    }

    #[test]
    fn the_menus_show_what_is_chosen() {
        assert_eq!(
            models_html(&[("a<b".into(), 3)], "a<b"),
            "<option value=\"\">all</option><option value=\"a&lt;b\" selected>a&lt;b (3)</option>"
        );
        assert!(
            sorts_html("-length")
                .contains("<option value=\"-length\" selected>longest first</option>")
        );
        assert_eq!(sorts_html("position").matches(" selected").count(), 1);
    }

    #[test]
    fn what_was_found() {
        assert_eq!(
            found_text(6, 7, 6, true),
            "6 of 7 sequences, 6 tokens marked"
        );
        assert_eq!(
            found_text(1, 7, 1, true),
            "1 of 7 sequences, 1 token marked"
        );
        assert_eq!(
            found_text(3, 1_140, 0, false),
            "3 of 1\u{2009}140 sequences"
        );
    }
}
