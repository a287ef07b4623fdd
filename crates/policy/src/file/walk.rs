//! The way through the values of a text, and what changes there.
use super::Counts;
use crate::fields::{Fate, Step, fate, fate_of, hashed, is_hashed};
use crate::json::{Kind, Node, parse};
use crate::mask::masked;
use crate::rules::Anonymise;
use crate::tokens::Pieces;
use std::collections::BTreeMap;
use std::ops::Range;

/// Texts inside texts that are JSON again, at most.
const NESTED: u32 = 4;
/// Names of the pieces of an answer in an event.
const PIECES: [&str; 6] = [
    "content",
    "text",
    "delta",
    "reasoning_content",
    "reasoning",
    "refusal",
];

/// On the way through the values of a text.
pub(super) struct Walk<'r, 'a> {
    rules: &'r Anonymise,
    text: &'a str,
    is_stream: bool,
    nested: u32,
    /// By where they begin: end, and what stands there then.
    edits: BTreeMap<usize, (usize, String)>,
    pieces: Pieces<'a>,
    lists: u64,
    counts: Counts,
}

impl<'r, 'a> Walk<'r, 'a> {
    pub(super) fn new(rules: &'r Anonymise, text: &'a str, is_stream: bool, nested: u32) -> Self {
        Self {
            rules,
            text,
            is_stream,
            nested,
            edits: BTreeMap::new(),
            pieces: Pieces::default(),
            lists: 0,
            counts: Counts::default(),
        }
    }

    fn edit(&mut self, span: Range<usize>, text: String) {
        self.edits.insert(span.start, (span.end, text));
    }

    /// The text between two values.
    pub(super) fn between(&mut self, span: Range<usize>) {
        if let Some(changed) = masked(&self.rules.masks, &self.text[span.clone()]) {
            self.counts.masked += 1;
            self.edit(span, changed);
        }
    }

    pub(super) fn value(&mut self, node: &Node<'a>, way: &mut Vec<Step>) {
        match &node.kind {
            Kind::Object(_) => self.object(node, way),
            Kind::Array(items) => {
                self.lists += 1;
                let of = self.series(way, "[]");
                self.pieces.add_list(&of, items);
                for (nth, item) in items.iter().enumerate() {
                    let index = item.field("index").filter(|node| node.kind == Kind::Other);
                    let index = index.map(|node| self.text[node.span.clone()].to_owned());
                    way.push(Step::Item(index.unwrap_or_else(|| nth.to_string())));
                    self.value(item, way);
                    way.pop();
                }
            }
            Kind::Text(text) => {
                if let Some(inside) = self.inside(&text.text) {
                    self.edit(node.span.clone(), text.encode(&inside));
                    return;
                }
                if let Some(changed) = masked(&self.rules.masks, &text.text) {
                    self.counts.masked += 1;
                    self.edit(node.span.clone(), text.encode(&changed));
                }
                if self.is_piece(way) {
                    let of = self.series(way, "");
                    self.pieces.add(&of, node.span.clone(), text);
                }
            }
            Kind::Other => {}
        }
    }

    fn object(&mut self, node: &Node<'a>, way: &mut Vec<Step>) {
        let Kind::Object(members) = &node.kind else {
            return;
        };
        let named = node.field("key").and_then(Node::text);
        if let (Some(name), Some(value)) = (named, node.field("value"))
            && let Some(fate) = fate_of(self.rules, &name.text)
        {
            match fate {
                Fate::Drop => {
                    self.counts.dropped += 1;
                    self.edit(value.span.clone(), "null".into());
                }
                Fate::Hash => self.hash(value),
            }
            return;
        }
        // Where the last field that stays ended, and where what goes begins.
        let mut kept_end = None;
        let mut going: Option<Range<usize>> = None;
        for member in members {
            way.push(Step::Field(member.name.text.to_string()));
            let fate = fate(self.rules, way);
            let (start, end) = (member.name_span.start, member.value.span.end);
            if fate == Some(Fate::Drop) {
                self.counts.dropped += 1;
                let from = going.map_or(start, |range| range.start);
                going = Some(from..end);
            } else {
                // With the comma behind it.
                if let Some(gone) = going.take() {
                    self.edit(gone.start..start, String::new());
                }
                kept_end = Some(end);
                if fate == Some(Fate::Hash) {
                    self.hash(&member.value);
                } else {
                    if let Some(changed) = masked(&self.rules.masks, &member.name.text) {
                        self.counts.masked += 1;
                        self.edit(member.name_span.clone(), member.name.encode(&changed));
                    }
                    if let Kind::Array(items) = &member.value.kind {
                        let of = self.series(way, "texts");
                        self.pieces.add_texts(&of, &member.name.text, node, items);
                    }
                    self.value(&member.value, way);
                }
            }
            way.pop();
        }
        if let Some(gone) = going {
            // With the comma before it.
            let from = kept_end.unwrap_or(gone.start);
            self.edit(from..gone.end, String::new());
        }
    }

