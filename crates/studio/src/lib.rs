//! The bundle of `/generate`: models write, and every choice is seen while it is made. Loaded when somebody goes there.
//!
//! | module | what it is |
//! |---|---|
//! | [`stream`] | asks the server, and hands on what happens |
//! | [`desk`] | what the page knows, and what can be done on it |
//! | [`question`] | the form: model, prompt, parameters |
//! | [`judge`] | a text that is to be judged |
//! | [`field`] | one parameter, with its help |
//! | [`grid`] | a grid of parameters, and the table of what came of it |
//! | [`answers`] | the texts beside each other, token by token |
//! | [`keep`] | what was made, stored or saved |
//! | [`choices`] | the alternatives of a token, and going on from them |
//! | [`ways`] | the branches, and the beams of a search, as trees |
//!
//! Data flows one way: what a person does asks the server; what comes back changes the signals of the [`desk::Desk`]; components
//! show them.
#![recursion_limit = "256"]
#![expect(
    unreachable_pub,
    reason = "the component macro makes the properties of private components public"
)]

mod answers;
mod choices;
mod desk;
mod field;
mod grid;
mod judge;
mod keep;
mod question;
mod stream;
mod ways;

use answers::Answers;
use choices::Choices;
use desk::Desk;
use leptos::prelude::*;
use question::Question;
use std::any::Any;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;
use ways::Ways;
use web_sys::HtmlElement;

thread_local! {
    /// What is shown. Dropped, it is taken away, and what runs is stopped.
    static SHOWN: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Shows the page in an element, in place of what is in it.
#[wasm_bindgen]
pub fn mount(element: HtmlElement) {
    console_error_panic_hook::set_once();
    element.set_inner_html("");
    let shown = leptos::mount::mount_to(element, Studio);
    SHOWN.with_borrow_mut(|place| *place = Some(Box::new(shown)));
}

/// Takes it away.
#[wasm_bindgen]
pub fn unmount() {
    let shown = SHOWN.with_borrow_mut(Option::take);
    drop(shown);
}

/// "1 answer", "12 answers".
fn counted(number: usize, what: &str) -> String {
    metrics::format::counted(number as u64, what, &format!("{what}s"))
}

#[component]
fn Studio() -> impl IntoView {
    let desk = Desk::new();
    desk.load_models();
    on_cleanup(move || desk.stop());
    view! {
        <div class="studio">
            <Question desk/>
            <div class="studio-results">
                <Answers desk/>
                <Choices desk/>
                <Ways desk/>
            </div>
        </div>
    }
}
