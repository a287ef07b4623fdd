//! Which records: facets with counts, a form for ranges and names, and what is on.
use crate::address::label;
use crate::column::{self, OFFERS};
use crate::{Address, PAGE};
use markup::{Inert, Text, push};
use metrics::format;
use storage::Facet;

/// Fields that have a facet: the field, the parameter of the address, the heading.
pub const FACETS: [(&str, &str, &str); 6] = [
    ("model.id", "model.id", "Model"),
    ("output.type", "output.type", "Kind of output"),
    ("finishReason", "finishReason", "Finish"),
    ("feedback.state", "rated", "Judged"),
    ("metadata.tags", "tags", "Tags"),
    ("metadata.userId", "metadata.userId", "User"),
];

/// What people see of the words of `feedback.state`.
fn state(value: &str) -> &str {
    match value {
        "up" => "thumb up",
        "down" => "thumb down",
        "rated" => "rating only",
        "none" => "not judged",
        other => other,
    }
}

/// Everything beside the list.
pub(crate) fn aside(address: &Address, facets: &[Facet]) -> String {
    let mut html = String::from("<aside class=\"facets\" id=\"filters\" aria-label=\"Filters\">");
    for facet in facets {
        let known = FACETS.iter().find(|(field, ..)| *field == facet.name);
        if let Some((_, parameter, heading)) = known {
            html.push_str(&facet_html(address, facet, parameter, heading));
        }
    }
    html.push_str(&form(address));
    html.push_str(&columns(address));
    html.push_str("</aside>");
    html
}

/// The values of a field with counts. A link chooses a value, the link of the chosen one lets it go.
fn facet_html(address: &Address, facet: &Facet, parameter: &str, heading: &str) -> String {
    let named: Vec<(&str, u64)> = facet
        .values
        .iter()
        .filter_map(|(value, count)| {
            Some((
                Some(value.as_str()).filter(|value| !value.is_empty())?,
                *count,
            ))
        })
        .collect();
    let on: Vec<&str> = address
        .all(parameter)
        .flat_map(|value| list_of(parameter, value))
        .collect();
    if named.is_empty() && on.is_empty() {
        return String::new();
    }
    let mut html = format!("<section><h2>{heading}</h2><ul>");
    // What is chosen is there, even where nothing has it.
    let gone = on
        .iter()
        .filter(|on| named.iter().all(|(value, _)| value != *on));
    let gone: Vec<(&str, u64)> = gone.map(|on| (*on, 0)).collect();
    for &(value, count) in gone.iter().chain(&named) {
        let chosen = on.contains(&value);
        let href = toggled(address, parameter, value, &on);
        let shown = if parameter == "rated" {
            state(value)
        } else {
            value
        };
        push!(
            html,
            "<li><a href=\"{}\"{}><span class=\"value\" dir=\"auto\">{}</span> <span class=\"count\">{}</span></a></li>",
            Text(href),
            if chosen { " aria-current=\"true\"" } else { "" },
            Inert(crate::short(shown, 60)),
            format::count(count)
        );
    }
    html.push_str("</ul>");
    if facet.more {
        push!(
            html,
            "<p class=\"quiet-text\">and others: name one below, or in the address as <code>{parameter}=…</code></p>"
        );
    }
    html.push_str("</section>");
    html
}

/// Several tags are written with commas; of all others there is one.
fn list_of<'a>(parameter: &str, value: &'a str) -> Vec<&'a str> {
    match parameter {
        "tags" => value
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .collect(),
        _ => vec![value],
    }
}

fn toggled(address: &Address, parameter: &str, value: &str, on: &[&str]) -> Address {
    let chosen = on.contains(&value);
    if parameter != "tags" {
        return if chosen {
            address.without(parameter)
        } else {
            address.with(parameter, value)
        };
    }
    let mut tags: Vec<&str> = on.iter().copied().filter(|tag| *tag != value).collect();
    if !chosen {
        tags.push(value);
    }
    match tags.is_empty() {
        true => address.without("tags"),
        false => address.with("tags", &tags.join(",")),
    }
}

