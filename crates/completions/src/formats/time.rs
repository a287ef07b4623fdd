//! `created`: when a response was made.
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError, number};

/// Seconds since 1970: a number (milli-, micro- and nanoseconds are recognised by their size) or a time in RFC 3339. Anything else
/// is none: a time is never worth a problem.
pub(crate) fn created(cursor: &mut Cursor<'_>) -> Result<Option<f64>, JsonError> {
    Ok(match cursor.kind()? {
        ValueKind::Number => scale(cursor.number()?),
        ValueKind::String => {
            let text = cursor.string()?.text();
            match number::parse_text(&text) {
                Some(seconds) => scale(seconds),
                None => rfc3339(&text),
            }
        }
        _ => {
            cursor.skip()?;
            None
        }
    })
}

fn scale(number: f64) -> Option<f64> {
    let seconds = match number.abs() {
        // Nanoseconds are what traces count.
        size if size > 1e17 => number / 1e9,
        size if size > 1e14 => number / 1e6,
        size if size > 1e11 => number / 1e3,
        _ => number,
    };
    seconds.is_finite().then_some(seconds)
}

/// `2025-01-01T00:00:00.123456789Z`, also with a space for the `T`, an offset, or nothing after the time (then UTC).
fn rfc3339(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Some((date, clock)) = dotted(text) {
        return rfc3339(format!("{date}T{}", clock.replace('.', ":")).as_bytes());
    }
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let mut clock = clock.splitn(3, ':');
    let (hour, minute) = (
        clock.next()?.parse::<u32>().ok()?,
        clock.next()?.parse::<u32>().ok()?,
    );
    let second = clock.next()?.parse::<f64>().ok()?;
    let offset = match zone {
        "" | "Z" | "z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if zone.starts_with('-') {
                -minutes * 60
            } else {
                minutes * 60
            }
        }
    };
    if hour > 23 || minute > 59 || !(0.0..61.0).contains(&second) {
        return None;
    }
    let seconds =
        days_since_1970(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60) - offset;
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    Some(seconds as f64 + second)
}

/// `2021-09-27-17.00.09`, as Loom writes it.
fn dotted(text: &str) -> Option<(&str, &str)> {
    let (date, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix('-')?;
    (clock.len() == 8 && clock.matches('.').count() == 2).then_some((date, clock))
}

/// Days of the proleptic Gregorian calendar; years are counted from March, so that the leap day is the last one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn created_is(text: &str, want: Option<f64>) {
        assert_eq!(
            created(&mut Cursor::new(text.as_bytes(), 8)),
            Ok(want),
            "{text}"
        );
    }

    #[test]
    fn times_in_all_their_spellings() {
        created_is("1700000000", Some(1_700_000_000.0));
        created_is("1755502382.0", Some(1_755_502_382.0));
        created_is("1700000000123", Some(1_700_000_000.123));
        created_is("1700000000123456", Some(1_700_000_000.123_456));
        created_is("\"1700000000\"", Some(1_700_000_000.0));
        created_is("\"1970-01-01T00:00:00Z\"", Some(0.0));
        created_is("\"2024-02-29T12:00:00.5Z\"", Some(1_709_208_000.5));
        created_is("\"2025-01-01 00:00:00.0Z\"", Some(1_735_689_600.0));
        created_is("\"2025-01-01T02:00:00+02:00\"", Some(1_735_689_600.0));
        created_is("\"1969-12-31T23:59:59\"", Some(-1.0));
        created_is("\"2021-09-27-17.00.09\"", Some(1_632_762_009.0));
        created_is("\"2021-09-27-17.00\"", None);
        created_is("\"yesterday\"", None);
        created_is("\"2025-13-01T00:00:00Z\"", None);
        created_is("null", None);
        created_is("{\"a\":1}", None);
    }
}
