//! What is compared with what: the fields, and the sequences that they name.
use super::Settings;
use crate::html::menu;
use crate::{Run, Runs};
use analysis::compare::Rule;

pub(crate) fn controls(
    settings: &Settings,
    runs: &Runs<'_>,
    stored: &[(String, String)],
) -> String {
    let models = &runs.this.columns.models;
    let mut html = "<p class=\"panel-lead\">Beside another run, or one model beside another of this run. Answers are paired by their prompt, label, id or place; texts are compared byte by byte, so tokenizers may differ.</p><div class=\"fields\">".to_owned();
    if models.len() > 1 {
        let own: Vec<String> = models
            .iter()
            .map(|model| format!("model:{model}"))
            .collect();
        let options = own
            .iter()
            .zip(models)
            .map(|(value, text)| (value.as_str(), text.as_str()));
        let options = std::iter::once(("", "all that is listed")).chain(options);
        html += &menu("a", "A", options, settings.get("a").unwrap_or_default());
    }
    let own = models.iter().filter(|_| models.len() > 1).map(|model| {
        (
            format!("model:{model}"),
            format!("model {model} of this run"),
        )
    });
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
    options.extend(own);
    options.extend(runs_there);
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
