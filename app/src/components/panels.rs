//! What can be asked of a run besides its list. The worker makes the HTML; here are the tabs, the question, and what is clicked.
use super::run_actions::export;
use crate::browser::{clicked_number, close_menu, copy_text, local_address};
use crate::markup::text;
use crate::session::Session;
use crate::view::ViewState;
use leptos::ev;
use leptos::html::{Div, Form};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FormData, HtmlElement, HtmlInputElement, UrlSearchParams};
use worker::protocol::{Name, Question};

/// The tabs above the list.
#[component]
pub(crate) fn Tabs(view_state: RwSignal<ViewState>) -> impl IntoView {
    let tab = |name: Option<Name>| {
        let (key, title) = name.map_or(("", "Answers"), |name| (name.key(), name.title()));
        let current = text(move || view_state.with(|view| view.panel == name).to_string());
        view! { <button type="button" data-view=format!("panel={key}") aria-current=current>{title}</button> }
    };
    let tabs: Vec<_> = std::iter::once(None)
        .chain(Name::ALL.map(Some))
        .map(tab)
        .collect();
    view! { <nav class="tabs needs-js" aria-label="Ways to look at the run">{tabs}</nav> }
}

/// The open panel: its fields, and the answer to them.
#[component]
pub(crate) fn PanelHost(
    session: Session,
    view_state: RwSignal<ViewState>,
    ready: Memo<bool>,
) -> impl IntoView {
    let question = Memo::new(move |_| {
        view_state.with(|view| {
            Some(Question {
                name: view.panel?,
                settings: view.settings.clone(),
                sequence: view.sequence,
                token: view.token,
                scale: view.scale,
                address: format!("{}#{}", local_address(), view.to_query()),
            })
        })
    });
    Effect::new(move |before: Option<Option<(Name, String)>>| {
        let question = question.get().filter(|_| ready.get())?;
        // Another selection is another question.
        session.selected.track();
        let now = (question.name, question.settings.clone());
        let known = before.flatten().filter(|before| before.0 == now.0);
        // The fields are those of the settings, unless something else than a field has changed these.
        let in_step = known.is_some_and(|before| {
            let form = document().query_selector(".panel-fields").ok().flatten();
            before.1 == now.1 || form.is_some_and(|form| written(&form) == now.1)
        });
        session.ask_panel(question, !in_step);
        Some(now)
    });
    let (answer, fields) = (NodeRef::<Div>::new(), NodeRef::<Form>::new());
    // Set even when the HTML is what it was: a person may have changed the fields since.
    Effect::new(move |_| {
        let html = session.panel_controls.get();
        if let Some(fields) = fields.get() {
            renew(&fields, &html);
        }
    });
    Effect::new(move |_| {
        let html = session.panel_html.get();
        if let Some(answer) = answer.get() {
            renew(&answer, &html);
        }
    });
    let changed = move |event: ev::Event| {
        let field: Option<HtmlInputElement> = event.target().and_then(|at| at.dyn_into().ok());
        // What a slider stands at is written beside its name.
        let label = field.as_ref().and_then(|field| field.parent_element());
        if let Some(shown) = label.and_then(|label| label.next_element_sibling())
            && let Some(field) = field.as_ref().filter(|field| field.type_() == "range")
        {
            shown.set_text_content(Some(&field.value()));
        }
        let beside = field.filter(|field| field.has_attribute("data-beside"));
        let chosen = beside
            .and_then(|field| field.files())
            .and_then(|files| files.get(0));
        if let Some(file) = chosen {
            session.beside(file);
            set(view_state, "b:file;show:;from:");
        } else if let Some(fields) = fields.get_untracked() {
            let settings = written(&fields);
            if view_state.with_untracked(|view| view.settings != settings) {
                view_state.update(|view| view.settings = settings);
            }
        }
    };
    let title = move || view_state.with(|view| view.panel.map_or("", Name::title));
    view! {
        <section class="panel-view" aria-label=title>
            <form class="panel-fields" node_ref=fields tabindex="-1" on:input=changed on:submit=|event| event.prevent_default()></form>
            <div class="panel-answer" node_ref=answer tabindex="-1" aria-live="off"></div>
        </section>
    }
}

/// Puts other HTML into an element. The focus stays on what has the same name, or does the same; else one goes on from here, not
/// from the top of the page.
fn renew(element: &HtmlElement, html: &str) {
    let focused = document().active_element();
    let focused = focused.filter(|focused| element.contains(Some(focused)));
    let same = focused.as_ref().and_then(|focused| {
        let attribute = ["name", "data-set", "data-view", "data-walk"].into_iter();
        let mut known = attribute.filter_map(|name| Some((name, focused.get_attribute(name)?)));
        known
            .next()
            .map(|(name, value)| format!("[{name}='{value}']:not(:disabled)"))
    });
    let walked = |element: &HtmlElement| element.query_selector("[data-walk]").ok().flatten();
    let scrolled = walked(element).map(|text| text.scroll_top());
    element.set_inner_html(html);
    if let Some((text, scrolled)) = walked(element).zip(scrolled) {
        text.set_scroll_top(scrolled);
        // Hovering never scrolls, and a pointer sees what it points at: only keys do.
        if focused.is_some()
            && let Ok(Some(token)) = text.query_selector(".pinned")
        {
            super::keys::show_nearest(&token);
        }
    }
    if focused.is_some() {
        let found = same.and_then(|same| element.query_selector(&same).ok().flatten());
        let found = found.and_then(|found| found.dyn_into::<HtmlElement>().ok());
        let _ = found.as_ref().unwrap_or(element).focus();
    }
}

/// What stands in the fields, as settings.
fn written(form: &Element) -> String {
    let Some(form) = form
        .dyn_ref()
        .and_then(|form| FormData::new_with_form(form).ok())
    else {
        return String::new();
    };
    let pairs: JsValue = form.into();
    let text = UrlSearchParams::new_with_str_sequence_sequence(&pairs);
    let text = text.map_or_else(|_| String::new(), |text| text.to_string().into());
    text.replace('&', ";").replace('=', ":")
}

/// Changes settings of the panel.
fn set(view_state: RwSignal<ViewState>, changes: &str) {
    view_state.update(|view| view.settings = ::panels::settings::changed(&view.settings, changes));
}

/// What is clicked anywhere says in an attribute what it does: see the crate `panels`.
pub(crate) fn listen(session: Session, view_state: RwSignal<ViewState>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|at| at.dyn_into::<Element>().ok());
            let asks = "[data-view],[data-set],[data-export],[data-copy-text]";
            let found = target.and_then(|at| at.closest(asks).ok().flatten());
            let Some(found) = found else { return };
            if let Some(text) = found.get_attribute("data-copy-text") {
                leptos::task::spawn_local(async move {
                    let done = copy_text(text).await;
                    let said = if done {
                        "Copied"
                    } else {
                        "Copy it from the field"
                    };
                    found.set_text_content(Some(said));
                });
            } else if let Some(nth) = clicked_number(&event, "data-export") {
                export(nth, session, view_state);
                close_menu(&event);
            } else if let Some(part) = found.get_attribute("data-view") {
                view_state.update(|view| view.take(&part));
                close_menu(&event);
            } else if let Some(changes) = found.get_attribute("data-set") {
                set(view_state, &changes);
            }
        });
        on_cleanup(move || listener.remove());
    });
}
