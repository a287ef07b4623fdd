//! How long to wait for an answer, and how often to ask again.
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Bodies up to this size count as metadata: they are read whole within one attempt.
pub(super) const SMALL: u64 = 64 * 1024;

/// Time limits and retries of one store. Tests set tiny ones.
#[derive(Debug, Clone)]
pub struct Timing {
    /// Until a connection stands.
    pub connect: Duration,
    /// Between two pieces of a large body.
    pub idle: Duration,
    /// One attempt with small bodies, from the first byte sent to the last one received.
    pub attempt: Duration,
    /// One attempt with a large body: this, plus its size divided by `bytes_per_second`.
    pub part: Duration,
    /// The slowest line that is waited for.
    pub bytes_per_second: u64,
    /// All attempts of one call with small bodies together.
    pub total: Duration,
    /// Attempts, the first one included.
    pub attempts: u32,
    /// Longest first pause; doubles each time. The pause itself is random below it.
    pub backoff: Duration,
    /// No pause is longer, unless the server asks for it.
    pub backoff_cap: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            idle: Duration::from_secs(30),
            attempt: Duration::from_secs(10),
            part: Duration::from_secs(30),
            bytes_per_second: 256 * 1024,
            total: Duration::from_secs(60),
            attempts: 5,
            backoff: Duration::from_millis(100),
            backoff_cap: Duration::from_secs(5),
        }
    }
}

impl Timing {
    /// The limit of one attempt with a request body of `size` bytes; `slow` when the server has work to do.
    pub(super) fn one_attempt(&self, size: u64, slow: bool) -> Duration {
        if size <= SMALL && !slow {
            return self.attempt;
        }
        self.part + Duration::from_secs(size / self.bytes_per_second.max(1))
    }

    /// The limit of all attempts: enough for a second full one when a single one may take long.
    pub(super) fn all_attempts(&self, one: Duration) -> Duration {
        self.total.max(one * 2)
    }

    /// The pause after `tried` attempts: random below a doubling limit, but at least what the server asks for.
    pub(crate) fn pause(&self, tried: u32, retry_after: Option<Duration>) -> Duration {
        let doublings = tried.saturating_sub(1).min(16);
        let limit = (self.backoff * 2_u32.saturating_pow(doublings)).min(self.backoff_cap);
        let nanos = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        // The keys of the standard hasher are random; a generator of its own would be one more dependency.
        let random = RandomState::new().hash_one(tried) % nanos.max(1);
        Duration::from_nanos(random).max(retry_after.unwrap_or_default())
    }
}

/// Keeps retries to a tenth of the requests of a minute, so that an outage is not made worse by asking.
#[derive(Debug)]
pub(super) struct Quota {
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    since: Instant,
    requests: u64,
    retries: u64,
}

/// Retries that are always allowed in a minute: a quiet server must be able to retry at all.
const FREE_RETRIES: u64 = 20;

impl Quota {
    pub(super) fn new() -> Self {
        Self {
            window: Mutex::new(Window {
                since: Instant::now(),
                requests: 0,
                retries: 0,
            }),
        }
    }

    /// Counts a first attempt.
    pub(super) fn request(&self) {
        self.with(|window| window.requests += 1);
    }

    /// Whether one more retry is allowed; counts it.
    pub(super) fn retry(&self) -> bool {
        self.with(|window| {
            let allowed = window.retries < FREE_RETRIES + window.requests / 10;
            window.retries += u64::from(allowed);
            allowed
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Window) -> T) -> T {
        let mut window = self
            .window
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.since.elapsed() > Duration::from_secs(60) {
            *window = Window {
                since: Instant::now(),
                requests: 0,
                retries: 0,
            };
        }
        act(&mut window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_get_more_time() {
        let timing = Timing::default();
        assert_eq!(timing.one_attempt(SMALL, false), Duration::from_secs(10));
        assert_eq!(timing.one_attempt(0, true), Duration::from_secs(30));
        assert_eq!(timing.one_attempt(8 << 20, false), Duration::from_secs(62));
        assert_eq!(
            timing.all_attempts(Duration::from_secs(10)),
            Duration::from_secs(60)
        );
        assert_eq!(
            timing.all_attempts(Duration::from_secs(62)),
            Duration::from_secs(124)
        );
    }

    #[test]
    fn pauses_grow_up_to_the_cap_and_obey_the_server() {
        let timing = Timing::default();
        for (tried, limit_ms) in [
            (1, 100),
            (2, 200),
            (3, 400),
            (6, 3200),
            (7, 5000),
            (60, 5000),
        ] {
            for _ in 0..50 {
                assert!(
                    timing.pause(tried, None) < Duration::from_millis(limit_ms),
                    "{tried}"
                );
            }
        }
        assert_eq!(
            timing.pause(1, Some(Duration::from_secs(7))),
            Duration::from_secs(7)
        );
    }

    #[test]
    fn retries_are_a_tenth_of_the_requests() {
        let quota = Quota::new();
        let granted = |quota: &Quota| (0..1000).filter(|_| quota.retry()).count();
        assert_eq!(granted(&quota), 20);
        (0..500).for_each(|_| quota.request());
        assert_eq!(granted(&quota), 50);
    }
}
