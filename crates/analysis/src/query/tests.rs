use super::eval::Truth;
use super::*;
use completions::{Columns, Importer, Limits, SequenceDetail, decode_sequence};
use proptest::prelude::*;

#[test]
fn what_is_written_and_what_it_reads_as() {
    for (text, canonical) in [
        ("", ""),
        ("p<0.2", "p<0.2"),
        ("prob<20%", "p<0.2"),
        (
            "p<0.2 rank>1 text~/^\\s*\\d/ entropy>1.5",
            "p<0.2 rank>1 text~/^\\s*\\d/ entropy>1.5",
        ),
        (
            "model:gpt-4o seq.ppl>2 dup:no",
            "model:gpt-4o seq.ppl>2 dup:no",
        ),
        ("Paris", "\"Paris\""),
        ("\"a \\\"b\\\"\\n\"", "\"a \\\"b\\\"\\n\""),
        (
            "p<0.2 and (model:a or model:b)",
            "p<0.2 (model:a or model:b)",
        ),
        ("a or b c or -d", "\"a\" or \"b c\" or -\"d\""),
        ("the  cat p<1 sat", "\"the  cat\" p<1 \"sat\""),
        ("the and cat", "\"the\" \"cat\""),
        ("\"the\" cat", "\"the\" \"cat\""),
        ("not so fast", "-\"so fast\""),
        ("not (p<1 p>0)", "-(p<1 p>0)"),
        ("-(a or b)", "-(\"a\" or \"b\")"),
        ("--a", "--\"a\""),
        ("model:\"two words\"", "model:\"two words\""),
        ("model:a:b=c", "model:a:b=c"),
        ("label=-1", "label=-1"),
        ("logprob>-0.5", "logprob>-0.5"),
        ("text~/a\\/b/", "text~/a\\/b/"),
        ("model~gpt", "model~/gpt/"),
        ("id~a\\/b/c", "id~/a\\/b\\/c/"),
        ("id~a\\\\/b", "id~/a\\\\\\/b/"),
        ("text=\" the\"", "text=\" the\""),
        ("gpt-4o", "\"gpt-4o\""),
        ("(p<1)", "p<1"),
        ("()", ""),
        ("or:", "There is no field `or`."),
    ] {
        match Query::parse(text) {
            Ok(query) => assert_eq!(query.to_string(), canonical, "{text}"),
            Err(error) => assert_eq!(error.message, canonical, "{text}"),
        }
    }
}

#[test]
fn what_is_wrong_and_where() {
    for (text, at, message) in [
        (
            "prop<0.2",
            0..4,
            "at character 1: There is no field `prop`. Did you mean `prob`? Text goes in double quotes.",
        ),
        (
            "a entropie>1",
            2..10,
            "at character 3: There is no field `entropie`. Did you mean `entropy`? Text goes in double quotes.",
        ),
        (
            "http://x",
            0..4,
            "at character 1: There is no field `http`. Put text in double quotes.",
        ),
        ("p<", 2..2, "at character 3: A value is missing behind `p`."),
        (
            "p< 0.2",
            2..2,
            "at character 3: A value is missing behind `p`.",
        ),
        (
            "p<x",
            2..3,
            "at character 3: `p` is compared with a number.",
        ),
        (
            "p<nan",
            2..5,
            "at character 3: `p` is compared with a number.",
        ),
        (
            "p~1",
            1..2,
            "at character 2: `p` cannot be compared like this. Use < <= > >= = or !=.",
        ),
        (
            "model<a",
            5..6,
            "at character 6: `model` cannot be compared like this. Use : = != or ~.",
        ),
        (
            "model:/a/",
            5..6,
            "at character 6: `model` cannot be compared like this. A pattern needs ~.",
        ),
        ("dup:maybe", 4..9, "at character 5: `dup` is `yes` or `no`."),
        (
            "dup~yes",
            3..4,
            "at character 4: `dup` cannot be compared like this. Use : = or !=.",
        ),
        (
            "(a",
            0..1,
            "at character 1: A bracket is not closed. Add `)`.",
        ),
        (
            "a)",
            1..2,
            "at character 2: A bracket is closed that was not opened. Remove it, or put it in double quotes.",
        ),
        (
            "\"a",
            0..2,
            "at character 1: A quoted text has no end. Close it with \".",
        ),
        (
            "text~/a",
            5..7,
            "at character 6: A pattern has no end. Close it with /.",
        ),
        (
            "or a",
            0..0,
            "at character 1: `or` needs a condition on both sides.",
        ),
        (
            "a or",
            4..4,
            "at character 5: `or` needs a condition on both sides.",
        ),
        (
            "a and",
            5..5,
            "at character 6: `and` needs a condition on both sides.",
        ),
        ("not", 3..3, "at character 4: A condition is missing."),
        (
            "<3",
            0..1,
            "at character 1: `<` has no field before it. Put text in double quotes.",
        ),
        (
            "\"\"",
            0..2,
            "at character 1: An empty text is nowhere and everywhere.",
        ),
    ] {
        let error = Query::parse(text).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.at),
            (message, at),
            "{text}"
        );
    }
    let pattern = Query::parse("text~/(/").unwrap_err();
    assert!(
        pattern.message.starts_with("The pattern is wrong: "),
        "{pattern}"
    );
    assert_eq!(pattern.at, 5..8);
    let deep = "(".repeat(100);
    assert_eq!(
        Query::parse(&deep).unwrap_err().message,
        "The query has too many brackets in each other."
    );
    let long = "a ".repeat(10_000);
    assert_eq!(
        Query::parse(&long).unwrap_err().message,
        "A query has at most 16 KiB."
    );
}

