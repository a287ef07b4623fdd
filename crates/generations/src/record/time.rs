//! Times as records write them.

/// A time in seconds since 1970 as RFC 3339; `None` for times that no calendar has.
pub fn rfc3339(seconds: f64) -> Option<String> {
    let ms = seconds * 1e3;
    if !(-6.2e13..2.5e14).contains(&ms) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let time = chrono::DateTime::from_timestamp_millis(ms.round() as i64)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// Milliseconds since 1970 of a time in RFC 3339.
pub fn milliseconds(timestamp: &str) -> Option<i64> {
    let time = chrono::DateTime::parse_from_rfc3339(timestamp).ok()?;
    Some(time.timestamp_millis())
}
