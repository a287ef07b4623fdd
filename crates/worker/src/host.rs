//! The worker's side: reads the file, keeps the state, answers.
use crate::asking::Batch;
use crate::files;
use crate::panel::{self, Beside};
use crate::protocol::{Job, Request, Response};
use crate::reading;
use crate::source::Source;
use crate::state::{CARD_TOKENS, State};
use crate::warm::{Exercise, SLICES};
use api::Card;
use completions::{Limits, RecordReader, RecordSpan, SequenceDetail};
use excerpt::Excerpt;
use js_sys::{Array, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// When the worker practises: not while the page comes up. Milliseconds.
const PRACTICE_AFTER_MS: i32 = 300;
/// Rest between two slices of the practice, milliseconds.
const PRACTICE_REST_MS: i32 = 4;

/// While alternatives are read for a query: how often the page is told what was found by then, milliseconds.
const TELL_EVERY_MS: f64 = 1000.0;

/// Sequences that are looked at for one reading: more than lie near each other as a rule.
const BATCH: usize = 4096;

/// Everything the worker holds. Borrowed for the length of one answer, never across an `await`.
#[derive(Default)]
pub(crate) struct Worker {
    pub(crate) job: Job,
    pub(crate) cancelled: bool,
    /// Name of the run.
    pub(crate) name: String,
    /// What it is, when that is not plain.
    pub(crate) note: String,
    pub(crate) source: Option<Source>,
    pub(crate) state: State,
    /// The panel asked for last.
    pub(crate) panel: u32,
    /// What may stand beside the run.
    pub(crate) beside: Beside,
    /// The query for which alternatives are being read.
    answering: Option<u32>,
    /// Alternatives are being read for colours.
    shading: bool,
}

pub(crate) type Shared = Rc<RefCell<Worker>>;

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

pub(crate) async fn pause(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ =
            scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}

pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

pub(crate) fn send(response: &Response) {
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
            excerpt,
        } => {
            if !excerpt.is_empty() {
                return open_excerpt(worker, job, &excerpt);
            }
            let source = match url {
                Some(url) => Source::Stored { url },
                None => Source::local(names.into_iter().zip(files_beside(message))),
            };
            open(worker, job, name, source, String::new());
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
            let mut held = worker.borrow_mut();
            send(&held.state.select(query, filter, sort, locate));
            let asked = Some(held.state.questions);
            if !held.state.selection.open.is_empty() && held.answering != asked {
                held.answering = asked;
                wasm_bindgen_futures::spawn_local(answer_open(Rc::clone(worker)));
            }
            drop(held);
            read_for_colours(worker);
        }
        Request::Complete { text } => send(&worker.borrow().state.complete(&text)),
        Request::Locate { sequence } => send(&worker.borrow_mut().state.locate(sequence)),
        Request::Export { kind, name, scale } => {
            send(&files::export(&worker.borrow().state, kind, &name, scale));
        }
        Request::Look { lens } => {
            let mut held = worker.borrow_mut();
            let is_direct = held.state.colours.shade().is_none() && lens.is_direct();
            held.state.look(lens);
            if is_direct {
                send(&held.state.histogram());
            } else {
                held.state.recoloured().iter().for_each(send);
            }
            drop(held);
            read_for_colours(worker);
        }
        Request::Picture {
            sequence,
            tokens,
            name,
            scale,
            look,
            dots,
        } => {
            let state = &worker.borrow().state;
            let style = (scale, &look, dots);
            send(&files::picture(state, sequence, tokens, &name, style));
        }
        Request::Rows {
            query,
            first,
            count,
        } => send(&worker.borrow_mut().state.rows(query, first, count)),
        Request::Text { sequence } => {
            let mut held = worker.borrow_mut();
            held.state.colours.sequence = Some(sequence);
            // Before the text: it is painted once.
            held.state.values(sequence).iter().for_each(send);
            drop(held);
            answer_detail(worker, sequence, None);
        }
        Request::Token { sequence, token } => answer_detail(worker, sequence, Some(token)),
        Request::Panel {
            number,
            question,
            fresh,
        } => {
            worker.borrow_mut().panel = number;
            wasm_bindgen_futures::spawn_local(panel::answer(
                Rc::clone(worker),
                number,
                question,
                fresh,
            ));
        }
        Request::Beside { name } => {
            let files = files_beside(message).map(|file| (name.clone(), file));
            worker
                .borrow_mut()
                .beside
                .choose(name.clone(), Source::local(files));
        }
    }
}

/// The files that travel beside a request.
fn files_beside(message: &JsValue) -> impl Iterator<Item = File> {
    let files = Reflect::get(message, &"files".into()).unwrap_or_default();
    let files = Array::from(&files).to_vec().into_iter();
    files.filter_map(|file| file.dyn_into().ok())
}

