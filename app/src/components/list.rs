//! The list of sequences.
//!
//! While a run is read, and without JavaScript, it shows the first cards as they come with the summary. Afterwards it is
//! virtual: only the rows near the window exist. All rows have one height (`--row-height` of the style sheet, read from the
//! page), except the one open sequence, whose height is measured; so a position is one multiplication away.
use super::card::{beginning_html, head_html, static_card_html};
use crate::detail::Detail;
use crate::markup::text;
use crate::session::{Phase, Session};
use crate::view::ViewState;
use analysis::Scale;
use api::RunSummary;
use geometry::{Geometry, Rows, step};
use leptos::html::{Div, Ol};
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::HtmlElement;
use worker::protocol::Row;

mod geometry;

/// Rows kept above and below the window.
const OVERSCAN: u32 = 6;
/// Rows that are made for one picture at most. Those around the window are there before the wheel gets to them.
const ROWS_PER_PICTURE: u32 = 3;
/// Rows asked for at once.
const ROWS_PER_REQUEST: u32 = 60;

/// The list: the first cards, or all of them.
#[component]
pub(crate) fn SequenceList(
    #[prop(into)] summary: Signal<Arc<RunSummary>>,
    session: Session,
    view_state: RwSignal<ViewState>,
    /// The session reads the run of this list.
    #[prop(into)]
    live: Signal<bool>,
) -> impl IntoView {
    let ready = Memo::new(move |_| {
        live.get()
            && matches!(session.phase.get(), Phase::Ready { .. })
            && session.selected.with(|selected| selected.query > 0)
    });
    view! {
        <Show when=move || ready.get() fallback=move || view! { <FirstCards summary/> }>
            <VirtualList session view_state/>
        </Show>
    }
}

/// The cards of the summary, in the order of the file.
#[component]
fn FirstCards(summary: Signal<Arc<RunSummary>>) -> impl IntoView {
    let cards = Memo::new(move |_| {
        summary.with(|run| {
            let cards = run.cards.iter().map(static_card_html);
            cards
                .map(|card| format!("<li class=\"row\">{card}</li>"))
                .collect::<String>()
        })
    });
    let cards = text(move || cards.get());
    let more = move || {
        let more = summary.with(|run| run.totals.sequences.saturating_sub(run.cards.len() as u64));
        (more > 0).then(|| format!("and {} more", format::count(more)))
    };
    view! {
        <ol class="cards" aria-label="Sequences" inner_html=cards></ol>
        <p class="cards-more">{more}</p>
    }
}

