//! The run beside another one, or two parts of it: which answers belong together, what differs over all, and where two part.
//!
//! | module | what |
//! |---|---|
//! | `choice` | the fields, and the sequences that they name |
//! | `sums` | all pairs together |
//! | `rows` | the pairs as rows |
//! | `pair` | one pair with both of its texts |
mod choice;
mod pair;
mod rows;
mod sums;

pub(crate) use choice::controls;

use crate::html::{counted, first_row, progress};
use crate::{Panel, Runs, Settings, Want};
use analysis::Scale;
use analysis::compare::{Comparison, Pair, Rule, Side, Turn, turns};
use choice::part;
use completions::{Columns, SequenceDetail};
use markup::Text;
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
    /// By what the person reads.
    scale: Scale,
}

impl Versus {
    pub(crate) fn new(settings: &Settings, runs: &Runs<'_>, scale: Scale) -> Self {
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
            // Equal texts have no place at which to look; their colours may be told by the alternatives, though.
            let colours = self.shown.is_some() && self.scale.lens.quantity.is_listed();
            if pair.fork.is_some() || colours {
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
                sums::pairing(comparison),
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
            let (a, b) = (Want::of_this(pair.a), self.of_b(pair.b));
            // In the usual colours until that is read which tells the others.
            let waits = self.read < self.wants.len() && self.scale.lens.quantity.is_listed();
            let shown = pair::Shown {
                number,
                pairs: comparison.pairs.len(),
                pair,
                turns,
                scale: if waits { Scale::default() } else { self.scale },
                details: [a, b].map(|want| self.details.get(&want)),
            };
            html += &progress(self.read, self.wants.len());
            return html + &shown.html(&sides);
        }
        html += &sums::pairing(comparison);
        html += &sums::differences(comparison);
        html += "<h3>Pairs, those first that differ most</h3>";
        html += &progress(self.read, self.wants.len());
        html + &self.rows(runs, comparison)
    }
}
