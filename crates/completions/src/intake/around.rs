//! What stands around the completions of a record: the JSON of the objects on the way to each of them.
//!
//! The record is walked once for all of its completions. An object on the way is kept without the members that lead to
//! completions, and of lists only the attributes of a span: a file that is one record of many spans gives each span what holds
//! for all of them, and no other span.
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::Draft;
use std::sync::Arc;

/// The JSON of an object, shared by the completions that are in it.
pub(crate) type Layer = Arc<[u8]>;

/// For each completion of the draft, the objects around it from outside in. The last one is what was read, whole, unless it is
/// no object. `json` is the record that the draft was read from; empty when it was put together from several.
pub(super) fn layers(json: &[u8], depth: usize, draft: &Draft) -> Vec<Vec<Layer>> {
    let outer: Vec<Layer> = draft.outer.iter().cloned().collect();
    let mut all = vec![outer; draft.completions.len()];
    if !json.is_empty() {
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&nth| draft.completions[nth].at);
        let mut walk = Walk {
            draft,
            way: Vec::new(),
            all: &mut all,
        };
        // What was decoded is right up to its end; where a walk ends early, it has less to tell.
        let _ = walk.value(&mut Cursor::new(json, depth), &order);
    }
    for (nth, inner) in &draft.inner {
        if let Some(layers) = all.get_mut(*nth) {
            layers.extend(inner.iter().cloned());
        }
    }
    all
}

struct Walk<'a> {
    draft: &'a Draft,
    /// The objects that the walk is in.
    way: Vec<Layer>,
    all: &'a mut Vec<Vec<Layer>>,
}

impl Walk<'_> {
    /// Passes the value at the cursor, in which the completions of `order` are, by their places.
    fn value(&mut self, cursor: &mut Cursor<'_>, order: &[usize]) -> Result<(), JsonError> {
        let kind = cursor.kind()?;
        let start = cursor.position();
        let (here, below) = self.split(order, start + 1);
        if !here.is_empty() {
            let whole: Option<Layer> = if kind == ValueKind::Object {
                Some(cursor.clone().raw()?.into())
            } else {
                None
            };
            for &nth in here {
                let has_inner = self.draft.inner.iter().any(|(inner, _)| *inner == nth);
                let last = whole.clone().filter(|_| !has_inner);
                if let Some(layers) = self.all.get_mut(nth) {
                    layers.extend(self.way.iter().cloned().chain(last));
                }
            }
        }
        if below.is_empty() {
            return cursor.skip();
        }
        match kind {
            ValueKind::Object => self.object(cursor, below),
            ValueKind::Array => self.array(cursor, below),
            _ => cursor.skip(),
        }
    }

    /// Elements stand for themselves, except for the attributes of a span, which are a list of pairs.
    fn array(&mut self, cursor: &mut Cursor<'_>, order: &[usize]) -> Result<(), JsonError> {
        let mut pairs = Vec::new();
        let mut leading = Vec::new();
        let mut rest = order;
        let mut items = cursor.array()?;
        while items.next(cursor)? {
            let value = cursor.clone();
            let written = cursor.raw()?;
            let (inside, after) = self.split(rest, cursor.position());
            rest = after;
            if !inside.is_empty() {
                leading.push((value, inside));
            } else if is_pair(value)? {
                pairs.push(written);
            }
        }
        let had = pairs.len();
        if had > 0 {
            let pairs = pairs.join(&b',');
            let layer = [&b"{\"attributes\":["[..], &pairs, b"]}"].concat();
            self.way.push(layer.into());
        }
        for (mut value, inside) in leading {
            self.value(&mut value, inside)?;
        }
        if had > 0 {
            self.way.pop();
        }
        Ok(())
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, order: &[usize]) -> Result<(), JsonError> {
        let mut around = vec![b'{'];
        let mut leading = Vec::new();
        let mut rest = order;
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next_raw(cursor)? {
            let value = cursor.clone();
            let written = cursor.raw()?;
            let (inside, after) = self.split(rest, cursor.position());
            rest = after;
            if !inside.is_empty() {
                leading.push((value, inside));
                continue;
            }
            if around.len() > 1 {
                around.push(b',');
            }
            around.push(b'"');
            around.extend_from_slice(key.raw);
            around.extend_from_slice(b"\":");
            around.extend_from_slice(written);
        }
        around.push(b'}');
        self.way.push(around.into());
        for (mut value, inside) in leading {
            self.value(&mut value, inside)?;
        }
        self.way.pop();
        Ok(())
    }

    /// Those that begin before `end`, and the others.
    fn split<'o>(&self, order: &'o [usize], end: usize) -> (&'o [usize], &'o [usize]) {
        order.split_at(order.partition_point(|&nth| self.draft.completions[nth].at < end))
    }
}

/// `{"key": …, …}`, as OTLP writes an attribute.
fn is_pair(mut cursor: Cursor<'_>) -> Result<bool, JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return Ok(false);
    }
    let mut fields = cursor.object()?;
    Ok(fields
        .next(&mut cursor)?
        .is_some_and(|key| key.as_ref() == b"key"))
}
