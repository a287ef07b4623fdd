//! Questions against columns made by hand, and against naive answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use analysis::query::Query;
use analysis::{Filter, Question, Selection, Sort, SortKey, Texts, models};
use completions::{Columns, Completion, Finish, Kind, RecordSpan, Sequence, Source};
use metrics::{Reading, RunBuilder, SequenceBuilder};
use proptest::prelude::*;

/// One sequence to be: its model, and its tokens with their values.
type Given<'a> = (Option<u32>, &'a [(&'a [u8], Option<f64>)]);

const MODELS: [&str; 2] = ["small", "smaller"];

fn columns(given: &[Given]) -> Columns {
    let mut all = Columns {
        models: MODELS.map(str::to_owned).to_vec(),
        ..Columns::default()
    };
    let mut builder = SequenceBuilder::default();
    for (index, (model, tokens)) in (0..).zip(given) {
        let (text_start, first_token) = (all.text.len(), all.token_end.len());
        for (bytes, raw) in *tokens {
            let reading = Reading::new(*raw);
            let mark = builder.push(reading);
            all.text.extend_from_slice(bytes);
            all.token_end.push((all.text.len() - text_start) as u32);
            all.logprob.push(reading.logprob as f32);
            all.flags.push(reading.status as u8 | mark.code() << 4);
        }
        all.completions.push(Completion {
            id: String::new(),
            model: *model,
            created: None,
            prompt_tokens: None,
            completion_tokens: None,
            label: None,
            prompt: None,
            format: completions::FormatId::OPENAI_CHAT,
            offset: 0,
            record: index,
            first_sequence: index,
            n_sequences: 1,
        });
        all.sequences.push(Sequence {
            completion: index,
            choice: 0,
            first_token: first_token as u64,
            n_tokens: tokens.len() as u32,
            text_start: text_start as u64,
            text_len: (all.text.len() - text_start) as u32,
            finish: Finish::Stop,
            kind: Kind::Answer,
            metrics: builder.finish(),
        });
    }
    all
}

fn token(token: &str) -> Filter {
    Filter {
        query: quoted(token),
        ..Filter::default()
    }
}

/// The text as a query.
fn quoted(token: &str) -> String {
    match token {
        "" => String::new(),
        token => format!("\"{token}\""),
    }
}

fn select(columns: &Columns, filter: &Filter, sort: Sort) -> Selection {
    let question = Question::new(Query::parse(&filter.query).unwrap());
    let texts = filter.fold.then(|| Texts::of(columns));
    analysis::select(columns, filter, &question, sort, texts.as_ref(), None)
}

fn order(columns: &Columns, key: SortKey, descending: bool) -> Vec<u32> {
    select(columns, &Filter::default(), Sort { key, descending }).order
}

fn example() -> Columns {
    columns(&[
        (
            Some(0),
            &[
                (b"In", Some(-0.1)),
                (b" simple", Some(-2.0)),
                (b" words", Some(-0.3)),
            ],
        ),
        (Some(1), &[(b"Simpl", Some(-0.1)), (b"icity", Some(-0.1))]),
        (None, &[]),
        (Some(1), &[(b"nothing", None)]),
        (
            Some(0),
            &[
                (b"\xf0\x9f", Some(-800.0)),
                (b"\x8c\x8d", Some(-800.0)),
                (b"", Some(0.0)),
                (b" e", Some(-900.0)),
            ],
        ),
    ])
}

#[test]
fn tokens_are_found_in_the_text_and_touched_tokens_are_hits() {
    let all = example();
    // Query, matching sequences, and the hits in each of them.
    type Row<'a> = (&'a str, &'a [u32], &'a [(u32, &'a [u32])]);
    let table: &[Row] = &[
        ("simpl", &[0, 1], &[(0, &[1]), (1, &[0])]),
        (" simpl", &[0], &[(0, &[1])]),
        ("SIMPL", &[0, 1], &[(0, &[1]), (1, &[0])]),
        ("e w", &[0], &[(0, &[1, 2])]),
        ("n simple w", &[0], &[(0, &[0, 1, 2])]),
        ("simplicity", &[1], &[(1, &[0, 1])]),
        ("i", &[0, 1, 3], &[(0, &[0, 1]), (1, &[0, 1]), (3, &[0])]),
        ("\u{1f30d}", &[4], &[(4, &[0, 1])]),
        // The empty token between them holds no byte of it.
        ("\u{1f30d} E", &[4], &[(4, &[0, 1, 3])]),
        ("simple ", &[0], &[(0, &[1, 2])]),
        ("  ", &[], &[]),
        ("absent", &[], &[]),
    ];
    for (query, sequences, hits) in table {
        let got = select(&all, &token(query), Sort::default());
        assert_eq!(got.order, *sequences, "{query:?}");
        assert_eq!(
            got.hits,
            hits.iter()
                .map(|(_, tokens)| tokens.len() as u64)
                .sum::<u64>(),
            "{query:?}"
        );
        for index in 0..6 {
            let want = hits
                .iter()
                .find(|(sequence, _)| *sequence == index)
                .map_or(&[][..], |(_, tokens)| tokens);
            assert_eq!(got.hits_in(index), want, "{query:?} in sequence {index}");
        }
    }
}

#[test]
fn text_without_tokens_matches_without_hits() {
    let mut all = columns(&[(None, &[])]);
    all.text = b"a refusal".to_vec();
    all.sequences[0].text_len = all.text.len() as u32;
    let got = select(&all, &token("refus"), Sort::default());
    assert_eq!((got.order.as_slice(), got.hits), (&[0][..], 0));
    assert_eq!(got.hits_in(0), [0; 0]);
}

#[test]
fn models_are_exact_and_conditions_combine() {
    let all = example();
    let with = |token: &str, model: &str| {
        select(
            &all,
            &Filter {
                query: quoted(token),
                model: model.to_owned(),
                ..Filter::default()
            },
            Sort::default(),
        )
        .order
    };
    assert_eq!(with("", ""), [0, 1, 2, 3, 4]);
    assert_eq!(with("", "small"), [0, 4]);
    assert_eq!(with("", "smaller"), [1, 3]);
    assert_eq!(with("", "smal"), [0; 0]);
    assert_eq!(with("simpl", "smaller"), [1]);
    assert_eq!(with("words", "smaller"), [0; 0]);
    assert_eq!(
        models(&all),
        [("small".to_owned(), 2), ("smaller".to_owned(), 2)]
    );
}

#[test]
fn sequences_without_a_value_come_last_both_ways() {
    let all = example();
    assert_eq!(order(&all, SortKey::Position, false), [0, 1, 2, 3, 4]);
    assert_eq!(order(&all, SortKey::Position, true), [4, 3, 2, 1, 0]);
    // 2 and 3 have no scored token; the perplexity of 4 is infinite, which is the largest value.
    assert_eq!(order(&all, SortKey::Perplexity, false), [1, 0, 4, 2, 3]);
    assert_eq!(order(&all, SortKey::Perplexity, true), [4, 0, 1, 2, 3]);
    assert_eq!(order(&all, SortKey::Probability, false), [4, 0, 1, 2, 3]);
    assert_eq!(order(&all, SortKey::Probability, true), [1, 0, 4, 2, 3]);
    assert_eq!(order(&all, SortKey::Length, false), [2, 3, 1, 0, 4]);
    assert_eq!(order(&all, SortKey::Length, true), [4, 0, 1, 3, 2]);
}

#[test]
fn ties_keep_the_order_of_the_file() {
    let same: &[(&[u8], Option<f64>)] = &[(b"a", Some(-1.0))];
    let all = columns(&[
        (None, same),
        (None, same),
        (None, &[(b"a", Some(-2.0))]),
        (None, same),
    ]);
    assert_eq!(order(&all, SortKey::Perplexity, false), [0, 1, 3, 2]);
    assert_eq!(order(&all, SortKey::Perplexity, true), [2, 0, 1, 3]);
    assert_eq!(order(&all, SortKey::Length, true), [0, 1, 2, 3]);
}

#[test]
fn nothing_to_select_from() {
    let got = select(&Columns::default(), &token("a"), Sort::default());
    assert_eq!(got, Selection::default());
    assert_eq!(got.hits_in(0), [0; 0]);
    assert_eq!(models(&Columns::default()), []);
}

/// Pieces of text whose joins make and break occurrences, with parts of characters and bytes that are none.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"",
        b"a",
        b"A",
        b"b",
        b"ab",
        b" ",
        b"aba",
        b"\xc3\xa9",
        b"\xc3\x89",
        b"\xc3",
        b"\xa9",
        b"\xff",
        b"\xc8\xba",
    ];
    prop::sample::select(pieces).prop_map(<[u8]>::to_vec)
}

/// Occurrences character by character: `None` stands for a byte that is no character.
fn naive_hits(tokens: &[Vec<u8>], query: &str) -> Vec<u32> {
    let text: Vec<u8> = tokens.concat();
    let mut chars: Vec<(usize, usize, Option<String>)> = Vec::new();
    let mut offset = 0;
    for chunk in text.utf8_chunks() {
        for (at, char) in chunk.valid().char_indices() {
            chars.push((
                offset + at,
                offset + at + char.len_utf8(),
                Some(char.to_lowercase().to_string()),
            ));
        }
        offset += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            chars.push((offset, offset + chunk.invalid().len(), None));
        }
        offset += chunk.invalid().len();
    }
    let query: Vec<String> = query
        .chars()
        .map(|char| char.to_lowercase().to_string())
        .collect();
    let mut in_match = vec![false; text.len()];
    for window in chars.windows(query.len()) {
        if window
            .iter()
            .zip(&query)
            .all(|((_, _, char), want)| char.as_ref() == Some(want))
        {
            in_match[window[0].0..window[window.len() - 1].1].fill(true);
        }
    }
    let mut start = 0;
    let mut hits = Vec::new();
    for (index, token) in (0..).zip(tokens) {
        if in_match[start..start + token.len()].contains(&true) {
            hits.push(index);
        }
        start += token.len();
    }
    hits
}

proptest! {
    /// Limits that a token has exactly, ones next to it, and others.
    #[test]
    fn a_limit_on_the_probability_is_that_of_the_probability(
        tokens in prop::collection::vec(prop::option::of(-8.0..0.0_f64), 1..12),
        nth in any::<prop::sample::Index>(),
        nudge in prop::sample::select(vec![0.0, f64::EPSILON, -f64::EPSILON, 1e-7, -1e-7, 0.3]),
        relation in prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]),
    ) {
        let given: Vec<(&[u8], _)> = tokens.iter().map(|raw| (&b"x"[..], *raw)).collect();
        let all = columns(&[(None, &given)]);
        let probability = |at: usize| tokens[at].map(|_| metrics::num::exp(f64::from(all.logprob[at])));
        let wanted = probability(nth.index(tokens.len())).unwrap_or(0.5) * (1.0 + nudge);
        let filter = Filter { query: format!("p{relation}{wanted:?}"), ..Filter::default() };
        let got = select(&all, &filter, Sort::default());
        let holds = |p: f64| match relation {
            "<" => p < wanted,
            "<=" => p <= wanted,
            ">" => p > wanted,
            ">=" => p >= wanted,
            "=" => p == wanted,
            _ => p != wanted,
        };
        let want: Vec<u32> = (0..tokens.len()).filter(|&at| probability(at).is_some_and(holds)).map(|at| at as u32).collect();
        prop_assert_eq!(got.hits_in(0), &want, "{}", filter.query);
    }

    #[test]
    fn as_the_naive_answer(
        file in prop::collection::vec(
            (prop::option::of(0..2_u32), prop::collection::vec((bytes(), prop::option::of(-900.0..0.0_f64)), 0..10)), 0..8,
        ),
        query in prop::sample::select(vec!["", "a", "AB", "aba", "b a", "\u{e9}", "\u{c9}a", " ", "\u{2c65}", "aA"]),
        model in prop::sample::select(vec!["", "small", "other"]),
        key in prop::sample::select(vec![SortKey::Position, SortKey::Perplexity, SortKey::Probability, SortKey::Length]),
        descending in any::<bool>(),
    ) {
        let borrowed: Vec<(_, Vec<(&[u8], _)>)> = file
            .iter()
            .map(|(model, tokens)| (*model, tokens.iter().map(|(bytes, raw)| (&bytes[..], *raw)).collect()))
            .collect();
        let given: Vec<Given> = borrowed.iter().map(|(model, tokens)| (*model, &tokens[..])).collect();
        let all = columns(&given);
        let filter = Filter { query: quoted(query), model: model.to_owned(), ..Filter::default() };
        let sort = Sort { key, descending };
        let got = select(&all, &filter, sort);

        let mut run = RunBuilder::default();
        let (mut want, mut hits) = (Vec::new(), 0);
        for (index, (of, tokens)) in (0..).zip(&file) {
            let tokens: Vec<Vec<u8>> = tokens.iter().map(|(bytes, _)| bytes.clone()).collect();
            let found = if query.is_empty() { Vec::new() } else { naive_hits(&tokens, query) };
            let right_model = model.is_empty() || of.is_some_and(|of| MODELS[of as usize] == model);
            if right_model && (query.is_empty() || !found.is_empty()) {
                run.push(&all.sequences[index as usize].metrics);
                hits += found.len() as u64;
                prop_assert_eq!(got.hits_in(index), &found);
                want.push(index);
            }
        }
        prop_assert_eq!(got.hits, hits);
        // The same bits whatever the sort.
        prop_assert_eq!(&got.metrics, &run.metrics(true));
        let mut sorted = got.order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, want);

        // Neighbours are in order, and ties are in the order of the file.
        let value = |index: u32| {
            let sequence = &all.sequences[index as usize];
            let overflow = sequence.metrics.overflow.then_some(f64::INFINITY);
            match key {
                SortKey::Position => Some(f64::from(index)),
                SortKey::Perplexity => sequence.metrics.perplexity.or(overflow),
                SortKey::Probability => sequence.metrics.mean_prob,
                SortKey::Length => Some(f64::from(sequence.n_tokens)),
            }
        };
        for pair in got.order.windows(2) {
            let in_order = match (value(pair[0]), value(pair[1])) {
                (Some(a), Some(b)) if a != b => (a < b) != descending,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                _ => pair[0] < pair[1],
            };
            prop_assert!(in_order, "{:?}", got.order);
        }
    }
}

