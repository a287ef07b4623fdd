//! The run beside another one, or two parts of it: which answers belong together, what differs over all, and where two part.
//!
//! `pair` has one pair with both of its texts.
mod pair;

use crate::html::{counted, first_row, label, menu, pages, progress};
use crate::{Panel, Run, Runs, Settings, Want};
use analysis::compare::{Comparison, Difference, Pair, Rule, Side, Turn, bootstrap, turns};
use completions::{Columns, SequenceDetail};
use markup::{Text, push, short};
use metrics::format;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Rows of a page.
const ROWS: usize = 40;

/// Which run stands beside the open one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beside {
    /// A file of this machine, chosen in the panel.
    File,
    /// The stored run with this id.
    Stored(String),
}

pub(crate) fn beside(settings: &Settings) -> Option<Beside> {
    match settings.get("b")?.split_once(':') {
        Some(("run", id)) => Some(Beside::Stored(id.to_owned())),
        None if settings.get("b") == Some("file") => Some(Beside::File),
        _ => None,
    }
}

pub(crate) struct Versus {
    /// Nothing was chosen to compare with, or it is not there.
    missing: bool,
    a: Vec<u32>,
    b: Vec<u32>,
    /// B is the run beside the open one, not a part of it.
    apart: bool,
    comparison: Option<Comparison>,
    order: Vec<u32>,
    first: usize,
    /// Number of the pair that is shown with both texts, from 0.
    shown: Option<u32>,
    wants: Vec<Want>,
    read: usize,
    details: HashMap<Want, SequenceDetail>,
    scale: analysis::Scale,
}

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
fn part(run: &Run<'_>, which: Option<&str>) -> Vec<u32> {
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

impl Versus {
    pub(crate) fn new(settings: &Settings, runs: &Runs<'_>, scale: analysis::Scale) -> Self {
        let apart = beside(settings).is_some();
        let a = part(&runs.this, settings.get("a"));
        let b = match (apart, settings.get("b"), runs.beside) {
            (true, _, Some((_, columns))) => (0_u32..).take(columns.sequences.len()).collect(),
            (false, Some(which), _) => part(&runs.this, Some(which)),
            _ => Vec::new(),
        };
        let mut panel = Self {
            missing: settings.get("b").is_none() || (apart && runs.beside.is_none()),
            a,
            b,
            apart,
            comparison: None,
            order: Vec::new(),
            first: 0,
            shown: settings.whole("show", 0).checked_sub(1),
            wants: Vec::new(),
            read: 0,
            details: HashMap::new(),
            scale,
        };
        if !panel.missing {
            let rule = settings.get("pair");
            let rule = Rule::ALL.into_iter().find(|one| Some(one.name()) == rule);
            panel.compare(runs, rule, settings.whole("from", 0));
        }
        panel
    }

    fn compare(&mut self, runs: &Runs<'_>, rule: Option<Rule>, from: u32) {
        let (a, b) = self.sides(runs);
        let comparison = Comparison::new(&a, &b, rule);
        self.order = comparison.by_change(&a, &b);
        self.first = first_row(from, self.order.len());
        let shown: Vec<u32> = match self.shown {
            Some(number) => vec![number],
            None => self
                .order
                .iter()
                .skip(self.first)
                .take(ROWS)
                .copied()
                .collect(),
        };
        for pair in shown
            .iter()
            .filter_map(|index| comparison.pairs.get(*index as usize))
        {
            if pair.fork.is_some() {
                for want in [Want::of_this(pair.a), self.of_b(pair.b)] {
                    if !self.wants.contains(&want) {
                        self.wants.push(want);
                    }
                }
            }
        }
        self.comparison = Some(comparison);
    }

    fn of_b(&self, sequence: u32) -> Want {
        Want {
            beside: self.apart,
            sequence,
        }
    }

    fn sides<'a>(&self, runs: &Runs<'a>) -> (Side<'a>, Side<'a>) {
        let this: &'a Columns = runs.this.columns;
        let other: &'a Columns = match runs.beside {
            Some((_, columns)) if self.apart => columns,
            _ => this,
        };
        let side = |columns, sequences: &Vec<u32>| Side {
            columns,
            sequences: sequences.clone(),
        };
        (side(this, &self.a), side(other, &self.b))
    }

    /// Both at the place where they part, with what each gave to the other's choice.
    fn turns(&self, sides: &(Side<'_>, Side<'_>), pair: &Pair) -> Option<(Turn, Turn)> {
        let detail = |want: Want| self.details.get(&want);
        let (a, b) = (detail(Want::of_this(pair.a)), detail(self.of_b(pair.b)));
        turns(&sides.0, &sides.1, pair, a, b)
    }

    fn rows(&self, runs: &Runs<'_>, comparison: &Comparison) -> String {
        let sides = self.sides(runs);
        let mut html = "<div class=\"scroll\"><table class=\"rows pairs\"><thead><tr><th scope=\"col\">pair</th><th scope=\"col\" class=\"number\">probability A</th><th scope=\"col\" class=\"number\">B</th><th scope=\"col\" class=\"number\">bytes in common</th><th scope=\"col\">A wrote</th><th scope=\"col\">B wrote</th><th scope=\"col\">A gave B's</th><th scope=\"col\">B gave A's</th></tr></thead><tbody>".to_owned();
        for &index in self.order.iter().skip(self.first).take(ROWS) {
            let Some(pair) = comparison.pairs.get(index as usize) else {
                continue;
            };
            let value = |side: &Side<'_>, index: u32| {
                let sequence = side.sequence(index);
                format::sig3_or_dash(sequence.and_then(|sequence| sequence.metrics.mean_prob))
            };
            push!(
                html,
                "<tr><th scope=\"row\"><button type=\"button\" class=\"link\" data-set=\"show:{0}\">{0}{1}</button></th><td class=\"number\">{2}</td><td class=\"number\">{3}</td>",
                u64::from(index) + 1,
                Text(named(&sides.0, pair.a)),
                value(&sides.0, pair.a),
                value(&sides.1, pair.b)
            );
            match (pair.fork, self.turns(&sides, pair)) {
                (None, _) => html += "<td colspan=\"5\">the same text</td>",
                (Some(fork), Some((a, b))) => push!(
                    html,
                    "<td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
                    format::count(fork.byte.into()),
                    wrote(&a),
                    wrote(&b),
                    a.gave.in_words(),
                    b.gave.in_words()
                ),
                (Some(fork), None) => push!(
                    html,
                    "<td class=\"number\">{}</td><td colspan=\"4\"></td>",
                    format::count(fork.byte.into())
                ),
            }
            html += "</tr>";
        }
        html += "</tbody></table></div>";
        html + &pages(self.first, ROWS, self.order.len())
    }
}

