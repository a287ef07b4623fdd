//! By what a model is known, whatever its folder is called.
use super::source::{Reader, Source};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    io::{self, Read as _},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// Bytes that are read at a time.
const PART: usize = 1 << 20;

/// The files with the weights of a model, and their hash once somebody has asked for it.
#[derive(Debug)]
pub(crate) struct Hash {
    files: Vec<(PathBuf, Arc<dyn Source>)>,
    found: OnceLock<Option<String>>,
}

impl Hash {
    pub(crate) fn of(files: Vec<(PathBuf, Arc<dyn Source>)>) -> Self {
        let found = OnceLock::new();
        Self { files, found }
    }

    /// Lower-case hex: SHA-256 of the file; of several, of what `sha256sum` prints for them in the order of their names.
    /// `None` if one cannot be read any more. The first call reads all of them.
    pub(crate) fn get(&self) -> Option<&str> {
        let found = self.found.get_or_init(|| self.read().ok());
        found.as_deref()
    }

    fn read(&self) -> io::Result<String> {
        if let [(_, file)] = self.files.as_slice() {
            return hash(&**file);
        }
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by_key(|(path, _)| path);
        let mut list = String::new();
        for (path, file) in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let _ = writeln!(list, "{}  {name}", hash(&**file)?);
        }
        Ok(hex(&Sha256::digest(&list)))
    }
}

fn hash(file: &dyn Source) -> io::Result<String> {
    let mut file = Reader::new(file);
    let mut hash = Sha256::new();
    let mut part = vec![0; PART];
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(part.get(..read).unwrap_or_default());
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
            assert_eq!(Hash::of(files).get(), expected);
        }
    }
}
