//! The scale below a passage: which values have which colour, and how many tokens of the passage have which.
use super::look::Colours;
use super::words;
use analysis::{Quantity, Scale};
use metrics::format::count;
use metrics::{Band, Mark};
use std::io::{self, Write};

/// Height of all of it, pixels.
pub(super) const HEIGHT: usize = 96;
/// Width of the bar with the bands, pixels.
const BAR: usize = 360;
/// Width of an entry of the legend, pixels.
const ENTRY: usize = 176;

/// Draws it from this place on: left edge, and the line of the first words.
pub(super) fn draw(
    scale: Scale,
    marks: &[u8],
    colours: &Colours,
    (x, y): (usize, usize),
    out: &mut dyn Write,
) -> io::Result<()> {
    words(out, x, y, &scale.lens.title())?;
    bar(scale, colours, (x + 300, y - 10), out)?;
    legend(scale, marks, colours, (x, y + 52), out)
}

/// The bands as parts of one bar, with the values where they meet.
fn bar(
    scale: Scale,
    colours: &Colours,
    (x, y): (usize, usize),
    out: &mut dyn Write,
) -> io::Result<()> {
    let steps = usize::from(scale.lens.steps());
    let at = |step: usize| x + step * BAR / steps.max(1);
    let [first, second] = scale.cuts().map(usize::from);
    for (from, to) in [(0, first), (first, second), (second, steps)] {
        let band = scale.band_of_step(from.min(steps.saturating_sub(1)));
        if let Some(colour) = colours.bands.get(band as usize)
            && from < to
        {
            write!(
                out,
                "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"12\" fill=\"{colour}\"/>",
                at(from),
                at(to) - at(from)
            )?;
        }
    }
    let per_unit = f64::from(scale.lens.steps_per_unit());
    let mut last = None;
    // Ranks begin with 1.
    let is_rank = scale.lens.quantity == Quantity::Rank && !scale.lens.relative;
    for step in [usize::from(is_rank), first, second, steps] {
        // Two that lie close would be written over each other.
        if last.is_some_and(|last| at(step) < at(last) + 44) {
            continue;
        }
        last = Some(step);
        write!(
            out,
            "<path d=\"M{0} {1}v17\" stroke=\"{2}\"/><text x=\"{0}\" y=\"{3}\" text-anchor=\"middle\" font-size=\"11\">{4}</text>",
            at(step),
            y,
            colours.line,
            y + 29,
            scale.lens.amount(step as f64 / per_unit)
        )?;
    }
    Ok(())
}

/// Each band as it looks behind a text, and how many pieces of text are in it.
fn legend(
    scale: Scale,
    marks: &[u8],
    colours: &Colours,
    (x, y): (usize, usize),
    out: &mut dyn Write,
) -> io::Result<()> {
    let marks: Vec<Mark> = marks.iter().map(|code| Mark::from_code(*code)).collect();
    let number = |wanted: &dyn Fn(Mark) -> bool| marks.iter().filter(|mark| wanted(**mark)).count();
    let in_band = |mark: Mark, band| mark.band() == Some(band) && mark != Mark::CENSORED;
    let entries = [
        (
            scale.band_name(Band::Low),
            1,
            number(&|mark| in_band(mark, Band::Low)),
        ),
        (
            scale.band_name(Band::Middle),
            4,
            number(&|mark| in_band(mark, Band::Middle)),
        ),
        (
            scale.band_name(Band::High),
            8,
            number(&|mark| in_band(mark, Band::High)),
        ),
        (
            "below the floor",
            Mark::CENSORED.code(),
            number(&|mark| mark == Mark::CENSORED),
        ),
        (
            "no value",
            Mark::MISSING.code(),
            number(&|mark| mark == Mark::MISSING),
        ),
    ];
    let there = entries
        .into_iter()
        .filter(|(_, code, number)| *number > 0 || *code < Mark::CENSORED.code());
    for (nth, (name, code, number)) in there.enumerate() {
        let x = x + nth * ENTRY;
        colours.behind(Mark::from_code(code), (x, y - 18, 36), out)?;
        words(
            out,
            x + 44,
            y,
            &format!("{name} · {}", count(number as u64)),
        )?;
    }
    Ok(())
}
