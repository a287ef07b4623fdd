//! YAML: the events of the library become a tree of what is wanted of an interaction.
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::borrow::Cow;

/// Nesting that is followed. Responses have about ten levels.
const DEEPEST: usize = 256;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node<'a> {
    Scalar {
        text: Cow<'a, str>,
        /// Written without quotes: may be a number or word.
        plain: bool,
        /// The text is base64.
        binary: bool,
    },
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// The member with this key. The last one wins.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let Self::Map(members) = self else {
            return None;
        };
        let member = members.iter().rev().find(|member| member.0 == key)?;
        Some(&member.1)
    }
}

/// Why an interaction cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Offset in its text.
    pub(super) byte: usize,
    pub(super) sentence: String,
}

impl Fault {
    /// The interaction as a whole.
    pub(super) fn new(sentence: &str) -> Self {
        Self {
            byte: 0,
            sentence: sentence.to_owned(),
        }
    }
}

/// How much of a mapping is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// It is the interaction.
    Messages,
    /// It is the request or response. Headers, cookies and addresses are no part of the tree.
    Bodies,
    All,
}

impl Wanted {
    /// What is wanted of the member with this key.
    fn of(self, key: &str) -> Option<Self> {
        let (known, inside): (&[&str], Self) = match self {
            Self::All => return Some(Self::All),
            Self::Messages => (&["request", "response"], Self::Bodies),
            Self::Bodies => (
                &["body", "parsed_body", "status", "status_code", "code"],
                Self::All,
            ),
        };
        known.contains(&key).then_some(inside)
    }
}

/// Reads the text of one interaction, dash included.
pub(super) fn read(text: &str) -> Result<Node<'_>, Fault> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        text,
        place: 0,
    };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) | Event::SequenceStart(..) => {}
            event @ Event::MappingStart(..) => {
                let node = reader.node(event, Wanted::Messages, 0)?;
                // The rest must be right too: a scalar that ends too early shows there.
                while !matches!(reader.next()?, Event::StreamEnd) {}
                return Ok(node);
            }
            _ => {
                return Err(
                    reader.fault("this is no interaction: it has no `request` and `response`")
                );
            }
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    /// Where the last event began: characters before it.
    place: usize,
}

impl<'a> Reader<'a> {
    fn fault(&self, sentence: &str) -> Fault {
        let byte = self.text.char_indices().nth(self.place);
        Fault {
            byte: byte.map_or(self.text.len(), |(byte, _)| byte),
            sentence: sentence.to_owned(),
        }
    }

    fn next(&mut self) -> Result<Event<'a>, Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.place = span.start.index();
                Ok(event)
            }
            Some(Err(error)) => {
                self.place = error.marker().index();
                Err(self.fault(&format!("this is not YAML: {}", error.info())))
            }
            None => Err(self.fault("the text ends too early")),
        }
    }

    fn node(&mut self, event: Event<'a>, wanted: Wanted, depth: usize) -> Result<Node<'a>, Fault> {
        if depth > DEEPEST {
            return Err(self.fault(&format!("nested deeper than {DEEPEST} levels")));
        }
        match event {
            Event::Scalar(text, style, _, tag) => Ok(Node::Scalar {
                text,
                plain: style == ScalarStyle::Plain && tag.is_none(),
                binary: tag.is_some_and(|tag| is_binary(&tag)),
            }),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => return Ok(Node::List(items)),
                        event => items.push(self.node(event, Wanted::All, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut members = Vec::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => return Ok(Node::Map(members)),
                        Event::Scalar(key, ..) => key,
                        _ => return Err(self.fault("a key is not a text")),
                    };
                    let value = self.next()?;
                    match wanted.of(&key) {
                        Some(inside) => members.push((key, self.node(value, inside, depth + 1)?)),
                        None => self.skip(&value)?,
                    }
                }
            }
            Event::Alias(_) => Err(self.fault("a reference (`*name`) is not read")),
            _ => Err(self.fault("the text ends too early")),
        }
    }

    /// Passes over a value whose first event is taken.
    fn skip(&mut self, first: &Event<'a>) -> Result<(), Fault> {
        let mut depth = change(first);
        while depth > 0 {
            depth += change(&self.next()?);
        }
        Ok(())
    }
}

fn change(event: &Event<'_>) -> i64 {
    match event {
        Event::SequenceStart(..) | Event::MappingStart(..) => 1,
        Event::SequenceEnd | Event::MappingEnd => -1,
        _ => 0,
    }
}

/// `!!binary` of Python, `!binary` of Ruby.
fn is_binary(tag: &Tag) -> bool {
    tag.suffix == "binary" && (tag.is_yaml_core_schema() || tag.handle == "!")
}
