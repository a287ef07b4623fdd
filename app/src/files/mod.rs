//! Files that are chosen together become one run: several at once, or those of a folder.
mod walk;

pub(crate) use walk::dropped;

use crate::browser::take_chosen_files;
use completions::EXTENSIONS;
use js_sys::Reflect;
use web_sys::{File, HtmlInputElement};

/// What to say when a folder holds nothing to read.
pub(crate) fn none_in_folder() -> String {
    format!(
        "No file of this folder has a name that completions have. Read are those that end in one of these: {}. Any other file can be opened by itself.",
        EXTENSIONS.join(" ")
    )
}

/// Files to read as one run.
#[derive(Debug, Default)]
pub struct Chosen {
    /// With the names that they have in the run. The reader puts them into the order of these names.
    pub files: Vec<(String, File)>,
    /// The folder, when they were chosen with it.
    pub folder: Option<String>,
    /// Files of the folder that are not among them.
    pub left_out: u32,
}

impl Chosen {
    /// Files that were chosen one by one.
    pub(crate) fn each(files: Vec<File>) -> Self {
        Self {
            files: files.into_iter().map(|file| (file.name(), file)).collect(),
            ..Self::default()
        }
    }

    /// What was chosen in a picker, of files or of a folder; `None` when it was left without a choice.
    pub(crate) fn by(input: &HtmlInputElement) -> Option<Self> {
        let files = take_chosen_files(input);
        if files.is_empty() {
            return None;
        }
        let path = |file: File| {
            let path = Reflect::get(&file, &"webkitRelativePath".into()).ok();
            let path = path.and_then(|path| path.as_string());
            let path = path.filter(|path| !path.is_empty());
            (path.unwrap_or_else(|| file.name()), file)
        };
        Some(Self::of_paths(files.into_iter().map(path).collect()))
    }

    /// The files of folders, given with their paths: `folder/below/name`.
    fn of_paths(files: Vec<(String, File)>) -> Self {
        let (folder, files, left_out) = choose(files);
        Self {
            files,
            folder,
            left_out,
        }
    }

    /// Name of the run.
    pub(crate) fn name(&self) -> String {
        match (self.files.as_slice(), &self.folder) {
            ([(name, _)], _) => name.clone(),
            (_, Some(folder)) => folder.clone(),
            (files, None) => format!("{} files", files.len()),
        }
    }
}

/// The folder that all are in, the files that are read with their paths in it, and how many are left out because of their
/// names. Hidden ones are not spoken of.
fn choose<F>(mut files: Vec<(String, F)>) -> (Option<String>, Vec<(String, F)>, u32) {
    let folder = common_folder(files.iter().map(|(path, _)| path.as_str()));
    files.retain(|(path, _)| !is_hidden(path));
    let all = files.len();
    files.retain(|(path, _)| may_be_completions(path));
    if let Some(folder) = &folder {
        for (path, _) in &mut files {
            path.drain(..=folder.len());
        }
    }
    let left_out = (all - files.len()) as u32;
    (folder, files, left_out)
}

/// The folder that all paths begin with.
fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> Option<String> {
    let (first, _) = paths.next()?.split_once('/')?;
    let in_first = |path: &str| {
        path.split_once('/')
            .is_some_and(|(folder, _)| folder == first)
    };
    paths.all(in_first).then(|| first.to_owned())
}

/// A name that begins with a dot, of the file or of a folder below the chosen one.
fn is_hidden(path: &str) -> bool {
    path.contains("/.")
}

/// Tells by the ending; what lies in no folder was chosen by itself.
fn may_be_completions(path: &str) -> bool {
    let name = path.rsplit_once('/').map(|(_, name)| name);
    name.is_none_or(|name| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = |known: &str| known.eq_ignore_ascii_case(ending);
        EXTENSIONS.into_iter().any(known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_are_read_by_their_names() {
        for (path, read) in [
            ("f/a.jsonl", true),
            ("f/deep/er/B.JSON", true),
            ("f/a.jsonl.gz", true),
            ("f/a.sse", true),
            ("f/one.har", true),
            ("f/notes.ipynb", true),
            (".f/a.json", true),
            // As everywhere: hardly one of these has completions, and each without would stand in the report.
            ("f/README.md", false),
            ("f/json", false),
            ("f/a.png", false),
            ("f/a.", false),
            ("f/a.gz zst", false),
            // Dropped beside a folder.
            ("a.png", true),
        ] {
            assert_eq!(may_be_completions(path), read, "{path}");
            assert!(!is_hidden(path), "{path}");
        }
        assert!(is_hidden("f/.a.json") && is_hidden("f/.git/a.json"));
    }

    #[test]
    fn a_folder_gives_the_run_its_name_and_is_left_out_of_those_of_its_files() {
        type Row<'a> = (&'a [&'a str], Option<&'a str>, &'a [&'a str], u32);
        let table: &[Row] = &[
            (
                &[
                    "f/b.json",
                    "f/a/c.json",
                    "f/x.png",
                    "f/.h.json",
                    "f/.g/i.json",
                ],
                Some("f"),
                &["b.json", "a/c.json"],
                1,
            ),
            (
                &["g/a.json", "f/a.json"],
                None,
                &["g/a.json", "f/a.json"],
                0,
            ),
            (&["f/a.json", "z"], None, &["f/a.json", "z"], 0),
            (&["f/x.png"], Some("f"), &[], 1),
            (&[], None, &[], 0),
        ];
        for (paths, folder, names, left_out) in table {
            let given = paths.iter().map(|path| (path.to_string(), ())).collect();
            let found = choose(given);
            assert_eq!(found.0.as_deref(), *folder, "{paths:?}");
            let read: Vec<&str> = found.1.iter().map(|(path, ())| path.as_str()).collect();
            assert_eq!(read, *names, "{paths:?}");
            assert_eq!(found.2, *left_out, "{paths:?}");
        }
    }
}
