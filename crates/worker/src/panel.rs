//! Panels: what is asked of the open run besides its list. The records that a panel wants are read near to each other, and
//! what is known by then is shown meanwhile.
use crate::asking::Batch;
use crate::host::{Shared, pause, record_bytes, send};
use crate::protocol::{Question, Response};
use crate::source::{Source, fetch};
use api::{RunList, RunListQuery, RunSummary};
use completions::{Columns, Importer, Limits, SequenceDetail};
use panels::{Panel, Run, Runs, Want};
use wasm_bindgen_futures::JsFuture;

/// While records are read: how often the page is shown what is known by then, milliseconds.
const SHOW_EVERY_MS: f64 = 400.0;
/// A question that is followed by another one within this time is not answered: a slider is moved in many steps.
const SETTLE_MS: i32 = 15;
/// Stored runs to choose from.
const STORED: u32 = 50;

/// What may stand beside the open run.
#[derive(Default)]
pub(crate) struct Beside {
    /// The file that was chosen for it.
    chosen: Option<(String, Source)>,
    /// The run that was read.
    read: Option<Read>,
}

struct Read {
    which: panels::Beside,
    name: String,
    columns: Columns,
    source: Source,
}

impl Beside {
    /// Takes a file of this machine.
    pub(crate) fn choose(&mut self, name: String, file: Source) {
        self.chosen = Some((name, file));
        if self.is(&panels::Beside::File) {
            self.read = None;
        }
    }

    fn is(&self, which: &panels::Beside) -> bool {
        self.read.as_ref().is_some_and(|read| read.which == *which)
    }
}

/// One question, as long as no other one is asked.
struct Asked {
    worker: Shared,
    number: u32,
    question: Question,
}

/// Answers, in one message or in several.
pub(crate) async fn answer(worker: Shared, number: u32, question: Question, fresh: bool) {
    let asked = Asked {
        worker,
        number,
        question,
    };
    pause(SETTLE_MS).await;
    if asked.is_wanted()
        && let Err(message) = asked.answer(fresh).await
    {
        let message = markup::Text(message);
        asked.show(
            None,
            format!("<p class=\"strip strip-error\" role=\"alert\">{message}</p>"),
        );
    }
}

impl Asked {
    fn is_wanted(&self) -> bool {
        self.worker.borrow().panel == self.number
    }

    fn show(&self, controls: Option<String>, html: String) {
        send(&Response::Panel {
            number: self.number,
            controls,
            html,
        });
    }

