//! Files that a person has chosen. They are read in parts, and stay where they are.
use engine::{Folder, Source};
use js_sys::{Array, Uint8Array};
use send_wrapper::SendWrapper;
use std::{
    fmt::{self, Debug, Formatter},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use wasm_bindgen::JsCast;
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
        }))
    }
}

/// One of them.
struct Picked {
    file: SendWrapper<File>,
    length: u64,
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

    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let gone = |_| io::Error::other("the browser does not read it; choose it again");
        let end = at + out.len() as u64;
        if end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let blob: &Blob = &self.file;
        let part = blob
            .slice_with_f64_and_f64(at as f64, end as f64)
            .map_err(gone)?;
        let reader = FileReaderSync::new().map_err(gone)?;
        let bytes = Uint8Array::new(&reader.read_as_array_buffer(&part).map_err(gone)?.into());
        if bytes.length() as usize != out.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.copy_to(out);
        Ok(())
    }
}
