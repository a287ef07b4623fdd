//! White space made visible, for labels; never in the text itself.

/// The text with glyphs in place of spaces at its ends and of line breaks and tabs.
pub fn visible(text: &str) -> String {
    let inner = text.trim_matches(' ');
    let leading = text.len() - text.trim_start_matches(' ').len();
    let trailing = if inner.is_empty() {
        0
    } else {
        text.len() - text.trim_end_matches(' ').len()
    };
    let mut out = "␣".repeat(leading);
    out.extend(inner.chars().map(drawn));
    out.push_str(&"␣".repeat(trailing));
    if out.is_empty() {
        "(empty)".to_owned()
    } else {
        out
    }
}

/// The sign that stands for a character that cannot be seen or that steers; any other character itself.
pub fn drawn(character: char) -> char {
    match character {
        '\n' => '⏎',
        '\r' => '␍',
        '\t' => '⇥',
        '\u{a0}' => '⍽',
        other if other.is_control() || is_hidden(other) => '␀',
        other => other,
    }
}

/// Signs without a width, and those that turn the direction of writing: what stands beside them must not be moved by them.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// As [`visible`], cut to `limit` characters.
pub fn short(text: &str, limit: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= limit {
        return shown;
    }
    let mut cut: String = shown.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_seen() {
        for (text, expected) in [
            (" simple", "␣simple"),
            ("  ", "␣␣"),
            (" a b ", "␣a b␣"),
            (".\n\n", ".⏎⏎"),
            ("\t", "⇥"),
            ("", "(empty)"),
            ("\u{7}", "␀"),
            ("a\u{202e}b", "a␀b"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(short("abcdef", 6), "abcdef");
        assert_eq!(short("abcdefg", 6), "abcde…");
    }
}
