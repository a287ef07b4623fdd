//! Server-sent events, however the bytes are cut.

/// The longest line of a stream, bytes. A token with a hundred alternatives takes some ten thousand.
const LONGEST: usize = 16 << 20;

/// Takes bytes and gives the data of events.
#[derive(Debug, Default)]
pub struct Events {
    /// A line that has no end yet.
    line: Vec<u8>,
    /// Lines of an event that has no end yet.
    data: String,
    too_long: bool,
}

impl Events {
    /// The events that these bytes complete. Comments and fields other than `data` are left out.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                match self.line.len() < LONGEST {
                    true => self.line.push(byte),
                    false => self.too_long = true,
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            found.extend(self.end_line(&line));
        }
        found
    }

    /// The event at the end of a stream that lacks its last empty line.
    pub fn finish(mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let last = self.end_line(&line);
        last.or_else(|| Some(self.data).filter(|data| !data.is_empty()))
    }

    /// A line was longer than a line may be, and is not whole.
    pub fn is_cut(&self) -> bool {
        self.too_long
    }

    fn end_line(&mut self, line: &[u8]) -> Option<String> {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        if line.is_empty() {
            return Some(std::mem::take(&mut self.data)).filter(|data| !data.is_empty());
        }
        if let Some(data) = line.strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Events;

    #[test]
    fn any_cut_gives_the_same_events() {
        let stream = ": hello\r\n\r\ndata: {\"a\":\"é\"}\r\n\r\nevent: x\ndata:1\ndata: 2\n\nid: 3\n\ndata: [DONE]";
        let expected = ["{\"a\":\"é\"}", "1\n2", "[DONE]"];
        for size in 1..stream.len() {
            let mut events = Events::default();
            let mut found: Vec<String> = Vec::new();
            for part in stream.as_bytes().chunks(size) {
                found.extend(events.push(part));
            }
            found.extend(events.finish());
            assert_eq!(found, expected, "{size}");
        }
    }
}
