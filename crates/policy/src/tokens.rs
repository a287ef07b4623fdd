//! Texts that are cut into tokens or events. A pattern may begin in one and end in another, so they are put together, masked, and
//! cut again where they were cut: with a star for each character every token keeps its place.
use crate::json::{Kind, Node, Text};
use crate::mask::{Mask, found, starred};
use std::collections::BTreeMap;
use std::ops::Range;

/// Names that the text of a token has.
const TOKEN: [&str; 3] = ["token", "text", "decoded_token"];
/// What an item of a list of tokens has besides.
const VALUE: [&str; 5] = ["logprob", "logProbability", "logprobs", "prob", "bytes"];
/// Names of lists of tokens that are plain texts.
const TOKENS: [&str; 2] = ["tokens", "token_strings"];

/// A piece of a text.
#[derive(Debug)]
struct Piece<'a> {
    span: Range<usize>,
    text: Text<'a>,
    /// Its bytes as a list of numbers, and the same token among the alternatives.
    bytes: Option<Range<usize>>,
    twins: Vec<(Range<usize>, Option<Range<usize>>)>,
}

/// Texts in pieces, by what they belong to.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'a>(BTreeMap<String, Vec<Piece<'a>>>);

/// Where what becomes another text.
pub(crate) type Edit = (Range<usize>, String);

impl<'a> Pieces<'a> {
    /// A piece of the answer in an event.
    pub(crate) fn add(&mut self, of: &str, span: Range<usize>, text: &Text<'a>) {
        let piece = Piece {
            span,
            text: text.clone(),
            bytes: None,
            twins: Vec::new(),
        };
        self.0.entry(of.to_owned()).or_default().push(piece);
    }

    /// The items of a list, if they are tokens.
    pub(crate) fn add_list(&mut self, of: &str, items: &[Node<'a>]) {
        let pieces: Option<Vec<Piece>> = items.iter().map(token).collect();
        if let Some(pieces) = pieces.filter(|pieces| !pieces.is_empty()) {
            self.0.entry(of.to_owned()).or_default().extend(pieces);
        }
    }

    /// Tokens as plain texts, with alternatives by their texts in a list beside them.
    pub(crate) fn add_texts(
        &mut self,
        of: &str,
        name: &str,
        object: &Node<'a>,
        items: &[Node<'a>],
    ) {
        if !TOKENS.contains(&name) {
            return;
        }
        let others = object.field("top_logprobs").map(|node| &node.kind);
        let pieces = items.iter().enumerate().map(|(nth, item)| {
            let text = item.text()?.clone();
            let twins = match others {
                Some(Kind::Array(others)) => same_name(others.get(nth), &text.text),
                _ => Vec::new(),
            };
            Some(Piece {
                span: item.span.clone(),
                text,
                bytes: None,
                twins,
            })
        });
        if let Some(pieces) = pieces.collect::<Option<Vec<_>>>() {
            self.0.entry(of.to_owned()).or_default().extend(pieces);
        }
    }

    /// What becomes of the pieces.
    pub(crate) fn masked(self, masks: &[Mask]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for pieces in self.0.into_values() {
            let whole: String = pieces.iter().map(|piece| &*piece.text.text).collect();
            let ranges = found(masks, &whole);
            if ranges.is_empty() {
                continue;
            }
            let mut start = 0;
            for piece in pieces {
                let end = start + piece.text.text.len();
                let inside = ranges
                    .iter()
                    .filter(|range| range.start < end && range.end > start)
                    .map(|range| range.start.max(start) - start..range.end.min(end) - start)
                    .collect::<Vec<_>>();
                start = end;
                if !inside.is_empty() {
                    let text = starred(&piece.text.text, &inside);
                    push(&mut edits, piece, &text);
                }
            }
        }
        edits
    }
}

fn push(edits: &mut Vec<Edit>, piece: Piece, text: &str) {
    let bytes = serde_json::to_string(text.as_bytes()).unwrap_or_default();
    let json = piece.text.encode(text);
    let itself = (piece.span, piece.bytes);
    for (span, list) in piece.twins.into_iter().chain([itself]) {
        edits.push((span, json.clone()));
        edits.extend(list.map(|list| (list, bytes.clone())));
    }
}

/// An item of a list as a token.
fn token<'a>(item: &Node<'a>) -> Option<Piece<'a>> {
    VALUE.iter().find_map(|name| item.field(name))?;
    let node = TOKEN.iter().find_map(|name| item.field(name))?;
    let text = node.text()?.clone();
    let others = item.field("top_logprobs").map(|node| &node.kind);
    let twins = match others {
        Some(Kind::Array(others)) => others
            .iter()
            .filter_map(|other| {
                let node = TOKEN.iter().find_map(|name| other.field(name))?;
                let same = node.text()?.text == text.text;
                same.then(|| (node.span.clone(), list(other)))
            })
            .collect(),
        _ => Vec::new(),
    };
    Some(Piece {
        span: node.span.clone(),
        text,
        bytes: list(item),
        twins,
    })
}

fn list(item: &Node) -> Option<Range<usize>> {
    let bytes = item.field("bytes")?;
    matches!(bytes.kind, Kind::Array(_)).then(|| bytes.span.clone())
}

fn same_name(others: Option<&Node>, text: &str) -> Vec<(Range<usize>, Option<Range<usize>>)> {
    match others.map(|node| &node.kind) {
        Some(Kind::Object(members)) => members
            .iter()
            .filter(|member| member.name.text == text)
            .map(|member| (member.name_span.clone(), None))
            .collect(),
        _ => Vec::new(),
    }
}