/// What the pair is known by, after its number.
fn named(side: &Side<'_>, index: u32) -> String {
    let completion = side
        .sequence(index)
        .and_then(|sequence| side.columns.completions.get(sequence.completion as usize));
    let label = completion.and_then(|completion| completion.label.as_deref());
    label.map_or_else(String::new, |label| format!(" · {}", short(label, 24)))
}

/// The token of a side, or that its text ends.
fn wrote(turn: &Turn) -> String {
    if turn.token.is_none() {
        return "<small>ends</small>".to_owned();
    }
    let share = turn
        .probability
        .map_or_else(String::new, |p| format!(" {}", format::percent(p)));
    format!("{}{share}", label(&turn.wrote))
}

/// Sums and differences.
fn differences(comparison: &Comparison) -> String {
    let mut html = "<table class=\"rows differences\"><thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"number\">A</th><th scope=\"col\" class=\"number\">B</th><th scope=\"col\" class=\"number\">B − A</th><th scope=\"col\" class=\"number\">95 % interval</th><th scope=\"col\" class=\"number\">pairs</th></tr></thead><tbody>".to_owned();
    for Difference {
        measure,
        pairs,
        a,
        b,
        difference,
        interval,
    } in &comparison.differences
    {
        let say =
            |value: &Option<f64>| value.map_or_else(|| "—".to_owned(), |value| measure.say(value));
        let signed = |value: f64| {
            format!(
                "{}{}",
                if value > 0.0 { "+" } else { "" },
                measure.say(value)
            )
        };
        let (class, between) = match interval {
            Some(interval) => (
                // Surely different: 0 is outside.
                if interval.low > 0.0 || interval.high < 0.0 {
                    "sure"
                } else {
                    ""
                },
                format!("{} … {}", signed(interval.low), signed(interval.high)),
            ),
            None => ("", "—".to_owned()),
        };
        push!(
            html,
            "<tr class=\"{class}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{between}</td><td class=\"number\">{}</td></tr>",
            measure.title(),
            say(a),
            say(b),
            difference.map_or_else(|| "—".to_owned(), signed),
            format::count(u64::from(*pairs))
        );
    }
    push!(
        html,
        "</tbody></table><p class=\"panel-note\">Intervals: paired bootstrap, percentiles, {} resamples with a fixed seed. Each run scores its own text: that is confidence, not correctness.</p>",
        format::count(bootstrap::RESAMPLES as u64)
    );
    html
}

