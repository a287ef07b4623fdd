//! What is compared with what: the fields, and the sequences that they name.
use super::Settings;
use crate::html::menu;
use crate::{Run, Runs};
use analysis::compare::Rule;
use markup::short;

/// Single sequences in a menu; any other one can be named in the address.
const SINGLES: usize = 200;
/// Characters of their texts in it.
const BEGINNING: usize = 32;

pub(crate) fn controls(
    settings: &Settings,
    runs: &Runs<'_>,
    stored: &[(String, String)],
) -> String {
    let models = &runs.this.columns.models;
    let single = singles(runs, [settings.get("a"), settings.get("b")]);
    let mut html = "<p class=\"panel-lead\">Beside another run, or one model or one answer beside another of this run. Answers are paired by their prompt, label, id or place; texts are compared byte by byte, so tokenizers may differ.</p><div class=\"fields\">".to_owned();
    let own: Vec<(String, String)> = models
        .iter()
        .filter(|_| models.len() > 1)
        .map(|model| (format!("model:{model}"), format!("model {model}")))
        .chain(single)
        .collect();
    if !own.is_empty() {
        let options = own
            .iter()
            .map(|(value, text)| (value.as_str(), text.as_str()));
        let options = std::iter::once(("", "all that is listed")).chain(options);
        html += &menu("a", "A", options, settings.get("a").unwrap_or_default());
    }
    let runs_there = stored
        .iter()
        .map(|(id, name)| (format!("run:{id}"), format!("stored: {name}")));
    let file = runs
        .beside
        .map_or("a file of this machine …", |(name, _)| name);
    let mut options = vec![
        (String::new(), "choose …".to_owned()),
        ("file".to_owned(), file.to_owned()),
    ];
    options.extend(runs_there);
    options.extend(
        own.into_iter()
            .map(|(value, text)| (value, format!("{text} of this run"))),
    );
    let b = settings.get("b").unwrap_or_default();
    if b.starts_with("run:") && options.iter().all(|(value, _)| value != b) {
        options.push((
            b.to_owned(),
            format!("stored: {}", b.trim_start_matches("run:")),
        ));
    }
    let options = options
        .iter()
        .map(|(value, text)| (value.as_str(), text.as_str()));
    html += &menu("b", "B", options, b);
    html += "<div class=\"field\"><label><span class=\"field-name\">File for B</span><input type=\"file\" data-beside=\"\"></label><span class=\"field-help\">It is read in this browser; nothing is sent.</span></div>";
    let rules = std::iter::once(("", "what pairs the most"))
        .chain(Rule::ALL.map(|rule| (rule.name(), rule.name())));
    html += &menu(
        "pair",
        "Paired by",
        rules,
        settings.get("pair").unwrap_or_default(),
    );
    html + "</div>"
}

/// Single sequences to choose from: the first ones that are listed, and those that are chosen.
fn singles(runs: &Runs<'_>, chosen: [Option<&str>; 2]) -> Vec<(String, String)> {
    let columns = runs.this.columns;
    let mut indices = part(&runs.this, None);
    if columns.sequences.len() < 2 {
        return Vec::new();
    }
    indices.truncate(SINGLES);
    let named = chosen.into_iter().flatten();
    indices.extend(
        named
            .filter(|which| which.starts_with("s:"))
            .flat_map(|which| part(&runs.this, Some(which))),
    );
    indices.sort_unstable();
    indices.dedup();
    let named = |index: u32| {
        let number = u64::from(index) + 1;
        let sequence = columns.sequences.get(index as usize)?;
        let text = columns.sequence_text(sequence);
        let words = short(text.trim(), BEGINNING);
        Some((format!("s:{number}"), format!("sequence {number}: {words}")))
    };
    indices.into_iter().filter_map(named).collect()
}

/// The sequences of a run that a setting names: all that are listed, those of a model, or one.
pub(super) fn part(run: &Run<'_>, which: Option<&str>) -> Vec<u32> {
    let order = {
        let mut order = run.selection.order.clone();
        order.sort_unstable();
        order
    };
    let named = which.and_then(|which| which.split_once(':'));
    match named {
        Some(("model", name)) => {
            let of = |index: &u32| {
                let sequence = run.columns.sequences.get(*index as usize);
                sequence.is_some_and(|sequence| run.columns.model_of(sequence) == name)
            };
            order.into_iter().filter(of).collect()
        }
        Some(("s", number)) => {
            let number = number
                .parse::<u32>()
                .ok()
                .and_then(|number| number.checked_sub(1));
            number
                .into_iter()
                .filter(|index| (*index as usize) < run.columns.sequences.len())
                .collect()
        }
        _ => order,
    }
}
