//! How files of completions are named.

/// Endings of the names that are read in a folder, without the dot, in lower case. Any other file is read when it is named by
/// itself. `md` is not among them: of the files called `README.md` hardly one has completions, and every one without would stand
/// in the report.
pub const EXTENSIONS: [&str; 15] = [
    "json", "jsonl", "ndjson", "sse", "txt", "log", "yaml", "yml", "eval", "har", "ipynb", "zip",
    "gz", "zst", "bin",
];
