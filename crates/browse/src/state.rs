//! What the page says where there is nothing to show, and of addresses that it does not understand.
use crate::page::{Listing, Problem};
use crate::{Address, counted};
use markup::{Inert, Text, push};

/// Nothing is stored.
pub(crate) const EMPTY: &str = "<section class=\"notice\"><h2>No generations yet</h2>\
    <p>Every completion of a stored run becomes a record here: what was asked, what came back, how sure the model was, what it took.</p>\
    <p>A program pushes its own in one line:</p>\
    <pre class=\"code\">curl --fail --data-binary @response.json http://THIS-SERVER/api/generations</pre>\
    <div class=\"actions\"><a class=\"button primary\" href=\"/import\">Import a file</a><a class=\"button\" href=\"/\">Open one first</a></div></section>";

/// A record that is not there, or not any more.
pub fn missing(message: &str) -> String {
    format!(
        "<section class=\"notice\"><h1>There is no such record</h1><p dir=\"auto\">{}</p><div class=\"actions\">\
         <a class=\"button primary\" href=\"{}\">See all generations</a><a class=\"button\" href=\"/import\">See what is stored</a></div></section>",
        Inert(message),
        crate::PAGE
    )
}

/// Parameters that are not understood: nothing is listed then, since a misspelt filter that is ignored looks like an answer.
pub(crate) fn problems(address: &Address, problems: &[Problem]) -> String {
    let mut html = String::new();
    for Problem { name, message } in problems {
        push!(
            html,
            "<div class=\"strip strip-error\" role=\"alert\"><p>{}</p><a class=\"button\" href=\"{}\">Leave it out</a></div>",
            coded(message),
            Text(address.without(name))
        );
    }
    html
}

/// A sentence with what stands between backticks as code.
fn coded(sentence: &str) -> String {
    let mut html = String::new();
    for (nth, part) in sentence.split('`').enumerate() {
        match nth % 2 {
            1 => push!(html, "<code dir=\"auto\">{}</code>", Inert(part)),
            _ => push!(html, "{}", Inert(part)),
        }
    }
    html
}

/// No record fits; which ones nearly do.
pub(crate) fn no_match(listing: &Listing<'_>) -> String {
    let address = listing.address;
    let mut html = format!(
        "<section class=\"notice\"><h2>No record fits</h2><p dir=\"auto\">Asked for: {}.</p>",
        Inert(address.in_words())
    );
    if listing.nearest.is_empty() {
        html.push_str("<p>No single condition is the reason: leaving out any one of them finds nothing either.</p>");
    } else {
        html.push_str("<ul class=\"nearest\">");
        for (name, count) in listing.nearest {
            let label = Inert(crate::address::label(name).unwrap_or(name));
            let value = address.get(name).unwrap_or_default();
            push!(
                html,
                "<li><a href=\"{}\" dir=\"auto\">Without {label} <b>{}</b> there are {}</a></li>",
                Text(address.without(name)),
                Inert(crate::short(value, 60)),
                counted(*count, "record")
            );
        }
        html.push_str("</ul>");
    }
    push!(
        html,
        "<div class=\"actions\"><a class=\"button\" href=\"{}\">Clear all conditions</a></div></section>",
        Text(address.unconditional())
    );
    html
}
