//! The list: head, filters, and one of its three views.
use crate::verdict::Just;
use crate::{Address, counted, filters, groups, plots, state, table};
use markup::{Inert, Text, push};
use storage::{Aggregate, Facet, GenerationList};

pub use crate::filters::FACETS;
pub use crate::state::missing;

/// One of the views of what is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// A row for each record.
    #[default]
    Records,
    /// Tokens, cost, latency and quality over time.
    Charts,
    /// Figures of groups.
    Groups,
}

impl View {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::Records, "records", "Records"),
        (Self::Charts, "charts", "Charts"),
        (Self::Groups, "groups", "Groups"),
    ];

    /// The view that the address names.
    pub fn of(address: &Address) -> Option<Self> {
        let Some(name) = address.get("view") else {
            return Some(Self::default());
        };
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(view, ..)| *view)
    }
}

/// A parameter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub name: String,
    /// What is wrong, and what was meant where that is near.
    pub message: String,
}

/// What the view shows.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// A page of records, and the one that was judged a moment ago.
    Records(&'a GenerationList, Option<(&'a str, &'a Just)>),
    /// Figures by day, and by day and model.
    Charts(&'a Aggregate, &'a Aggregate),
    /// Figures by what the address says.
    Groups(&'a Aggregate),
    /// Nothing: what is asked is not understood.
    Nothing,
}

/// All that the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// What was asked.
    pub address: &'a Address,
    /// What of it is not understood.
    pub problems: &'a [Problem],
    /// Records that fit.
    pub total: u64,
    /// Some record is stored.
    pub any: bool,
    /// Stored runs whose records are still to be read.
    pub unread: u64,
    /// Values to choose from.
    pub facets: &'a [Facet],
    /// Where nothing fits: conditions with the number of records that fit without each.
    pub nearest: &'a [(String, u64)],
    /// What the view shows.
    pub body: Body<'a>,
}

impl Listing<'_> {
    /// The page, without what stands around every page.
    pub fn html(&self) -> String {
        let address = self.address;
        let mut html = String::from(
            "<header class=\"run-head\"><div><h1>Generations</h1><p class=\"run-facts\">",
        );
        html.push_str(&self.facts());
        html.push_str("</p></div>");
        if self.total > 0 && self.problems.is_empty() {
            html.push_str(&exports(address, self.total));
        }
        html.push_str("</header>");
        if !self.any && self.problems.is_empty() && address.in_words().is_empty() {
            html.push_str(match self.unread {
                0 => state::EMPTY,
                _ => "<section class=\"notice\"><h2>The records are being read</h2><p>The first ones are here in a moment.</p>\
                      <div class=\"actions\"><a class=\"button\" href=\"\" rel=\"external\">Look again</a></div></section>",
            });
            return html;
        }
        html.push_str(&tabs(address));
        html.push_str("<div class=\"browse\">");
        html.push_str(&filters::aside(address, self.facets));
        // On narrow pages they stand below the list.
        html.push_str(
            "<div class=\"listing\"><a class=\"to-filters\" href=\"#filters\">Filters and columns</a>",
        );
        html.push_str(&state::problems(address, self.problems));
        html.push_str(&filters::chips(address));
        html.push_str(&match self.body {
            Body::Nothing => String::new(),
            _ if self.total == 0 => state::no_match(self),
            Body::Records(list, just) => {
                markup::hint("records", HINT) + &table::html(address, list, just) + &keys()
            }
            Body::Charts(days, models) => plots::html(days, models),
            Body::Groups(groups) => groups::html(address, groups),
        });
        html.push_str("</div></div>");
        html
    }

    fn facts(&self) -> String {
        let fits = match self.address.in_words().is_empty() {
            true => "",
            false => " that fit",
        };
        let mut facts = match self.problems.is_empty() {
            true => format!("{}{fits}", counted(self.total, "record")),
            false => "Nothing is listed until the address is understood".to_owned(),
        };
        if self.unread > 0 {
            push!(facts, " · {} still being read", counted(self.unread, "run"));
        }
        facts
    }
}

const HINT: &str = "A row is one completion of a stored run. Narrow them down by model, kind, tag or time, and open one by its time.";

/// What the keys do. Without JavaScript they do nothing, and are not spoken of.
fn keys() -> String {
    format!(
        "<div class=\"scripted\"><p class=\"quiet-text\"><kbd>j</kbd> <kbd>k</kbd> next and previous record, <kbd>Enter</kbd> opens it, {VERDICT_KEYS}</p>{}</div>",
        markup::letter_keys(false)
    )
}

/// What the keys of a verdict do.
pub(crate) const VERDICT_KEYS: &str =
    "<kbd>u</kbd> <kbd>d</kbd> good and bad, <kbd>c</kbd> comment, <kbd>z</kbd> undo";

fn tabs(address: &Address) -> String {
    let now = View::of(address);
    let mut html = String::from("<nav class=\"tabs\" aria-label=\"Views\">");
    for (view, name, label) in View::ALL {
        let to = match view {
            View::Records => address.without("view"),
            _ => address.with("view", name),
        };
        let current = if now == Some(view) {
            " aria-current=\"page\""
        } else {
            ""
        };
        push!(html, "<a href=\"{}\"{current}>{label}</a>", Text(to));
    }
    html.push_str("</nav>");
    html
}

/// Files of exactly what is filtered, with the filter in words.
fn exports(address: &Address, total: u64) -> String {
    let words = match address.in_words() {
        words if words.is_empty() => "all of them".to_owned(),
        words => words,
    };
    let conditions = address.conditions();
    let mut columns = crate::column::chosen(address);
    for (at, name) in ["id", "timestamp"].iter().enumerate() {
        columns.retain(|known| known != name);
        columns.insert(at, (*name).to_owned());
    }
    let mut html = format!(
        "<div class=\"actions\"><details class=\"menu\"><summary class=\"button\">Export</summary><div class=\"menu-items exports\"><p dir=\"auto\">{}: {}</p>",
        counted(total, "record"),
        Inert(words)
    );
    for (format, what, shown) in [
        ("jsonl", "JSON Lines, whole records", false),
        ("csv", "CSV, the columns shown", true),
        ("csv", "CSV, the usual columns", false),
        ("parquet", "Parquet, the usual columns", false),
    ] {
        let mut to = conditions.with("format", format).query();
        if shown {
            for column in &columns {
                push!(to, "&column={}", api::paths::escape(column));
            }
        }
        push!(
            html,
            "<a href=\"{}/export?{}\" rel=\"external\" download>{what}</a>",
            crate::PAGE,
            Text(to)
        );
    }
    html.push_str("</div></details></div>");
    html
}
