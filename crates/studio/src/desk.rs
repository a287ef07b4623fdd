//! What the page knows, and what can be done on it.
//!
//! | module | what it is |
//! |---|---|
//! | [`models`] | the models that can be asked |
//! | [`told`] | the parameters as a person has told them |
//! | [`asking`] | what a model is asked |
//! | [`branching`] | going on from other choices, and from edited texts |
//! | [`running`] | how what runs begins, and how it ends |
//! | [`happening`] | what has happened, put where it is shown |
//! | [`sweeping`] | prompts over a grid of parameters |
//! | [`arriving`] | what the address brings along from a run |
//! | [`keeping`] | what was made, kept as a run |
mod arriving;
mod asking;
mod branching;
mod happening;
mod keeping;
mod models;
mod running;
mod sweeping;
mod told;

pub(crate) use sweeping::Sweep;

use api::writing::{Ask, Message, ModelEntry, NamedToken, Read, Score, Timings};
use branches::{Beams, Tree};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use web_sys::AbortController;

/// Alternatives that a token is shown with, unless told otherwise.
const ALTERNATIVES: &str = "10";

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

/// A search by beams, with the branches that lost.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Search {
    /// The branch in which it takes place, as far as it is kept; `None` behind the prompt.
    pub(crate) parent: Option<(usize, usize)>,
    /// What was given behind that.
    pub(crate) given: Vec<NamedToken>,
    pub(crate) beams: Beams,
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
    /// What was said in the chat before, if it goes on with one.
    pub(crate) turns: RwSignal<Vec<Message>>,
    pub(crate) prompt: RwSignal<String>,
    /// A text that is to be judged.
    pub(crate) text: RwSignal<String>,
    /// Parameters that were told.
    pub(crate) told: RwSignal<BTreeMap<&'static str, String>>,
    /// What the model has read.
    pub(crate) read: RwSignal<Option<Read>>,
    pub(crate) tree: RwSignal<Tree>,
    /// Searches by beams, in the order in which they began.
    pub(crate) searches: RwSignal<Vec<Search>>,
    /// Branches that are shown beside each other.
    pub(crate) shown: RwSignal<Vec<usize>>,
    /// A token that is looked at: its branch, and its place in the whole way.
    pub(crate) token: RwSignal<Option<(usize, usize)>>,
    pub(crate) phase: RwSignal<Phase>,
    /// Tokens since it began, and milliseconds from the beginning to the first one and to the last one.
    pub(crate) speed: RwSignal<(usize, f64, f64)>,
    pub(crate) score: RwSignal<Option<Score>>,
    pub(crate) sweep: Sweep,
    pub(crate) stored: RwSignal<Stored>,
    /// What all branches answer.
    asked: RwSignal<Option<Ask>>,
    /// The last record of the server.
    made: RwSignal<Value>,
    control: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let mut told = BTreeMap::new();
        for (name, value) in [("max_new_tokens", "60"), ("top_logprobs", ALTERNATIVES)] {
            told.insert(name, value.to_owned());
        }
        Self {
            models: RwSignal::new(None),
            model: RwSignal::default(),
            own: RwSignal::default(),
            opening: RwSignal::default(),
            chat: RwSignal::new(false),
            system: RwSignal::default(),
            turns: RwSignal::default(),
            prompt: RwSignal::default(),
            text: RwSignal::default(),
            told: RwSignal::new(told),
            read: RwSignal::new(None),
            tree: RwSignal::default(),
            searches: RwSignal::default(),
            shown: RwSignal::default(),
            token: RwSignal::new(None),
            phase: RwSignal::new(Phase::Idle),
            speed: RwSignal::new((0, 0.0, 0.0)),
            score: RwSignal::new(None),
            sweep: Sweep::new(),
            stored: RwSignal::new(Stored::No),
            asked: RwSignal::new(None),
            made: RwSignal::new(Value::Null),
            control: StoredValue::new_local(None),
        }
    }
}
