//! An excerpt goes through an address and comes back; what was damaged on the way is told.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use completions::{Columns, Importer, Limits, SequenceDetail, decode_sequence};
use excerpt::{Answer, Damage, Excerpt, Finish, Token, Value};
use proptest::prelude::*;

const SAMPLE: &str = include_str!("../../../public/samples/completions-small.json");

fn read(file: &str) -> Columns {
    let mut importer = Importer::new(Limits::default());
    importer.push(file.as_bytes());
    importer.finish().columns
}

fn details(file: &str, columns: &Columns) -> Vec<SequenceDetail> {
    let decode = |sequence: &completions::Sequence| {
        let completion = &columns.completions[sequence.completion as usize];
        let record = columns.records[completion.record as usize];
        let bytes = &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
        let index = columns.sequences.iter().position(|one| one == sequence);
        let nth = index.unwrap() as u32 - completion.first_sequence + completion.offset;
        decode_sequence(record.form, completion.format, bytes, nth).unwrap()
    };
    columns.sequences.iter().map(decode).collect()
}

#[test]
fn figures_texts_and_alternatives_are_those_of_the_run() {
    let columns = read(SAMPLE);
    let details = details(SAMPLE, &columns);
    let all = 0..columns.sequences.len() as u32;
    let taken = Excerpt::of("sample", &columns, all, 5, |index| {
        details.get(index as usize)
    });
    let text = taken.encode();
    assert!(
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)),
        "it stands in an address as it is"
    );
    let opened = Excerpt::decode(&text).unwrap();
    assert_eq!(opened, taken);
    let file = opened.lines();
    let again = read(&file);
    assert_eq!(again.sequences.len(), 22);
    assert_eq!(
        (&again.text, &again.token_end),
        (&columns.text, &columns.token_end)
    );
    assert_eq!(again.models, columns.models);
    let near = |one: Option<f64>, other: Option<f64>| {
        let (one, other) = (one.unwrap(), other.unwrap());
        (one / other - 1.0).abs() < 1e-4
    };
    for (one, other) in again.sequences.iter().zip(&columns.sequences) {
        assert!(near(one.metrics.perplexity, other.metrics.perplexity));
        assert!(near(one.metrics.mean_prob, other.metrics.mean_prob));
        assert_eq!(
            (one.finish, one.kind, one.choice),
            (other.finish, other.kind, other.choice)
        );
    }
    let alternatives = |details: &[SequenceDetail]| -> Vec<Vec<Vec<u8>>> {
        let tokens = details.iter().flat_map(|detail| &detail.tokens);
        let listed = tokens.map(|token| {
            token
                .alternatives
                .iter()
                .map(|one| one.bytes.clone())
                .collect()
        });
        listed.collect()
    };
    assert_eq!(
        alternatives(&self::details(&file, &again)),
        alternatives(&details)
    );
}

#[test]
fn a_masked_excerpt_has_the_figures_and_no_word() {
    let columns = read(SAMPLE);
    let mut taken = Excerpt::of("sample", &columns, [0, 1], 0, |_| None);
    let clear = read(&taken.lines());
    taken.mask();
    let opened = Excerpt::decode(&taken.encode()).unwrap();
    assert!(opened.masked);
    let hidden = read(&opened.lines());
    for (one, other) in hidden.sequences.iter().zip(&clear.sequences) {
        assert_eq!(one.metrics.perplexity, other.metrics.perplexity);
        assert_eq!(one.n_tokens, other.n_tokens);
        let text = hidden.sequence_text(one);
        let letters = text.chars().filter(|c| c.is_alphabetic());
        assert!(letters.clone().count() > 100 && letters.clone().all(|c| "xX".contains(c)));
    }
}

#[test]
fn a_part_of_the_answers_has_room() {
    let columns = read(SAMPLE);
    let taken = Excerpt::of("", &columns, std::iter::repeat_n(0, 80), 0, |_| None);
    assert!(taken.answers.len() <= excerpt::ANSWERS);
    let tokens: usize = taken.answers.iter().map(|answer| answer.tokens.len()).sum();
    assert!(tokens <= excerpt::TOKENS);
}

