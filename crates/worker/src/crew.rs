//! Several helpers on one large file: ranges are dealt out, what comes back is put in order.
use crate::helper::{self, Answer, Outcome, Range};
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, MessageEvent, WorkerOptions, WorkerType};

/// Bytes of a range: small enough that the helpers end together, large enough that messages do not count.
const RANGE_BYTES: u64 = 8 * 1024 * 1024;
/// Ranges on their way for each helper: one is worked on, one waits, one is read from the disk.
const ON_THEIR_WAY: u32 = 3;
/// Helpers, at most: the browser's own file reading does not keep up with more.
const MOST: u32 = 4;

/// Workers that wait for work. Dropped, they are stopped.
pub(crate) struct Crew {
    helpers: Vec<Helper>,
    table: Shared,
}

struct Helper {
    inner: web_sys::Worker,
    // Held so that the browser can call them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

/// What is dealt out, and what has come back.
#[derive(Default)]
struct Table {
    /// Helpers that have come up, and how many ranges each one has.
    hands: Vec<(web_sys::Worker, u32)>,
    file: Option<File>,
    first: u64,
    ranges: u32,
    /// Ranges of which the bytes were asked for, and those that came back.
    asked: u32,
    answered: u32,
    answers: BTreeMap<u32, Answer>,
    /// What was asked for will never come.
    broken: bool,
    /// Whoever waits for an answer.
    wake: Option<Function>,
}

type Shared = Rc<RefCell<Table>>;

impl Drop for Helper {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.set_onerror(None);
        self.inner.terminate();
    }
}

impl Table {
    /// The next range to ask for, if it is time to.
    fn next(&mut self) -> Option<(Range, File)> {
        let most = ON_THEIR_WAY * self.hands.len() as u32;
        if self.asked >= self.ranges || self.asked - self.answered >= most || self.broken {
            return None;
        }
        let start = self.first + u64::from(self.asked) * RANGE_BYTES;
        let range = Range {
            nth: self.asked,
            start,
            end: start + RANGE_BYTES,
        };
        self.asked += 1;
        Some((range, self.file.clone()?))
    }

    /// Gives a range to the helper that has least to do.
    fn deal(&mut self, range: Range, file: &File, bytes: Result<JsValue, JsValue>) {
        let free = self.hands.iter_mut().min_by_key(|(_, ranges)| *ranges);
        let Some((helper, ranges)) = free else {
            return self.give_up();
        };
        *ranges += 1;
        if let Err(_) | Ok(Err(_)) = bytes.map(|bytes| range.send(helper, file, &bytes)) {
            self.put(Answer {
                nth: range.nth,
                end: 0,
                result: Outcome::Unreadable,
            });
        }
    }

    fn put(&mut self, answer: Answer) {
        self.answered += 1;
        self.answers.insert(answer.nth, answer);
        self.wake();
    }

    fn give_up(&mut self) {
        self.broken = true;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(wake) = self.wake.take() {
            let _ = wake.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Asks for the bytes of as many ranges as there should be on their way.
fn ask(table: &Shared) {
    loop {
        let Some((range, file)) = table.borrow_mut().next() else {
            return;
        };
        let table = Rc::clone(table);
        wasm_bindgen_futures::spawn_local(async move {
            let bytes = match range.request(&file) {
                Ok(bytes) => JsFuture::from(bytes).await,
                Err(error) => Err(error),
            };
            table.borrow_mut().deal(range, &file, bytes);
        });
    }
}

/// What a helper says.
fn receive(table: &Shared, from: &web_sys::Worker, message: &JsValue) {
    {
        let mut table = table.borrow_mut();
        if *message == helper::READY {
            return table.hands.push((from.clone(), 0));
        }
        let Some(answer) = helper::answer(message) else {
            return table.give_up();
        };
        if let Some((_, ranges)) = table.hands.iter_mut().find(|(hand, _)| hand == from) {
            *ranges = ranges.saturating_sub(1);
        }
        table.put(answer);
    }
    ask(table);
}

impl Crew {
    /// Starts helpers, if these bytes of a file are worth it: one for each processor but one, which reads from the disk and
    /// draws. They need some time to come up.
    pub(crate) fn for_bytes(bytes: u64) -> Option<Self> {
        let processors = crate::host::scope().navigator().hardware_concurrency() as u32;
        let ranges = u32::try_from(bytes / RANGE_BYTES).unwrap_or(u32::MAX);
        let count = processors.saturating_sub(1).min(MOST);
        if count == 0 || ranges < 2 {
            return None;
        }
        let table = Shared::default();
        let helpers = (0..count).map(|_| Helper::start(&table));
        // One that does not start is an error of the browser: then there are none.
        let helpers = helpers.collect::<Option<Vec<_>>>()?;
        Some(Self { helpers, table })
    }

    /// All helpers have come up.
    pub(crate) fn is_ready(&self) -> bool {
        self.table.borrow().hands.len() == self.helpers.len()
    }

    /// Deals out the file from the first byte of a line. Returns the number of ranges.
    pub(crate) fn read(&self, file: &File, first: u64) -> u32 {
        let bytes = (file.size() as u64).saturating_sub(first);
        let ranges = u32::try_from(bytes.div_ceil(RANGE_BYTES)).unwrap_or(u32::MAX);
        {
            let mut table = self.table.borrow_mut();
            table.file = Some(file.clone());
            table.first = first;
            table.ranges = ranges;
        }
        ask(&self.table);
        ranges
    }

    /// Waits for what came of a range; `None` when it will never come.
    pub(crate) async fn answer(&self, nth: u32) -> Option<Answer> {
        loop {
            let wait = {
                let mut table = self.table.borrow_mut();
                if let Some(answer) = table.answers.remove(&nth) {
                    return Some(answer);
                }
                if table.broken {
                    return None;
                }
                Promise::new(&mut |resolve, _| table.wake = Some(resolve))
            };
            let _ = JsFuture::from(wait).await;
        }
    }
}

impl Helper {
    fn start(table: &Shared) -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("helper");
        let inner = web_sys::Worker::new_with_options("/worker.js", &options).ok()?;
        let on_message = {
            let (table, inner) = (Rc::clone(table), inner.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                receive(&table, &inner, &event.data());
            })
        };
        let on_error = {
            let table = Rc::clone(table);
            Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                event.prevent_default();
                table.borrow_mut().give_up();
            })
        };
        inner.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        inner.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // The compiled module itself: nothing is fetched or compiled again.
        let start = Object::new();
        Reflect::set(&start, &"module".into(), &wasm_bindgen::module()).ok()?;
        inner.post_message(&start).ok()?;
        Some(Self {
            inner,
            _on_message: on_message,
            _on_error: on_error,
        })
    }
}
