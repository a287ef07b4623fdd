//! What was found, for people, for programs and for the history.

use std::fmt::Write;
use std::path::Path;

use super::count::Count;
use super::goals::Row;
use super::machine::Machine;
use super::samples::{Pair, Took};
use super::stats::{Estimate, median};
use crate::files;
use crate::run::{Done, Failure};

/// One figure.
pub(crate) struct Finding {
    row: Row,
    shape: String,
    found: Estimate,
    /// The same by the clock, where time was measured.
    wall: Option<Estimate>,
    /// Median milliseconds on the processor, of both sides.
    times: Option<[f64; 2]>,
    pairs: usize,
}

impl Finding {
    /// The ratio of two sides that took turns.
    pub(crate) fn timed(row: Row, shape: &str, pairs: &[Pair]) -> Done<Self> {
        let ratios = |of: fn(&Took) -> f64| -> Option<Estimate> {
            let ratios: Vec<f64> = pairs
                .iter()
                .map(|pair| of(&pair.first) / of(&pair.second))
                .collect();
            Estimate::of(&ratios)
        };
        let middle = |of: fn(&Pair) -> f64| median(pairs.iter().map(of).collect());
        let all = || {
            Some(Self {
                row,
                shape: shape.to_owned(),
                found: ratios(|took| took.cpu)?,
                wall: ratios(|took| took.wall),
                times: Some([
                    middle(|pair| pair.first.cpu)?,
                    middle(|pair| pair.second.cpu)?,
                ]),
                pairs: pairs.len(),
            })
        };
        all().ok_or_else(|| {
            Failure::new(
                format!("no times for {row:?} of {shape}"),
                "look at what compare.mjs prints",
            )
        })
    }

    /// A figure of single runs.
    pub(crate) fn valued(row: Row, shape: &str, values: &[f64]) -> Done<Self> {
        let found = Estimate::of(values).ok_or_else(|| {
            Failure::new(
                format!("no values for {row:?}"),
                "look at what browser.mjs prints",
            )
        })?;
        Ok(Self {
            row,
            shape: shape.to_owned(),
            found,
            wall: None,
            times: None,
            pairs: values.len(),
        })
    }

    /// A count of instructions.
    pub(crate) fn counted(count: &Count) -> Self {
        Self {
            row: Row::Instructions,
            shape: count.shape.clone(),
            found: Estimate::exact(count.per_unit()),
            wall: None,
            times: None,
            pairs: 0,
        }
    }

    fn line(&self) -> String {
        let goal = self.row.goal();
        let shown = |found: &Estimate| {
            if found.low == found.high {
                format!("{:.2}{}", found.median, goal.unit)
            } else {
                format!(
                    "{:.2}{} ({:.2} to {:.2})",
                    found.median, goal.unit, found.low, found.high
                )
            }
        };
        format!(
            "| {} | {} | {} | **{}** | {} | {} | {} | {} |",
            goal.number,
            goal.what,
            self.shape,
            shown(&self.found),
            self.wall.as_ref().map(shown).unwrap_or_default(),
            self.times
                .map(|[one, other]| format!("{one:.0}, {other:.0}"))
                .unwrap_or_default(),
            goal.steps(),
            goal.verdict(&self.found),
        )
    }

    fn json(&self) -> String {
        let goal = self.row.goal();
        let estimate = |found: &Estimate| {
            format!(
                r#"{{"median":{:.4},"low":{:.4},"high":{:.4}}}"#,
                found.median, found.low, found.high
            )
        };
        let [floor, wanted, stretch] = goal.steps;
        format!(
            r#"{{"row":{},"what":"{}","shape":"{}","found":{},"wall":{},"pairs":{},"floor":{floor},"goal":{wanted},"stretch":{stretch},"verdict":"{}"}}"#,
            goal.number,
            goal.what,
            self.shape,
            estimate(&self.found),
            self.wall
                .as_ref()
                .map_or_else(|| "null".to_owned(), estimate),
            self.pairs,
            goal.verdict(&self.found).trim_matches('*'),
        )
    }
}

