//! `/style`: every component in every state, for those who change one. Made on the server from the components themselves and from
//! the style sheets, so that it shows what is there; none of it is in the bundle of the page.
mod charts;
mod samples;
mod sheet;

use crate::components::{
    Boards, FilterBar, Legend, Notice, ReadingStatus, ReportPanel, Sending, Tabs, WayOut,
};
use crate::session::store::Upload;
use crate::session::{Origin, Phase, Session};
use crate::view::ViewState;
use leptos::prelude::*;
use leptos_meta::Title;
use std::sync::Arc;

/// Stands in the context where the page is this one.
#[derive(Debug, Clone, Copy)]
pub struct StyleGuide;

/// Where it is.
pub const PATH: &str = "/style";

/// The page.
#[component]
pub(crate) fn StylePage() -> impl IntoView {
    view! {
        <Title text="Style"/>
        <link rel="stylesheet" href="/style-page.css"/>
        <h1>"Style"</h1>
        <p class="lead">"Every component in every state, made by the code that makes the pages. Values are those of the style sheets."</p>
        <div class="style-page">
            <section inner_html=sheet::html()></section>
            <section inner_html=samples::controls()></section>
            <section inner_html=samples::tokens()></section>
            <Filters/>
            <Overview/>
            <section inner_html=samples::cards()></section>
            <States/>
            <section inner_html=samples::tables()></section>
            <section inner_html=charts::html()></section>
        </div>
    }
}

/// A session with a run in this phase.
fn session(phase: Phase) -> Session {
    let session = Session::new();
    session.origin.set(Some(Origin::Local));
    session.phase.set(phase);
    session
}

#[component]
fn Filters() -> impl IntoView {
    let run = Arc::new(samples::run("ok"));
    let totals = run.totals.clone();
    let summary = Signal::derive(move || Arc::clone(&run));
    let totals = Signal::derive(move || totals.clone());
    let (open, waiting) = (
        session(Phase::Ready { stopped_at: None }),
        session(Phase::Idle),
    );
    let view_state = RwSignal::new(ViewState::parse("q=sea&band=low"));
    let plain = RwSignal::new(ViewState::default());
    let wrong = session(Phase::Ready { stopped_at: None });
    wrong
        .refused
        .set("at character 3: A value is missing behind `p`.".to_owned());
    view! {
        <section>
            <h2>"Filter, legend, tabs"</h2>
            <h3>"Ready, with a filter and a pressed band"</h3>
            <FilterBar summary session=open view_state ready=Memo::new(|_| true)/>
            <Legend totals session=open view_state ready=Memo::new(|_| true)/>
            <Tabs view_state/>
            <h3>"A query that cannot be answered"</h3>
            <FilterBar summary session=wrong view_state=plain ready=Memo::new(|_| true)/>
            <h3>"While the file is read"</h3>
            <FilterBar summary session=waiting view_state=plain ready=Memo::new(|_| false)/>
        </section>
    }
}

#[component]
fn Overview() -> impl IntoView {
    let totals = samples::run("ok").totals;
    let (all, some) = (totals.clone(), totals.clone());
    let none = samples::nothing_scored();
    let boards = |totals: api::Totals, filtered: Option<api::Totals>, running: bool| {
        view! { <Boards totals=Signal::derive(move || totals.clone()) filtered=Signal::derive(move || filtered.clone()) running=Memo::new(move |_| running)/> }
    };
    let reports = ["ok", "doubts", "partial", "nothing"].map(|severity| {
        let run = Arc::new(samples::run(severity));
        view! { <ReportPanel summary=Signal::derive(move || Arc::clone(&run)) view_state=RwSignal::new(ViewState::default())/> }
    });
    view! {
        <section>
            <h2>"Boards"</h2>
            <h3>"Filtered"</h3>{boards(all, Some(some), false)}
            <h3>"While the file is read"</h3>{boards(totals, None, true)}
            <h3>"Without a value"</h3>{boards(none, None, false)}
        </section>
        <section>
            <h2>"Import reports"</h2>
            {reports.collect_view()}
        </section>
    }
}

#[component]
fn States() -> impl IntoView {
    let phases = [
        Phase::Reading {
            bytes: 734_003,
            total: 2_097_152,
        },
        Phase::Ready {
            stopped_at: Some(1_048_576),
        },
        Phase::Failed {
            message: "The browser can no longer read answers.jsonl: it was changed, moved or removed. Open it again."
                .to_owned(),
        },
    ];
    let run = Arc::new(samples::run("ok"));
    let summary = Signal::derive(move || Arc::clone(&run));
    let phases = phases.map(|phase| {
        view! { <ReadingStatus session=session(phase) summary/> }
    });
    let uploads = [
        Upload::Sending {
            sent: 734_003,
            total: 2_097_152,
        },
        Upload::Failed("The store is full. Delete runs that are no longer needed.".to_owned()),
    ];
    let uploads = uploads.map(|upload| view! { <Sending upload=RwSignal::new(upload)/> });
    view! {
        <section>
            <h2>"Loading, empty, errors"</h2>
            <h3>"A file is read; it was stopped; it failed"</h3>{phases.collect_view()}
            <h3>"A file is stored; it failed"</h3>{uploads.collect_view()}
            <h3>"A page waits"</h3><p role="status">"Looking into the store …"</p>
            <h3>"A list that has nothing"</h3><p class="empty">"No sequence matches."</p>
            <h3>"A page that has nothing, and one that is not there"</h3>
            <Notice title="Nothing is stored yet" text="Import a completion file here, or open one and press Store." ways=&[WayOut::Open]/>
            <Notice title="The store does not answer" text="It may be restarting. What is open here stays open." ways=&[WayOut::Again, WayOut::Stored, WayOut::Open]/>
        </section>
    }
}
