//! Parameters of an address, read strictly: a misspelt filter that is ignored shows everything and looks like an answer.
use crate::failure::Failure;
use axum::extract::Query;
use http::Uri;
use serde::de::DeserializeOwned;

/// A name, and what its value is, as the end of "must be …".
pub(super) type Parameter = (&'static str, &'static str);

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
        if Query::<T>::try_from_uri(&alone).is_err() {
            return Err(Failure::bad_request(format!(
                "`{name}` must be {what}, not `{}`.",
                shortened(value)
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
