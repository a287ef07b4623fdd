//! By what a model is known, whatever its folder is called.
use super::source::{Source, part};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Bytes that are read at a time.
const PART: usize = 1 << 20;

/// The files with the weights of a model, and their hash once somebody has asked for it.
#[derive(Debug)]
pub(crate) struct Hash {
    files: Vec<(PathBuf, Arc<dyn Source>)>,
    reading: Mutex<Reading>,
    found: OnceLock<Option<String>>,
}

/// How far the files are read.
#[derive(Debug, Default)]
struct Reading {
    /// Files that are done.
    files: usize,
    /// Byte of the next one.
    at: u64,
    hash: Sha256,
    /// What `sha256sum` prints for the files that are done.
    list: String,
    /// The hash of the last one that is done.
    last: String,
}

impl Hash {
    pub(crate) fn of(mut files: Vec<(PathBuf, Arc<dyn Source>)>) -> Self {
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self {
            files,
            reading: Mutex::default(),
            found: OnceLock::new(),
        }
    }

    /// Lower-case hex: SHA-256 of the file; of several, of what `sha256sum` prints for them in the order of their names.
    /// `None` if one cannot be read any more. The first call reads what `read_on` has left.
    pub(crate) fn get(&self) -> Option<&str> {
        while !self.read_on() {}
        self.known()
    }

    /// The same if all has been read.
    pub(crate) fn known(&self) -> Option<&str> {
        self.found.get()?.as_deref()
    }

    /// Reads a part of the files; `true` when there is nothing left to do.
    pub(crate) fn read_on(&self) -> bool {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.found.get().is_none() {
            match reading.go_on(&self.files) {
                Ok(None) => return false,
                Ok(Some(found)) => self.found.get_or_init(|| Some(found)),
                Err(_) => self.found.get_or_init(|| None),
            };
        }
        true
    }
}

impl Reading {
    /// The hash once all is read.
    fn go_on(&mut self, files: &[(PathBuf, Arc<dyn Source>)]) -> io::Result<Option<String>> {
        let Some((path, file)) = files.get(self.files) else {
            return Ok(Some(match files {
                [_] => std::mem::take(&mut self.last),
                _ => hex(&Sha256::digest(&self.list)),
            }));
        };
        let left = file.length().saturating_sub(self.at);
        if left > 0 {
            let length = usize::try_from(left).map_or(PART, |left| left.min(PART));
            self.hash.update(part(&**file, self.at, length)?);
            self.at += length as u64;
            return Ok(None);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.last = hex(&self.hash.finalize_reset());
        let _ = writeln!(self.list, "{}  {name}", self.last);
        self.files += 1;
        self.at = 0;
        Ok(None)
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Hash;
    use crate::load::source::{OnDisk, Source};
    use std::sync::Arc;

    #[test]
    fn hashes_are_those_of_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            let source: Arc<dyn Source> = Arc::new(OnDisk::open(&path).unwrap());
            (path, source)
        };
        let (b, a, cut) = (file("b", "abc"), file("a", ""), file("c", "abc"));
        std::fs::write(&cut.0, "a").unwrap();
        for (files, expected) in [
            (
                vec![b.clone()],
                Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ),
            // sha256sum a b | sha256sum
            (
                vec![b, a],
                Some("bf6e2103d6cbead28abb7d3fec372bc25d03a35b1647e83e090248eb08d0adae"),
            ),
            (vec![cut], None),
        ] {
            assert_eq!(Hash::of(files.clone()).get(), expected);
            // Part by part, as in a browser.
            let slow = Hash::of(files);
            while !slow.read_on() {}
            assert_eq!(slow.get(), expected);
        }
    }
}
