//! The window of the chart over a long sequence. Pure.

/// Tokens shown at first.
pub(super) const FIRST_BARS: u32 = 24;
/// Fewest tokens of a window.
pub(super) const FEWEST_BARS: u32 = 4;
/// Most tokens of a window: more bars than this are lines.
pub(super) const MOST_BARS: u32 = 200;

/// A stretch of tokens: `start` to `end`, never empty unless the sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TokenWindow {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Tokens of the sequence.
    pub(super) total: u32,
}

impl TokenWindow {
    /// The first window, around `token` if there is one.
    pub(super) fn first(total: u32, token: Option<u32>) -> Self {
        let window = Self {
            start: 0,
            end: FIRST_BARS.min(total),
            total,
        };
        token.map_or(window, |token| window.showing(token))
    }

    pub(super) fn len(self) -> u32 {
        self.end - self.start
    }

    /// The window moved as little as possible, but with `token` not at its edge.
    pub(super) fn showing(self, token: u32) -> Self {
        if (self.start..self.end).contains(&token) {
            return self;
        }
        self.moved_to(token.saturating_sub(self.len() / 2))
    }

    /// The window at another place, as long as before.
    pub(super) fn moved_to(self, start: u32) -> Self {
        let start = start.min(self.total - self.len());
        Self {
            start,
            end: start + self.len(),
            ..self
        }
    }

    pub(super) fn moved_by(self, tokens: i64) -> Self {
        self.moved_to(shift(self.start, tokens))
    }

    /// Another left end; the right one stays.
    pub(super) fn with_start(self, start: u32) -> Self {
        let latest = self.end.saturating_sub(FEWEST_BARS.min(self.total));
        let earliest = self.end.saturating_sub(MOST_BARS);
        Self {
            start: start.clamp(earliest, latest.max(earliest)),
            ..self
        }
    }

    /// Another right end; the left one stays.
    pub(super) fn with_end(self, end: u32) -> Self {
        let earliest = (self.start + FEWEST_BARS).min(self.total);
        let latest = (self.start + MOST_BARS).min(self.total);
        Self {
            end: end.clamp(earliest, latest.max(earliest)),
            ..self
        }
    }
}

/// A position moved by some tokens, not below 0.
pub(super) fn shift(position: u32, tokens: i64) -> u32 {
    u32::try_from((i64::from(position) + tokens).max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_window_shows_the_pinned_token() {
        assert_eq!(
            TokenWindow::first(475, None),
            TokenWindow {
                start: 0,
                end: 24,
                total: 475
            }
        );
        assert_eq!(
            TokenWindow::first(475, Some(10)),
            TokenWindow {
                start: 0,
                end: 24,
                total: 475
            }
        );
        assert_eq!(
            TokenWindow::first(475, Some(322)),
            TokenWindow {
                start: 310,
                end: 334,
                total: 475
            }
        );
        assert_eq!(
            TokenWindow::first(475, Some(474)),
            TokenWindow {
                start: 451,
                end: 475,
                total: 475
            }
        );
        assert_eq!(
            TokenWindow::first(3, None),
            TokenWindow {
                start: 0,
                end: 3,
                total: 3
            }
        );
    }

    proptest! {
        #[test]
        fn a_window_stays_inside(total in 1..2_000u32, steps in proptest::collection::vec((0..4u8, 0..2_100u32, -300..300i64), 0..20)) {
            let mut window = TokenWindow::first(total, None);
            for (kind, position, tokens) in steps {
                window = match kind {
                    0 => window.with_start(position),
                    1 => window.with_end(position),
                    2 => window.moved_by(tokens),
                    _ => window.showing(position.min(total - 1)),
                };
                prop_assert!(window.start < window.end && window.end <= total, "{window:?}");
                prop_assert!(window.len() <= MOST_BARS && window.len() >= FEWEST_BARS.min(total), "{window:?}");
            }
        }
    }
}
