//! `/`: open a file.
use crate::components::{DropZone, Hint, Rehearsal};
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
        <Hint screen="start" text="New here? Open the sample, then an answer in it: where the model was unsure has a colour, and each token shows what else might have been written."/>
        <Rehearsal/>
    }
}
