//! How far the reading is, and how it ended.
use crate::markup::{push, text};
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
    let sequences =
        move || summary.with(|run| format::counted(run.totals.sequences, "sequence", "sequences"));
    let kind = Memo::new(move |_| std::mem::discriminant(&session.phase.get()));
    move || {
        // Only a change of kind makes other elements; progress changes texts inside.
        kind.get();
        match session.phase.get_untracked() {
            Phase::Idle => ().into_any(),
            Phase::Reading { .. } => {
                view! { <Reading session sequences=text(sequences)/> }.into_any()
            }
            Phase::Ready { stopped_at } => {
                let (size, note) = summary.with_untracked(|run| {
                    // Of a stored run it is what people say of it.
                    let is_local = run.id.is_empty();
                    (run.size, is_local.then(|| run.note.clone()))
                });
                let left_out = session.left_out.get_untracked();
                note.filter(|note| !note.is_empty())
                    .or_else(|| said(stopped_at, size, left_out))
                    .map(|text| view! { <p class="strip" role="status">{text}</p> })
                    .into_any()
            }
            Phase::Failed { message } => {
                view! { <p class="strip strip-error" role="alert">{message}</p> }.into_any()
            }
        }
    }
}

/// What is left to say once all is read.
fn said(stopped_at: Option<u64>, size: u64, left_out: u32) -> Option<String> {
    let mut text = String::new();
    if let Some(bytes) = stopped_at {
        push!(
            text,
            "You stopped the reading after {} of {}. All figures are over what was read. ",
            format::bytes(bytes),
            format::bytes(size)
        );
    }
    match left_out {
        0 => {}
        1 => text.push_str(
            "1 other file of the folder was left out: its name is not that of completions.",
        ),
        _ => push!(
            text,
            "{} other files of the folder were left out: their names are not those of completions.",
            format::count(u64::from(left_out))
        ),
    }
    (!text.is_empty()).then(|| text.trim_end().to_owned())
}

#[component]
fn Reading(session: Session, sequences: Signal<String>) -> impl IntoView {
    let bytes = move || match session.phase.get() {
        Phase::Reading { bytes, total } => (bytes, total.max(bytes)),
        _ => (0, 0),
    };
    let words = text(move || {
        let (done, total) = bytes();
        format!(
            "{} · {} of {}",
            sequences.get(),
            format::bytes(done),
            format::bytes(total)
        )
    });
    view! {
        <div class="strip strip-progress">
            // A value that is not there yet would show as an endless animation.
            <progress aria-label="Reading the file" max=text(move || bytes().1.max(1).to_string()) prop:value=Signal::derive(move || bytes().0 as f64) value="0"></progress>
            <span class="strip-text">{words}</span>
            <button type="button" on:click=move |_| session.cancel()>"Cancel"</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_is_said() {
        for (given, text) in [
            ((None, 0), None),
            (
                (Some(500), 0),
                Some(
                    "You stopped the reading after 500 B of 2 KB. All figures are over what was read.",
                ),
            ),
            (
                (None, 1),
                Some(
                    "1 other file of the folder was left out: its name is not that of completions.",
                ),
            ),
            (
                (None, 12),
                Some(
                    "12 other files of the folder were left out: their names are not those of completions.",
                ),
            ),
        ] {
            assert_eq!(said(given.0, 2_000, given.1).as_deref(), text);
        }
    }
}
