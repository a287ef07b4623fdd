//! Bars of token probabilities under a movable window, linked both ways with the text.
//!
//! plotters draws the bars; what one can touch is our own SVG over it. Colours are markers that the style sheet replaces
//! ([`theme`]), so a change of theme redraws nothing. Drawn in the browser only: its size is that of the page.
use super::Focus;
use super::slider::WindowSlider;
use super::table::BarTable;
use super::window::{FEWEST_BARS, TokenWindow};
use crate::browser::clicked_number;
use crate::markup::{self, Text, push};
use ::markup::short;
use charts::{Bar, BarWindow, ChartTheme, Size};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::Element;
use worker::protocol::{Paint, SequenceText};

const HEIGHT: u32 = 180;
/// Width of a bar, CSS pixels, from which on its token is written below it.
const LABEL_FROM: f64 = 13.0;

/// The chart with its window slider and its table.
#[component]
pub(super) fn ProbabilityChart(text: Arc<SequenceText>, focus: Focus) -> impl IntoView {
    let total = u32::try_from(text.probabilities.len()).unwrap_or(u32::MAX);
    let token_window = RwSignal::new(TokenWindow::first(
        total,
        focus.view_state.with_untracked(|view| view.token),
    ));
    let width = RwSignal::new(0_u32);
    let body = NodeRef::<Div>::new();
    follow_width(body, width);
    // A token pinned in the text comes into the window.
    Effect::new(move |_| {
        if let Some(token) = focus.pinned().filter(|token| *token < total) {
            let moved = token_window.get_untracked().showing(token);
            if moved != token_window.get_untracked() {
                token_window.set(moved);
            }
        }
    });
    let caption = move || {
        let window = token_window.get();
        format!(
            "Probability of each token, tokens {} to {} of {}",
            format::count(u64::from(window.start) + 1),
            format::count(window.end.into()),
            format::count(total.into())
        )
    };
    let finding = {
        let text = Arc::clone(&text);
        move || finding(&text, token_window.get())
    };
    let paint = focus.paint();
    let drawn = {
        let text = Arc::clone(&text);
        Memo::new(move |_| {
            paint.with(|paint| drawing(&text, token_window.get(), width.get(), paint))
        })
    };
    let touched = {
        let text = Arc::clone(&text);
        Memo::new(move |_| overlay(&text, token_window.get(), width.get()))
    };
    let (drawing, overlay) = (
        markup::text(move || drawn.get()),
        markup::text(move || touched.get()),
    );
    let focus_mark = move || {
        let window = token_window.get();
        let token = focus
            .token()
            .filter(|token| (window.start..window.end).contains(token))?;
        let (left, bar_width) = bar_range(window, width.get(), token - window.start);
        let area = charts::plot_area(size(width.get()));
        Some(
            view! { <rect class="bar-focus" x=left y=area.top width=bar_width height=area.height/> },
        )
    };
    let view_box =
        markup::text(move || format!("0 0 {} {}", width.get().max(1), HEIGHT + LABEL_HEIGHT));
    view! {
        <figure class="chart">
            <figcaption>{caption}</figcaption>
            <div class="chart-body" node_ref=body>
                <div class="chart-drawing" role="img" aria-label=finding>
                    <div aria-hidden="true" inner_html=drawing></div>
                </div>
                <svg class="chart-overlay" viewBox=view_box aria-hidden="true"
                    on:pointerover=move |event| focus.hover(clicked_number(&event, "data-i"))
                    on:pointerleave=move |_| focus.hover(None)
                    on:click=move |event: ev::MouseEvent| {
                        if let Some(token) = clicked_number(&event, "data-i") {
                            focus.pin(Some(token));
                        }
                    }>
                    {focus_mark}
                    <g inner_html=overlay></g>
                </svg>
            </div>
            {(total > FEWEST_BARS).then(|| view! { <WindowSlider text=Arc::clone(&text) token_window width paint/> })}
            <BarTable text token_window paint/>
        </figure>
    }
}

/// Room for slanted labels, CSS pixels.
const LABEL_HEIGHT: u32 = 64;

fn size(width: u32) -> Size {
    Size {
        width,
        height: HEIGHT,
    }
}

