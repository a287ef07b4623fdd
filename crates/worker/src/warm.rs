//! The worker practises before it has a file.
//!
//! A browser makes fast code of a function once it has run often, on other threads. Without practice that falls into the first
//! moments of a reading, just when the page has most to draw, and on two cores the page stands still.
use completions::{Columns, Importer, Limits};
use std::fmt::Write;

/// Slices of the exercise, as many as it takes until most of the code is the fast one; each is a task, so that a file that comes meanwhile is not kept waiting.
pub(crate) const SLICES: u32 = 120;
/// Lines of a slice.
const LINES: u32 = 4;
/// Tokens of a line.
const TOKENS: u32 = 40;

/// An exercise in slices: made-up answers of the commonest format.
pub(crate) struct Exercise {
    importer: Importer,
    lines: String,
}

impl Exercise {
    pub(crate) fn new() -> Self {
        Self {
            importer: Importer::new(Limits::default()),
            lines: lines(),
        }
    }

    /// Reads one slice.
    pub(crate) fn slice(&mut self) {
        self.importer.push(self.lines.as_bytes());
    }

    /// Ends the reading, for the functions that come last.
    pub(crate) fn finish(self) -> Columns {
        self.importer.finish().columns
    }
}

fn lines() -> String {
    let mut text = String::new();
    for line in 0..LINES {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            r#"{{"id":"a-{line}","object":"chat.completion","created":1733397507,"model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":""#
        );
        for token in 0..TOKENS {
            let _ = write!(text, " word{token}");
        }
        text.push_str(r#""},"logprobs":{"content":["#);
        for token in 0..TOKENS {
            let comma = if token == 0 { "" } else { "," };
            let _ = write!(text, "{comma}{},\"top_logprobs\":[", entry(token, 0));
            for rank in 0..5 {
                let comma = if rank == 0 { "" } else { "," };
                let _ = write!(text, "{comma}{}}}", entry(token, rank));
            }
            text.push_str("]}");
        }
        text.push_str("]},\"finish_reason\":\"stop\"}]}\n");
    }
    text
}

/// A token with its bytes, open at the end.
fn entry(token: u32, rank: u32) -> String {
    let text = if rank == 0 {
        format!(" word{token}")
    } else {
        format!(" w{rank}x{token}")
    };
    let bytes: Vec<String> = text.bytes().map(|byte| byte.to_string()).collect();
    format!(
        r#"{{"token":"{text}","logprob":-{}.{token:02}17345,"bytes":[{}]"#,
        rank + 1,
        bytes.join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exercise_is_a_file_that_is_read_whole() {
        let mut importer = Importer::new(Limits::default());
        importer.push(lines().as_bytes());
        let import = importer.finish();
        let problems = import.report.problems.iter();
        assert_eq!(
            problems
                .map(|problem| problem.sentence())
                .collect::<Vec<_>>(),
            Vec::<String>::new()
        );
        assert_eq!(
            (import.metrics.n_sequences, import.metrics.counts.scored),
            (u64::from(LINES), u64::from(LINES * TOKENS))
        );
    }
}
