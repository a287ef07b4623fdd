//! Times in UTC, without a calendar library: this has to work in the browser and without a clock.

/// Seconds since 1970 as "YYYY-MM-DD HH:MM:SS" in UTC; `None` when out of range (years 0000 to 9999).
pub fn utc(seconds: f64) -> Option<String> {
    let t = Civil::new(seconds)?;
    Some(format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        t.year, t.month, t.day, t.hour, t.minute, t.second
    ))
}

/// The same for machines, as in `<time datetime>`: "YYYY-MM-DDTHH:MM:SSZ".
pub fn utc_iso(seconds: f64) -> Option<String> {
    Some(format!("{}Z", utc(seconds)?.replace(' ', "T")))
}

/// The same as "DD MMM YYYY HH:MM:SS": "06 Dec 2024 14:11:28".
pub fn utc_day_first(seconds: f64) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let t = Civil::new(seconds)?;
    let month = MONTHS.get(usize::from(t.month) - 1)?;
    Some(format!(
        "{:02} {month} {:04} {:02}:{:02}:{:02}",
        t.day, t.year, t.hour, t.minute, t.second
    ))
}

/// Date and time of day in the proleptic Gregorian calendar.
struct Civil {
    year: i64,
    /// 1 to 12.
    month: u8,
    /// 1 to 31.
    day: u8,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn new(seconds: f64) -> Option<Self> {
        // The first second of year 0 and of year 10 000.
        if !(-62_167_219_200.0..253_402_300_800.0).contains(&seconds) {
            return None;
        }
        let seconds = seconds.floor() as i64;
        let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days from 1 March of year 0: so a leap day is the last day of its year, and 400 years are one cycle.
        let days = days + 719_468;
        let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_cycle =
            (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
        let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        // Months from March have 31 30 31 30 31 | 31 30 31 30 31 | 31 …: 153 days in five of them.
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next_year) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        Some(Self {
            year: cycle * 400 + year_of_cycle + next_year,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        let table = [
            (0.0, "1970-01-01 00:00:00"),
            (-0.5, "1969-12-31 23:59:59"),
            (1_733_397_507.999, "2024-12-05 11:18:27"),
            (951_782_400.0, "2000-02-29 00:00:00"),
            (4_107_542_400.0, "2100-03-01 00:00:00"),
            (1_735_689_599.0, "2024-12-31 23:59:59"),
            (-62_167_219_200.0, "0000-01-01 00:00:00"),
            (253_402_300_799.9, "9999-12-31 23:59:59"),
        ];
        for (seconds, want) in table {
            assert_eq!(utc(seconds).as_deref(), Some(want));
        }
        assert_eq!(
            utc_iso(1_733_397_507.0).as_deref(),
            Some("2024-12-05T11:18:27Z")
        );
        assert_eq!(
            utc_day_first(1_733_494_288.0).as_deref(),
            Some("06 Dec 2024 14:11:28")
        );
    }

    #[test]
    fn out_of_range() {
        for seconds in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            253_402_300_800.0,
            -62_167_219_200.5,
            1e300,
        ] {
            assert_eq!(
                (utc(seconds), utc_iso(seconds), utc_day_first(seconds)),
                (None, None, None)
            );
        }
    }

    #[test]
    fn every_day_of_eight_hundred_years_follows_the_one_before() {
        let days_in = |year: i64, month: u8| match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for n in -135_140..157_000_i64 {
            let got = Civil::new(n as f64 * 86_400.0).map(|t| (t.year, t.month, t.day));
            assert_eq!(got, Some((year, month, day)));
            day += 1;
            if day > days_in(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
}