#[test]
fn what_is_no_excerpt_says_why() {
    let good = Excerpt::of("", &read(SAMPLE), [0], 0, |_| None).encode();
    let cases = [
        ("", Damage::Cut),
        ("1", Damage::Cut),
        ("1.", Damage::Cut),
        (&good[..good.len() / 2], Damage::Cut),
        ("x.abcd", Damage::Damaged),
        ("1.ab%20", Damage::Damaged),
        ("1.AAAA", Damage::Damaged),
        ("2.abcd", Damage::TooNew(2)),
        ("99.", Damage::TooNew(99)),
    ];
    for (text, damage) in cases {
        assert_eq!(Excerpt::decode(text), Err(damage), "{text}");
    }
    assert_eq!(
        Damage::TooNew(2).to_string(),
        "This link was made by a newer Surprisal (version 2 of its excerpts, known here: up to 1). Open it where it was made, or ask for a file instead."
    );
    assert!(
        Damage::Cut
            .to_string()
            .starts_with("This link is cut off: ")
    );
}

#[test]
fn a_short_text_that_unpacks_to_anything_is_not_unpacked() {
    let bomb = Excerpt {
        name: "a".repeat(excerpt::UNPACKED + 1),
        ..Excerpt::default()
    };
    assert_eq!(Excerpt::decode(&bomb.encode()), Err(Damage::TooLarge));
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::None),
        Just(Value::BelowFloor),
        Just(Value::Impossible),
        Just(Value::Certain),
        Just(Value::AlmostCertain),
        (1..99_980_000_u32).prop_map(Value::Steps),
    ]
}

fn plain() -> impl Strategy<Value = Token> {
    (proptest::collection::vec(any::<u8>(), 0..6), value()).prop_map(|(bytes, value)| Token {
        bytes,
        value,
        ..Token::default()
    })
}

fn token() -> impl Strategy<Value = Token> {
    (
        plain(),
        proptest::collection::vec(plain(), 0..4),
        any::<u32>(),
    )
        .prop_map(|(token, alternatives, chosen)| Token {
            chosen: (!alternatives.is_empty()).then(|| chosen % alternatives.len() as u32),
            alternatives,
            ..token
        })
}

prop_compose! {
    fn answer()(
        same: bool, model in ".*", created in proptest::option::of(0.0..4e9_f64), choice: u32, refusal: bool,
        text in ".*", tokens in proptest::collection::vec(token(), 0..20),
    ) -> Answer {
        Answer { same, model, created, choice, refusal, finish: Finish::Length, text, tokens }
    }
}

prop_compose! {
    fn excerpt()(name in ".*", masked: bool, answers in proptest::collection::vec(answer(), 0..5)) -> Excerpt {
        Excerpt { name, masked, answers }
    }
}

proptest! {
    #[test]
    fn every_excerpt_comes_back(excerpt in excerpt()) {
        prop_assert_eq!(Excerpt::decode(&excerpt.encode()), Ok(excerpt));
    }

    #[test]
    fn a_cut_is_noticed(excerpt in excerpt(), at in 0.0..1.0_f64) {
        let text = excerpt.encode();
        let cut = &text[..(text.len() as f64 * at) as usize];
        prop_assert_eq!(Excerpt::decode(cut), Err(Damage::Cut));
    }

    #[test]
    fn a_change_is_noticed_or_changes_nothing(excerpt in excerpt(), at in 0.0..1.0_f64, to in "[A-Za-z0-9_-]") {
        let mut text = excerpt.encode();
        let at = 2 + ((text.len() - 2) as f64 * at) as usize;
        text.replace_range(at..at + 1, &to);
        if let Ok(opened) = Excerpt::decode(&text) {
            prop_assert_eq!(opened, excerpt);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "([0-9]\\.)?[A-Za-z0-9_-]*") {
        let _ = Excerpt::decode(&text);
    }

    #[test]
    fn a_file_is_made_of_anything(excerpt in excerpt()) {
        for line in excerpt.lines().lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok());
        }
    }
}
