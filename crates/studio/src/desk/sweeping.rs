//! Prompts over a grid of parameters.
use super::{Desk, Phase, running::clock};
use crate::stream;
use api::writing::{Ask, Happening, Timings};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use sweep::{Point, Row, lines, points};
use web_sys::{AbortController, AbortSignal};

/// What is swept, and what has come of it. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sweep {
    /// A parameter and its values in each line.
    pub(crate) grid: RwSignal<String>,
    /// Name of the file of prompts; empty for the prompt of the form.
    pub(crate) file: RwSignal<String>,
    /// Its text.
    pub(crate) prompts: RwSignal<String>,
    pub(crate) swept: RwSignal<Swept>,
}

/// What has come of it so far.
#[derive(Debug, Default)]
pub(crate) struct Swept {
    /// Requests that are to be answered.
    pub(crate) all: usize,
    /// The point that is asked now.
    pub(crate) point: String,
    pub(crate) rows: Vec<Row>,
    /// What was answered, with the points at which it was.
    pub(crate) records: Vec<Value>,
}

impl Sweep {
    pub(super) fn new() -> Self {
        Self {
            grid: RwSignal::default(),
            file: RwSignal::default(),
            prompts: RwSignal::default(),
            swept: RwSignal::default(),
        }
    }

    pub(super) fn clear(self) {
        self.swept.set(Swept::default());
    }
}

/// What a sweep is going to ask.
#[derive(Debug)]
pub(crate) struct Plan {
    points: Vec<Point>,
    prompts: Vec<String>,
    /// Answers to all of them.
    pub(crate) answers: usize,
}

impl Plan {
    /// Points of the grid, and prompts.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.points.len(), self.prompts.len())
    }
}

impl Desk {
    /// What the form asks for, or what is wrong with it.
    pub(crate) fn plan(self) -> Result<Plan, String> {
        let axes = self.sweep.grid.with(|grid| lines::axes(grid));
        let points = axes.and_then(|axes| points(&axes));
        let points = points.map_err(|failure| failure.to_string())?;
        let file = self.sweep.file.get();
        let prompts = match file.is_empty() {
            true => vec![self.prompt.get()],
            false => {
                let prompts = self.sweep.prompts.with(|text| sweep::prompts(text));
                prompts.map_err(|bad| format!("{file}, {bad}"))?
            }
        };
        if prompts.is_empty() {
            return Err(format!("{file} has no prompt in it"));
        }
        let told = self.each_parameter()?;
        let mut answers = 0;
        for point in &points {
            let settings = point.over(told.clone()).and_then(|all| all.settings());
            let settings = settings.map_err(|error| format!("{}: {error}", point.name()))?;
            answers += settings.num_return_sequences * prompts.len();
        }
        Ok(Plan {
            points,
            prompts,
            answers,
        })
    }

    /// Asks for all of it, one after the other.
    pub(crate) fn sweep(self) {
        let (plan, control) = match (untrack(|| self.plan()), AbortController::new()) {
            (Ok(plan), Ok(control)) => (plan, control),
            (Err(message), _) => return self.phase.set(Phase::Failed(message)),
            _ => return,
        };
        self.clear();
        self.shown.set(Vec::new());
        let signal = control.signal();
        self.control.set_value(Some(control));
        self.phase.set(Phase::Writing);
        let begin = clock();
        self.speed.set((0, 0.0, 0.0));
        let (points, prompts) = plan.size();
        let asks: Vec<Ask> = plan
            .prompts
            .into_iter()
            .map(|prompt| self.question_of(prompt))
            .collect();
        let own = untrack(|| self.is_own());
        self.sweep
            .swept
            .update(|swept| swept.all = points * prompts);
        spawn_local(async move {
            for point in plan.points {
                self.sweep.swept.update(|swept| {
                    swept.point = point.name();
                    swept.rows.push(Row::new(point.clone()));
                });
                for ask in &asks {
                    let mut ask = ask.clone();
                    for (name, value) in point.each() {
                        ask.parameters.insert(name.to_owned(), json!(value));
                    }
                    let answer = self.answer(&ask, &signal, own, begin).await;
                    if signal.aborted() {
                        return;
                    }
                    match answer {
                        Ok(record) => self.take(&point, record),
                        Err(message) => {
                            self.control.set_value(None);
                            return self.phase.set(Phase::Failed(message));
                        }
                    }
                }
            }
            self.control.set_value(None);
            self.phase.set(Phase::Done(Timings::default()));
        });
    }

    /// The record of one request, or why there is none.
    async fn answer(
        self,
        ask: &Ask,
        signal: &AbortSignal,
        own: bool,
        begin: f64,
    ) -> Result<Value, String> {
        let mut answer =
            Err("The model stopped without a word; what had arrived is here.".to_owned());
        let mut each = |happenings: Vec<Happening>| {
            if signal.aborted() {
                return;
            }
            let before = self.speed.get_untracked().0;
            let mut tokens = 0;
            for happening in happenings {
                match happening {
                    Happening::Waiting { ahead } => self.phase.set(Phase::Waiting(ahead)),
                    Happening::Prompt(_) => self.phase.set(Phase::Writing),
                    Happening::Token { .. } | Happening::Step { .. } => tokens += 1,
                    Happening::Done { record, .. } => answer = Ok(record),
                    Happening::Error(error) => answer = Err(error.message),
                    Happening::Scored(_) => {}
                }
            }
            if tokens > 0 {
                let now = clock() - begin;
                let first = match before {
                    0 => now,
                    _ => self.speed.get_untracked().1,
                };
                self.speed.set((before + tokens, first, now));
            }
        };
        let asked = stream::ask(api::GENERATE, &stream::json(ask), signal, own, &mut each).await;
        asked.map_err(|error| error.message)?;
        answer
    }

    fn take(self, point: &Point, mut record: Value) {
        self.sweep.swept.update(|swept| {
            if let Some(row) = swept.rows.last_mut() {
                row.add(&record);
            }
            point.mark(&mut record);
            swept.records.push(record);
        });
    }
}
