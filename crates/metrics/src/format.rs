//! Numbers and times for people, the same on server and browser.
mod decimal;
mod time;

pub use time::{utc, utc_day_first, utc_iso};

use decimal::Decimal;

/// Thin space between groups of three digits.
const THIN_SPACE: char = '\u{2009}';

/// Three significant digits, trailing zeros dropped, ties away from zero: 1.219727 is "1.22", 0.9995 is "1".
/// Below 1e-6 and from 1e15 on as "1.23e-7". NaN, which is no number, reads "—".
pub fn sig3(value: f64) -> String {
    if value.is_nan() {
        return "—".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}∞");
    }
    format!("{sign}{}", Decimal::of(value).rounded())
}

/// As [`sig3`], or "—" when there is no value.
pub fn sig3_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), sig3)
}

/// A probability in percent, as [`sig3`]: 0.11 is "11 %".
pub fn percent(probability: f64) -> String {
    if !probability.is_finite() {
        return format!("{} %", sig3(probability));
    }
    let sign = if probability < 0.0 { "-" } else { "" };
    // The point is moved in the decimal digits: multiplying by 100 would add an error of its own.
    format!(
        "{sign}{} %",
        Decimal::of(probability).times_ten_to(2).rounded()
    )
}

/// Information in bits, as [`sig3`]: "9.8 bits".
pub fn bits(value: f64) -> String {
    with_unit(value, "bit")
}

/// Information in nats, as [`sig3`]: "0.343 nats".
pub fn nats(value: f64) -> String {
    with_unit(value, "nat")
}

/// A count with thin spaces between groups of three digits: "12 345".
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(THIN_SPACE);
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: "1 token", "12 345 tokens".
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A number of bytes: "70.1 KB" (powers of 1000).
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
    let rounded = Decimal::of_count(value).rounded();
    // After rounding, because 999 950 bytes are 1 MB and not 1000 KB.
    let unit = (rounded.exponent().max(0) / 3) as usize;
    format!("{} {}", rounded.times_ten_to(-3 * unit as i32), UNITS[unit])
}

fn with_unit(value: f64, unit: &str) -> String {
    let number = sig3(value);
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_noun() {
        for (value, said) in [
            (0, "0 tokens"),
            (1, "1 token"),
            (2, "2 tokens"),
            (12_345, "12\u{2009}345 tokens"),
        ] {
            assert_eq!(counted(value, "token", "tokens"), said);
        }
    }

    #[test]
    fn three_significant_digits() {
        let table: &[(f64, &str)] = &[
            (1.219727, "1.22"),
            (0.895561373, "0.896"),
            (0.9, "0.9"),
            (0.9995, "1"),
            (0.9994, "0.999"),
            (1.125, "1.13"),
            (1.005, "1.01"), // binary 1.00499…: the tie is one of the decimal digits that are shown
            (2.675, "2.68"),
            (-1.125, "-1.13"),
            (0.000123456, "0.000123"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (7.0, "7"),
            (10.0, "10"),
            (475.0, "475"),
            (999.5, "1000"),
            (12345.0, "12300"),
            (123_456_789.0, "123000000"),
            (1e14, "100000000000000"),
            (9.996e14, "1e15"),
            (1e15, "1e15"),
            (1.2345e17, "1.23e17"),
            (f64::MAX, "1.8e308"),
            (0.000_001, "0.000001"),
            (0.000_000_999_6, "0.000001"),
            (0.000_000_999, "9.99e-7"),
            (1.23456e-7, "1.23e-7"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "-∞"),
            (f64::NAN, "—"),
        ];
        for &(value, want) in table {
            assert_eq!(sig3(value), want, "{value:e}");
        }
        assert_eq!(sig3_or_dash(None), "—");
        assert_eq!(sig3_or_dash(Some(1.125)), "1.13");
    }

    #[test]
    fn percents() {
        let table = [
            (0.11, "11 %"),
            (0.0, "0 %"),
            (1.0, "100 %"),
            (0.28385, "28.4 %"),
            (0.0011, "0.11 %"),
            (1e-12, "1e-10 %"),
        ];
        for (value, want) in table {
            assert_eq!(percent(value), want);
        }
        assert_eq!(percent(-0.5), "-50 %");
        assert_eq!(percent(f64::NAN), "— %");
    }

    #[test]
    fn information() {
        assert_eq!(bits(9.83), "9.83 bits");
        assert_eq!(bits(0.9999), "1 bit");
        assert_eq!(bits(0.0), "0 bits");
        assert_eq!(nats(0.34295), "0.343 nats");
        assert_eq!(nats(1.0), "1 nat");
    }

    #[test]
    fn counts() {
        let table = [
            (0, "0"),
            (999, "999"),
            (1140, "1\u{2009}140"),
            (12345, "12\u{2009}345"),
            (1_234_567, "1\u{2009}234\u{2009}567"),
        ];
        for (value, want) in table {
            assert_eq!(count(value), want);
        }
    }

    #[test]
    fn sizes() {
        let table = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 KB"),
            (70_123, "70.1 KB"),
            (999_499, "999 KB"),
            (999_500, "1 MB"),
            (48_000_000, "48 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (value, want) in table {
            assert_eq!(bytes(value), want);
        }
    }
}
