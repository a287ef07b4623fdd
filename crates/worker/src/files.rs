//! Files to take away, put together piece by piece outside of the memory of this program.
use crate::protocol::{Look, Response};
use crate::state::State;
use analysis::Scale;
use export::Kind;
use js_sys::{Array, Uint8Array};
use std::io::{self, Write};
use web_sys::{Blob, BlobPropertyBag, File, Url};

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

/// Writes what is listed into a file of the browser.
pub(crate) fn export(state: &State, kind: Kind, name: &str, scale: Scale) -> Response {
    Response::Exported {
        file: format!("{name}.{}", kind.extension()),
        url: file(kind.media_type(), |out| {
            state.export(name, scale, kind, out)
        }),
        dots: false,
    }
}

/// Draws a text into a file of the browser.
pub(crate) fn picture(
    state: &State,
    sequence: Option<u32>,
    tokens: Option<(u32, u32)>,
    name: &str,
    (scale, look, dots): (Scale, &Look, bool),
) -> Response {
    let sequence = sequence.or_else(|| state.selection.order.first().copied());
    let sequence = sequence.unwrap_or_default();
    let ending = if dots { "png" } else { "svg" };
    Response::Exported {
        file: format!("{name}-{}.{ending}", u64::from(sequence) + 1),
        url: file("image/svg+xml", |out| {
            state.picture(sequence, tokens, name, (scale, look), out)
        }),
        dots,
    }
}

/// The address of a file that is written so; empty when there is no room for it.
fn file(media_type: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut pieces = Pieces::default();
    let written = write(&mut pieces).and_then(|()| pieces.flush());
    let url = written.ok().and_then(|()| {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_blob_sequence_and_options(&pieces.done, &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok()
    });
    url.unwrap_or_default()
}

/// A text as a file.
pub(crate) fn text_file(text: &str, name: &str) -> Option<File> {
    let parts = Array::of1(&Uint8Array::from(text.as_bytes()));
    File::new_with_u8_array_sequence(&parts, name).ok()
}

/// Pieces of a file, which the browser keeps.
#[derive(Default)]
struct Pieces {
    next: Vec<u8>,
    done: Array,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.next.extend_from_slice(bytes);
        if self.next.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = Array::of1(&Uint8Array::from(self.next.as_slice()));
        let blob = Blob::new_with_u8_array_sequence(&bytes)
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.done.push(&blob);
        self.next.clear();
        Ok(())
    }
}