/// Fields of the form: parameter, label, type.
const FIELDS: [(&str, &str, &str); 17] = [
    ("from", "From day (UTC)", "date"),
    ("to", "Before day (UTC)", "date"),
    ("metadata.userId", "User", "text"),
    ("metadata.sessionId", "Session", "text"),
    ("probability_min", "Probability from", "number"),
    ("probability_max", "Probability to", "number"),
    ("perplexity_min", "Perplexity from", "number"),
    ("perplexity_max", "Perplexity to", "number"),
    ("tokens_min", "Tokens from", "number"),
    ("tokens_max", "Tokens to", "number"),
    ("latency_min", "Latency from, ms", "number"),
    ("latency_max", "Latency to, ms", "number"),
    ("cost_min", "Cost from", "number"),
    ("cost_max", "Cost to", "number"),
    ("rating_min", "Rating from", "number"),
    ("rating_max", "Rating to", "number"),
    ("run", "Run", "text"),
];

fn form(address: &Address) -> String {
    let is_field = |name: &str| FIELDS.iter().any(|(known, ..)| *known == name);
    let open = address.pairs().any(|(name, _)| is_field(name));
    let mut html = format!(
        "<details class=\"narrow-by\"{}><summary>Time, ranges, names</summary><form method=\"get\" action=\"{PAGE}\">",
        if open { " open" } else { "" }
    );
    hidden(&mut html, address, |name| !is_field(name));
    for (name, label, kind) in FIELDS {
        let value = address.get(name).unwrap_or_default();
        // A moment is no day: it stays as it was written.
        let is_day =
            value.is_empty() || (value.len() == 10 && value.as_bytes().get(4) == Some(&b'-'));
        let kind = match kind {
            "date" if !is_day => "text",
            "number" => "number\" step=\"any",
            kind => kind,
        };
        push!(
            html,
            "<label>{label}<input name=\"{name}\" type=\"{kind}\" value=\"{}\"></label>",
            Text(value)
        );
    }
    html.push_str("<button class=\"primary\">Apply</button></form></details>");
    html
}

/// Which columns the table has, and exports of what is shown.
fn columns(address: &Address) -> String {
    let chosen = column::chosen(address);
    let mut html = format!(
        "<details class=\"narrow-by\"{}><summary>Columns</summary><form method=\"get\" action=\"{PAGE}\"><fieldset><legend class=\"visually-hidden\">Columns</legend>",
        if address.get("column").is_some() {
            " open"
        } else {
            ""
        }
    );
    hidden(&mut html, address, |name| name != "column");
    let others = chosen
        .iter()
        .filter(|name| OFFERS.iter().all(|offer| offer.field != name.as_str()));
    let all = OFFERS
        .iter()
        .map(|offer| offer.field)
        .chain(others.map(String::as_str));
    for field in all {
        let checked = if chosen.iter().any(|name| name == field) {
            " checked"
        } else {
            ""
        };
        push!(
            html,
            "<label class=\"check\"><input type=\"checkbox\" name=\"column\" value=\"{0}\"{checked}>{1}</label>",
            Text(field),
            Inert(column::head(field))
        );
    }
    html.push_str(
        "</fieldset><label>Any other field<input name=\"column\" placeholder=\"metadata.team\"></label>\
         <button>Show these</button></form></details>",
    );
    html
}

/// The rest of the address, for a form that sends only its own fields.
pub(crate) fn hidden(html: &mut String, address: &Address, keep: impl Fn(&str) -> bool) {
    for (name, value) in address.without("").pairs().filter(|(name, _)| keep(name)) {
        push!(
            html,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            Text(name),
            Text(value)
        );
    }
}

/// The conditions that are on, each with a link without it.
pub(crate) fn chips(address: &Address) -> String {
    let on: Vec<(&str, &str, &str)> = address
        .pairs()
        .filter_map(|(name, value)| Some((name, label(name)?, value)))
        .collect();
    if on.is_empty() {
        return String::new();
    }
    let mut html = String::from("<ul class=\"on\" aria-label=\"What is filtered\">");
    for (name, label, value) in on {
        let shown = if name == "rated" { state(value) } else { value };
        push!(
            html,
            "<li><span dir=\"auto\">{label} <b>{}</b></span><a href=\"{}\" aria-label=\"Without {label}\">×</a></li>",
            Inert(crate::short(shown, 60)),
            Text(address.without(name))
        );
    }
    push!(
        html,
        "<li><a href=\"{}\">Clear</a></li></ul>",
        Text(address.unconditional())
    );
    html
}
