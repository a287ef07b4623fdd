//! Files to take away, put together piece by piece outside of the memory of this program.
use crate::protocol::Response;
use crate::state::State;
use analysis::Scale;
use export::Kind;
use js_sys::{Array, Uint8Array};
use std::io::{self, Write};
use web_sys::{Blob, BlobPropertyBag, Url};

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

/// Writes what is listed into a file of the browser.
pub(crate) fn export(state: &State, kind: Kind, name: &str, scale: Scale) -> Response {
    let mut pieces = Pieces::default();
    let written = state
        .export(name, scale, kind, &mut pieces)
        .and_then(|()| pieces.flush());
    let url = written.ok().and_then(|()| {
        let options = BlobPropertyBag::new();
        options.set_type(kind.media_type());
        let blob = Blob::new_with_blob_sequence_and_options(&pieces.done, &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok()
    });
    Response::Exported {
        kind,
        url: url.unwrap_or_default(),
    }
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
