//! Reading CSS just far enough to say that it parses. Browsers drop a broken rule without a word, so the build says it.

use std::ops::Range;

/// What is wrong, and in which line (from 1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CssError {
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// The same text, as long and with the same lines, with blanks in place of comments.
pub(crate) fn without_comments(text: &str) -> Result<String, CssError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if let Some(body) = rest.strip_prefix("/*") {
            let end = body
                .find("*/")
                .ok_or_else(|| error(text, text.len() - rest.len(), "a comment is not closed"))?;
            let comment = &rest[..end + 4];
            out.extend(comment.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            comment.len()
        } else if rest.starts_with('/') {
            out.push('/');
            1
        } else {
            let length = string_length(rest).ok_or_else(|| {
                error(
                    text,
                    text.len() - rest.len(),
                    "a string is not closed in its line",
                )
            })?;
            out.push_str(&rest[..length]);
            length
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Length of the string that the text begins with, quotes included; `None` when its line ends before.
fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Checks the structure of a text without comments. Gives the places of the top-level statements, `;` or `}` included.
pub(crate) fn statements(text: &str) -> Result<Vec<Range<usize>>, CssError> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut open: Vec<(u8, usize)> = Vec::new(); // brackets that wait for their partner
    let mut blocks = 0;
    let (mut top, mut begin) = (0, 0); // of the top-level statement, of the innermost one
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let in_value = matches!(open.last(), Some((b'(' | b'[', _)));
        match byte {
            // Closed: without_comments has seen to that. A lone quote can only follow a blanked comment.
            b'"' | b'\'' => at += string_length(&text[at..]).unwrap_or(1) - 1,
            b'\\' => at += 1,
            b'(' | b'[' => open.push((byte, at)),
            b'{' => {
                if in_value {
                    return Err(error(text, at, "`{` inside brackets: one is not closed"));
                }
                if text[begin..at].trim().is_empty() {
                    return Err(error(text, at, "`{` without a selector before it"));
                }
                open.push((byte, at));
                blocks += 1;
                begin = at + 1;
            }
            b')' | b']' | b'}' => {
                let partner = match byte {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                let Some((opened, _)) = open.pop() else {
                    return Err(error(
                        text,
                        at,
                        &format!("`{}` closes nothing", byte as char),
                    ));
                };
                if opened != partner {
                    let message = format!(
                        "`{}` where `{}` is still open",
                        byte as char, opened as char
                    );
                    return Err(error(text, at, &message));
                }
                if byte == b'}' {
                    declaration(text, begin..at)?;
                    begin = at + 1;
                    blocks -= 1;
                }
            }
            b';' if !in_value => {
                if blocks == 0 && !text[begin..at].trim_start().starts_with('@') {
                    return Err(error(text, at, "a declaration outside of any rule"));
                }
                declaration(text, begin..at)?;
                begin = at + 1;
            }
            _ => {}
        }
        at += 1;
        if blocks == 0 && begin == at {
            found.push(top..at);
            top = at;
        }
    }
    if let Some((bracket, at)) = open.pop() {
        return Err(error(
            text,
            at,
            &format!("`{}` is not closed", bracket as char),
        ));
    }
    if !text[begin..].trim().is_empty() {
        return Err(error(text, begin, "the file ends inside a statement"));
    }
    Ok(found)
}

/// Checks `name: value`. What begins with `@` and the nothing between two semicolons are fine as well.
fn declaration(text: &str, place: Range<usize>) -> Result<(), CssError> {
    let statement = text[place.clone()].trim();
    if statement.is_empty() || statement.starts_with('@') {
        return Ok(());
    }
    let begin = place.start + text[place.clone()].find(statement).unwrap_or(0);
    let Some((name, value)) = statement.split_once(':') else {
        return Err(error(text, begin, &format!("`{statement}` has no colon")));
    };
    let name = name.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(error(
            text,
            begin,
            &format!("`{name}` is not the name of a property"),
        ));
    }
    if name.starts_with("--") {
        return Ok(()); // the value of a custom property may be anything, even nothing
    }
    if value.trim().is_empty() {
        return Err(error(text, begin, &format!("`{name}` has no value")));
    }
    if has_bare_colon(value) {
        return Err(error(
            text,
            begin,
            &format!("a second colon after `{name}`: is a semicolon missing?"),
        ));
    }
    Ok(())
}

/// Whether a colon stands outside strings and brackets.
fn has_bare_colon(value: &str) -> bool {
    let mut depth = 0;
    let mut at = 0;
    while let Some(byte) = value.as_bytes().get(at) {
        match byte {
            b'"' | b'\'' => at += string_length(&value[at..]).unwrap_or(1) - 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            b':' if depth == 0 => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

fn error(text: &str, at: usize, message: &str) -> CssError {
    CssError {
        line: text[..at].matches('\n').count() + 1,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Vec<String>, String> {
        without_comments(text)
            .and_then(|text| {
                let places = statements(&text)?;
                Ok(places
                    .into_iter()
                    .map(|place| text[place].trim().to_owned())
                    .collect())
            })
            .map_err(|error| format!("{}: {}", error.line, error.message))
    }

    #[test]
    fn good_css_comes_back_as_its_top_level_statements() {
        for (text, expected) in [
            ("", vec![]),
            (
                "@layer a, b;\n@import \"x.css\" layer(a);",
                vec!["@layer a, b;", "@import \"x.css\" layer(a);"],
            ),
            ("a:hover { color: red }", vec!["a:hover { color: red }"]),
            (
                "a { --x: ; --y: a:b; b: url(data:x;y) }",
                vec!["a { --x: ; --y: a:b; b: url(data:x;y) }"],
            ),
            (
                "/* { */ a { content: \"}\\\"\" }",
                vec!["a { content: \"}\\\"\" }"],
            ),
            (
                "@media (width > 1px) { a { & b { c: d; } } }",
                vec!["@media (width > 1px) { a { & b { c: d; } } }"],
            ),
            (
                "a { font: 1rem/1.5 'A: b' }",
                vec!["a { font: 1rem/1.5 'A: b' }"],
            ),
            (
                "a::before { content: \"\\f105\" } é { b: c }",
                vec!["a::before { content: \"\\f105\" }", "é { b: c }"],
            ),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(check(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn bad_css_is_refused_with_its_line() {
        for (text, expected) in [
            ("a {\n color red;\n}", "2: `color red` has no colon"),
            (
                "a {\n b: c\n d: e;\n}",
                "2: a second colon after `b`: is a semicolon missing?",
            ),
            ("a {\n b: ;\n}", "2: `b` has no value"),
            ("a {\n b c: d;\n}", "2: `b c` is not the name of a property"),
            ("a {\n\n", "1: `{` is not closed"),
            ("a { }\n}", "2: `}` closes nothing"),
            ("a { b: (c; }", "1: `}` where `(` is still open"),
            (
                "a:not(b { c: d }",
                "1: `{` inside brackets: one is not closed",
            ),
            ("\n{ a: b }", "2: `{` without a selector before it"),
            ("\na: b;", "2: a declaration outside of any rule"),
            ("a { }\nb", "1: the file ends inside a statement"),
            ("\n/* x", "2: a comment is not closed"),
            ("a { b: \"c\n\" }", "1: a string is not closed in its line"),
        ] {
            assert_eq!(check(text), Err(expected.to_owned()), "{text}");
        }
    }
}
