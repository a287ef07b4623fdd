//! The files below a folder that may be completions.
use super::{Input, Unreadable};
use completions::EXTENSIONS;
use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
};

/// Adds the files below `dir` in the order of their names. Hidden ones are left out, and links to other folders, which may
/// lead in circles.
pub(super) fn walk(dir: &Path, found: &mut Vec<Input>) {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let name = dir.display().to_string();
            found.push(Input::none(name, Unreadable::open(error)));
            return;
        }
    };
    entries.sort_by_key(DirEntry::file_name);
    for entry in entries {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, found);
        } else if may_be_completions(&path) && path.is_file() {
            found.push(Input::file(path, false));
        }
    }
}

fn may_be_completions(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    EXTENSIONS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}
