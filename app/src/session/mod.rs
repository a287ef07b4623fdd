//! The run that is open: where it comes from, how far it is read, and what the worker said of it.
//!
//! One session per page. Pages change it through its methods only; answers of the worker come in through `receive`.
mod held;
mod receive;
pub mod store;

use crate::browser::{look, selected_tokens};
use crate::files::Chosen;
use analysis::{Filter, Histogram, Lens, Scale, Sort};
use api::{RunSummary, Totals};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::File;
use worker::protocol::Kind;
use worker::protocol::{Job, Paint, Question, Request, Row, SequenceText, TokenView, Values};

/// Where the open file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Files of this machine; nobody else has them.
    Local,
    /// The stored run with this id.
    Stored(String),
}

/// How far the reading is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Phase {
    /// No file is open.
    #[default]
    Idle,
    /// The worker reads.
    Reading {
        /// Bytes read.
        bytes: u64,
        /// Size; 0 when unknown.
        total: u64,
    },
    /// All that there is was read.
    Ready {
        /// The person stopped the reading before the end; bytes read until then.
        stopped_at: Option<u64>,
    },
    /// Nothing could be read.
    Failed {
        /// What happened and what to do.
        message: String,
    },
}

/// The answer to the current filter and sort.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selected {
    /// Number of the question; rows of another one are out of date.
    pub query: u32,
    /// How many sequences match.
    pub count: u32,
    /// How many tokens match the query.
    pub hits: u64,
    /// How many more sequences may match: their alternatives are being read.
    pub open: u32,
    /// Their boards.
    pub totals: Totals,
    /// Position of the open sequence in the list.
    pub located: Option<u32>,
}

/// The rows that the list has at hand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Of which selection.
    pub query: u32,
    /// Position of the first one.
    pub first: u32,
    /// The rows.
    pub rows: Vec<Arc<Row>>,
}

/// How the values under a lens are spread.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spread {
    /// Which lens.
    pub lens: Lens,
    /// How many units have which value.
    pub histogram: Histogram,
    /// How many sequences are still to be read for it.
    pub open: u32,
    /// What the values are, how far the reading is, or why it ended.
    pub note: String,
}

/// The open file. Copies share their signals.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Where the open file comes from; `None` when no file is open.
    pub origin: RwSignal<Option<Origin>>,
    /// Counts the files opened: a page about the open file begins anew with each.
    pub opened: RwSignal<Job>,
    /// How many files of this machine are open together.
    pub files: RwSignal<u32>,
    /// Files of an opened folder that were not read: their names are not those of completions.
    pub left_out: RwSignal<u32>,
    /// How far the reading is.
    pub phase: RwSignal<Phase>,
    /// What is known of the run; grows while it is read.
    pub summary: RwSignal<Arc<RunSummary>>,
    /// The current selection.
    pub selected: RwSignal<Selected>,
    /// Why the query last asked cannot be answered, and what to do; empty when it can.
    pub refused: RwSignal<String>,
    /// What the query may go on with: whole queries, and what each of them adds.
    pub suggestions: RwSignal<Vec<(String, String)>>,
    /// Rows of the current selection.
    pub rows: RwSignal<Arc<Rows>>,
    /// The open sequence, or why it could not be read.
    pub text: RwSignal<Option<Result<Arc<SequenceText>, String>>>,
    /// How the values of all units are spread, under the lens asked for last.
    pub spread: RwSignal<Arc<Spread>>,
    /// The values of the open sequence, where its probabilities are not enough.
    pub values: RwSignal<Arc<Values>>,
    /// The token asked for last.
    pub token: RwSignal<Option<Arc<TokenView>>>,
    /// The fields of the open panel, as HTML.
    pub panel_controls: RwSignal<String>,
    /// What the open panel shows, as HTML.
    pub panel_html: RwSignal<String>,
    excerpt: StoredValue<String>,
    asked: StoredValue<u32>,
    panel: StoredValue<u32>,
}

