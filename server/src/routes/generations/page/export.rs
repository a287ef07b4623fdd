//! `GET /generations/export`: exactly what the page has filtered, as a file whose name says what that is. It states the filter as
//! the parameters of the page's address.
use super::super::export::{Table, columns};
use super::super::list::{Asked, FILTERS};
use crate::routes::parameters;
use crate::{failure::Failure, state::Server};
use axum::{extract::State, response::Response};
use browse::Address;
use generations::table::Format;
use http::Uri;
use serde::Deserialize;

/// Characters of the name of a file, without its ending.
const NAME: usize = 100;

/// What is no filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    format: Format,
}

/// The filters of the list, `format` (jsonl, csv, parquet), and a `column` for each field; all, or the usual ones, unless given.
pub(super) async fn export(State(server): State<Server>, uri: Uri) -> Result<Response, Failure> {
    let address = Address::parse(uri.query().unwrap_or_default());
    let names: Vec<String> = address.all("column").map(str::to_owned).collect();
    let rest = address.without("column");
    let uri = format!("/?{}", rest.query()).parse::<Uri>();
    let uri = uri.map_err(|error| Failure::bad_request(error.to_string()))?;
    let known = [
        FILTERS,
        &[("format", parameters::text("jsonl, csv or parquet"))],
    ]
    .concat();
    let asked: Asked = parameters::read(&uri, &known)?;
    let Wanted { format } = parameters::read(&uri, &known)?;
    let table = Table {
        filter: asked.filter().map_err(Failure::bad_request)?,
        stated: rest.conditions().query(),
        columns: match names.is_empty() {
            true => None,
            false => Some(columns(names)?),
        },
        format,
        name: name(&rest),
    };
    table.answer(&server).await
}

/// `generations`, and the filter in words that every system takes in a name.
fn name(address: &Address) -> String {
    let mut name = String::from("generations");
    for word in address.in_words().split([' ', ',']) {
        let plain = |sign: char| match sign {
            sign if sign.is_ascii_alphanumeric() || "._-".contains(sign) => sign,
            _ => '_',
        };
        let word: String = word.chars().map(plain).collect();
        if !word.is_empty() && name.len() + word.len() < NAME {
            name.push('-');
            name += &word;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_says_the_filter() {
        for (query, expected) in [
            ("format=csv", "generations"),
            (
                "model.id=gpt-4o&tokens_min=5",
                "generations-model-gpt-4o-tokens-at-least-5",
            ),
            ("model.id=a%2F..%22%0Ab", "generations-model-a_..__b"),
        ] {
            assert_eq!(name(&Address::parse(query)), expected);
        }
        let long = name(&Address::parse(&format!(
            "model.id={}&run=x",
            "m".repeat(200)
        )));
        assert_eq!(long, "generations-model-run-x");
    }
}
