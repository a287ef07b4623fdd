//! Where the worker's bytes come from: local files, or a stored one over HTTP.
use js_sys::{ArrayBuffer, Uint8Array};
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, Headers, ReadableStreamDefaultReader, RequestInit, Response, WorkerGlobalScope,
};

/// Bytes of the first slice: small, so that the first rows appear at once.
const FIRST_SLICE_BYTES: u64 = 256 * 1024;
/// Bytes of the other slices.
const SLICE_BYTES: u64 = 8 * 1024 * 1024;

/// What a run is read from, and can be read from again in parts.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Files on this machine, held by reference.
    Local(Rc<[LocalFile]>),
    /// A stored file.
    Stored {
        /// Its address.
        url: String,
    },
}

/// A file on this machine.
#[derive(Debug)]
pub(crate) struct LocalFile {
    name: String,
    /// The browser's handle.
    file: File,
    size: u64,
    /// `lastModified` when it was opened.
    modified: f64,
}

impl LocalFile {
    fn is_as_it_was(&self) -> bool {
        self.file.last_modified() == self.modified && self.file.size() as u64 == self.size
    }
}

impl Source {
    /// Files with their names, in the order of these.
    pub(crate) fn local(files: impl Iterator<Item = (String, File)>) -> Self {
        let mut files: Vec<(String, File)> = files.collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let files = files.into_iter().map(|(name, file)| LocalFile {
            name,
            size: file.size() as u64,
            modified: file.last_modified(),
            file,
        });
        Self::Local(files.collect())
    }

    /// How many files there are.
    pub(crate) fn files(&self) -> u32 {
        match self {
            Self::Local(files) => u32::try_from(files.len()).unwrap_or(u32::MAX),
            Self::Stored { .. } => 1,
        }
    }

    /// Bytes of all files; 0 when unknown.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Local(files) => files.iter().map(|file| file.size).sum(),
            Self::Stored { .. } => 0,
        }
    }

    /// Name of a file; empty for one that does not need any.
    pub(crate) fn name(&self, file: u32) -> &str {
        match self {
            Self::Local(files) => files.get(file as usize).map_or("", |file| &file.name),
            Self::Stored { .. } => "",
        }
    }

    /// What to say when a file is no longer what was read.
    pub(crate) fn has_changed(&self, file: u32) -> String {
        let what = match self.name(file) {
            "" => "The file",
            name => name,
        };
        format!("{what} has changed since it was opened. Open it again.")
    }

    /// The browser's handle of a file on this machine.
    pub(crate) fn file(&self, file: u32) -> Option<&File> {
        match self {
            Self::Local(files) => files.get(file as usize).map(|held| &held.file),
            Self::Stored { .. } => None,
        }
    }

    /// What to say when the browser cannot read a file any more.
    pub(crate) fn unreadable(&self, file: u32) -> String {
        unreadable(self.name(file))
    }

    /// Starts reading a file from this byte on; a stored one from its beginning.
    pub(crate) async fn stream(&self, file: u32, from: u64) -> Result<Stream, String> {
        match self {
            Self::Local(files) => {
                let held = files.get(file as usize).ok_or("There is no such file.")?;
                if !held.is_as_it_was() {
                    return Err(self.has_changed(file));
                }
                Ok(Stream::Local {
                    name: held.name.clone(),
                    file: held.file.clone(),
                    size: held.size,
                    next: from,
                    pending: None,
                })
            }
            Self::Stored { url } => {
                let response = fetch(url, None).await?;
                let total = response.headers().get("content-length").ok().flatten();
                let body = response
                    .body()
                    .ok_or("The server sent no file. Try again.")?;
                let reader = body
                    .get_reader()
                    .dyn_into::<ReadableStreamDefaultReader>()
                    .map_err(|_| "This browser cannot read the file as a stream.")?;
                Ok(Stream::Stored {
                    reader,
                    size: total.and_then(|text| text.parse().ok()).unwrap_or(0),
                })
            }
        }
    }

    /// Reads a part of a file again.
    pub(crate) async fn part(&self, file: u32, range: Range<u64>) -> Result<Vec<u8>, String> {
        match self {
            Self::Local(files) => {
                let held = files.get(file as usize).ok_or("There is no such file.")?;
                if !held.is_as_it_was() {
                    return Err(self.has_changed(file));
                }
                read_slice(&held.file, range.start, range.end)
                    .await
                    .map_err(|_| unreadable(&held.name))
            }
            Self::Stored { url } => {
                let header = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
                let response = fetch(url, Some(&header)).await?;
                let buffer = response.array_buffer().map_err(|_| LOST)?;
                let buffer = JsFuture::from(buffer).await.map_err(|_| LOST)?;
                let bytes = Uint8Array::new(&buffer).to_vec();
                // A server without ranges answers 200 with the whole file.
                if response.status() == 206 {
                    return Ok(bytes);
                }
                let part = usize::try_from(range.start)
                    .ok()
                    .zip(usize::try_from(range.end).ok());
                part.and_then(|(start, end)| bytes.get(start..end))
                    .map(<[u8]>::to_vec)
                    .ok_or_else(|| LOST.into())
            }
        }
    }
}