impl Session {
    /// A session without a file.
    pub fn new() -> Self {
        Self {
            origin: RwSignal::new(None),
            opened: RwSignal::new(0),
            files: RwSignal::new(0),
            left_out: RwSignal::new(0),
            phase: RwSignal::new(Phase::Idle),
            summary: RwSignal::default(),
            selected: RwSignal::default(),
            refused: RwSignal::default(),
            suggestions: RwSignal::default(),
            rows: RwSignal::default(),
            text: RwSignal::new(None),
            spread: RwSignal::default(),
            values: RwSignal::default(),
            token: RwSignal::new(None),
            panel_controls: RwSignal::default(),
            panel_html: RwSignal::default(),
            excerpt: StoredValue::default(),
            asked: StoredValue::new(0),
            panel: StoredValue::new(0),
        }
    }

    /// Loads what reading needs, so that the first file opens at once. Should it fail, opening says why.
    pub fn warm_up(self) {
        let _ = held::warm_up(move |event| self.receive(event));
    }

    /// Opens files of this machine as one run. The reading waits for [`Session::start`]: reader and page share the machine, and a
    /// page that changes meanwhile would stand still for longer than one notices.
    pub fn open_files(self, chosen: Chosen) {
        let name = chosen.name();
        let (names, files): (Vec<String>, Vec<File>) = chosen.files.into_iter().unzip();
        let total = files.iter().map(|file| file.size() as u64).sum();
        self.files.set(files.len() as u32);
        self.left_out.set(chosen.left_out);
        held::keep_files(files);
        self.excerpt.set_value(String::new());
        self.open(Origin::Local, name, names, None, total);
    }

    /// Opens the excerpt of a link, unless it is the one that is open.
    pub fn open_excerpt(self, excerpt: String) {
        let local = self.origin.get_untracked() == Some(Origin::Local);
        if excerpt.is_empty() || (local && self.excerpt.with_value(|open| *open == excerpt)) {
            return;
        }
        held::keep_files(Vec::new());
        self.files.set(0);
        self.left_out.set(0);
        self.excerpt.set_value(excerpt);
        self.open(Origin::Local, "Excerpt".to_owned(), Vec::new(), None, 0);
    }

    /// The page is there: the reading begins, unless it did.
    pub fn start(self) {
        held::send_kept();
    }

    /// Reads a stored run, unless it is the one that is open.
    pub fn open_stored(self, summary: &RunSummary) {
        let origin = Origin::Stored(summary.id.clone());
        let failed = matches!(self.phase.get_untracked(), Phase::Failed { .. });
        if self.origin.get_untracked().as_ref() == Some(&origin) && !failed {
            return;
        }
        held::keep_files(Vec::new());
        self.files.set(0);
        self.left_out.set(0);
        self.excerpt.set_value(String::new());
        self.open(
            origin,
            summary.name.clone(),
            Vec::new(),
            Some(api::paths::file_url(&summary.id)),
            summary.size,
        );
        self.start();
    }

    fn open(
        self,
        origin: Origin,
        name: String,
        names: Vec<String>,
        url: Option<String>,
        total: u64,
    ) {
        let job = self.opened.get_untracked().wrapping_add(1);
        self.opened.set(job);
        self.forget_answers();
        self.summary.set(Arc::new(RunSummary {
            name: name.clone(),
            size: total,
            ..RunSummary::default()
        }));
        self.phase.set(Phase::Reading { bytes: 0, total });
        self.origin.set(Some(origin));
        if let Err(message) = held::worker_for_new_file(move |event| self.receive(event)) {
            self.phase.set(Phase::Failed { message });
        }
        let excerpt = self.excerpt.get_value();
        if names.is_empty() && url.is_none() && excerpt.is_empty() {
            let message = crate::files::none_in_folder();
            return self.phase.set(Phase::Failed { message });
        }
        held::keep(Request::Open {
            job,
            name,
            names,
            url,
            excerpt,
        });
    }

    fn forget_answers(self) {
        self.selected.set(Selected::default());
        self.refused.set(String::new());
        self.rows.set(Arc::default());
        self.text.set(None);
        self.token.set(None);
        self.spread.set(Default::default());
        self.values.set(Default::default());
        self.panel_controls.set(String::new());
        self.panel_html.set(String::new());
    }

