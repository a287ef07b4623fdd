//! What was dropped: files, and the files of folders at any depth.
use super::{Chosen, is_hidden};
use crate::browser::listed;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Gives what was dropped to `open`: files at once, folders when they have been looked through.
pub(crate) fn dropped(data: &DataTransfer, open: impl FnOnce(Chosen) + 'static) {
    // Entries are there during the event only.
    let items = data.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten())
        .collect();
    if entries.iter().any(FileSystemEntry::is_directory) {
        wasm_bindgen_futures::spawn_local(async move {
            open(Chosen::of_paths(walk(entries).await));
        });
        return;
    }
    let files = listed(data.files());
    if !files.is_empty() {
        open(Chosen::each(files));
    }
}

/// All files with their paths. What cannot be read (a folder without permission, say) is passed over, as a file manager does.
async fn walk(mut waiting: Vec<FileSystemEntry>) -> Vec<(String, File)> {
    let mut found = Vec::new();
    while let Some(entry) = waiting.pop() {
        let path = entry.full_path();
        let path = path.trim_start_matches('/');
        if is_hidden(path) {
            continue;
        }
        if entry.is_directory() {
            let reader = entry
                .unchecked_into::<FileSystemDirectoryEntry>()
                .create_reader();
            // A reader gives a folder in several parts, the last one empty.
            loop {
                let part = promised(|done, failed| {
                    let _ = reader.read_entries_with_callback_and_callback(done, failed);
                });
                let part = part
                    .await
                    .map(|part| Array::from(&part))
                    .unwrap_or_default();
                if part.length() == 0 {
                    break;
                }
                waiting.extend(part.iter().map(JsCast::unchecked_into));
            }
        } else {
            let entry = entry.unchecked_into::<FileSystemFileEntry>();
            let file = promised(|done, failed| {
                entry.file_with_callback_and_callback(done, failed);
            });
            if let Ok(file) = file.await {
                found.push((path.to_owned(), file.unchecked_into()));
            }
        }
    }
    found
}

/// What a function with two callbacks gives.
async fn promised(mut call: impl FnMut(&Function, &Function)) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::new(&mut |done, failed| call(&done, &failed))).await
}
