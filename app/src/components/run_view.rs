//! A run on screen: name, boards, report, filter, list. The same for a local file and a stored one.
use super::boards::Boards;
use super::filter_bar::FilterBar;
use super::hint::Hint;
use super::legend::Legend;
use super::list::SequenceList;
use super::panels::{PanelHost, Tabs, listen};
use super::report::ReportPanel;
use super::run_actions::RunActions;
use super::status::ReadingStatus;
use crate::browser::after_paint;
use crate::markup::text;
use crate::session::{Origin, Phase, Session, use_session};
use crate::view::{Place, ViewState, use_view_state};
use analysis::{Filter, Sort};
use api::RunSummary;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use metrics::format;
use std::sync::Arc;

/// A run on screen.
#[component]
pub(crate) fn RunView(
    /// What is known of it; for a local file it grows while it is read.
    #[prop(into)]
    summary: Signal<Arc<RunSummary>>,
    /// Id of the stored run; `None` for a local file.
    id: Option<String>,
) -> impl IntoView {
    let session = use_session();
    // The words that one types into the filter of a local file are nobody else's: a fragment is never sent to a server.
    let place = if id.is_some() {
        Place::Query
    } else {
        Place::Fragment
    };
    let view_state = use_view_state(place);
    let origin = id.clone().map_or(Origin::Local, Origin::Stored);
    let live = Signal::derive(move || session.origin.with(|open| open.as_ref() == Some(&origin)));
    let ready =
        Memo::new(move |_| live.get() && matches!(session.phase.get(), Phase::Ready { .. }));
    let reading = Memo::new(move |_| {
        id_is_local(session) && matches!(session.phase.get(), Phase::Reading { .. })
    });
    ask_worker(session, view_state, ready);
    listen(session, view_state);
    // Nothing to search, colour or ask about.
    let bare = Memo::new(move |_| ready.get() && summary.with(|run| run.totals.sequences == 0));
    let has_panel = Memo::new(move |_| view_state.with(|view| view.panel.is_some()));

    // A local file: first the boards, in the next picture the list, then the reading, so that no task of the page is long.
    let settled = RwSignal::new(id.is_some());
    Effect::new(move |_| {
        if !settled.get_untracked() {
            after_paint(move || {
                let _ = settled.try_set(true);
                after_paint(move || session.start());
            });
        }
    });

    let totals = Signal::derive(move || summary.with(|run| run.totals.clone()));
    let filtered = Signal::derive(move || {
        let has_filter = view_state.with(|view| !view.filter.is_empty());
        (ready.get() && has_filter)
            .then(|| session.selected.with(|selected| selected.totals.clone()))
    });
    let name = text(move || summary.with(|run| run.name.clone()));
    let title = move || match view_state.with(|view| view.sequence) {
        Some(sequence) => format!("{}, sequence {}", name.get(), sequence + 1),
        None => name.get(),
    };
    view! {
        <Title text=title/>
        <header class="run-head">
            <div>
                <h1>{name}</h1>
                <p class="run-facts">{text(move || summary.with(|run| facts(run)))}</p>
            </div>
            <RunActions session id view_state/>
        </header>
        <Show when=move || live.get()><ReadingStatus session summary/></Show>
        <Boards totals filtered running=reading/>
        <ReportPanel summary view_state/>
        <Show when=move || settled.get()>
            <section class="sequences" class:bare=bare aria-label="Sequences">
                <FilterBar summary session view_state ready/>
                <Legend totals session view_state ready/>
                <Tabs view_state/>
                <Show when=move || has_panel.get() fallback=move || view! {
                    <Hint screen="list" text="A colour says how likely the model found a token: the legend has its bands. Open an answer to see what else it might have written; Keys, at the top, lists what needs no mouse."/>
                    <SequenceList summary session view_state live/>
                    <p class="bare-way"><A href="/" attr:class="button">"Open another file"</A></p>
                }>
                    <PanelHost session view_state ready/>
                </Show>
            </section>
        </Show>
    }
}

fn id_is_local(session: Session) -> bool {
    session
        .origin
        .with(|open| open.as_ref() == Some(&Origin::Local))
}

/// The view asks; the answers come into the session.
fn ask_worker(session: Session, view_state: RwSignal<ViewState>, ready: Memo<bool>) {
    let question =
        Memo::new(move |_| view_state.with(|view| (view.filter.clone(), view.sort, view.sequence)));
    // One effect asks for both, in this order: in a text is marked what the last selection looked for.
    Effect::new(move |asked: Option<Option<(Filter, Sort, Option<u32>)>>| {
        let (filter, sort, sequence) = question.get();
        let asked = asked.flatten();
        let same_sequence = asked.as_ref().is_some_and(|asked| asked.2 == sequence);
        let same_list = asked.is_some_and(|asked| (asked.0, asked.1) == (filter.clone(), sort));
        if !same_sequence {
            session.text.set(None);
            session.token.set(None);
        }
        if !ready.get() {
            return None;
        }
        if !same_list {
            session.select(filter.clone(), sort, sequence);
        }
        if let Some(sequence) = sequence.filter(|_| !(same_list && same_sequence)) {
            session.locate(sequence);
            session.ask_text(sequence);
        }
        Some((filter, sort, sequence))
    });
}

fn facts(run: &RunSummary) -> String {
    let mut parts = vec![
        format::counted(run.totals.sequences, "sequence", "sequences"),
        format::counted(run.totals.tokens, "token", "tokens"),
    ];
    match run.models.as_slice() {
        [] => {}
        [(model, _)] => parts.push(model.clone()),
        [(first, _), rest @ ..] => parts.push(format!(
            "{first} and {}",
            format::counted(rest.len() as u64, "other model", "other models")
        )),
    }
    if run.size > 0 {
        parts.push(format::bytes(run.size));
    }
    parts.join(" · ")
}
