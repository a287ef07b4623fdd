//! Pieces of HTML that panels have in common.
use completions::{Columns, Sequence, TokenDetail};
use markup::{Text, push};
use metrics::Reading;
use metrics::alternatives::Alternatives;
pub(crate) use metrics::format::counted;
use metrics::format::{count, percent};

/// Characters of a token that are shown in a table.
const LABEL: usize = 40;

/// A token as it is shown in a table.
pub(crate) fn label(bytes: &[u8]) -> String {
    format!(
        "<code>{}</code>",
        Text(markup::short(&String::from_utf8_lossy(bytes), LABEL))
    )
}

/// A token as a button that opens it in its text.
pub(crate) fn token_link(columns: &Columns, index: u32, token: u32) -> String {
    let sequence = columns.sequences.get(index as usize);
    let bytes = sequence.map_or(&[][..], |sequence| columns.token_bytes(sequence, token));
    open_link(index, Some(token), &label(bytes))
}

/// A button with this HTML that opens a sequence, or a token of it, in the list.
pub(crate) fn open_link(index: u32, token: Option<u32>, html: &str) -> String {
    let at = token.map_or_else(String::new, |token| {
        format!("&amp;t={}", u64::from(token) + 1)
    });
    let number = u64::from(index) + 1;
    format!(
        "<button type=\"button\" class=\"link\" data-view=\"panel=&amp;s={number}{at}\" title=\"Open it in sequence {number}\">{html}</button>"
    )
}

/// A share as a bar and in percent; nothing where it is not known.
pub(crate) fn share(value: Option<f64>) -> String {
    let Some(value) = value else {
        return "<td class=\"bar-cell\"></td><td class=\"number\">—</td>".to_owned();
    };
    let width = (value.clamp(0.0, 1.0) * 100.0).round();
    format!(
        "<td class=\"bar-cell\"><span class=\"bar\" style=\"width:{width}%\"></span></td><td class=\"number\">{}</td>",
        percent(value)
    )
}

/// A text field for a number, with its name and what it does.
pub(crate) fn field(name: &str, title: &str, help: &str, attributes: &str, value: &str) -> String {
    format!(
        "<div class=\"field\"><label><span class=\"field-name\">{title}</span><input name=\"{name}\" {attributes} value=\"{}\"></label><span class=\"field-help\">{help}</span></div>",
        Text(value)
    )
}

/// A slider, with its name, what it stands at, and what it does.
pub(crate) fn slider(name: &str, title: &str, help: &str, attributes: &str, value: f64) -> String {
    format!(
        "<div class=\"field\"><label><span class=\"field-name\">{title}</span><input name=\"{name}\" type=\"range\" {attributes} value=\"{value}\"></label><output class=\"field-value\">{value}</output><span class=\"field-help\">{help}</span></div>"
    )
}

/// A menu.
pub(crate) fn menu<'a>(
    name: &str,
    title: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
    chosen: &str,
) -> String {
    let mut html = format!(
        "<div class=\"field\"><label><span class=\"field-name\">{title}</span><select name=\"{name}\">"
    );
    for (value, text) in options {
        let selected = if value == chosen { " selected" } else { "" };
        push!(
            html,
            "<option value=\"{}\"{selected}>{}</option>",
            Text(value),
            Text(text)
        );
    }
    html += "</select></label></div>";
    html
}

/// How much of what a panel wants was read; empty when all of it was.
pub(crate) fn progress(read: usize, wanted: usize) -> String {
    if read >= wanted {
        return String::new();
    }
    format!(
        "<p class=\"panel-progress\" role=\"status\"><progress max=\"{wanted}\" value=\"{read}\" aria-label=\"Alternatives read\"></progress> Alternatives read of {} of {}; the figures are those so far.</p>",
        count(read as u64),
        counted(wanted as u64, "sequence", "sequences")
    )
}

/// A few rows further.
pub(crate) fn pages(from: usize, step: usize, all: usize) -> String {
    if all <= step {
        return String::new();
    }
    let mut html = "<p class=\"pages\">".to_owned();
    // By its name the page finds the button again that has the focus.
    let mut button = |to: usize, text: &str, is_there: bool| {
        let disabled = if is_there { "" } else { " disabled" };
        push!(
            html,
            "<button type=\"button\" name=\"{text}\" data-set=\"from:{to}\"{disabled}>{text}</button> "
        );
    };
    button(from.saturating_sub(step), "Previous", from > 0);
    button(from + step, "Next", from + step < all);
    let last = (from + step).min(all);
    push!(
        html,
        "<span>{} to {} of {}</span></p>",
        count(from as u64 + 1),
        count(last as u64),
        count(all as u64)
    );
    html
}

/// The first row to show: a page that is there.
pub(crate) fn first_row(from: u32, all: usize) -> usize {
    (from as usize).min(all.saturating_sub(1))
}

/// Log-probability of a token, nats; `None` when it has none.
pub(crate) fn logprob(columns: &Columns, sequence: &Sequence, token: u32) -> Option<f64> {
    let at = sequence.first_token + u64::from(token);
    let value = columns.logprob.get(usize::try_from(at).ok()?)?;
    columns.status(at).is_scored().then(|| f64::from(*value))
}

/// Rank of a token among its alternatives, from 1, and whether it is at least that; `None` where there are none.
pub(crate) fn rank(token: &TokenDetail) -> Option<(u32, bool)> {
    let mut listed = Alternatives::default();
    listed.fill(token.alternatives.iter().map(|one| one.logprob));
    let reading = Reading {
        status: token.status,
        logprob: token.logprob,
    };
    let rank = listed.rank(reading, !token.chosen_is_listed)?;
    Some((rank.rank, rank.is_lower_bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_where_the_rows_do() {
        assert_eq!(pages(0, 50, 50), "");
        let first = pages(0, 50, 120);
        assert!(
            first.contains("data-set=\"from:0\" disabled>Previous"),
            "{first}"
        );
        assert!(
            first.contains("data-set=\"from:50\">Next") && first.contains("1 to 50 of 120"),
            "{first}"
        );
        let last = pages(100, 50, 120);
        assert!(
            last.contains("data-set=\"from:150\" disabled>Next") && last.contains("101 to 120"),
            "{last}"
        );
        assert_eq!(first_row(900, 120), 119);
        assert_eq!(first_row(3, 0), 0);
    }
}
