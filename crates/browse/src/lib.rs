//! The generations as HTML: what the pages `/generations` and `/generations/KEY` show, made on the server by functions that
//! escape every text. Forms and links work without JavaScript; with it `public/generations.js` fetches the same HTML,
//! puts it in, and takes the keys from `data-key`.
//!
//! | module | job |
//! |---|---|
//! | [`address`] | the parameters of the page's address, and links that change one of them |
//! | [`page`] | the list: head, filters, and one of its three views |
//! | `filters` | facets with counts, the form, what is on; `state` what is said where nothing is found |
//! | [`mod@column`], `table` | the view Records: the columns that one can choose, the rows |
//! | [`verdict`] | thumbs, rating and comment of a record, with undo |
//! | `series`, `plots` | the view Charts: days as series, drawn by `charts` |
//! | `groups` | the view Groups: figures by model, day, tag, … |
//! | [`record`] | one record in full, each content as what it is |
//! | [`links`] | links to the team's own tools, by templates |
pub mod address;
pub mod column;
mod filters;
mod groups;
pub mod links;
pub mod page;
mod plots;
pub mod record;
mod series;
mod state;
mod table;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use address::Address;
pub use links::Links;
pub use page::{Listing, Problem, View};
pub use record::Whole;

/// Where the pages are.
pub const PAGE: &str = "/generations";

/// When a record is from; one that does not say it is from when it was stored, as it is in orders, filters and charts.
fn when(record: &generations::Generation) -> String {
    let said = record.timestamp.as_deref();
    match said.and_then(generations::record::milliseconds) {
        None => {
            let stored = storage::stored_at_ms(&record.source.run);
            format!(
                "stored {}",
                time(stored.and_then(|ms| i64::try_from(ms).ok()))
            )
        }
        said => time(said),
    }
}

/// A time in milliseconds since 1970.
fn time(ms: Option<i64>) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "times of calendars are below 2^53"
    )]
    let seconds = ms.map(|ms| ms as f64 / 1e3);
    match seconds.and_then(metrics::format::utc) {
        Some(text) => format!(
            "<time datetime=\"{}Z\" title=\"UTC\">{text}</time>",
            text.replace(' ', "T")
        ),
        None => "—".to_owned(),
    }
}

/// The page of a record, by the key of its source or by its id.
pub fn href(key: &str) -> String {
    format!("{PAGE}/{}", api::paths::escape(key))
}

/// `1 record`, `2 records`.
fn counted(count: u64, one: &str) -> String {
    metrics::format::counted(count, one, &format!("{one}s"))
}

/// The beginning of a text, with a sign that it goes on.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
