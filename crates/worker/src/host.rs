//! The worker's side: reads the file, keeps the state, answers.
use crate::protocol::{Job, Request, Response};
use crate::source::Source;
use crate::state::{CARD_TOKENS, State, Wanted};
use crate::warm::{Exercise, SLICES};
use api::{Card, RunSummary};
use completions::{Importer, Limits, RecordReader};
use js_sys::{Array, Reflect, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// Least time between two progress messages, milliseconds.
const PROGRESS_EVERY_MS: f64 = 100.0;
/// Sequences shown while the file is still being read: what fits a high window. More would hold up the page.
const FIRST_CARDS: usize = 8;
/// Rest after the first cards were sent, milliseconds: the page has most to draw then, and with the browser's own helpers
/// there are more of them than cores.
const FIRST_DRAWING_MS: i32 = 80;

/// When the worker practises: not while the page comes up. Milliseconds.
const PRACTICE_AFTER_MS: i32 = 300;
/// Rest between two slices of the practice, milliseconds.
const PRACTICE_REST_MS: i32 = 4;

/// Everything the worker holds. Borrowed for the length of one answer, never across an `await`.
#[derive(Default)]
struct Worker {
    job: Job,
    cancelled: bool,
    source: Option<Source>,
    state: State,
}

type Shared = Rc<RefCell<Worker>>;

/// Takes over the worker: answers the messages that were queued, then the ones to come.
pub fn run(queued: &Array) {
    let worker = Shared::default();
    let practising = Rc::clone(&worker);
    for message in queued.iter() {
        receive(&worker, &message);
    }
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        receive(&worker, &event.data())
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
    wasm_bindgen_futures::spawn_local(practise(practising));
}

/// Reads a made-up file while there is no other one.
async fn practise(worker: Shared) {
    let mut exercise = Exercise::new();
    let mut rest = PRACTICE_AFTER_MS;
    for _ in 0..SLICES {
        pause(rest).await;
        rest = PRACTICE_REST_MS;
        if worker.borrow().source.is_some() {
            return;
        }
        exercise.slice();
    }
    let columns = exercise.finish();
    (0..32).for_each(|sequence| drop(Card::new(&columns, sequence, CARD_TOKENS)));
}

async fn pause(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ =
            scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn send(response: &Response) {
    // The types are ours: encoding them fails only when memory is out.
    let Ok(bytes) = postcard::to_allocvec(response) else {
        return;
    };
    let array = Uint8Array::from(bytes.as_slice());
    let transfer = Array::of1(&array.buffer());
    let _ = scope().post_message_with_transfer(&array, &transfer);
}

fn receive(worker: &Shared, message: &JsValue) {
    let bytes =
        Reflect::get(message, &"bytes".into()).map(|bytes| Uint8Array::new(&bytes).to_vec());
    let Some(request) = bytes
        .ok()
        .and_then(|bytes| postcard::from_bytes::<Request>(&bytes).ok())
    else {
        return;
    };
    match request {
        Request::Open {
            job,
            name,
            names,
            url,
        } => {
            let source = match url {
                Some(url) => Source::Stored { url },
                None => Source::local(names.into_iter().zip(files_beside(message))),
            };
            open(worker, job, name, source);
        }
        Request::Cancel { job } => {
            let mut worker = worker.borrow_mut();
            if worker.job == job {
                worker.cancelled = true;
            }
        }
        Request::Select {
            query,
            filter,
            sort,
            locate,
        } => {
            send(
                &worker
                    .borrow_mut()
                    .state
                    .select(query, filter, sort, locate),
            );
        }
        Request::Locate { sequence } => send(&worker.borrow().state.locate(sequence)),
        Request::Histogram { quantity } => send(&worker.borrow().state.histogram(quantity)),
        Request::Rows {
            query,
            first,
            count,
        } => send(&worker.borrow().state.rows(query, first, count)),
        Request::Text { sequence } => answer_detail(worker, sequence, None),
        Request::Token { sequence, token } => answer_detail(worker, sequence, Some(token)),
    }
}

/// The files that travel beside a request.
fn files_beside(message: &JsValue) -> impl Iterator<Item = File> {
    let files = Reflect::get(message, &"files".into()).unwrap_or_default();
    let files = Array::from(&files).to_vec().into_iter();
    files.filter_map(|file| file.dyn_into().ok())
}

fn open(worker: &Shared, job: Job, name: String, source: Source) {
    *worker.borrow_mut() = Worker {
        job,
        source: Some(source.clone()),
        ..Worker::default()
    };
    let worker = Rc::clone(worker);
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(message) = read(&worker, job, &name, &source).await {
            send(&Response::Failed { job, message });
        }
    });
}

