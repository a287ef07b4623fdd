//! What the colours mean, how many tokens have each, and where they begin: the legend is the control.
use super::filter_bar::menu;
use super::palette::PaletteMenu;
use crate::markup::{push, text};
use crate::session::Session;
use crate::view::{ViewState, with_part};
use analysis::{Histogram, InBand, Quantity, Scale, Unit};
use api::Totals;
use leptos::ev;
use leptos::prelude::*;
use metrics::{Band, format};
use web_sys::HtmlInputElement;

/// Quantity, footing, unit and palette, the histogram with its two thresholds, and the bands with their counts.
#[component]
pub(crate) fn Legend(
    totals: Signal<Totals>,
    session: Session,
    view_state: RwSignal<ViewState>,
    /// The file was read: from then on the thresholds can be moved.
    ready: Memo<bool>,
) -> impl IntoView {
    let scale = Memo::new(move |_| view_state.with(|view| view.scale));
    let lens = Memo::new(move |_| scale.get().lens);
    // One histogram per lens has the counts of all thresholds.
    Effect::new(move |_| {
        if ready.get() {
            session.look(lens.get());
        }
    });
    let spread = Memo::new(move |_| {
        let spread = session.spread.get();
        (spread.lens == lens.get()).then_some(spread)
    });
    let histogram = move || {
        spread
            .get()
            .filter(|spread| !spread.histogram.steps.is_empty())
    };
    let band =
        Memo::new(move |_| view_state.with(|view| view.filter.band.map(|in_band| in_band.band)));
    let bars = text(move || {
        let spread = histogram();
        bars_html(spread.as_ref().map(|spread| &spread.histogram), scale.get())
    });
    let bands = text(move || {
        let spread = histogram();
        let counted = spread.as_ref().map(|spread| &spread.histogram);
        totals.with(|totals| legend_html(totals, scale.get(), counted, band.get()))
    });
    let named = text(move || {
        let lens = lens.get();
        let relative = if lens.relative { ", relative" } else { "" };
        let (name, unit) = (lens.quantity.label(), lens.unit.name());
        format!("Colours: {name} of a {unit}{relative}")
    });
    let note = text(move || {
        spread
            .get()
            .map_or_else(String::new, |spread| spread.note.clone())
    });
    let done = move || spread.get().is_none_or(|spread| spread.open == 0);
    let usual = Memo::new(move |_| scale.get() == Scale::of(lens.get()));
    let choose = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        let chosen = with_part(lens.get_untracked(), &field.name(), &field.value());
        view_state.update(|view| view.set_scale(Scale::of(chosen)));
    };
    let none = Signal::derive(|| false);
    let waiting = Signal::derive(move || !ready.get());
    let reset = move |_| view_state.update(|view| view.set_scale(Scale::of(view.scale.lens)));
    let stop = move |_| view_state.update(|view| view.set_scale(Scale::default()));
    let filter = move |event: ev::MouseEvent| {
        if let Some(chosen) = crate::browser::clicked_number(&event, "data-band") {
            view_state.update(|view| {
                let scale = view.scale;
                let now = view.filter.band.map(|in_band| u32::from(in_band.band));
                view.filter.band = (now != Some(chosen)).then(|| InBand {
                    scale,
                    band: u8::try_from(chosen).unwrap_or_default(),
                });
            });
        }
    };
    let quantities = text(move || {
        let chosen = lens.get().quantity;
        options(&Quantity::ALL.map(|one| (one.name(), one.label(), one == chosen)))
    });
    let units = text(move || {
        let chosen = lens.get().unit;
        options(&Unit::ALL.map(|one| (one.name(), one.name(), one == chosen)))
    });
    let footings = text(move || {
        let relative = lens.get().relative;
        options(&[
            ("0", "absolute", !relative),
            ("1", "relative to this text", relative),
        ])
    });
    view! {
        <div class="legend-bar">
            <div class="legend-tools scripted">
                <div class="legend-tools" on:input=choose>
                    {menu("Colour by", "colour", none, waiting, quantities)}
                    {menu("Unit", "unit", none, waiting, units)}
                    {menu("Scale", "relative", none, waiting, footings)}
                </div>
                <PaletteMenu/>
            </div>
            <div class="cuts scripted">
                <div class="histogram">
                    <div class="histogram-bars" aria-hidden="true" inner_html=bars></div>
                    <Threshold which=0 name="First threshold" scale view_state/>
                    <Threshold which=1 name="Second threshold" scale view_state/>
                </div>
                <Cuts scale view_state/>
                <button type="button" class="quiet" class:hidden=usual on:click=reset>"Reset the thresholds"</button>
            </div>
            <ul class="legend" aria-label=named inner_html=bands on:click=filter></ul>
            <p class="legend-note" role="status">{note}</p>
            <button type="button" class="quiet" class:hidden=done on:click=stop>"Stop"</button>
        </div>
    }
}

