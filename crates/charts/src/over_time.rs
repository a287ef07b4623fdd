//! Amounts as stacked columns, and values as lines, over slots of time.
use crate::canvas::{self, Canvas, Frame};
use crate::{ChartError, ChartTheme, PlotArea, Size, Span, bar, slot};
use metrics::format;

/// Room for labels: left of the plot, below it, above and at its right.
const LEFT: u32 = 56;
const BOTTOM: u32 = 22;
const TOP: u32 = 8;
const RIGHT: u32 = 36;
/// Less than this is no chart, pixels of plot area.
const LEAST: (u32, u32) = (48, 48);
/// Marks of the axis of values, besides the one at 0, at most.
const MARKS: f64 = 4.0;

/// What stands at the axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Value at the upper edge, above 0; 0 is at the lower one.
    pub top: f64,
    /// Values with a line and a label, ascending.
    pub marks: Vec<f64>,
    /// Labels below slots.
    pub labels: Vec<(usize, String)>,
    /// Slots.
    pub slots: usize,
}

impl Axis {
    /// An axis from 0 to a round number of at least `largest`.
    pub fn up_to(largest: f64, labels: Vec<(usize, String)>, slots: usize) -> Self {
        let step = step(largest);
        let mut marks = vec![0.0];
        let mut count = 0.0;
        while count * step < largest && count < MARKS * 2.0 {
            count += 1.0;
            marks.push(count * step);
        }
        Self {
            top: count * step,
            marks,
            labels,
            slots,
        }
    }
}

/// 1, 2 or 5 times a power of ten: the least that needs few marks up to this number.
fn step(largest: f64) -> f64 {
    if !(largest.is_finite() && largest > 0.0) {
        return 1.0;
    }
    let mut power = 1.0;
    while power * MARKS < largest && power < 1e300 {
        power *= 10.0;
    }
    while power > largest && power > 1e-300 {
        power /= 10.0;
    }
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
    let fits = steps.iter().map(|part| part * power);
    fits.clone()
        .find(|step| step * MARKS >= largest)
        .unwrap_or(power * 10.0)
}

/// Draws a column for each slot: a stack of amounts of at least 0, the first one at the bottom, in these colours. The result is an
/// `<svg>` element.
///
/// # Errors
/// When the area is too small or too large.
pub fn stacked(
    stacks: &[Vec<f64>],
    axis: &Axis,
    colours: &[u32],
    theme: &ChartTheme,
    size: Size,
) -> Result<String, ChartError> {
    draw(axis, theme, size, |canvas, area| {
        for (index, parts) in stacks.iter().enumerate() {
            let Span { left, right } = bar(area, index, axis.slots);
            let mut below = 0.0;
            for (part, colour) in parts.iter().zip(colours) {
                let (bottom, top) = (height(below, axis, area), height(below + part, axis, area));
                below += part;
                // What is there is seen, however little it is.
                let top = if *part > 0.0 {
                    top.max(bottom + 1)
                } else {
                    top
                };
                let lower = area.top + area.height;
                if top > bottom {
                    let frame = Frame {
                        left,
                        right,
                        top: lower.saturating_sub(top),
                        bottom: lower - bottom,
                    };
                    canvas.fill(frame, *colour)?;
                }
            }
        }
        Ok(())
    })
}

/// Draws a line for each series, in these colours; a slot without a value breaks it. The result is an `<svg>` element.
///
/// # Errors
/// When the area is too small or too large.
pub fn lines(
    series: &[Vec<Option<f64>>],
    axis: &Axis,
    colours: &[u32],
    theme: &ChartTheme,
    size: Size,
) -> Result<String, ChartError> {
    draw(axis, theme, size, |canvas, area| {
        for (values, colour) in series.iter().zip(colours) {
            let mut points = Vec::new();
            for (index, value) in values.iter().enumerate() {
                match value.filter(|value| value.is_finite()) {
                    Some(value) => {
                        let Span { left, right } = slot(area, index, axis.slots);
                        let y = area.top + area.height - height(value, axis, area);
                        points.push((left.midpoint(right), y));
                    }
                    None if points.is_empty() => {}
                    None => canvas.path(&std::mem::take(&mut points), *colour)?,
                }
            }
            if !points.is_empty() {
                canvas.path(&points, *colour)?;
            }
        }
        Ok(())
    })
}

