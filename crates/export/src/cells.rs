//! Rows of CSV as RFC 4180 has them, but with the line ends of this system's other text.
use std::io::{self, Write};

/// Writes one row.
///
/// # Errors
/// Those of `out`.
pub fn row<'a>(out: &mut dyn Write, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        write_cell(out, cell)?;
    }
    out.write_all(b"\n")
}

/// Quoted where a reader could take it for something else; blanks at its ends are dropped by some.
fn write_cell(out: &mut dyn Write, cell: &str) -> io::Result<()> {
    let plain = !cell.contains([',', '"', '\n', '\r']) && cell.trim().len() == cell.len();
    if plain {
        out.write_all(cell.as_bytes())
    } else {
        write!(out, "\"{}\"", cell.replace('"', "\"\""))
    }
}

/// A number at full precision, empty when there is none.
pub fn number(value: Option<f64>) -> String {
    // As short as possible for the same bits, with an exponent where the digits would be many.
    let text = value.map_or_else(String::new, |value| format!("{value:?}"));
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = ["", "a", "a b", " a", "a,b", "a\"b", "a\nb", "\r", "\"", "é"];
        let mut out = Vec::new();
        row(&mut out, cells).unwrap();
        let expected = ",a,a b,\" a\",\"a,b\",\"a\"\"b\",\"a\nb\",\"\r\",\"\"\"\",é\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn numbers_at_full_precision() {
        let table = [
            (None, ""),
            (Some(0.0), "0"),
            (Some(1.0), "1"),
            (Some(2.828_427_124_746_19), "2.82842712474619"),
            (Some(1_700_000_000.25), "1700000000.25"),
            (Some(1e300), "1e300"),
            (Some(5e-324), "5e-324"),
        ];
        for (value, expected) in table {
            assert_eq!(number(value), expected);
        }
    }
}
