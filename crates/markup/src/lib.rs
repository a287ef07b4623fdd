//! What people bring as HTML: every text from outside goes through [`Text`], and is shown as it is whatever it holds.
mod glyphs;
mod hint;
mod inert;
mod tokens;

pub use glyphs::{drawn, short, visible};
pub use hint::{hint, letter_keys};
pub use inert::Inert;
pub use tokens::{is_sign, tokens_html};

use std::fmt::{Display, Formatter, Result, Write as _};

/// A text in HTML: between tags, or in a quoted attribute.
#[derive(Debug, Clone, Copy)]
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(Escaped(f), "{}", self.0)
    }
}

struct Escaped<'a, 'b>(&'a mut Formatter<'b>);

impl std::fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> Result {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\r', '\0']) {
            let (before, from) = rest.split_at(at);
            self.0.write_str(before)?;
            self.0.write_str(match from.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                Some(b'\'') => "&#39;",
                // A parser of HTML would make a line break of it.
                Some(b'\r') => "&#13;",
                // Cannot be written in HTML at all.
                _ => "\u{2400}",
            })?;
            rest = from.get(1..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

/// Appends to a text; for `write!` without a result to handle, since writing into memory cannot fail.
#[macro_export]
macro_rules! push {
    ($out:expr, $($part:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($part)*);
    }};
}
/// The text, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Maybe<T>(pub Option<T>);

impl<T: Display> Display for Maybe<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_wrote_stays_text() {
        for (text, html) in [
            ("plain", "plain"),
            (
                "<img src=x onerror='a(\"1\")'>&",
                "&lt;img src=x onerror=&#39;a(&quot;1&quot;)&#39;&gt;&amp;",
            ),
            ("a\r\nb\0é", "a&#13;\nb\u{2400}é"),
            ("", ""),
        ] {
            assert_eq!(Text(text).to_string(), html);
        }
        assert_eq!(format!("{}{}", Maybe(Some(1)), Maybe(None::<u8>)), "1");
    }
}
