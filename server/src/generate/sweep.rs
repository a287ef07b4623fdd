//! `--sweep`: one prompt, or many, over a grid of parameters. All answers are one run; beside it stand the figures of every
//! point of the grid.
use super::{Complaint, USAGE, answered, prompt, say};
use crate::analyze::stop::Stop;
use crate::cli::Generate;
use ::sweep::{Axis, FIGURES, Failure, Point, Row, points};
use decoding::{Invalid, Parameters};
use engine::Model;
use metrics::format::sig3_or_dash;
use std::{
    io::{self, Write as _},
    sync::Arc,
};
use writer::{Prompt, record};

/// Whether something is swept.
pub(super) fn is_asked(arguments: &Generate) -> bool {
    !arguments.sweep.is_empty() || arguments.prompts.is_some()
}

/// What can be wrong with the grid, before a model is loaded.
pub(super) fn grid(arguments: &Generate) -> Result<Vec<Point>, Complaint> {
    let axes: Result<Vec<Axis>, Failure> =
        arguments.sweep.iter().map(|text| text.parse()).collect();
    let points = axes.and_then(|axes| points(&axes)).map_err(|failure| {
        let message = match &failure {
            Failure::Form(_) | Failure::Unknown(..) | Failure::List(..) => {
                format!("--sweep {failure}")
            }
            _ => failure.to_string(),
        };
        (USAGE, message)
    })?;
    // What goes together with what depends on what the model brings along, and is seen when it is there.
    for point in &points {
        parameters(arguments, Parameters::default(), point)?;
    }
    Ok(points)
}

fn parameters(
    arguments: &Generate,
    defaults: Parameters,
    point: &Point,
) -> Result<Parameters, Complaint> {
    let told = arguments.told.over(defaults);
    told.and_then(|told| point.over(told)).map_err(usage)
}

fn usage(error: Invalid) -> Complaint {
    (USAGE, error.to_string())
}

/// The prompts: the only one, or one of every line.
pub(super) fn prompts(arguments: &Generate) -> Result<Vec<Prompt>, Complaint> {
    let failed = |message: String| (1, message);
    let Some(file) = &arguments.prompts else {
        return Ok(vec![prompt::of(arguments).map_err(failed)?]);
    };
    let text = prompt::read(file).map_err(failed)?;
    let name = file.display();
    let prompts = ::sweep::prompts(&text).map_err(|bad| failed(format!("{name}, {bad}")))?;
    match prompts.is_empty() {
        true => Err(failed(format!("{name} has no prompt in it"))),
        false => Ok(prompts.into_iter().map(Prompt::Text).collect()),
    }
}

/// Writes answers to every prompt at every point.
pub(super) fn run(
    arguments: &Generate,
    model: &Arc<Model>,
    (prompts, points): (Vec<Prompt>, Vec<Point>),
    stop: &Stop,
) -> Result<(), Complaint> {
    let mut defaults = model.defaults().clone();
    defaults.eos_token_id = model.eos().to_vec();
    let failed = |message: String| (1, message);
    let prompts: Result<Vec<Prompt>, String> = prompts
        .into_iter()
        .map(|one| prompt::in_chat(one, arguments, model))
        .collect();
    let prompts = prompts.map_err(failed)?;
    let all = points.len() * prompts.len();
    let mut rows = Vec::new();
    'grid: for point in points {
        let parameters = parameters(arguments, defaults.clone(), &point)?;
        let settings = parameters.settings().map_err(usage)?;
        let mut row = Row::new(point);
        for prompt in &prompts {
            if stop.is_asked() {
                rows.extend(Some(row).filter(|row| row.prompts() > 0));
                break 'grid;
            }
            let done = rows.len() * prompts.len() + row.prompts();
            say(&format!("{} of {all}: {}", done + 1, row.point.name()));
            let input = prompt.ids(model).map_err(failed)?;
            let asked = (prompt.clone(), input);
            let answer = answered(
                arguments,
                model,
                asked,
                (&parameters, &settings),
                stop,
                false,
            )?;
            let mut record = record::record(&answer);
            row.add(&record);
            if arguments.jsonl {
                row.point.mark(&mut record);
                print(&format!("{record}\n"))?;
            }
        }
        rows.push(row);
    }
    if arguments.jsonl {
        return Ok(());
    }
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let mut out = String::new();
    if arguments.json {
        for row in &rows {
            out.push_str(&format!("{}\n", row.json(first)));
        }
    } else {
        table(&rows, first, &mut out);
    }
    print(&out)
}

fn print(text: &str) -> Result<(), Complaint> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err((1, format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}

fn table(rows: &[Row], first: &Row, out: &mut String) {
    let common = first.point.common();
    if !common.is_empty() {
        out.push_str(&format!("all points: {common}\n"));
    }
    let names: Vec<String> = rows.iter().map(|row| row.point.name()).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    out.push_str(&format!("{:width$} {:>8}", "", "answers"));
    for figure in FIGURES {
        out.push_str(&format!(" {:>11}", figure.name));
    }
    out.push('\n');
    for (row, name) in rows.iter().zip(names) {
        out.push_str(&format!("{name:width$} {:>8}", row.count()));
        for value in row.figures(first) {
            out.push_str(&format!(" {:>11}", sig3_or_dash(value)));
        }
        out.push('\n');
    }
}
