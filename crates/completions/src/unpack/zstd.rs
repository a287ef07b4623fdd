//! zstd: frames in a row, each a header, blocks and perhaps a checksum; frames to be skipped lie between them.
//!
//! The pieces of a frame are cut here, whatever the chunks were; the decoder gets whole blocks, of 128 KiB at most.
use super::UnpackProblemKind as Problem;
use super::gather::{Gather, u32_at};
use super::layer::{Decode, Emit, Event};
use crate::Limits;
use metrics::format::counted;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::{Error, Read};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Magic,
    SkipLength,
    Skip(u64),
    /// The byte that says how long the header is.
    Descriptor,
    /// The rest of the header, behind its descriptor.
    Header(u8),
    BlockHeader,
    /// The content of a block with this header, which is so long; then a checksum perhaps.
    Block([u8; 3], usize),
    /// What is no frame; so many bytes of it.
    Garbage(u64),
    Failed,
}

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const LARGEST_BLOCK: usize = 128 << 10;
/// Room for what was decoded.
const ROOM: usize = 32 << 10;

/// A decoder of zstd.
pub(super) struct Zstd {
    state: State,
    gather: Gather,
    decoder: FrameDecoder,
    window: u64,
    room: Box<[u8]>,
    /// The frame ends with a checksum.
    checksum: bool,
    /// Number of this frame; those to be skipped do not count.
    frame: u64,
}

/// A header and what follows it, as one source.
struct Joined<'a>(&'a [u8], &'a [u8]);

impl Read for Joined<'_> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize, Error> {
        if self.0.is_empty() {
            return self.1.read(target);
        }
        self.0.read(target)
    }
}

impl Zstd {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: State::Magic,
            gather: Gather::default(),
            decoder: FrameDecoder::new(),
            window: limits.zstd_window(),
            room: vec![0; ROOM].into_boxed_slice(),
            checksum: false,
            frame: 0,
        }
    }

    /// One step; nothing when more input is needed, or no more is wanted.
    fn step(&mut self, input: &mut &[u8], emit: &mut Emit<'_>) -> Option<State> {
        let next = match self.state {
            State::Magic => match *self.gather.take(input, 4)?.first_chunk::<4>()? {
                MAGIC => {
                    self.frame += 1;
                    State::Descriptor
                }
                [0x50..=0x5f, 0x2a, 0x4d, 0x18] => State::SkipLength,
                _ => State::Garbage(4),
            },
            State::SkipLength => State::Skip(u64::from(u32_at(self.gather.take(input, 4)?, 0))),
            State::Skip(0) => State::Magic,
            State::Skip(length) => {
                let part = input
                    .len()
                    .min(usize::try_from(length).unwrap_or(usize::MAX));
                *input = input.get(part..)?;
                self.state = State::Skip(length - part as u64);
                (part > 0).then_some(self.state)?
            }
            State::Descriptor => State::Header(*self.gather.take(input, 1)?.first()?),
            State::Header(descriptor) => {
                let rest = self.gather.take(input, header_length(descriptor))?;
                let start = [MAGIC[0], MAGIC[1], MAGIC[2], MAGIC[3], descriptor];
                // A decoder of its own for each frame: memory grows with what is decoded, not with what a header asks for.
                self.decoder = FrameDecoder::new();
                self.decoder.set_max_window_size(self.window);
                self.checksum = descriptor & 4 != 0;
                match self.decoder.init(Joined(&start, rest)) {
                    Ok(()) => State::BlockHeader,
                    Err(error) => self.refused(&error, emit),
                }
            }
            State::BlockHeader => {
                let header = *self.gather.take(input, 3)?.first_chunk::<3>()?;
                let [low, middle, high] = header.map(usize::from);
                let size = low >> 3 | middle << 5 | high << 13;
                match (low >> 1) & 3 {
                    3 => self.broken(emit),
                    _ if size > LARGEST_BLOCK => self.broken(emit),
                    1 => State::Block(header, 1),
                    _ => State::Block(header, size),
                }
            }
            State::Block(header, length) => return self.block(input, header, length, emit),
            State::Garbage(length) => {
                self.state = State::Garbage(length + input.len() as u64);
                return None;
            }
            State::Failed => return None,
        };
        Some(next)
    }

    fn block(
        &mut self,
        input: &mut &[u8],
        header: [u8; 3],
        length: usize,
        emit: &mut Emit<'_>,
    ) -> Option<State> {
        let last = header[0] & 1 == 1;
        let checksum = if last && self.checksum { 4 } else { 0 };
        let content = self.gather.take(input, length + checksum)?;
        if !decode(&mut self.decoder, &header, content) {
            return Some(self.broken(emit));
        }
        if !self.drain(emit) {
            return None;
        }
        if !last {
            return Some(State::BlockHeader);
        }
        if checksum > 0
            && let (Some(stated), Some(read)) = (
                self.decoder.get_checksum_from_data(),
                self.decoder.get_calculated_checksum(),
            )
            && stated != read
        {
            let frame = self.frame;
            let detail =
                format!("the checksum of zstd frame {frame} is {read:08x}, {stated:08x} is stated");
            let _ = emit(Event::Problem(Problem::Checksum, detail));
        }
        Some(State::Magic)
    }

    /// Gives what need not be kept for later blocks. `false`: no more is wanted.
    fn drain(&mut self, emit: &mut Emit<'_>) -> bool {
        while let Ok(length) = self.decoder.read(&mut self.room)
            && let Some(piece) = self.room.get(..length)
            && !piece.is_empty()
        {
            if emit(Event::Bytes(piece)).is_break() {
                return false;
            }
        }
        true
    }

    /// Gives what is decoded of a frame whose end cannot be read. The decoder keeps a window until it sees the end, so it
    /// is shown one: an empty last block.
    fn salvage(&mut self, emit: &mut Emit<'_>) {
        if decode(&mut self.decoder, &[1, 0, 0], &[0; 4]) {
            self.drain(emit);
        }
    }

    fn broken(&mut self, emit: &mut Emit<'_>) -> State {
        self.salvage(emit);
        let detail = format!("the data of zstd frame {} is damaged", self.frame);
        let _ = emit(Event::Problem(Problem::Corrupt, detail));
        State::Failed
    }

    /// The header asks for what is not given.
    fn refused(&self, error: &FrameDecoderError, emit: &mut Emit<'_>) -> State {
        let frame = self.frame;
        let (kind, detail) = match error {
            FrameDecoderError::WindowSizeTooBig { requested, max } => (
                Problem::LimitWindow,
                format!(
                    "zstd frame {frame} wants a window of {requested} bytes, {max} are the limit"
                ),
            ),
            FrameDecoderError::DictNotProvided { dict_id } => (
                Problem::Unsupported,
                format!("zstd frame {frame} was packed with dictionary {dict_id}"),
            ),
            _ => (
                Problem::Corrupt,
                format!("the header of zstd frame {frame} is damaged"),
            ),
        };
        let _ = emit(Event::Problem(kind, detail));
        State::Failed
    }
}

