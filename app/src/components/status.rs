//! How far the reading is, and how it ended.
use crate::session::{Phase, Session};
use api::RunSummary;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;

/// Progress with bytes and sequences and a way to stop; afterwards a line if something is left to say.
#[component]
pub(crate) fn ReadingStatus(
    session: Session,
    #[prop(into)] summary: Signal<Arc<RunSummary>>,
) -> impl IntoView {
    let sequences = move || summary.with(|run| format::count(run.totals.sequences));
    let kind = Memo::new(move |_| std::mem::discriminant(&session.phase.get()));
    move || {
        // Only a change of kind makes other elements; progress changes texts inside.
        kind.get();
        match session.phase.get_untracked() {
            Phase::Idle => ().into_any(),
            Phase::Reading { .. } => view! { <Reading session sequences=Signal::derive(sequences)/> }.into_any(),
            Phase::Ready { stopped_at } => stopped_at
                .map(|bytes| {
                    let size = summary.with(|run| run.size);
                    let text = format!("You stopped the reading after {} of {}. All figures are over what was read.", format::bytes(bytes), format::bytes(size));
                    view! { <p class="strip" role="status">{text}</p> }
                })
                .into_any(),
            Phase::Failed { message } => view! { <p class="strip strip-error" role="alert">{message}</p> }.into_any(),
        }
    }
}

#[component]
fn Reading(session: Session, sequences: Signal<String>) -> impl IntoView {
    let bytes = move || match session.phase.get() {
        Phase::Reading { bytes, total } => (bytes, total.max(bytes)),
        _ => (0, 0),
    };
    let text = move || {
        let (done, total) = bytes();
        format!(
            "{} sequences · {} of {}",
            sequences.get(),
            format::bytes(done),
            format::bytes(total)
        )
    };
    view! {
        <div class="strip strip-progress">
            // A value that is not there yet would show as an endless animation.
            <progress aria-label="Reading the file" max=move || bytes().1.max(1).to_string() prop:value=move || bytes().0 as f64 value="0"></progress>
            <span class="strip-text">{text}</span>
            <button type="button" on:click=move |_| session.cancel()>"Cancel"</button>
        </div>
    }
}
