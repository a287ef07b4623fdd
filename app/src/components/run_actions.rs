//! Store, copy link, download: what one does with a whole run.
use crate::browser::{copy_text, page_address};
use crate::session::store::{Upload, cancel_upload, store_open_file};
use crate::session::{Origin, Phase, Session};
use crate::view::ViewState;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use metrics::format;

/// The actions beside the name of a run.
#[component]
pub(crate) fn RunActions(
    session: Session,
    /// Id of the stored run; `None` for a local file.
    id: Option<String>,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    match id {
        Some(id) => view! { <StoredActions id view_state/> }.into_any(),
        None => view! { <StoreButton session view_state/> }.into_any(),
    }
}

/// Uploads the local file; the address becomes that of the stored run, with the same view.
#[component]
fn StoreButton(session: Session, view_state: RwSignal<ViewState>) -> impl IntoView {
    let upload = RwSignal::new(Upload::Idle);
    let navigate = StoredValue::new(use_navigate());
    let store = move |_| {
        store_open_file(upload, session, move |run| {
            let query = view_state.with_untracked(ViewState::to_query);
            let query = if query.is_empty() {
                query
            } else {
                format!("?{query}")
            };
            let address = format!("{}{query}", api::paths::page_url(&run.id));
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
    let idle = move || !matches!(upload.get(), Upload::Sending { .. });
    let local = move || {
        session.origin.get() == Some(Origin::Local)
            && !matches!(session.phase.get(), Phase::Failed { .. })
    };
    view! {
        <Show when=local>
            <div class="actions">
                <Show when=idle fallback=move || view! { <Sending upload/> }>
                    <button type="button" class="primary" on:click=store title="Uploads the file to the store of this server and gives it a link">"Store"</button>
                </Show>
            </div>
        </Show>
        {move || match upload.get() {
            Upload::Failed(message) => Some(view! { <p class="strip strip-error" role="alert">{message}</p> }),
            _ => None,
        }}
    }
}

/// A running upload.
#[component]
pub(crate) fn Sending(upload: RwSignal<Upload>) -> impl IntoView {
    let bytes = move || match upload.get() {
        Upload::Sending { sent, total } => (sent, total),
        _ => (0, 0),
    };
    view! {
        <span class="sending">
            <progress aria-label="Storing the file" max=move || bytes().1.max(1).to_string() prop:value=move || bytes().0 as f64 value="0"></progress>
            <span class="strip-text">{move || format!("{} of {}", format::bytes(bytes().0), format::bytes(bytes().1))}</span>
            <button type="button" on:click=move |_| cancel_upload(upload)>"Cancel"</button>
        </span>
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
