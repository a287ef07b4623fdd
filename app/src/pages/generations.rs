//! `/generations` and `/generations/KEY`: HTML that the server makes (`crates/browse`), with the header and footer of all pages. The
//! browser's bundle has no part in it: links and forms work by themselves, and `public/generations.js` makes them quick.
use crate::components::ErrorNotice;
use api::backend::Fragments;
use leptos::prelude::*;
use leptos_meta::Title;
use std::sync::Arc;

/// Stands in the context where the page is one of these: the way to its HTML, and its address.
#[derive(Clone)]
pub struct MadeOnServer {
    /// Makes the HTML.
    pub fragments: Arc<dyn Fragments>,
    /// Path and query.
    pub address: String,
}

/// The records, or one of them.
#[component]
pub(crate) fn GenerationsPage(page: MadeOnServer) -> impl IntoView {
    view! {
        <Title text="Generations"/>
        <Suspense fallback=|| ()>
            {move || {
                let html = page.fragments.fragment(page.address.clone());
                Suspend::new(async move {
                    match html.await {
                        Ok(html) => view! { <div class="generations" inner_html=html></div> }.into_any(),
                        Err(error) => view! { <ErrorNotice error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}
