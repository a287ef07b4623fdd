//! plotters' SVG backend, in whole pixels, with the colours of the theme.
use crate::{ChartError, ChartTheme, Size};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;

/// Larger than any screen; coordinates stay far from the limits of i32.
const MOST: u32 = 16_384;
/// Size of labels, CSS pixels.
const FONT_SIZE: f64 = 11.0;
/// Radius of a point without neighbours, pixels.
const DOT: i32 = 3;
/// The backend divides the size of a font by this before it writes it.
const BACKEND_FONT_SCALE: f64 = 1.24;

/// A drawing in the making.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    theme: &'a ChartTheme,
}

/// A rectangle: first pixel and the one after the last, both ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) top: u32,
    pub(crate) bottom: u32,
}

/// Refuses a size that leaves less than `least` to draw on, `plot`: width and height, pixels.
pub(crate) fn large_enough(
    size: Size,
    plot: (u32, u32),
    least: (u32, u32),
) -> Result<(), ChartError> {
    let Size { width, height } = size;
    if plot.0 < least.0 || plot.1 < least.1 {
        return Err(ChartError::TooSmall { width, height });
    }
    Ok(())
}

/// Draws an `<svg>` of this size.
pub(crate) fn draw(
    theme: &ChartTheme,
    size: Size,
    drawing: impl FnOnce(&Canvas) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let Size { width, height } = size;
    if width > MOST || height > MOST {
        return Err(ChartError::TooLarge { width, height });
    }
    let mut svg = String::new();
    let canvas = Canvas {
        area: SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area(),
        theme,
    };
    drawing(&canvas)?;
    canvas.area.present().map_err(failed)?;
    drop(canvas);
    Ok(svg)
}

impl Canvas<'_> {
    /// A filled rectangle.
    pub(crate) fn fill(&self, frame: Frame, colour: u32) -> Result<(), ChartError> {
        self.rectangle(frame, rgb(colour).filled())
    }
    /// The outline of a rectangle.
    pub(crate) fn outline(&self, frame: Frame, colour: u32) -> Result<(), ChartError> {
        self.rectangle(frame, rgb(colour).stroke_width(1))
    }
    /// A horizontal line.
    pub(crate) fn line(&self, left: u32, right: u32, y: u32) -> Result<(), ChartError> {
        let path = PathElement::new([point(left, y), point(right, y)], rgb(self.theme.line));
        self.area.draw(&path).map_err(failed)
    }
    /// A label that ends at `right` and is centred on `y`.
    pub(crate) fn label(&self, text: &str, right: u32, y: u32) -> Result<(), ChartError> {
        self.text(text, (HPos::Right, VPos::Center), right, y)
    }

    /// A label centred on `x`, below `y`.
    pub(crate) fn label_below(&self, text: &str, x: u32, y: u32) -> Result<(), ChartError> {
        self.text(text, (HPos::Center, VPos::Top), x, y)
    }
    /// A line through points, of this width; a point alone is a dot.
    pub(crate) fn path(&self, points: &[(u32, u32)], colour: u32) -> Result<(), ChartError> {
        if let [(x, y)] = points {
            let dot = Circle::new(point(*x, *y), DOT, rgb(colour).filled());
            return self.area.draw(&dot).map_err(failed);
        }
        let points: Vec<_> = points.iter().map(|(x, y)| point(*x, *y)).collect();
        let path = PathElement::new(points, rgb(colour).stroke_width(2));
        self.area.draw(&path).map_err(failed)
    }

    fn text(
        &self,
        text: &str,
        (across, along): (HPos, VPos),
        x: u32,
        y: u32,
    ) -> Result<(), ChartError> {
        let font = FontDesc::new(
            FontFamily::Name(&self.theme.font),
            FONT_SIZE * BACKEND_FONT_SCALE,
            FontStyle::Normal,
        );
        let ink = rgb(self.theme.ink);
        let style = TextStyle::from(font)
            .color(&ink)
            .pos(Pos::new(across, along));
        self.area
            .draw_text(text, &style, point(x, y))
            .map_err(failed)
    }

    fn rectangle(&self, frame: Frame, style: ShapeStyle) -> Result<(), ChartError> {
        let corners = [
            point(frame.left, frame.top),
            point(frame.right, frame.bottom),
        ];
        self.area
            .draw(&Rectangle::new(corners, style))
            .map_err(failed)
    }
}

fn failed(error: impl Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}

/// Sizes are checked before anything is drawn, so coordinates fit.
fn point(x: u32, y: u32) -> (i32, i32) {
    (x as i32, y as i32)
}

fn rgb(colour: u32) -> RGBColor {
    let [_, red, green, blue] = colour.to_be_bytes();
    RGBColor(red, green, blue)
}
