//! The charts, of made-up values.
use crate::markup::push;
use charts::{Axis, Bar, BarWindow, ChartError, ChartTheme, Size};
use metrics::{Band, num};

/// Markers instead of colours, which `style/chart.css` replaces.
fn theme() -> ChartTheme {
    ChartTheme {
        ink: 1,
        line: 2,
        bands: [3, 4, 5],
        font: "sans-serif".to_owned(),
    }
}

/// Probabilities of so many tokens, some without a value.
fn values(count: u32) -> Vec<Option<f64>> {
    let value = |nth: u32| (nth % 13 != 12).then(|| num::exp(-f64::from(nth * 7 % 11) / 3.0));
    (0..count).map(value).collect()
}

pub(super) fn html() -> String {
    let mut html = "<h2>Charts</h2><div class=\"charts\">".to_owned();
    let size = Size {
        width: 560,
        height: 180,
    };
    for (title, count) in [
        ("A few tokens", 18),
        ("Two hundred tokens", 200),
        ("None", 0),
    ] {
        let bars = values(count).into_iter().map(|probability| Bar {
            probability,
            band: probability.map(|probability| Band::of(probability) as u8),
        });
        let window = BarWindow {
            first: 0,
            bars: bars.collect(),
            limits: [metrics::band::LOW, metrics::band::MIDDLE],
        };
        figure(
            &mut html,
            title,
            charts::probability_bars(&window, &theme(), size),
        );
    }
    let low = Size { height: 44, ..size };
    let long = values(400);
    let band = |at: usize| long.get(at).copied().flatten().map(Band::of);
    let band = |at: usize| band(at).map(|band| band as u8);
    let thumbnail = charts::minimap(&long, &band, &theme(), low);
    figure(&mut html, "A whole text as a thumbnail", thumbnail);
    let axis = Axis::up_to(90.0, vec![(0, "1 May".into()), (6, "7 May".into())], 7);
    let amount = |series: u32, slot: u32| f64::from((slot + 1) * (series + 2) % 9 * 5);
    let colours = [0x11, 0x12, 0x13];
    let stacks: Vec<Vec<f64>> = (0..7)
        .map(|slot| (0..3).map(|series| amount(series, slot)).collect())
        .collect();
    figure(
        &mut html,
        "Amounts over days",
        charts::stacked(&stacks, &axis, &colours, &theme(), size),
    );
    let value = |series: u32, slot: u32| (slot != 3).then(|| amount(series, slot));
    let series: Vec<Vec<Option<f64>>> = (0..2)
        .map(|series| (0..7).map(|slot| value(series, slot)).collect())
        .collect();
    figure(
        &mut html,
        "Values over days, one of them unknown",
        charts::lines(&series, &axis, &colours, &theme(), size),
    );
    html + "</div>"
}

fn figure(html: &mut String, title: &str, drawn: Result<String, ChartError>) {
    // What cannot be drawn says so, as it does in a page.
    let drawn = drawn.unwrap_or_else(|error| format!("<p class=\"quiet-text\">{error}</p>"));
    push!(
        html,
        "<figure class=\"chart\"><figcaption>{title}</figcaption><div class=\"plot\" role=\"img\" aria-label=\"{title}\" tabindex=\"0\">{drawn}</div></figure>"
    );
}
