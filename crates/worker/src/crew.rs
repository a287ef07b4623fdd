//! Several helpers on one large file: ranges are dealt out, what comes back is put in order. The worker reads, too: what is its
//! turn, and what nobody has begun while it would wait for a helper.
use crate::helper::{self, Answer, Outcome};
use crate::host::scope;
use crate::lines::Range;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, MessageEvent, WorkerOptions, WorkerType};

/// Ranges that are wanted of a file: many enough that all who read end together.
const RANGES: u64 = 32;
/// Bytes of a range: at least so many that its beginning and its message do not count; what comes of it takes memory.
const LEAST: u64 = 8 << 20;
const LARGEST: u64 = 32 << 20;
/// Ranges of a helper: one is worked on, one waits.
const AT_ONCE: u32 = 2;
/// Ranges begun or read and not yet in order, for each one who reads. They take memory.
const AHEAD: u32 = 3;
/// Helpers, at most: the browser's own file reading does not keep up with more.
const MOST: u32 = 4;

/// Workers that wait for work. Dropped, they are stopped.
pub(crate) struct Crew {
    helpers: Vec<Helper>,
    table: Shared,
}

/// What the worker does next about a range.
pub(crate) enum Turn {
    /// It was read apart.
    Read(Answer),
    /// Nobody has begun with it: its lines are to be read.
    Own(Range),
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
    /// Where the first range begins, the bytes of each one, and their number.
    first: u64,
    bytes: u64,
    ranges: u32,
    /// The next range that nobody has begun with, and the one whose turn it is.
    next: u32,
    turn: u32,
    answers: BTreeMap<u32, Answer>,
    /// What was dealt out will never come.
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
    /// Takes the next range that nobody has begun with, unless too many are.
    fn take(&mut self) -> Option<(Range, File)> {
        let most = AHEAD * (self.hands.len() as u32 + 1);
        if self.next >= self.ranges || self.next >= self.turn + most {
            return None;
        }
        let start = self.first + u64::from(self.next) * self.bytes;
        let range = Range {
            nth: self.next,
            start,
            end: start + self.bytes,
        };
        let file = self.file.clone()?;
        self.next += 1;
        Some((range, file))
    }

    /// Gives the helpers what to do.
    fn deal(&mut self) {
        while let Some(free) = self.free() {
            let Some((range, file)) = self.take() else {
                return;
            };
            if let Some((helper, ranges)) = self.hands.get_mut(free) {
                *ranges += 1;
                if helper::send(range, helper, &file).is_err() {
                    self.put(Answer {
                        nth: range.nth,
                        result: Outcome::Unreadable,
                    });
                }
            }
        }
    }

    /// The helper that has least to do, if that is not enough.
    fn free(&self) -> Option<usize> {
        let hands = self.hands.iter().map(|&(_, ranges)| ranges).enumerate();
        let (free, ranges) = hands.min_by_key(|&(_, ranges)| ranges)?;
        (ranges < AT_ONCE && !self.broken).then_some(free)
    }

    fn put(&mut self, answer: Answer) {
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

/// What a helper says.
fn receive(table: &Shared, from: &web_sys::Worker, message: &JsValue) {
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
    table.deal();
}

impl Crew {
    /// Starts helpers, if these bytes of a file are worth it: one for each processor but the worker's own. They need some
    /// time to come up.
    pub(crate) fn for_bytes(bytes: u64) -> Option<Self> {
        let processors = crate::host::scope().navigator().hardware_concurrency() as u32;
        let count = processors.saturating_sub(1).min(MOST);
        if count == 0 || bytes < 2 * LEAST {
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
        let left = (file.size() as u64).saturating_sub(first);
        let bytes = (left / RANGES).clamp(LEAST, LARGEST);
        let ranges = u32::try_from(left.div_ceil(bytes)).unwrap_or(u32::MAX);
        let mut table = self.table.borrow_mut();
        table.file = Some(file.clone());
        table.first = first;
        table.bytes = bytes;
        table.ranges = ranges;
        ranges
    }

    /// What there is to do about this range; all before it are in order. `None` when the helpers are no more.
    pub(crate) async fn turn(&self, nth: u32) -> Option<Turn> {
        loop {
            let meanwhile = {
                let mut table = self.table.borrow_mut();
                table.turn = nth;
                if table.broken {
                    return None;
                }
                let answer = table.answers.remove(&nth);
                let taken = if answer.is_none() { table.take() } else { None };
                table.deal();
                match (answer, taken) {
                    (Some(answer), _) => return Some(Turn::Read(answer)),
                    (None, Some((range, _))) if range.nth == nth => return Some(Turn::Own(range)),
                    (None, Some(other)) => Ok(other),
                    (None, None) => Err(Promise::new(&mut |resolve, _| table.wake = Some(resolve))),
                }
            };
            match meanwhile {
                Ok((range, file)) => {
                    let answer = helper::read(range, &file).await;
                    self.table.borrow_mut().put(answer);
                }
                Err(answered) => drop(JsFuture::from(answered).await),
            }
        }
    }
}

impl Helper {
    fn start(table: &Shared) -> Option<Self> {
        // Its own script, wherever the site is.
        let here = scope().location().href();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("helper");
        let inner = web_sys::Worker::new_with_options(&here, &options).ok()?;
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
