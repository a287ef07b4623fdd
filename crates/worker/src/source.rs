//! Where the worker's bytes come from: a local file, or a stored one over HTTP.
use js_sys::{ArrayBuffer, Uint8Array};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, Headers, ReadableStreamDefaultReader, RequestInit, Response, WorkerGlobalScope,
};

/// Bytes of the first slice: small, so that the first rows appear at once.
const FIRST_SLICE_BYTES: u64 = 256 * 1024;
/// Bytes of the other slices.
const SLICE_BYTES: u64 = 4 * 1024 * 1024;

/// A file that can be read from its beginning, and again in parts.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file on this machine, held by reference.
    Local {
        /// The browser's handle.
        file: File,
        /// `lastModified` when it was opened.
        modified: f64,
    },
    /// A stored file.
    Stored {
        /// Its address.
        url: String,
    },
}

impl Source {
    pub(crate) fn local(file: File) -> Self {
        let modified = file.last_modified();
        Self::Local { file, modified }
    }

    /// Starts reading from the beginning.
    pub(crate) async fn stream(&self) -> Result<Stream, String> {
        match self {
            Self::Local { file, .. } => Ok(Stream::Local {
                file: file.clone(),
                size: file.size() as u64,
                next: 0,
                pending: None,
            }),
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

    /// Reads a part again.
    pub(crate) async fn part(&self, range: Range<u64>) -> Result<Vec<u8>, String> {
        match self {
            Self::Local { file, modified } => {
                if file.last_modified() != *modified {
                    return Err("The file has changed since it was opened. Open it again.".into());
                }
                read_slice(file, range.start, range.end).await
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
    /// Size of the whole file; 0 when unknown.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Local { size, .. } | Self::Stored { size, .. } => *size,
        }
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        match self {
            Self::Local {
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
                let buffer = JsFuture::from(current).await.map_err(unreadable)?;
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
    let slice = file.slice_with_f64_and_f64(*next as f64, end as f64).ok()?;
    *next = end;
    Some(slice.array_buffer())
}

async fn read_slice(file: &File, start: u64, end: u64) -> Result<Vec<u8>, String> {
    let slice = file
        .slice_with_f64_and_f64(start as f64, end as f64)
        .map_err(unreadable)?;
    let buffer = JsFuture::from(slice.array_buffer())
        .await
        .map_err(unreadable)?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

/// A file that was changed, moved or is no longer allowed to be read.
fn unreadable(_: JsValue) -> String {
    "The browser can no longer read this file: it was changed, moved or removed. Open it again."
        .into()
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
