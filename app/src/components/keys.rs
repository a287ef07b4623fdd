//! Keys of the page of a run: they work wherever no field and no control has them.
use crate::preferences::kept;
use crate::session::Session;
use crate::view::ViewState;
use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use worker::protocol::{Paint, SequenceText};

/// What the keys do, for the sheet.
const KEYS: [(&str, &str); 8] = [
    ("← →", "previous, next token (in the text)"),
    ("Home End", "first, last token (in the text)"),
    ("↑ ↓", "previous, next sequence"),
    ("n p", "next, previous doubtful token"),
    ("Enter", "open a sequence, pin a token"),
    (
        "Esc",
        "close the panel, release the pin, close the sequence",
    ),
    ("/", "filter by a token"),
    ("?", "this list"),
];

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// The doubtful token after, or before, the pinned one.
    Doubt {
        forward: bool,
    },
    /// The sequence after, or before, the open one.
    Sequence {
        forward: bool,
    },
    Filter,
    Help,
    Release,
}

fn wish(key: &str) -> Option<Wish> {
    Some(match key {
        "n" => Wish::Doubt { forward: true },
        "p" => Wish::Doubt { forward: false },
        "ArrowDown" => Wish::Sequence { forward: true },
        "ArrowUp" => Wish::Sequence { forward: false },
        "/" => Wish::Filter,
        "?" => Wish::Help,
        "Escape" => Wish::Release,
        _ => return None,
    })
}

/// Listens, and shows the list of keys.
#[component]
pub(crate) fn Keys(session: Session, view_state: RwSignal<ViewState>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let held = event.ctrl_key() || event.meta_key() || event.alt_key();
            let key = event.key();
            if let Some(part) = walked(&event).filter(|_| !held) {
                view_state.update(|view| view.take(&part));
                event.prevent_default();
                return;
            }
            let Some(wish) = wish(&key).filter(|_| !held && !event.default_prevented()) else {
                return;
            };
            // Whoever speaks to the machine, or holds keys longer than meant, can switch letters off.
            if key.len() == 1 && letters_are_off() {
                return;
            }
            if !is_elsewhere(&event) && obey(wish, session, view_state, dialog) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let mut rows = String::new();
    for (keys, does) in KEYS {
        crate::markup::push!(
            rows,
            "<tr><th scope=\"row\"><kbd>{keys}</kbd></th><td>{does}</td></tr>"
        );
    }
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let box_html = ::markup::letter_keys(letters_are_off());
    view! {
        <button type="button" class="quiet scripted" aria-haspopup="dialog" on:click=open>"Keys"</button>
        <dialog class="keys" node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <table><tbody inner_html=rows></tbody></table>
            <div inner_html=box_html></div>
            <form method="dialog" class="actions">
                <button>"Close"</button>
                <button type="button" class="quiet" data-keep="seen" value="">"Show the hints again"</button>
            </form>
        </dialog>
    }
}

fn letters_are_off() -> bool {
    kept("keys") == "off"
}

/// A field, a control that uses the key itself, or an open dialog has it.
fn is_elsewhere(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|at| at.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        let taken = "input, select, textarea, dialog, [role=slider], [contenteditable]";
        element.closest(taken).ok().flatten().is_some()
    })
}

/// Whether there was something to do.
fn obey(
    wish: Wish,
    session: Session,
    view_state: RwSignal<ViewState>,
    dialog: NodeRef<Dialog>,
) -> bool {
    match wish {
        Wish::Doubt { forward } => {
            let (from, scale) = view_state.with_untracked(|view| (view.token, view.scale));
            let text = session.text.get_untracked().and_then(Result::ok);
            let next = text.and_then(|text| {
                let paint = untrack(|| session.paint(text.card.sequence, scale));
                doubtful(&text, &paint.unwrap_or_default(), from, forward)
            });
            if next.is_some() {
                view_state.update(|view| view.token = next);
            }
            next.is_some()
        }
        Wish::Sequence { forward } => {
            let at = session.selected.with_untracked(|selected| selected.located);
            let open = view_state.with_untracked(|view| view.sequence.is_some());
            let Some(at) = at.filter(|_| open) else {
                return false;
            };
            let next = if forward {
                at.checked_add(1)
            } else {
                at.checked_sub(1)
            };
            let row = next.and_then(|next| {
                session.rows.with_untracked(|held| {
                    let row = held.rows.get(next.checked_sub(held.first)? as usize)?;
                    Some((next, row.card.sequence))
                })
            });
            if let Some((position, sequence)) = row {
                session
                    .selected
                    .update(|selected| selected.located = Some(position));
                view_state.update(|view| {
                    view.token = None;
                    view.sequence = Some(sequence);
                });
                crate::browser::after_paint(|| show(".card-open"));
            }
            // Otherwise the page would be scrolled at the ends only.
            true
        }
        Wish::Filter => {
            let field = document().query_selector("input[name=q]").ok().flatten();
            let field = field.and_then(|field| field.dyn_into::<HtmlElement>().ok());
            field.is_some_and(|field| field.focus().is_ok())
        }
        Wish::Help => dialog
            .get_untracked()
            .is_some_and(|dialog| dialog.show_modal().is_ok()),
        Wish::Release => {
            let (panel, pinned, open) = view_state.with_untracked(|view| {
                (
                    view.panel.is_some(),
                    view.token.is_some(),
                    view.sequence.is_some(),
                )
            });
            if panel {
                view_state.update(|view| view.take("panel="));
            } else if pinned {
                view_state.update(|view| view.token = None);
            } else if open {
                view_state.update(|view| view.sequence = None);
            }
            panel || pinned || open
        }
    }
}

