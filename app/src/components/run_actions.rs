//! Store, copy link, download: what one does with a whole run.
use super::keys::Keys;
use crate::browser::{copy_text, page_address};
use crate::markup::text;
use crate::session::store::{Upload, cancel_upload, store_open_file};
use crate::session::{Origin, Phase, Session};
use crate::view::ViewState;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use metrics::format;
use worker::protocol::Kind;

/// The actions beside the name of a run.
#[component]
pub(crate) fn RunActions(
    session: Session,
    /// Id of the stored run; `None` for a local file.
    id: Option<String>,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    let actions = match id {
        Some(id) => view! { <StoredActions id view_state/> }.into_any(),
        None => view! { <StoreButton session view_state/> }.into_any(),
    };
    view! {
        <div class="actions">
            <Keys session view_state/>
            <ExportMenu session/>
            {actions}
        </div>
    }
}

/// What is clicked in it is seen by [`super::panels::listen`].
const EXPORTS: &str = "<button type=\"button\" data-export=\"0\">CSV, a row for each sequence</button>\
    <button type=\"button\" data-export=\"1\">JSON Lines, with tokens</button>\
    <button type=\"button\" data-export=\"2\">Markdown summary</button>\
    <button type=\"button\" data-export=\"3\">HTML report, opens offline</button>\
    <button type=\"button\" data-export=\"4\">SVG picture of a text</button>\
    <button type=\"button\" data-export=\"5\">PNG picture of a text</button>\
    <button type=\"button\" data-view=\"panel=share\">Link with an excerpt, needs no server</button>";

/// Saves what is listed, as it is filtered, sorted and coloured.
#[component]
fn ExportMenu(session: Session) -> impl IntoView {
    let waiting = Signal::derive(move || !matches!(session.phase.get(), Phase::Ready { .. }));
    view! {
        <details class="menu" class:waiting=waiting>
            <summary class="button">"Export"</summary>
            <div class="menu-items" inner_html=EXPORTS></div>
        </details>
    }
}

/// Saves one of the files that the menu names.
pub(super) fn export(nth: u32, session: Session, view_state: RwSignal<ViewState>) {
    let (sequence, scale) = view_state.with_untracked(|view| (view.sequence, view.scale));
    match Kind::ALL.get(nth as usize) {
        Some(&kind) => session.export(kind, scale),
        None => session.picture(sequence, scale, nth as usize > Kind::ALL.len()),
    }
}

const SEVERAL: &str =
    "The store keeps one file a run: pack these into a zip and open that to store them.";

/// Of a static site (`cargo xtask dist --static`).
const NO_SERVER: &str = "Nothing can be stored here: this site has no server.";

/// Uploads the local file; the address becomes that of the stored run, with the same view.
#[component]
fn StoreButton(session: Session, view_state: RwSignal<ViewState>) -> impl IntoView {
    let upload = RwSignal::new(Upload::Idle);
    let navigate = StoredValue::new(use_navigate());
    let store = move |_| {
        store_open_file(upload, session, move |id| {
            let query = view_state.with_untracked(ViewState::to_query);
            let query = if query.is_empty() {
                query
            } else {
                format!("?{query}")
            };
            let address = format!("{}{query}", api::paths::page_url(&id));
            navigate.with_value(|navigate| {
                navigate(
                    &address,
                    NavigateOptions {
                        scroll: false,
                        ..NavigateOptions::default()
                    },
                )
            });
        });
    };
    let sending = Signal::derive(move || matches!(upload.get(), Upload::Sending { .. }));
    let several = Signal::derive(move || session.files.get() > 1);
    let one = Signal::derive(move || session.files.get() < 2);
    let nothing = Signal::derive(move || {
        session.origin.get() != Some(Origin::Local)
            // An excerpt is no file.
            || session.files.get() == 0
            || matches!(session.phase.get(), Phase::Failed { .. })
    });
    view! {
        <div class="actions" class:hidden=nothing>
            <p id="store-why" class="run-facts" class:hidden=one>{SEVERAL}</p>
            <p class="run-facts no-server">{NO_SERVER}</p>
            <button type="button" class="primary needs-server" class:hidden=sending on:click=store disabled=several aria-describedby="store-why" title="Uploads the file to the store of this server and gives it a link">"Store"</button>
            <Sending upload/>
        </div>
    }
}

/// A running upload, or why it failed.
#[component]
pub(crate) fn Sending(upload: RwSignal<Upload>) -> impl IntoView {
    let bytes = move || match upload.get() {
        Upload::Sending { sent, total } => (sent, total),
        _ => (0, 0),
    };
    let kind = Memo::new(move |_| std::mem::discriminant(&upload.get()));
    move || {
        // Progress changes texts inside, not the elements.
        kind.get();
        match upload.get_untracked() {
            Upload::Idle => ().into_any(),
            Upload::Sending { .. } => view! {
                <span class="sending">
                    <progress aria-label="Storing the file" max=text(move || bytes().1.max(1).to_string()) prop:value=Signal::derive(move || bytes().0 as f64) value="0"></progress>
                    <span class="strip-text">{text(move || format!("{} of {}", format::bytes(bytes().0), format::bytes(bytes().1)))}</span>
                    <button type="button" on:click=move |_| cancel_upload(upload)>"Cancel"</button>
                </span>
            }
            .into_any(),
            Upload::Failed(message) => view! { <p class="strip strip-error" role="alert">{message}</p> }.into_any(),
        }
    }
}

#[component]
fn StoredActions(id: String, view_state: RwSignal<ViewState>) -> impl IntoView {
    view! {
        <div class="actions">
            <CopyLink address=move || {
                let query = view_state.with_untracked(ViewState::to_query);
                if query.is_empty() { page_address() } else { format!("{}?{query}", page_address()) }
            }/>
            <a class="button" href=format!("{}/share", api::page_url(&id)) rel="external">"Share"</a>
            <a class="button" href=api::paths::file_url(&id) rel="external" download="">"Download"</a>
        </div>
    }
}

/// Copies an address and says so.
#[component]
fn CopyLink(
    /// The address, asked for when the button is pressed.
    address: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let (said, set_said) = signal("Copy link");
    let copy = move |_| {
        let text = address();
        leptos::task::spawn_local(async move {
            set_said.set(if copy_text(text).await {
                "Copied"
            } else {
                "Copy it from the address bar"
            });
            set_timeout(
                move || {
                    let _ = set_said.try_set("Copy link");
                },
                std::time::Duration::from_secs(2),
            );
        });
    };
    view! { <button type="button" on:click=copy aria-live="polite">{said}</button> }
}