/// Options of a menu: value, text, whether it is chosen.
fn options(all: &[(&str, &str, bool)]) -> String {
    let mut html = String::new();
    for (value, text, chosen) in all {
        let selected = if *chosen { " selected" } else { "" };
        push!(html, "<option value=\"{value}\"{selected}>{text}</option>");
    }
    html
}

/// A threshold: drag it, or move it with the arrow keys.
#[component]
fn Threshold(
    which: usize,
    name: &'static str,
    scale: Memo<Scale>,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    let cut = move || scale.get().cuts().get(which).copied().unwrap_or_default();
    let most = text(move || scale.get().lens.steps().to_string());
    let value = text(move || cut().to_string());
    let spoken = text(move || {
        let scale = scale.get();
        let limit = scale.limits().get(which).copied().unwrap_or_default();
        scale.lens.amount(limit)
    });
    let moved = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        if let Ok(steps) = field.value().parse() {
            view_state.update(|view| view.set_scale(view.scale.with_cut(which, steps)));
        }
    };
    view! {
        <input type="range" class="threshold" min="0" max=most step="1" aria-label=name aria-valuetext=spoken prop:max=most prop:value=value value=value.get_untracked() on:input=moved/>
    }
}

/// The same thresholds as numbers that one can type.
#[component]
fn Cuts(scale: Memo<Scale>, view_state: RwSignal<ViewState>) -> impl IntoView {
    // What is wrong with the field that was written last.
    let wrong = RwSignal::new(None::<(usize, String)>);
    let field = move |which: usize, name: &'static str| {
        let value = text(move || scale.get().cut_text(which));
        let is_wrong =
            move || wrong.with(|wrong| wrong.as_ref().is_some_and(|(at, _)| *at == which));
        let typed = move |event: ev::Event| {
            let field: HtmlInputElement = event_target(&event);
            match scale.get_untracked().with_typed_cut(which, &field.value()) {
                Ok(scale) => {
                    wrong.set(None);
                    // A number may be written in more ways than one.
                    field.set_value(&scale.cut_text(which));
                    view_state.update(|view| view.set_scale(scale));
                }
                Err(places) => wrong.set(Some((which, places))),
            }
        };
        view! {
            <input type="text" inputmode="decimal" class="cut" aria-label=name aria-describedby="cut-error" aria-invalid=move || is_wrong().then_some("true")
                prop:value=value value=value.get_untracked() on:change=typed/>
        }
    };
    // Moved by other means, the fields are right again.
    Effect::new(move |_| {
        scale.track();
        wrong.set(None);
    });
    let said = text(move || {
        wrong.with(|wrong| {
            wrong
                .as_ref()
                .map_or_else(String::new, |(_, places)| places.clone())
        })
    });
    view! {
        <div class="cut-fields">
            <span>"Bands meet at"</span>
            {field(0, "First threshold")}
            {field(1, "Second threshold")}
            <p id="cut-error" class="query-error" role="status">{said}</p>
        </div>
    }
}