/// A token as JSON, with its alternatives.
fn token(text: &str, logprob: f64, others: &[(&str, f64)]) -> String {
    let mut listed: Vec<(&str, f64)> = [&[(text, logprob)], others].concat();
    listed.sort_by(|a, b| b.1.total_cmp(&a.1));
    let listed: Vec<String> = listed
        .iter()
        .map(|(text, logprob)| format!(r#"{{"token":"{text}","logprob":{logprob}}}"#))
        .collect();
    format!(
        r#"{{"token":"{text}","logprob":{logprob},"top_logprobs":[{}]}}"#,
        listed.join(",")
    )
}

fn line(id: &str, model: &str, finish: &str, tokens: &[String]) -> String {
    format!(
        r#"{{"id":"{id}","object":"chat.completion","model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant"}},"logprobs":{{"content":[{}]}},"finish_reason":"{finish}"}}]}}"#,
        tokens.join(",")
    )
}

/// Four sequences; the last has the text of the second.
fn file() -> String {
    let paris = token(" Paris", -2.0, &[(" Lyon", -0.2), (" Rome", -4.0)]);
    let is = token(" is", -0.01, &[(" was", -5.0)]);
    let lines = [
        line(
            "a",
            "gpt-4o",
            "stop",
            &[token("It", -0.1, &[("He", -2.5)]), is.clone(), paris],
        ),
        line(
            "b",
            "gpt-4o",
            "length",
            &[token(" 42", -1.5, &[(" 7", -1.4)]), is.clone()],
        ),
        line("c", "small", "stop", &[token("x", -9999.0, &[("y", -0.1)])]),
        line(
            "d",
            "small",
            "stop",
            &[token(" 42", -0.7, &[(" 7", -0.8)]), is],
        ),
    ];
    lines.join("\n")
}

fn import(file: &str) -> Columns {
    let mut importer = Importer::new(Limits::default());
    importer.push(file.as_bytes());
    importer.finish().columns
}

fn detail(file: &str, columns: &Columns, sequence: u32) -> Option<SequenceDetail> {
    let row = columns.sequences.get(sequence as usize)?;
    let completion = columns.completions.get(row.completion as usize)?;
    let record = columns.records.get(completion.record as usize)?;
    let bytes = &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
    decode_sequence(record.form, completion.format, bytes, completion.offset)
}

#[test]
fn what_matches() {
    let file = file();
    let columns = import(&file);
    type Hits<'a> = &'a [(u32, &'a [u32])];
    let table: &[(&str, Hits<'_>)] = &[
        ("", &[(0, &[]), (1, &[]), (2, &[]), (3, &[])]),
        ("p<0.2", &[(0, &[2])]),
        ("p<30%", &[(0, &[2]), (1, &[0])]),
        // What is below the floor has no probability: neither low nor not low.
        ("not p<0.2", &[(0, &[0, 1]), (1, &[0, 1]), (3, &[0, 1])]),
        ("status:censored", &[(2, &[0])]),
        ("surprisal>2", &[(0, &[2]), (1, &[0])]),
        ("text~/^\\s*\\d/", &[(1, &[0]), (3, &[0])]),
        ("text:PAR", &[(0, &[2])]),
        ("text=\" is\"", &[(0, &[1]), (1, &[1]), (3, &[1])]),
        ("paris", &[(0, &[2])]),
        // Across tokens.
        ("\"is Paris\"", &[(0, &[1, 2])]),
        ("model:small", &[(2, &[]), (3, &[])]),
        ("model!=small finish:length", &[(1, &[])]),
        ("model~/^gpt/ p<0.2", &[(0, &[2])]),
        ("seq=2 or id=c", &[(1, &[]), (2, &[])]),
        ("dup:yes", &[(3, &[])]),
        ("dup:no", &[(0, &[]), (1, &[]), (2, &[])]),
        ("seq.tokens>=3", &[(0, &[])]),
        ("seq.ppl>2", &[(0, &[]), (1, &[])]),
        (
            "model:small or p<0.2",
            &[(0, &[2]), (2, &[0]), (3, &[0, 1])],
        ),
        ("pos=0 bytes>2", &[(1, &[0]), (3, &[0])]),
        // What is below the floor is low, as in the boards.
        ("band:low", &[(0, &[2]), (1, &[0]), (2, &[0])]),
        ("rank>1", &[(0, &[2]), (1, &[0]), (2, &[0])]),
        ("rank=1 -text:is", &[(0, &[0]), (3, &[0])]),
        ("share<0.5", &[(0, &[2])]),
        ("margin<0.1", &[(1, &[0]), (3, &[0])]),
        ("entropy>0.6", &[(0, &[2]), (1, &[0]), (3, &[0])]),
        // Only the two listed ones are known: what they leave over may raise it.
        ("entropy<0.6", &[]),
    ];
    for (text, expected) in table {
        let query = Query::parse(text).unwrap();
        let found = query.find(&columns, |sequence| detail(&file, &columns, sequence));
        let hits: Vec<(u32, &[u32])> = found
            .hits
            .iter()
            .map(|hit| (hit.sequence, hit.tokens.as_slice()))
            .collect();
        assert_eq!(hits, *expected, "{text}");
        assert_eq!(found.unread, [0; 0]);
        assert_eq!(
            found.tokens(),
            hits.iter().map(|hit| hit.1.len() as u64).sum::<u64>()
        );
    }
}

#[test]
fn alternatives_that_cannot_be_had() {
    let columns = import(&file());
    let mut asked = Vec::new();
    let query = Query::parse("model:gpt-4o p<0.5 rank>1").unwrap();
    assert!(query.asks_alternatives() && query.asks_tokens());
    let found = query.find(&columns, |sequence| {
        asked.push(sequence);
        None
    });
    // Not of sequences that the rest excludes.
    assert_eq!(
        (found.hits, found.unread, asked),
        (vec![], vec![0, 1], vec![0, 1])
    );
}

#[test]
fn facets_and_words() {
    let file = file();
    let columns = import(&file);
    let find = |text: &str| Query::parse(text).unwrap().find(&columns, |_| None);
    let facet = |field, value: &str, count| Facet {
        field,
        value: value.to_owned(),
        count,
    };
    assert_eq!(
        facets(&columns, &find("p<=1")),
        [
            facet("model", "gpt-4o", 2),
            facet("model", "small", 1),
            facet("finish", "stop", 2),
            facet("finish", "length", 1),
            facet("band", "high", 4),
            facet("band", "low", 2),
            facet("band", "middle", 1),
        ]
    );
    let words = vocabulary(&columns, &find("text:42"), |sequence| {
        detail(&file, &columns, sequence)
    });
    assert_eq!(words.len(), 1);
    let word = &words[0];
    assert_eq!((word.bytes.as_slice(), word.count), (&b" 42"[..], 2));
    let probabilities = [-1.5, -0.7].map(metrics::num::exp);
    let mean = (probabilities[0] + probabilities[1]) / 2.0;
    assert!((word.mean_probability.unwrap() - mean).abs() < 1e-7);
    assert!((word.worst_probability.unwrap() - probabilities[0]).abs() < 1e-7);
    assert_eq!(word.runner_up, Some((b" 7".to_vec(), 2)));
}

#[test]
fn what_may_follow() {
    let columns = import(&file());
    let texts = |text: &str| {
        let all = complete(&columns, text, text.len());
        all.into_iter()
            .map(|one| (one.from, one.text, one.about))
            .collect::<Vec<_>>()
    };
    let value = |from, text: &str, about: &str| (from, text.to_owned(), about.to_owned());
    assert_eq!(
        texts("p<1 model:"),
        [value(10, "gpt-4o", "2"), value(10, "small", "2")]
    );
    assert_eq!(texts("-model:s"), [value(7, "small", "2")]);
    assert_eq!(
        texts("finish:"),
        [value(7, "stop", "3"), value(7, "length", "1")]
    );
    assert_eq!(texts("dup:y"), [value(4, "yes", "")]);
    assert_eq!(texts("ent")[0].1, "entropy");
    assert_eq!(texts("x:"), []);
    assert_eq!(texts("p<"), []);
    assert_eq!(texts("").len(), 20);
}

/// The same by another way: every term of every token looked at, without short cuts.
fn naive(query: &Query, file: &str, columns: &Columns) -> Vec<(u32, Vec<u32>)> {
    let texts: Vec<_> = columns
        .sequences
        .iter()
        .map(|one| columns.sequence_text(one))
        .collect();
    let mut found = Vec::new();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        let is_copy = texts[..index as usize].contains(&texts[index as usize]);
        let detail = detail(file, columns, index).unwrap();
        let of_sequence = |term: &Term| match (&term.value, term.field) {
            (Value::Text(text), Field::Words) => {
                let has = texts[index as usize]
                    .to_lowercase()
                    .contains(&text.to_lowercase());
                if has { Truth::Open } else { Truth::No }
            }
            _ => term.of_sequence(columns, index, is_copy),
        };
        if !query.asks_tokens() {
            if query.holds(&mut |nth| of_sequence(&query.terms[nth])) == Truth::Yes {
                found.push((index, Vec::new()));
            }
            continue;
        }
        let mut tokens = Vec::new();
        let mut start = 0;
        for token in 0..sequence.n_tokens {
            let text = texts[index as usize].to_lowercase();
            let end = start + columns.token_bytes(sequence, token).len();
            let truth = query.holds(&mut |nth| {
                let term = &query.terms[nth];
                match (&term.value, term.field) {
                    (Value::Text(word), Field::Words) => {
                        let word = word.to_lowercase();
                        let touches = |at: usize| at < end && at + word.len() > start;
                        (0..text.len())
                            .any(|at| {
                                text.is_char_boundary(at)
                                    && text[at..].starts_with(&word)
                                    && touches(at)
                            })
                            .into()
                    }
                    (_, field) if field.of_alternatives() => term
                        .of_alternatives(&detail.tokens[token as usize], &mut Default::default()),
                    (_, field) if field.of_token() => term.of_token(columns, sequence, token),
                    _ => term.of_sequence(columns, index, is_copy),
                }
            });
            if truth == Truth::Yes {
                tokens.push(token);
            }
            start = end;
        }
        if !tokens.is_empty() {
            found.push((index, tokens));
        }
    }
    found
}

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "p<0.2",
            "p>=0.5",
            "rank>1",
            "rank=1",
            "entropy>0.5",
            "share<0.9",
            "model:small",
            "finish!=stop",
            "dup:yes",
            "seq.ppl>2",
            "text~/\\d/",
            "is",
            "\" is\"",
            "pos>0",
            "status:censored",
            "band:high",
            "id=a",
        ])
        .prop_map(str::to_owned),
    ]
}

