//! A helper: a worker of the worker's own that reads lines out of the middle of a large file.
//!
//! The worker deals out ranges of bytes ([`crate::crew`]); the helper reads each one, from the first line that begins in it to
//! the end of the last, and sends back what came of it. It shares the compiled module, so it starts at once and its code is as
//! fast as the worker's has become.
use crate::host::scope;
use crate::lines::{Lines, Range};
use completions::Limits;
use completions::segment::{Segment, SegmentReader};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent};

/// What a helper says first.
pub(crate) const READY: &str = "ready";

/// What came of a range.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Answer {
    /// Which range it was.
    pub(crate) nth: u32,
    pub(crate) result: Outcome,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Outcome {
    /// The lines, and the offset after them.
    Read(Box<Segment>, u64),
    /// No line begins in the range.
    Nothing,
    /// The lines before this offset have to be read in their turn.
    Refused(u64),
    /// The browser could not read the file.
    Unreadable,
}

/// What a helper has to do; one range at a time.
type Waiting = Rc<RefCell<VecDeque<(Range, File)>>>;

/// Sends a range to a helper.
pub(crate) fn send(range: Range, to: &web_sys::Worker, file: &File) -> Result<(), JsValue> {
    let (start, end) = (range.start as f64, range.end as f64);
    let message = Array::of4(&range.nth.into(), &start.into(), &end.into(), file);
    to.post_message(&message)
}

fn range_of(message: &JsValue) -> Option<(Range, File)> {
    let message: &Array = message.dyn_ref()?;
    let number = |at| message.get(at).as_f64();
    let range = Range {
        nth: number(0)? as u32,
        start: number(1)? as u64,
        end: number(2)? as u64,
    };
    Some((range, message.get(3).dyn_into().ok()?))
}

/// Takes over a helper.
pub fn run(queued: &Array) {
    let waiting = Waiting::default();
    let receive = move |message: &JsValue| {
        let Some(next) = range_of(message) else {
            return;
        };
        let is_idle = waiting.borrow().is_empty();
        waiting.borrow_mut().push_back(next);
        if is_idle {
            wasm_bindgen_futures::spawn_local(work(Rc::clone(&waiting)));
        }
    };
    queued.iter().for_each(|message| receive(&message));
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| receive(&event.data()));
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the helper.
    on_message.forget();
    let _ = scope().post_message(&READY.into());
}

async fn work(waiting: Waiting) {
    loop {
        // What is worked on stays in the queue, so that nobody else begins.
        let Some((range, file)) = waiting.borrow().front().cloned() else {
            return;
        };
        let answer = read(range, &file).await;
        // The types are ours: encoding them fails only when memory is out, and then the worker reads by itself.
        let bytes = postcard::to_allocvec(&answer).unwrap_or_default();
        drop(answer);
        let array = Uint8Array::from(bytes.as_slice());
        let _ = scope().post_message_with_transfer(&array, &Array::of1(&array.buffer()));
        waiting.borrow_mut().pop_front();
    }
}

/// Reads a range apart from what is before it.
pub(crate) async fn read(range: Range, file: &File) -> Answer {
    let result = segment(range, file).await.unwrap_or(Outcome::Unreadable);
    Answer {
        nth: range.nth,
        result,
    }
}

async fn segment(range: Range, file: &File) -> Result<Outcome, String> {
    let mut lines = Lines::new(range, file, "")?;
    let mut reader = SegmentReader::new(Limits::default());
    while let Some(bytes) = lines.next().await? {
        reader.push(bytes);
    }
    let Some(end) = lines.end() else {
        return Ok(Outcome::Nothing);
    };
    let segment = reader.finish();
    Ok(segment.map_or(Outcome::Refused(end), |segment| {
        Outcome::Read(Box::new(segment), end)
    }))
}

/// Reads a message of a helper; `None` when the helper is no more.
pub(crate) fn answer(message: &JsValue) -> Option<Answer> {
    let bytes: &Uint8Array = message.dyn_ref()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}