/// Reads all files, one after the other, telling how far it is. Stops silently when another run was opened meanwhile.
async fn read(worker: &Shared, job: Job, name: &str, source: &Source) -> Result<(), String> {
    let mut total = source.size();
    let mut importer = Importer::new(Limits::default());
    let mut told_at = f64::NEG_INFINITY;
    let mut cards_sent = false;
    'files: for file in 0..source.files() {
        importer.source(source.name(file));
        let mut stream = source.stream(file).await?;
        total = total.max(stream.size());
        while let Some(bytes) = stream.next().await? {
            importer.push(&bytes);
            {
                let worker = worker.borrow();
                if worker.job != job {
                    return Ok(());
                }
                if worker.cancelled {
                    break 'files;
                }
            }
            let now = js_sys::Date::now();
            if now - told_at >= PROGRESS_EVERY_MS {
                told_at = now;
                let had_cards = cards_sent;
                let cards = if cards_sent {
                    Vec::new()
                } else {
                    first_cards(&importer)
                };
                cards_sent |= cards.len() == FIRST_CARDS;
                let totals = (&importer.running_metrics()).into();
                send(&Response::Progress {
                    job,
                    bytes: importer.progress().bytes,
                    total,
                    totals,
                    cards,
                });
                if cards_sent && !had_cards && importer.progress().bytes < total {
                    pause(FIRST_DRAWING_MS).await;
                }
            }
        }
    }
    let bytes = importer.progress().bytes;
    let size = if total == 0 { bytes } else { total };
    let import = importer.finish();
    let summary = Box::new(RunSummary::of_import(&import, name, size, FIRST_CARDS));
    let mut worker = worker.borrow_mut();
    if worker.job == job {
        worker.state = State::new(import.columns);
        send(&Response::Done {
            job,
            summary,
            // Whoever stops it at the very end has read it all.
            stopped_at: (worker.cancelled && bytes != total).then_some(bytes),
        });
    }
    Ok(())
}

fn first_cards(importer: &Importer) -> Vec<Card> {
    let columns = importer.columns();
    let count = u32::try_from(columns.sequences.len().min(FIRST_CARDS)).unwrap_or(0);
    (0..count)
        .map(|sequence| Card::new(columns, sequence, CARD_TOKENS))
        .collect()
}

/// Answers for a whole sequence or one token of it; decodes the record again unless it is the one decoded last.
fn answer_detail(worker: &Shared, sequence: u32, token: Option<u32>) {
    if worker.borrow().state.has_detail(sequence) {
        return send(&detail_response(&worker.borrow().state, sequence, token));
    }
    let worker = Rc::clone(worker);
    wasm_bindgen_futures::spawn_local(async move {
        let response = match decode(&worker, sequence).await {
            Ok(()) => detail_response(&worker.borrow().state, sequence, token),
            Err(message) => Response::Unreadable { sequence, message },
        };
        send(&response);
    });
}

async fn decode(worker: &Shared, sequence: u32) -> Result<(), String> {
    let found = {
        let worker = worker.borrow();
        worker
            .source
            .clone()
            .zip(worker.state.record_of(sequence))
            .map(|found| (worker.job, found))
    };
    let (job, (source, wanted)) = found.ok_or("There is no such sequence in this file.")?;
    let (record, file) = (wanted.record, wanted.source.file);
    let bytes = if wanted.source.packed {
        unpack(&source, &wanted).await?
    } else {
        let range = record.start..record.start + record.len;
        source.part(file, range).await?
    };
    let detail = wanted
        .decode(&bytes)
        .ok_or_else(|| source.has_changed(file))?;
    let mut worker = worker.borrow_mut();
    if worker.job == job {
        worker.state.keep_detail(sequence, detail);
    }
    Ok(())
}

/// The bytes of a record in a compressed file: it is unpacked again, from its beginning to the end of the record.
async fn unpack(source: &Source, wanted: &Wanted) -> Result<Vec<u8>, String> {
    let file = wanted.source.file;
    let mut stream = source.stream(file).await?;
    let mut reader = RecordReader::new(Limits::default(), &wanted.source, &wanted.record);
    while let Some(bytes) = stream.next().await? {
        if reader.push(&bytes) {
            break;
        }
    }
    reader.finish().ok_or_else(|| source.has_changed(file))
}

fn detail_response(state: &State, sequence: u32, token: Option<u32>) -> Response {
    let found = match token {
        None => state
            .text(sequence)
            .map(|text| Response::Text(Box::new(text))),
        Some(token) => state
            .token(sequence, token)
            .map(|view| Response::Token(Box::new(view))),
    };
    found.unwrap_or_else(|| Response::Unreadable {
        sequence,
        message: "There is no such token in this file.".into(),
    })
}
