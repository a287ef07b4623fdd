//! Texts whose control characters are seen and do nothing.
use crate::Text;
use std::fmt::{Display, Formatter, Result, Write};

/// As [`Text`], for texts between tags: characters that steer a terminal, or turn the direction of writing, show their code.
/// Each stands in an element of its own, which the style sheet isolates, so that it turns nothing around it; what is copied is
/// still the exact text.
#[derive(Debug, Clone, Copy)]
pub struct Inert<T>(pub T);

impl<T: Display> Display for Inert<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(Isolated(f), "{}", self.0)
    }
}

struct Isolated<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Isolated<'_, '_> {
    fn write_str(&mut self, text: &str) -> Result {
        let mut rest = text;
        while let Some((at, sign)) = rest.char_indices().find(|(_, sign)| steers(*sign)) {
            let (before, from) = rest.split_at(at);
            let (sign_text, after) = from.split_at(sign.len_utf8());
            let code = u32::from(sign);
            write!(
                self.0,
                "{}<i class=\"ctl\" data-code=\"U+{code:04X}\">{}</i>",
                Text(before),
                Text(sign_text)
            )?;
            rest = after;
        }
        write!(self.0, "{}", Text(rest))
    }
}

/// Controls of terminals and of the direction of writing; not those of lines, and not NUL, which [`Text`] replaces.
fn steers(sign: char) -> bool {
    match sign {
        '\n' | '\r' | '\t' | '\0' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => sign.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_seen_and_stands_alone() {
        for (text, html) in [
            ("a<b>\n\tc", "a&lt;b&gt;\n\tc"),
            (
                "\u{1b}[31mred",
                "<i class=\"ctl\" data-code=\"U+001B\">\u{1b}</i>[31mred",
            ),
            (
                "a\u{202e}b\u{2069}",
                "a<i class=\"ctl\" data-code=\"U+202E\">\u{202e}</i>b<i class=\"ctl\" data-code=\"U+2069\">\u{2069}</i>",
            ),
            ("\0\r", "\u{2400}&#13;"),
            ("é😀", "é😀"),
        ] {
            assert_eq!(Inert(text).to_string(), html, "{text:?}");
        }
    }
}
