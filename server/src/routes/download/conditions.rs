//! `If-None-Match`, `If-Range` and `Range` (RFC 9110, sections 13 and 14).
use http::{HeaderMap, HeaderName, header};
use std::ops::Range;

/// Which bytes are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    Whole,
    /// These.
    Part(Range<u64>),
    /// Some that are not there.
    Outside,
}

/// The client has the file already.
pub(super) fn is_known(asked: &HeaderMap, etag: &str) -> bool {
    let Some(list) = text(asked, header::IF_NONE_MATCH) else {
        return false;
    };
    list.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Which bytes are asked for. Anything that is not one well-formed range of bytes means the whole file,
/// as the standard allows; so does a range of another version.
pub(super) fn wanted(asked: &HeaderMap, etag: &str, size: u64) -> Wanted {
    if text(asked, header::IF_RANGE).is_some_and(|version| version != etag) {
        return Wanted::Whole;
    }
    text(asked, header::RANGE)
        .and_then(|range| parse(range, size))
        .unwrap_or(Wanted::Whole)
}

fn parse(range: &str, size: u64) -> Option<Wanted> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())?
    };
    let range = if first.is_empty() {
        // The last bytes.
        let count = number(last)?.min(size);
        size - count..size
    } else {
        let end = if last.is_empty() {
            size
        } else {
            number(last)?.saturating_add(1).min(size)
        };
        let start = number(first)?;
        if !last.is_empty() && number(last)? < start {
            return None;
        }
        start..end
    };
    Some(if range.is_empty() {
        Wanted::Outside
    } else {
        Wanted::Part(range)
    })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn ranges_of_a_file_of_ten_bytes() {
        let cases = [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-5", Wanted::Part(2..6)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=2-99", Wanted::Part(2..10)),
            ("bytes=9-9", Wanted::Part(9..10)),
            ("bytes=0-18446744073709551615", Wanted::Part(0..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("bytes=-0", Wanted::Outside),
            ("bytes=10-", Wanted::Outside),
            ("bytes=10-12", Wanted::Outside),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=1-2,4-5", Wanted::Whole),
            ("bytes=99999999999999999999-", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
            ("", Wanted::Whole),
        ];
        for (range, expected) in cases {
            assert_eq!(
                wanted(&headers(&[(header::RANGE, range)]), "\"a\"", 10),
                expected,
                "{range}"
            );
        }
        let empty = headers(&[(header::RANGE, "bytes=0-")]);
        assert_eq!(wanted(&empty, "\"a\"", 0), Wanted::Outside);
    }

    #[test]
    fn a_range_of_another_version_is_the_whole_file() {
        for (version, expected) in [
            ("\"a\"", Wanted::Part(1..10)),
            ("\"b\"", Wanted::Whole),
            ("W/\"a\"", Wanted::Whole),
        ] {
            let asked = headers(&[(header::RANGE, "bytes=1-"), (header::IF_RANGE, version)]);
            assert_eq!(wanted(&asked, "\"a\"", 10), expected, "{version}");
        }
    }

    #[test]
    fn known_versions() {
        let cases = [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ];
        for (list, expected) in cases {
            assert_eq!(
                is_known(&headers(&[(header::IF_NONE_MATCH, list)]), "\"a\""),
                expected,
                "{list}"
            );
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
