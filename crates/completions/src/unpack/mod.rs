//! Taking off the outer layers of a file: gzip, zstd, zip, UTF-16 and UTF-32.
//!
//! Pushed chunk by chunk, like the importer; what comes out is the text inside, also piece by piece. Memory does not grow
//! with what a small file unpacks to. Only a zip archive is collected, because its list of members lies at its end.
//!
//! | module | does |
//! |---|---|
//! | `detect` | tells a layer by its first four bytes |
//! | `layer` | one layer: its decoder, and the layer inside it |
//! | `gzip`, `zstd`, `zip`, `utf16` | the decoders, with `inflate`, `crc32` and `gather` as their tools |
//! | `ledger` | what all layers share: limits, problems, what was delivered |
//!
//! A mark at the beginning of UTF-8 text is left to the reader of the text.
mod crc32;
mod detect;
mod gather;
mod gzip;
mod inflate;
mod layer;
mod ledger;
mod problem;
mod utf16;
mod zip;
mod zstd;

use crate::Limits;
use layer::Layer;
use ledger::{Ledger, Sink};
pub use problem::{UnpackProblem, UnpackProblemKind};

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpacked<'a> {
    /// The next bytes of the text.
    Bytes(&'a [u8]),
    /// The bytes that follow are those of this member of a zip archive. A member inside a member has both names, with `/`.
    Member(&'a str),
}

/// Takes the layers off, one after the other. Any chunking of the same bytes gives the same bytes and the same problems.
///
/// A plain file passes through as it is: the pieces that come out are the chunks that went in, but for its first three
/// bytes when they come one at a time.
///
/// ```
/// use completions::Limits;
/// use completions::unpack::{Unpacked, Unpacker};
///
/// let mut text = Vec::new();
/// let mut keep = |piece: Unpacked<'_>| {
///     if let Unpacked::Bytes(bytes) = piece {
///         text.extend_from_slice(bytes);
///     }
/// };
/// let mut unpacker = Unpacker::new(Limits::default());
/// unpacker.push(b"\xff\xfe{\0}", &mut keep);
/// unpacker.push(b"\0", &mut keep);
/// unpacker.finish(&mut keep);
/// assert_eq!(text, b"{}");
/// assert_eq!(unpacker.layers(), ["utf16"]);
/// ```
#[derive(Debug)]
pub struct Unpacker {
    outermost: Layer,
    ledger: Ledger,
}

impl Unpacker {
    /// One that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Self {
            outermost: Layer::outermost(),
            ledger: Ledger::new(limits),
        }
    }

    /// Takes the next bytes of the file. Never fails: what cannot be unpacked becomes a problem.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(Unpacked<'_>)) {
        let ledger = &mut self.ledger;
        if !ledger.stopped {
            self.outermost.push(chunk, &mut Sink { ledger, out });
        }
    }

    /// The end of the file. A zip archive is read here.
    pub fn finish(&mut self, out: &mut dyn FnMut(Unpacked<'_>)) {
        let ledger = &mut self.ledger;
        self.outermost.finish(&mut Sink { ledger, out });
        self.ledger.close();
    }

    /// The layers that were taken off, from outside in: `gzip`, `zstd`, `zip`, `utf16`, `utf32`. Empty for a plain file.
    ///
    /// Members of a zip archive can differ: the first one that has a layer at a depth names it.
    pub fn layers(&self) -> &[&'static str] {
        &self.ledger.layers
    }

    /// The problems met since this was last asked for. Of each kind the first [`Limits::places`] are given one by one, all
    /// further ones as one, at the end.
    pub fn problems(&mut self) -> Vec<UnpackProblem> {
        std::mem::take(&mut self.ledger.problems)
    }
}
