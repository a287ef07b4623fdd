//! Cassettes: recorded HTTP traffic in YAML, as test suites keep it.
//!
//! An interaction is an element of a list that stands under `interactions:`. The list is cut here, by its dashes, so that a
//! broken interaction does not hide the others; YAML itself is read by a library ([`node`]). Of an interaction only the
//! bodies ([`body`]) and the status are ever looked at: headers, which may hold keys and cookies, are passed over.
//!
//! The library reads YAML 1.2, Python writes 1.1. They differ where a text has U+0085 or U+2028 in it, unescaped and folded:
//! white space is then too much or too little.
mod body;
mod node;
#[cfg(test)]
mod tests;

use node::{Fault, Node};
use std::ops::Range;

/// A request that was sent and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interaction {
    /// Where it stands in the text.
    pub(crate) range: Range<usize>,
    /// Its first line, from 1.
    pub(crate) line: u64,
    /// Status of the response.
    pub(crate) status: Option<u16>,
    /// Body of the request, when it is JSON.
    pub(crate) request: Option<Vec<u8>>,
    /// Body of the response: JSON or a stream of events, unpacked. May be empty.
    pub(crate) response: Vec<u8>,
}

/// An interaction that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) byte: usize,
    /// From 1.
    pub(crate) line: u64,
    pub(crate) sentence: String,
}

/// Unpacks gzip; `None` when the bytes are broken.
pub(crate) type Gunzip<'a> = &'a dyn Fn(&[u8]) -> Option<Vec<u8>>;

/// Names of the list, by different programs.
const LISTS: [&str; 2] = ["interactions:", "http_interactions:"];

/// Is it a cassette? Told from the first lines, which have nothing else than its version before the list.
pub(crate) fn looks_like(head: &str) -> bool {
    for line in head.strip_prefix('\u{feff}').unwrap_or(head).lines() {
        if is_list(line).is_some() {
            return true;
        }
        let harmless = line.trim_end().is_empty()
            || ["#", "---", "%", "version:", "recorded_with:"]
                .iter()
                .any(|start| line.starts_with(start));
        if !harmless {
            return false;
        }
    }
    false
}

/// What follows the name of the list.
fn is_list(line: &str) -> Option<&str> {
    let rest = LISTS.iter().find_map(|list| line.strip_prefix(list))?;
    (rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])).then(|| rest.trim())
}

/// All interactions of a cassette, in order.
pub(crate) fn interactions(text: &str, gunzip: Gunzip<'_>) -> (Vec<Interaction>, Vec<Problem>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for item in items(text) {
        let (range, line) = match item {
            Ok(item) => item,
            Err(problem) => {
                bad.push(problem);
                continue;
            }
        };
        let whole = &text[range.clone()];
        let used = whole.trim_ascii_end();
        match interaction(whole, gunzip) {
            Ok((status, request, response)) => good.push(Interaction {
                range: range.start..range.start + used.len(),
                line,
                status,
                request,
                response,
            }),
            Err(fault) => {
                let before = &whole[..fault.byte.min(used.len())];
                bad.push(Problem {
                    byte: range.start + before.len(),
                    line: line + before.matches('\n').count() as u64,
                    sentence: fault.sentence,
                });
            }
        }
    }
    (good, bad)
}

/// An element of a list: its range and first line.
type Item = (Range<usize>, u64);

/// Cuts the lists into their elements. Inside an element every line is indented deeper than its dash, in whatever form YAML
/// writes a value: so a dash at that column is the next element, and anything else there ends the list.
fn items(text: &str) -> Vec<Result<Item, Problem>> {
    let mut items: Vec<Result<Item, Problem>> = Vec::new();
    // Inside a list; with the column of its dashes, once there was one.
    let mut list: Option<Option<usize>> = None;
    let mut end = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = end;
        end += line.len();
        let number = index as u64 + 1;
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let inside = bare.trim_ascii().is_empty() || (bare.starts_with('#') && list.is_some());
        if !inside {
            let dash = bare == "-"
                || ["- ", "-\n", "-\r", "-\t"]
                    .iter()
                    .any(|d| bare.starts_with(d));
            match list {
                Some(None) if dash => {
                    list = Some(Some(indent));
                    items.push(Ok((start..end, number)));
                }
                Some(Some(column)) if dash && indent == column => {
                    items.push(Ok((start..end, number)))
                }
                Some(Some(column)) if indent > column => {}
                _ => {
                    let name = line.strip_prefix('\u{feff}').unwrap_or(line);
                    list = match is_list(name) {
                        None => None,
                        Some("" | "[]" | "null" | "~") => Some(None),
                        Some(rest) if rest.starts_with('#') => Some(None),
                        Some(_) => {
                            items.push(Err(Problem {
                                byte: start,
                                line: number,
                                sentence: "the list of interactions is not written one line after the other with dashes"
                                    .to_owned(),
                            }));
                            None
                        }
                    };
                    continue;
                }
            }
        }
        if let (Some(Some(_)), Some(Ok((range, _)))) = (list, items.last_mut()) {
            range.end = end;
        }
    }
    items
}

type Bodies = (Option<u16>, Option<Vec<u8>>, Vec<u8>);

fn interaction(text: &str, gunzip: Gunzip<'_>) -> Result<Bodies, Fault> {
    let root = node::read(text)?;
    let Some(response) = root.get("response") else {
        return Err(Fault::new("this interaction has no response"));
    };
    let status = ["code", "status_code", "status"]
        .iter()
        .find_map(|key| status(response.get(key)?));
    let request = root
        .get("request")
        .map_or(Ok(None), |request| body::read(request, gunzip))
        // A request that cannot be unpacked is no reason to lose the response.
        .unwrap_or(None)
        .filter(|body| matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')));
    let response = body::read(response, gunzip)?.unwrap_or_default();
    Ok((status, request, response))
}

/// `200`, `200 OK` or `{code: 200}`.
fn status(node: &Node<'_>) -> Option<u16> {
    match node {
        Node::Scalar { text, .. } => text.split(' ').next()?.parse().ok(),
        _ => status(node.get("code")?),
    }
}
