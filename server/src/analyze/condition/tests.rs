use super::*;

/// A run of three sequences whose perplexity is 2.5, with nothing to take a median of.
fn figures(name: &Name) -> Option<f64> {
    match name.name {
        "perplexity_overall" => Some(2.5),
        "sequences" => Some(3.0),
        "missing" => Some(0.0),
        "perplexity_median" | "probability_overall" => None,
        other => panic!("{other} is not in the table"),
    }
}

#[test]
fn truth_table() {
    let table = [
        ("sequences < 3", false),
        ("sequences < 3.1", true),
        ("sequences <= 3", true),
        ("sequences <= 2", false),
        ("sequences > 3", false),
        ("sequences > 2", true),
        ("sequences >= 3", true),
        ("sequences >= 4", false),
        ("sequences == 3", true),
        ("sequences == 2", false),
        ("sequences != 3", false),
        ("sequences != 2", true),
        ("  sequences==3  ", true),
        ("3 == sequences", true),
        ("missing<sequences", true),
        ("perplexity_overall > 25e-1", false),
        ("perplexity_overall >= 2.5e0", true),
        ("missing > -1", true),
        ("1 < 2", true),
        ("1 > 2", false),
        ("1 < 2 and 2 < 3", true),
        ("1 < 2 and 2 > 3", false),
        ("1 > 2 and 2 < 3", false),
        ("1 > 2 or 2 < 3", true),
        ("1 > 2 or 2 > 3", false),
        // `and` binds tighter, on either side.
        ("1 < 2 or 1 < 2 and 1 > 2", true),
        ("1 > 2 and 1 < 2 or 1 < 2", true),
        ("1 > 2 and 1 > 2 or 1 > 2", false),
        ("1 > 2 or 1 < 2 and 1 < 2", true),
        // Without a value, whatever it is compared with.
        ("perplexity_median == perplexity_median", false),
        ("perplexity_median != 1", false),
        ("perplexity_median < 1", false),
        ("perplexity_median >= 1", false),
        ("perplexity_median > 1 or sequences == 3", true),
        ("perplexity_median > 1 and sequences == 3", false),
    ];
    for (text, held) in table {
        let verdict = Condition::parse(text).unwrap().decide(figures);
        assert_eq!((verdict.held, verdict.text.as_str()), (held, text.trim()));
    }
}

#[test]
fn what_the_person_is_told() {
    let table: [(&str, &[&str]); 5] = [
        ("sequences < 3", &[]),
        (
            "sequences >= 3 and 2 > missing and 1 < 2 or sequences > 7",
            &[
                "--fail-if holds: sequences >= 3 (sequences is 3) and 2 > missing (missing is 0) and 1 < 2",
            ],
        ),
        (
            "perplexity_overall != sequences",
            &[
                "--fail-if holds: perplexity_overall != sequences (perplexity_overall is 2.5, sequences is 3)",
            ],
        ),
        (
            "perplexity_median > 1 or perplexity_median < 1 or probability_overall < 1",
            &[
                "--fail-if: perplexity_median has no value; comparisons with it count as false",
                "--fail-if: probability_overall has no value; comparisons with it count as false",
            ],
        ),
        (
            "1 > 2 and perplexity_median > 1 or 1 == 1",
            &[
                "--fail-if: perplexity_median has no value; comparisons with it count as false",
                "--fail-if holds: 1 == 1",
            ],
        ),
    ];
    for (text, sentences) in table {
        let verdict = Condition::parse(text).unwrap().decide(figures);
        assert_eq!(verdict.sentences().collect::<Vec<_>>(), sentences, "{text}");
    }
}

#[test]
fn what_is_wrong_and_where() {
    let table = [
        (
            "",
            "at character 1: here stands a name or a number. The names are perplexity_overall, ",
        ),
        (
            "sequences",
            "at character 10: here stands one of < <= > >= == !=",
        ),
        (
            "sequences = 3",
            "at character 11: here stands one of < <= > >= == !=",
        ),
        (
            "sequences <> 3",
            "at character 12: here stands a name or a number. ",
        ),
        (
            "sequences >",
            "at character 12: here stands a name or a number. ",
        ),
        (
            "perplexity > 3",
            "at character 1: \"perplexity\" is neither a number nor a name. The names are perplexity_overall, ",
        ),
        (
            "sequences > three",
            "at character 13: \"three\" is neither a number nor a name. ",
        ),
        (
            "sequences > inf",
            "at character 13: \"inf\" is neither a number nor a name. ",
        ),
        (
            "sequences > nan",
            "at character 13: \"nan\" is neither a number nor a name. ",
        ),
        (
            "sequences > 1.2.3",
            "at character 13: \"1.2.3\" is neither a number nor a name. ",
        ),
        (
            "sequences > 3 and",
            "at character 18: here stands a name or a number. ",
        ),
        (
            "sequences > 3 or or",
            "at character 18: \"or\" is neither a number nor a name. ",
        ),
        (
            "sequences > 3 && missing > 1",
            "at character 15: here stands `and`, `or` or nothing more",
        ),
        (
            "sequences > 3 4",
            "at character 15: here stands `and`, `or` or nothing more",
        ),
        (
            "(sequences > 3)",
            "at character 1: here stands a name or a number. ",
        ),
        (
            "sequences > 3)",
            "at character 14: here stands `and`, `or` or nothing more",
        ),
        (
            "Sequences > 3",
            "at character 1: \"Sequences\" is neither a number nor a name. ",
        ),
        (
            "é > 3",
            "at character 1: \"é\" is neither a number nor a name. ",
        ),
        (
            "1 < 2 and é > 3",
            "at character 11: \"é\" is neither a number nor a name. ",
        ),
        (
            "1 < 2\u{a0}é",
            "at character 7: here stands `and`, `or` or nothing more",
        ),
    ];
    for (text, expected) in table {
        let message = Condition::parse(text).unwrap_err();
        assert!(message.starts_with(expected), "{text}: {message}");
    }
    let message = Condition::parse("x > 1").unwrap_err();
    for name in names() {
        assert!(message.contains(name.name), "{message}");
    }
}
