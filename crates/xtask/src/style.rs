//! One style sheet out of `style/main.css` and the partials that it imports.

use std::path::{Path, PathBuf};

use crate::css::{self, CssError};
use crate::files;
use crate::run::{Done, Failure};

/// The style sheet with every `@import` replaced by what it names, in the same layers.
pub(crate) fn build(main: &Path) -> Done<String> {
    let mut sheet = String::new();
    inline(main, &mut Vec::new(), &mut sheet)?;
    // Indentation and empty lines are for the reader of the source.
    let lines = sheet.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}

/// Appends one file to the sheet. `above` are the files that led here.
fn inline(file: &Path, above: &mut Vec<PathBuf>, sheet: &mut String) -> Done {
    let failed = |error: CssError| {
        Failure::new(
            format!("{}:{}: {}", file.display(), error.line, error.message),
            "mend the style sheet; a browser would drop the rule without a word",
        )
    };
    if above.iter().any(|other| other == file) {
        return Err(failed(CssError {
            line: 1,
            message: "imports itself, by way of others".into(),
        }));
    }
    above.push(file.to_path_buf());
    let text = css::without_comments(&files::read_text(file)?).map_err(failed)?;
    let mut imports_are_over = false;
    for place in css::statements(&text).map_err(failed)? {
        let statement = text[place.clone()].trim();
        let wrong = |message: String| {
            let before = &text[..place.start + text[place.clone()].find(statement).unwrap_or(0)];
            failed(CssError {
                line: before.matches('\n').count() + 1,
                message,
            })
        };
        if let Some(outside) = foreign_address(statement) {
            return Err(wrong(format!(
                "`{outside}` is not an address of this site (begin it with /)"
            )));
        }
        let Some(import) = statement.strip_prefix("@import") else {
            imports_are_over |= !statement.starts_with("@layer") || statement.ends_with('}');
            sheet.push_str(statement);
            sheet.push('\n');
            continue;
        };
        if imports_are_over {
            return Err(wrong("an @import after other rules has no effect".into()));
        }
        let import = Import::parse(import.trim_end_matches(';')).ok_or_else(|| {
            wrong(format!(
                "`{statement}` is not @import \"file\" layer(name) media"
            ))
        })?;
        for wrapper in &import.wrappers {
            sheet.push_str(&format!("{wrapper} {{\n"));
        }
        inline(&file.with_file_name(import.file), above, sheet)?;
        sheet.push_str(&"}\n".repeat(import.wrappers.len()));
    }
    above.pop();
    Ok(())
}

/// What one `@import` says.
struct Import<'a> {
    file: &'a str,
    /// The blocks that mean the same around the inlined rules, outermost first.
    wrappers: Vec<String>,
}

impl<'a> Import<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (file, rest) = text[1..].split_once(quote)?;
        let mut rest = rest.trim();
        let mut wrappers = Vec::new();
        if let Some(after) = rest.strip_prefix("layer(") {
            let (name, after) = after.split_once(')')?;
            wrappers.push(format!("@layer {}", name.trim()));
            rest = after.trim();
        }
        if !rest.is_empty() {
            wrappers.push(format!("@media {rest}"));
        }
        Some(Self { file, wrappers })
    }
}

/// An address in `url(…)` that leaves the site, or would change its meaning when the partial is inlined.
fn foreign_address(statement: &str) -> Option<&str> {
    statement.split("url(").skip(1).find_map(|after| {
        let address = after.split(')').next()?.trim().trim_matches(['"', '\'']);
        let own = address.starts_with('/') && !address.starts_with("//");
        (!own && !address.starts_with('#') && !address.starts_with("data:")).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a sheet out of files in a folder of its own.
    fn sheet(name: &str, partials: &[(&str, &str)]) -> Result<String, String> {
        let folder =
            std::env::temp_dir().join(format!("xtask-style-{}-{name}", std::process::id()));
        for (file, text) in partials {
            files::write(&folder.join(file), text).unwrap();
        }
        let built = build(&folder.join("main.css")).map_err(|failure| failure.to_string());
        files::remove(&folder).unwrap();
        built.map_err(|text| text.replace(&format!("{}/", folder.display()), ""))
    }

    #[test]
    fn imports_become_blocks_of_their_layer() {
        let partials = [
            (
                "main.css",
                "@layer base, parts;\n@import \"base.css\" layer(base); /* c */\n@import 'parts/all.css' layer(parts) print;\n",
            ),
            ("base.css", "a {\n  color: red;\n}\n"),
            ("parts/all.css", "@import \"card.css\";\n"),
            ("parts/card.css", ".card { b: c }\n"),
        ];
        let expected = "@layer base, parts;\n@layer base {\na {\ncolor: red;\n}\n}\n@layer parts {\n@media print {\n.card { b: c }\n}\n}\n";
        assert_eq!(sheet("good", &partials), Ok(expected.to_owned()));
    }

    #[test]
    fn mistakes_name_file_and_line() {
        type Partials = &'static [(&'static str, &'static str)];
        let cases: [(&str, Partials, &str); 6] = [
            (
                "late",
                &[("main.css", "a { b: c }\n@import \"x.css\";")],
                "main.css:2: an @import after other rules has no effect",
            ),
            (
                "loop",
                &[("main.css", "@import \"main.css\";")],
                "main.css:1: imports itself, by way of others",
            ),
            (
                "partial",
                &[("main.css", "@import \"x.css\";"), ("x.css", "\na { b }")],
                "x.css:2: `b` has no colon",
            ),
            (
                "form",
                &[("main.css", "\n@import url(/x.css);")],
                "main.css:2: `@import url(/x.css);` is not @import \"file\" layer(name) media",
            ),
            (
                "remote",
                &[("main.css", "a { b: url(https://x.org/y.png) }")],
                "main.css:1: `https://x.org/y.png` is not an address of this site (begin it with /)",
            ),
            (
                "relative",
                &[("main.css", "a { b: url('y.png') }")],
                "main.css:1: `y.png` is not an address of this site (begin it with /)",
            ),
        ];
        for (name, partials, expected) in cases {
            let failure = sheet(name, partials).unwrap_err();
            assert!(
                failure.starts_with(&format!("failed: {expected}\n")),
                "{failure}"
            );
        }
    }

    #[test]
    fn a_missing_partial_is_named() {
        let failure = sheet("missing", &[("main.css", "@import \"gone.css\";")]).unwrap_err();
        assert!(failure.starts_with("failed: gone.css: "), "{failure}");
    }
}
