//! The view Groups: the figures of the API, a row for each group.
use crate::{Address, PAGE, filters};
use markup::{Inert, Text, push};
use metrics::format::{count, sig3, sig3_or_dash};
use serde_json::Value;
use std::collections::BTreeSet;
use storage::{Aggregate, Cost, Figures};

/// By what one groups with one click.
const USUAL: [(&str, &str); 9] = [
    ("model", "Model"),
    ("day", "Day"),
    ("day,model", "Day and model"),
    ("tag", "Tag"),
    ("user", "User"),
    ("session", "Session"),
    ("type", "Kind"),
    ("finishReason", "Finish"),
    ("parameters.temperature", "Temperature"),
];

/// What records are grouped by: the model, unless the address says something else.
pub(crate) fn chosen(address: &Address) -> &str {
    address.get("group_by").unwrap_or("model")
}

/// The choice of groups, and the table.
pub(crate) fn html(address: &Address, aggregate: &Aggregate) -> String {
    let now = chosen(address);
    let mut html = String::from("<nav class=\"choices\" aria-label=\"Group by\">");
    for (names, label) in USUAL {
        let current = if names == now {
            " aria-current=\"true\""
        } else {
            ""
        };
        push!(
            html,
            "<a href=\"{}\"{current}>{label}</a>",
            Text(address.with("group_by", names))
        );
    }
    push!(html, "<form method=\"get\" action=\"{PAGE}\">");
    filters::hidden(&mut html, address, |name| name != "group_by");
    push!(
        html,
        "<label>or fields <input name=\"group_by\" value=\"{}\"></label><button>Group</button></form></nav>",
        Text(now)
    );
    let names: Vec<&str> = now.split(',').map(str::trim).collect();
    let scores: BTreeSet<&str> = aggregate
        .groups
        .iter()
        .flat_map(|one| one.scores.keys().map(String::as_str))
        .collect();
    html.push_str("<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Groups\"><table class=\"records groups\"><thead><tr>");
    for name in &names {
        push!(html, "<th scope=\"col\">{}</th>", Inert(name));
    }
    for head in HEADS {
        push!(html, "<th scope=\"col\" class=\"number\">{head}</th>");
    }
    for score in &scores {
        push!(
            html,
            "<th scope=\"col\" class=\"number\" dir=\"auto\">{}</th>",
            Inert(score)
        );
    }
    html.push_str("</tr></thead><tbody>");
    for figures in &aggregate.groups {
        html.push_str("<tr>");
        for name in &names {
            let value = figures.group.get(*name).unwrap_or(&Value::Null);
            push!(
                html,
                "<th scope=\"row\"><span dir=\"auto\">{}</span></th>",
                value_html(address, name, value)
            );
        }
        for (head, cell) in HEADS.iter().zip(cells(figures)) {
            push!(
                html,
                "<td class=\"number\" data-name=\"{head}\">{cell}</td>"
            );
        }
        for score in &scores {
            let value = figures.scores.get(*score).copied();
            push!(
                html,
                "<td class=\"number\" data-name=\"{}\">{}</td>",
                Text(score),
                sig3_or_dash(value)
            );
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
    html.push_str(NOTE);
    html
}

const NOTE: &str = "<p class=\"quiet-text\">Perplexity and probability are unweighted means over records; percentiles are by nearest rank. \
    Costs are those that records state, else computed from the price table: each says of how many records.</p>";

const HEADS: [&str; 14] = [
    "Records",
    "Prompt tokens",
    "Output tokens",
    "All tokens",
    "Cost",
    "Latency p50, ms",
    "p95",
    "p99",
    "First token p50, ms",
    "Tokens/s",
    "Perplexity",
    "Probability",
    "Rating",
    "Thumbs",
];

fn cells(figures: &Figures) -> [String; 14] {
    let rating = match figures.rated {
        0 => "—".to_owned(),
        rated => format!(
            "{} <small>of {}</small>",
            sig3_or_dash(figures.rating),
            count(rated)
        ),
    };
    let [up, down] = figures.thumbs;
    [
        count(figures.count),
        count(figures.tokens.prompt),
        count(figures.tokens.completion),
        count(figures.tokens.total),
        cost(figures),
        sig3_or_dash(figures.latency.p50),
        sig3_or_dash(figures.latency.p95),
        sig3_or_dash(figures.latency.p99),
        sig3_or_dash(figures.time_to_first_token.p50),
        sig3_or_dash(figures.tokens_per_second),
        sig3_or_dash(figures.perplexity),
        sig3_or_dash(figures.mean_prob),
        rating,
        match (up, down) {
            (0, 0) => "—".to_owned(),
            _ => format!("{} up, {} down", count(up), count(down)),
        },
    ]
}

/// Sums by currency, and where they come from.
fn cost(figures: &Figures) -> String {
    let mut html: Vec<String> = Vec::new();
    for (
        currency,
        Cost {
            amount,
            from_records,
            from_prices,
        },
    ) in &figures.cost
    {
        let from = match (from_records, from_prices) {
            (stated, 0) => format!("stated by {}", count(*stated)),
            (0, computed) => format!("from prices for {}", count(*computed)),
            (stated, computed) => format!(
                "stated by {}, from prices for {}",
                count(*stated),
                count(*computed)
            ),
        };
        html.push(format!(
            "<div>{} {} <small>{from}</small></div>",
            sig3(*amount),
            Text(currency)
        ));
    }
    match figures.without_cost {
        unknown if html.is_empty() || unknown == 0 => {}
        unknown => html.push(format!("<small>unknown for {}</small>", count(unknown))),
    }
    match html.is_empty() {
        true => "—".to_owned(),
        false => html.concat(),
    }
}

/// The value of a group: where there is a condition for it, a link to its records.
fn value_html(address: &Address, name: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => return "<span class=\"none\">none</span>".to_owned(),
        Value::String(text) if text.is_empty() => {
            return "<span class=\"none\">empty</span>".to_owned();
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let parameter = match name {
        "model" | "model.id" => "model.id",
        "user" | "metadata.userId" => "metadata.userId",
        "session" | "metadata.sessionId" => "metadata.sessionId",
        "type" | "output.type" => "output.type",
        "tag" | "metadata.tags" => "tags",
        "finishReason" => "finishReason",
        "source.run" => "run",
        "day" => "from",
        _ => return Inert(crate::short(&text, 80)).to_string(),
    };
    let mut to = address
        .without("view")
        .without("group_by")
        .with(parameter, &text);
    if name == "day" {
        let end = generations::record::milliseconds(&format!("{text}T00:00:00Z")).unwrap_or(0)
            + 86_400_000;
        to = to.with("to", &end.to_string());
    }
    format!(
        "<a href=\"{}\">{}</a>",
        Text(to),
        Inert(crate::short(&text, 80))
    )
}
