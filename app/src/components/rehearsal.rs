//! The page of a run, once and out of sight, while a person still looks for a file.
//!
//! A browser translates a function when it is first called and looks for a font when it is first drawn. For the page of a run
//! that is a thousand functions and a dozen fonts: more than one notices, if they come in the moment in which a file is opened.
use super::boards::Boards;
use super::filter_bar::FilterBar;
use super::legend::Legend;
use super::list::SequenceList;
use super::report::ReportPanel;
use super::run_actions::RunActions;
use crate::browser::after_paint;
use crate::session::{Origin, Phase, Rows, Selected, Session};
use crate::view::ViewState;
use api::{Card, Piece, RunSummary, Totals};
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use worker::protocol::Row;

/// The first page is complete by then.
const AFTER: Duration = Duration::from_millis(400);
/// Acts, each a task of its own.
const ACTS: u32 = 4;

/// Shows each part of the page of a run for the length of one picture, invisible to everybody.
#[component]
pub(crate) fn Rehearsal() -> impl IntoView {
    let act = RwSignal::new(0_u32);
    let next = move || {
        let _ = act.try_update(|act| *act += 1);
    };
    Effect::new(move |_| match act.get() {
        0 => set_timeout(next, AFTER),
        1..=ACTS => after_paint(next),
        _ => {}
    });
    move || {
        let number = act.get();
        (1..=ACTS).contains(&number).then(|| {
            view! { <div class="rehearsal" aria-hidden="true" inert=true>{play(number)}</div> }
        })
    }
}

fn play(act: u32) -> AnyView {
    // A session that no worker knows of.
    let session = Session::new();
    session.origin.set(Some(Origin::Local));
    let view_state = RwSignal::new(ViewState::default());
    let run = Arc::new(example());
    let totals = run.totals.clone();
    let totals = Signal::derive(move || totals.clone());
    let card = run.cards.first().cloned().unwrap_or_default();
    let summary = Signal::derive(move || Arc::clone(&run));
    match act {
        1 => {
            let filtered = Signal::derive(|| None);
            view! {
                <h1>"1.0"</h1>
                <RunActions session id=None view_state/>
                <Boards totals filtered running=Memo::new(|_| false)/>
            }
            .into_any()
        }
        2 => view! {
            <ReportPanel summary view_state/>
            <FilterBar summary session view_state ready=Memo::new(|_| false)/>
            <Legend totals session view_state ready=Memo::new(|_| false)/>
        }
        .into_any(),
        _ => {
            if act == ACTS {
                session.phase.set(Phase::Ready { stopped_at: None });
                session.selected.set(Selected {
                    query: 1,
                    count: 1,
                    ..Selected::default()
                });
                let row = Row {
                    card,
                    hits: Vec::new(),
                    copies: 2,
                    lens: analysis::Lens::default(),
                    values: Vec::new(),
                };
                session.rows.set(Arc::new(Rows {
                    query: 1,
                    first: 0,
                    rows: vec![Arc::new(row)],
                }));
            }
            view! { <SequenceList summary session view_state live=Signal::derive(|| true)/> }
                .into_any()
        }
    }
}

/// A run with everything that has a look of its own.
fn example() -> RunSummary {
    let card = Card {
        model: "model".into(),
        created: Some(0.0),
        tokens: 9_999,
        perplexity: Some(1.5),
        probability: Some(0.5),
        choices: 1,
        kind: "answer".into(),
        finish: "length".into(),
        pieces: (0..9)
            .map(|step| Piece {
                text: " word\n".into(),
                mark: step,
                token: step.into(),
            })
            .collect(),
        hidden_tokens: 9_990,
        ..Card::default()
    };
    RunSummary {
        name: "name".into(),
        size: 1_000,
        totals: Totals {
            sequences: 9_999,
            tokens: 9_999,
            bands: [9_999; 3],
            perplexity_overall: Some(1.5),
            probability_overall: Some(0.5),
            ..Totals::default()
        },
        models: vec![("model".into(), 9_999)],
        cards: vec![card],
        ..RunSummary::default()
    }
}
