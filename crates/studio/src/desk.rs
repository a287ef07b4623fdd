//! What the page knows, and what can be done on it.
use crate::stream;
use api::writing::{
    Ask, Happening, Judge, Message, ModelEntry, Models, NamedToken, Read, Score, Timings,
};
use api::{ApiError, RunSummary};
use branches::{Beams, Edit, State, Tree};
use decoding::parameters::{Field, entry};
use decoding::{Mode, Parameters};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use web_sys::{AbortController, FileList};

/// Alternatives that a token is shown with, unless told otherwise.
const ALTERNATIVES: &str = "10";
/// Behind the name of a model that was opened here.
const OWN: &str = " (this browser)";

/// What is going on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// Nothing was asked.
    Idle,
    /// Others are before us.
    Waiting(usize),
    /// The prompt is read.
    Reading,
    /// Tokens come.
    Writing,
    /// All is there.
    Done(Timings),
    /// Somebody has stopped it.
    Stopped,
    /// It has failed.
    Failed(String),
}

/// What became of storing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    /// Nobody asked.
    No,
    /// On its way.
    Sending,
    /// A run of this id.
    Run(String),
    /// It failed.
    Failed(String),
}

/// All of it. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk {
    /// `None` until the server has said.
    pub(crate) models: RwSignal<Option<Result<Vec<ModelEntry>, String>>>,
    /// Id of the chosen one.
    pub(crate) model: RwSignal<String>,
    /// Id of the one that was opened here from the disk, and computes in a worker.
    pub(crate) own: RwSignal<Option<String>>,
    /// What became of opening it.
    pub(crate) opening: RwSignal<String>,
    /// The prompt is what a person says in a chat.
    pub(crate) chat: RwSignal<bool>,
    pub(crate) system: RwSignal<String>,
    pub(crate) prompt: RwSignal<String>,
    /// A text that is to be judged.
    pub(crate) text: RwSignal<String>,
    /// Parameters that were told.
    pub(crate) told: RwSignal<BTreeMap<&'static str, String>>,
    /// What the model has read.
    pub(crate) read: RwSignal<Option<Read>>,
    pub(crate) tree: RwSignal<Tree>,
    pub(crate) beams: RwSignal<Beams>,
    /// Branches that are shown beside each other.
    pub(crate) shown: RwSignal<Vec<usize>>,
    /// A token that is looked at: its branch, and its place in the whole way.
    pub(crate) token: RwSignal<Option<(usize, usize)>>,
    pub(crate) phase: RwSignal<Phase>,
    /// Tokens since it began, and milliseconds from the beginning to the first one and to the last one.
    pub(crate) speed: RwSignal<(usize, f64, f64)>,
    pub(crate) score: RwSignal<Option<Score>>,
    pub(crate) stored: RwSignal<Stored>,
    /// What all branches answer.
    asked: RwSignal<Option<Ask>>,
    /// The last record of the server.
    made: RwSignal<Value>,
    control: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let told = [("max_new_tokens", "60"), ("top_logprobs", ALTERNATIVES)];
        let told = told.map(|(name, value)| (name, value.to_owned()));
        Self {
            models: RwSignal::new(None),
            model: RwSignal::default(),
            own: RwSignal::default(),
            opening: RwSignal::default(),
            chat: RwSignal::new(false),
            system: RwSignal::default(),
            prompt: RwSignal::default(),
            text: RwSignal::default(),
            told: RwSignal::new(told.into()),
            read: RwSignal::new(None),
            tree: RwSignal::default(),
            beams: RwSignal::default(),
            shown: RwSignal::default(),
            token: RwSignal::new(None),
            phase: RwSignal::new(Phase::Idle),
            speed: RwSignal::new((0, 0.0, 0.0)),
            score: RwSignal::new(None),
            stored: RwSignal::new(Stored::No),
            asked: RwSignal::new(None),
            made: RwSignal::new(Value::Null),
            control: StoredValue::new_local(None),
        }
    }

    /// Asks which models there are, and takes the first one that can be asked.
    pub(crate) fn load_models(self) {
        spawn_local(async move {
            let list = stream::get::<Models>(api::MODELS).await;
            let list = list.map(|list| list.models).map_err(|error| error.message);
            let first = list.as_ref().ok().and_then(|list| {
                let first = list.iter().find(|model| model.error.is_none());
                first.cloned()
            });
            if let Some(first) = first {
                self.chat.set(first.chat);
                self.model.set(first.id);
            }
            self.models.set(Some(list));
        });
    }

    /// Opens a model from the disk, and takes it.
    pub(crate) fn open(self, files: FileList) {
        if files.length() == 0 {
            return;
        }
        self.stop();
        self.opening.set("Reading the model …".to_owned());
        spawn_local(async move {
            let mut entry = match stream::open(&files).await {
                Ok(entry) => entry,
                Err(message) => return self.opening.set(message),
            };
            entry.id.push_str(OWN);
            let before = self.own.get_untracked();
            let mut list = self
                .models
                .get_untracked()
                .and_then(Result::ok)
                .unwrap_or_default();
            list.retain(|model| Some(&model.id) != before.as_ref());
            list.push(entry.clone());
            self.models.set(Some(Ok(list)));
            self.own.set(Some(entry.id.clone()));
            self.chat.set(entry.chat);
            self.model.set(entry.id);
            self.opening.set(
                "The model is ready. It computes here; nothing leaves this machine.".to_owned(),
            );
        });
    }

    /// The chosen model is the one that was opened here.
    pub(crate) fn is_own(self) -> bool {
        let own = self.own.get();
        own.is_some_and(|own| self.model.with(|model| *model == own))
    }

    /// The chosen model.
    pub(crate) fn entry(self) -> Option<ModelEntry> {
        let id = self.model.get();
        self.models.with(|models| {
            let models = models.as_ref()?.as_ref().ok()?;
            models.iter().find(|model| model.id == id).cloned()
        })
    }

    /// The parameters as they were told, and what is wrong with one of them.
    pub(crate) fn parameters(self) -> Result<Parameters, String> {
        let mut parameters = Parameters {
            eos_token_id: self
                .entry()
                .map(|model| model.eos_token_id)
                .unwrap_or_default(),
            ..Parameters::default()
        };
        if self.told.with(|told| told.contains_key("eos_token_id")) {
            parameters.eos_token_id.clear();
        }
        self.told.with(|told| {
            for (name, text) in told {
                for one in values(name, text) {
                    parameters
                        .set(name, one)
                        .map_err(|error| error.to_string())?;
                }
            }
            parameters.settings().map_err(|error| error.to_string())?;
            Ok(parameters)
        })
    }

    /// Something is computed.
    pub(crate) fn is_running(self) -> bool {
        let phase = self.phase.get();
        matches!(phase, Phase::Waiting(_) | Phase::Reading | Phase::Writing)
    }

    /// The question as it stands in the form.
    fn question(self) -> Ask {
        let message = |role: &str, content: String| Message {
            role: role.to_owned(),
            content,
        };
        let (system, prompt) = (self.system.get_untracked(), self.prompt.get_untracked());
        let mut ask = Ask {
            model: self.model.get_untracked(),
            parameters: self.told.with_untracked(json_of),
            ..Ask::default()
        };
        if self.chat.get_untracked() {
            let system = Some(system).filter(|text| !text.trim().is_empty());
            let system = system.map(|text| message("system", text));
            ask.messages = Some(
                system
                    .into_iter()
                    .chain([message("user", prompt)])
                    .collect(),
            );
        } else {
            ask.prompt = Some(prompt);
        }
        ask
    }

    /// Lets the model answer, from the beginning.
    pub(crate) fn generate(self) {
        let parameters = match untrack(|| self.parameters()) {
            Ok(parameters) => parameters,
            Err(message) => return self.phase.set(Phase::Failed(message)),
        };
        let ask = self.question();
        self.clear();
        self.asked.set(Some(ask.clone()));
        let beams = matches!(parameters.mode(), Mode::BeamSearch | Mode::BeamSampling);
        let answers = match beams {
            true => 0,
            false => parameters.num_return_sequences.unwrap_or(1),
        };
        let mut targets = Vec::new();
        self.tree.update(|tree| {
            targets.extend((0..answers).map(|_| tree.begin(None, Vec::new())));
        });
        self.shown.set(targets.clone());
        self.run(ask, targets, None);
    }

    /// Only reads the prompt.
    pub(crate) fn look(self) {
        // What is wrong with a parameter is no matter of the prompt.
        let ask = Ask {
            dry_run: true,
            parameters: Map::new(),
            ..self.question()
        };
        let Ok(control) = AbortController::new() else {
            return;
        };
        let own = untrack(|| self.is_own());
        spawn_local(async move {
            let each = |happenings: Vec<Happening>| {
                for happening in happenings {
                    if let Happening::Prompt(read) = happening {
                        self.read.set(Some(*read));
                    }
                }
            };
            if let Err(error) = stream::ask(api::GENERATE, &ask, &control.signal(), own, each).await
            {
                self.phase.set(Phase::Failed(error.message));
            }
        });
    }

    /// Goes on from a branch behind so many tokens of its way, with another token if one is chosen.
    pub(crate) fn go_on(self, branch: usize, kept: usize, chosen: Option<NamedToken>) {
        let given: Vec<NamedToken> = chosen.into_iter().collect();
        self.branch(branch, kept, given, String::new());
    }

    /// Goes on from an edited text.
    pub(crate) fn edit(self, branch: usize, edited: &str) {
        let Edit { kept, rest } = self
            .tree
            .with_untracked(|tree| branches::edit(&tree.way(branch), edited));
        let typed = NamedToken {
            token: rest.clone(),
            bytes: Some(rest.clone().into_bytes()),
            ..NamedToken::default()
        };
        let given = Some(typed).filter(|_| !rest.is_empty());
        self.branch(branch, kept, given.into_iter().collect(), rest);
    }

    fn branch(self, parent: usize, kept: usize, given: Vec<NamedToken>, typed: String) {
        let Some(mut ask) = self.asked.get_untracked() else {
            return;
        };
        self.stop();
        let (local, parameters) = untrack(|| {
            let local = self.entry().is_some_and(|model| model.local);
            (local, self.told.with(json_of))
        });
        ask.parameters = parameters;
        // One way goes on; others are other branches.
        for name in [
            "num_return_sequences",
            "num_beams",
            "early_stopping",
            "length_penalty",
        ] {
            ask.parameters.remove(name);
        }
        let way: Vec<NamedToken> = self.tree.with_untracked(|tree| {
            let way = tree.way(parent).into_iter().take(kept).cloned();
            way.collect()
        });
        let chosen = given.iter().filter(|_| typed.is_empty());
        let before: Vec<&NamedToken> = way.iter().chain(chosen).collect();
        let ids: Option<Vec<u32>> = before.iter().map(|token| token.id).collect();
        match ids.filter(|_| local) {
            Some(ids) => {
                ask.prefix_ids = ids;
                ask.prefix = typed.clone();
            }
            None => ask.prefix = branches::text(before) + &typed,
        }
        let mut target = 0;
        self.tree
            .update(|tree| target = tree.begin(Some((parent, kept)), given));
        self.shown.update(|shown| shown.push(target));
        self.token.set(None);
        self.beams.set(Beams::default());
        let typed = (!typed.is_empty()).then_some(kept);
        self.run(ask, vec![target], typed);
    }

    /// Lets a model judge the text.
    pub(crate) fn judge(self) {
        let text = self.text.get_untracked();
        self.clear();
        let judge = Judge {
            model: self.model.get_untracked(),
            text,
            top_logprobs: self
                .told
                .with_untracked(|told| {
                    let told = told.get("top_logprobs")?;
                    told.parse().ok()
                })
                .unwrap_or_default(),
        };
        // What is written behind it goes on with it.
        self.asked.set(Some(Ask {
            model: judge.model.clone(),
            prompt: Some(String::new()),
            ..Ask::default()
        }));
        let mut target = 0;
        self.tree
            .update(|tree| target = tree.begin(None, Vec::new()));
        self.shown.set(vec![target]);
        self.start(api::SCORE, judge, vec![target], None);
    }

    /// Ends what runs; what is there stays.
    pub(crate) fn stop(self) {
        let control = self.control.try_update_value(Option::take).flatten();
        if let Some(control) = control {
            control.abort();
            let _ = self.phase.try_set(Phase::Stopped);
            let _ = self.tree.try_update(|tree| {
                for branch in 0..tree.branches().len() {
                    tree.end(branch, State::Stopped);
                }
            });
        }
    }

    /// Stores what is shown as a run like any other.
    pub(crate) fn store(self) {
        let Ok(text) = stream::json(&self.record()) else {
            return;
        };
        self.stored.set(Stored::Sending);
        spawn_local(async move {
            let url = api::upload_url("generated.json");
            let stored = match stream::post::<RunSummary>(&url, &text).await {
                Ok(run) => Stored::Run(run.id),
                Err(error) => Stored::Failed(error.message),
            };
            self.stored.set(stored);
        });
    }

    /// What is shown, as a record.
    pub(crate) fn record(self) -> Value {
        let prompt = self.read.with_untracked(|read| {
            let read = read.as_ref()?;
            read.text.clone()
        });
        let shown = self.shown.get_untracked();
        let made = self.made.get_untracked();
        self.tree
            .with_untracked(|tree| branches::record(tree, &shown, &made, prompt.as_deref()))
    }

    fn clear(self) {
        self.stop();
        self.tree.set(Tree::default());
        self.beams.set(Beams::default());
        self.token.set(None);
        self.read.set(None);
        self.score.set(None);
        self.made.set(Value::Null);
        self.stored.set(Stored::No);
    }

    fn run(self, ask: Ask, targets: Vec<usize>, typed: Option<usize>) {
        self.start(api::GENERATE, ask, targets, typed);
    }

    /// Asks. `targets` are the branches of the answers; `typed` are the tokens before what was typed, if something was.
    fn start(
        self,
        url: &'static str,
        body: impl serde::Serialize + 'static,
        targets: Vec<usize>,
        typed: Option<usize>,
    ) {
        let Ok(control) = AbortController::new() else {
            return;
        };
        let signal = control.signal();
        self.control.set_value(Some(control));
        self.phase.set(Phase::Reading);
        self.stored.set(Stored::No);
        let begin = clock();
        self.speed.set((0, 0.0, 0.0));
        let own = untrack(|| self.is_own());
        spawn_local(async move {
            let mut targets = targets;
            let each = |happenings: Vec<Happening>| {
                if !signal.aborted() {
                    self.happened(happenings, &mut targets, typed, begin);
                }
            };
            let asked = stream::ask(url, &body, &signal, own, each).await;
            if signal.aborted() {
                return;
            }
            self.control.set_value(None);
            match asked {
                Err(error) => self.failed(&targets, error),
                // The server has nothing more to say, and did not say why.
                Ok(()) if untrack(|| self.is_running()) => {
                    self.failed(&targets, ApiError::offline())
                }
                Ok(()) => {}
            }
        });
    }

    fn failed(self, targets: &[usize], error: ApiError) {
        self.tree.update(|tree| {
            for &target in targets {
                tree.end(target, State::Failed(error.message.clone()));
            }
        });
        self.phase.set(Phase::Failed(error.message));
    }

    /// Puts what has happened where it is shown, all of it at once.
    fn happened(
        self,
        happenings: Vec<Happening>,
        targets: &mut Vec<usize>,
        typed: Option<usize>,
        begin: f64,
    ) {
        let mut tree = None;
        let mut tokens = 0;
        let grown = || self.tree.get_untracked();
        for happening in happenings {
            match happening {
                Happening::Waiting { ahead } => self.phase.set(Phase::Waiting(ahead)),
                Happening::Prompt(read) => {
                    self.phase.set(Phase::Reading);
                    if let (Some(kept), [target]) = (typed, targets.as_slice()) {
                        let prefix = read.tokens.len().saturating_sub(read.prefix_tokens);
                        let given: Vec<NamedToken> =
                            read.tokens.iter().skip(prefix + kept).cloned().collect();
                        if !given.is_empty() {
                            tree.get_or_insert_with(grown).give(*target, given);
                        }
                    }
                    // The prompt is that of all branches.
                    if self.read.with_untracked(Option::is_none) {
                        self.read.set(Some(*read));
                    }
                }
                Happening::Token { sequence, token } => {
                    tokens += 1;
                    if let Some(target) = targets.get(sequence) {
                        tree.get_or_insert_with(grown).push(*target, *token);
                    }
                }
                Happening::Step { branches, .. } => {
                    tokens += 1;
                    self.beams.update(|beams| beams.push(branches));
                }
                Happening::Done { record, timings } => {
                    let tree = tree.get_or_insert_with(grown);
                    complete(tree, targets, &record);
                    self.shown.set(shown(&self.shown.get_untracked(), targets));
                    self.made.set(record);
                    self.phase.set(Phase::Done(timings));
                }
                Happening::Scored(score) => {
                    let tree = tree.get_or_insert_with(grown);
                    for target in targets.iter() {
                        tree.end(*target, State::Done("stop".to_owned()));
                    }
                    self.made.set(score.record.clone());
                    self.score.set(Some(*score));
                    let predicted_ms = clock() - begin;
                    self.phase.set(Phase::Done(Timings {
                        predicted_ms,
                        ..Timings::default()
                    }));
                }
                Happening::Error(error) => {
                    let tree = tree.get_or_insert_with(grown);
                    for target in targets.iter() {
                        tree.end(*target, State::Failed(error.message.clone()));
                    }
                    self.phase.set(Phase::Failed(error.message));
                }
            }
        }
        if let Some(tree) = tree {
            self.tree.set(tree);
        }
        if tokens > 0 {
            if self.phase.with_untracked(|phase| *phase == Phase::Reading) {
                self.phase.set(Phase::Writing);
            }
            let now = clock() - begin;
            self.speed.update(|(count, first, last)| {
                if *count == 0 {
                    *first = now;
                }
                *count += tokens;
                *last = now;
            });
        }
    }
}

