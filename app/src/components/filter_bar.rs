//! Filter by query, model and source, fold, and sort.
use crate::markup::{Text, push, text};
use crate::session::Session;
use crate::view::{ViewState, parse_sort, sort_name};
use api::RunSummary;
use leptos::ev;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;
use web_sys::HtmlInputElement;

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

/// The line above the list. Its fields are those of the view, by their names; nothing here has a state of its own.
#[component]
pub(crate) fn FilterBar(
    #[prop(into)] summary: Signal<Arc<RunSummary>>,
    session: Session,
    view_state: RwSignal<ViewState>,
    /// The file was read: before that there is nothing to filter, and without JavaScript nobody to do it.
    ready: Memo<bool>,
) -> impl IntoView {
    let waiting = Signal::derive(move || !ready.get());
    let query = text(move || view_state.with(|view| view.filter.query.clone()));
    let suggestions = text(move || session.suggestions.with(|all| suggestions_html(all)));
    let refused = session.refused;
    let is_wrong = Signal::derive(move || refused.with(|why| !why.is_empty()));
    let models = text(move || {
        let chosen = view_state.with(|view| view.filter.model.clone());
        summary.with(|run| models_html(&run.models, &chosen))
    });
    let sources = text(move || {
        let chosen = view_state.with(|view| view.filter.source.clone());
        summary.with(|run| sources_html(&run.sources, &chosen))
    });
    let one_source = Signal::derive(move || summary.with(|run| run.sources.is_empty()));
    let folded = Signal::derive(move || view_state.with(|view| view.filter.fold));
    let sorts = text(move || sorts_html(&view_state.with(|view| sort_name(view.sort))));
    let plain =
        Signal::derive(move || view_state.with(|view| view.filter == analysis::Filter::default()));
    let found = text(move || {
        let total = summary.with(|run| run.totals.sequences);
        session.selected.with(|selected| {
            let texts = folded.get().then_some(u64::from(selected.count));
            let hits = query.with(|query| (!query.is_empty()).then_some(selected.hits));
            found_text(selected.totals.sequences, total, texts, hits, selected.open)
        })
    });
    let set = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        if field.name() == "q" {
            session.complete(field.value());
        }
        view_state.update(|view| match field.name().as_str() {
            "q" => view.filter.query = field.value(),
            "model" => view.filter.model = field.value(),
            "source" => view.filter.source = field.value(),
            "sort" => view.sort = parse_sort(&field.value()),
            _ => view.filter.fold = field.checked(),
        });
    };
    let none = Signal::derive(|| false);
    let clear = move |_| view_state.update(|view| view.filter = analysis::Filter::default());
    view! {
        <div class="filter-bar" role="search" aria-label="Filter and sort the sequences" on:input=set>
            <label class="field field-token">
                <span>"Find"</span>
                <input type="search" name="q" disabled=waiting placeholder="text, or p<0.2 rank>1 seq.ppl>3" autocomplete="off" spellcheck="false"
                    list="queries" aria-describedby="query-error" aria-invalid=move || is_wrong.get().then_some("true")
                    prop:value=query value=query.get_untracked()/>
                <datalist id="queries" inner_html=suggestions></datalist>
            </label>
            {menu("Model", "model", none, waiting, models)}
            {menu("File", "source", one_source, waiting, sources)}
            {menu("Sort", "sort", none, waiting, sorts)}
            <label class="field-check">
                <input type="checkbox" name="fold" disabled=waiting prop:checked=folded/>
                "Fold identical texts"
            </label>
            <p id="query-error" class="query-error" class:hidden=move || !is_wrong.get() role="status">{refused}</p>
            <p class="found" class:hidden=plain role="status">{found}</p>
            <button type="button" class:hidden=plain on:click=clear>"Clear"</button>
        </div>
    }
}

/// A menu with its name over it.
pub(super) fn menu(
    title: &'static str,
    name: &'static str,
    hidden: Signal<bool>,
    waiting: Signal<bool>,
    options: Signal<String>,
) -> impl IntoView {
    view! {
        <label class="field" class:hidden=hidden>
            <span>{title}</span>
            <select name=name disabled=waiting inner_html=options></select>
        </label>
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

fn sources_html(sources: &[String], chosen: &str) -> String {
    let mut html = String::new();
    push_option(&mut html, "", chosen, "all");
    for name in sources {
        push_option(&mut html, name, chosen, name);
    }
    html
}

fn suggestions_html(suggestions: &[(String, String)]) -> String {
    let mut html = String::new();
    for (text, about) in suggestions {
        push!(
            html,
            "<option value=\"{}\">{}</option>",
            Text(text),
            Text(about)
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

/// `texts` when they are folded, `hits` when there is a query, `open` sequences of which it is not known yet.
fn found_text(count: u64, total: u64, texts: Option<u64>, hits: Option<u64>, open: u32) -> String {
    let mut text = format!(
        "{} of {}",
        format::count(count),
        format::counted(total, "sequence", "sequences")
    );
    if let Some(texts) = texts {
        text = format!("{} in {text}", format::counted(texts, "text", "texts"));
    }
    if let Some(hits) = hits.filter(|&hits| hits > 0) {
        let hits = format::counted(hits, "token", "tokens");
        push!(text, ", {hits} marked");
    }
    if open > 0 {
        let open = format::count(u64::from(open));
        push!(text, "; reading the alternatives of {open} more");
    }
    text
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
    fn the_menu_of_sources_is_made_of_texts() {
        assert_eq!(
            sources_html(&["a/b.json".into(), "\"".into()], "a/b.json"),
            "<option value=\"\">all</option><option value=\"a/b.json\" selected>a/b.json</option><option value=\"&quot;\">&quot;</option>"
        );
    }

    #[test]
    fn suggestions_are_texts() {
        assert_eq!(
            suggestions_html(&[("model:a<b".into(), "3 & more".into())]),
            "<option value=\"model:a&lt;b\">3 &amp; more</option>"
        );
    }

    #[test]
    fn what_was_found() {
        for (given, said) in [
            (
                (6, 7, None, Some(6), 0),
                "6 of 7 sequences, 6 tokens marked",
            ),
            ((1, 7, None, Some(1), 0), "1 of 7 sequences, 1 token marked"),
            ((1, 7, None, Some(0), 0), "1 of 7 sequences"),
            ((3, 1_140, None, None, 0), "3 of 1\u{2009}140 sequences"),
            ((7, 7, Some(4), None, 0), "4 texts in 7 of 7 sequences"),
            (
                (2, 7, Some(1), Some(2), 0),
                "1 text in 2 of 7 sequences, 2 tokens marked",
            ),
            (
                (0, 7, None, Some(0), 5),
                "0 of 7 sequences; reading the alternatives of 5 more",
            ),
        ] {
            let (count, total, texts, hits, open) = given;
            assert_eq!(found_text(count, total, texts, hits, open), said);
        }
    }
}