/// All figures of one measurement.
pub(crate) struct Report {
    machine: Machine,
    pub(crate) findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            machine,
            findings: Vec::new(),
        }
    }

    /// As a section of Markdown.
    pub(crate) fn markdown(&self) -> String {
        let Machine {
            date,
            commit,
            kind,
            load,
            tools,
        } = &self.machine;
        let pairs = self
            .findings
            .iter()
            .map(|finding| finding.pairs)
            .max()
            .unwrap_or(0);
        let mut text = format!(
            "## {date}, commit {commit}\n\n{kind}; load before {load}; {tools}. Medians of {pairs} pairs with 95 % intervals.\n\n\
             | # | What | Shape | Found | By the clock | CPU of both sides, ms | Floor / goal / stretch | Reached |\n\
             |---|---|---|---|---|---|---|---|\n"
        );
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| finding.row.goal().number);
        for finding in findings {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", finding.line());
        }
        text.push('\n');
        text
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> String {
        let Machine {
            date,
            commit,
            kind,
            load,
            tools,
        } = &self.machine;
        let findings: Vec<String> = self.findings.iter().map(Finding::json).collect();
        format!(
            "{{\"date\":\"{date}\",\"commit\":\"{commit}\",\"machine\":\"{kind}\",\"load\":\"{load}\",\"tools\":\"{tools}\",\"findings\":[\n{}\n]}}\n",
            findings.join(",\n")
        )
    }

    /// Adds the section to the history.
    pub(crate) fn append(&self, history: &Path) -> Done {
        let mut text = files::read_text(history)?;
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
        text.push_str(self.markdown().trim_end());
        text.push('\n');
        files::write(history, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let took = |cpu| Took {
            cpu,
            wall: cpu * 2.0,
        };
        let pairs = [(40.0, 10.0), (60.0, 10.0), (50.0, 10.0)].map(|(first, second)| Pair {
            first: took(first),
            second: took(second),
        });
        let machine = Machine {
            date: "2026-01-02".into(),
            commit: "abc".into(),
            kind: "2 cores".into(),
            load: "0.1 0.2 0.3".into(),
            tools: "rustc 1".into(),
        };
        let mut report = Report::new(machine);
        report
            .findings
            .push(Finding::timed(Row::Serde, "top5", &pairs).unwrap());
        report
            .findings
            .push(Finding::timed(Row::Compute, "top5", &pairs).unwrap());
        report
    }

    #[test]
    fn a_table_with_goals_beside_the_figures() {
        let text = report().markdown();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "## 2026-01-02, commit abc");
        assert_eq!(
            lines[2],
            "2 cores; load before 0.1 0.2 0.3; rustc 1. Medians of 3 pairs with 95 % intervals."
        );
        assert_eq!(
            lines[6],
            "| 1 | compute only, one thread, against the JavaScript baseline, CPU | top5 | **5.00x (4.00 to 6.00)** | 5.00x (4.00 to 6.00) | 50, 10 | ≥ 5 / 8 / 10 | **below the floor** |"
        );
        assert!(
            lines[7].starts_with("| 5 | ") && lines[7].ends_with("| ≥ 3 / 4.5 / 6 | floor |"),
            "{}",
            lines[7]
        );
    }

    #[test]
    fn the_same_for_programs() {
        let text = report().json();
        assert!(
            text.starts_with(
                "{\"date\":\"2026-01-02\",\"commit\":\"abc\",\"machine\":\"2 cores\","
            ),
            "{text}"
        );
        assert!(
            text.contains(
                r#""shape":"top5","found":{"median":5.0000,"low":4.0000,"high":6.0000},"wall":{"#
            ) && text.contains(r#""floor":5,"goal":8,"stretch":10,"verdict":"below the floor"}"#),
            "{text}"
        );
    }

    #[test]
    fn nothing_measured_is_a_failure() {
        let failure = Finding::timed(Row::Serde, "top5", &[])
            .err()
            .unwrap()
            .to_string();
        assert!(
            failure.starts_with("failed: no times for Serde of top5\n"),
            "{failure}"
        );
    }
}
