//! Files that a person has chosen. They are read in parts, and stay where they are.
use engine::{Folder, Source};
use js_sys::{Array, Uint8Array};
use send_wrapper::SendWrapper;
use std::{
    cell::RefCell,
    fmt::{self, Debug, Formatter},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, FileReaderSync};

/// What was chosen: one file, or those of a folder.
pub(crate) struct Chosen(Vec<File>);

impl Chosen {
    pub(crate) fn new(files: &Array) -> Self {
        Self(
            files
                .iter()
                .filter_map(|file| file.dyn_into().ok())
                .collect(),
        )
    }

    /// A name for the model.
    pub(crate) fn name(&self) -> String {
        let names = || self.0.iter().map(File::name);
        let weights = |ending: &str| names().find(|name| name.ends_with(ending));
        let file = weights(".gguf").or_else(|| weights(".safetensors"));
        let stem = file.as_deref().map(Path::new).and_then(Path::file_stem);
        stem.map_or_else(
            || "model".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }
}

impl Folder for Chosen {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(match name {
            "" => "what was chosen",
            name => name,
        })
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(File::name).collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn Source>> {
        let file = self.0.iter().find(|file| file.name() == name);
        let file = file.ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, "it was not chosen with the others")
        })?;
        Ok(Arc::new(Picked {
            length: file.size() as u64,
            file: SendWrapper::new(file.clone()),
            windows: SendWrapper::new(RefCell::default()),
        }))
    }
}

/// Bytes that the browser is asked for at a time: each question costs about a millisecond, however little it asks for.
const WINDOW: u64 = 4 << 20;

/// One of them.
struct Picked {
    file: SendWrapper<File>,
    length: u64,
    windows: SendWrapper<RefCell<Windows>>,
}

/// Parts of a file that were read last, by their place in multiples of `WINDOW`. Two, since the weights of a layer are not
/// used in the order in which they lie there, and may lie on both sides of a border.
#[derive(Default)]
struct Windows([Option<(u64, Uint8Array)>; 2]);

impl Windows {
    fn get(&mut self, file: &Blob, place: u64) -> Result<Uint8Array, JsValue> {
        let known = |one: &Option<(u64, Uint8Array)>| {
            let (at, bytes) = one.as_ref()?;
            (*at == place).then(|| bytes.clone())
        };
        if let Some(bytes) = self.0.iter().find_map(known) {
            return Ok(bytes);
        }
        let from = (place * WINDOW) as f64;
        let part = file.slice_with_f64_and_f64(from, from + WINDOW as f64)?;
        let buffer = FileReaderSync::new()?.read_as_array_buffer(&part)?;
        let bytes = Uint8Array::new(&buffer.into());
        self.0.swap(0, 1);
        self.0[0] = Some((place, bytes.clone()));
        Ok(bytes)
    }
}

impl Debug for Picked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picked")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Source for Picked {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, at: u64, mut out: &mut [u8]) -> io::Result<()> {
        let gone = |_| io::Error::other("the browser does not read it; choose it again");
        let mut at = at;
        while !out.is_empty() {
            let window = self.windows.borrow_mut().get(&self.file, at / WINDOW);
            let window = window.map_err(gone)?;
            // Less than a window, and so less than 2^32.
            let from = (at % WINDOW) as u32;
            let wanted = u32::try_from(out.len()).unwrap_or(u32::MAX);
            let count = wanted.min(window.length().saturating_sub(from));
            let Some((part, rest)) = out.split_at_mut_checked(count as usize) else {
                break;
            };
            if part.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            window.subarray(from, from + count).copy_to(part);
            at += u64::from(count);
            out = rest;
        }
        Ok(())
    }
}
