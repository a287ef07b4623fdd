//! Bars of token probabilities.
use crate::canvas::{self, Frame};
use crate::{ChartError, ChartTheme, Size, Span, bar, plot_area};
use metrics::format;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Probability, 0 to 1; `None` for a token without a value.
    pub probability: Option<f64>,
    /// Band: 0 low, 1 middle, 2 high; `None` for a token without a value.
    pub band: Option<u8>,
}

/// The bars of the zoom window.
#[derive(Debug, Clone, PartialEq)]
pub struct BarWindow {
    /// Index of the first bar's token.
    pub first: usize,
    /// The bars, in order; at most about 200.
    pub bars: Vec<Bar>,
    /// Probabilities at which the bands meet: grid lines beside those at 0 and 1.
    pub limits: [f64; 2],
}

/// Height of the outline that stands for a token without a value, pixels.
const STUB: u32 = 6;
/// Labels nearer to each other than this touch, pixels.
const LABEL_HEIGHT: u32 = 11;
/// Less than this is no chart, pixels of plot area.
const LEAST: (u32, u32) = (24, 24);

/// Draws the static layer: axes, grid and bars. The result is an `<svg>` element.
///
/// Bars lie where [`bar`] says. A bar is at least one pixel high; a token without a value is a short outline, in the
/// colour of its band if it has one (it is below what the server reports), else in that of the labels.
///
/// # Errors
/// When the area is too small or too large.
pub fn probability_bars(
    window: &BarWindow,
    theme: &ChartTheme,
    size: Size,
) -> Result<String, ChartError> {
    let area = plot_area(size);
    canvas::large_enough(size, (area.width, area.height), LEAST)?;
    let bottom = area.top + area.height;
    canvas::draw(theme, size, |canvas| {
        let [first, second] = window.limits;
        let heights = [0.0, first, second, 1.0].map(|limit| pixels(limit, area.height));
        for (index, limit) in [0.0, first, second, 1.0].into_iter().enumerate() {
            let y = bottom - heights[index];
            canvas.line(area.left, area.left + area.width, y)?;
            // The ends and the first limit before the second one, where two labels would lie over each other.
            let taken = match index {
                1 => &[heights[0], heights[3]][..],
                2 => &[heights[0], heights[1], heights[3]][..],
                _ => &[][..],
            };
            if taken
                .iter()
                .all(|other| other.abs_diff(heights[index]) >= LABEL_HEIGHT)
            {
                canvas.label(&format::sig3(limit), area.left - 6, y)?;
            }
        }
        for (index, one) in window.bars.iter().enumerate() {
            let Span { left, right } = bar(area, index, window.bars.len());
            let frame = |height: u32| Frame {
                left,
                right,
                top: bottom - height,
                bottom,
            };
            let colour = one
                .band
                .and_then(|band| theme.bands.get(usize::from(band)))
                .copied()
                .unwrap_or(theme.ink);
            match one.probability.filter(|probability| !probability.is_nan()) {
                Some(probability) => {
                    canvas.fill(frame(pixels(probability, area.height).max(1)), colour)?
                }
                None => canvas.outline(frame(STUB), colour)?,
            }
        }
        Ok(())
    })
}

/// Height of a probability.
pub(crate) fn pixels(probability: f64, height: u32) -> u32 {
    (probability.clamp(0.0, 1.0) * f64::from(height)).round() as u32
}
