//! The models that `serve` was given, and what is asked of them.
//!
//! ```text
//! arguments  --model and --model-server as they are given
//! given      what there is, by the names that requests use
//! turns      who computes now, who waits, and who is sent away
//! ask        a request, checked: everything that can be wrong is said before anything is computed
//! elsewhere  a model behind the OpenAI protocol does
//! ```
//!
//! A model of this machine writes and judges on a thread of its own, as `writer` does it.
//! Each begins a [`Events`]: a queue that the engine never waits for, whatever the client reads. It ends when nobody reads it
//! any more, so that whoever goes away stops the engine before its next token. What it holds is bounded by the tokens that a
//! request may ask for.
mod arguments;
pub mod ask;
mod elsewhere;
mod given;
mod turns;

pub use arguments::{Given, ServerGiven};
pub use given::Models;

use crate::failure::Failure;
use crate::state::Server;
use api::ErrorCode;
use api::writing::{Ask, Happening, Judge};
use ask::Wanted;
use futures::Stream;
use given::Found;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use turns::Ticket;
use writer::{Judging, Listener};

/// What happens while a model works. Dropped, the work ends.
#[derive(Debug)]
pub struct Events(UnboundedReceiver<Happening>);

impl Stream for Events {
    type Item = Happening;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Happening>> {
        self.0.poll_recv(context)
    }
}

/// Where a model says what happens.
#[derive(Debug, Clone)]
struct Teller(UnboundedSender<Happening>);

impl Listener for Teller {
    /// What went wrong inside is for the log.
    fn tell(&self, mut happening: Happening) -> bool {
        if let Happening::Error(error) = &mut happening
            && error.code == ErrorCode::Internal
        {
            *error = Failure::internal(&error.message).0;
        }
        self.0.send(happening).is_ok()
    }

    fn is_alone(&self) -> bool {
        self.0.is_closed()
    }
}

/// Lets a model write; if it `fills` and nobody said how long the answer shall be, as long as there is room for it.
///
/// # Errors
/// Everything that is wrong with the request, and 503 when too many wait.
pub async fn write(server: &Server, ask: Ask, fills: bool) -> Result<Events, Failure> {
    let wanted = Wanted::of(&server.models, ask, fills, &server.limits).await?;
    match wanted {
        Wanted::Local(job) => begin(server.models.turns.enter()?, move |teller| job.run(&teller)),
        Wanted::Elsewhere(job) => {
            let ticket = server.models.elsewhere.enter()?;
            let (teller, events) = channel();
            tokio::spawn(async move {
                let Some(_turn) = wait(ticket, &teller).await else {
                    return;
                };
                job.run(&teller).await;
            });
            Ok(events)
        }
    }
}

/// Lets a model judge a text.
///
/// # Errors
/// As [`write()`].
pub async fn judge(server: &Server, judge: Judge) -> Result<Events, Failure> {
    let local = match server.models.find(&judge.model)? {
        Found::Local(local) => local,
        Found::Elsewhere(..) => {
            return Err(Failure::bad_request(
                "A served model does not judge texts: the protocol has no word for it. Take a model of this machine.",
            ));
        }
    };
    let most = server.limits.generated_tokens;
    let job = aside(move || Judging::of(local, judge, most).map_err(Failure)).await?;
    begin(server.models.turns.enter()?, move |teller| job.run(&teller))
}

/// Computes on a thread of its own, when its turn has come.
fn begin(ticket: Ticket, work: impl FnOnce(Teller) + Send + 'static) -> Result<Events, Failure> {
    let (teller, events) = channel();
    tokio::spawn(async move {
        let Some(turn) = wait(ticket, &teller).await else {
            return;
        };
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(teller);
        });
    });
    Ok(events)
}

/// The turn; `None` when nobody waits any more.
async fn wait(ticket: Ticket, teller: &Teller) -> Option<turns::Turn> {
    if ticket.ahead() > 0 {
        let ahead = ticket.ahead();
        teller.tell(Happening::Waiting { ahead });
    }
    tokio::select! {
        turn = ticket.turn() => turn,
        () = teller.0.closed() => None,
    }
}

fn channel() -> (Teller, Events) {
    let (teller, events) = unbounded_channel();
    (Teller(teller), Events(events))
}

/// Runs what may take a while, such as reading a long prompt, where nobody waits for it.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::internal(&error)))
}

/// The names of the models, for messages.
fn names(models: &Arc<Models>) -> String {
    let names: Vec<String> = models.names().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
