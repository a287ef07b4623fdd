//! Where the worker's bytes come from: local files, or a stored one over HTTP.
use crate::stream::Stream;
use js_sys::{ArrayBuffer, Uint8Array};
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Headers, RequestInit, Response, WorkerGlobalScope};

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
                Stream::part(&held.file, from, held.size, &unreadable(&held.name))
            }
            Self::Stored { url } => {
                let response = fetch(url, None).await?;
                let total = response.headers().get("content-length").ok().flatten();
                let body = response
                    .body()
                    .ok_or("The server sent no file. Try again.")?;
                let size = total.and_then(|text| text.parse().ok()).unwrap_or(0);
                Stream::new(&body, size, LOST)
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

/// Bytes of a file.
async fn read_slice(file: &File, start: u64, end: u64) -> Result<Vec<u8>, JsValue> {
    let slice = file.slice_with_f64_and_f64(start as f64, end as f64)?;
    let buffer = JsFuture::from(slice.array_buffer()).await?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

/// A file that was changed, moved or is no longer allowed to be read.
fn unreadable(name: &str) -> String {
    format!(
        "The browser can no longer read {name}: it was changed, moved or removed. Open it again."
    )
}

pub(crate) async fn fetch(url: &str, range: Option<&str>) -> Result<Response, String> {
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
