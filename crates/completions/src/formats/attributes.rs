//! Attributes of spans under one kind of name, however a writer nests them: `llm.output_messages.0.message.content`.
//!
//! OTLP has lists of `{key, value: {stringValue}}`, others objects with dotted names, or objects in objects.
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};

/// Names that are kept; more has no span.
const MOST: usize = 4096;
/// Objects and lists in each other.
const DEPTH: u32 = 12;

/// Names and where their values stand, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    all: Vec<(String, Cursor<'a>)>,
}

impl<'a> Attributes<'a> {
    /// All leaves below the object at the cursor. `attributes`, also those of events, do not count as a part of a name.
    pub(super) fn of(cursor: Cursor<'a>) -> Result<Self, JsonError> {
        let mut attributes = Self::default();
        attributes.add("", cursor, DEPTH)?;
        Ok(attributes)
    }

    /// Where the value of this name stands; of two the last counts.
    pub(super) fn get(&self, name: &str) -> Option<Cursor<'a>> {
        let found = self.all.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, cursor)| cursor.clone())
    }

    /// The first of the names that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<Cursor<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The text at a name.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let mut cursor = self.get(name)?;
        let text = (cursor.kind() == Ok(ValueKind::String)).then(|| cursor.string().ok())??;
        Some(String::from_utf8_lossy(&text.text()).into_owned())
    }

    /// A name begins like this.
    pub(super) fn has(&self, start: &str) -> bool {
        self.all.iter().any(|(name, _)| name.starts_with(start))
    }

    fn add(&mut self, name: &str, mut cursor: Cursor<'a>, depth: u32) -> Result<(), JsonError> {
        if depth == 0 || self.all.len() >= MOST {
            return Ok(());
        }
        match cursor.kind()? {
            ValueKind::Object => {
                if let Some((key, value)) = pair(cursor.clone())? {
                    // The number of the pair in its list says nothing.
                    let around = name.rsplit_once('.').map_or("", |(around, _)| around);
                    return self.add(&join(around, &key), value, depth - 1);
                }
                if let Some(value) = wrapped(cursor.clone())? {
                    return self.add(name, value, depth - 1);
                }
                let mut fields = cursor.object()?;
                while let Some(key) = fields.next(&mut cursor)? {
                    let key = String::from_utf8_lossy(&key).into_owned();
                    self.add(&join(name, &key), cursor.clone(), depth - 1)?;
                    cursor.skip()?;
                }
            }
            ValueKind::Array => {
                self.all.push((name.to_owned(), cursor.clone()));
                let mut items = cursor.array()?;
                let mut nth = 0;
                while items.next(&mut cursor)? {
                    self.add(&join(name, &nth.to_string()), cursor.clone(), depth - 1)?;
                    cursor.skip()?;
                    nth += 1;
                }
            }
            _ => self.all.push((name.to_owned(), cursor)),
        }
        Ok(())
    }
}

fn join(name: &str, key: &str) -> String {
    let key = key.strip_prefix("attributes.").unwrap_or(key);
    let event = name
        .strip_prefix("events.")
        .is_some_and(|nth| !nth.contains('.'));
    match (name, key) {
        ("", _) | ("attributes", _) => key.to_owned(),
        (_, "attributes") => "attributes".to_owned(),
        _ if event => key.to_owned(),
        _ => format!("{name}.{key}"),
    }
}

/// `{"key": "…", "value": {…}}` of OTLP: the name and the value.
fn pair(mut cursor: Cursor<'_>) -> Result<Option<(String, Cursor<'_>)>, JsonError> {
    let (mut name, mut value) = (None, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(&mut cursor)? {
        match key.as_ref() {
            b"key" if cursor.kind()? == ValueKind::String => {
                let text = cursor.clone().string()?.text();
                name = Some(String::from_utf8_lossy(&text).into_owned());
            }
            b"value" if cursor.kind()? == ValueKind::Object => value = Some(cursor.clone()),
            _ => {}
        }
        cursor.skip()?;
    }
    Ok(name.zip(value))
}

/// `{"stringValue": …}` or `{"values": …}` of OTLP: what is in it.
fn wrapped(mut cursor: Cursor<'_>) -> Result<Option<Cursor<'_>>, JsonError> {
    const NAMES: [&[u8]; 7] = [
        b"stringValue",
        b"intValue",
        b"doubleValue",
        b"boolValue",
        b"arrayValue",
        b"kvlistValue",
        b"values",
    ];
    let mut fields = cursor.object()?;
    let Some(key) = fields.next(&mut cursor)? else {
        return Ok(None);
    };
    if !NAMES.contains(&key.as_ref()) {
        return Ok(None);
    }
    let value = cursor.clone();
    cursor.skip()?;
    Ok(fields.next(&mut cursor)?.is_none().then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_for_every_nesting() {
        for span in [
            r#"{"attributes":{"llm.output_messages.0.message.content":"a"}}"#,
            r#"{"attributes.llm.output_messages.0.message.content":"a"}"#,
            r#"{"attributes":{"llm":{"output_messages":[{"message":{"content":"a"}}]}}}"#,
            r#"{"attributes.llm.output_messages":[{"message.content":"a"}]}"#,
            r#"{"attributes":[{"key":"x","value":{"intValue":"1"}},{"key":"llm.output_messages.0.message.content","value":{"stringValue":"a"}}]}"#,
            r#"{"events":[{"name":"n","attributes":{"llm.output_messages.0.message.content":"a"}}]}"#,
        ] {
            let attributes = Attributes::of(Cursor::new(span.as_bytes(), 64)).unwrap();
            assert_eq!(
                attributes
                    .text("llm.output_messages.0.message.content")
                    .as_deref(),
                Some("a"),
                "{span}"
            );
            assert!(attributes.has("llm.output_messages"));
            assert!(!attributes.has("gen_ai."));
        }
    }
}
