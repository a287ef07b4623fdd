//! `/import`: the stored runs, newest first.
use crate::browser::{clicked_number, copy_text, take_chosen_files};
use crate::components::{ErrorNotice, Notice, Sending, WayOut, time_html};
use crate::markup::{Text, push};
use crate::session::store::{Upload, store_file};
use api::{ApiError, Backend, ErrorCode, RunList, RunListQuery, RunSummary};
use codee::binary::PostcardCodec;
use leptos::ev;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use metrics::format;
use std::sync::Arc;

fn backend_or_error() -> Result<Arc<dyn Backend>, ApiError> {
    use_context::<Arc<dyn Backend>>()
        .ok_or_else(|| ApiError::new(ErrorCode::Internal, "This page has no way to the store."))
}

const NOTHING: &str = "Import a completion file here, or open one and press Store. Each stored file gets a link that you can send to others.";

/// What the page was asked for, with a number that grows when something was deleted.
type Question = (RunListQuery, u32);

/// The stored runs.
#[component]
pub(crate) fn ImportPage() -> impl IntoView {
    let query = use_query_map();
    let changes = RwSignal::new(0_u32);
    let question = move || -> Question {
        let before = query.with(|query| query.get("before").unwrap_or_default());
        (RunListQuery { before, limit: 0 }, changes.get())
    };
    let backend = backend_or_error();
    let look = move |(query, _): Question| {
        let backend = backend.clone();
        async move { backend?.runs(query).await }
    };
    let runs = Resource::<_, PostcardCodec>::new_with_options(question, look, false);
    view! {
        <Title text="Import"/>
        <header class="run-head">
            <div><h1>"Import"</h1><p class="run-facts">"Runs in the store of this server, newest first."</p></div>
            <UploadForm/>
        </header>
        <Suspense fallback=|| view! { <p class="page-wait" role="status">"Looking into the store …"</p> }>
            {move || Suspend::new(async move {
                match runs.await {
                    Ok(list) if list.runs.is_empty() => view! { <Notice title="Nothing is stored yet" text=NOTHING ways=&[WayOut::Open]/> }.into_any(),
                    Ok(list) => view! { <RunTable list changes/> }.into_any(),
                    Err(error) => view! { <ErrorNotice error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// A form that works without JavaScript; with it, the upload shows how far it is and can be stopped.
#[component]
fn UploadForm() -> impl IntoView {
    let upload = RwSignal::new(Upload::Idle);
    let input = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let choose = move |_| {
        let Some(file) = input
            .get_untracked()
            .and_then(|input| take_chosen_files(&input).into_iter().next())
        else {
            return;
        };
        let navigate = navigate.clone();
        store_file(&file, upload, move |id| {
            navigate(&api::paths::page_url(&id), NavigateOptions::default())
        });
    };
    let sending = Signal::derive(move || matches!(upload.get(), Upload::Sending { .. }));
    view! {
        <form method="post" action="/api/runs" enctype="multipart/form-data">
            <div class="actions">
                <label class="button primary" class:hidden=sending>
                    "Import Completion"
                    <input type="file" name="file" class="visually-hidden" node_ref=input on:change=choose/>
                </label>
                <button class="unscripted">"Store the file"</button>
                <Sending upload/>
            </div>
        </form>
    }
}

#[component]
fn RunTable(list: RunList, changes: RwSignal<u32>) -> impl IntoView {
    let doomed = RwSignal::new(None::<RunSummary>);
    let html = runs_html(&list.runs);
    let next = list.next.map(|id| view! { <a class="button" href=format!("/import?before={id}") rel="next">"Older runs"</a> });
    let total = format::counted(list.total, "run stored", "runs stored");
    let said = RwSignal::new(String::new());
    let runs = list.runs;
    let act = move |event: ev::MouseEvent| {
        let run =
            |attribute| clicked_number(&event, attribute).and_then(|row| runs.get(row as usize));
        if let Some(run) = run("data-delete") {
            doomed.set(Some(run.clone()));
        }
        if let Some(run) = run("data-copy") {
            let link = format!(
                "{}{}",
                window().location().origin().unwrap_or_default(),
                api::paths::page_url(&run.id)
            );
            let done = format!("The link of {} is on the clipboard.", run.name);
            leptos::task::spawn_local(async move {
                said.set(if copy_text(link.clone()).await {
                    done
                } else {
                    link
                });
            });
        }
    };
    view! {
        <p class="run-facts">{total}</p>
        <div class="table-scroll" on:click=act inner_html=html></div>
        <p class="run-facts" role="status">{said}</p>
        <nav class="actions" aria-label="More runs">{next}</nav>
        <DeleteDialog doomed changes/>
    }
}

/// The runs as a table. Rows name themselves in `data-copy` and `data-delete`, which need the page to run.
fn runs_html(runs: &[RunSummary]) -> String {
    let mut html = String::from("<table class=\"runs\"><thead><tr>");
    for column in [
        "File path",
        "Imported at",
        "Size",
        "Format",
        "Sentences",
        "Perplexity",
        "Probability",
    ] {
        push!(html, "<th scope=\"col\">{column}</th>");
    }
    html.push_str(
        "<th scope=\"col\"><span class=\"visually-hidden\">Actions</span></th></tr></thead><tbody>",
    );
    for (row, run) in runs.iter().enumerate() {
        let name = Text(if run.name.is_empty() {
            &run.id
        } else {
            &run.name
        })
        .to_string();
        let status = match run.severity.as_str() {
            "partial" => " <small class=\"status\">partly read</small>",
            "nothing" => " <small class=\"status\">nothing was read</small>",
            _ => "",
        };
        push!(
            html,
            "<tr><th scope=\"row\"><a href=\"{}\">{name}</a>{status}<small class=\"path\">{}</small></th><td>{}</td>",
            api::paths::page_url(&run.id),
            Text(&run.path),
            time_html(Some(run.imported_at_ms as f64 / 1_000.0))
        );
        for (name, value) in [
            ("Size", format::bytes(run.size)),
            ("Format", Text(&run.format).to_string()),
            ("Sentences", format::count(run.totals.sequences)),
            (
                "Perplexity",
                format::sig3_or_dash(run.totals.perplexity_overall),
            ),
            (
                "Probability",
                format::sig3_or_dash(run.totals.probability_overall),
            ),
        ] {
            // On a narrow screen the names stand beside the values instead of above the column.
            push!(
                html,
                "<td class=\"number\" data-name=\"{name}\">{value}</td>"
            );
        }
        push!(
            html,
            "<td><div class=\"actions\"><a class=\"button\" href=\"{}\" rel=\"external\" download aria-label=\"Download {name}\">Download</a>\
             <button type=\"button\" class=\"scripted\" data-copy=\"{row}\" aria-label=\"Copy the link of {name}\">Copy link</button>\
             <button type=\"button\" class=\"scripted danger\" data-delete=\"{row}\" aria-label=\"Delete {name}\">Delete</button></div></td></tr>",
            api::paths::file_url(&run.id)
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// Asks before it deletes: others may have the link.
#[component]
fn DeleteDialog(doomed: RwSignal<Option<RunSummary>>, changes: RwSignal<u32>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let problem = RwSignal::new(None::<String>);
    let backend = StoredValue::new(backend_or_error());
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if doomed.with(Option::is_some) {
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    let close = move || {
        problem.set(None);
        doomed.set(None);
    };
    let delete = move |_| {
        let Some(run) = doomed.get_untracked() else {
            return;
        };
        leptos::task::spawn_local(async move {
            let result = match backend.get_value() {
                Ok(backend) => backend.delete_run(run.id).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => {
                    close();
                    changes.update(|count| *count += 1);
                }
                Err(error) => problem.set(Some(error.message)),
            }
        });
    };
    let name =
        move || doomed.with(|run| run.as_ref().map(|run| run.name.clone()).unwrap_or_default());
    view! {
        <dialog node_ref=dialog aria-labelledby="delete-title" on:close=move |_| close()>
            <h2 id="delete-title">"Delete "{name}"?"</h2>
            <p>"Its link stops working for everybody who has it. This cannot be undone."</p>
            {move || problem.get().map(|text| view! { <p class="strip strip-error" role="alert">{text}</p> })}
            <div class="actions">
                <button type="button" class="danger" on:click=delete>"Delete"</button>
                <button type="button" on:click=move |_| close()>"Keep it"</button>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_texts() {
        let run = RunSummary {
            id: "01abc".into(),
            name: "a<b>\".json".into(),
            path: "blob/2026/01/02/01abc".into(),
            severity: "partial".into(),
            format: "openai_chat".into(),
            ..RunSummary::default()
        };
        let html = runs_html(&[run]);
        for part in [
            "<a href=\"/runs/01abc\">a&lt;b&gt;&quot;.json</a> <small class=\"status\">partly read</small>",
            "aria-label=\"Delete a&lt;b&gt;&quot;.json\"",
            "href=\"/api/runs/01abc/file\"",
            "1970-01-01 00:00:00",
            ">—<",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
