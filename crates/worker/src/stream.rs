//! Bytes on their way: of a local file, or over HTTP.
//!
//! Whoever computes reads by himself. A browser hands out bytes through a pipe of two megabytes that another process fills
//! meanwhile; who comes back for them when he is done with the ones before finds a pipe that is full, while one that waits
//! for them is woken for each 64 KB. And they are read into the same memory again and again: fresh memory for each piece
//! costs more than all the rest of reading.
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamByobReader, ReadableStreamDefaultReader};

/// Bytes of a piece, at most: few enough for the cache of a processor, where they are read at once.
const PIECE_BYTES: u32 = 1024 * 1024;

/// Bytes that are read from their beginning on. Dropped, it is no longer read.
pub(crate) struct Stream {
    reader: Reader,
    /// Size of the whole; 0 when unknown.
    size: u64,
    /// What was read last, and how much of it counts.
    room: Vec<u8>,
    filled: usize,
    /// What to say when no more can be read.
    lost: String,
    is_open: bool,
}

enum Reader {
    /// Fills what it is given, and gives it back.
    Filling(ReadableStreamByobReader, Uint8Array),
    /// Of a browser or body that cannot: hands out memory of its own.
    Handing(ReadableStreamDefaultReader),
}

impl Reader {
    fn ask(&self) -> Promise {
        match self {
            Self::Filling(reader, room) => reader.read_with_array_buffer_view(room),
            Self::Handing(reader) => reader.read(),
        }
    }

    fn cancel(&self) -> Promise {
        match self {
            Self::Filling(reader, _) => reader.cancel(),
            Self::Handing(reader) => reader.cancel(),
        }
    }
}

impl Stream {
    /// Reads a body of this size (0 when unknown); `lost` is what to say when that fails on the way.
    pub(crate) fn new(body: &ReadableStream, size: u64, lost: &str) -> Result<Self, String> {
        let reader = match ReadableStreamByobReader::new(body) {
            Ok(reader) => Reader::Filling(reader, Uint8Array::new_with_length(PIECE_BYTES)),
            Err(_) => {
                let reader = body.get_reader().dyn_into();
                Reader::Handing(reader.map_err(|_| lost.to_owned())?)
            }
        };
        Ok(Self {
            reader,
            size,
            room: Vec::new(),
            filled: 0,
            lost: lost.to_owned(),
            is_open: true,
        })
    }

    /// Reads bytes of a file on this machine, from `start` to `end`.
    pub(crate) fn part(file: &Blob, start: u64, end: u64, lost: &str) -> Result<Self, String> {
        let part = file.slice_with_f64_and_f64(start as f64, end as f64);
        let part = part.map_err(|_| lost.to_owned())?;
        Self::new(&part.stream(), file.size() as u64, lost)
    }

    /// Size of the whole; 0 when unknown.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<&[u8]>, String> {
        Ok(self.advance().await?.then(|| self.piece()))
    }

    /// Reads the next [`Self::piece`]; `false` at the end.
    pub(crate) async fn advance(&mut self) -> Result<bool, String> {
        let value = match JsFuture::from(self.reader.ask()).await {
            Ok(step) if is_done(&step) => None,
            Ok(step) => Reflect::get(&step, &"value".into())
                .and_then(|value| value.dyn_into::<Uint8Array>())
                .map(Some)
                .map_err(|_| self.lost.clone())?,
            Err(_) => {
                self.is_open = false;
                return Err(self.lost.clone());
            }
        };
        let Some(value) = value else {
            self.is_open = false;
            return Ok(false);
        };
        self.filled = value.length() as usize;
        if self.room.len() < self.filled {
            self.room.resize(self.filled.max(PIECE_BYTES as usize), 0);
        }
        if let Some(room) = self.room.get_mut(..self.filled) {
            value.copy_to(room);
        }
        if let Reader::Filling(_, room) = &mut self.reader {
            *room = Uint8Array::new(&value.buffer());
        }
        Ok(true)
    }

    /// What was read last.
    pub(crate) fn piece(&self) -> &[u8] {
        self.room.get(..self.filled).unwrap_or_default()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.reader.cancel();
        }
    }
}

fn is_done(step: &JsValue) -> bool {
    Reflect::get(step, &"done".into()).is_ok_and(|done| done.is_truthy())
}
