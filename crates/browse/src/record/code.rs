//! Code with the colours of its syntax: syntect tells the scopes, six classes of ours say what they look like.
use markup::Inert;
use std::sync::LazyLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

/// Bytes of code that are coloured; the rest stays plain.
const MOST: usize = 96 << 10;
/// A longer line stays plain: patterns of a syntax may take long for it.
const LONGEST_LINE: usize = 4 << 10;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Scopes and the classes that they are shown with; of several that fit, the first one counts.
static CLASSES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    let named = [
        ("comment", "c"),
        ("string", "s"),
        ("constant.character.escape", "n"),
        ("constant", "n"),
        ("entity.name.function", "f"),
        ("support.function", "f"),
        ("entity.name.tag", "k"),
        ("entity.other.attribute-name", "f"),
        ("entity.name", "t"),
        ("support.type", "t"),
        ("support.class", "t"),
        ("storage.type", "k"),
        ("storage", "k"),
        ("keyword.operator", ""),
        ("keyword", "k"),
        ("variable.language", "k"),
        ("meta.interpolation", ""),
    ];
    let scope = |(name, class): (&str, &'static str)| Some((Scope::new(name).ok()?, class));
    named.into_iter().filter_map(scope).collect()
});

/// The code as HTML, in a language as a fence names it; plain where the language is not known.
pub(super) fn html(code: &str, language: Option<&str>) -> String {
    let syntax = language.and_then(syntax);
    let mut html = String::from("<pre class=\"code\" dir=\"ltr\" tabindex=\"0\">\n");
    match syntax {
        Some(syntax) => coloured(&mut html, code, syntax),
        None => html.push_str(&Inert(code).to_string()),
    }
    html + "</pre>"
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let token = match language.to_lowercase().as_str() {
        // Near enough to be read by.
        "typescript" | "ts" | "tsx" | "jsx" | "mjs" => "js".to_owned(),
        "c++" | "cuda" => "cpp".to_owned(),
        "shell" | "console" | "zsh" => "sh".to_owned(),
        "csharp" => "cs".to_owned(),
        "golang" => "go".to_owned(),
        "kotlin" | "kt" | "swift" => "java".to_owned(),
        "jsonl" | "json5" | "jsonc" => "json".to_owned(),
        "svg" | "xhtml" => "xml".to_owned(),
        other => other.to_owned(),
    };
    SYNTAXES.find_syntax_by_token(&token)
}

fn coloured(html: &mut String, code: &str, syntax: &SyntaxReference) {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut now = Run::default();
    let mut done = 0;
    for line in code.split_inclusive('\n') {
        if done + line.len() > MOST {
            break;
        }
        done += line.len();
        let parsed = match line.len() {
            0..=LONGEST_LINE => state.parse_line(line, &SYNTAXES).ok(),
            _ => None,
        };
        let mut from = 0;
        for (at, op) in parsed.into_iter().flatten() {
            now.add(html, &stack, line.get(from..at).unwrap_or_default());
            from = at.max(from);
            apply(&mut stack, &op);
        }
        now.add(html, &stack, line.get(from..).unwrap_or_default());
    }
    now.end(html);
    html.push_str(&Inert(code.get(done..).unwrap_or_default()).to_string());
}

/// A stack that does not fit any more is only a wrong colour.
fn apply(stack: &mut ScopeStack, op: &ScopeStackOp) {
    let _ = stack.apply(op);
}

/// Neighbours of one class are one element.
#[derive(Default)]
struct Run {
    class: &'static str,
    text: String,
}

impl Run {
    fn add(&mut self, html: &mut String, stack: &ScopeStack, text: &str) {
        if text.is_empty() {
            return;
        }
        let class = class(stack);
        if class != self.class {
            self.end(html);
            self.class = class;
        }
        self.text.push_str(text);
    }

    fn end(&mut self, html: &mut String) {
        let text = std::mem::take(&mut self.text);
        match self.class {
            "" => html.push_str(&Inert(text).to_string()),
            class => html.push_str(&format!("<span class=\"h-{class}\">{}</span>", Inert(text))),
        }
    }
}

/// The class of the innermost scope that has one.
fn class(stack: &ScopeStack) -> &'static str {
    let of = |scope: &Scope| {
        CLASSES
            .iter()
            .find(|(known, _)| known.is_prefix_of(*scope))
            .map(|(_, class)| *class)
    };
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(of)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Without its elements, for comparison.
    fn text(html: &str) -> String {
        let mut out = String::new();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            out.push_str(&rest[..at]);
            rest = &rest[at + rest[at..].find('>').unwrap() + 1..];
        }
        out + rest
    }

    #[test]
    fn languages_have_their_colours() {
        for (language, code, parts) in [
            (
                "python",
                "def f(x):\n    return 'a' # b\n",
                vec![
                    "<span class=\"h-k\">def</span>",
                    "<span class=\"h-f\">f</span>",
                    "<span class=\"h-s\">&#39;a&#39;</span>",
                    "<span class=\"h-c\"># b",
                ],
            ),
            (
                "rust",
                "fn main() { let x = 1; }",
                vec![
                    "h-k",
                    "<span class=\"h-f\">main</span>",
                    "<span class=\"h-n\">1</span>",
                ],
            ),
            ("typescript", "const a = \"b\";", vec!["h-k", "h-s"]),
            ("sql", "SELECT 1 FROM t", vec!["h-k"]),
            (
                "xml",
                "<a b=\"c\"/>",
                vec!["<span class=\"h-k\">a</span>", "h-f", "h-s"],
            ),
            ("html", "<p>x</p>", vec!["h-k"]),
            ("json", "{\"a\": 1}", vec!["h-s", "h-n"]),
            ("sh", "echo \"a\"", vec!["h-s"]),
        ] {
            let html = html(code, Some(language));
            for part in parts {
                assert!(html.contains(part), "{language}: {part} in {html}");
            }
        }
        assert_eq!(
            html("<b>", Some("klingon")),
            "<pre class=\"code\" dir=\"ltr\" tabindex=\"0\">\n&lt;b&gt;</pre>"
        );
        assert_eq!(
            html("<b>", None),
            "<pre class=\"code\" dir=\"ltr\" tabindex=\"0\">\n&lt;b&gt;</pre>"
        );
    }

    #[test]
    fn long_code_is_plain_from_somewhere_on() {
        let code = "let x = 1;\n".repeat(20_000);
        let html = html(&code, Some("rust"));
        assert_eq!(text(&html).trim_start_matches('\n'), code);
        assert!(html.ends_with("let x = 1;\n</pre>"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_text_gets_lost(code in "[a-z(){}\"'#/\\* \n]{0,120}", language in prop_oneof![Just("python"), Just("rust"), Just("js"), Just("html"), Just("sql")]) {
            let html = html(&code, Some(language));
            let shown = text(&html).replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(&shown[1..], code);
        }
    }
}
