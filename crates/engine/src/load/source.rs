//! Files that a model is read from: on a disk, or whatever else can be read anywhere.
use crate::failure::{Failure, Result};
use std::{
    fmt::Debug,
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A file.
pub trait Source: Debug + Send + Sync {
    /// Its bytes.
    fn length(&self) -> u64;

    /// Fills `out` with what begins at a byte.
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()>;
}

/// The files of a model, by their names.
pub trait Folder {
    /// What a file is called in messages; the folder itself for an empty name.
    fn path(&self, name: &str) -> PathBuf;

    /// All names, in any order.
    fn names(&self) -> io::Result<Vec<String>>;

    /// A file, to be read.
    fn open(&self, name: &str) -> io::Result<Arc<dyn Source>>;
}

/// A directory of the file system.
#[derive(Debug)]
pub(crate) struct Directory(pub(crate) PathBuf);

/// A file of the file system.
#[derive(Debug)]
pub(crate) struct OnDisk {
    file: Mutex<File>,
    length: u64,
}

impl OnDisk {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self {
            file: Mutex::new(file),
            length,
        })
    }
}

impl Source for OnDisk {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(out)
    }
}

impl Folder for Directory {
    fn path(&self, name: &str) -> PathBuf {
        match name {
            "" => self.0.clone(),
            name => self.0.join(name),
        }
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn Source>> {
        Ok(Arc::new(OnDisk::open(&self.0.join(name))?))
    }
}

/// A part of a file.
pub(crate) fn part(file: &dyn Source, at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Where the system has not said how much memory there is, or has said too much.
    bytes
        .try_reserve_exact(length)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.resize(length, 0);
    file.read(at, &mut bytes)?;
    Ok(bytes)
}

/// All bytes of a file that belongs to a model, if it is there.
pub(crate) fn whole(folder: &dyn Folder, name: &str) -> Result<Option<Vec<u8>>> {
    let read = |source| Failure::Read {
        path: folder.path(name),
        source,
    };
    let file = match folder.open(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(read)?,
    };
    let length = usize::try_from(file.length()).unwrap_or(usize::MAX);
    part(&*file, 0, length).map(Some).map_err(read)
}

/// Reads a file from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    source: &'a dyn Source,
    at: u64,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a dyn Source) -> Self {
        Self { source, at: 0 }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.source.length().saturating_sub(self.at);
        let count = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        let out = out.get_mut(..count).unwrap_or_default();
        self.source.read(self.at, out)?;
        self.at += count as u64;
        Ok(count)
    }
}