fn draw(
    axis: &Axis,
    theme: &ChartTheme,
    size: Size,
    plot: impl FnOnce(&Canvas<'_>, PlotArea) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let area = PlotArea {
        left: LEFT,
        top: TOP,
        width: size.width.saturating_sub(LEFT + RIGHT),
        height: size.height.saturating_sub(TOP + BOTTOM),
    };
    canvas::large_enough(size, (area.width, area.height), LEAST)?;
    let bottom = area.top + area.height;
    canvas::draw(theme, size, |canvas| {
        for mark in &axis.marks {
            let y = bottom - height(*mark, axis, area);
            canvas.line(area.left, area.left + area.width, y)?;
            canvas.label(&format::sig3(*mark), area.left - 6, y)?;
        }
        for (index, label) in &axis.labels {
            let Span { left, right } = slot(area, *index, axis.slots);
            canvas.label_below(label, left.midpoint(right), bottom + 6)?;
        }
        plot(canvas, area)
    })
}

/// Pixels above the lower edge.
fn height(value: f64, axis: &Axis, area: PlotArea) -> u32 {
    let share = (value / axis.top).clamp(0.0, 1.0);
    (share * f64::from(area.height)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (largest, marks) in [
            (0.0, vec![0.0]),
            (1.0, vec![0.0, 0.5, 1.0]),
            (3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (7.0, vec![0.0, 2.0, 4.0, 6.0, 8.0]),
            (950.0, vec![0.0, 500.0, 1000.0]),
            (12_345.0, vec![0.0, 5_000.0, 10_000.0, 15_000.0]),
            (f64::NAN, vec![0.0]),
        ] {
            let axis = Axis::up_to(largest, Vec::new(), 3);
            assert_eq!(axis.marks, marks, "{largest}");
        }
        let small = Axis::up_to(0.037, Vec::new(), 1);
        assert!(small.top >= 0.037 && small.top < 0.08, "{small:?}");
    }

    fn theme() -> ChartTheme {
        ChartTheme {
            ink: 1,
            line: 2,
            bands: [3, 4, 5],
            font: "sans-serif".into(),
        }
    }

    const SIZE: Size = Size {
        width: 164,
        height: 130,
    };

    #[test]
    fn columns_are_stacked_from_the_bottom() {
        let axis = Axis::up_to(4.0, vec![(0, "Monday".into())], 2);
        let svg = stacked(
            &[vec![1.0, 3.0], vec![0.0, 2.0]],
            &axis,
            &[0x11, 0x12],
            &theme(),
            SIZE,
        )
        .unwrap();
        assert_eq!(svg.matches("fill=\"#000011\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("fill=\"#000012\"").count(), 2, "{svg}");
        assert!(svg.contains("Monday"), "{svg}");
    }

    #[test]
    fn lines_break_where_nothing_is_known() {
        let axis = Axis::up_to(4.0, Vec::new(), 5);
        let values = vec![Some(1.0), Some(2.0), None, Some(3.0), Some(f64::NAN)];
        let svg = lines(&[values], &axis, &[0x11], &theme(), SIZE).unwrap();
        assert_eq!(
            svg.matches("<polyline").count() - axis.marks.len(),
            1,
            "{svg}"
        );
        assert_eq!(svg.matches("<circle").count(), 1, "{svg}");
        let tiny = Size {
            width: 60,
            height: 60,
        };
        assert!(lines(&[], &axis, &[], &theme(), tiny).is_err());
    }
}
