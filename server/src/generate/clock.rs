//! How long a generation takes.
use api::writing::Timings;
use std::time::Instant;

/// Runs from when the model is given its prompt.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    begin: Instant,
    first: Option<Instant>,
    tokens: usize,
}

impl Clock {
    /// Starts.
    pub fn start() -> Self {
        Self {
            begin: Instant::now(),
            first: None,
            tokens: 0,
        }
    }

    /// An answer has a token more, or all beams have.
    pub fn tick(&mut self) {
        self.first.get_or_insert_with(Instant::now);
        self.tokens += 1;
    }

    /// Until now.
    pub fn timings(&self) -> Timings {
        let now = Instant::now();
        let first = self.first.unwrap_or(now);
        let milliseconds = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
        let predicted_ms = milliseconds(first, now);
        // The first token comes from the prompt.
        let after = self.tokens.saturating_sub(1);
        let speed = after as f64 / (predicted_ms / 1e3);
        Timings {
            prompt_ms: milliseconds(self.begin, first),
            predicted_ms,
            predicted_per_second: Some(speed).filter(|speed| after > 0 && speed.is_finite()),
        }
    }
}
