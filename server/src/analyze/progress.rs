//! How far it is, on a terminal; nothing anywhere else.
use super::output::clean;
use completions::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use metrics::format::counted;

/// With the size of all inputs.
const KNOWN: &str = "{bar:16} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}, {eta} left  {wide_msg}";
/// A stream: nobody knows how long it is.
const UNKNOWN: &str = "{spinner} {decimal_bytes}  {decimal_bytes_per_sec}  {wide_msg}";

/// A line on the standard error.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    name: String,
}

impl Bar {
    /// A bar for `total` bytes, if that is known. It shows itself only on a terminal.
    pub fn new(total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = if total.is_some() { KNOWN } else { UNKNOWN };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            name: String::new(),
        }
    }

    /// The next input.
    pub fn next(&mut self, name: &str) {
        self.name = clean(name);
    }

    /// More was read.
    pub fn show(&self, progress: Progress) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(progress.bytes);
        // The number first: a long name is cut at the end of the line.
        let sequences = counted(progress.sequences, "sequence", "sequences");
        self.bar.set_message(format!("{sequences}, {}", self.name));
    }

    /// Gives the line back.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
