//! What there is, by the names that requests use.
use super::arguments::{Given, ServerGiven};
use super::turns::Turns;
use crate::config::Limits;
use crate::failure::Failure;
use crate::hub;
use api::ErrorCode;
use api::writing::{self, ModelEntry};
use engine::{Memory, Model};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use writer::Named;

/// How long a server is waited for that is asked which models it has.
const PATIENCE: Duration = Duration::from_secs(3);
/// The variable with the key of the only server; of several, each has its name behind it.
const KEY: &str = "SURPRISAL_API_KEY";

/// A server with models.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) name: String,
    pub(super) server: served::Server,
}

/// All of them.
#[derive(Debug)]
pub struct Models {
    local: Vec<Named>,
    remote: Vec<Arc<Remote>>,
    /// Of those who ask models of this machine.
    pub turns: Turns,
    /// Of those who ask others.
    pub elsewhere: Turns,
}

/// What a request names.
#[derive(Debug)]
pub(super) enum Found {
    Local(Named),
    /// A server, and what it calls the model.
    Elsewhere(Arc<Remote>, String),
}

impl Models {
    /// None.
    pub fn none(limits: &Limits) -> Self {
        let waiting = limits.waiting_generations;
        Self {
            local: Vec::new(),
            remote: Vec::new(),
            turns: Turns::new(limits.concurrent_generations, waiting),
            elsewhere: Turns::new(limits.generations_elsewhere, waiting),
        }
    }

    /// Loads the models, one after the other, and finds the keys for the servers. Takes its time.
    ///
    /// # Errors
    /// A sentence: two have one name, or one cannot be used.
    pub fn load(given: &[Given], servers: &[ServerGiven], limits: &Limits) -> Result<Self, String> {
        let mut models = Self::none(limits);
        let mut names = BTreeSet::new();
        let all = given.iter().map(|one| &one.name);
        for name in all.chain(servers.iter().map(|one| &one.name)) {
            if !names.insert(name) {
                return Err(format!(
                    "two models are called `{name}`; name them, as in --model NAME=PATH"
                ));
            }
        }
        for server in servers {
            let key = key(&server.name, servers.len() == 1);
            let server_there = served::Server::new(&server.url, key, served::Limits::default());
            models.remote.push(Arc::new(Remote {
                name: server.name.clone(),
                server: server_there.map_err(|failure| failure.to_string())?,
            }));
        }
        for one in given {
            let wrong = |why: String| format!("--model {}: {why}", one.name);
            let place = hub::place(&one.path, &|| false).map_err(wrong)?;
            let loaded = Model::load(&place, Memory::free());
            let model = loaded.map_err(|failure| wrong(failure.to_string()))?;
            // Now, and not when the first request waits for it.
            let sha256 = model.hash().unwrap_or("unknown");
            tracing::info!(name = one.name, sha256, "a model is ready");
            models.local.push(Named {
                name: one.name.clone(),
                model: Arc::new(model),
            });
        }
        Ok(models)
    }

    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.local.is_empty() && self.remote.is_empty()
    }

    /// What requests can say; of servers the beginning.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let local = self.local.iter().map(|one| one.name.clone());
        let remote = self.remote.iter().map(|one| format!("{}/…", one.name));
        local.chain(remote)
    }

    /// The model of this name: that of a local one, or `SERVER/MODEL`. No name is that of the only local one.
    pub(super) fn find(self: &Arc<Self>, name: &str) -> Result<Found, Failure> {
        if let ("", [only]) = (name, self.local.as_slice()) {
            return Ok(Found::Local(only.clone()));
        }
        if let Some(local) = self.local.iter().find(|local| local.name == name) {
            return Ok(Found::Local(local.clone()));
        }
        if let Some((server, model)) = name.split_once('/')
            && let Some(remote) = self.remote.iter().find(|remote| remote.name == server)
        {
            return Ok(Found::Elsewhere(Arc::clone(remote), model.to_owned()));
        }
        if self.is_empty() {
            return Err(Failure::new(
                ErrorCode::NotFound,
                "This server has no model. Start it with --model NAME=PATH or --model-server NAME=URL.",
            ));
        }
        let there = super::names(self);
        let message = match name {
            "" => format!("`model` must say which one: {there}."),
            _ => format!("There is no model `{name}` here; there are {there}."),
        };
        Err(Failure::new(ErrorCode::NotFound, message))
    }

    /// Whether a request can name it.
    pub fn check(self: &Arc<Self>, name: &str) -> Result<(), Failure> {
        self.find(name).map(drop)
    }

    /// All that can be asked. The servers are asked what they have.
    pub async fn list(&self) -> writing::Models {
        let local = self.local.iter().map(Named::entry);
        let asked = self.remote.iter().map(|remote| remote.entries());
        let remote = futures::future::join_all(asked).await;
        writing::Models {
            models: local.chain(remote.into_iter().flatten()).collect(),
        }
    }
}

/// The key for a server.
fn key(name: &str, only: bool) -> Option<String> {
    let own = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let own = std::env::var(format!("{KEY}_{own}")).ok();
    own.or_else(|| std::env::var(KEY).ok().filter(|_| only))
}

impl Remote {
    async fn entries(&self) -> Vec<ModelEntry> {
        let answer = tokio::time::timeout(PATIENCE, self.server.models()).await;
        let entry = |id: String, error: Option<String>| ModelEntry {
            id: format!("{}/{id}", self.name),
            chat: true,
            texts: true,
            error,
            ..ModelEntry::default()
        };
        match answer {
            Ok(Ok(models)) => models.into_iter().map(|id| entry(id, None)).collect(),
            Ok(Err(failure)) => vec![entry(String::new(), Some(failure.to_string()))],
            Err(_) => {
                let late = format!("the server does not answer within {} s", PATIENCE.as_secs());
                vec![entry(String::new(), Some(late))]
            }
        }
    }
}
