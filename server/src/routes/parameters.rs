//! Parameters of an address, read strictly: a misspelt filter that is ignored shows everything and looks like an answer.
use crate::failure::Failure;
use axum::extract::Query;
use http::Uri;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{self, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// A name, and what its value is. It is read, and documented, by this table alone.
pub(super) type Parameter = (&'static str, What);

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(super) struct What {
    /// As the end of "must be …".
    said: &'static str,
    shape: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    Number,
    Whole,
    /// From 1 to so many.
    Count(u32),
    Words(&'static [&'static str]),
}

/// A text.
pub(super) const fn text(said: &'static str) -> What {
    let shape = Shape::Text;
    What { said, shape }
}

/// A whole number of at least 0.
pub(super) const fn whole(said: &'static str) -> What {
    let shape = Shape::Whole;
    What { said, shape }
}

/// One of these words, which `said` lists.
pub(super) const fn words(said: &'static str, words: &'static [&'static str]) -> What {
    let shape = Shape::Words(words);
    What { said, shape }
}

/// A number with a fraction.
pub(super) const NUMBER: What = What {
    said: "a number such as 1.5",
    shape: Shape::Number,
};

/// How many there may be on a page.
pub(super) const LIMIT: What = What {
    said: "a number from 1 to 100",
    shape: Shape::Count(100),
};

impl What {
    /// Numbers that are none are read as numbers, too, and a count as one that is too large.
    fn takes(self, value: &str) -> bool {
        match self.shape {
            Shape::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Shape::Count(most) => value
                .parse::<u32>()
                .is_ok_and(|count| (1..=most).contains(&count)),
            Shape::Text | Shape::Whole | Shape::Words(_) => true,
        }
    }

    /// The word that was meant, as a sentence behind another one; nothing where none is near.
    fn meant(self, value: &str) -> String {
        let Shape::Words(words) = self.shape else {
            return String::new();
        };
        analysis::nearest(value, words.iter().copied())
            .map_or_else(String::new, |near| format!(" Did you mean `{near}`?"))
    }

    fn schema(self) -> Object {
        let of = |kind| ObjectBuilder::new().schema_type(kind);
        match self.shape {
            Shape::Text => of(Type::String),
            Shape::Number => of(Type::Number),
            Shape::Whole => of(Type::Integer).minimum(Some(0)),
            Shape::Count(most) => of(Type::Integer).minimum(Some(1)).maximum(Some(most)),
            Shape::Words(words) => of(Type::String).enum_values(Some(words.iter().copied())),
        }
        .build()
    }
}

/// Parameters as the description of the API has them.
pub(super) fn documented(known: &[Parameter]) -> Vec<path::Parameter> {
    let one = |(name, what): &Parameter| {
        ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Query)
            .description(Some(sentence(what.said)))
            .schema(Some(what.schema()))
            .build()
    };
    known.iter().map(one).collect()
}

fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// Bytes of a value that are said back.
const SAID: usize = 60;

/// Reads the parameters behind the `?`.
///
/// # Errors
/// 400 for one that is not among `known` (with the name that was meant, where one is near), one with a value that cannot
/// be read, and one that is there twice.
pub(super) fn read<T: DeserializeOwned>(uri: &Uri, known: &[Parameter]) -> Result<T, Failure> {
    let unreadable = || {
        Failure::bad_request(
            "The parameters behind `?` cannot be read: write `name=value&name=value`.",
        )
    };
    let Query(pairs) =
        Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| unreadable())?;
    let written = uri.query().unwrap_or_default().split('&');
    let mut seen: Vec<&str> = Vec::new();
    for ((name, value), written) in pairs.iter().zip(written.filter(|pair| !pair.is_empty())) {
        let Some((name, what)) = known.iter().find(|(known, _)| known == name) else {
            return Err(unknown(name, known));
        };
        if seen.contains(name) {
            return Err(Failure::bad_request(format!(
                "`{name}` is there twice; once is enough."
            )));
        }
        seen.push(name);
        let alone = format!("/?{written}")
            .parse::<Uri>()
            .map_err(|_| unreadable())?;
        if !what.takes(value) || Query::<T>::try_from_uri(&alone).is_err() {
            return Err(Failure::bad_request(format!(
                "`{name}` must be {}, not `{}`.{}",
                what.said,
                shortened(value),
                what.meant(value)
            )));
        }
    }
    let Query(all) = Query::try_from_uri(uri).map_err(|_| unreadable())?;
    Ok(all)
}

fn unknown(name: &str, known: &[Parameter]) -> Failure {
    let names = known.iter().map(|(name, _)| *name);
    let remedy = match analysis::nearest(name, names.clone()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.is_empty() => "This address takes none.".to_owned(),
        None => format!("There are {}.", names.collect::<Vec<_>>().join(", ")),
    };
    Failure::bad_request(format!(
        "There is no parameter `{}`. {remedy}",
        shortened(name)
    ))
}

/// The beginning of what somebody sent, without characters that could write over a terminal.
fn shortened(text: &str) -> String {
    let plain = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut out: String = plain.clone().take(SAID).collect();
    if plain.count() > SAID {
        out.push('…');
    }
    out
}
