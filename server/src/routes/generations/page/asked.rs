//! The address of the list: the parameters of `GET /api/generations`, and those of the page.
use super::super::list::{Asked, FILTERS, PAGE};
use crate::routes::parameters::{self, Parameter, text};
use api::paths::escape;
use browse::{Address, Problem, View, column};
use http::Uri;
use storage::{Filter, GenerationQuery, Group};

/// Records on a page.
const ROWS: u32 = 50;
/// Those of the page alone.
const OWN: &[Parameter] = &[
    ("view", text("records, charts or groups")),
    ("column", text("the dotted name of a field")),
    ("group_by", text("names of fields with commas between them")),
    ("said", text("the key of a record and a time")),
];

/// What the page is asked, as far as it is understood.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) address: Address,
    pub(super) problems: Vec<Problem>,
    pub(super) view: View,
    pub(super) query: GenerationQuery,
    pub(super) groups: Vec<(String, Group)>,
    /// The record that was judged a moment ago, and when, in milliseconds since 1970.
    pub(super) said: Option<(String, u64)>,
}

impl Question {
    /// Reads what stands behind the `?`. A parameter that is not understood is told with all others.
    pub(super) fn parse(query: &str) -> Self {
        let address = Address::parse(query);
        let mut problems = problems(&address);
        let asked = asked(&address);
        let mut query = asked.and_then(Asked::query).unwrap_or_else(|message| {
            if problems.is_empty() {
                problems.push(problem("", message));
            }
            GenerationQuery::default()
        });
        if query.limit == 0 {
            query.limit = ROWS;
        }
        let view = View::of(&address).unwrap_or_default();
        let groups = match Group::several(address.get("group_by").unwrap_or("model")) {
            Ok(groups) => groups,
            Err(message) => {
                problems.push(problem("group_by", message));
                Vec::new()
            }
        };
        let said = address.get("said").and_then(|said| {
            let (key, time) = said.rsplit_once('.')?;
            Some((key.to_owned(), time.parse().ok()?))
        });
        Self {
            address,
            problems,
            view,
            query,
            groups,
            said,
        }
    }
}

/// The conditions of an address; nothing for one that is not understood.
pub(super) fn filter(address: &Address) -> Option<Filter> {
    asked(&address.conditions()).ok()?.filter().ok()
}

fn asked(address: &Address) -> Result<Asked, String> {
    let own = |name: &str| OWN.iter().any(|(known, _)| *known == name);
    let others = address.pairs().filter(|(name, _)| !own(name));
    let query: Vec<String> = others.map(|(name, value)| pair(name, value)).collect();
    read(&query.join("&"))
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", escape(name), escape(value))
}

fn read(query: &str) -> Result<Asked, String> {
    let uri = format!("/?{query}").parse::<Uri>();
    let uri = uri.map_err(|_| "The address is too long.".to_owned())?;
    parameters::read(&uri, &[FILTERS, PAGE, OWN].concat()).map_err(|failure| failure.0.message)
}

fn problem(name: &str, message: String) -> Problem {
    Problem {
        name: name.to_owned(),
        message,
    }
}

/// Each parameter by itself, so that all that is wrong is told at once.
fn problems(address: &Address) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in address.pairs() {
        if name != "column" && seen.contains(&name) {
            problems.push(problem(
                name,
                format!("`{name}` is there twice; once is enough."),
            ));
            continue;
        }
        seen.push(name);
        if let Err(message) = read(&pair(name, value)) {
            problems.push(problem(name, message));
        }
    }
    if View::of(address).is_none() {
        let message = "`view` must be records, charts or groups.";
        problems.push(problem("view", message.to_owned()));
    }
    for name in column::chosen(address) {
        if let Err(message) = storage::check_field(&name) {
            problems.push(problem("column", message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_told() {
        let told = |query: &str| {
            let question = Question::parse(query);
            let problems = question.problems.into_iter();
            problems
                .map(|problem| (problem.name, problem.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(
                "model.id=m&tags=a,b&from=2025-01-31&to=&rated=none&column=id&column=metadata.x&view=charts&group_by=day&sort=-cost&said=x.1"
            ),
            []
        );
        assert_eq!(
            told("modelid=m&rated=good&view=x&column=modl.id&group_by=modl.id&run=1&run=2"),
            [
                ("modelid", "There is no parameter `modelid`. Did you mean `model.id`?"),
                ("rated", "`rated` must be up, down, rated (a rating without a thumb) or none, not `good`."),
                ("run", "`run` must be the id of a run, not `1`."),
                ("run", "`run` is there twice; once is enough."),
                ("view", "`view` must be records, charts or groups."),
                ("column", "There is no field `modl.id`. Did you mean `model.id`?"),
                ("group_by", "There is no field `modl.id`. Did you mean `model.id`?"),
            ]
            .map(|(name, message)| (name.to_owned(), message.to_owned()))
        );
    }
}