/// The answers have their ends; those of beams are there only now.
fn complete(tree: &mut Tree, targets: &mut Vec<usize>, record: &Value) {
    for (at, choice) in record["choices"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        if targets.len() <= at {
            let listed = choice["logprobs"]["content"].clone();
            let tokens: Vec<NamedToken> = serde_json::from_value(listed).unwrap_or_default();
            let target = tree.begin(None, Vec::new());
            tokens
                .into_iter()
                .for_each(|token| tree.push(target, token));
            targets.push(target);
        }
        let why = choice["finish_reason"].as_str();
        let state = match (why, record["interrupted"].as_str()) {
            (Some(why), _) => State::Done(why.to_owned()),
            (None, Some(why)) => State::Failed(why.to_owned()),
            (None, None) => State::Done(String::new()),
        };
        if let Some(target) = targets.get(at) {
            tree.end(*target, state);
        }
    }
}

/// What is shown already, and what has come.
fn shown(before: &[usize], targets: &[usize]) -> Vec<usize> {
    let new = targets.iter().filter(|target| !before.contains(target));
    before.iter().chain(new).copied().collect()
}

/// Stop strings are one to a line; all other values are as they are.
fn values<'a>(name: &str, text: &'a str) -> Vec<&'a str> {
    let is_list = entry(name).is_some_and(|entry| matches!(entry.field, Field::Stop));
    match is_list {
        true => text.lines().filter(|line| !line.is_empty()).collect(),
        false => vec![text],
    }
}

fn json_of(told: &BTreeMap<&'static str, String>) -> Map<String, Value> {
    let each = told.iter().map(|(name, text)| {
        let values = values(name, text);
        let value = match values.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        ((*name).to_owned(), value)
    });
    each.collect()
}

/// Milliseconds of the page.
fn clock() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
