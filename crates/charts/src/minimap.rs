//! The whole sequence as a thumbnail.
use crate::bars::pixels;
use crate::canvas::{self, Frame};
use crate::{ChartError, ChartTheme, PlotArea, Size, Span, slot};
use metrics::Band;

/// Less than this is no drawing, pixels.
const LEAST: (u32, u32) = (8, 8);

/// Draws one column per value, over the whole width and height, coloured by the band that `band_of` gives it. `values` are the smallest
/// probabilities of neighbouring stretches (`analysis::minimum_per_column`), at most one per pixel; a stretch without
/// any value is left free. The result is an `<svg>` element.
///
/// # Errors
/// When the area is too small or too large.
pub fn minimap(
    values: &[Option<f64>],
    band_of: &dyn Fn(f64) -> Band,
    theme: &ChartTheme,
    size: Size,
) -> Result<String, ChartError> {
    let Size { width, height } = size;
    if width < LEAST.0 || height < LEAST.1 {
        return Err(ChartError::TooSmall { width, height });
    }
    let area = PlotArea {
        left: 0,
        top: 0,
        width,
        height,
    };
    canvas::draw(theme, size, |canvas| {
        for column in columns(values, band_of, area) {
            canvas.fill(column.frame, theme.bands[column.band as usize])?;
        }
        Ok(())
    })
}

/// Neighbours that look alike.
struct Column {
    frame: Frame,
    band: Band,
}

/// The columns from left to right; neighbours of equal height and band are one, because most of a text is.
fn columns(values: &[Option<f64>], band_of: &dyn Fn(f64) -> Band, area: PlotArea) -> Vec<Column> {
    let mut out: Vec<Column> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let Span { left, right } = slot(area, index, values.len());
        let Some(value) = value.filter(|value| !value.is_nan() && right > left) else {
            continue;
        };
        let (band, bottom) = (band_of(value), area.top + area.height);
        let top = bottom - pixels(value, area.height).max(1);
        match out.last_mut() {
            Some(last) if (last.frame.right, last.frame.top, last.band) == (left, top, band) => {
                last.frame.right = right
            }
            _ => out.push(Column {
                frame: Frame {
                    left,
                    right,
                    top,
                    bottom,
                },
                band,
            }),
        }
    }
    out
}
