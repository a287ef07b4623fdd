//! Prompts from lines of JSON.
use serde_json::Value;

/// A line that is no prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected a text in quotes, or an object with `prompt`")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
}

/// One prompt a line: a text in quotes, or an object with a text `prompt`. Empty lines are none.
///
/// # Errors
/// The first line that is something else.
pub fn prompts(text: &str) -> Result<Vec<String>, BadLine> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, json)| {
            let value: Value = serde_json::from_str(json).map_err(|_| BadLine { line })?;
            let text = value.as_str().or_else(|| value["prompt"].as_str());
            text.map(str::to_owned).ok_or(BadLine { line })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BadLine, prompts};

    #[test]
    fn one_a_line() {
        let text = "\"the sea\"\n\n{\"prompt\": \"and\\nthe\", \"id\": 7}\r\n";
        assert_eq!(prompts(text).unwrap(), ["the sea", "and\nthe"]);
        assert_eq!(prompts(" \n"), Ok(Vec::new()));
        for (text, line) in [
            ("a", 1),
            ("\"a\"\n{}", 2),
            ("\n[1]", 2),
            ("{\"prompt\":1}", 1),
        ] {
            assert_eq!(prompts(text), Err(BadLine { line }), "{text}");
        }
        assert_eq!(
            BadLine { line: 2 }.to_string(),
            "line 2: expected a text in quotes, or an object with `prompt`"
        );
    }
}