/// Decodes one block; `false` when it is damaged. Apart, because the decoder is compiled anew for each place that calls it.
#[inline(never)]
fn decode(decoder: &mut FrameDecoder, header: &[u8], content: &[u8]) -> bool {
    let one = BlockDecodingStrategy::UptoBlocks(1);
    decoder.decode_blocks(Joined(header, content), one).is_ok()
}

/// The bytes of a frame's header behind its descriptor.
fn header_length(descriptor: u8) -> usize {
    let single = descriptor >> 5 & 1;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    usize::from(1 - single) + dictionary + size
}

impl Decode for Zstd {
    fn push(&mut self, mut input: &[u8], emit: &mut Emit<'_>) {
        while let Some(next) = self.step(&mut input, emit) {
            self.state = next;
        }
    }

    fn finish(&mut self, emit: &mut Emit<'_>) {
        let waiting = self.gather.waiting() as u64;
        let trailing = match self.state {
            State::Failed => return,
            State::Magic if waiting == 0 => return,
            State::Magic => Some(waiting),
            State::Garbage(length) => Some(length),
            _ => None,
        };
        let (kind, detail) = match trailing {
            Some(length) => (
                Problem::Trailing,
                format!(
                    "{} after the last zstd frame: no zstd data, not read",
                    counted(length, "byte", "bytes")
                ),
            ),
            None => {
                if matches!(self.state, State::BlockHeader | State::Block(..)) {
                    self.salvage(emit);
                }
                (Problem::CutOff, self.cut_off())
            }
        };
        let _ = emit(Event::Problem(kind, detail));
    }
}

impl Zstd {
    fn cut_off(&self) -> String {
        match self.state {
            State::SkipLength | State::Skip(_) => {
                "the end of a zstd frame to be skipped is missing".to_owned()
            }
            _ => format!("the end of zstd frame {} is missing", self.frame),
        }
    }
}
