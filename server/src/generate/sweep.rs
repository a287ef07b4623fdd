//! `--sweep`: one prompt, or many, over a grid of parameters. All answers are one run; beside it stand the figures of every
//! point of the grid.
use super::{Complaint, USAGE, answered, prompt, say};
use crate::analyze::stop::Stop;
use crate::cli::Generate;
use decoding::parameters::{Field, entry};
use decoding::{Invalid, Parameters};
use engine::Model;
use metrics::format::sig3_or_dash;
use metrics::{Diversity, Reading, SequenceBuilder};
use serde_json::{Map, Value, json};
use std::{
    io::{self, Write as _},
    sync::Arc,
};
use writer::answer::Answer;
use writer::{Prompt, record};

/// Parameters with the values that they take, one after the other.
type Axis = (&'static str, Vec<String>);
/// One value of each.
type Point = Vec<(&'static str, String)>;

/// The figures of a point of the grid.
struct Row {
    point: Point,
    /// Token ids of every answer, prompt by prompt.
    answers: Vec<Vec<Vec<u32>>>,
    perplexities: Vec<f64>,
    probabilities: Vec<f64>,
}

/// Whether something is swept.
pub(super) fn is_asked(arguments: &Generate) -> bool {
    !arguments.sweep.is_empty() || arguments.prompts.is_some()
}

/// What can be wrong with the grid, before a model is loaded.
pub(super) fn grid(arguments: &Generate) -> Result<Vec<Point>, Complaint> {
    let axes: Result<Vec<Axis>, String> = arguments.sweep.iter().map(|text| axis(text)).collect();
    let axes = axes.map_err(|message| (USAGE, message))?;
    for (at, (name, _)) in axes.iter().enumerate() {
        if axes.iter().skip(at + 1).any(|(other, _)| other == name) {
            return Err((
                USAGE,
                format!("{name} is swept twice; give all its values at once"),
            ));
        }
    }
    let mut points: Vec<Point> = vec![Vec::new()];
    for (name, values) in &axes {
        points = points
            .iter()
            .flat_map(|point| {
                values.iter().map(|value| {
                    let mut point = point.clone();
                    point.push((*name, value.clone()));
                    point
                })
            })
            .collect();
    }
    // What goes together with what depends on what the model brings along, and is seen when it is there.
    for point in &points {
        parameters(arguments, Parameters::default(), point)?;
    }
    Ok(points)
}

/// `temperature=0.5,1,1.5`
fn axis(text: &str) -> Result<Axis, String> {
    let wrong = || {
        format!("--sweep {text}: expected a parameter and its values, as in temperature=0.5,1,1.5")
    };
    let (name, values) = text.split_once('=').ok_or_else(wrong)?;
    let name = name.trim().replace('-', "_");
    let entry =
        entry(&name).ok_or_else(|| format!("--sweep {text}: there is no parameter {name}"))?;
    if matches!(entry.field, Field::Bias | Field::Eos | Field::Stop) {
        return Err(format!(
            "--sweep {text}: {name} is a list, which cannot be swept"
        ));
    }
    let values: Vec<String> = values
        .split(',')
        .map(|value| value.trim().to_owned())
        .collect();
    match values.iter().any(String::is_empty) {
        true => Err(wrong()),
        false => Ok((entry.name, values)),
    }
}

fn parameters(
    arguments: &Generate,
    defaults: Parameters,
    point: &Point,
) -> Result<Parameters, Complaint> {
    let mut parameters = arguments.told.over(defaults).map_err(usage)?;
    for (name, value) in point {
        parameters.set(name, value).map_err(usage)?;
    }
    Ok(parameters)
}

fn usage(error: Invalid) -> Complaint {
    (USAGE, error.to_string())
}

/// The prompts: the only one, or one of every line.
pub(super) fn prompts(arguments: &Generate) -> Result<Vec<Prompt>, Complaint> {
    let Some(file) = &arguments.prompts else {
        return Ok(vec![prompt::of(arguments).map_err(|message| (1, message))?]);
    };
    let text = prompt::read(file).map_err(|message| (1, message))?;
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let prompts: Result<Vec<Prompt>, String> = lines
        .map(|(number, line)| {
            let wrong = || {
                format!(
                    "{}, line {number}: expected a text in quotes, or an object with `prompt`",
                    file.display()
                )
            };
            let value: Value = serde_json::from_str(line).map_err(|_| wrong())?;
            let text = value.as_str().or_else(|| value["prompt"].as_str());
            text.map(|text| Prompt::Text(text.to_owned()))
                .ok_or_else(wrong)
        })
        .collect();
    let prompts = prompts.map_err(|message| (1, message))?;
    match prompts.is_empty() {
        true => Err((1, format!("{} has no prompt in it", file.display()))),
        false => Ok(prompts),
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
                break 'grid;
            }
            let done = rows.len() * prompts.len() + row.answers.len();
            say(&format!("{} of {all}: {}", done + 1, row.name()));
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
            row.add(&answer);
            if arguments.jsonl {
                let mut record = record::record(&answer);
                record["sweep"] = row.values();
                print(&format!("{record}\n"))?;
            }
        }
        rows.push(row);
    }
    if arguments.jsonl {
        return Ok(());
    }
    let mut out = String::new();
    if arguments.json {
        for row in &rows {
            out.push_str(&format!("{}\n", row.json()));
        }
    } else {
        table(&rows, &mut out);
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

impl Row {
    fn new(point: Point) -> Self {
        Self {
            point,
            answers: Vec::new(),
            perplexities: Vec::new(),
            probabilities: Vec::new(),
        }
    }

    fn add(&mut self, answer: &Answer<'_>) {
        let sequences = &answer.generation.sequences;
        self.answers
            .push(sequences.iter().map(decoding::Sequence::ids).collect());
        for sequence in sequences {
            let mut builder = SequenceBuilder::default();
            for token in &sequence.tokens {
                builder.push(Reading::new(Some(f64::from(token.logprob))));
            }
            let figures = builder.finish();
            self.perplexities.extend(figures.perplexity);
            self.probabilities.extend(figures.mean_prob);
        }
    }

    /// `temperature=0.5 top_p=0.9`
    fn name(&self) -> String {
        let each = self
            .point
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        match self.point.is_empty() {
            true => "as told".to_owned(),
            false => each.collect::<Vec<_>>().join(" "),
        }
    }

    fn values(&self) -> Value {
        let each = self.point.iter();
        let each = each.map(|(name, value)| ((*name).to_owned(), json!(value)));
        Value::Object(each.collect::<Map<_, _>>())
    }

    fn count(&self) -> usize {
        self.answers.iter().map(Vec::len).sum()
    }

    /// Mean tokens of an answer.
    fn length(&self) -> Option<f64> {
        let lengths: Vec<f64> = self
            .answers
            .iter()
            .flatten()
            .map(|ids| ids.len() as f64)
            .collect();
        mean(&lengths)
    }

    /// The mean over the prompts: answers to different prompts differ anyway.
    fn diversity(&self, of: impl Fn(&Diversity) -> Option<f64>) -> Option<f64> {
        let each = self.answers.iter().map(|answers| {
            let lists: Vec<&[u32]> = answers.iter().map(Vec::as_slice).collect();
            Diversity::new(&lists)
        });
        let values: Vec<f64> = each.filter_map(|one| of(&one)).collect();
        mean(&values)
    }

    fn figures(&self) -> [(&'static str, Option<f64>); 8] {
        [
            ("tokens", self.length()),
            ("perplexity", mean(&self.perplexities)),
            ("probability", mean(&self.probabilities)),
            ("distinct_1", self.diversity(|one| one.distinct[0])),
            ("distinct_2", self.diversity(|one| one.distinct[1])),
            ("distinct_3", self.diversity(|one| one.distinct[2])),
            ("overlap", self.diversity(|one| one.overlap)),
            ("common", self.diversity(|one| one.common)),
        ]
    }

    fn json(&self) -> Value {
        let mut row = json!({ "sweep": self.values(), "prompts": self.answers.len(), "answers": self.count() });
        for (name, value) in self.figures() {
            row[name] = json!(value);
        }
        row
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn table(rows: &[Row], out: &mut String) {
    let Some(first) = rows.first() else { return };
    let width = rows.iter().map(|row| row.name().len()).max().unwrap_or(0);
    out.push_str(&format!("{:width$} {:>8}", "", "answers"));
    for (name, _) in first.figures() {
        out.push_str(&format!(" {name:>11}"));
    }
    out.push('\n');
    for row in rows {
        out.push_str(&format!("{:width$} {:>8}", row.name(), row.count()));
        for (_, value) in row.figures() {
            out.push_str(&format!(" {:>11}", sig3_or_dash(value)));
        }
        out.push('\n');
    }
}
