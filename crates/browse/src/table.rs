//! The records as a table: a row for each, its verdict, its columns as chosen.
use crate::column::{self, OFFERS};
use crate::verdict::{self, Just};
use crate::{Address, href};
use generations::Generation;
use generations::table::column::Column;
use markup::{Inert, Text, push};
use storage::GenerationList;

/// Characters of an id.
const ID: usize = 28;

/// The table, and the way to the next page. `just` is the record that was judged a moment ago.
pub(crate) fn html(
    address: &Address,
    list: &GenerationList,
    just: Option<(&str, &Just)>,
) -> String {
    let columns: Vec<Column> = column::chosen(address)
        .iter()
        .map(|name| Column::new(name))
        .collect();
    let mut html = String::from(
        "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Records\"><table class=\"records\"><thead><tr>",
    );
    html.push_str(&sortable(address, "Time", Some("timestamp")));
    html.push_str("<th scope=\"col\">Verdict</th>");
    for column in &columns {
        let offer = OFFERS.iter().find(|offer| offer.field == column.name);
        html.push_str(&sortable(
            address,
            column::head(&column.name),
            offer.and_then(|offer| offer.sort),
        ));
    }
    html.push_str("</tr></thead><tbody>");
    for record in &list.generations {
        let just = just.filter(|(key, _)| *key == record.source.key);
        row(&mut html, &columns, record, just.map(|(_, just)| just));
    }
    html.push_str("</tbody></table></div><nav class=\"actions\" aria-label=\"More records\">");
    if address.get("cursor").is_some() {
        push!(
            html,
            "<a class=\"button\" href=\"{}\">First page</a>",
            Text(address.without("cursor"))
        );
    }
    if let Some(next) = &list.next {
        push!(
            html,
            "<a class=\"button\" rel=\"next\" href=\"{}\">Next page</a>",
            Text(address.at(next))
        );
    }
    html.push_str("</nav>");
    html
}

/// The head of a column; one that the list can be ordered by is a link that does, the largest first, then the smallest.
fn sortable(address: &Address, head: &str, sort: Option<&str>) -> String {
    let Some(sort) = sort else {
        return format!("<th scope=\"col\" dir=\"auto\">{}</th>", Inert(head));
    };
    let now = address.get("sort").unwrap_or("-timestamp");
    let down = format!("-{sort}");
    let (state, sign, then) = match now {
        now if now == down => (" aria-sort=\"descending\"", " ↓", sort.to_owned()),
        now if now == sort => (" aria-sort=\"ascending\"", " ↑", down),
        _ => ("", "", down),
    };
    format!(
        "<th scope=\"col\"{state}><a href=\"{}\">{}{sign}</a></th>",
        Text(address.with("sort", &then)),
        Text(head)
    )
}

fn row(html: &mut String, columns: &[Column], record: &Generation, just: Option<&Just>) {
    let source = &record.source;
    let when = crate::when(record);
    push!(
        html,
        "<tr id=\"g-{}\" data-row><th scope=\"row\"><a href=\"{}\" data-open>{when}</a><small class=\"path\" title=\"{}\">{}</small>\
         <small><a href=\"{}\">in its run</a></small></th>",
        Text(&source.key),
        href(&source.key),
        Text(&record.id),
        Inert(crate::short(&record.id, ID)),
        in_run(record)
    );
    push!(
        html,
        "<td class=\"judge\">{}</td>",
        verdict::part(record, just)
    );
    let json = serde_json::to_value(record).unwrap_or_default();
    for column in columns {
        let (cell, number) = column::cell(column, &json, record);
        let class = match (number, column.name.ends_with(".content")) {
            (true, _) if cell == column::NOTHING => " class=\"number nothing\"",
            _ if cell == column::NOTHING => " class=\"nothing\"",
            (true, _) => " class=\"number\"",
            (_, true) => " class=\"words\"",
            _ => "",
        };
        push!(
            html,
            "<td{class} data-name=\"{}\"><span dir=\"auto\">{cell}</span></td>",
            Text(column::head(&column.name))
        );
    }
    html.push_str("</tr>");
}

/// The sequence of a record in the page of its run.
pub(crate) fn in_run(record: &Generation) -> String {
    let source = &record.source;
    format!(
        "{}?s={}",
        api::paths::page_url(&source.run),
        source.sequence.saturating_add(1)
    )
}