    /// Stops reading; what was read so far stays.
    pub fn cancel(self) {
        self.start();
        held::send(
            &Request::Cancel {
                job: self.opened.get_untracked(),
            },
            &[],
        );
    }

    /// Closes the file.
    pub fn close(self) {
        held::stop_worker();
        held::keep_files(Vec::new());
        self.forget_answers();
        self.phase.set(Phase::Idle);
        self.origin.set(None);
    }

    /// The local file was stored as this run: from now on the session is that run's.
    pub fn became(self, id: String) {
        self.origin.set(Some(Origin::Stored(id)));
    }

    /// Asks for a selection; the answer comes into `selected`.
    pub fn select(self, filter: Filter, sort: Sort, locate: Option<u32>) {
        let query = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(query);
        held::send(
            &Request::Select {
                query,
                filter,
                sort,
                locate,
            },
            &[],
        );
    }

    /// Asks what a query may go on with; the answer comes into `suggestions`.
    pub fn complete(self, text: String) {
        held::send(&Request::Complete { text }, &[]);
    }

    /// Asks where a sequence is in the current selection; the answer comes into `selected`.
    pub fn locate(self, sequence: u32) {
        held::send(&Request::Locate { sequence }, &[]);
    }

    /// Asks for rows of the current selection; the answer comes into `rows`.
    pub fn ask_rows(self, first: u32, count: u32) {
        let query = self.selected.with_untracked(|selected| selected.query);
        held::send(
            &Request::Rows {
                query,
                first,
                count,
            },
            &[],
        );
    }

    /// Asks for what is listed as a file; the browser saves it when it comes.
    pub fn export(self, kind: Kind, scale: Scale) {
        let name = self.summary.with_untracked(|summary| summary.name.clone());
        held::send(&Request::Export { kind, name, scale }, &[]);
    }

    /// Looks at all values under this lens; the answers come into `spread`, `values` and `rows`.
    pub fn look(self, lens: Lens) {
        held::send(&Request::Look { lens }, &[]);
    }

    /// What a sequence is painted by; `None` as long as its values are not there. Tracked.
    pub fn paint(self, sequence: u32, scale: Scale) -> Option<Paint> {
        if scale.lens.is_direct() {
            let values = Arc::default();
            return Some(Paint { scale, values });
        }
        let values = self.values.get();
        let fits = values.sequence == sequence && values.lens == scale.lens;
        fits.then_some(Paint { scale, values })
    }

    /// Asks for a picture of the open sequence, of what is selected of it, or of the first one that is listed; the browser saves it
    /// when it comes, as dots or as lines.
    pub fn picture(self, sequence: Option<u32>, scale: Scale, dots: bool) {
        let name = self.summary.with_untracked(|summary| summary.name.clone());
        held::send(
            &Request::Picture {
                sequence,
                tokens: sequence.and_then(|_| selected_tokens()),
                name,
                scale,
                look: look(),
                dots,
            },
            &[],
        );
    }

    /// Asks for a whole sequence; the answer comes into `text`.
    pub fn ask_text(self, sequence: u32) {
        held::send(&Request::Text { sequence }, &[]);
    }

    /// Asks for a token; the answer comes into `token`.
    pub fn ask_token(self, sequence: u32, token: u32) {
        held::send(&Request::Token { sequence, token }, &[]);
    }

    /// Asks something else of the run; the answers come into `panel_html`, with `fresh` the fields into `panel_controls`.
    pub fn ask_panel(self, question: Question, fresh: bool) {
        let number = self.panel.get_value().wrapping_add(1);
        self.panel.set_value(number);
        held::send(
            &Request::Panel {
                number,
                question,
                fresh,
            },
            &[],
        );
    }

    /// A file that may stand beside the open run.
    pub fn beside(self, file: File) {
        let name = file.name();
        held::send(&Request::Beside { name }, &[file]);
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// The session of this page.
pub fn use_session() -> Session {
    use_context().unwrap_or_default()
}
