//! Names of files as clients give them.

/// Longest name that is kept, in bytes.
const LONGEST: usize = 255;

/// The name of a file without directories and without characters that only confuse: controls, and marks that
/// change the direction of writing (they can make `exe.json` out of `nosj.exe`). At most 255 bytes.
pub fn clean_name(given: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let confusing = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut name: String = base.chars().filter(|c| !confusing(c)).collect();
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    let name = name.trim();
    if matches!(name, "" | "." | "..") {
        "unnamed".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::clean_name;

    #[test]
    fn names() {
        let cases = [
            ("run.json", "run.json"),
            ("räksmörgås 🦐.jsonl", "räksmörgås 🦐.jsonl"),
            ("/etc/passwd", "passwd"),
            ("C:\\Users\\me\\run.json", "run.json"),
            ("../../x", "x"),
            ("a\r\nb\0c", "abc"),
            ("\u{202e}nosj.exe", "nosj.exe"),
            ("  spaced  ", "spaced"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("dir/", "unnamed"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean_name(given), expected, "{given:?}");
        }
        assert_eq!(clean_name(&"é".repeat(200)), "é".repeat(127));
    }
}
