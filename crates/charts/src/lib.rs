//! Plain data, theme and size in; a plotters drawing (SVG) out.
//!
//! ```text
//! geometry  where the plot and each bar lie: for the drawing, and for what the page puts over it
//! bars      the bars of the zoom window, with axis and grid
//! minimap   the whole sequence as a thumbnail
//! over_time amounts as stacked columns, values as lines, over days
//! theme     colours, sizes, errors
//! canvas    plotters' SVG backend, in whole pixels
//! ```
//!
//! plotters measures text through the page in the browser, and guesses elsewhere. Nothing here asks it to: margins are
//! fixed, so a drawing is the same everywhere. It has no ids, classes or titles, and no text from a file.
pub mod bars;
mod canvas;
pub mod geometry;
pub mod minimap;
pub mod over_time;
pub mod theme;

pub use bars::{Bar, BarWindow, probability_bars};
pub use geometry::{PlotArea, Span, bar, index_at, plot_area, slot};
pub use minimap::minimap;
pub use over_time::{Axis, lines, stacked};
pub use theme::{ChartError, ChartTheme, Size};
