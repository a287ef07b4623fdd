//! The few file operations that the steps share, with messages that name the file.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::run::{Done, Failure};

/// Turns an I/O error into a failure that names the file.
fn at<T>(path: &Path, result: std::io::Result<T>) -> Done<T> {
    result.map_err(|error| {
        Failure::new(
            format!("{}: {error}", path.display()),
            "check that the disk has room and that you may write there",
        )
    })
}

pub(crate) fn read(path: &Path) -> Done<Vec<u8>> {
    at(path, fs::read(path))
}

pub(crate) fn read_text(path: &Path) -> Done<String> {
    at(path, fs::read_to_string(path))
}

/// Bytes of a file.
pub(crate) fn size(path: &Path) -> Done<u64> {
    at(path, fs::metadata(path)).map(|file| file.len())
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Done {
    folder_of(path)?;
    at(path, fs::write(path, content))
}

/// Copies a file, making the folders above the copy.
pub(crate) fn copy(from: &Path, to: &Path) -> Done {
    folder_of(to)?;
    at(from, fs::copy(from, to).map(drop))
}

/// Gives a file or a folder another name. A file of that name is replaced; a folder must not be there.
pub(crate) fn rename(from: &Path, to: &Path) -> Done {
    at(from, fs::rename(from, to))
}

fn folder_of(path: &Path) -> Done {
    path.parent()
        .map_or(Ok(()), |folder| at(folder, fs::create_dir_all(folder)))
}

/// Makes a folder that is there and has nothing in it.
pub(crate) fn empty(folder: &Path) -> Done {
    remove(folder)?;
    at(folder, fs::create_dir_all(folder))
}

/// Removes a folder with all that is in it. Nothing there is fine.
pub(crate) fn remove(folder: &Path) -> Done {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => at(folder, Err(error)),
        _ => Ok(()),
    }
}

/// Removes a file.
pub(crate) fn remove_file(path: &Path) -> Done {
    at(path, fs::remove_file(path))
}

/// All files below a folder, sorted.
pub(crate) fn below(folder: &Path) -> Done<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in at(&folder, fs::read_dir(&folder))? {
            let path = at(&folder, entry)?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies everything below `from` to the same places below `to`.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Done {
    for file in below(from)? {
        let Ok(inside) = file.strip_prefix(from) else {
            continue;
        };
        copy(&file, &to.join(inside))?;
    }
    Ok(())
}

/// A short name for some content, fit for a file name. It tells contents apart; it does not protect against anybody.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    format!("{:016x}", hasher.finish())
}