#[component]
fn VirtualList(session: Session, view_state: RwSignal<ViewState>) -> impl IntoView {
    let list = NodeRef::<Ol>::new();
    let probe = NodeRef::<Div>::new();
    let row_height = RwSignal::new(0.0_f64);
    let open_height = RwSignal::new(0.0_f64);
    let scrolled = RwSignal::new((0.0_f64, 0.0_f64));

    let geometry = Memo::new(move |_| {
        let (count, located) = session
            .selected
            .with(|selected| (selected.count, selected.located));
        let open = view_state.with(|view| view.sequence).and(located);
        Geometry {
            row: row_height.get(),
            count,
            open: open.map(|position| (position, open_height.get())),
        }
    });
    let window_rows = Memo::new(move |_| {
        let (top, height) = scrolled.get();
        geometry.get().visible(top, height, 0)
    });
    let visible = Memo::new(move |_| {
        let (top, height) = scrolled.get();
        geometry.get().visible(top, height, OVERSCAN)
    });
    let shown = rows_by_and_by(window_rows, visible, session);

    // The height of a row changes with the window and the size of the letters, not while one scrolls.
    let measure_row = move || {
        if let Some(probe) = probe.get_untracked() {
            row_height.set(f64::from(probe.offset_height()));
        }
    };
    // Where the window stands relative to the list. Read once per frame at most: scroll events come more often.
    let measure = move || {
        if row_height.get_untracked() == 0.0 {
            measure_row();
        }
        if let Some(list) = list.get_untracked() {
            let height = window()
                .inner_height()
                .ok()
                .and_then(|height| height.as_f64())
                .unwrap_or(0.0);
            scrolled.set((-list.get_bounding_client_rect().top(), height));
        }
    };
    Effect::new(move |_| {
        measure();
        let waiting = StoredValue::new(false);
        let later = move || {
            if !waiting.get_value() {
                waiting.set_value(true);
                request_animation_frame(move || {
                    // The list may be gone by the time of the next frame.
                    if waiting.try_set_value(false).is_none() {
                        measure();
                    }
                });
            }
        };
        let handles = [
            window_event_listener_untyped("scroll", move |_| later()),
            window_event_listener_untyped("resize", move |_| {
                measure_row();
                later();
            }),
        ];
        on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    });

    // Ask for the rows that are missing, in blocks, so that a small scroll asks for nothing.
    Effect::new(move |_| {
        let query = session.selected.with(|selected| selected.query);
        let (first, end) = visible.get();
        let held = session.rows.get();
        let held_end = held.first + u32::try_from(held.rows.len()).unwrap_or(0);
        if end > first && (held.query != query || first < held.first || end > held_end) {
            session.ask_rows(
                first.saturating_sub(ROWS_PER_REQUEST / 4),
                ROWS_PER_REQUEST.max(end - first + ROWS_PER_REQUEST / 2),
            );
        }
    });

    // A link opens with its sequence in view.
    let arrived = StoredValue::new(false);
    Effect::new(move |_| {
        let shape = geometry.get();
        if arrived.get_value() || shape.row == 0.0 {
            return;
        }
        arrived.set_value(true);
        let Some((position, _)) = shape.open else {
            return;
        };
        // Before the list has its height there is nothing to scroll to.
        crate::browser::after_paint(move || {
            let list = list.try_get_untracked().flatten().filter(|_| position > 0);
            if let Some(list) = list {
                let top =
                    list.get_bounding_client_rect().top() + window().scroll_y().unwrap_or(0.0);
                let header = 72.0;
                window().scroll_to_with_x_and_y(0.0, top + shape.top_of(position) - header);
            }
            // The text is there already when one comes back from a panel.
            super::keys::show(".whole .pin");
        });
    });

    let positions = move || {
        let (first, end) = shown.get();
        let open = geometry
            .get()
            .open
            .map(|(position, _)| position)
            .filter(|position| !(first..end).contains(position));
        (first..end).chain(open).collect::<Vec<_>>()
    };
    let busy = text(move || {
        let (shown, window) = (shown.get(), window_rows.get());
        (shown.0 > window.0 || shown.1 < window.1).to_string()
    });
    let nothing = move || {
        let none = session.selected.with(|selected| selected.count == 0);
        let filtered = view_state.with(|view| !view.filter.is_empty());
        none.then_some(if filtered {
            "No sequence matches. Clear the filter to see all of them."
        } else {
            "There is no sequence in this file. The import report above says why."
        })
    };
    view! {
        <div class="row-probe" node_ref=probe aria-hidden="true"></div>
        <ol class="cards virtual" node_ref=list aria-label="Sequences" aria-busy=busy style:height=move || format!("{}px", geometry.get().total())>
            <For each=positions key=|position| *position let(position)>
                <VirtualRow position session view_state geometry open_height/>
            </For>
        </ol>
        <p class="empty" role="status">{nothing}</p>
    }
}

/// The rows that there are. A picture in which many are made comes late: after a jump a few are made in each picture, and what
/// is not there yet shows as the ground of the list. The first time all of the window comes at once, in the place of the same
/// cards.
fn rows_by_and_by(window: Memo<Rows>, visible: Memo<Rows>, session: Session) -> RwSignal<Rows> {
    let shown = RwSignal::new((0, 0));
    let begun = StoredValue::new(false);
    // Some were made for this picture: scrolling and answers of the worker make no more before the next one.
    let made = StoredValue::new(false);
    let next_picture = RwSignal::new(());
    Effect::new(move |_| {
        next_picture.track();
        let held = session
            .rows
            .with(|held| (held.first, held.first + held.rows.len() as u32));
        let (window, visible) = (window.get(), visible.get());
        let wanted = (
            visible.0.max(held.0).min(held.1),
            visible.1.min(held.1).max(held.0),
        );
        let before = shown.get_untracked();
        let budget = match (begun.get_value(), made.get_value()) {
            (false, _) => window.1.saturating_sub(window.0).max(1),
            (true, false) => ROWS_PER_PICTURE,
            (true, true) => 0,
        };
        let rows = step(before, window, wanted, budget);
        begun.update_value(|begun| *begun |= rows.0 < rows.1);
        if rows != before {
            shown.set(rows);
        }
        let more = rows != wanted && wanted.0 < wanted.1;
        if (more || rows != before) && !made.get_value() {
            made.set_value(true);
            request_animation_frame(move || {
                // The list may be gone by the time of the next picture.
                if made.try_set_value(false).is_none() {
                    let _ = next_picture.try_set(());
                }
            });
        }
    });
    shown
}