/// Sequence `n` lies in source `of[n]`.
fn with_sources(mut all: Columns, sources: &[(&str, u32, Option<&str>)], of: &[u32]) -> Columns {
    all.sources = sources
        .iter()
        .map(|&(name, file, member)| Source {
            name: name.to_owned(),
            file,
            member: member.map(str::to_owned),
            packed: false,
        })
        .collect();
    all.records = of
        .iter()
        .map(|&source| RecordSpan {
            source,
            start: 0,
            len: 1,
            line: 1,
            form: completions::Form::Value,
        })
        .collect();
    all
}

#[test]
fn a_source_is_a_condition_like_others() {
    let all = with_sources(
        example(),
        &[
            ("a.json", 0, None),
            ("b.zip", 1, Some("x")),
            ("b.zip", 1, Some("y")),
        ],
        &[0, 1, 1, 2, 0],
    );
    let from = |source: &str, model: &str| {
        let filter = Filter {
            source: source.to_owned(),
            model: model.to_owned(),
            ..Filter::default()
        };
        assert!(!filter.is_empty());
        select(&all, &filter, Sort::default()).order
    };
    assert_eq!(from("a.json", ""), [0, 4]);
    assert_eq!(from("b.zip/x", ""), [1, 2]);
    assert_eq!(from("b.zip/x", "smaller"), [1]);
    assert_eq!(from("b.zip/y", ""), [3]);
    assert_eq!(from("b.zip", ""), [0; 0]);
}

