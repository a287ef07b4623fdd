//! Text that is shown while it is written.
use engine::Model;
use std::io::{self, Write};

/// Puts bytes together to whole characters, which several tokens can share.
#[derive(Debug, Clone, Default)]
pub struct Characters {
    /// The beginning of one.
    rest: Vec<u8>,
}

impl Characters {
    /// What the bytes complete.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let whole = whole(&self.rest);
        let shown: Vec<u8> = self.rest.drain(..whole).collect();
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// What is left of one that was not completed.
    pub fn end(&mut self) -> String {
        let rest = std::mem::take(&mut self.rest);
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// Takes tokens and writes whole characters.
#[derive(Debug)]
pub struct Stream<'a, W: Write> {
    model: &'a Model,
    out: W,
    characters: Characters,
    /// Tokens so far.
    tokens: usize,
}

impl<'a, W: Write> Stream<'a, W> {
    /// An empty one.
    pub fn new(model: &'a Model, out: W) -> Self {
        Self {
            model,
            out,
            characters: Characters::default(),
            tokens: 0,
        }
    }

    /// One token more; its number, if there is no tokenizer.
    pub fn push(&mut self, token: u32) -> io::Result<()> {
        match self.model.text() {
            Some(text) => {
                let shown = self.characters.push(&text.piece(token));
                self.out.write_all(shown.as_bytes())?;
            }
            None if self.tokens == 0 => write!(self.out, "{token}")?,
            None => write!(self.out, " {token}")?,
        }
        self.tokens += 1;
        self.out.flush()
    }

    /// What is left of a character that was not completed, and the end of the line.
    pub fn end(mut self) -> io::Result<()> {
        writeln!(self.out, "{}", self.characters.end())?;
        self.out.flush()
    }
}

/// Bytes before the beginning of a character that may be completed later.
fn whole(bytes: &[u8]) -> usize {
    let mut done = 0;
    for chunk in bytes.utf8_chunks() {
        let invalid = chunk.invalid();
        let is_last = done + chunk.valid().len() + invalid.len() == bytes.len();
        done += chunk.valid().len();
        if is_last && could_go_on(invalid) {
            return done;
        }
        done += invalid.len();
    }
    done
}

/// An error at the end is a beginning if more bytes could still make it right.
fn could_go_on(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn characters_are_shown_when_they_are_whole() {
        for (bytes, expected) in [
            (&b"abc"[..], 3),
            (b"ab\xC3", 2),
            (b"ab\xC3\xA9", 4),
            (b"\xF0\x9F\x8C", 0),
            (b"\xF0\x9F\x8C\x8A", 4),
            // Never a character, whatever follows.
            (b"a\xFF", 2),
            (b"\xC3a", 2),
            (b"\xFF\xE2\x82", 1),
            (b"", 0),
        ] {
            assert_eq!(whole(bytes), expected, "{bytes:x?}");
        }
    }
}