/// As [`show_nearest`], where there is such an element.
pub(crate) fn show(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        show_nearest(&element);
    }
}

/// Scrolls as little as possible until all of an element is seen.
pub(crate) fn show_nearest(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// In a text of a panel (`data-walk`): what the token says to which a key leads.
fn walked(event: &web_sys::KeyboardEvent) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let text = target.closest("[data-walk]").ok()??;
    let at = text.query_selector(".pinned").ok()?;
    let next = match event.key().as_str() {
        "ArrowRight" => at.map_or_else(
            || text.first_element_child(),
            |at| at.next_element_sibling(),
        ),
        "ArrowLeft" => at.map_or_else(
            || text.last_element_child(),
            |at| at.previous_element_sibling(),
        ),
        "Home" => text.first_element_child(),
        "End" => text.last_element_child(),
        _ => None,
    };
    next?.get_attribute("data-view")
}

/// The first token of the nearest piece in the low band after, or before, this token; signs and white space are passed over.
fn doubtful(text: &SequenceText, paint: &Paint, from: Option<u32>, forward: bool) -> Option<u32> {
    let pieces = &text.card.pieces;
    let is_low = |index: &usize| text.is_doubtful(*index, paint);
    let after = from.map_or(0, |token| {
        pieces.partition_point(|piece| piece.token <= token)
    });
    let found = if forward {
        (after..pieces.len()).find(is_low)
    } else {
        let before = from.map_or(pieces.len(), |_| after.saturating_sub(1));
        (0..before).rev().find(is_low)
    };
    pieces.get(found?).map(|piece| piece.token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Card, Piece};
    use metrics::Mark;
    use std::sync::Arc;

    #[test]
    fn doubtful_tokens_are_walked_over() {
        let probabilities = [0.9, 0.1, 0.2, 0.5, 0.3];
        let texts = ["a", " b", ".", "d", "e"];
        let pieces = (0_u32..).zip(texts).zip(probabilities);
        let pieces = pieces.map(|((token, text), p)| Piece {
            text: text.into(),
            mark: Mark::of(f64::from(p)).code(),
            token,
        });
        let card = Card {
            pieces: pieces.collect(),
            ..Card::default()
        };
        let mut text = crate::detail::tests_support::sequence(card);
        text.probabilities = probabilities.to_vec();
        let usual = Paint::default();
        let strict = Paint {
            scale: usual.scale.with_cut(0, 60),
            ..Paint::default()
        };
        // By ranks of the tokens, handed out with the scale.
        let lens = analysis::Lens {
            quantity: analysis::Quantity::Rank,
            ..analysis::Lens::default()
        };
        let ranks = Paint {
            scale: analysis::Scale::of(lens),
            values: Arc::new(worker::protocol::Values {
                values: vec![1.0, 2.0, 9.0, 6.0, -2.0],
                lens,
                ..Default::default()
            }),
        };
        for (paint, from, forward, found) in [
            (&ranks, None, true, Some(3)),
            (&ranks, Some(3), true, Some(4)),
            (&usual, None, true, Some(1)),
            (&usual, Some(1), true, Some(4)),
            (&usual, Some(4), true, None),
            (&usual, None, false, Some(4)),
            (&usual, Some(4), false, Some(1)),
            (&usual, Some(1), false, None),
            (&strict, Some(1), true, Some(3)),
        ] {
            assert_eq!(
                doubtful(&text, paint, from, forward),
                found,
                "{from:?} {forward}"
            );
        }
    }

    #[test]
    fn only_keys_of_the_list_are_taken() {
        assert_eq!(wish("n"), Some(Wish::Doubt { forward: true }));
        for other in ["N", "a", "Enter", "ArrowLeft", " "] {
            assert_eq!(wish(other), None, "{other}");
        }
    }
}
