//! A model of this machine writes.
use super::Teller;
use super::given::Local;
use crate::failure::Failure as Answered;
use crate::generate::answer::{Answer, digits};
use crate::generate::clock::Clock;
use crate::generate::prompt::Prompt;
use crate::generate::{effective, listed, record};
use api::writing::{self, Branch, Happening, Read};
use decoding::parameters::Idle;
use decoding::{Event, Failure, Fate, Parameters, Settings, generate_with};
use engine::{Model, Session};
use std::ops::ControlFlow;

/// All that is needed for it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) local: Local,
    pub(super) prompt: Prompt,
    /// What is read: the prompt.
    pub(super) input: Vec<u32>,
    /// What is gone on with.
    pub(super) begin: Vec<u32>,
    /// Tokens at the end of it that were given of the answer already.
    pub(super) prefix: usize,
    pub(super) parameters: Parameters,
    pub(super) settings: Settings,
    pub(super) idle: Vec<Idle>,
    pub(super) dry_run: bool,
}

impl Job {
    /// Writes until the end, or until nobody listens.
    pub(super) fn run(self, teller: &Teller) {
        if !teller.tell(Happening::Prompt(Box::new(self.read()))) || self.dry_run {
            return;
        }
        let last = match self.write(teller) {
            Ok(done) => done,
            // Nobody is there to be told.
            Err(Failure::Model(engine::Failure::Stopped)) => return,
            Err(failure) => Happening::Error(answered(&failure).0),
        };
        teller.tell(last);
    }

    fn write(&self, teller: &Teller) -> Result<Happening, Failure<engine::Failure>> {
        let model = &self.local.model;
        let mut clock = Clock::start();
        let listens = teller.clone();
        let session = Session::new(model, &self.input).map_err(Failure::Model)?;
        let mut session = session.until(move || listens.is_alone());
        let mut watch = |event: Event| {
            clock.tick();
            match teller.tell(happening(model, event)) {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        let generation = generate_with(&mut session, &self.begin, &self.parameters, &mut watch)?;
        let timings = clock.timings();
        let answer = Answer {
            model,
            name: self.local.name.clone(),
            prompt: self.prompt.clone(),
            begin: self.begin.clone(),
            prefix: self.prefix,
            generation,
            settings: &self.settings,
            timings,
        };
        let record = record::record(&answer);
        Ok(Happening::Done { record, timings })
    }

    /// What the model has read, and how it is going to write.
    fn read(&self) -> Read {
        let model = &self.local.model;
        let prefix = self.begin.len().saturating_sub(self.prefix);
        let prefix = self.begin.get(prefix..).unwrap_or_default();
        let ids = self.input.iter().chain(prefix);
        let idle = self.idle.iter().map(|idle| writing::Idle {
            name: idle.name.to_owned(),
            reason: idle.reason.to_owned(),
        });
        Read {
            model: self.local.name.clone(),
            engine: record::engine(model),
            text: self.prompt.text().map(str::to_owned),
            tokens: ids.map(|&id| listed::named(model, id, None)).collect(),
            prefix_tokens: self.prefix,
            parameters: effective::parameters(&self.settings, self.begin.len()),
            without_effect: idle.collect(),
        }
    }
}

fn happening(model: &Model, event: Event) -> Happening {
    match event {
        Event::Token { sequence, token } => Happening::Token {
            sequence,
            token: Box::new(listed::token(model, &token)),
        },
        Event::Step { written, branches } => {
            let branch = |branch: decoding::Branch| Branch {
                parent: branch.parent,
                token: listed::named(model, branch.token.id, Some(branch.token.logprob)),
                total: digits(branch.total),
                fate: match branch.fate {
                    Fate::GoesOn => writing::Fate::GoesOn,
                    Fate::Ended => writing::Fate::Ended,
                    Fate::Lost => writing::Fate::Lost,
                },
            };
            let branches = branches.into_iter().map(branch).collect();
            Happening::Step { written, branches }
        }
    }
}

/// A failure in the middle: of the request, or of the computation.
pub(super) fn answered(failure: &Failure<engine::Failure>) -> Answered {
    match failure {
        Failure::Model(engine::Failure::Compute(_)) | Failure::Logits(_) => {
            Answered::internal(failure)
        }
        Failure::Model(failure) => super::ask::bad(failure),
        _ => super::ask::bad(failure),
    }
}
