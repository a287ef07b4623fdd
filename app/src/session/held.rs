//! What the browser holds for the session: the worker and the local file. A page has one thread and one of each, and
//! neither may be touched from the threads of the server: hence thread-locals rather than signals.
use crate::worker_client::{Worker, WorkerEvent};
use std::cell::RefCell;
use web_sys::File;
use worker::protocol::Request;

thread_local! {
    static WORKER: RefCell<Option<Held>> = const { RefCell::new(None) };
    static FILE: RefCell<Option<File>> = const { RefCell::new(None) };
    static KEPT: RefCell<Option<(Request, Option<File>)>> = const { RefCell::new(None) };
}

struct Held {
    worker: Worker,
    /// It has been given a file.
    used: bool,
}

/// Starts a worker unless one is there: its bundle is then loaded before a file is opened.
pub(super) fn warm_up(on_event: impl Fn(WorkerEvent) + 'static) -> Result<(), String> {
    if WORKER.with_borrow(Option::is_none) {
        let held = Held {
            worker: Worker::start(on_event)?,
            used: false,
        };
        WORKER.with_borrow_mut(|slot| *slot = Some(held));
    }
    Ok(())
}

/// A worker without a file. One that has a file is stopped: the quickest way to stop its reading and to free its memory.
pub(super) fn worker_for_new_file(on_event: impl Fn(WorkerEvent) + 'static) -> Result<(), String> {
    if WORKER.with_borrow(|held| held.as_ref().is_some_and(|held| held.used)) {
        stop_worker();
    }
    warm_up(on_event)?;
    WORKER.with_borrow_mut(|held| {
        if let Some(held) = held {
            held.used = true;
        }
    });
    Ok(())
}

pub(super) fn stop_worker() {
    KEPT.with_borrow_mut(|kept| *kept = None);
    WORKER.with_borrow_mut(|held| *held = None);
}

pub(super) fn send(request: &Request, file: Option<&File>) {
    WORKER.with_borrow(|held| {
        if let Some(held) = held {
            held.worker.send(request, file);
        }
    });
}

/// Keeps a request for [`send_kept`], in the place of one that is still kept.
pub(super) fn keep(request: Request, file: Option<File>) {
    KEPT.with_borrow_mut(|kept| *kept = Some((request, file)));
}

/// Sends what was kept, once.
pub(super) fn send_kept() {
    if let Some((request, file)) = KEPT.with_borrow_mut(Option::take) {
        send(&request, file.as_ref());
    }
}

pub(super) fn keep_file(file: Option<File>) {
    FILE.with_borrow_mut(|held| *held = file);
}

pub(super) fn file() -> Option<File> {
    FILE.with_borrow(Clone::clone)
}
