//! Server-sent events: the text of a stream that was saved as it came.
//!
//! Lines go in as bytes, events come out; [`lines`] cuts the lines, this module gives them their meaning. Three decisions
//! that the standard leaves to a browser and that a file needs otherwise:
//!
//! * An event counts without the blank line after it: the end of the input ends it too.
//! * An event without data, or with nothing but white space in it, is a sign of life and not handed out.
//! * Some programs save one line end between events instead of two. When the data so far is an object from its brace to its
//!   brace, or `[DONE]`, a `data:` line that begins with `{` or is `[DONE]` begins the next event. No JSON is ever cut by
//!   this: two values without a comma between them are not one value.
mod lines;
#[cfg(test)]
mod tests;

use lines::{Line, Lines};

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// Its `data:` lines, joined with line ends.
    pub(crate) data: &'a [u8],
    /// Its `event:` line, or nothing.
    pub(crate) name: &'a [u8],
    /// Offset in the stream of its first field.
    pub(crate) start: u64,
    /// Offset in the stream after its last field, without the line end.
    pub(crate) end: u64,
    /// Line of its first field, from 1.
    pub(crate) line: u64,
}

/// A place in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) byte: u64,
    /// From 1.
    pub(crate) line: u64,
}

/// What could not be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems {
    /// Where the events begin that are longer than the limit.
    pub(crate) too_long: Vec<Spot>,
    /// Lines that are no field of an event.
    pub(crate) stray_lines: u64,
    /// The first of them.
    pub(crate) first_stray: Option<Spot>,
}

/// Reads events from chunks of any size. Holds at most two events of the greatest length.
#[derive(Debug)]
pub(crate) struct EventReader {
    lines: Lines,
    event: Draft,
    problems: Problems,
}

impl EventReader {
    /// At the beginning of a stream; events whose lines have more than `max_bytes` together are left out.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self::starting_at(max_bytes, 0, 1)
    }

    /// As [`Self::new`], for a stream that begins at this offset and line of something larger.
    pub(crate) fn starting_at(max_bytes: usize, byte: u64, line: u64) -> Self {
        Self {
            lines: Lines::new(max_bytes, Spot { byte, line }),
            event: Draft {
                max_bytes,
                ..Draft::default()
            },
            problems: Problems::default(),
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        let (event, problems) = (&mut self.event, &mut self.problems);
        self.lines
            .push(chunk, &mut |line| event.line(line, problems, out));
    }

    /// There is no more: hands out the last event.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        let (event, problems) = (&mut self.event, &mut self.problems);
        self.lines
            .finish(&mut |line| event.line(line, problems, out));
        event.close(problems, out);
    }

    /// What could not be used since the last call.
    pub(crate) fn take_problems(&mut self) -> Problems {
        std::mem::take(&mut self.problems)
    }
}

/// The event that is being read.
#[derive(Debug, Default)]
struct Draft {
    max_bytes: usize,
    data: Vec<u8>,
    name: Vec<u8>,
    /// Its first field.
    start: Option<Spot>,
    /// After its last field.
    end: u64,
    /// After its last `data:` line.
    data_end: u64,
    has_data: bool,
    /// Bytes of its lines together.
    size: usize,
    /// The first and last byte of the data that are not white space. Known for events beyond the limit too.
    ends: Option<(u8, u8)>,
    /// Fields after the data. They belong to the next event when it begins without a blank line.
    after: Option<Spot>,
    name_after: Vec<u8>,
}

impl Draft {
    fn line(&mut self, line: Line<'_>, problems: &mut Problems, out: &mut dyn FnMut(Event<'_>)) {
        if line.len == 0 {
            return self.close(problems, out);
        }
        let (field, value) = match memchr::memchr(b':', line.bytes) {
            Some(0) => return,
            Some(colon) => (&line.bytes[..colon], &line.bytes[colon + 1..]),
            None => (line.bytes, &line.bytes[line.bytes.len()..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => self.data(&line, value, problems, out),
            b"event" => {
                self.field(&line);
                if self.size <= self.max_bytes {
                    let name = match self.after {
                        Some(_) => &mut self.name_after,
                        None => &mut self.name,
                    };
                    name.clear();
                    name.extend_from_slice(value);
                }
            }
            b"id" | b"retry" => self.field(&line),
            _ => {
                problems.stray_lines += 1;
                problems.first_stray.get_or_insert(line.start);
            }
        }
    }

    /// Counts a line that is not data.
    fn field(&mut self, line: &Line<'_>) {
        if self.has_data {
            self.after.get_or_insert(line.start);
        }
        self.count(line);
    }

    fn count(&mut self, line: &Line<'_>) {
        self.start.get_or_insert(line.start);
        self.end = line.end();
        self.size = self.size.saturating_add(line.len);
        if self.size > self.max_bytes {
            self.data.clear();
            self.name.clear();
            self.name_after.clear();
        }
    }

    fn data(
        &mut self,
        line: &Line<'_>,
        value: &[u8],
        problems: &mut Problems,
        out: &mut dyn FnMut(Event<'_>),
    ) {
        let begins = value.first() == Some(&b'{') || value.trim_ascii_end() == b"[DONE]";
        if begins && self.is_whole() {
            let (after, name) = (self.after.take(), std::mem::take(&mut self.name_after));
            self.end = self.data_end;
            self.close(problems, out);
            if let Some(after) = after {
                self.start = Some(after);
                let between = line.start.byte.saturating_sub(after.byte);
                self.size = usize::try_from(between).unwrap_or(usize::MAX);
                self.name = name;
            }
        }
        self.count(line);
        self.data_end = self.end;
        // Whatever stood between two lines of data belongs to this event after all.
        if self.after.take().is_some() && !self.name_after.is_empty() {
            self.name = std::mem::take(&mut self.name_after);
        }
        if let Some(&first) = value.trim_ascii_start().first() {
            let first = self.ends.map_or(first, |(first, _)| first);
            self.ends = Some((first, line.last));
        }
        if self.size <= self.max_bytes {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value);
        }
        self.has_data = true;
    }

    /// The data so far is a whole payload by the look of it.
    fn is_whole(&self) -> bool {
        self.ends == Some((b'{', b'}')) || self.data.trim_ascii() == b"[DONE]"
    }

    /// Hands out the event and begins the next one.
    fn close(&mut self, problems: &mut Problems, out: &mut dyn FnMut(Event<'_>)) {
        if let Some(start) = self.start.filter(|_| self.ends.is_some()) {
            if self.size > self.max_bytes {
                problems.too_long.push(start);
            } else {
                let name = if self.name_after.is_empty() {
                    &self.name
                } else {
                    &self.name_after
                };
                out(Event {
                    data: &self.data,
                    name,
                    start: start.byte,
                    end: self.end,
                    line: start.line,
                });
            }
        }
        self.data.clear();
        self.name.clear();
        self.name_after.clear();
        self.start = None;
        self.after = None;
        self.has_data = false;
        self.size = 0;
        self.ends = None;
    }
}