    /// Something with the runs, while nothing is awaited.
    fn with_runs<T>(&self, then: impl FnOnce(&Runs<'_>) -> T) -> T {
        let worker = self.worker.borrow();
        let beside = panels::beside(&self.question);
        let beside = worker
            .beside
            .read
            .as_ref()
            .filter(|read| Some(&read.which) == beside.as_ref());
        then(&Runs {
            this: Run {
                name: &worker.name,
                columns: &worker.state.columns,
                selection: &worker.state.selection,
                shade: worker.state.colours.shade(),
            },
            beside: beside.map(|read| (read.name.as_str(), &read.columns)),
        })
    }

    async fn answer(&self, fresh: bool) -> Result<(), String> {
        let mut fresh = fresh;
        if let Some(which) = panels::beside(&self.question)
            && !self.worker.borrow().beside.is(&which)
        {
            let read = self.read_beside(which).await?;
            if !self.is_wanted() {
                return Ok(());
            }
            self.worker.borrow_mut().beside.read = read;
            // The fields name the file.
            fresh = true;
        }
        let stored = if fresh && self.question.name == panels::Name::Versus {
            stored_runs().await
        } else {
            Vec::new()
        };
        if !self.is_wanted() {
            return Ok(());
        }
        let controls =
            fresh.then(|| self.with_runs(|runs| panels::controls(&self.question, runs, &stored)));
        let mut panel = self.with_runs(|runs| panels::open(&self.question, runs));
        // What is at hand is taken at once: nothing flickers while a person walks over tokens.
        let at_hand = match *panel.wants() {
            [only] => self.held(only).map(|detail| (only, detail)),
            _ => None,
        };
        if let Some((want, detail)) = at_hand {
            self.with_runs(|runs| panel.take(runs, want, Some(&detail)));
            self.show(controls, self.with_runs(|runs| panel.html(runs)));
            return Ok(());
        }
        let html = self.with_runs(|runs| panel.html(runs));
        self.show(controls, html);
        self.read_for(panel.as_mut()).await
    }

    /// Reads what the panel wants.
    async fn read_for(&self, panel: &mut dyn Panel) -> Result<(), String> {
        let wants = panel.wants().to_vec();
        let mut rest = wants.as_slice();
        let mut shown = js_sys::Date::now();
        while let Some(first) = rest.first() {
            let read = match self.held(*first) {
                Some(detail) => vec![(*first, Some(detail))],
                None => self.read_some(rest).await?,
            };
            if !self.is_wanted() {
                return Ok(());
            }
            rest = rest.get(read.len().max(1)..).unwrap_or_default();
            self.with_runs(|runs| {
                for (want, detail) in &read {
                    panel.take(runs, *want, detail.as_ref());
                }
            });
            if let ([only], [(want, Some(detail))]) = (wants.as_slice(), read.as_slice())
                && !only.beside
            {
                // Asked again and again while settings are tried.
                let (sequence, detail) = (want.sequence, detail.clone());
                self.worker.borrow_mut().state.keep_detail(sequence, detail);
            }
            if rest.is_empty() || js_sys::Date::now() - shown > SHOW_EVERY_MS {
                self.show(None, self.with_runs(|runs| panel.html(runs)));
                shown = js_sys::Date::now();
            }
        }
        Ok(())
    }

    fn held(&self, want: Want) -> Option<SequenceDetail> {
        let worker = self.worker.borrow();
        let detail = worker.state.detail_of(want.sequence);
        detail.filter(|_| !want.beside).cloned()
    }

    /// Reads the first of these, and those that follow it and lie near; `None` for what is not what it was.
    async fn read_some(
        &self,
        wants: &[Want],
    ) -> Result<Vec<(Want, Option<SequenceDetail>)>, String> {
        let Some(first) = wants.first().copied() else {
            return Ok(Vec::new());
        };
        let alike = wants.iter().take_while(|want| want.beside == first.beside);
        let sequences = alike.map(|want| want.sequence);
        let found = {
            let worker = self.worker.borrow();
            if first.beside {
                let read = worker.beside.read.as_ref();
                read.and_then(|read| {
                    Some((read.source.clone(), Batch::of(&read.columns, sequences)?))
                })
            } else {
                let batch = Batch::of(&worker.state.columns, sequences);
                worker.source.clone().zip(batch)
            }
        };
        let (source, batch) = found.ok_or("There is no such sequence in this file.")?;
        let bytes = record_bytes(&source, &batch.source, &batch.span).await?;
        let want = |sequence| Want {
            beside: first.beside,
            sequence,
        };
        let read = batch.decode(&bytes).into_iter();
        Ok(read
            .map(|(sequence, detail)| (want(sequence), detail))
            .collect())
    }

    /// Reads the run that is to stand beside the open one; `None` when no file is chosen yet.
    async fn read_beside(&self, which: panels::Beside) -> Result<Option<Read>, String> {
        let (name, source) = match &which {
            panels::Beside::File => match self.worker.borrow().beside.chosen.clone() {
                Some(chosen) => chosen,
                None => return Ok(None),
            },
            panels::Beside::Stored(id) => {
                let url = api::paths::file_url(id);
                let summary: Option<RunSummary> = document(&api::paths::run_url(id)).await;
                let name = summary.map_or_else(|| format!("stored run {id}"), |run| run.name);
                (name, Source::Stored { url })
            }
        };
        let mut importer = Importer::new(Limits::default());
        let mut shown = f64::NEG_INFINITY;
        for file in 0..source.files() {
            importer.source(source.name(file));
            let mut stream = source.stream(file, 0).await?;
            while let Some(bytes) = stream.next().await? {
                if !self.is_wanted() {
                    return Ok(None);
                }
                importer.push(bytes);
                if js_sys::Date::now() - shown > SHOW_EVERY_MS {
                    shown = js_sys::Date::now();
                    let read = metrics::format::bytes(importer.progress().bytes);
                    let name = markup::Text(&name);
                    self.show(None, format!("<p class=\"panel-progress\" role=\"status\">Reading {name}: {read} so far …</p>"));
                }
            }
        }
        let columns = importer.finish().columns;
        if columns.sequences.is_empty() {
            return Err(format!(
                "{name} has no completions. Choose another file for B."
            ));
        }
        Ok(Some(Read {
            which,
            name,
            columns,
            source,
        }))
    }
}

/// The stored runs that may be chosen, the newest first; none where there is no store.
async fn stored_runs() -> Vec<(String, String)> {
    let url = api::paths::list_url(&RunListQuery {
        before: String::new(),
        limit: STORED,
    });
    let list: Option<RunList> = document(&url).await;
    let runs = list.map_or_else(Vec::new, |list| list.runs);
    runs.into_iter().map(|run| (run.id, run.name)).collect()
}

/// A document of the API; `None` where there is none.
async fn document<T: serde::de::DeserializeOwned>(url: &str) -> Option<T> {
    let text = fetch(url, None).await.ok()?.text().ok()?;
    let text = JsFuture::from(text).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}