/// Who belongs together, and who is alone.
fn pairing(comparison: &Comparison) -> String {
    let mut text = format!(
        "{} by {}",
        counted(comparison.pairs.len() as u64, "pair", "pairs"),
        comparison.rule.name()
    );
    for (alone, name) in [
        (comparison.only_a.len(), "A"),
        (comparison.only_b.len(), "B"),
    ] {
        if alone > 0 {
            push!(
                text,
                ", {} of {name} without a partner",
                format::count(alone as u64)
            );
        }
    }
    text.push_str(". ");
    match comparison.median_fork() {
        None if comparison.pairs.is_empty() => {}
        None => text.push_str("All texts are the same, byte by byte."),
        Some(byte) => push!(
            text,
            "The same text in {}; the others part after {}, in the median.",
            format::count(comparison.same_texts() as u64),
            counted(byte.into(), "byte", "bytes")
        ),
    }
    let other = comparison.other_tokens();
    if other > 0 {
        push!(
            text,
            " In {} the same bytes are cut into other tokens: perplexities of different tokenizers do not compare, bits per byte do.",
            counted(other as u64, "pair", "pairs")
        );
    }
    format!("<p class=\"panel-sum\">{text}</p>")
}

impl Panel for Versus {
    fn wants(&self) -> &[Want] {
        &self.wants
    }

    fn take(&mut self, _: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>) {
        self.read += 1;
        if let Some(detail) = detail {
            self.details.insert(want, detail.clone());
        }
    }

    fn html(&self, runs: &Runs<'_>) -> String {
        let Some(comparison) = &self.comparison else {
            return "<p class=\"empty\">Choose what stands beside this run: a file of this machine, a stored run, or another model of this run.</p>".to_owned();
        };
        if comparison.pairs.is_empty() {
            return format!(
                "{}<p class=\"empty\">Nothing belongs together by {}. Choose another rule.</p>",
                pairing(comparison),
                comparison.rule.name()
            );
        }
        let name_b = runs
            .beside
            .filter(|_| self.apart)
            .map_or(runs.this.name, |(name, _)| name);
        let mut html = format!(
            "<p class=\"versus-names\"><b>A</b> {} · {}<br><b>B</b> {} · {}</p>",
            Text(runs.this.name),
            counted(self.a.len() as u64, "sequence", "sequences"),
            Text(name_b),
            counted(self.b.len() as u64, "sequence", "sequences")
        );
        let shown = self
            .shown
            .and_then(|number| Some((number, comparison.pairs.get(number as usize)?)));
        if let Some((number, pair)) = shown {
            let sides = self.sides(runs);
            let turns = self.turns(&sides, pair);
            return html
                + &pair::side_by_side(
                    &sides,
                    number,
                    comparison.pairs.len(),
                    pair,
                    turns,
                    self.scale,
                );
        }
        html += &pairing(comparison);
        html += &differences(comparison);
        html += "<h3>Pairs, those first that differ most</h3>";
        html += &progress(self.read, self.wants.len());
        html + &self.rows(runs, comparison)
    }
}
