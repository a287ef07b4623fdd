//! The view Charts: tokens and cost by model, latency and quality, over time. The drawing carries markers instead of colours,
//! which the style sheet replaces; behind each stands its table.
use crate::series::{Days, Stacks, values};
use charts::{Axis, ChartError, ChartTheme, Size, lines, stacked};
use markup::{Inert, Text, push};
use metrics::format::{self, sig3};
use std::collections::BTreeSet;
use storage::{Aggregate, Figures};

const SIZE: Size = Size {
    width: 640,
    height: 230,
};
/// Markers of series, in their order.
const MARKERS: [u32; 6] = [0x11, 0x12, 0x13, 0x14, 0x15, 0x16];

fn theme() -> ChartTheme {
    ChartTheme {
        ink: 1,
        line: 2,
        bands: [3, 4, 5],
        font: "sans-serif".to_owned(),
    }
}

/// The charts, of groups by day and of groups by day and model.
pub(crate) fn html(days: &Aggregate, models: &Aggregate) -> String {
    let Some(time) = Days::of(days) else {
        return "<p class=\"quiet-text\">No record has a time.</p>".to_owned();
    };
    let mut html = String::from("<div class=\"charts\">");
    #[expect(clippy::cast_precision_loss, reason = "for a drawing")]
    let tokens = |figures: &Figures| figures.tokens.total as f64;
    html.push_str(&amounts(&time, models, "Tokens by model", "tokens", tokens));
    let currencies: BTreeSet<&str> = models
        .groups
        .iter()
        .flat_map(|one| one.cost.keys().map(String::as_str))
        .collect();
    for currency in &currencies {
        let cost = |figures: &Figures| figures.cost.get(*currency).map_or(0.0, |cost| cost.amount);
        html.push_str(&amounts(&time, models, "Cost by model", currency, cost));
    }
    if currencies.is_empty() {
        html.push_str(&nothing("Cost by model", "No record says what it cost, and no price is set for its model: <code>PUT /api/prices</code> sets prices."));
    }
    let of = |value: &dyn Fn(&Figures) -> Option<f64>| values(&time, days, value);
    html.push_str(&curves(
        &time,
        "Latency",
        "ms",
        &[
            ("half are faster", of(&|one| one.latency.p50)),
            ("95 of 100 are faster", of(&|one| one.latency.p95)),
        ],
        None,
    ));
    html.push_str(&curves(
        &time,
        "Probability",
        "mean of the records of a day",
        &[("probability", of(&|one| one.mean_prob))],
        Some(1.0),
    ));
    let good = |one: &Figures| {
        let [up, down] = one.thumbs;
        #[expect(clippy::cast_precision_loss, reason = "for a drawing")]
        (up + down > 0).then(|| up as f64 / (up + down) as f64)
    };
    html.push_str(&curves(
        &time,
        "Thumbs up",
        "share of all thumbs",
        &[("thumbs up", of(&good))],
        Some(1.0),
    ));
    html.push_str("</div>");
    html
}

fn amounts(
    time: &Days,
    models: &Aggregate,
    title: &str,
    unit: &str,
    amount: impl Fn(&Figures) -> f64,
) -> String {
    let stacks = Stacks::of(time, models, amount);
    let (at, largest) = stacks.largest();
    if largest <= 0.0 {
        return nothing(title, "No record counts any.");
    }
    let axis = Axis::up_to(largest, time.labels(), time.slots);
    let drawing = stacked(&stacks.slots, &axis, &MARKERS, &theme(), SIZE);
    let said = format!("most on {}: {} {unit}", time.name(at), sig3(largest));
    let rows = stacks
        .slots
        .iter()
        .map(|parts| parts.iter().map(|part| sig3(*part)).collect());
    figure(time, title, unit, &said, drawing, &stacks.names, rows)
}

fn curves(
    time: &Days,
    title: &str,
    unit: &str,
    series: &[(&str, Vec<Option<f64>>)],
    top: Option<f64>,
) -> String {
    let known = series
        .iter()
        .flat_map(|(_, values)| values.iter().flatten());
    let Some(largest) = known.copied().reduce(f64::max) else {
        return nothing(title, "No record has a value.");
    };
    let axis = Axis::up_to(top.unwrap_or(largest), time.labels(), time.slots);
    let lined: Vec<Vec<Option<f64>>> = series.iter().map(|(_, values)| values.clone()).collect();
    let drawing = lines(&lined, &axis, &MARKERS, &theme(), SIZE);
    let last = series.first().and_then(|(name, values)| {
        let (slot, value) = values
            .iter()
            .enumerate()
            .rev()
            .find_map(|(slot, value)| Some((slot, (*value)?)))?;
        Some(format!(
            "{name} last on {}: {}",
            time.name(slot),
            sig3(value)
        ))
    });
    let names: Vec<String> = series.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rows = (0..time.slots).map(|slot| {
        let value = |(_, values): &(&str, Vec<Option<f64>>)| values.get(slot).copied().flatten();
        series
            .iter()
            .map(|one| format::sig3_or_dash(value(one)))
            .collect()
    });
    figure(
        time,
        title,
        unit,
        &last.unwrap_or_default(),
        drawing,
        &names,
        rows,
    )
}

fn nothing(title: &str, why: &str) -> String {
    format!(
        "<figure class=\"chart\"><figcaption><b>{title}</b></figcaption><p class=\"quiet-text\">{why}</p></figure>"
    )
}

/// A drawing with its caption, what its colours mean, and its table.
fn figure(
    time: &Days,
    title: &str,
    unit: &str,
    said: &str,
    drawing: Result<String, ChartError>,
    names: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let each = match time.each {
        1 => String::new(),
        days => format!(", {days} days in each"),
    };
    let mut html = format!(
        "<figure class=\"chart\"><figcaption><b>{title}</b> <span>{}{each}</span></figcaption>",
        Text(unit)
    );
    match drawing {
        Ok(svg) => push!(
            html,
            "<div class=\"plot\" role=\"img\" aria-label=\"{}: {}\">{svg}</div>",
            title,
            Text(said)
        ),
        Err(error) => push!(html, "<p class=\"quiet-text\">{}</p>", Text(error)),
    }
    if names.len() > 1 || names.first().is_some_and(|name| name != title) {
        html.push_str("<ul class=\"key\">");
        for (nth, name) in names.iter().enumerate() {
            push!(
                html,
                "<li class=\"s{nth}\" dir=\"auto\">{}</li>",
                Inert(crate::short(name, 40))
            );
        }
        html.push_str("</ul>");
    }
    html.push_str("<details class=\"bar-table\"><summary>Show as table</summary><div class=\"table-scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Day</th>");
    for name in names {
        push!(
            html,
            "<th scope=\"col\" dir=\"auto\">{}</th>",
            Inert(crate::short(name, 40))
        );
    }
    html.push_str("</tr></thead><tbody>");
    for (slot, row) in rows.enumerate() {
        // Days without anything would hide those with something.
        if row.iter().all(|value| value == "0" || value == "—") {
            continue;
        }
        push!(html, "<tr><th scope=\"row\">{}</th>", time.name(slot));
        for value in row {
            push!(html, "<td class=\"number\">{value}</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div></details></figure>");
    html
}
