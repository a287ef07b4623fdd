//! What was asked, as one number: two files that asked the same can be compared prompt by prompt.
//!
//! White space between values and the order of the members of an object do not count, nor does how a text is escaped.
use super::shape::Shape;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Fingerprint};

/// Keys of a request that say what was asked; the first of them that is there.
const ASKED: [&str; 3] = ["messages", "input", "contents"];

/// Keys of what goes with it.
const AROUND: [&str; 4] = [
    "system",
    "instructions",
    "systemInstruction",
    "system_instruction",
];

/// Fingerprint of what a request asks; `None` when it has nothing of the kind.
pub(super) fn of_request(shape: &Shape<'_>) -> Option<u64> {
    let find = |key: &&str| {
        let mut values = shape.values();
        values.find_map(|(name, cursor)| (name == key.as_bytes()).then_some(cursor))
    };
    let asked = of(ASKED.iter().find_map(find)?)?;
    let mut around = AROUND.iter().filter_map(find).filter_map(of).peekable();
    if around.peek().is_none() {
        return Some(asked);
    }
    let mut all = Fingerprint(asked);
    all.word(5);
    around.for_each(|more| all.word(more));
    Some(all.0)
}

/// Takes what a request asks, if it is the object at the cursor.
pub(super) fn request(cursor: Cursor<'_>, draft: &mut Draft) {
    if let Ok(shape) = Shape::of(cursor) {
        draft.head.asked = of_request(&shape).or(draft.head.asked);
        messages_of(&shape, draft);
    }
}

/// Keeps the messages of a request, if it has some.
pub(super) fn messages_of(shape: &Shape<'_>, draft: &mut Draft) {
    let mut values = shape.values();
    if let Some((_, cursor)) = values.find(|(name, _)| *name == b"messages") {
        messages(&cursor, draft);
    }
}

/// Keeps a list of messages as it is written.
pub(super) fn messages(cursor: &Cursor<'_>, draft: &mut Draft) {
    if draft.keep_alternatives
        && let Ok(json) = cursor.clone().raw()
        && json.starts_with(b"[")
    {
        draft.head.chat = Some(draft.store(json));
    }
}

/// Fingerprint of the value at the cursor; `None` when there is nothing in it. That of a text is the one of a prompt that is
/// this text.
pub(super) fn of(cursor: Cursor<'_>) -> Option<u64> {
    let mut cursor = cursor;
    let empty: [&[u8]; 4] = [b"null", b"\"\"", b"[]", b"{}"];
    if empty.contains(&cursor.clone().raw().ok()?) {
        return None;
    }
    value(&mut cursor).ok()
}

fn value(cursor: &mut Cursor<'_>) -> Result<u64, JsonError> {
    let mut all = Fingerprint::new();
    match cursor.kind()? {
        ValueKind::String => all.bytes(&cursor.string()?.text()),
        ValueKind::Array => {
            all.word(1);
            let mut items = cursor.array()?;
            while items.next(cursor)? {
                all.word(value(cursor)?);
            }
        }
        ValueKind::Object => {
            // A sum does not depend on the order.
            let mut sum = 0_u64;
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                let mut member = Fingerprint::of_text(&key);
                // Between them, or key and value could change places.
                member.word(4);
                member.word(value(cursor)?);
                sum = sum.wrapping_add(member.mixed());
            }
            all.word(2);
            all.word(sum);
        }
        _ => {
            all.word(3);
            all.bytes(cursor.raw()?);
        }
    }
    Ok(all.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(json: &str) -> Option<u64> {
        of(Cursor::new(json.as_bytes(), 64))
    }

    #[test]
    fn spelling_does_not_count() {
        let messages = print(r#"[{"role":"user","content":"a\u00e9b"}]"#);
        assert!(messages.is_some());
        assert_eq!(
            messages,
            print("[ { \"content\": \"a\u{e9}b\",\n\"role\": \"user\" } ]")
        );
    }

    #[test]
    fn everything_else_does() {
        let all = [
            r#""a""#,
            r#"["a"]"#,
            r#"[["a"]]"#,
            r#"["a", "b"]"#,
            r#"["b", "a"]"#,
            r#"["ab"]"#,
            r#"{"a": "b"}"#,
            r#"{"b": "a"}"#,
            r#"{"a": 1, "b": 2}"#,
            r#"{"a": 2, "b": 1}"#,
            "1",
            "true",
            "[1]",
            "[null]",
        ];
        let mut prints: Vec<_> = all.iter().map(|json| print(json).unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), all.len(), "{prints:?}");
    }

    #[test]
    fn nothing_was_asked() {
        for json in ["null", r#""""#, "[]", "{}", "", "[1"] {
            assert_eq!(print(json), None, "{json}");
        }
    }

    #[test]
    fn a_text_is_the_prompt_of_this_text() {
        assert_eq!(print(r#""Q\n""#), Some(Fingerprint::of_text(b"Q\n").0));
    }

    #[test]
    fn of_a_request_with_what_goes_with_it() {
        let of = |json: &str| of_request(&Shape::of(Cursor::new(json.as_bytes(), 64)).unwrap());
        let plain = of(r#"{"input": "Q", "model": "m"}"#);
        assert_eq!(plain, print(r#""Q""#));
        let with = of(r#"{"instructions": "be brief", "input": "Q"}"#);
        assert!(with.is_some() && with != plain);
        assert_eq!(
            with,
            of(r#"{"input": "Q", "temperature": 1, "instructions": "be brief"}"#)
        );
        let swapped = of(r#"{"instructions": "Q", "input": "be brief"}"#);
        assert!(swapped.is_some() && swapped != with);
        assert_eq!(of(r#"{"instructions": "be brief"}"#), None);
    }
}
