//! What an output is, told from its text alone: JSON and XML by parsing, code by its fence or the look of its lines.
mod language;

use crate::Kind;
use quick_xml::Reader;
use quick_xml::events::Event;

/// A text that is longer is not parsed: it is a text.
const LONGEST: usize = 4 << 20;

/// The kind of a text and, of code, its language.
pub fn of(text: &str) -> (Kind, Option<String>) {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return (Kind::Text, None);
    }
    if let Some(image) = embedded(text) {
        return (image, None);
    }
    if is_json(text) {
        return (Kind::Json, None);
    }
    if is_xml(text) {
        return (Kind::Code, Some("xml".to_owned()));
    }
    if is_html(text) {
        return (Kind::Code, Some("html".to_owned()));
    }
    if let Some(fences) = Fences::of(text) {
        // What stands in the only fence is the output, if nothing else is said.
        if fences.words == 0 && fences.blocks == 1 {
            let says_json = matches!(fences.language.as_str(), "json" | "");
            if says_json && is_json(fences.inside.trim()) {
                return (Kind::Json, None);
            }
        }
        if fences.code > fences.words {
            let language = Some(fences.language).filter(|language| !language.is_empty());
            return (Kind::Code, language);
        }
        return (Kind::Text, None);
    }
    match language::of(text) {
        Some(language) => (Kind::Code, Some(language.to_owned())),
        None => (Kind::Text, None),
    }
}

/// An address that holds an image or a sound.
fn embedded(text: &str) -> Option<Kind> {
    let address = text.strip_prefix("data:")?;
    if text.contains(char::is_whitespace) || !address.contains(',') {
        return None;
    }
    match address.split_once('/')?.0 {
        "image" => Some(Kind::Image),
        "audio" => Some(Kind::Audio),
        _ => None,
    }
}

/// An object or a list; a lone number or word is a text.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// One element with what is in it, whole.
fn is_xml(text: &str) -> bool {
    if !text.starts_with('<') || !text.ends_with('>') {
        return false;
    }
    let mut reader = Reader::from_str(text);
    let (mut depth, mut roots) = (0_u64, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                roots += u32::from(depth == 0);
                depth += 1;
            }
            Ok(Event::Empty(_)) => roots += u32::from(depth == 0),
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Text(text)) if depth == 0 && !text.trim_ascii().is_empty() => return false,
            Ok(Event::Eof) => return depth == 0 && roots == 1,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// HTML is seldom well-formed XML; its first words tell it.
fn is_html(text: &str) -> bool {
    let start: String = text.chars().take(15).collect::<String>().to_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// What stands inside of fences and around them.
#[derive(Debug, Default)]
struct Fences {
    blocks: usize,
    /// Characters other than white space, inside and outside.
    code: usize,
    words: usize,
    /// Of the first block.
    language: String,
    inside: String,
}

impl Fences {
    /// `None` when there is no fence.
    fn of(text: &str) -> Option<Self> {
        let mut found = Self::default();
        let mut open: Option<&str> = None;
        for line in text.lines() {
            let start = line.trim_start();
            let fence = ["```", "~~~"]
                .into_iter()
                .find(|fence| start.starts_with(fence));
            match (open, fence) {
                (None, Some(fence)) => {
                    open = Some(fence);
                    found.blocks += 1;
                    if found.blocks == 1 {
                        let name = start.trim_start_matches(['`', '~']);
                        let name = name.split_whitespace().next().unwrap_or_default();
                        found.language = name.to_lowercase();
                    }
                }
                (Some(begun), Some(fence)) if begun == fence => open = None,
                (Some(_), _) => {
                    found.code += solid(line);
                    if found.blocks == 1 {
                        found.inside += line;
                        found.inside.push('\n');
                    }
                }
                (None, None) => found.words += solid(line),
            }
        }
        (found.blocks > 0).then_some(found)
    }
}

fn solid(line: &str) -> usize {
    line.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds() {
        let table: [(&str, Kind, Option<&str>); 26] = [
            ("", Kind::Text, None),
            ("Hello, world.", Kind::Text, None),
            ("42", Kind::Text, None),
            ("\"a\"", Kind::Text, None),
            (" {\"a\": [1, 2]} ", Kind::Json, None),
            ("[]", Kind::Json, None),
            ("{\"a\": }", Kind::Text, None),
            ("{not json}", Kind::Text, None),
            ("```json\n{\"a\": 1}\n```", Kind::Json, None),
            ("```\n[1]\n```", Kind::Json, None),
            ("```json\n{\"a\": 1\n```", Kind::Code, Some("json")),
            ("```python\nprint(1)\n```", Kind::Code, Some("python")),
            ("~~~\nx y z\n~~~", Kind::Code, None),
            (
                "Run:\n```sh\ncargo run --release --bin x\n```",
                Kind::Code,
                Some("sh"),
            ),
            (
                "This is a long explanation of it:\n```sh\nls\n```\nand more of it.",
                Kind::Text,
                None,
            ),
            // A fence that the length cut off.
            ("```rust\nfn main() {", Kind::Code, Some("rust")),
            ("<a><b x='1'/>text</a>", Kind::Code, Some("xml")),
            ("<a></b>", Kind::Text, None),
            ("<think>I see.</think> So it is.", Kind::Text, None),
            ("<a/><b/>", Kind::Text, None),
            ("<!DOCTYPE html><p>one<br>two", Kind::Code, Some("html")),
            ("data:image/png;base64,iVBOR", Kind::Image, None),
            ("data:audio/wav;base64,UklG", Kind::Audio, None),
            (
                "def f(x):\n    return x + 1\n\nprint(f(1))",
                Kind::Code,
                Some("python"),
            ),
            (
                "fn main() {\n    let x = 1;\n    println!(\"{x}\");\n}",
                Kind::Code,
                Some("rust"),
            ),
            ("SELECT a\nFROM t\nWHERE a > 1;", Kind::Code, Some("sql")),
        ];
        for (text, kind, language) in table {
            assert_eq!(of(text), (kind, language.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn prose_is_no_code() {
        for text in [
            "Use a spoon.\nLet it rest.\nImport nothing.",
            "For example:\n- one\n- two\n- three",
            "If you go there, you will see it.\nFrom there you can walk.\nReturn before night.",
            "1. First do this.\n2. Then do that.\n3. Return to the start.",
            "Dear all,\n\nwith best regards,\nX",
        ] {
            assert_eq!(of(text), (Kind::Text, None), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,200}", glue in "[<>/`{}a ]{0,40}") {
            let _ = (of(&text), of(&glue), of(&format!("```{glue}\n{text}")));
        }
    }
}
