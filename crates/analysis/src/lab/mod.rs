//! The sampling lab: other settings replayed over the captured alternatives, one step at a time, same text so far.
//!
//! ```text
//! settings  temperature, top-k, top-p, min-p; what the values of the file are
//! figure    a value with what is known of it: exact, bounded, not computable
//! tail      what the unlisted tokens can weigh at another temperature
//! step      one position under the settings
//! replay    a sequence, and a run
//! estimate  a guess where there are only bounds
//! ```
//!
//! Nothing is said about how the text would have gone on after another token: that is not in the file.
mod estimate;
mod figure;
mod replay;
mod settings;
mod step;
mod tail;

pub use estimate::{Estimate, estimate, estimate_at};
pub use figure::{Figure, Reason};
pub use replay::{Replay, replay, step_at};
pub use settings::{Assumptions, Recorded, Settings};
pub use step::{Fate, Moved, Step};
pub use tail::{likely_log_partition, log_partition};