#[component]
fn VirtualRow(
    position: u32,
    session: Session,
    view_state: RwSignal<ViewState>,
    geometry: Memo<Geometry>,
    open_height: RwSignal<f64>,
) -> impl IntoView {
    let row = Memo::new(move |_| {
        session.rows.with(|held| {
            let index = position.checked_sub(held.first)? as usize;
            held.rows.get(index).cloned()
        })
    });
    let top = move || format!("translateY({}px)", geometry.get().top_of(position));
    let count = text(move || session.selected.with(|selected| selected.count).to_string());
    // A card stays while its values change: an open one would lose what one does in it.
    let sequence = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.card.sequence)));
    let content = move || match sequence.get() {
        // Only the open one, when it is far away.
        None => ().into_any(),
        Some(sequence) => {
            view! { <RowCard row sequence position session view_state open_height/> }.into_any()
        }
    };
    view! {
        <li class="row" style:transform=top aria-setsize=count aria-posinset=(position + 1).to_string()>{content}</li>
    }
}

#[component]
fn RowCard(
    row: Memo<Option<Arc<Row>>>,
    sequence: u32,
    position: u32,
    session: Session,
    view_state: RwSignal<ViewState>,
    open_height: RwSignal<f64>,
) -> impl IntoView {
    let number = sequence + 1;
    let is_open = Memo::new(move |_| view_state.with(|view| view.sequence == Some(sequence)));
    let toggle = move |_| {
        // The worker will say the same; said here, the rows below move in the same frame.
        session
            .selected
            .update(|selected| selected.located = Some(position));
        view_state.update(|view| {
            view.token = None;
            view.sequence = (view.sequence != Some(sequence)).then_some(sequence);
        });
    };
    // Values of another lens keep their colours until those of this one are there.
    let scale = Memo::new(move |before: Option<&Scale>| {
        let scale = view_state.with(|view| view.scale);
        let fits = row.with(|row| row.as_ref().is_none_or(|row| row.fits(scale.lens)));
        if fits {
            scale
        } else {
            before.copied().unwrap_or_default()
        }
    });
    let of_row = move |html: &dyn Fn(&Row) -> String| {
        row.with(|row| row.as_ref().map_or_else(String::new, |row| html(row)))
    };
    let head = text(move || of_row(&|row| head_html(&row.card, row.copies)));
    let article = NodeRef::<leptos::html::Article>::new();
    follow_height(article, is_open, open_height);
    view! {
        <article class="card" class:card-open=is_open node_ref=article aria-label=format!("Sequence {number}")>
            <button type="button" class="card-toggle" aria-expanded=text(move || is_open.get().to_string()) on:click=toggle>
                <span class="card-number">{number}</span>
                <span class="visually-hidden">{move || if is_open.get() { "Close sequence" } else { "Open sequence" }}</span>
            </button>
            <div class="card-head" inner_html=head></div>
            {move || if is_open.get() {
                view! { <Detail sequence session view_state/> }.into_any()
            } else {
                let beginning = text(move || {
                    let scale = scale.get();
                    of_row(&|row| beginning_html(&row.card, &row.marks(scale), &row.hits))
                });
                view! { <div class="card-beginning" inner_html=beginning></div> }.into_any()
            }}
        </article>
    }
}

/// Keeps `open_height` at the height of the open card.
fn follow_height(
    article: NodeRef<leptos::html::Article>,
    is_open: Memo<bool>,
    open_height: RwSignal<f64>,
) {
    Effect::new(move |_| {
        let Some(article) = article.get().filter(|_| is_open.get()) else {
            return;
        };
        let element: HtmlElement = article.unchecked_into();
        let measured = element.clone();
        let on_resize = Closure::<dyn FnMut()>::new(move || {
            let _ = open_height.try_set(f64::from(measured.offset_height()));
        });
        let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else {
            return;
        };
        observer.observe(&element);
        let held = send_wrapper::SendWrapper::new((observer, on_resize));
        on_cleanup(move || held.0.disconnect());
    });
}
