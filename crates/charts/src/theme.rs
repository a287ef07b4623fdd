//! Colours and sizes of a drawing.

/// Colours of a drawing, 0xRRGGBB. The page fills it from its custom properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartTheme {
    /// Axis labels.
    pub ink: u32,
    /// Grid and axis lines.
    pub line: u32,
    /// Low, middle and high band.
    pub bands: [u32; 3],
    /// Font family of the labels.
    pub font: String,
}

/// Size in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// Why a drawing failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The area is too small to draw in.
    #[error("{width} by {height} pixels are too few to draw a chart in")]
    TooSmall {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// The area is larger than any screen.
    #[error("{width} by {height} pixels are too many to draw a chart in")]
    TooLarge {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// plotters could not draw.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
}
