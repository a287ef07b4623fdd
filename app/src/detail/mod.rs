//! One sequence in full: its text, the panel of the token under the pointer, the chart, and the table behind the chart.
//!
//! One token is looked at by all of them: the hovered one, else the pinned one of the view.
mod chart;
mod facts;
mod panel;
mod prompt;
mod risk;
mod slider;
mod table;
mod text;
mod window;

use crate::components::Hint;
use crate::session::Session;
use crate::view::ViewState;
use leptos::prelude::*;
use std::sync::Arc;
use worker::protocol::{Paint, SequenceText};

/// The token that text, panel and chart show.
#[derive(Clone, Copy)]
pub(crate) struct Focus {
    /// The token under the pointer.
    hovered: RwSignal<Option<u32>>,
    view_state: RwSignal<ViewState>,
    session: Session,
    sequence: u32,
}

impl Focus {
    /// The hovered token, else the pinned one.
    fn token(self) -> Option<u32> {
        self.hovered.get().or_else(|| self.pinned())
    }

    /// By what tokens are coloured: as before until the values for another lens are there.
    fn paint(self) -> Memo<Paint> {
        Memo::new(move |before: Option<&Paint>| {
            let scale = self.view_state.with(|view| view.scale);
            let paint = self.session.paint(self.sequence, scale);
            paint.unwrap_or_else(|| before.cloned().unwrap_or_default())
        })
    }

    fn pinned(self) -> Option<u32> {
        self.view_state.with(|view| view.token)
    }

    fn hover(self, token: Option<u32>) {
        if self.hovered.get_untracked() != token {
            self.hovered.set(token);
        }
    }

    /// Pins a token, or releases the pin.
    fn pin(self, token: Option<u32>) {
        self.hovered.set(None);
        self.view_state.update(|view| view.token = token);
    }
}

/// What one can take away of a text; seen by the listener of `components::panels`.
const TOOLS: &str = "<span>This text, or what is selected of it, as a picture:</span>\
    <button type=\"button\" data-export=\"4\">SVG</button><button type=\"button\" data-export=\"5\">PNG</button>\
    <span>and all of it:</span><button type=\"button\" data-view=\"panel=share\">As a link</button>";

/// The open part of a card.
#[component]
pub(crate) fn Detail(
    sequence: u32,
    session: Session,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    let content = move || match session.text.get() {
        None => {
            view! { <p class="detail-wait" role="status">"Reading the sequence …"</p> }.into_any()
        }
        Some(Err(message)) => {
            view! { <p class="strip strip-error" role="alert">{message}</p> }.into_any()
        }
        // The answer for the sequence that was open before.
        Some(Ok(text)) if text.card.sequence != sequence => ().into_any(),
        Some(Ok(text)) => view! { <Whole text session view_state/> }.into_any(),
    };
    view! { <div class="detail">{content}</div> }
}

#[component]
fn Whole(
    text: Arc<SequenceText>,
    session: Session,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    let sequence = text.card.sequence;
    let focus = Focus {
        hovered: RwSignal::new(None),
        view_state,
        session,
        sequence,
    };
    let count = text.card.tokens;
    let wanted = Memo::new(move |_| focus.token().filter(|token| *token < count));
    Effect::new(move |_| {
        if let Some(token) = wanted.get() {
            session.ask_token(sequence, token);
        }
    });
    view! {
        <Hint screen="detail" text="Point at a token, or walk with the arrow keys: beside the text stands what else the model might have written. A click or Enter holds it there."/>
        <div class="detail-columns">
            <div class="detail-main">
                <div class="prompt" inner_html=prompt::prompt_html(&text)></div>
                <div class="text-and-risk">
                    <text::TokenText text=Arc::clone(&text) focus/>
                    {(text.card.pieces.len() > risk::LONG).then(|| view! { <risk::RiskStrip text=Arc::clone(&text) focus/> })}
                </div>
                <facts::Facts text=&text focus/>
                <div class="detail-tools scripted" inner_html=TOOLS></div>
                {(count > 0).then(|| view! { <chart::ProbabilityChart text=Arc::clone(&text) focus/> })}
            </div>
            <panel::TokenPanel text=Arc::clone(&text) session wanted focus/>
        </div>
    }
}

#[cfg(test)]
pub(crate) mod tests_support {
    use api::Card;
    use worker::protocol::SequenceText;

    /// A sequence without anything but its card.
    pub(crate) fn sequence(card: Card) -> SequenceText {
        SequenceText {
            card,
            hits: Vec::new(),
            probabilities: Vec::new(),
            labels: Vec::new(),
            weakest: None,
            weakest_passage: None,
            tail_loop: None,
            tool_calls: Vec::new(),
            stated: None,
            prompt: (0, Vec::new()),
        }
    }
}
