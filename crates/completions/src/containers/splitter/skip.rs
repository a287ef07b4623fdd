//! Passing over what cannot be read, and going on after it.
use super::{Splitter, State};
use crate::containers::resync::{self, Found, Resync};
use crate::containers::{Position, RecordSink, sniff};
use crate::json::JsonErrorKind;
use crate::report::Code;
use metrics::format::counted;

/// A broken value up to this size is looked through again for lines that start a value.
const LOOK_AGAIN: usize = 1 << 20;

/// Something that cannot be read, until it is known where reading goes on.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) at: Position,
    pub(super) what: String,
    /// Where the value began.
    pub(super) start: Position,
}

/// Bytes of a text that is no JSON which are shown in the report, at most.
const EXCERPT: usize = 100;

/// The first line of a text that is no JSON.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    bytes: Vec<u8>,
    done: bool,
}

impl Excerpt {
    fn push(&mut self, bytes: &[u8]) {
        if self.done {
            return;
        }
        let line = memchr::memchr(b'\n', bytes);
        let room = EXCERPT - self.bytes.len();
        let len = line.unwrap_or(bytes.len()).min(room);
        self.bytes.extend_from_slice(&bytes[..len]);
        self.done = line.is_some() || len == room;
    }

    pub(super) fn text(&self) -> String {
        format!(
            "it begins `{}`",
            sniff::excerpt(String::from_utf8_lossy(&self.bytes).trim_end())
        )
    }
}

impl Splitter {
    /// The next byte cannot stand where it does.
    pub(super) fn breaks(&mut self, kind: JsonErrorKind, sink: &mut dyn RecordSink) {
        if self.look_again(sink) {
            return;
        }
        let first_key = resync::first_key(&self.carry).or_else(|| self.sibling_key.clone());
        let resync = Resync::new(first_key, self.in_array, self.at_line_start);
        let broken = self.broken(kind.to_string());
        self.carry = Vec::new();
        self.state = State::Resync(resync, broken);
    }

    pub(super) fn broken(&self, what: String) -> Broken {
        let at = self.position(self.open.at.record);
        Broken {
            at,
            what,
            start: self.open.at,
        }
    }

    /// In a file with one value per line, a line that was cut after a comma swallows the next one. So when the value breaks
    /// later, reading goes on at the first line that starts a value. Returns whether it did.
    pub(super) fn look_again(&mut self, sink: &mut dyn RecordSink) -> bool {
        if self.in_array
            || self.layout.not_by_line
            || self.layout.values < 2
            || self.carry.len() > LOOK_AGAIN
        {
            return false;
        }
        let lines = memchr::memchr_iter(b'\n', &self.carry).map(|end| end + 1);
        let Some(start) = lines
            .into_iter()
            .find(|&at| matches!(self.carry.get(at), Some(b'{' | b'[')))
        else {
            return false;
        };
        let carry = std::mem::take(&mut self.carry);
        let again = &carry[start..];
        // Back to that line.
        self.offset -= again.len() as u64;
        self.line -= memchr::memchr_iter(b'\n', again).count() as u64;
        self.at_line_start = true;
        let broken = self.broken(
            "a line that starts a value stands inside a value that was not closed".to_owned(),
        );
        self.report_broken(Code::BadValue, broken, Some(self.offset), sink);
        self.state = State::Between;
        self.push(again, sink);
        true
    }

    /// Inside something that is passed over until a value begins.
    pub(super) fn resync(&mut self, bytes: &[u8], sink: &mut dyn RecordSink) -> usize {
        let (State::Resync(resync, _) | State::Stray(resync, ..)) = &mut self.state else {
            return 0;
        };
        let found = resync.push(bytes);
        let beginning = resync.candidate().to_vec();
        if let State::Stray(_, _, excerpt) = &mut self.state {
            excerpt.push(if let Found::At(used) = found {
                &bytes[..used]
            } else {
                bytes
            });
        }
        match found {
            Found::No => self.pass(bytes),
            Found::At(used) => {
                self.pass(&bytes[..used]);
                // Step back to the first byte of the value.
                self.offset -= beginning.len() as u64;
                self.line -= memchr::memchr_iter(b'\n', &beginning).count() as u64;
                let goes_on = Some(self.offset);
                match std::mem::replace(&mut self.state, State::Between) {
                    State::Resync(_, broken) => {
                        self.report_broken(Code::BadValue, broken, goes_on, sink)
                    }
                    State::Stray(_, mut broken, excerpt) => {
                        broken.what = excerpt.text();
                        self.report_broken(Code::StrayText, broken, goes_on, sink);
                    }
                    _ => {}
                }
                self.push(&beginning, sink);
                used
            }
        }
    }

    /// Text outside of values is a remark, unless there is no record: an empty list is none.
    pub(super) fn stray_code(&self) -> Code {
        if self.records == 0 {
            Code::NotJson
        } else {
            Code::StrayText
        }
    }

    pub(super) fn report_broken(
        &mut self,
        code: Code,
        broken: Broken,
        goes_on: Option<u64>,
        sink: &mut dyn RecordSink,
    ) {
        let after = match goes_on {
            Some(byte) => format!(
                "{} skipped, reading went on at byte {byte}",
                counted(byte - broken.start.byte, "byte", "bytes")
            ),
            None => format!(
                "nothing readable in the {} to the end",
                counted(self.offset - broken.start.byte, "byte", "bytes")
            ),
        };
        // A value that was cut breaks at the first byte of the next one, which is fine: its own place is the one to show.
        let Broken { at, what, start } = broken;
        if goes_on == Some(at.byte) && at.line > start.line {
            let line = at.line;
            let detail = format!("the value has no end: {what} on line {line}; {after}");
            sink.problem(code, start, detail);
        } else {
            sink.problem(code, at, format!("{what}; {after}"));
        }
        self.layout.broken();
    }
}
