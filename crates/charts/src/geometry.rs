//! Where the plot and each bar lie, in whole CSS pixels: the same numbers for the drawing and for what lies over it.
use crate::Size;

/// Room for the labels of the axis.
const LEFT: u32 = 36;
/// Half a label sticks out above and below the plot.
const TOP: u32 = 8;
const BOTTOM: u32 = 8;
const RIGHT: u32 = 4;

/// The rectangle between the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlotArea {
    /// Pixels from the left edge of the drawing.
    pub left: u32,
    /// Pixels from the top edge: here p = 1.
    pub top: u32,
    /// Width; 0 when there is no room.
    pub width: u32,
    /// Height, from p = 1 down to p = 0; 0 when there is no room.
    pub height: u32,
}

/// A stretch of the x axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First pixel, from the left edge of the drawing.
    pub left: u32,
    /// Pixel after the last.
    pub right: u32,
}

/// The plot area of a bar chart of this size.
pub fn plot_area(size: Size) -> PlotArea {
    PlotArea {
        left: LEFT,
        top: TOP,
        width: size.width.saturating_sub(LEFT + RIGHT),
        height: size.height.saturating_sub(TOP + BOTTOM),
    }
}

/// The part of the plot area that belongs to bar `index` of `count`. The slots of all bars cover the area without a gap.
pub fn slot(area: PlotArea, index: usize, count: usize) -> Span {
    // With more bars than pixels a slot is empty.
    let edge = |index: usize| {
        let share = index.min(count) as u64 * u64::from(area.width) / (count.max(1) as u64);
        area.left + u32::try_from(share).unwrap_or(area.width)
    };
    Span {
        left: edge(index),
        right: edge(index.saturating_add(1)),
    }
}

/// Where bar `index` of `count` is drawn: its slot without the gap to its neighbours, at least one pixel.
pub fn bar(area: PlotArea, index: usize, count: usize) -> Span {
    let slot = slot(area, index, count);
    let width = slot.right - slot.left;
    // A tenth on either side, at most three pixels; bars without room for a gap touch.
    let gap = if width < 4 {
        0
    } else {
        (width / 10).clamp(1, 3)
    };
    Span {
        left: slot.left + gap,
        right: (slot.right - gap).max(slot.left + 1),
    }
}

/// The bar whose slot a pixel lies in; `None` outside of the plot.
pub fn index_at(area: PlotArea, count: usize, x: f64) -> Option<usize> {
    let right = area.left + area.width;
    if count == 0 || !(f64::from(area.left)..f64::from(right)).contains(&x) {
        return None;
    }
    let offset = x as u64 - u64::from(area.left);
    // The last bar that begins at or before this pixel.
    let index = ((offset + 1) * count as u64).div_ceil(u64::from(area.width)) - 1;
    usize::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fixed_margins() {
        let area = plot_area(Size {
            width: 640,
            height: 180,
        });
        assert_eq!(
            area,
            PlotArea {
                left: 36,
                top: 8,
                width: 600,
                height: 164
            }
        );
        assert_eq!(
            plot_area(Size {
                width: 3,
                height: 0
            }),
            PlotArea {
                left: 36,
                top: 8,
                width: 0,
                height: 0
            }
        );
    }

    #[test]
    fn bars_in_their_slots() {
        let area = PlotArea {
            left: 10,
            top: 0,
            width: 100,
            height: 50,
        };
        for (found, (left, right)) in [
            (slot(area, 0, 4), (10, 35)),
            (bar(area, 0, 4), (12, 33)),
            (slot(area, 3, 4), (85, 110)),
            (bar(area, 0, 1), (13, 107)),
            // More bars than pixels: one pixel each, even where the slot is empty.
            (slot(area, 1, 300), (10, 10)),
            (bar(area, 1, 300), (10, 11)),
            // Nonsense has no panic.
            (slot(area, 7, 4), (110, 110)),
            (slot(area, usize::MAX, 0), (10, 10)),
        ] {
            assert_eq!(found, Span { left, right });
        }
    }

    #[test]
    fn outside_of_the_plot() {
        let area = PlotArea {
            left: 10,
            top: 0,
            width: 100,
            height: 50,
        };
        for x in [9.9, 110.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(index_at(area, 4, x), None);
        }
        assert_eq!(index_at(area, 0, 50.0), None);
        assert_eq!(index_at(PlotArea { width: 0, ..area }, 4, 10.0), None);
        assert_eq!(index_at(area, 4, 109.9), Some(3));
    }

    proptest! {
        #[test]
        fn slots_cover_the_area_and_pixels_find_them(width in 1..2000_u32, count in 1..400_usize) {
            let area = PlotArea { left: 36, top: 8, width, height: 100 };
            let mut next = area.left;
            for index in 0..count {
                let (slot, bar) = (slot(area, index, count), bar(area, index, count));
                prop_assert_eq!(slot.left, next);
                prop_assert!(bar.left >= slot.left && bar.right > bar.left);
                prop_assert!(bar.right <= slot.right.max(slot.left + 1));
                for x in slot.left..slot.right {
                    prop_assert_eq!(index_at(area, count, f64::from(x) + 0.5), Some(index));
                }
                next = slot.right;
            }
            prop_assert_eq!(next, area.left + width);
        }
    }
}
