//! What the browser holds for the session: the worker and the local files. A page has one thread and one of each, and
//! neither may be touched from the threads of the server: hence thread-locals rather than signals.
use crate::worker_client::{Worker, WorkerEvent};
use std::cell::RefCell;
use web_sys::File;
use worker::protocol::Request;

thread_local! {
    static WORKER: RefCell<Option<Held>> = const { RefCell::new(None) };
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
    static KEPT: RefCell<Option<Request>> = const { RefCell::new(None) };
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

pub(super) fn send(request: &Request, files: &[File]) {
    WORKER.with_borrow(|held| {
        if let Some(held) = held {
            held.worker.send(request, files);
        }
    });
}

/// Keeps a request for [`send_kept`], in the place of one that is still kept.
pub(super) fn keep(request: Request) {
    KEPT.with_borrow_mut(|kept| *kept = Some(request));
}

/// Sends what was kept, once, with the files that are kept.
pub(super) fn send_kept() {
    if let Some(request) = KEPT.with_borrow_mut(Option::take) {
        FILES.with_borrow(|files| send(&request, files));
    }
}

pub(super) fn keep_files(files: Vec<File>) {
    FILES.set(files);
}

/// The open file; `None` when there are several.
pub(super) fn file() -> Option<File> {
    FILES.with_borrow(|files| match files.as_slice() {
        [file] => Some(file.clone()),
        _ => None,
    })
}