/// One bar per step; its height is the square root of its share, so that rare values are seen beside frequent ones.
fn bars_html(histogram: Option<&Histogram>, scale: Scale) -> String {
    let mut html = String::new();
    let steps = histogram.map_or(&[][..], |histogram| &histogram.steps);
    let most = steps.iter().copied().max().unwrap_or_default().max(1) as f64;
    for (step, &count) in steps.iter().enumerate() {
        // A cast saturates; whole percents are fine enough.
        let height = ((count as f64 / most).sqrt() * 100.0).ceil() as u32;
        let band = scale.band_of_step(step) as u8;
        push!(
            html,
            "<i class=\"bar-{band}\" style=\"height:{height}%\"></i>"
        );
    }
    html
}

fn legend_html(
    totals: &Totals,
    scale: Scale,
    histogram: Option<&Histogram>,
    chosen: Option<u8>,
) -> String {
    let [low, middle, high] = totals.bands;
    // The low band has the censored tokens in it; they stand apart here.
    let usual = [low.saturating_sub(totals.censored_tokens), middle, high];
    let counts = if scale == Scale::default() {
        Some(usual)
    } else {
        histogram.map(|histogram| histogram.bands(scale))
    };
    let [censored, missing] = match histogram {
        Some(histogram) => [histogram.censored, histogram.missing],
        None => [totals.censored_tokens, totals.missing_tokens],
    };
    let unit = scale.lens.unit.name();
    let mut html = String::new();
    for (class, band, index) in [
        ("b2", Band::Low, 0),
        ("b4", Band::Middle, 1),
        ("b8", Band::High, 2),
    ] {
        let code = band as u8;
        let count = counts.and_then(|counts| counts.get(index).copied());
        let count = count.map_or_else(|| "…".to_owned(), format::count);
        push!(
            html,
            "<li><button type=\"button\" class=\"swatch {class}\" data-band=\"{code}\" aria-pressed=\"{}\" title=\"List the sequences with such a {unit}\">{}</button> {} · <span class=\"legend-count\">{count}</span></li>",
            chosen == Some(code),
            scale.band_name(band),
            scale.limits_text(band)
        );
    }
    for (class, name, limits, count) in [
        (
            "bc",
            "below the floor",
            "less than the server reports",
            censored,
        ),
        ("bm", "no value", "not in the file", missing),
    ] {
        if count > 0 {
            push!(
                html,
                "<li><span class=\"swatch {class}\">{name}</span> {limits} · <span class=\"legend-count\">{}</span></li>",
                format::count(count)
            );
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use analysis::Lens;

    #[test]
    fn special_tokens_are_explained_only_where_there_are_some() {
        let html = |totals: &Totals| legend_html(totals, Scale::default(), None, None);
        let plain = html(&Totals {
            bands: [76, 48, 537],
            ..Totals::default()
        });
        assert!(plain.contains(">76<") && plain.contains(">48<") && plain.contains(">537<"));
        assert!(!plain.contains("floor") && !plain.contains("no value"));
        let special = html(&Totals {
            bands: [76, 48, 537],
            censored_tokens: 6,
            missing_tokens: 1,
            ..Totals::default()
        });
        for part in [">70<", "below the floor", "no value"] {
            assert!(special.contains(part), "{part} in {special}");
        }
    }

    #[test]
    fn counts_and_limits_are_those_of_the_scale() {
        let mut steps = vec![0; 120];
        (steps[0], steps[10], steps[119]) = (5, 3, 2);
        let counted = Histogram {
            steps,
            ..Histogram::default()
        };
        let bits = Scale::of(with_part(Lens::default(), "colour", "surprisal"));
        let html = legend_html(&Totals::default(), bits, Some(&counted), Some(1));
        for part in [
            "surprising</button> above 1.6 bits · <span class=\"legend-count\">2<",
            "in between</button> up to 1.6 bits · <span class=\"legend-count\">3<",
            "expected</button> up to 0.6 bits · <span class=\"legend-count\">5<",
            "data-band=\"1\" aria-pressed=\"true\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        let unknown = legend_html(&Totals::default(), bits, None, None);
        assert_eq!(unknown.matches(">…<").count(), 3);
        let bars = bars_html(Some(&counted), bits);
        assert!(
            bars.starts_with("<i class=\"bar-2\" style=\"height:100%\">"),
            "{bars}"
        );
        assert_eq!(bars.matches("<i").count(), 120);
    }
}
