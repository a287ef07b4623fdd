//! A whole file: every JSON value in it, and the text between.
use crate::fields::{Fate, Step, fate, fate_of, hashed};
use crate::json::{Kind, Node, parse};
use crate::mask::masked;
use crate::rules::Anonymise;
use crate::tokens::Pieces;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// Texts inside texts that are JSON again, at most.
const NESTED: u32 = 4;
/// So often the size of a file may be looked at for values that turn out to be none.
const VAIN: usize = 8;
/// Names of the pieces of an answer in an event.
const PIECES: [&str; 6] = [
    "content",
    "text",
    "delta",
    "reasoning_content",
    "reasoning",
    "refusal",
];

/// A file as it may stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its bytes; unpacked where it was packed.
    pub bytes: Vec<u8>,
    /// What was done.
    pub counts: Counts,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Fields that are gone.
    pub dropped: u64,
    /// Values that are hashes now.
    pub hashed: u64,
    /// Texts in which something was masked.
    pub masked: u64,
}

/// Why a file cannot be made anonymous.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Several files in one, or no text at all.
    #[error("it is no text: archives and binary files are not read for this")]
    NoText,
    /// It is held in memory.
    #[error("it has more than {0} bytes, unpacked")]
    TooLarge(usize),
    /// Fields are to be dropped or hashed.
    #[error("parts of it are no whole JSON, so fields in them cannot be told")]
    NoJson,
}

impl Anonymise {
    /// The file as it may stay; `None` when it may as it is. It is held in memory, unpacked at most `most` bytes.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn file(&self, bytes: &[u8], most: usize) -> Result<Option<Changed>, Unreadable> {
        let unpacked = unpack(bytes, most)?;
        let text = decode(unpacked.as_deref().unwrap_or(bytes))?;
        let (changed, counts) = self.text(&text)?;
        Ok(changed.map(|text| Changed {
            bytes: text.into_bytes(),
            counts,
        }))
    }

    /// A text by itself, such as a comment; `None` when it may stay.
    pub fn words(&self, text: &str) -> Option<String> {
        masked(&self.masks, text)
    }

    /// What becomes of the value of a field by this dotted name: `None` when it may stay, `Some(None)` when it goes.
    pub fn value(&self, name: &str, value: &str) -> Option<Option<String>> {
        let way: Vec<Step> = name
            .split('.')
            .map(|part| Step::Field(part.into()))
            .collect();
        match fate(self, &way) {
            Some(Fate::Drop) => Some(None),
            Some(Fate::Hash) if value.starts_with("anon-") => None,
            Some(Fate::Hash) => Some(Some(hashed(&self.salt, value))),
            None => self.words(value).map(Some),
        }
    }

    fn text(&self, text: &str) -> Result<(Option<String>, Counts), Unreadable> {
        let is_stream = text.lines().take(50).any(|line| line.starts_with("data:"));
        let mut walk = Walk::new(self, text, is_stream, 0);
        let mut vain = 0;
        let (mut at, mut gap) = (0, 0);
        let mut broken = false;
        while let Some(found) = text[at..].find(['{', '[']) {
            at += found;
            match parse(text, at) {
                Ok(node) => {
                    walk.between(gap..at);
                    walk.value(&node, &mut Vec::new());
                    at = node.span.end;
                    gap = at;
                }
                Err(end) => {
                    broken |= text.as_bytes()[at] == b'{';
                    vain += end - at;
                    at += 1;
                    if vain > text.len().saturating_mul(VAIN) {
                        broken = true;
                        break;
                    }
                }
            }
        }
        if broken && !(self.drop.is_empty() && self.hash.is_empty()) {
            return Err(Unreadable::NoJson);
        }
        walk.between(gap..text.len());
        Ok(walk.finish())
    }
}

/// On the way through the values of a text.
struct Walk<'r, 'a> {
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
    fn new(rules: &'r Anonymise, text: &'a str, is_stream: bool, nested: u32) -> Self {
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
    fn between(&mut self, span: Range<usize>) {
        if let Some(changed) = masked(&self.rules.masks, &self.text[span.clone()]) {
            self.counts.masked += 1;
            self.edit(span, changed);
        }
    }

    fn value(&mut self, node: &Node<'a>, way: &mut Vec<Step>) {
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
            Kind::Text(text) if text.text.is_empty() || text.text.starts_with("anon-") => {}
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
    fn finish(mut self) -> (Option<String>, Counts) {
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

/// Takes off gzip and zstd; `None` when there was none.
fn unpack(bytes: &[u8], most: usize) -> Result<Option<Vec<u8>>, Unreadable> {
    let mut out: Option<Vec<u8>> = None;
    loop {
        let now = out.as_deref().unwrap_or(bytes);
        if now.len() > most {
            return Err(Unreadable::TooLarge(most));
        }
        let limit = most as u64 + 1;
        let mut next = Vec::new();
        let read = if now.starts_with(&[0x1f, 0x8b]) {
            flate2::read::MultiGzDecoder::new(now)
                .take(limit)
                .read_to_end(&mut next)
        } else if now.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder =
                ruzstd::decoding::StreamingDecoder::new(now).map_err(|_| Unreadable::NoText)?;
            decoder.take(limit).read_to_end(&mut next)
        } else {
            return Ok(out);
        };
        read.map_err(|_| Unreadable::NoText)?;
        out = Some(next);
    }
}

/// Bytes as text: UTF-8, or UTF-16 with its mark.
fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let (pairs, rest) = (bytes[2..].chunks_exact(2), bytes.len() % 2);
        let units: Vec<u16> = pairs.map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok().filter(|_| rest == 0)
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    text.filter(|text| !text.contains('\0'))
        .ok_or(Unreadable::NoText)
}

#[cfg(test)]
mod tests;
