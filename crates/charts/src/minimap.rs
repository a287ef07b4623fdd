//! The whole sequence as a thumbnail.
use crate::bars::pixels;
use crate::canvas::{self, Frame};
use crate::{ChartError, ChartTheme, PlotArea, Size, Span, slot};

/// Less than this is no drawing, pixels.
const LEAST: (u32, u32) = (8, 8);

/// Draws one column per value, over the whole width and height, coloured by the band that `band_of` gives the column with this index:
/// 0 low, 1 middle, 2 high, `None` for the colour of the labels. `values` are the smallest probabilities of neighbouring stretches
/// (`analysis::minimum_per_column`), at most one per pixel; a stretch without any value is left free. The result is an `<svg>` element.
///
/// # Errors
/// When the area is too small or too large.
pub fn minimap(
    values: &[Option<f64>],
    band_of: &dyn Fn(usize) -> Option<u8>,
    theme: &ChartTheme,
    size: Size,
) -> Result<String, ChartError> {
    let Size { width, height } = size;
    canvas::large_enough(size, (width, height), LEAST)?;
    let area = PlotArea {
        left: 0,
        top: 0,
        width,
        height,
    };
    canvas::draw(theme, size, |canvas| {
        for column in columns(values, band_of, area) {
            let band = column.band.map(usize::from);
            let colour = band.and_then(|band| theme.bands.get(band));
            canvas.fill(column.frame, colour.copied().unwrap_or(theme.ink))?;
        }
        Ok(())
    })
}

/// Neighbours that look alike.
struct Column {
    frame: Frame,
    band: Option<u8>,
}

/// The columns from left to right; neighbours of equal height and band are one, because most of a text is.
fn columns(
    values: &[Option<f64>],
    band_of: &dyn Fn(usize) -> Option<u8>,
    area: PlotArea,
) -> Vec<Column> {
    let mut out: Vec<Column> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let Span { left, right } = slot(area, index, values.len());
        let Some(value) = value.filter(|value| !value.is_nan() && right > left) else {
            continue;
        };
        let (band, bottom) = (band_of(index), area.top + area.height);
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
