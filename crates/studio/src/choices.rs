//! The alternatives of a token, and going on from them.
use crate::answers::percent;
use crate::counted;
use crate::desk::Desk;
use api::writing::NamedToken;
use leptos::prelude::*;
use markup::{Text, push};
use metrics::format::sig3;
use metrics::num;

/// Blanks are shown in names.
pub(crate) fn visible(token: &NamedToken) -> String {
    let text = token
        .token
        .replace(' ', "␣")
        .replace('\n', "⏎")
        .replace('\t', "⇥");
    match text.is_empty() {
        true => "(no text)".to_owned(),
        false => text,
    }
}

#[component]
pub(crate) fn Choices(desk: Desk) -> impl IntoView {
    let looked_at = Memo::new(move |_| {
        let (branch, at) = desk.token.get()?;
        let token = desk
            .tree
            .with(|tree| tree.way(branch).get(at).map(|token| (*token).clone()))?;
        Some((branch, at, token))
    });
    // Stays, so that its changes are read out.
    let said = move || {
        let (_, at, token) = looked_at.get()?;
        let place = facts(&token, &token.top_logprobs.clone().unwrap_or_default());
        Some(format!("Token {}, {}, {place}", at + 1, visible(&token)))
    };
    view! {
        <p class="visually-hidden" role="status">{said}</p>
        {move || looked_at.get().map(|(branch, at, token)| view! {
            <section class="studio-choices" aria-label="Alternatives"><Place desk branch at token/></section>
        })}
    }
}

#[component]
fn Place(desk: Desk, branch: usize, at: usize, token: NamedToken) -> impl IntoView {
    let listed = token.top_logprobs.clone().unwrap_or_default();
    let best = listed.first().and_then(|one| one.logprob);
    let sum: f64 = listed
        .iter()
        .filter_map(|one| one.logprob)
        .map(num::exp)
        .sum();
    let is_listed = listed.iter().any(|one| is_same(one, &token));
    let own = (!is_listed).then(|| token.clone());
    let heading = format!("Token {}: “{}”", at + 1, visible(&token));
    let facts = facts(&token, &listed);
    let rows = listed.into_iter().chain(own).map(|one| {
        let is_own = is_same(&one, &token);
        let share = one.logprob.zip(best).map_or(0.0, |(own, best)| num::exp(own - best));
        let label = format!("Go on with “{}”, {}", visible(&one), percent(one.logprob));
        let mut row = String::new();
        push!(
            row,
            "<span class=\"choice-name\">{}</span><span class=\"choice-bar\"><i style=\"width:{:.1}%\"></i></span><span class=\"choice-p\">{}</span>",
            Text(visible(&one)),
            share.min(1.0) * 100.0,
            Text(percent(one.logprob))
        );
        let chosen = one.clone();
        view! {
            <li class:own=is_own>
                <button type="button" class="choice" aria-label=label inner_html=row
                    on:click=move |_| desk.go_on(branch, at, Some(chosen.clone()))></button>
            </li>
        }
    });
    view! {
        <h2>{heading}</h2>
        <p class="field-help">{facts}</p>
        <ol>{rows.collect_view()}</ol>
        <p class="field-help">
            {if best.is_some() {
                format!("Everything else has {} % together. Choose a token, and the model goes on from there.", sig3((1.0 - sum).max(0.0) * 100.0))
            } else {
                "There are no alternatives here: a person gave this token, or top_logprobs was 0.".to_owned()
            }}
        </p>
        <button type="button" class="quiet" on:click=move |_| desk.token.set(None)>"Close"</button>
    }
}

fn is_same(one: &NamedToken, other: &NamedToken) -> bool {
    match (one.id, other.id) {
        (Some(one), Some(other)) => one == other,
        _ => one.token == other.token && one.bytes == other.bytes,
    }
}

/// Probability, rank, entropy: as far as they are known.
fn facts(token: &NamedToken, listed: &[NamedToken]) -> String {
    let place = listed.iter().position(|one| is_same(one, token));
    let rank = token.rank.or_else(|| u32::try_from(place? + 1).ok());
    let mut facts = percent(token.logprob);
    if let Some(logprob) = token.logprob {
        push!(facts, ", {} bits", sig3(-logprob / num::LN_2));
    }
    if let Some(rank) = rank {
        push!(facts, ", rank {rank}");
    }
    if let Some(entropy) = token.entropy {
        push!(facts, ", entropy {} bits, exact", sig3(entropy / num::LN_2));
    }
    if let Some(under) = token.under {
        let left = counted(under.kept, "token");
        match under.logprob {
            Some(logprob) => push!(
                facts,
                "; under the settings {} of {left}, entropy {} bits, exact",
                percent(Some(logprob)),
                sig3(under.entropy / num::LN_2)
            ),
            None => push!(facts, "; cut off by the settings, which leave {left}"),
        }
    }
    facts
}
