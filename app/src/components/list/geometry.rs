//! Where the rows of the list lie. Pure.

/// Rows of one height, at most one of them open with a height of its own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Geometry {
    /// Height of a closed row, CSS pixels, gap included; 0 until it is known.
    pub(super) row: f64,
    /// Number of rows.
    pub(super) count: u32,
    /// Position and height of the open row.
    pub(super) open: Option<(u32, f64)>,
}

impl Geometry {
    /// What the open row is taller than the others.
    fn extra(&self) -> f64 {
        // The gap below a row is part of its height: an open card measures without it.
        self.open
            .map_or(0.0, |(_, height)| (height - self.row + GAP).max(0.0))
    }

    /// Distance from the top of the list to a row.
    pub(super) fn top_of(&self, position: u32) -> f64 {
        let after_open = self.open.is_some_and(|(open, _)| position > open);
        f64::from(position) * self.row + if after_open { self.extra() } else { 0.0 }
    }

    /// Height of the whole list.
    pub(super) fn total(&self) -> f64 {
        f64::from(self.count) * self.row + self.extra()
    }

    /// First row and the one after the last that touch the window, `overscan` more on both sides.
    /// `top` is the scroll position relative to the list, `height` that of the window.
    pub(super) fn visible(&self, top: f64, height: f64, overscan: u32) -> (u32, u32) {
        if self.row <= 0.0 || self.count == 0 {
            return (0, 0);
        }
        let first = self.at(top).saturating_sub(overscan);
        let last = self.at(top + height);
        (first, last.saturating_add(overscan + 1).min(self.count))
    }

    /// The row at a distance from the top, the nearest one outside of the list.
    fn at(&self, y: f64) -> u32 {
        let position = match self.open {
            Some((open, _)) if y >= self.top_of(open) => {
                let below = y - self.top_of(open) - self.row - self.extra();
                f64::from(open) + 1.0 + (below / self.row).floor().max(-1.0)
            }
            _ => (y / self.row).floor(),
        };
        // A saturating cast: negative and too large positions end at the borders.
        (position as u32).min(self.count.saturating_sub(1))
    }
}

/// Gap between two rows, CSS pixels: `--row-gap` of the style sheet.
const GAP: f64 = 12.0;

/// Rows from a first one to before an end.
pub(super) type Rows = (u32, u32);

/// The rows to show in the next picture: those of `shown` that are still wanted, and at most `budget` more. What is in the
/// window comes first, downwards; then what is around it.
pub(super) fn step(shown: Rows, window: Rows, wanted: Rows, budget: u32) -> Rows {
    let (first, end) = wanted;
    if first >= end {
        return (first, first);
    }
    let top = window.0.clamp(first, end - 1);
    let bottom = window.1.clamp(top, end);
    let mut rows = (shown.0.max(first), shown.1.min(end));
    // Far from what was shown: begin anew.
    if rows.0 >= rows.1 || rows.0 > bottom || rows.1 < top {
        rows = (top, top);
    }
    let mut left = budget;
    let mut take = |missing: u32| {
        let taken = missing.min(left);
        left -= taken;
        taken
    };
    rows.1 += take(bottom.saturating_sub(rows.1));
    rows.0 -= take(rows.0.saturating_sub(top));
    rows.1 += take(end - rows.1);
    rows.0 -= take(rows.0 - first);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSED: Geometry = Geometry {
        row: 100.0,
        count: 1_000,
        open: None,
    };
    const OPEN: Geometry = Geometry {
        row: 100.0,
        count: 1_000,
        open: Some((5, 588.0)),
    };

    #[test]
    fn a_picture_gets_so_many_new_rows_and_what_is_in_the_window_first() {
        for (shown, window, wanted, budget, next) in [
            // A first picture, and a jump.
            ((0, 0), (0, 5), (0, 11), 4, (0, 4)),
            ((0, 11), (100, 106), (94, 112), 4, (100, 104)),
            // The window, then what is below it, then what is above.
            ((100, 104), (100, 106), (94, 112), 4, (100, 108)),
            ((100, 108), (100, 106), (94, 112), 4, (100, 112)),
            ((100, 112), (100, 106), (94, 112), 4, (96, 112)),
            ((96, 112), (100, 106), (94, 112), 4, (94, 112)),
            ((94, 112), (100, 106), (94, 112), 4, (94, 112)),
            // A little up: what is no longer wanted goes.
            ((94, 112), (92, 98), (86, 104), 4, (90, 104)),
            ((90, 104), (92, 98), (86, 104), 40, (86, 104)),
            // A page down.
            ((94, 112), (110, 116), (104, 122), 4, (104, 116)),
            // Not all of the window is there yet.
            ((0, 0), (100, 106), (94, 102), 4, (98, 102)),
            ((0, 0), (100, 106), (94, 99), 2, (97, 99)),
            ((3, 9), (0, 5), (0, 0), 4, (0, 0)),
        ] {
            assert_eq!(
                step(shown, window, wanted, budget),
                next,
                "{shown:?} {window:?} {wanted:?} {budget}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn all_that_is_wanted_is_shown_in_the_end(shown in (0_u32..50, 0_u32..50), window in (0_u32..50, 0_u32..20), around in (0_u32..50, 0_u32..30), budget in 1_u32..9) {
            let window = (window.0, window.0 + window.1);
            let wanted = (around.0, around.0 + around.1);
            let mut rows = shown;
            for _ in 0..60 {
                let next = step(rows, window, wanted, budget);
                let new = (next.0..next.1).filter(|row| !(rows.0..rows.1).contains(row)).count();
                proptest::prop_assert!(new <= budget as usize);
                rows = next;
            }
            proptest::prop_assert!(rows == wanted || wanted.0 == wanted.1 && rows.0 == rows.1);
        }
    }

    #[test]
    fn closed_rows_are_a_multiplication_away() {
        assert_eq!(CLOSED.top_of(7), 700.0);
        assert_eq!(CLOSED.total(), 100_000.0);
        assert_eq!(CLOSED.visible(0.0, 500.0, 0), (0, 6));
        assert_eq!(CLOSED.visible(250.0, 500.0, 2), (0, 10));
        assert_eq!(CLOSED.visible(99_900.0, 500.0, 2), (997, 1_000));
    }

    #[test]
    fn rows_below_the_open_one_move_down() {
        assert_eq!(OPEN.top_of(5), 500.0);
        assert_eq!(OPEN.top_of(6), 1_100.0);
        assert_eq!(OPEN.total(), 100_500.0);
        // Inside the open row, and just below it.
        assert_eq!(OPEN.visible(700.0, 100.0, 0), (5, 6));
        assert_eq!(OPEN.visible(1_050.0, 100.0, 0), (5, 7));
        assert_eq!(OPEN.visible(1_100.0, 99.0, 0), (6, 7));
    }

    #[test]
    fn every_row_is_found_at_its_own_place() {
        for shape in [CLOSED, OPEN] {
            for position in 0..shape.count {
                assert_eq!(shape.at(shape.top_of(position) + 0.5), position);
                assert_eq!(shape.at(shape.top_of(position) + shape.row - 0.5), position);
            }
        }
    }

    #[test]
    fn before_it_is_measured_nothing_is_drawn() {
        assert_eq!(Geometry::default().visible(0.0, 500.0, 2), (0, 0));
        assert_eq!(
            Geometry {
                row: 10.0,
                ..Geometry::default()
            }
            .visible(0.0, 500.0, 2),
            (0, 0)
        );
        assert_eq!(CLOSED.visible(-5_000.0, 100.0, 0), (0, 1));
    }
}
