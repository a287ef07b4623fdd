//! The view in the address bar.
use super::ViewState;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// Browsers throttle `replaceState`; the address follows the view with this delay at most.
const WRITE_AFTER: Duration = Duration::from_millis(200);

/// Where in the address the view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the query string, which the server sees: for stored runs.
    Query,
    /// In the fragment, which never leaves the browser: for local files.
    Fragment,
}

impl Place {
    fn read(self) -> ViewState {
        let location = window().location();
        let text = match self {
            Self::Query => location.search(),
            Self::Fragment => location.hash(),
        };
        ViewState::parse(&text.unwrap_or_default())
    }

    /// Opening a sequence or a panel is a step that "back" undoes; everything else replaces the current one.
    fn write(self, view: &ViewState, push: bool) {
        let query = view.to_query();
        let path = window().location().pathname().unwrap_or_default();
        let address = match (self, query.is_empty()) {
            (_, true) => path,
            (Self::Query, false) => format!("{path}?{query}"),
            (Self::Fragment, false) => format!("{path}#{query}"),
        };
        let Ok(history) = window().history() else {
            return;
        };
        // An address that the browser refuses is not worth an error: the view itself is on screen.
        let _ = if push {
            history.push_state_with_url(&JsValue::NULL, "", Some(&address))
        } else {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
        };
    }
}

/// The view of this page. Read from the address, and written into it as it changes.
///
/// The first render on server and browser reads the query string only: a fragment is not known to the server, and is read
/// once the page runs.
pub fn use_view_state(place: Place) -> RwSignal<ViewState> {
    let initial = match place {
        Place::Query => ViewState::parse(&use_location().search.get_untracked()),
        Place::Fragment => ViewState::default(),
    };
    let state = RwSignal::new(initial);
    Effect::new(move |_| {
        if place == Place::Fragment {
            let view = place.read();
            if view != state.get_untracked() {
                state.set(view);
            }
        }
        let back = window_event_listener(ev::popstate, move |_| state.set(place.read()));
        on_cleanup(move || back.remove());
    });

    let page = StoredValue::new(String::new());
    let scheduled = StoredValue::new(false);
    Effect::new(move |before: Option<ViewState>| {
        let view = state.get();
        let Some(before) = before else {
            page.set_value(window().location().pathname().unwrap_or_default());
            return view;
        };
        let opened = (view.sequence.is_some() && view.sequence != before.sequence)
            || view.panel != before.panel;
        if opened {
            if place.read() != view {
                // What still waits to be written belongs to the step that "back" leads to.
                if scheduled.get_value() {
                    place.write(&before, false);
                }
                place.write(&view, true);
            }
        } else if !scheduled.get_value() {
            scheduled.set_value(true);
            set_timeout(
                move || {
                    // Neither after the page is gone nor on another one.
                    if scheduled.try_set_value(false).is_some() {
                        return;
                    }
                    let here = window().location().pathname().unwrap_or_default();
                    let Some(view) = state.try_get_untracked() else {
                        return;
                    };
                    if page.with_value(|page| *page == here) && place.read() != view {
                        place.write(&view, false);
                    }
                },
                WRITE_AFTER,
            );
        }
        view
    });
    state
}
