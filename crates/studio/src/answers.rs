//! The texts beside each other, token by token.
use crate::counted;
use crate::desk::Desk;
use crate::grid::Swept;
use crate::keep::Keep;
use branches::{Figures, State, pieces, text};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;
use metrics::format::{sig3, sig3_or_dash};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

#[component]
pub(crate) fn Answers(desk: Desk) -> impl IntoView {
    let nothing = move || {
        desk.tree.with(|tree| tree.branches().is_empty())
            && desk.searches.with(Vec::is_empty)
            && desk.sweep.swept.with(|swept| swept.all == 0)
    };
    view! {
        <section class="studio-answers" aria-label="Answers">
            <Show when=nothing>
                <p class="studio-empty">"Texts appear here while they are written. Every token can be opened: what else could have stood there, and what would follow."</p>
            </Show>
            <Scored desk/>
            <Swept desk/>
            <div class="studio-cards">
                <For each=move || desk.shown.get() key=|branch| *branch let:branch>
                    <Answer desk branch/>
                </For>
            </div>
            <Keep desk/>
        </section>
    }
}

/// Figures of a text that was judged.
#[component]
fn Scored(desk: Desk) -> impl IntoView {
    let figures = move || {
        let score = desk.score.get()?;
        let bits = |value: Option<f64>| format!("{} bits", sig3_or_dash(value));
        let figures = [
            ("Tokens", score.tokens.to_string()),
            ("Perplexity", sig3_or_dash(score.perplexity)),
            ("Cross entropy per token", bits(score.cross_entropy_bits)),
            ("Cross entropy per byte", bits(score.bits_per_byte)),
        ];
        let under = score.cut_off.map(|cut_off| {
            let said = match cut_off {
                0 => sig3_or_dash(score.perplexity_under),
                cut_off => format!("none: {} cut off", counted(cut_off, "token")),
            };
            ("Perplexity under the settings", said)
        });
        let each = figures
            .into_iter()
            .chain(under)
            .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
        Some(view! { <dl class="studio-score">{each.collect::<Vec<_>>()}</dl> })
    };
    view! { {figures} }
}

