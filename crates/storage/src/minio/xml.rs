//! A reader for the small XML of S3 answers: a tree in which everything is optional and no text is trimmed.
//!
//! Servers leave out elements that others always send, so nothing here demands any.
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper documents are refused; answers of S3 have four levels.
const DEPTH: usize = 16;

/// An element with its text and its children.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Name without a namespace prefix.
    pub name: String,
    /// All text directly inside, untrimmed.
    pub text: String,
    /// Elements inside, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document. An error says that it is not XML or was cut.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        loop {
            let closed = match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) if open.len() < DEPTH => {
                    open.push(Self::named(&start));
                    None
                }
                Event::Start(_) => return Err("nested too deeply".into()),
                Event::Empty(start) => Some(Self::named(&start)),
                // The reader has compared the names.
                Event::End(_) => open.pop(),
                Event::Text(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| error.to_string())?,
                    );
                    None
                }
                Event::CData(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| error.to_string())?,
                    );
                    None
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|error| error.to_string())?;
                    let text = quick_xml::escape::unescape(&format!("&{name};"))
                        .map_err(|error| error.to_string())?
                        .into_owned();
                    append(&mut open, &text);
                    None
                }
                Event::Eof => return Err("the document is empty or cut".into()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
            };
            let Some(element) = closed else { continue };
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => return Ok(element),
            }
        }
    }

    fn named(start: &BytesStart<'_>) -> Self {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        Self {
            name,
            ..Self::default()
        }
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, or nothing.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| &child.text)
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_keeps_its_spaces_and_entities() {
        let document =
            b"<?xml version=\"1.0\"?>\n<s3:A xmlns:s3=\"x\"> <Key>  a &amp;&#38; b\n </Key><E/>\
                         <ETag>&quot;12&quot;</ETag><C><![CDATA[<&>]]></C></s3:A>\n";
        let root = Element::parse(document).unwrap();
        assert_eq!(root.name, "A");
        assert_eq!(root.text_of("Key"), "  a && b\n ");
        assert_eq!(root.text_of("E"), "");
        assert_eq!(root.text_of("ETag"), "\"12\"");
        assert_eq!(root.text_of("C"), "<&>");
        assert_eq!(root.text_of("Missing"), "");
        assert_eq!(root.children.len(), 4);
    }

    #[test]
    fn what_is_not_a_document_is_an_error() {
        for text in [
            "",
            "  ",
            "plain",
            "<A>",
            "<A><B></A>",
            "<A>&nonsense;</A>",
            "<A><B>x</B>",
            "\u{0}",
        ] {
            assert!(Element::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(Element::parse(&[b'<', 0xff, b'>']).is_err());
        assert!(Element::parse("<a>".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>(), text in "[<>/a&;\"'! \\[\\]-]{0,60}") {
            let _ = Element::parse(&bytes);
            let _ = Element::parse(text.as_bytes());
        }
    }
}
