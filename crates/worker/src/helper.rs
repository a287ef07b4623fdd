//! A helper: a worker of the worker's own that reads lines out of the middle of a large file.
//!
//! The worker deals out ranges of bytes ([`crate::crew`]); the helper reads each one, from the first line that begins in it to
//! the end of the last, and sends back what came of it. The bytes come with the range: a browser hands the bytes of a file to
//! the thread that asked for them, in small pieces, and one that computes has no time to take them. It shares the compiled
//! module, so it starts at once and its code is as fast as the worker's has become.
use crate::host::scope;
use crate::source::{read_slice, slice};
use completions::Limits;
use completions::segment::{Segment, SegmentReader, line_after};
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent};

/// Bytes read beyond a range at first: its last line ends there.
const TAIL_BYTES: u64 = 64 * 1024;
/// Bytes of one line that a helper reads at most; longer ones are for the worker.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// What a helper says first.
pub(crate) const READY: &str = "ready";

/// What came of a range.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Answer {
    /// Which range it was.
    pub(crate) nth: u32,
    /// Offset after the last of its lines; the range had no line when it is 0.
    pub(crate) end: u64,
    pub(crate) result: Outcome,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Outcome {
    /// The lines.
    Read(Box<Segment>),
    /// No line begins in the range.
    Nothing,
    /// These lines have to be read in their turn.
    Refused,
    /// A line is too long for a helper.
    TooLong,
    /// The browser could not read the file.
    Unreadable,
}

/// A range to read, with its bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    pub(crate) nth: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Range {
    /// Where its bytes begin: the one before tells whether a line begins at its start.
    fn from(self) -> u64 {
        self.start.saturating_sub(1)
    }

    /// Asks the browser for its bytes, and some more, in which the last line ends.
    pub(crate) fn request(self, file: &File) -> Result<Promise, JsValue> {
        slice(file, self.from(), self.end + TAIL_BYTES)
    }

    /// Where its last line ends in these bytes; `None` when it ends behind them.
    fn last_line(self, bytes: &[u8], size: u64) -> Option<usize> {
        let reads_all = self.from() + bytes.len() as u64 >= size;
        if self.end >= size {
            return reads_all.then_some(bytes.len());
        }
        let place = usize::try_from(self.end - self.from()).ok()?;
        let line = line_after(bytes, place);
        (line < bytes.len() || reads_all || bytes.last() == Some(&b'\n')).then_some(line)
    }

    /// Sends it to a helper; the bytes go with it.
    pub(crate) fn send(
        self,
        to: &web_sys::Worker,
        file: &File,
        bytes: &JsValue,
    ) -> Result<(), JsValue> {
        let (start, end) = (self.start as f64, self.end as f64);
        let message = Array::of5(&self.nth.into(), &start.into(), &end.into(), file, bytes);
        to.post_message_with_transfer(&message, &Array::of1(bytes))
    }

    fn from_message(message: &JsValue) -> Option<(Self, File, ArrayBuffer)> {
        let message: &Array = message.dyn_ref()?;
        let number = |at| message.get(at).as_f64();
        let range = Self {
            nth: number(0)? as u32,
            start: number(1)? as u64,
            end: number(2)? as u64,
        };
        Some((
            range,
            message.get(3).dyn_into().ok()?,
            message.get(4).dyn_into().ok()?,
        ))
    }
}

/// Takes over a helper.
pub fn run(queued: &Array) {
    let receive = move |message: &JsValue| {
        if let Some((range, file, bytes)) = Range::from_message(message) {
            wasm_bindgen_futures::spawn_local(async move {
                let (end, outcome) = read(range, &file, bytes).await;
                send(range.nth, end, outcome);
            });
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

fn send(nth: u32, end: u64, result: Outcome) {
    let answer = Answer { nth, end, result };
    // The types are ours: encoding them fails only when memory is out, and then the worker reads by itself.
    let bytes = postcard::to_allocvec(&answer).unwrap_or_default();
    let array = Uint8Array::from(bytes.as_slice());
    let _ = scope().post_message_with_transfer(&array, &Array::of1(&array.buffer()));
}

async fn read(range: Range, file: &File, bytes: ArrayBuffer) -> (u64, Outcome) {
    let size = file.size() as u64;
    let from = range.from();
    let place = |offset: u64| usize::try_from(offset - from).unwrap_or(usize::MAX);
    let mut bytes = Uint8Array::new(&bytes).to_vec();
    let first = line_after(&bytes, place(range.start));
    if first >= place(range.end.min(size)) {
        return (0, Outcome::Nothing);
    }
    let mut last = range.last_line(&bytes, size);
    let mut tail = TAIL_BYTES;
    while last.is_none() {
        tail *= 8;
        if tail > LONGEST_LINE {
            return (0, Outcome::TooLong);
        }
        let Ok(more) = read_slice(file, from, (range.end + tail).min(size)).await else {
            return (0, Outcome::Unreadable);
        };
        bytes = more;
        last = range.last_line(&bytes, size);
    }
    let last = last.unwrap_or(bytes.len());
    let mut reader = SegmentReader::new(Limits::default());
    reader.push(bytes.get(first..last).unwrap_or_default());
    let segment = reader.finish().map(Box::new);
    let outcome = segment.map_or(Outcome::Refused, Outcome::Read);
    (from + last as u64, outcome)
}

/// Reads a message of a helper; `None` when the helper is no more.
pub(crate) fn answer(message: &JsValue) -> Option<Answer> {
    let bytes: &Uint8Array = message.dyn_ref()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}
