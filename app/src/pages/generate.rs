//! `/generate`: a model writes. The page has a bundle of its own (`crates/studio`), which is loaded here and nowhere else: by
//! `studio.js`, which shows it in the element below.
use crate::components::Hint;
use leptos::prelude::*;
use leptos_meta::Title;

/// Brings the bundle and shows it.
const SCRIPT: &str = "/studio.js";

/// A sentence, until the bundle is there.
#[component]
pub(crate) fn GeneratePage() -> impl IntoView {
    Effect::new(|_| {
        let document = document();
        let there = document.query_selector("script[src='/studio.js']");
        if let (Ok(None), Ok(script), Some(head)) =
            (there, document.create_element("script"), document.head())
        {
            let _ = script.set_attribute("type", "module");
            let _ = script.set_attribute("src", SCRIPT);
            let _ = head.append_child(&script);
        }
    });
    view! {
        <Title text="Generate"/>
        <h1>"Generate"</h1>
        <p>"Let a model of this server or of your own disk write, and see every choice while it is made."</p>
        <Hint screen="write" text="Write a prompt and press Generate. A click on a token of the answer shows what else could stand there, and goes on from it."/>
        <surprisal-studio>
            <p class="scripted" role="status">"Loading …"</p>
            <p class="unscripted">"This page needs JavaScript and WebAssembly."</p>
        </surprisal-studio>
    }
}
