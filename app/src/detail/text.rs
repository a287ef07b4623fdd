//! The whole text of a sequence, highlighted. One tab stop: the arrow keys move inside it.
use super::Focus;
use crate::browser::clicked_number;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use markup::tokens_html;
use metrics::{Mark, format};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use worker::protocol::{Paint, SequenceText};

/// Pieces that are put into the page at once; the others follow frame by frame, so that a long text does not block it.
const CHUNK_PIECES: usize = 1_500;

/// The text with its tokens: hover looks, click or Enter pins, Esc releases.
#[component]
pub(super) fn TokenText(text: Arc<SequenceText>, focus: Focus) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    // Number of pieces in the page.
    let shown = RwSignal::new(CHUNK_PIECES.min(text.card.pieces.len()));
    let paint = focus.paint();
    show_rest(root, Arc::clone(&text), shown, paint);
    repaint(root, Arc::clone(&text), paint);
    mark_focus(root, Arc::clone(&text), shown, focus);
    let over = move |event: ev::PointerEvent| {
        if event.pointer_type() != "touch" {
            focus.hover(clicked_number(&event, "data-i"));
        }
    };
    let click = move |event: ev::MouseEvent| {
        if let Some(token) = clicked_number(&event, "data-i") {
            focus.pin(
                (focus.view_state.with_untracked(|view| view.token) != Some(token))
                    .then_some(token),
            );
        }
    };
    let keys = {
        let text = Arc::clone(&text);
        move |event: ev::KeyboardEvent| {
            let held = event.ctrl_key() || event.meta_key() || event.alt_key();
            let current = focus.view_state.with_untracked(|view| view.token);
            let Some(next) = (!held)
                .then(|| after_key(&event.key(), current, &text))
                .flatten()
            else {
                return;
            };
            event.prevent_default();
            focus.pin(next);
        }
    };
    let described = describe(&text);
    let beginning =
        paint.with_untracked(|paint| beginning_html(&text, shown.get_untracked(), paint));
    view! {
        <div class="tokens whole" node_ref=root tabindex="0" role="group" aria-label=described
            on:pointerover=over on:pointerleave=move |_| focus.hover(None) on:click=click on:keydown=keys inner_html=beginning></div>
    }
}

/// The first pieces as HTML.
fn beginning_html(text: &SequenceText, pieces: usize, paint: &Paint) -> String {
    if text.card.pieces.is_empty() {
        return "<em>This answer has no text.</em>".to_owned();
    }
    chunk_html(text, 0, pieces, paint)
}

fn chunk_html(text: &SequenceText, from: usize, to: usize, paint: &Paint) -> String {
    let pieces = text.card.pieces.get(from..to).unwrap_or_default();
    let marks: Vec<u8> = (from..to)
        .map_while(|index| text.mark_of(index, paint))
        .collect();
    format!(
        "<span class=\"chunk\">{}</span>",
        tokens_html(pieces, &marks, &text.hits)
    )
}

/// Puts the pieces that are not yet in the page there, a chunk in a frame.
fn show_rest(
    root: NodeRef<Div>,
    text: Arc<SequenceText>,
    shown: RwSignal<usize>,
    paint: Memo<Paint>,
) {
    Effect::new(move |_| {
        let from = shown.get();
        let to = text.card.pieces.len().min(from + CHUNK_PIECES);
        let Some(root) = root.get().filter(|_| from < to) else {
            return;
        };
        let text = Arc::clone(&text);
        request_animation_frame(move || {
            // Gone when the card was closed meanwhile.
            if shown.try_get_untracked() == Some(from) {
                let chunk = paint.with_untracked(|paint| chunk_html(&text, from, to, paint));
                let _ = root.insert_adjacent_html("beforeend", &chunk);
                shown.set(to);
            }
        });
    });
}

/// Another scale, or other values: only the classes of what is in the page change, and only those that differ.
fn repaint(root: NodeRef<Div>, text: Arc<SequenceText>, paint: Memo<Paint>) {
    Effect::new(move |before: Option<()>| {
        let paint = paint.get();
        let root = root.get_untracked().filter(|_| before.is_some());
        let Some(Ok(spans)) = root.map(|root| root.query_selector_all("[data-i]")) else {
            return;
        };
        for index in 0..spans.length() {
            let element = spans
                .get(index)
                .and_then(|node| node.dyn_into::<Element>().ok());
            let mark = text.mark_of(index as usize, &paint).map(Mark::from_code);
            if let (Some(element), Some(mark)) = (element, mark) {
                let classes = element.class_name();
                let (first, rest) = classes.split_once(' ').unwrap_or((&classes, ""));
                if first != mark.class() {
                    element.set_class_name(format!("{} {rest}", mark.class()).trim_end());
                }
            }
        }
    });
}

