//! Processor and wall time of a piece of work.
use std::time::Instant;

/// What a piece of work took, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Took {
    /// On the processor. The same as `wall` where the system does not tell.
    pub cpu: f64,
    /// By the clock.
    pub wall: f64,
}

/// Does it, and measures. Only the thread that calls is counted.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (before, begin) = (on_processor(), Instant::now());
    let done = work();
    let wall = begin.elapsed().as_secs_f64() * 1e3;
    let cpu = match (before, on_processor()) {
        (Some(before), Some(after)) => (after - before) as f64 / 1e6,
        _ => wall,
    };
    (done, Took { cpu, wall })
}

/// Nanoseconds that the first thread has spent on a processor; Linux keeps them.
fn on_processor() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}
