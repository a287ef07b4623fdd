//! A strip beside a long text, from its beginning to its end: a mark wherever the text is doubtful. A click goes there.
use super::Focus;
use crate::markup::{self, push};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use worker::protocol::{Paint, SequenceText};

/// Pieces from which on a text is long: more than are in the window at once.
pub(super) const LONG: usize = 500;
/// Places of the strip.
const PLACES: usize = 200;

/// The strip. What it says the keys `n` and `p` say as well, so it is for the pointer alone.
#[component]
pub(super) fn RiskStrip(text: Arc<SequenceText>, focus: Focus) -> impl IntoView {
    let paint = focus.paint();
    let strip = NodeRef::<Div>::new();
    let marks = {
        let text = Arc::clone(&text);
        markup::text(move || paint.with(|paint| marks_html(&doubts(&text, paint))))
    };
    let go = move |event: ev::MouseEvent| {
        let Some(strip) = strip.get_untracked() else {
            return;
        };
        let rect = strip.get_bounding_client_rect();
        let share = (f64::from(event.client_y()) - rect.top()) / rect.height().max(1.0);
        // A cast saturates.
        let place = (share * PLACES as f64) as usize;
        let nearest = paint.with_untracked(|paint| nearest(&doubts(&text, paint), place));
        if nearest.is_some() {
            focus.pin(nearest);
        }
    };
    view! {
        <div class="risk" aria-hidden="true">
            <div class="risk-marks" title="Where the text is doubtful: click to go there" node_ref=strip on:click=go inner_html=marks></div>
        </div>
    }
}

/// Places with a doubtful piece, ascending, and its first token.
fn doubts(text: &SequenceText, paint: &Paint) -> Vec<(usize, u32)> {
    let pieces = &text.card.pieces;
    let whole = pieces
        .iter()
        .map(|piece| piece.text.len())
        .sum::<usize>()
        .max(1);
    let (mut before, mut found) = (0, Vec::<(usize, u32)>::new());
    for (index, piece) in pieces.iter().enumerate() {
        let place = before * PLACES / whole;
        before += piece.text.len();
        if found.last().is_none_or(|last| last.0 != place) && text.is_doubtful(index, paint) {
            found.push((place, piece.token));
        }
    }
    found
}

fn nearest(doubts: &[(usize, u32)], place: usize) -> Option<u32> {
    let nearest = doubts.iter().min_by_key(|doubt| doubt.0.abs_diff(place));
    nearest.map(|doubt| doubt.1)
}

fn marks_html(doubts: &[(usize, u32)]) -> String {
    let mut html = String::new();
    for (place, _) in doubts {
        push!(
            html,
            "<i style=\"top:{}%\"></i>",
            *place as f64 * 100.0 / PLACES as f64
        );
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Card, Piece};
    use metrics::Mark;

    #[test]
    fn doubtful_places_are_marked_once() {
        let probabilities: Vec<f32> = (0..1000)
            .map(|token| {
                if matches!(token, 0 | 1 | 500 | 998) {
                    0.1
                } else {
                    0.9
                }
            })
            .collect();
        let pieces = (0_u32..).zip(&probabilities).map(|(token, p)| Piece {
            text: if token == 998 { "." } else { "a" }.into(),
            mark: Mark::of(f64::from(*p)).code(),
            token,
        });
        let card = Card {
            pieces: pieces.collect(),
            ..Card::default()
        };
        let mut text = crate::detail::tests_support::sequence(card);
        text.probabilities = probabilities;
        let found = doubts(&text, &Paint::default());
        // Neighbours are one mark, signs are passed over.
        assert_eq!(found, [(0, 0), (100, 500)]);
        assert_eq!(
            marks_html(&found),
            "<i style=\"top:0%\"></i><i style=\"top:50%\"></i>"
        );
        for (place, token) in [
            (0, Some(0)),
            (49, Some(0)),
            (51, Some(500)),
            (9999, Some(500)),
        ] {
            assert_eq!(nearest(&found, place), token, "{place}");
        }
        assert_eq!(nearest(&[], 3), None);
    }
}
