//! `/local`: the file that is open in this browser.
use crate::components::{Notice, RunView, WayOut};
use crate::session::{Origin, use_session};
use crate::view::ViewState;
use leptos::ev;
use leptos::prelude::*;
use leptos_meta::Title;

/// The open file, or how to open one.
#[component]
pub(crate) fn LocalPage() -> impl IntoView {
    let session = use_session();
    // Another file has another view: the page begins anew with each.
    let open_file = Memo::new(move |_| {
        let is_local = session.origin.with(|origin| *origin == Some(Origin::Local));
        is_local.then(|| session.opened.get())
    });
    // A link that holds an excerpt: when the page is opened with it, and when it comes into the address later.
    Effect::new(move |_| {
        let open = move || {
            let fragment = window().location().hash().unwrap_or_default();
            session.open_excerpt(ViewState::parse(&fragment).excerpt);
        };
        open();
        let listener = window_event_listener(ev::popstate, move |_| open());
        on_cleanup(move || listener.remove());
    });
    move || match open_file.get() {
        Some(_) => view! { <RunView summary=session.summary id=None/> }.into_any(),
        None => view! { <NothingOpen/> }.into_any(),
    }
}

#[component]
fn NothingOpen() -> impl IntoView {
    view! {
        <Title text="No file is open"/>
        <Notice
            title="No file is open here"
            text="A local file is read by this browser only and is forgotten when the page is loaded again. Open it once more, or store it to get a link."
            ways=&[WayOut::Open, WayOut::Stored]
        />
    }
}
