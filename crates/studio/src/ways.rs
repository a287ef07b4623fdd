//! The branches, and the beams of a search, as trees.
use crate::choices::visible;
use crate::desk::{Desk, Search};
use api::writing::Fate;
use branches::{Fork, Tree};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use markup::{Text, push};
use metrics::format::sig3;
use metrics::num;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A probability that may be very small: in percent, or as one in a power of two.
pub(crate) fn together(sum: f64) -> String {
    let bits = -sum / num::LN_2;
    match bits < 20.0 {
        true => format!("{} %", sig3(num::exp(sum) * 100.0)),
        false => format!("1 in 2{}", raised(bits)),
    }
}

/// A number as an exponent, without what stands behind its point.
fn raised(number: f64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = format!("{number:.0}");
    let digit = |sign: char| DIGITS.get(sign.to_digit(10)? as usize).copied();
    digits.chars().filter_map(digit).collect()
}

#[component]
pub(crate) fn Ways(desk: Desk) -> impl IntoView {
    let has_branches = Memo::new(move |_| {
        desk.tree
            .with(|tree| tree.branches().iter().any(|branch| branch.parent.is_some()))
    });
    let beams = Memo::new(move |_| {
        let mut html = String::new();
        desk.searches.with(|searches| {
            for (number, search) in searches.iter().enumerate() {
                searched(number, search, &mut html);
            }
        });
        html
    });
    let click = move |event: MouseEvent| {
        let element = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let button = element.and_then(|element| element.closest("[data-step]").ok()?);
        let at = button.and_then(|button| {
            let place = |name: &str| button.get_attribute(name)?.parse().ok();
            Some((
                place("data-search")?,
                place("data-step")?,
                place("data-at")?,
            ))
        });
        if let Some((search, step, at)) = at {
            desk.go_on_from_beam(search, (step, at));
        }
    };
    view! {
        <Show when=move || has_branches.get()>
            <section class="studio-ways">
                <h2>"Branches"</h2>
                {move || desk.tree.with(|tree| level(desk, tree, None))}
            </section>
        </Show>
        <Show when=move || !beams.with(String::is_empty)>
            <section class="studio-ways">
                <h2>"Beams"</h2>
                <p class="field-help">"Every way that the search has looked at, with the sum of its log-probabilities. Ways that were given up are struck through. Choose one, and the model goes on from its end."</p>
                <div on:click=click inner_html=move || beams.get()></div>
            </section>
        </Show>
    }
}

/// The tree of one search.
fn searched(number: usize, search: &Search, html: &mut String) {
    let place = search.parent.map_or_else(String::new, |(parent, kept)| {
        format!("Answer {}, behind token {kept}", parent + 1)
    });
    let of = if place.is_empty() { "" } else { " of " };
    if !place.is_empty() {
        push!(html, "<h3>{place}</h3>");
    }
    push!(
        html,
        "<div class=\"studio-beams\" tabindex=\"0\" role=\"group\" aria-label=\"Tree of beams{of}{place}\">"
    );
    list(number, &search.beams.forks(), html);
    html.push_str("</div>");
}

/// Those that leave a branch, and what leaves them.
fn level(desk: Desk, tree: &Tree, of: Option<usize>) -> AnyView {
    let rows: Vec<AnyView> = tree
        .children(of)
        .into_iter()
        .map(|branch| {
            let figures = tree.figures(branch);
            let label = format!("{} · {}", begins(tree, branch), together(figures.sum));
            let is_shown = move || desk.shown.with(|shown| shown.contains(&branch)).to_string();
            let toggle = move |_| {
                desk.shown.update(|shown| match shown.contains(&branch) {
                    true => shown.retain(|one| *one != branch),
                    false => shown.push(branch),
                });
            };
            view! {
                <li>
                    <button type="button" class="way" aria-pressed=is_shown on:click=toggle>{label}</button>
                    {level(desk, tree, Some(branch))}
                </li>
            }
            .into_any()
        })
        .collect();
    match rows.is_empty() {
        true => ().into_any(),
        false => view! { <ul>{rows}</ul> }.into_any(),
    }
}

/// Number, and where it leaves which other one.
fn begins(tree: &Tree, branch: usize) -> String {
    let mut text = format!("Answer {}", branch + 1);
    let own = tree.get(branch);
    if let Some((parent, at)) = own.and_then(|own| own.parent) {
        let parent = parent + 1;
        match own
            .filter(|own| own.given > 0)
            .and_then(|own| own.tokens.first())
        {
            Some(first) => push!(
                text,
                ": as answer {parent}, but “{}” at token {}",
                visible(first),
                at + 1
            ),
            None => push!(text, ": answer {parent}, gone on with behind token {at}"),
        }
    }
    text
}

fn list(search: usize, forks: &[Fork], html: &mut String) {
    if forks.is_empty() {
        return;
    }
    html.push_str("<ul>");
    for fork in forks {
        let (class, said) = match fork.fate {
            Fate::GoesOn => ("goes-on", ""),
            Fate::Ended => ("ended", " complete"),
            Fate::Lost => ("lost", " given up"),
        };
        let shown = fork.text.replace('\n', "⏎");
        let shown = if shown.is_empty() { "(end)" } else { &shown };
        push!(
            html,
            "<li class=\"{class}\"><button type=\"button\" class=\"beam-text\" data-search=\"{search}\" data-step=\"{}\" data-at=\"{}\">{}</button> <small>{}{said}</small>",
            fork.at.0,
            fork.at.1,
            Text(shown),
            Text(sig3(fork.total))
        );
        list(search, &fork.next, html);
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}