fn query() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" "))),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("({})", all.join(" or "))),
            inner.prop_map(|one| format!("not {one}")),
        ]
    })
}

proptest! {
    #[test]
    fn printed_queries_read_the_same(text in query()) {
        let parsed = Query::parse(&text).unwrap();
        let again = Query::parse(&parsed.to_string()).unwrap();
        prop_assert_eq!(again.to_string(), parsed.to_string());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~é\n]{0,40}", cursor in 0_usize..50) {
        match Query::parse(&text) {
            Ok(query) => {
                let canonical = query.to_string();
                let again = Query::parse(&canonical);
                prop_assert_eq!(again.map(|query| query.to_string()), Ok(canonical));
            }
            Err(error) => prop_assert!(error.at.end <= text.len() && text.is_char_boundary(error.at.start)),
        }
        let _ = complete(&Columns::default(), &text, cursor);
    }

    #[test]
    fn the_quick_way_and_the_plain_one_agree(text in query()) {
        let file = file();
        let columns = import(&file);
        let query = Query::parse(&text).unwrap();
        let found = query.find(&columns, |sequence| detail(&file, &columns, sequence));
        let found: Vec<(u32, Vec<u32>)> = found.hits.into_iter().map(|hit| (hit.sequence, hit.tokens)).collect();
        prop_assert_eq!(&found, &naive(&query, &file, &columns));

        // A selection says the same once what it left open was read.
        let mut question = crate::Question::new(query);
        let select = |question: &crate::Question| {
            crate::select(&columns, &crate::Filter::default(), question, crate::Sort::default(), None, None)
        };
        let open = select(&question).open;
        let details: Vec<_> = open.iter().map(|&at| (at, detail(&file, &columns, at).unwrap())).collect();
        question.read(&columns, details.iter().map(|(at, detail)| (*at, detail)));
        let selection = select(&question);
        let hits = selection.order.iter().map(|&at| (at, selection.hits_in(at).to_vec()));
        prop_assert_eq!((hits.collect::<Vec<_>>(), selection.open.len()), (found, 0));
    }
}