const LOST: &str = "The connection to the server was lost while the file was read. Try again.";

/// A file being read from its beginning. Of a local file the next slice is always on its way while one is worked on.
pub(crate) enum Stream {
    Local {
        name: String,
        file: File,
        size: u64,
        next: u64,
        pending: Option<js_sys::Promise>,
    },
    Stored {
        reader: ReadableStreamDefaultReader,
        size: u64,
    },
}

impl Stream {
    /// Size of the file; 0 when unknown.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Local { size, .. } | Self::Stored { size, .. } => *size,
        }
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        match self {
            Self::Local {
                name,
                file,
                size,
                next,
                pending,
            } => {
                let Some(current) = pending.take().or_else(|| request_slice(file, *size, next))
                else {
                    return Ok(None);
                };
                *pending = request_slice(file, *size, next);
                let buffer = JsFuture::from(current)
                    .await
                    .map_err(|_| unreadable(name))?;
                Ok(Some(Uint8Array::new(&buffer).to_vec()))
            }
            Self::Stored { reader, .. } => {
                let step = JsFuture::from(reader.read()).await.map_err(|_| LOST)?;
                let done =
                    js_sys::Reflect::get(&step, &"done".into()).is_ok_and(|done| done.is_truthy());
                if done {
                    return Ok(None);
                }
                let value = js_sys::Reflect::get(&step, &"value".into()).map_err(|_| LOST)?;
                Ok(Some(Uint8Array::new(&value).to_vec()))
            }
        }
    }
}

fn request_slice(file: &File, size: u64, next: &mut u64) -> Option<js_sys::Promise> {
    if *next >= size {
        return None;
    }
    let length = if *next == 0 {
        FIRST_SLICE_BYTES
    } else {
        SLICE_BYTES
    };
    let end = size.min(*next + length);
    let bytes = slice(file, *next, end).ok()?;
    *next = end;
    Some(bytes)
}

/// Asks for bytes of a file: the promise of a buffer.
pub(crate) fn slice(file: &File, start: u64, end: u64) -> Result<js_sys::Promise, JsValue> {
    let slice = file.slice_with_f64_and_f64(start as f64, end as f64)?;
    Ok(slice.array_buffer())
}

/// Bytes of a file.
pub(crate) async fn read_slice(file: &File, start: u64, end: u64) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(slice(file, start, end)?).await?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

/// A file that was changed, moved or is no longer allowed to be read.
fn unreadable(name: &str) -> String {
    format!(
        "The browser can no longer read {name}: it was changed, moved or removed. Open it again."
    )
}

async fn fetch(url: &str, range: Option<&str>) -> Result<Response, String> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let options = RequestInit::new();
    if let Some(range) = range {
        let headers = Headers::new().map_err(|_| LOST)?;
        headers.set("range", range).map_err(|_| LOST)?;
        options.set_headers(&headers);
    }
    let response = JsFuture::from(scope.fetch_with_str_and_init(url, &options))
        .await
        .map_err(|_| LOST)?;
    let response: Response = response.unchecked_into();
    match response.status() {
        200 | 206 => Ok(response),
        404 | 410 => Err("The store no longer has this file. It may have been deleted.".into()),
        status => Err(format!(
            "The server could not send the file (status {status}). Try again later."
        )),
    }
}
