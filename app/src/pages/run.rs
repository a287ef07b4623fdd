//! `/runs/:id`: a stored run. The server renders name, boards and first cards; the browser then reads the file itself.
use crate::components::{ErrorNotice, RunView};
use crate::session::use_session;
use api::{ApiError, Backend, ErrorCode, RunSummary};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::sync::Arc;

/// A stored run, or why it is not there.
#[component]
pub(crate) fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let backend = use_context::<Arc<dyn Backend>>();
    // As postcard: the page has no JSON reader.
    let run = Resource::<_, PostcardCodec>::new_with_options(
        move || id.get(),
        move |id| {
            let backend = backend.clone();
            async move {
                match backend {
                    Some(backend) => backend.run(id).await,
                    None => Err(ApiError::new(
                        ErrorCode::Internal,
                        "This page has no way to the store.",
                    )),
                }
            }
        },
        false,
    );
    view! {
        <Suspense fallback=|| view! { <p class="page-wait" role="status">"Looking the run up …"</p> }>
            {move || Suspend::new(async move {
                match run.await {
                    Ok(summary) => view! { <StoredRun summary/> }.into_any(),
                    Err(error) => view! { <Title text="Not here"/><ErrorNotice error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn StoredRun(summary: RunSummary) -> impl IntoView {
    let session = use_session();
    let summary = Arc::new(summary);
    let opened = Arc::clone(&summary);
    Effect::new(move |_| session.open_stored(&opened));
    let id = Some(summary.id.clone());
    view! { <RunView summary=Signal::derive(move || Arc::clone(&summary)) id/> }
}
