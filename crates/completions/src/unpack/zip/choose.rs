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

const TEXT: [&str; 3] = [".json", ".jsonl", ".ndjson"];
const PACKED: [&str; 2] = [".gz", ".zst"];
/// Names that are told.
const TOLD: usize = 5;
const HEADER: &str = "header.json";

/// Sorts by name; only what can hold completions is read. A log of inspect has the outputs once more in its other members.
pub(super) fn choose(mut entries: Vec<Entry>) -> Choice {
    entries.retain(|entry| !entry.name.ends_with('/'));
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let has = |test: &dyn Fn(&str) -> bool| entries.iter().any(|entry| test(&entry.name));
    let is_log = has(&|name| name == "_journal/start.json")
        || has(&|name| name == HEADER) && has(&|name| name.starts_with("samples/"));
    let wanted = |entry: &Entry| {
        let name = entry.name.as_str();
        if is_log {
            name == HEADER || name.starts_with("samples/") && is_text(name)
        } else {
            is_text(name)
        }
    };
    let (mut chosen, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(wanted);
    if is_log {
        chosen.sort_by_key(|entry| entry.name != HEADER);
    }
    Choice {
        chosen,
        left_out: others.len() as u64,
        names: names(&others),
    }
}

fn is_text(name: &str) -> bool {
    // What a Mac adds to an archive has the names of the members, but is not them.
    if name.starts_with("__MACOSX/") {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let plain = PACKED.iter().find_map(|end| name.strip_suffix(end));
    let name = plain.unwrap_or(&name);
    TEXT.iter().any(|end| name.ends_with(end))
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
