//! The importer for WebAssembly without a browser around it: bare exports, as little glue as possible.
//!
//! From JavaScript: bytes into `room(length)`, then `push(length)`, until the end; then `finish()` gives the address of
//! the figures.
use bench::Figures;
use bench::figures::LEN;
use completions::{Importer, Limits};
use std::sync::{Mutex, PoisonError};

/// What is held between two calls.
struct State {
    importer: Option<Importer>,
    room: Vec<u8>,
    figures: [f64; LEN],
}

static STATE: Mutex<State> = Mutex::new(State {
    importer: None,
    room: Vec::new(),
    figures: [0.0; LEN],
});

fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Where the next bytes go.
#[expect(
    unsafe_code,
    reason = "only an unmangled name can be called from JavaScript"
)]
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    with(|state| {
        state.room.resize(length, 0);
        state.room.as_mut_ptr()
    })
}

/// Reads so many bytes out of the room.
#[expect(
    unsafe_code,
    reason = "only an unmangled name can be called from JavaScript"
)]
#[unsafe(no_mangle)]
extern "C" fn push(length: usize) {
    with(|state| {
        let bytes = state.room.get(..length).unwrap_or_default();
        let importer = &mut state.importer;
        importer
            .get_or_insert_with(|| Importer::new(Limits::default()))
            .push(bytes);
    });
}

/// The end of the file: where the figures are. Everything else is forgotten.
#[expect(
    unsafe_code,
    reason = "only an unmangled name can be called from JavaScript"
)]
#[unsafe(no_mangle)]
extern "C" fn finish() -> *const f64 {
    with(|state| {
        let importer = state.importer.take();
        let importer = importer.unwrap_or_else(|| Importer::new(Limits::default()));
        state.figures = Figures::of_import(&importer.finish()).0;
        state.figures.as_ptr()
    })
}

fn main() {}
