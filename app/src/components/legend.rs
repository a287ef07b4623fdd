//! What the colours mean, how many tokens have each, and where they begin: the legend is the control.
use super::filter_bar::menu;
use super::palette::PaletteMenu;
use crate::markup::{push, text};
use crate::session::Session;
use crate::view::{ViewState, band_name};
use analysis::{Histogram, InBand, Quantity, Scale};
use api::Totals;
use leptos::ev;
use leptos::prelude::*;
use metrics::{Band, format};
use web_sys::HtmlInputElement;

/// Quantity, palette, the histogram with its two thresholds, and the bands with their counts.
#[component]
pub(crate) fn Legend(
    totals: Signal<Totals>,
    session: Session,
    view_state: RwSignal<ViewState>,
    /// The file was read: from then on the thresholds can be moved.
    ready: Memo<bool>,
) -> impl IntoView {
    let scale = Memo::new(move |_| view_state.with(|view| view.scale));
    let quantity = Memo::new(move |_| scale.get().quantity);
    // One histogram per quantity has the counts of all thresholds.
    Effect::new(move |_| {
        if ready.get() {
            session.ask_histogram(quantity.get());
        }
    });
    let histogram = Memo::new(move |_| {
        let counted = session.histogram.get();
        (counted.0 == quantity.get()).then_some(counted.1)
    });
    let band =
        Memo::new(move |_| view_state.with(|view| view.filter.band.map(|in_band| in_band.band)));
    let bars = text(move || bars_html(histogram.get().as_deref(), scale.get()));
    let bands = text(move || {
        totals
            .with(|totals| legend_html(totals, scale.get(), histogram.get().as_deref(), band.get()))
    });
    let named = text(move || format!("Colours: {} of a token", quantity.get().name()));
    let usual = Memo::new(move |_| {
        let scale = scale.get();
        scale == Scale::of(scale.quantity)
    });
    let choose = move |event: ev::Event| {
        let value = event_target_value(&event);
        let chosen = Quantity::ALL.into_iter().find(|one| one.name() == value);
        view_state.update(|view| view.set_scale(Scale::of(chosen.unwrap_or_default())));
    };
    let none = Signal::derive(|| false);
    let waiting = Signal::derive(move || !ready.get());
    let reset = move |_| view_state.update(|view| view.set_scale(Scale::of(view.scale.quantity)));
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
        let mut html = String::new();
        for one in Quantity::ALL {
            let selected = if one == quantity.get() {
                " selected"
            } else {
                ""
            };
            push!(html, "<option{selected}>{}</option>", one.name());
        }
        html
    });
    view! {
        <div class="legend-bar">
            <div class="legend-tools scripted">
                <div on:input=choose>{menu("Colour by", "colour", none, waiting, quantities)}</div>
                <PaletteMenu/>
                <button type="button" class="quiet" class:hidden=usual on:click=reset>"Reset the thresholds"</button>
            </div>
            <div class="histogram scripted">
                <div class="histogram-bars" aria-hidden="true" inner_html=bars></div>
                <Threshold which=0 name="First threshold" scale view_state/>
                <Threshold which=1 name="Second threshold" scale view_state/>
            </div>
            <ul class="legend" aria-label=named inner_html=bands on:click=filter></ul>
        </div>
    }
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
    let most = text(move || scale.get().quantity.steps().to_string());
    let value = text(move || cut().to_string());
    let spoken = text(move || {
        let scale = scale.get();
        let limit = scale.limits().get(which).copied().unwrap_or_default();
        amount(scale.quantity, limit)
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

fn amount(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::Probability => format::sig3(value),
        Quantity::Surprisal => format!("{} bits", format::sig3(value)),
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

/// Where a band begins or ends.
fn limits_text(scale: Scale, band: Band) -> String {
    let [first, second] = scale.limits().map(|limit| amount(scale.quantity, limit));
    match (band, scale.quantity.is_doubt()) {
        (Band::Low, false) | (Band::High, true) => format!("up to {first}"),
        (Band::Middle, _) => format!("up to {second}"),
        (Band::High, false) => "above".to_owned(),
        (Band::Low, true) => format!("above {second}"),
    }
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
            "<li><button type=\"button\" class=\"swatch {class}\" data-band=\"{code}\" aria-pressed=\"{}\" title=\"List the sequences with such a token\">{}</button> {} · <span class=\"legend-count\">{count}</span></li>",
            chosen == Some(code),
            band_name(code),
            limits_text(scale, band)
        );
    }
    for (class, name, limits, count) in [
        (
            "bc",
            "below the floor",
            "less than the server reports",
            totals.censored_tokens,
        ),
        ("bm", "no value", "not in the file", totals.missing_tokens),
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
        let counted = Histogram { steps, censored: 0 };
        let bits = Scale::of(Quantity::Surprisal);
        let html = legend_html(&Totals::default(), bits, Some(&counted), Some(1));
        for part in [
            "low</button> above 1.6 bits · <span class=\"legend-count\">2<",
            "middle</button> up to 1.6 bits · <span class=\"legend-count\">3<",
            "high</button> up to 0.6 bits · <span class=\"legend-count\">5<",
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
