//! A passage of one sequence as a picture (SVG), with its legend and its scale.
//!
//! The text is text: it can be selected, searched and read aloud. It stands in columns of one width, and every piece is told
//! its length, so that the colours lie right whatever the font is. What stands in a file is never more than text in the
//! picture: it is escaped, and signs that steer are drawn as signs. Pieces stand in the order in which they were written, from
//! left to right, also where a script is read the other way.
mod flow;
mod look;
mod scale;

pub use look::Look;

use analysis::Scale;
use api::Piece;
use flow::{COLUMN, COLUMNS, Flow, LINE, Run};
use look::Colours;
use markup::{Text, short};
use metrics::Mark;
use metrics::format::counted;
use std::io::{self, Write};

/// Lines of text in one picture: with more of them browsers make no PNG of twice its size.
pub const LINES: usize = 250;

/// Pixels around everything.
const MARGIN: usize = 28;
/// Width of a picture, pixels.
const WIDTH: usize = COLUMNS * COLUMN + 2 * MARGIN;
/// Characters of a line of words above and below the text: so many fit in any usual font.
const WORDS: usize = 110;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// Name of the run.
    pub name: &'a str,
    /// What is known of the sequence, in a few words each.
    pub facts: &'a [String],
    /// The pieces of the text.
    pub pieces: &'a [Piece],
    /// Codes of their marks, piece by piece.
    pub marks: &'a [u8],
    /// The tokens that match the filter, ascending.
    pub hits: &'a [u32],
    /// By what they are coloured.
    pub scale: Scale,
    /// How the screen looks.
    pub look: &'a Look,
}

/// Writes the picture.
///
/// # Errors
/// Those of `out`.
pub fn write(passage: &Passage<'_>, out: &mut dyn Write) -> io::Result<()> {
    let colours = Colours::of(passage.look);
    let flow = Flow::of(passage.pieces, LINES);
    let first = MARGIN + 62;
    let below = first + flow.lines * LINE + 16;
    let height = below + scale::HEIGHT + MARGIN;
    let name = short(passage.name, WORDS);
    let name = Text(&name);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\" fill=\"{}\">\
         <title>{name}</title>\
         <defs><pattern id=\"none\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" stroke=\"{}\" stroke-opacity=\"0.6\"/></pattern></defs>\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"{}\"/>\
         <text x=\"{MARGIN}\" y=\"{}\" font-size=\"17\" font-weight=\"600\" fill=\"{}\">{name}</text>",
        colours.quiet,
        colours.line,
        colours.surface,
        MARGIN + 14,
        colours.ink
    )?;
    let facts = short(&passage.facts.join(" · "), WORDS);
    words(out, MARGIN, MARGIN + 38, &facts)?;
    for run in &flow.runs {
        draw(passage, &colours, run, first, out)?;
    }
    let left = passage.pieces.len() - flow.pieces;
    if left > 0 {
        let more = counted(left as u64, "more piece", "more pieces");
        let more = format!("… and {more} of text");
        words(out, MARGIN, below - 4, &more)?;
    }
    let shown = passage.marks.get(..flow.pieces).unwrap_or(passage.marks);
    scale::draw(passage.scale, shown, &colours, (MARGIN, below + 22), out)?;
    out.write_all(b"</svg>\n")
}

/// A line of words that are ours, or that [`short`] has made plain.
fn words(out: &mut dyn Write, x: usize, y: usize, text: &str) -> io::Result<()> {
    write!(out, "<text x=\"{x}\" y=\"{y}\">{}</text>", Text(text))
}

/// One piece on one line: its colour, its line, its text.
fn draw(
    passage: &Passage<'_>,
    colours: &Colours,
    run: &Run,
    first: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (x, y) = (MARGIN + run.column * COLUMN, first + run.line * LINE);
    let width = run.width * COLUMN;
    let piece = passage.pieces.get(run.piece);
    let is_sign = piece.is_some_and(|piece| markup::is_sign(&piece.text));
    let mark = Mark::from_code(passage.marks.get(run.piece).copied().unwrap_or(u8::MAX));
    let is_hit = piece.is_some_and(|piece| {
        let end = passage.pieces.get(run.piece + 1);
        let end = end.map_or(u32::MAX, |next| next.token);
        let from = passage.hits.partition_point(|&hit| hit < piece.token);
        passage.hits.get(from).is_some_and(|&hit| hit < end)
    });
    if width > 0 && (passage.look.signs || !is_sign || mark.band().is_none()) {
        colours.behind(mark, (x, y, width), out)?;
    }
    let weight = if is_hit {
        let accent = &colours.accent;
        write!(
            out,
            "<path d=\"M{x} {}h{width}\" stroke=\"{accent}\" stroke-width=\"2\"/>",
            y + 3
        )?;
        " font-weight=\"700\""
    } else {
        ""
    };
    if width > 0 {
        write!(
            out,
            "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" style=\"white-space:pre\" direction=\"ltr\" unicode-bidi=\"isolate\" font-family=\"monospace\" font-size=\"15\" fill=\"{}\"{weight}>{}</text>",
            y + 19,
            colours.ink,
            Text(&run.text)
        )?;
    }
    if run.breaks {
        write!(
            out,
            "<text x=\"{}\" y=\"{}\" font-size=\"12\" aria-hidden=\"true\">⏎</text>",
            x + width + 2,
            y + 19
        )?;
    }
    Ok(())
}
