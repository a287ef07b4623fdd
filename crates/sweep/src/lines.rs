//! A grid as a text, a line for each parameter: what a form shows field by field, and what a person can type or paste.
use crate::{Axis, Failure};
use decoding::parameters::{Entry, Field, TABLE, entry};

/// The parameters of a text, line by line.
///
/// # Errors
/// The first line that is none.
pub fn axes(text: &str) -> Result<Vec<Axis>, Failure> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(str::parse).collect()
}

/// The parameters that can be swept: those whose one value is no list.
pub fn sweepable() -> impl Iterator<Item = &'static Entry> {
    let is_list = |entry: &&Entry| matches!(entry.field, Field::Bias | Field::Eos | Field::Stop);
    TABLE.iter().filter(move |entry| !is_list(entry))
}

/// The parameters that have a line, each once, in the order of their first lines.
pub fn named(text: &str) -> Vec<&'static str> {
    let mut names = Vec::new();
    for line in text.lines() {
        if let Some((name, _)) = parts(line)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// The values of a parameter as they stand there; of several lines those of the first one.
pub fn values<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(parts);
    lines
        .find(|(own, _)| *own == name)
        .map(|(_, values)| values)
}

/// The text with other values of a parameter: in its line, or in a new one at the end; without the line for `None`.
pub fn with(text: &str, name: &str, values: Option<&str>) -> String {
    let mut told = values;
    let mut all = String::new();
    let mut add = |line: &str| {
        all.push_str(line);
        all.push('\n');
    };
    let written = |values: &str| format!("{name} = {values}");
    for line in text.lines() {
        let is_own = parts(line).is_some_and(|(own, _)| own == name);
        match told.filter(|_| is_own) {
            Some(values) => {
                add(&written(values));
                told = None;
            }
            None if is_own && values.is_none() => {}
            None => add(line),
        }
    }
    if let Some(values) = told {
        add(&written(values));
    }
    all
}

/// A line of the form `NAME = VALUES` with a parameter that there is; its name in the table, and the values.
fn parts(line: &str) -> Option<(&'static str, &str)> {
    let (name, values) = line.split_once('=')?;
    let entry = entry(&name.trim().replace('-', "_"))?;
    Some((entry.name, values.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::{axes, named, sweepable, values, with};

    const TEXT: &str = "top-p = 0.9,1\n\nnum_generations=2\nwarm\n top_p=1\n";

    #[test]
    fn lines_are_found_by_any_name_of_their_parameter() {
        assert_eq!(named(TEXT), ["top_p", "num_return_sequences"]);
        assert_eq!(values(TEXT, "top_p"), Some("0.9,1"));
        assert_eq!(values(TEXT, "num_return_sequences"), Some("2"));
        assert_eq!(values(TEXT, "top_k"), None);
        // Blanks behind it are still being typed.
        assert_eq!(values("seed = 1, ", "seed"), Some("1, "));
    }

    #[test]
    fn a_line_is_changed_added_and_taken_away() {
        for (text, name, told, expected) in [
            ("", "seed", Some("1"), "seed = 1\n"),
            (
                "top_k=5\nseed=1\nwarm",
                "seed",
                Some("1, 2"),
                "top_k=5\nseed = 1, 2\nwarm\n",
            ),
            ("seed=1\n", "top_k", Some(""), "seed=1\ntop_k = \n"),
            ("top_k=5\nseed=1\n", "top_k", None, "seed=1\n"),
            ("seed=1", "top_k", None, "seed=1\n"),
        ] {
            assert_eq!(with(text, name, told), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_a_grid() {
        assert_eq!(axes("\ntop_k=5,0\n \nseed=1\n").unwrap().len(), 2);
        assert_eq!(axes("").unwrap(), []);
        assert_eq!(
            axes("top_k=5\nwarm").unwrap_err().to_string(),
            "warm: expected a parameter and its values, as in temperature=0.5,1,1.5"
        );
        for entry in sweepable() {
            assert!(
                axes(&format!("{}=", entry.name))
                    .unwrap_err()
                    .to_string()
                    .contains("expected")
            );
        }
    }
}
