//! `/`: open a file.
use crate::components::{DropZone, Rehearsal};
use leptos::prelude::*;
use leptos_meta::Title;

/// The invitation to open a file.
#[component]
pub(crate) fn OpenPage() -> impl IntoView {
    view! {
        <Title text="Open a file"/>
        <div class="hero">
            <h1>"See what your model was unsure about."</h1>
            <p class="lead">"Surprisal reads completions with token log-probabilities and shows the text the way the model saw it: where it was sure, and where it guessed."</p>
        </div>
        <DropZone/>
        <Rehearsal/>
    }
}
