//! Deflate, the method inside gzip and zip.
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use std::ops::ControlFlow;

/// The window of deflate: what was decoded is handed out from here, so there is no other buffer.
const WINDOW: usize = 32 << 10;

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All input was taken.
    More,
    /// The end; what follows is still in the input.
    Done,
    /// This is no deflate data, or no more.
    Bad,
    /// The taker of the bytes wants no more.
    Stopped,
}

/// A decoder.
pub(super) struct Inflate {
    state: Box<DecompressorOxide>,
    window: Box<[u8]>,
    at: usize,
}

impl Inflate {
    pub(super) fn new() -> Self {
        Self {
            state: Box::default(),
            window: vec![0; WINDOW].into_boxed_slice(),
            at: 0,
        }
    }

    /// Ready for another stream. The window is cleared: a damaged stream may point before its beginning, and must not
    /// find there what others have left.
    pub(super) fn restart(&mut self) {
        self.state.init();
        self.window.fill(0);
        self.at = 0;
    }

    /// Decodes what is there.
    pub(super) fn push(
        &mut self,
        input: &mut &[u8],
        emit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Step {
        loop {
            let (status, used, made) = decompress(
                &mut self.state,
                input,
                &mut self.window,
                self.at,
                TINFL_FLAG_HAS_MORE_INPUT,
            );
            *input = input.get(used..).unwrap_or_default();
            let piece = self.window.get(self.at..self.at + made).unwrap_or_default();
            if !piece.is_empty() && emit(piece).is_break() {
                return Step::Stopped;
            }
            self.at = (self.at + made) % WINDOW;
            match status {
                TINFLStatus::NeedsMoreInput => return Step::More,
                TINFLStatus::Done => return Step::Done,
                TINFLStatus::HasMoreOutput if used + made > 0 => {}
                _ => return Step::Bad,
            }
        }
    }
}
