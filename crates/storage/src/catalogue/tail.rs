//! From where to list, so that nothing is ever missed.
//!
//! "Everything after the last key seen" loses data: a writer with a slow clock, a paused process or a repeated PUT
//! publishes a smaller id after the cursor has passed. So the cursor is a time of the store's own clock, read before a
//! listing that was applied completely, and the next listing begins a window earlier. Nothing here does I/O.

/// Longest time between the time in an id and its publication; a writer that took longer announces the object.
pub(crate) const LATE_MS: u64 = 60_000;
/// The safe window: a store refuses clocks that are 15 minutes off, one minute is for publishing, one for rounding.
const SAFE_MS: u64 = 17 * 60_000;
/// The quick window: for writers whose clocks are right.
const QUICK_MS: u64 = 3 * 60_000;
/// How often a safe pass is due.
const SAFE_EVERY_MS: u64 = 60_000;
/// How often everything of the last days is listed, whatever the cursors say.
const DAYS_EVERY_MS: u64 = 15 * 60_000;
/// How often everything is listed.
const ALL_EVERY_MS: u64 = 24 * 3_600_000;
pub(crate) const DAY_MS: u64 = 24 * 3_600_000;
/// So long after a snapshot was adopted everything is listed: it may know of what is not in the store, since a store may have
/// been restored from an older copy.
const DOUBT_MS: u64 = 60_000;

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Everything.
    All,
    /// Whole days, from yesterday on.
    Days,
    /// Ids of this time and later.
    Safe(u64),
    /// As well, but never moves the cursor of the safe passes.
    Quick(u64),
}

/// Where the listings of one prefix are: times of the store's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursors {
    /// Of the last listing that was complete in the sense of the safe window.
    pub(crate) safe: Option<u64>,
    quick: Option<u64>,
    days: Option<u64>,
    all: Option<u64>,
}

impl Cursors {
    /// After a start, with the cursor that the catalogue kept.
    pub(crate) fn kept(safe: Option<u64>) -> Self {
        Self {
            safe,
            quick: None,
            // What was missed while nobody looked is found by the first passes.
            days: None,
            all: safe,
        }
    }

    /// With the cursor of a snapshot. First what came since, so that a list is right at once; then the rest.
    pub(crate) fn adopted(safe: u64, now: u64) -> Self {
        Self {
            safe: Some(safe),
            quick: None,
            days: Some(now),
            all: Some((now + DOUBT_MS).saturating_sub(ALL_EVERY_MS)),
        }
    }

    /// What is due at a time.
    pub(crate) fn due(&self, now: u64) -> Pass {
        let due = |last: Option<u64>, every: u64| {
            last.is_none_or(|last| now.saturating_sub(last) >= every)
        };
        match (self.safe, self.quick) {
            (None, _) => Pass::All,
            _ if due(self.all, ALL_EVERY_MS) => Pass::All,
            _ if due(self.days, DAYS_EVERY_MS) => Pass::Days,
            (Some(safe), quick) if now.saturating_sub(safe) >= SAFE_EVERY_MS || quick.is_none() => {
                Pass::Safe(safe.saturating_sub(SAFE_MS))
            }
            (Some(safe), quick) => Pass::Quick(quick.unwrap_or(safe).saturating_sub(QUICK_MS)),
        }
    }

    /// A pass that was begun at `began` has been applied completely.
    pub(crate) fn done(&mut self, pass: Pass, began: u64) {
        self.quick = Some(began);
        match pass {
            Pass::Quick(_) => return,
            Pass::All => (self.all, self.days) = (Some(began), Some(began)),
            // After a pause of days there is more behind than yesterday, so the safe cursor stays.
            Pass::Days
                if self
                    .safe
                    .is_none_or(|safe| began.saturating_sub(safe) > DAY_MS - SAFE_MS) =>
            {
                self.days = Some(began);
                return;
            }
            Pass::Days => self.days = Some(began),
            Pass::Safe(_) => {}
        }
        self.safe = Some(began);
    }
}

#[cfg(test)]
mod tests;
