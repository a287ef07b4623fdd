//! gzip: members in a row, each a header, deflate data and a checksum.
use super::UnpackProblemKind as Problem;
use super::crc32::Crc32;
use super::gather::{Gather, u16_at, u32_at};
use super::inflate::{Inflate, Step};
use super::layer::{Decode, Emit, Event};
use metrics::format::counted;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first three bytes of a member.
    Magic,
    /// The other seven bytes that every header has.
    Fixed,
    ExtraLength,
    Extra(usize),
    Name,
    Comment,
    HeaderChecksum,
    Body,
    Trailer,
    /// After a member: zeros, as many as here, or the first byte of the next.
    Between(u64),
    /// What is no member; so many bytes of it.
    Garbage(u64),
    Failed,
}

const HEADER_CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// A decoder of gzip.
pub(super) struct Gzip {
    state: State,
    gather: Gather,
    inflate: Inflate,
    flags: u8,
    /// Of the header, then of what was decoded.
    crc: Crc32,
    /// Decoded bytes of this member, as the format counts them.
    size: u32,
    /// Number of this member.
    member: u64,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            state: State::Magic,
            gather: Gather::default(),
            inflate: Inflate::new(),
            flags: 0,
            crc: Crc32::new(),
            size: 0,
            member: 1,
        }
    }

    /// Takes a piece of the header, of this size.
    fn header<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8], need: usize) -> Option<&'s [u8]> {
        let piece = self.gather.take(input, need)?;
        self.crc.update(piece);
        Some(piece)
    }

    /// Skips a text of the header, which ends with a zero.
    fn text(&mut self, input: &mut &[u8]) -> Option<()> {
        let end = memchr::memchr(0, input);
        let (text, rest) = input.split_at(end.map_or(input.len(), |end| end + 1));
        self.crc.update(text);
        *input = rest;
        end.map(|_| ())
    }

    /// One step; nothing when more input is needed, or no more is wanted.
    fn step(&mut self, input: &mut &[u8], emit: &mut Emit<'_>) -> Option<State> {
        let (flags, member) = (self.flags, self.member);
        let next = match self.state {
            State::Magic => match *self.header(input, 3)? {
                [0x1f, 0x8b, 8] => State::Fixed,
                _ if member > 1 => State::Garbage(3),
                _ => return Some(failed("its method of compression is not known", emit)),
            },
            State::Fixed => {
                self.flags = *self.header(input, 7)?.first()?;
                State::ExtraLength
            }
            State::ExtraLength if flags & EXTRA != 0 => {
                State::Extra(usize::from(u16_at(self.header(input, 2)?, 0)))
            }
            State::ExtraLength => State::Name,
            State::Extra(length) => {
                self.header(input, length)?;
                State::Name
            }
            State::Name if flags & NAME != 0 => {
                self.text(input)?;
                State::Comment
            }
            State::Name => State::Comment,
            State::Comment if flags & COMMENT != 0 => {
                self.text(input)?;
                State::HeaderChecksum
            }
            State::Comment => State::HeaderChecksum,
            State::HeaderChecksum => {
                if flags & HEADER_CHECKSUM != 0 {
                    let stated = u16_at(self.gather.take(input, 2)?, 0);
                    if stated != self.crc.value() as u16 {
                        let detail = format!("the header of gzip member {member} is damaged");
                        let _ = emit(Event::Problem(Problem::Checksum, detail));
                    }
                }
                self.crc = Crc32::new();
                self.size = 0;
                State::Body
            }
            State::Body => return self.body(input, emit),
            State::Trailer => {
                let trailer = self.gather.take(input, 8)?;
                let (crc, size) = (u32_at(trailer, 0), u32_at(trailer, 4));
                if crc != self.crc.value() || size != self.size {
                    let _ = emit(Event::Problem(Problem::Checksum, self.mismatch(crc, size)));
                }
                self.member += 1;
                self.crc = Crc32::new();
                self.inflate.restart();
                State::Between(0)
            }
            State::Between(zeros) => {
                let found = input.iter().position(|&byte| byte != 0);
                let (padding, rest) = input.split_at(found.unwrap_or(input.len()));
                *input = rest;
                self.state = State::Between(zeros + padding.len() as u64);
                match input.first()? {
                    0x1f => State::Magic,
                    _ => State::Garbage(0),
                }
            }
            State::Garbage(length) => {
                self.state = State::Garbage(length + input.len() as u64);
                return None;
            }
            State::Failed => return None,
        };
        Some(next)
    }

    fn body(&mut self, input: &mut &[u8], emit: &mut Emit<'_>) -> Option<State> {
        let (crc, size) = (&mut self.crc, &mut self.size);
        let step = self.inflate.push(input, &mut |piece| {
            crc.update(piece);
            *size = size.wrapping_add(piece.len() as u32);
            emit(Event::Bytes(piece))
        });
        match step {
            Step::More | Step::Stopped => None,
            Step::Done => Some(State::Trailer),
            Step::Bad => Some(failed(
                &format!("the data of gzip member {} is damaged", self.member),
                emit,
            )),
        }
    }

    fn mismatch(&self, crc: u32, size: u32) -> String {
        let member = self.member;
        if size == self.size {
            let read = self.crc.value();
            return format!(
                "the checksum of gzip member {member} is {read:08x}, {crc:08x} is stated"
            );
        }
        let read = self.size;
        format!(
            "gzip member {member} has {}, {size} stated",
            counted(read.into(), "byte", "bytes")
        )
    }
}

/// Says that the data cannot be read, and ends there.
fn failed(detail: &str, emit: &mut Emit<'_>) -> State {
    let _ = emit(Event::Problem(Problem::Corrupt, detail.to_owned()));
    State::Failed
}

impl Decode for Gzip {
    fn push(&mut self, mut input: &[u8], emit: &mut Emit<'_>) {
        while let Some(next) = self.step(&mut input, emit) {
            self.state = next;
        }
    }

    fn finish(&mut self, emit: &mut Emit<'_>) {
        let member = self.member;
        let (kind, detail) = match self.state {
            State::Failed | State::Between(0) => return,
            State::Between(zeros) => (
                Problem::Trailing,
                format!("{zeros} zero bytes after the last gzip member"),
            ),
            State::Garbage(length) => (Problem::Trailing, trailing(length)),
            State::Magic if member > 1 => {
                (Problem::Trailing, trailing(self.gather.waiting() as u64))
            }
            State::Trailer => (
                Problem::CutOff,
                format!("the checksum of gzip member {member} is missing"),
            ),
            _ => (
                Problem::CutOff,
                format!("the end of gzip member {member} is missing"),
            ),
        };
        let _ = emit(Event::Problem(kind, detail));
    }
}

fn trailing(length: u64) -> String {
    format!(
        "{} after the last gzip member: no gzip data, not read",
        counted(length, "byte", "bytes")
    )
}
