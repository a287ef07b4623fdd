//! Patterns that are masked: each of their characters becomes a `*`, so that texts keep their length and their cut into tokens.
use crate::rules::PolicyError;
use regex_lite::Regex;
use std::ops::Range;

/// What stands in the place of a character.
pub(crate) const STAR: char = '*';

/// Addresses of e-mail.
const EMAIL: &str = r"[A-Za-z0-9._%+-][A-Za-z0-9._%+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+";

/// Phone numbers as people write them: with a `+`, `00` or `(0` in front, with a leading 0 and signs between, or as 555-123-4567.
/// Plain figures, dates and decimals are none.
const PHONE: &str = r"(?:\+|\b00)[1-9][0-9]{0,2}(?:[ .\-/]?\(?[0-9]{1,5}\)?){2,6}|\(0?[0-9]{2,5}\)[ .\-/]?[0-9]{2,5}(?:[ .\-/]?[0-9]{2,5}){1,3}|\b0[0-9]{2,4}[ .\-/][0-9]{2,5}(?:[ .\-/]?[0-9]{2,5}){1,3}|\b0[1-9](?:[ .][0-9]{2}){4}\b|\b[0-9]{3}[ .\-][0-9]{3}[ .\-][0-9]{4}\b";

/// A pattern.
#[derive(Debug, Clone)]
pub(crate) struct Mask(Regex);

impl Mask {
    /// `email`, `phone`, or a regular expression.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let pattern = match text {
            "email" => EMAIL,
            "phone" => PHONE,
            other => other,
        };
        let wrong =
            |why: &str| PolicyError(format!("`mask` has the pattern `{text}`, which {why}"));
        let regex = Regex::new(pattern).map_err(|_| wrong("is none"))?;
        if regex.is_match("") {
            return Err(wrong("also fits where nothing is"));
        }
        Ok(Self(regex))
    }
}

/// Where patterns fit, in order, joined where they meet.
pub(crate) fn found(masks: &[Mask], text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = masks
        .iter()
        .flat_map(|mask| mask.0.find_iter(text).map(|found| found.range()))
        .filter(|range| !range.is_empty())
        .collect();
    all.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in all {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// A text with stars in these ranges of its bytes.
pub(crate) fn starred(text: &str, ranges: &[Range<usize>]) -> String {
    let hidden = |at: usize| ranges.iter().any(|range| range.contains(&at));
    text.char_indices()
        .map(|(at, c)| if hidden(at) { STAR } else { c })
        .collect()
}

/// A text as it may stay; `None` when nothing in it is to be masked.
pub(crate) fn masked(masks: &[Mask], text: &str) -> Option<String> {
    let ranges = found(masks, text);
    (!ranges.is_empty()).then(|| starred(text, &ranges))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> String {
        let masks = [
            Mask::parse("email").unwrap(),
            Mask::parse("phone").unwrap(),
            Mask::parse(r"EMP-\d+").unwrap(),
        ];
        masked(&masks, text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn what_is_masked() {
        for (text, expected) in [
            (
                "Write to ann.o'neil+x@mail.example.co.uk!",
                "Write to *******************************!",
            ),
            ("<a@b.de>", "<******>"),
            ("+49 170 1234567", "***************"),
            ("+1 (555) 123-4567.", "*****************."),
            ("call 0049 30 901820 now", "call ************** now"),
            ("(030) 901820-11", "***************"),
            ("0170 1234567", "************"),
            ("555-123-4567", "************"),
            ("01 23 45 67 89", "**************"),
            ("é EMP-77 é", "é ****** é"),
        ] {
            assert_eq!(mask(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for text in [
            "2025-01-31 12:00:00",
            "2025-01-31T12:00:00Z",
            "1735689600000",
            "0.6931471805599453",
            "a @ b",
            "user@localhost",
            "12 345 678",
            "pages 100-200",
            "127.0.0.1:8080",
            "gpt-4o-2024-08-06",
            "01jgfjjz00rstv1234567890ab",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
