//! Writes a completions file of a shape, record by record.
use crate::Shape;
use crate::json::{Json, Style};
use crate::plan::positions;
use crate::random::Random;
use crate::record::Record;
use std::io::{self, Write};

/// Writes at least so many bytes (the last record is whole) and returns how many. The same seed gives the same file.
///
/// # Errors
/// When `out` does.
pub fn generate(shape: Shape, seed: u64, bytes: u64, out: &mut impl Write) -> io::Result<u64> {
    let mut random = Random::new(seed);
    let style = match shape {
        Shape::Spaced => Style::Spaced,
        Shape::Pretty => Style::Indented,
        _ => Style::Compact,
    };
    let (opening, between, closing): (&[u8], &[u8], &[u8]) = match shape {
        Shape::Pretty => (b"[\n  ", b",\n  ", b"\n]\n"),
        Shape::Array => (b"[", b",", b"]\n"),
        _ => (b"", b"\n", b"\n"),
    };
    let mut json = Json::new(style, usize::from(shape.is_array()));
    out.write_all(opening)?;
    let mut written = opening.len() as u64;
    for number in 0.. {
        json.text.clear();
        json.ascii = shape == Shape::NonAscii && number % 4 == 1;
        let count = 40 + random.below(400);
        let record = Record {
            shape,
            number,
            tag: random.next(),
            positions: positions(shape, &mut random, count),
        };
        record.write(&mut json, &mut random);
        let last = written + json.text.len() as u64 >= bytes;
        let after = if last { closing } else { between };
        out.write_all(json.text.as_bytes())?;
        out.write_all(after)?;
        written += (json.text.len() + after.len()) as u64;
        if last {
            break;
        }
    }
    Ok(written)
}
