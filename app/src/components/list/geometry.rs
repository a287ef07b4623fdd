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