fn describe(text: &SequenceText) -> String {
    format!(
        "Text of the sequence, {}. Arrow keys move from token to token.",
        format::counted(text.card.tokens.into(), "token", "tokens")
    )
}

/// Where a key leads: `None` when it is not ours, `Some(None)` when it releases the pin.
fn after_key(key: &str, current: Option<u32>, text: &SequenceText) -> Option<Option<u32>> {
    let pieces = &text.card.pieces;
    let last = pieces.len().checked_sub(1)?;
    let at = current.map(|token| piece_of(text, token));
    let next = match key {
        "ArrowRight" => at.map_or(0, |at| (at + 1).min(last)),
        "ArrowLeft" => at.map_or(last, |at| at.saturating_sub(1)),
        "Home" => 0,
        "End" => last,
        "Enter" | " " if at.is_none() => 0,
        "Escape" if at.is_some() => return Some(None),
        _ => return None,
    };
    pieces.get(next).map(|piece| Some(piece.token))
}

/// Index of the piece that a token is part of.
fn piece_of(text: &SequenceText, token: u32) -> usize {
    text.card
        .pieces
        .partition_point(|piece| piece.token <= token)
        .saturating_sub(1)
}

/// Outlines the token looked at. One class on one element, whatever the length of the text.
fn mark_focus(root: NodeRef<Div>, text: Arc<SequenceText>, shown: RwSignal<usize>, focus: Focus) {
    Effect::new(move |before: Option<Option<(u32, bool)>>| {
        shown.track();
        let root: Element = root.get()?.unchecked_into();
        let find = |token: u32| {
            let piece = text.card.pieces.get(piece_of(&text, token))?;
            root.query_selector(&format!("[data-i=\"{}\"]", piece.token))
                .ok()
                .flatten()
        };
        if let Ok(marked) = root.query_selector_all(".pin, .look") {
            for index in 0..marked.length() {
                if let Some(element) = marked
                    .get(index)
                    .and_then(|node| node.dyn_into::<Element>().ok())
                {
                    let _ = element.class_list().remove_2("pin", "look");
                }
            }
        }
        let pinned = focus.pinned();
        if let Some(element) = focus.token().and_then(find) {
            let _ = element.class_list().add_1("look");
        }
        let element = pinned.and_then(find);
        if let Some(element) = &element {
            let _ = element.class_list().add_1("pin");
            // A pin that was set elsewhere (chart, keys, link) is brought into view; hovering never scrolls.
            if before.flatten().map(|(token, _)| token) != pinned {
                crate::components::show_nearest(element);
            }
        }
        pinned
            .map(|token| (token, element.is_some()))
            .filter(|(_, found)| *found)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Card, Piece};

    fn text() -> SequenceText {
        let pieces = [(0, "a"), (1, "é"), (4, "b")];
        let pieces = pieces
            .map(|(token, text)| Piece {
                text: text.into(),
                mark: 8,
                token,
            })
            .to_vec();
        let card: Card = Card {
            pieces,
            ..Card::default()
        };
        crate::detail::tests_support::sequence(card)
    }

    #[test]
    fn keys_walk_over_pieces() {
        let text = text();
        for (key, from, to) in [
            ("ArrowRight", None, Some(Some(0))),
            ("ArrowRight", Some(0), Some(Some(1))),
            ("ArrowRight", Some(2), Some(Some(4))),
            ("ArrowRight", Some(4), Some(Some(4))),
            ("ArrowLeft", Some(4), Some(Some(1))),
            ("ArrowLeft", None, Some(Some(4))),
            ("Home", Some(4), Some(Some(0))),
            ("End", Some(0), Some(Some(4))),
            ("Escape", Some(1), Some(None)),
            ("Escape", None, None),
            ("a", Some(1), None),
        ] {
            assert_eq!(after_key(key, from, &text), to, "{key} at {from:?}");
        }
    }
}