#[component]
fn Answer(desk: Desk, branch: usize) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let html = Memo::new(move |_| {
        desk.tree
            .with(|tree| markup::tokens_html(&pieces(&tree.way(branch)), &[], &[]))
    });
    let edited = RwSignal::new(None::<String>);
    let figures = Memo::new(move |_| desk.tree.with(|tree| tree.figures(branch)));
    let state = Memo::new(move |_| {
        desk.tree
            .with(|tree| tree.get(branch).map(|one| one.state.clone()))
    });
    mark(root, desk, branch, html);
    let click = move |event: MouseEvent| {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let token = element.and_then(|element| element.closest("[data-i]").ok()?);
        let token = token.and_then(|token| token.get_attribute("data-i")?.parse().ok());
        if let Some(token) = token {
            desk.token.set(Some((branch, token)));
        }
    };
    let keys = move |event: KeyboardEvent| {
        let starts: Vec<usize> = desk.tree.with_untracked(|tree| {
            let pieces = pieces(&tree.way(branch));
            pieces.iter().map(|piece| piece.token as usize).collect()
        });
        let at = desk
            .token
            .get_untracked()
            .filter(|(of, _)| *of == branch)
            .map(|(_, at)| at);
        let place = at.map(|at| starts.partition_point(|start| *start < at));
        let next = match (event.key().as_str(), place) {
            ("ArrowRight", None) | ("Home", _) => starts.first(),
            ("ArrowRight", Some(place)) => starts.get(place + 1),
            ("ArrowLeft", Some(place)) => place.checked_sub(1).and_then(|place| starts.get(place)),
            ("End", _) | ("ArrowLeft", None) => starts.last(),
            ("Escape", Some(_)) => {
                desk.token.set(None);
                return;
            }
            ("Enter", Some(_)) => {
                // Else the button that has the focus then would be pressed, too.
                event.prevent_default();
                return focus_choices();
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(&next) = next {
            desk.token.set(Some((branch, next)));
        }
    };
    let go_on = move |_| {
        let end = desk.tree.with_untracked(|tree| behind(tree, branch));
        desk.go_on(branch, end, None);
    };
    let begin_edit = move |_| {
        edited
            .set(Some(desk.tree.with_untracked(|tree| {
                text(tree.way(branch).iter().copied())
            })));
    };
    let end_edit = move |_| {
        if let Some(text) = edited.get_untracked() {
            edited.set(None);
            desk.edit(branch, &text);
        }
    };
    let hide = move |_| {
        desk.shown
            .update(|shown| shown.retain(|one| *one != branch))
    };
    let editing = move || edited.with(Option::is_some);
    let label = format!("Answer {}, with arrow keys token by token", branch + 1);
    view! {
        <article class="studio-card">
            <header>
                <h2>{format!("Answer {}", branch + 1)}</h2>
                <p class="studio-figures">{move || said(figures.get())}</p>
                <p class="studio-state">{move || state.get().map(ends)}</p>
            </header>
            <Show when=move || !editing()>
                <div class="tokens" node_ref=root tabindex="0" role="group" aria-label=label.clone()
                    on:click=click on:keydown=keys inner_html=move || html.get()></div>
            </Show>
            <Show when=editing>
                <textarea rows="8" aria-label="Edit the text, and go on from there" prop:value=move || edited.get().unwrap_or_default()
                    on:input=move |event| edited.set(Some(event_target_value(&event)))></textarea>
            </Show>
            <div class="studio-act">
                <Show when=move || !editing()>
                    <button type="button" on:click=go_on>"Go on"</button>
                    <button type="button" on:click=begin_edit>"Edit"</button>
                    <button type="button" class="quiet" on:click=hide>"Hide"</button>
                </Show>
                <Show when=editing>
                    <button type="button" class="primary" on:click=end_edit>"Go on from the edited text"</button>
                    <button type="button" on:click=move |_| edited.set(None)>"Leave it as it was"</button>
                </Show>
            </div>
        </article>
    }
}

/// Behind the last token that has a text: an end is no place to go on from.
fn behind(tree: &branches::Tree, branch: usize) -> usize {
    let way = tree.way(branch);
    let is_text = |token: &&api::writing::NamedToken| {
        token.bytes.as_ref().is_none_or(|bytes| !bytes.is_empty())
    };
    way.iter().rposition(is_text).map_or(0, |last| last + 1)
}

/// Keeps the mark on the token that is looked at.
fn mark(root: NodeRef<Div>, desk: Desk, branch: usize, html: Memo<String>) {
    Effect::new(move |_| {
        html.track();
        let token = desk
            .token
            .get()
            .filter(|(of, _)| *of == branch)
            .map(|(_, at)| at);
        let Some(root) = root.get() else { return };
        if let Ok(Some(before)) = root.query_selector(".pin") {
            let _ = before.class_list().remove_1("pin");
        }
        let now = token.and_then(|at| root.query_selector(&format!("[data-i=\"{at}\"]")).ok()?);
        if let Some(now) = now {
            let _ = now.class_list().add_1("pin");
        }
    });
}

fn focus_choices() {
    let first = document()
        .query_selector(".studio-choices button")
        .ok()
        .flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

fn said(figures: Figures) -> String {
    if figures.scored == 0 {
        return counted(figures.tokens, "token");
    }
    format!(
        "probability {} · perplexity {} · {} · all together {}",
        sig3_or_dash(figures.probability),
        sig3_or_dash(figures.perplexity),
        counted(figures.tokens, "token"),
        crate::ways::together(figures.sum),
    )
}

fn ends(state: State) -> String {
    match state {
        State::Running => "writing …".to_owned(),
        State::Done(why) => match why.as_str() {
            "stop" => "ended by itself".to_owned(),
            "length" => "ended at its longest".to_owned(),
            other => other.to_owned(),
        },
        State::Stopped => "stopped".to_owned(),
        State::Failed(message) => message,
    }
}

/// Figures in the words of a sentence.
pub(crate) fn percent(logprob: Option<f64>) -> String {
    logprob.map_or_else(
        || "no value".to_owned(),
        |logprob| format!("{} %", sig3(metrics::num::exp(logprob) * 100.0)),
    )
}
