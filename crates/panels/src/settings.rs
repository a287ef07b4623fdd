//! What stands in the fields of a panel, as it is written in an address: `temperature:0.7;top_k:20`.
//!
//! The text is that of a form (`application/x-www-form-urlencoded`) with `;` and `:` in the place of `&` and `=`, so that it
//! can stand in an address as it is.
use std::borrow::Cow;

/// Names and values, in the order of the fields; of equal names the last one counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings(Vec<(String, String)>);

impl Settings {
    /// Reads them. Whatever it is, it reads as something.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split(';').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once(':').unwrap_or((pair, ""));
            (decoded(name).into_owned(), decoded(value).into_owned())
        });
        Self(pairs.collect())
    }

    /// The value of a field, without blanks around it; `None` when it is not set or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rfind(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A number within these bounds; a field that is not set, and what is no such number, has the usual one.
    pub(crate) fn number(
        &self,
        name: &str,
        usual: f64,
        bounds: std::ops::RangeInclusive<f64>,
    ) -> f64 {
        let number = self.get(name).and_then(|text| text.parse::<f64>().ok());
        number
            .filter(|number| bounds.contains(number))
            .unwrap_or(usual)
    }

    /// A whole number from 0 on.
    pub(crate) fn whole(&self, name: &str, usual: u32) -> u32 {
        let number = self.get(name).and_then(|text| text.parse().ok());
        number.unwrap_or(usual)
    }
}

/// The text with some of its settings changed; one without a value is taken out.
pub fn changed(text: &str, changes: &str) -> String {
    let name = |pair: &str| pair.split(':').next().unwrap_or_default().to_owned();
    let named: Vec<String> = changes.split(';').map(name).collect();
    let kept = text.split(';').filter(|pair| !named.contains(&name(pair)));
    let set = changes.split(';').filter(|pair| !pair.ends_with(':'));
    let all: Vec<&str> = kept.chain(set).filter(|pair| !pair.is_empty()).collect();
    all.join(";")
}

/// `+` is a blank, `%41` is A; what is no such sign stays.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = tail.get(..2).filter(|_| *first == b'%');
        let code = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (_, Some(code)) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text as it can stand in an address, and in an attribute.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            markup::push!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives(name in "[a-z]+", text in ".*") {
            let settings = Settings::parse(&format!("{name}:{}", encoded(&text)));
            prop_assert_eq!(settings.get(&name).unwrap_or_default(), text.trim());
        }
    }

    #[test]
    fn settings_are_read() {
        let settings =
            Settings::parse("temperature:0.7;top_k:20;name:a+b%3A%zz;;x;top_k:30;empty:+");
        for (name, value) in [
            ("temperature", Some("0.7")),
            ("top_k", Some("30")),
            ("name", Some("a b:%zz")),
            ("x", None),
            ("empty", None),
            ("y", None),
        ] {
            assert_eq!(settings.get(name), value, "{name}");
        }
        assert_eq!(settings.whole("top_k", 5), 30);
        assert_eq!(settings.whole("name", 5), 5);
        assert_eq!(settings.number("temperature", 1.0, 0.0..=2.0), 0.7);
        assert_eq!(settings.number("top_k", 1.0, 0.0..=2.0), 1.0);
        assert_eq!(Settings::parse("a:nan").number("a", 1.0, 0.0..=2.0), 1.0);
    }

    #[test]
    fn settings_are_changed() {
        for (text, changes, result) in [
            ("", "a:1", "a:1"),
            ("a:1;b:2", "b:3", "a:1;b:3"),
            ("a:1;b:2", "a:;c:4", "b:2;c:4"),
            ("a:1", "", "a:1"),
        ] {
            assert_eq!(changed(text, changes), result);
        }
    }

    #[test]
    fn escapes_at_the_end_are_no_escapes() {
        for (text, read) in [
            ("a:%", "%"),
            ("a:%4", "%4"),
            ("a:%41", "A"),
            ("a:%+1", "% 1"),
            ("a:%ff", "\u{fffd}"),
        ] {
            assert_eq!(Settings::parse(text).get("a"), Some(read), "{text}");
        }
    }
}