    /// Every text and number below becomes a hash of itself.
    fn hash(&mut self, node: &Node<'a>) {
        match &node.kind {
            Kind::Object(members) => members.iter().for_each(|member| self.hash(&member.value)),
            Kind::Array(items) => items.iter().for_each(|item| self.hash(item)),
            Kind::Text(text) if text.text.is_empty() || is_hashed(&text.text) => {}
            Kind::Text(text) => {
                self.counts.hashed += 1;
                let hash = hashed(&self.rules.salt, &text.text);
                self.edit(node.span.clone(), format!("\"{hash}\""));
            }
            Kind::Other => {
                let written = &self.text[node.span.clone()];
                if written.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
                    self.counts.hashed += 1;
                    let hash = hashed(&self.rules.salt, written);
                    self.edit(node.span.clone(), format!("\"{hash}\""));
                }
            }
        }
    }

    /// A text that is JSON itself, as it may stay; `None` when it is none, or may stay as it is.
    fn inside(&mut self, text: &str) -> Option<String> {
        let start = text.find(|c: char| !c.is_ascii_whitespace())?;
        if self.nested >= NESTED || !text[start..].starts_with(['{', '[']) {
            return None;
        }
        let node = parse(text, start).ok()?;
        if !text[node.span.end..].trim_ascii().is_empty() {
            return None;
        }
        let mut walk = Walk::new(self.rules, text, false, self.nested + 1);
        walk.value(&node, &mut Vec::new());
        let (changed, counts) = walk.finish();
        self.counts.dropped += counts.dropped;
        self.counts.hashed += counts.hashed;
        self.counts.masked += counts.masked;
        changed
    }

    /// Whether a text is a piece of an answer that goes on in the next event.
    fn is_piece(&self, way: &[Step]) -> bool {
        let is = |step: Option<&Step>, names: &[&str]| matches!(step, Some(Step::Field(name)) if names.contains(&name.as_str()));
        let in_delta = way.iter().any(|step| is(Some(step), &["delta"]));
        (self.is_stream || in_delta) && is(way.last(), &PIECES)
    }

    /// What belongs together: in a stream the same place of all events, else a list by itself.
    fn series(&self, way: &[Step], what: &str) -> String {
        let in_delta = way
            .iter()
            .any(|step| matches!(step, Step::Field(name) if name == "delta"));
        if self.is_stream || in_delta {
            format!("{way:?}{what}")
        } else {
            format!("{}{what}", self.lists)
        }
    }

    /// The text with all changes; `None` when there are none.
    pub(super) fn finish(mut self) -> (Option<String>, Counts) {
        let text = self.text;
        let pieces = std::mem::take(&mut self.pieces);
        for (span, changed) in pieces.masked(&self.rules.masks) {
            self.counts.masked += 1;
            self.edit(span, changed);
        }
        if self.edits.is_empty() {
            return (None, self.counts);
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (start, (end, changed)) in self.edits {
            // What lies inside of something that is gone is gone.
            if start < at {
                continue;
            }
            out.push_str(&text[at..start]);
            out.push_str(&changed);
            at = end;
        }
        out.push_str(&text[at..]);
        (Some(out), self.counts)
    }
}
