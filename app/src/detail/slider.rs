//! The window over a whole sequence: a thumbnail with two handles, for pointer and keyboard.
use super::chart::{probability, theme};
use super::window::{TokenWindow, shift};
use charts::Size;
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use worker::protocol::{Paint, SequenceText};

const MINIMAP_HEIGHT: u32 = 44;

/// What is dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grip {
    Start,
    End,
    /// The window itself, held at this distance from its left end.
    Middle(u32),
}

/// The whole sequence as a thumbnail, with the window over it.
#[component]
pub(super) fn WindowSlider(
    text: Arc<SequenceText>,
    token_window: RwSignal<TokenWindow>,
    width: RwSignal<u32>,
    paint: Memo<Paint>,
) -> impl IntoView {
    let total = token_window.get_untracked().total;
    let track = NodeRef::<Div>::new();
    let held = RwSignal::new(None::<Grip>);
    let thumbnail = crate::markup::text(move || {
        let columns = width.get();
        if columns == 0 {
            return String::new();
        }
        let least = |of: &dyn Fn(u32) -> Option<f64>| {
            let values: Vec<Option<f64>> = (0..total).map(of).collect();
            analysis::minimum_per_column(&values, columns as usize)
        };
        let minima = least(&|token| probability(&text, token));
        // The low band is the first one.
        let bands =
            paint.with(|paint| least(&|token| Some(f64::from(text.band_of(token, paint)? as u8))));
        charts::minimap(
            &minima,
            &|column| bands.get(column).copied().flatten().map(|band| band as u8),
            &theme(),
            Size {
                width: columns,
                height: MINIMAP_HEIGHT,
            },
        )
        .unwrap_or_default()
    });
    let token_under = move |event: &ev::PointerEvent| -> u32 {
        let Some(track) = track.get_untracked() else {
            return 0;
        };
        let rect = track.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        // A saturating cast of a number from 0 to total.
        (share.clamp(0.0, 1.0) * f64::from(total)) as u32
    };
    let grab = move |event: ev::PointerEvent| {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let grip = target
            .as_ref()
            .and_then(|element| element.get_attribute("data-grip"));
        let token = token_under(&event);
        let window = token_window.get_untracked();
        let grip = match grip.as_deref() {
            Some("start") => Grip::Start,
            Some("end") => Grip::End,
            _ if (window.start..window.end).contains(&token) => Grip::Middle(token - window.start),
            _ => {
                token_window.set(window.moved_to(token.saturating_sub(window.len() / 2)));
                Grip::Middle(window.len() / 2)
            }
        };
        held.set(Some(grip));
        if let Some(track) = track.get_untracked() {
            let _ = track.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: ev::PointerEvent| {
        let Some(grip) = held.get_untracked() else {
            return;
        };
        let token = token_under(&event);
        token_window.update(|window| {
            *window = match grip {
                Grip::Start => window.with_start(token),
                Grip::End => window.with_end(token),
                Grip::Middle(offset) => window.moved_to(token.saturating_sub(offset)),
            };
        });
    };
    let percent =
        move |tokens: u32| format!("{}%", f64::from(tokens) / f64::from(total.max(1)) * 100.0);
    let left = move || percent(token_window.get().start);
    let span = move || percent(token_window.get().len());
    view! {
        <div class="slider" node_ref=track on:pointerdown=grab on:pointermove=drag
            on:pointerup=move |_| held.set(None) on:pointercancel=move |_| held.set(None)>
            <div class="slider-thumbnail" aria-hidden="true" inner_html=thumbnail></div>
            <div class="slider-window" style:left=left style:width=span>
                <Handle name="start" label="First token of the window" token_window/>
                <Handle name="end" label="Last token of the window" token_window/>
            </div>
        </div>
    }
}

/// One end of the window. Arrow keys move it by a token, Page keys by ten, Home and End as far as it goes;
/// with Shift the whole window moves.
#[component]
fn Handle(
    name: &'static str,
    label: &'static str,
    token_window: RwSignal<TokenWindow>,
) -> impl IntoView {
    let is_start = name == "start";
    let value = move || {
        let window = token_window.get();
        if is_start {
            window.start + 1
        } else {
            window.end
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -1,
            "ArrowRight" | "ArrowUp" => 1,
            "PageDown" => -10,
            "PageUp" => 10,
            "Home" => -i64::from(u32::MAX),
            "End" => i64::from(u32::MAX),
            _ => return,
        };
        event.prevent_default();
        token_window.update(|window| {
            *window = match (event.shift_key(), is_start) {
                (true, _) => window.moved_by(step),
                (false, true) => window.with_start(shift(window.start, step)),
                (false, false) => window.with_end(shift(window.end, step)),
            };
        });
    };
    view! {
        <span class=format!("handle handle-{name}") data-grip=name role="slider" tabindex="0" aria-label=label
            aria-valuemin="1" aria-valuemax=token_window.get_untracked().total.to_string()
            aria-valuenow=crate::markup::text(move || value().to_string()) on:keydown=keys></span>
    }
}
