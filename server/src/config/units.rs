//! Sizes and times as people write them.
use std::time::Duration;

/// A number of bytes: `65536`, `64KiB`, `100MB`, `4GiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = split(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err("expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned())?;
    number
        .checked_mul(factor)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "out of range".to_owned())
}

/// A time: `500ms`, `30s` (or `30`), `5m`, `24h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = split(text);
    let number: u32 = digits
        .parse()
        .map_err(|_| "expected a time such as 500ms, 30s or 5m".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number.into())),
        "" | "s" => Ok(Duration::from_secs(number.into())),
        "m" => Ok(Duration::from_secs(u64::from(number) * 60)),
        "h" => Ok(Duration::from_secs(u64::from(number) * 3600)),
        _ => Err("expected a time such as 500ms, 30s or 5m".to_owned()),
    }
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (&text[..at], text[at..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let wrong = Err("expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned());
        let range = Err("out of range".to_owned());
        let cases = [
            ("1", Ok(1)),
            ("64KiB", Ok(65536)),
            ("64 kib", Ok(65536)),
            ("4G", Ok(1 << 32)),
            ("100MB", Ok(100_000_000)),
            ("0", range.clone()),
            ("99999999999GiB", range),
            ("", wrong.clone()),
            ("-1", wrong.clone()),
            ("1.5G", wrong.clone()),
            ("1TiBB", wrong),
        ];
        for (text, expected) in cases {
            assert_eq!(size(text), expected, "{text:?}");
        }
    }

    #[test]
    fn times() {
        let wrong = Err("expected a time such as 500ms, 30s or 5m".to_owned());
        let cases = [
            ("500ms", Ok(Duration::from_millis(500))),
            ("30s", Ok(Duration::from_secs(30))),
            ("30", Ok(Duration::from_secs(30))),
            ("5m", Ok(Duration::from_secs(300))),
            ("", wrong.clone()),
            ("24h", Ok(Duration::from_secs(86_400))),
            ("1d", wrong.clone()),
            ("-1s", wrong),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected, "{text:?}");
        }
    }
}