#[test]
fn sources_are_named_by_what_tells_them_apart() {
    let names = |sources: &[(&str, u32, Option<&str>)]| -> Vec<String> {
        let all = with_sources(Columns::default(), sources, &[]);
        (0..sources.len() as u32)
            .map(|at| all.source_name(at))
            .collect()
    };
    assert_eq!(names(&[("a.zip", 0, Some("x"))]), [""]);
    assert_eq!(
        names(&[("a.zip", 0, Some("x")), ("a.zip", 0, Some("y"))]),
        ["x", "y"]
    );
    assert_eq!(
        names(&[("a.zip", 0, Some("x")), ("b", 1, None)]),
        ["a.zip/x", "b"]
    );
    assert_eq!(example().source_name(7), "");
}

#[test]
fn identical_texts_are_one_row_with_a_count() {
    let same: &[(&[u8], Option<f64>)] = &[(b"ye", Some(-1.0)), (b"s", Some(-1.0))];
    let all = columns(&[
        (Some(1), &[(b"no", Some(-0.5))]),
        (Some(0), same),
        // The same text in other tokens.
        (Some(1), &[(b"yes", Some(-3.0))]),
        (Some(0), &[(b"no", Some(-2.0))]),
        (Some(0), same),
        (None, &[]),
    ]);
    let asked = |filter: &Filter, sort: Sort| {
        let got = select(&all, filter, sort);
        let rows: Vec<(u32, u32)> = got.order.iter().map(|&at| (at, got.copies(at))).collect();
        (rows, got.metrics.n_sequences, got.hits)
    };
    let fold = Filter {
        fold: true,
        ..Filter::default()
    };
    assert!(fold.is_empty());
    assert_eq!(
        asked(&fold, Sort::default()),
        (vec![(0, 2), (1, 3), (5, 1)], 6, 0)
    );
    // Of the first one that matches, whatever else has its text.
    let small = Filter {
        model: "smaller".into(),
        ..fold.clone()
    };
    assert_eq!(asked(&small, Sort::default()), (vec![(0, 1), (2, 1)], 2, 0));
    let words = Filter {
        query: "yes".into(),
        ..fold.clone()
    };
    assert_eq!(asked(&words, Sort::default()), (vec![(1, 3)], 3, 5));
    let surest = Sort {
        key: SortKey::Perplexity,
        descending: true,
    };
    assert_eq!(asked(&fold, surest).0, [(1, 3), (0, 2), (5, 1)]);
    // Not folded, every sequence stands for itself.
    let open = select(&all, &Filter::default(), surest);
    assert!((0..9).all(|at| open.copies(at) == 1) && open.order.len() == 6);
}