/// Opens the file that the excerpt of a link is.
fn open_excerpt(worker: &Shared, job: Job, text: &str) {
    let opened = Excerpt::decode(text).map_err(|damage| damage.to_string());
    let opened = opened.and_then(|excerpt| {
        let file = files::text_file(&excerpt.lines(), "excerpt.jsonl");
        Ok((
            excerpt,
            file.ok_or("The browser has no room for the excerpt of this link.")?,
        ))
    });
    match opened {
        Ok((excerpt, file)) => {
            let note = panels::excerpt_note(&excerpt);
            let name = panels::excerpt_name(&excerpt);
            let source = Source::local(std::iter::once((String::new(), file)));
            open(worker, job, name, source, note);
        }
        Err(message) => send(&Response::Failed { job, message }),
    }
}

fn open(worker: &Shared, job: Job, name: String, source: Source, note: String) {
    *worker.borrow_mut() = Worker {
        job,
        note,
        name: name.clone(),
        source: Some(source.clone()),
        ..Worker::default()
    };
    let worker = Rc::clone(worker);
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(message) = reading::read(&worker, job, &name, source).await {
            send(&Response::Failed { job, message });
        }
    });
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

/// Reads the alternatives that the query of the present selection needs, until it is answered or another one is asked.
async fn answer_open(worker: Shared) {
    let (job, asked) = {
        let worker = worker.borrow();
        (worker.job, worker.state.questions)
    };
    let is_current = || {
        let worker = worker.borrow();
        worker.job == job && worker.state.questions == asked
    };
    let mut open: VecDeque<u32> = worker.borrow().state.selection.open.clone().into();
    let mut told = js_sys::Date::now();
    while !open.is_empty() {
        let read = read_batch(&worker, open.make_contiguous()).await;
        if !is_current() {
            return;
        }
        let read = match read {
            Ok(read) => read,
            Err(message) => {
                let mut worker = worker.borrow_mut();
                worker.answering = None;
                return send(&worker.state.refuse(message));
            }
        };
        open.drain(..read.len().min(open.len()));
        let mut worker = worker.borrow_mut();
        worker.state.take_batch(&read);
        if open.is_empty() || js_sys::Date::now() - told > TELL_EVERY_MS {
            send(&worker.state.select_again());
            told = js_sys::Date::now();
            // Another filter may have asked the same query of other sequences.
            open = worker.state.selection.open.clone().into();
        }
    }
    worker.borrow_mut().answering = None;
}

/// Reads the alternatives that the colours need, unless that is being done.
fn read_for_colours(worker: &Shared) {
    let mut held = worker.borrow_mut();
    if !held.shading && !held.state.colours.to_read(1).is_empty() {
        held.shading = true;
        wasm_bindgen_futures::spawn_local(shade(Rc::clone(worker)));
    }
}

/// Reads alternatives until all are known, or until the page looks at something else.
async fn shade(worker: Shared) {
    let job = worker.borrow().job;
    // What is read first is shown at once: the page looks at it.
    let mut told = f64::NEG_INFINITY;
    loop {
        let wanted = worker.borrow().state.colours.to_read(BATCH);
        if wanted.is_empty() {
            break;
        }
        let read = read_batch(&worker, &wanted).await;
        let mut worker = worker.borrow_mut();
        if worker.job != job {
            return;
        }
        match read {
            Ok(read) => worker.state.take_listed(&read),
            Err(message) => worker.state.fail_listing(message),
        }
        let is_done = worker.state.colours.to_read(1).is_empty();
        if is_done || js_sys::Date::now() - told > TELL_EVERY_MS {
            told = js_sys::Date::now();
            worker.state.recoloured().iter().for_each(send);
        }
    }
    worker.borrow_mut().shading = false;
}

/// Reads the first of these sequences and those near it.
async fn read_batch(
    worker: &Shared,
    open: &[u32],
) -> Result<Vec<(u32, Option<SequenceDetail>)>, String> {
    let found = {
        let worker = worker.borrow();
        let batch = Batch::of(&worker.state.columns, open.iter().copied());
        worker.source.clone().zip(batch)
    };
    let (source, batch) = found.ok_or("There is no such sequence in this file.")?;
    let bytes = record_bytes(&source, &batch.source, &batch.span).await?;
    Ok(batch.decode(&bytes))
}

/// The bytes of a record in its file.
pub(crate) async fn record_bytes(
    source: &Source,
    of: &completions::Source,
    record: &RecordSpan,
) -> Result<Vec<u8>, String> {
    if of.packed {
        return unpack(source, of, record).await;
    }
    let range = record.start..record.start + record.len;
    source.part(of.file, range).await
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
    let bytes = record_bytes(&source, &wanted.source, &wanted.record).await?;
    let detail = wanted
        .decode(&bytes)
        .ok_or_else(|| source.has_changed(wanted.source.file))?;
    let mut worker = worker.borrow_mut();
    if worker.job == job {
        worker.state.keep_detail(sequence, detail);
    }
    Ok(())
}

/// The bytes of a record in a compressed file: it is unpacked again, from its beginning to the end of the record.
async fn unpack(
    source: &Source,
    of: &completions::Source,
    record: &RecordSpan,
) -> Result<Vec<u8>, String> {
    let file = of.file;
    let mut stream = source.stream(file, 0).await?;
    let mut reader = RecordReader::new(Limits::default(), of, record);
    while let Some(bytes) = stream.next().await? {
        if reader.push(bytes) {
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
