//! The language of code that stands without a fence, told by the look of its lines.

/// Lines that such code has, at least.
const FEWEST_LINES: usize = 3;

/// The language of lines that stand without a fence, when nearly all of them look like code of it.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if let Some(program) = lines.first().and_then(|first| first.strip_prefix("#!")) {
        return Some(if program.contains("python") {
            "python"
        } else {
            "sh"
        });
    }
    if lines.len() < FEWEST_LINES {
        return None;
    }
    let named = LANGUAGES.iter().find(|language| {
        let begins = |line: &&&str| {
            let line = line.trim_start();
            language.begins.iter().any(|word| line.starts_with(word))
        };
        lines.iter().filter(begins).count() >= 2.min(lines.len() / 3)
            && lines
                .iter()
                .any(|line| language.marks.iter().any(|mark| line.contains(mark)))
    })?;
    let looks = lines.iter().filter(|line| looks_like_code(line)).count();
    // Four of five: comments and texts of several lines are part of programs, too.
    (looks * 5 >= lines.len() * 4).then_some(named.name)
}

struct Language {
    name: &'static str,
    /// How lines begin that nothing else begins with.
    begins: &'static [&'static str],
    /// What one line of it has.
    marks: &'static [&'static str],
}

/// In the order of looking: what is told for sure comes first.
const LANGUAGES: [Language; 8] = [
    Language {
        name: "rust",
        begins: &[
            "fn ",
            "pub fn ",
            "use ",
            "let ",
            "impl ",
            "pub struct ",
            "struct ",
            "enum ",
            "mod ",
            "match ",
        ],
        marks: &["fn ", "let mut ", "impl ", "::"],
    },
    Language {
        name: "go",
        begins: &[
            "package ",
            "func ",
            "import (",
            "import \"",
            "type ",
            "if err",
            "return ",
        ],
        marks: &["func ", "package "],
    },
    Language {
        name: "python",
        begins: &[
            "def ", "import ", "from ", "class ", "return ", "for ", "if ", "with ", "print(", "@",
            "#",
        ],
        marks: &["def ", "import ", "print(", "class "],
    },
    Language {
        name: "typescript",
        begins: &[
            "interface ",
            "export ",
            "import ",
            "const ",
            "type ",
            "function ",
            "let ",
        ],
        marks: &[": string", ": number", ": boolean"],
    },
    Language {
        name: "javascript",
        begins: &[
            "const ",
            "let ",
            "function ",
            "import ",
            "export ",
            "var ",
            "return ",
            "console.",
        ],
        marks: &["=>", "function", "const ", "console.", "require("],
    },
    Language {
        name: "java",
        begins: &[
            "public ", "private ", "import ", "package ", "class ", "return ",
        ],
        marks: &["class ", "void "],
    },
    Language {
        name: "c",
        begins: &[
            "#include", "int ", "void ", "return ", "for (", "if (", "printf(", "std::",
        ],
        marks: &["#include", "int main", "void "],
    },
    Language {
        name: "sql",
        begins: &[
            "SELECT ",
            "FROM ",
            "WHERE ",
            "JOIN ",
            "LEFT JOIN ",
            "GROUP BY ",
            "ORDER BY ",
            "INSERT ",
            "CREATE ",
            "UPDATE ",
            "WITH ",
        ],
        marks: &["SELECT ", "INSERT INTO ", "CREATE TABLE ", "UPDATE "],
    },
];

/// A line as programs have them: its end, its indentation or its first sign.
fn looks_like_code(line: &str) -> bool {
    let indented = line.starts_with(' ') || line.starts_with('\t');
    let line = line.trim();
    let ends = line.ends_with(['{', '}', ';', ':', ')', '(', ',', ']', '[', '\\']);
    let begins = line.starts_with(['#', '@', '}', '<', '/', '*', ')', '-'])
        || LANGUAGES
            .iter()
            .any(|language| language.begins.iter().any(|word| line.starts_with(word)));
    let assigns = line.contains(" = ") || line.contains(" += ");
    // Sentences end with a full stop and begin with a capital.
    let sentence =
        line.ends_with(['.', '!', '?']) && line.contains(' ') && !line.starts_with(['#', '/', '*']);
    (indented || ends || begins || assigns) && !sentence
}
