//! How long a generation takes.
use api::writing::Timings;

/// Runs from when the model is given its prompt.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    begin: Moment,
    first: Option<Moment>,
    tokens: usize,
}

#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone, Copy)]
struct Moment(std::time::Instant);

#[cfg(not(target_arch = "wasm32"))]
impl Moment {
    fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// Milliseconds.
    fn since(self, before: Self) -> f64 {
        (self.0 - before.0).as_secs_f64() * 1e3
    }
}

#[cfg(target_arch = "wasm32")]
#[derive(Debug, Clone, Copy)]
struct Moment(f64);

#[cfg(target_arch = "wasm32")]
impl Moment {
    fn now() -> Self {
        Self(js_sys::Date::now())
    }

    /// Milliseconds.
    fn since(self, before: Self) -> f64 {
        self.0 - before.0
    }
}

impl Clock {
    /// Starts.
    pub fn start() -> Self {
        Self {
            begin: Moment::now(),
            first: None,
            tokens: 0,
        }
    }

    /// An answer has a token more, or all beams have.
    pub fn tick(&mut self) {
        self.first.get_or_insert_with(Moment::now);
        self.tokens += 1;
    }

    /// Until now.
    pub fn timings(&self) -> Timings {
        let now = Moment::now();
        let first = self.first.unwrap_or(now);
        let predicted_ms = now.since(first);
        // The first token comes from the prompt.
        let after = self.tokens.saturating_sub(1);
        let speed = after as f64 / (predicted_ms / 1e3);
        Timings {
            prompt_ms: first.since(self.begin),
            predicted_ms,
            predicted_per_second: Some(speed).filter(|speed| after > 0 && speed.is_finite()),
        }
    }
}