/// Colours that stand for those of the style sheet: `[fill="#000001"]` and so on.
pub(super) fn theme() -> ChartTheme {
    ChartTheme {
        ink: 0x00_0001,
        line: 0x00_0002,
        bands: [0x00_0003, 0x00_0004, 0x00_0005],
        font: "sans-serif".into(),
    }
}

pub(super) fn probability(text: &SequenceText, token: u32) -> Option<f64> {
    text.probabilities
        .get(token as usize)
        .copied()
        .filter(|p| *p >= 0.0)
        .map(f64::from)
}

/// The bars as SVG; empty until the page is measured.
fn drawing(text: &SequenceText, window: TokenWindow, width: u32, paint: &Paint) -> String {
    if width == 0 {
        return String::new();
    }
    let bars = (window.start..window.end).map(|token| Bar {
        probability: probability(text, token),
        band: text.band_of(token, paint).map(|band| band as u8),
    });
    let bars = BarWindow {
        first: window.start as usize,
        bars: bars.collect(),
        limits: paint.scale.limits_as_probability(),
    };
    match charts::probability_bars(&bars, &theme(), size(width)) {
        Ok(svg) => svg,
        // Our own texts: nothing in them to escape.
        Err(error) => format!("<p>{error}</p>"),
    }
}

/// Left edge and width of a bar's column.
fn bar_range(window: TokenWindow, width: u32, index: u32) -> (f64, f64) {
    let slot = charts::slot(
        charts::plot_area(size(width)),
        index as usize,
        window.len() as usize,
    );
    (f64::from(slot.left), f64::from(slot.right - slot.left))
}

/// Hit areas, and slanted labels where there is room.
fn overlay(text: &SequenceText, window: TokenWindow, width: u32) -> String {
    let mut out = String::new();
    if width == 0 {
        return out;
    }
    let area = charts::plot_area(size(width));
    let base = area.top + area.height;
    for (index, token) in (window.start..window.end).enumerate() {
        let (left, column) = bar_range(window, width, u32::try_from(index).unwrap_or(0));
        push!(
            out,
            "<g data-i=\"{token}\"><rect class=\"bar-hit\" x=\"{left:.1}\" y=\"{}\" width=\"{column:.1}\" height=\"{}\"/>",
            area.top,
            area.height + LABEL_HEIGHT
        );
        if column >= LABEL_FROM {
            let (x, y) = (left + column / 2.0, base + 12);
            let label = Text(short(
                text.labels.get(token as usize).map_or("", String::as_str),
                10,
            ));
            push!(
                out,
                "<text class=\"bar-label\" transform=\"translate({x:.1} {y}) rotate(-65)\">{label}</text>"
            );
        }
        out.push_str("</g>");
    }
    out
}

/// The finding in a sentence, for those who cannot see the bars.
fn finding(text: &SequenceText, window: TokenWindow) -> String {
    let lowest = (window.start..window.end)
        .filter_map(|token| probability(text, token).map(|p| (token, p)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let bars = format::counted(window.len().into(), "bar", "bars");
    match lowest {
        Some((token, p)) => {
            let label = short(
                text.labels.get(token as usize).map_or("", String::as_str),
                20,
            );
            format!(
                "{bars}; the lowest is {} at token {}, {label}",
                format::percent(p),
                format::count(u64::from(token) + 1)
            )
        }
        None => format!("{bars}, none with a value"),
    }
}

/// Keeps `width` at the width of the element.
fn follow_width(body: NodeRef<Div>, width: RwSignal<u32>) {
    Effect::new(move |_| {
        let Some(element) = body.get() else { return };
        let element: Element = element.unchecked_into();
        let measured = element.clone();
        let on_resize = Closure::<dyn FnMut()>::new(move || {
            let now = u32::try_from(measured.client_width()).unwrap_or(0);
            if width
                .try_get_untracked()
                .is_some_and(|before| before != now)
            {
                width.set(now);
            }
        });
        let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else {
            return;
        };
        observer.observe(&element);
        let held = send_wrapper::SendWrapper::new((observer, on_resize));
        on_cleanup(move || held.0.disconnect());
    });
}
