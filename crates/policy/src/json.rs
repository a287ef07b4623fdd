//! Where the values of a JSON text lie. Only what is JSON by the letter is read; whoever calls decides what the rest is.
use std::borrow::Cow;
use std::ops::Range;

/// Values inside each other, at most.
const DEEPEST: u32 = 200;

/// A value, and where it lies.
#[derive(Debug, PartialEq)]
pub(crate) struct Node<'a> {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind<'a>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    Object(Vec<Member<'a>>),
    Array(Vec<Node<'a>>),
    Text(Text<'a>),
    /// A number, a truth, or null.
    Other,
}

/// A field of an object; its name begins where the field does.
#[derive(Debug, PartialEq)]
pub(crate) struct Member<'a> {
    pub(crate) name_span: Range<usize>,
    pub(crate) name: Text<'a>,
    pub(crate) value: Node<'a>,
}

/// A text as it is meant; where it cannot be decoded (half a character as an escape), as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text<'a> {
    pub(crate) text: Cow<'a, str>,
    as_written: bool,
}

impl Text<'_> {
    /// JSON of another text in its place.
    pub(crate) fn encode(&self, text: &str) -> String {
        if self.as_written {
            format!("\"{text}\"")
        } else {
            // A text always can be written.
            serde_json::to_string(text).unwrap_or_default()
        }
    }
}

impl<'a> Node<'a> {
    /// The field of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Node<'a>> {
        let Kind::Object(members) = &self.kind else {
            return None;
        };
        let found = members.iter().find(|member| member.name.text == name);
        found.map(|member| &member.value)
    }

    pub(crate) fn text(&self) -> Option<&Text<'a>> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The value that begins here; or how far it was one.
pub(crate) fn parse(text: &str, at: usize) -> Result<Node<'_>, usize> {
    let mut parser = Parser { text, at };
    parser.value(0).ok_or(parser.at)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over a sign if it is there.
    fn takes(&mut self, sign: u8) -> bool {
        let there = self.peek() == Some(sign);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: u32) -> Option<Node<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => Kind::Text(self.string()?),
            _ => self.word()?,
        };
        Some(Node {
            span: start..self.at,
            kind,
        })
    }

    fn object(&mut self, depth: u32) -> Option<Kind<'a>> {
        self.at += 1;
        let mut members = Vec::new();
        self.space();
        if self.takes(b'}') {
            return Some(Kind::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            let name = self.string()?;
            let name_span = start..self.at;
            self.space();
            if !self.takes(b':') {
                return None;
            }
            self.space();
            let value = self.value(depth + 1)?;
            members.push(Member {
                name_span,
                name,
                value,
            });
            self.space();
            if self.takes(b'}') {
                return Some(Kind::Object(members));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Kind<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.takes(b']') {
            return Some(Kind::Array(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            if self.takes(b']') {
                return Some(Kind::Array(items));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<Text<'a>> {
        let start = self.at;
        if !self.takes(b'"') {
            return None;
        }
        let mut escaped = false;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    // What is escaped may be a quote.
                    self.at += 2;
                }
                b'\n' | b'\r' => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let inside = self.text.get(start + 1..self.at - 1)?;
        let meant =
            escaped.then(|| serde_json::from_str::<String>(self.text.get(start..self.at)?).ok());
        Some(match meant.flatten() {
            Some(text) => Text {
                text: text.into(),
                as_written: false,
            },
            None => Text {
                text: inside.into(),
                as_written: escaped,
            },
        })
    }

    /// A number or a name; such as `NaN`, which some write.
    fn word(&mut self) -> Option<Kind<'a>> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            self.at += 1;
        }
        (self.at > start).then_some(Kind::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_and_their_places() {
        let text = r#" {"a\n": [1e400, NaN, "\ud83d x", "é\"" ], "b":{}}tail"#;
        let node = parse(text, 1).unwrap();
        assert_eq!(node.span, 1..text.len() - 4);
        let Kind::Object(members) = &node.kind else {
            panic!("{node:?}")
        };
        assert_eq!(members[0].name.text, "a\n");
        assert_eq!(&text[members[0].name_span.clone()], r#""a\n""#);
        let Kind::Array(items) = &members[0].value.kind else {
            panic!("{node:?}")
        };
        assert_eq!(items[0].kind, Kind::Other);
        let half = items[2].text().unwrap();
        assert_eq!(half.text, r"\ud83d x");
        assert_eq!(half.encode(r"\ud83d *"), r#""\ud83d *""#);
        let quoted = items[3].text().unwrap();
        assert_eq!(quoted.text, "é\"");
        assert_eq!(quoted.encode("*\""), r#""*\"""#);
        assert_eq!(node.field("b").unwrap().kind, Kind::Object(vec![]));
    }

    #[test]
    fn what_is_none() {
        for text in [
            "{",
            "[1,",
            "{'a':1}",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "[\"a\nb\"]",
            "[\"a\\",
            "[,]",
            "",
        ] {
            assert!(parse(text, 0).is_err(), "{text}");
        }
        let deep = "[".repeat(300) + &"]".repeat(300);
        assert!(parse(&deep, 0).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            for (at, _) in text.char_indices() {
                let _ = parse(&text, at);
            }
        }

        #[test]
        fn what_serde_json_reads_is_read(text in r#"[\[\]{}",:0-9a\\ ]{1,30}"#) {
            let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            let trimmed = text.trim_start_matches(' ');
            let ours = parse(trimmed, 0).is_ok_and(|node| trimmed[node.span.end..].trim_matches(' ').is_empty());
            prop_assert!(!is_json || ours, "{text}");
        }
    }
}
