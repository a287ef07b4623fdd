//! Which members of an archive are read, and in which order.
use super::Entry;

/// The answer.
pub(super) struct Choice {
    pub(super) chosen: Vec<Entry>,
    /// How many are not read.
    pub(super) left_out: u64,
    /// The first names of those.
    pub(super) names: String,
}

const JSON: [&str; 5] = [".json", ".jsonl", ".ndjson", ".har", ".ipynb"];
/// Read where there is no JSON: streams, cassettes and what was printed. Beside JSON they are mostly notes.
const TEXT: [&str; 5] = [".sse", ".yaml", ".yml", ".txt", ".log"];
const PACKED: [&str; 2] = [".gz", ".zst"];
/// Names that are told.
const TOLD: usize = 5;
const HEADER: &str = "header.json";

/// Sorts by name; only what can hold completions is read. A log of inspect has the outputs once more in its other members.
pub(super) fn choose(mut entries: Vec<Entry>) -> Choice {
    entries.retain(|entry| !entry.name.ends_with('/'));
    let has = |test: &dyn Fn(&str) -> bool| entries.iter().any(|entry| test(&entry.name));
    let is_log = has(&|name| name == "_journal/start.json")
        || has(&|name| name == HEADER) && has(&|name| name.starts_with("samples/"));
    let ends: &[&str] = if has(&|name| is_text(name, &JSON)) {
        &JSON
    } else {
        &TEXT
    };
    // Members of the same name stay in the order in which they lie there.
    entries.sort_unstable_by(|a, b| {
        let place = |entry: &Entry| (is_log && entry.name != HEADER, entry.offset);
        let ((a_late, a_offset), (b_late, b_offset)) = (place(a), place(b));
        let by_name = a_late.cmp(&b_late).then_with(|| a.name.cmp(&b.name));
        by_name.then(a_offset.cmp(&b_offset))
    });
    let (chosen, others): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .partition(|entry| is_wanted(&entry.name, is_log, ends));
    Choice {
        chosen,
        left_out: others.len() as u64,
        names: names(&others),
    }
}

fn is_wanted(name: &str, is_log: bool, ends: &[&str]) -> bool {
    is_text(name, ends) && (!is_log || name == HEADER || name.starts_with("samples/"))
}

fn is_text(name: &str, ends: &[&str]) -> bool {
    // What a Mac adds to an archive has the names of the members, but is not them.
    if name.starts_with("__MACOSX/") {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let plain = PACKED.iter().find_map(|end| name.strip_suffix(end));
    let name = plain.unwrap_or(&name);
    ends.iter().any(|end| name.ends_with(end))
}

fn names(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "none".to_owned();
    }
    let told = entries.iter().take(TOLD);
    let mut names: Vec<String> = told
        .map(|entry| entry.name.chars().take(80).collect())
        .collect();
    if entries.len() > TOLD {
        names.push(format!("{} more", entries.len() - TOLD));
    }
    names.join(", ")
}
