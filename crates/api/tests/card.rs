//! Cards: text in pieces, nothing lost, nothing torn.
#![cfg(test)]

use api::{Card, Piece};
use completions::{Columns, Completion, Finish, Kind, Sequence};
use metrics::{Mark, SequenceMetrics, Status};
use proptest::prelude::*;

/// Columns with one sequence of these tokens: (bytes, log-probability, status, code of the mark).
fn columns(tokens: &[(&[u8], f32, Status, u8)]) -> Columns {
    let mut columns = Columns {
        models: vec!["tiny".into()],
        completions: vec![Completion {
            id: "c".into(),
            model: Some(0),
            created: Some(1.5),
            prompt_tokens: None,
            completion_tokens: Some(9),
            label: None,
            prompt: None,
            format: completions::FormatId::OPENAI_CHAT,
            record: 0,
            offset: 0,
            first_sequence: 0,
            n_sequences: 1,
        }],
        ..Columns::default()
    };
    for (bytes, logprob, status, mark) in tokens {
        columns.text.extend_from_slice(bytes);
        columns
            .token_end
            .push(u32::try_from(columns.text.len()).unwrap());
        columns.logprob.push(*logprob);
        columns.flags.push(*status as u8 | mark << 4);
    }
    columns.sequences.push(Sequence {
        completion: 0,
        choice: 2,
        first_token: 0,
        n_tokens: u32::try_from(tokens.len()).unwrap(),
        text_start: 0,
        text_len: u32::try_from(columns.text.len()).unwrap(),
        finish: Finish::Length,
        kind: Kind::Refusal,
        metrics: SequenceMetrics {
            perplexity: Some(1.25),
            mean_prob: Some(0.5),
            ..SequenceMetrics::default()
        },
    });
    columns
}

fn plain(bytes: &[u8]) -> (&[u8], f32, Status, u8) {
    (bytes, -0.1, Status::Scored, 7)
}

fn piece(text: &str, mark: u8, token: u32) -> Piece {
    Piece {
        text: text.into(),
        mark,
        token,
    }
}

#[test]
fn a_card_tells_what_the_columns_know() {
    let card = Card::new(&columns(&[plain(b"Hi"), plain(b"!")]), 0, 60);
    assert_eq!(card.pieces, [piece("Hi", 7, 0), piece("!", 7, 1)]);
    assert_eq!((card.sequence, card.choice, card.choices), (0, 2, 1));
    assert_eq!((card.model.as_str(), card.created), ("tiny", Some(1.5)));
    assert_eq!(
        (card.tokens, card.reported_tokens, card.hidden_tokens),
        (2, Some(9), 0)
    );
    assert_eq!((card.perplexity, card.probability), (Some(1.25), Some(0.5)));
    assert_eq!(
        (card.kind.as_str(), card.finish.as_str()),
        ("refusal", "length")
    );
}

#[test]
fn tokens_that_share_a_character_are_one_piece_with_the_weakest_mark() {
    let emoji = "🦀".as_bytes();
    let tokens = columns(&[
        plain(b"a"),
        (&emoji[..1], -0.2, Status::Scored, 6),
        (&emoji[1..3], -3.0, Status::Scored, 1),
        (&emoji[3..], -0.01, Status::Scored, 8),
        plain(b"b"),
    ]);
    assert_eq!(
        Card::new(&tokens, 0, 60).pieces,
        [piece("a", 7, 0), piece("🦀", 1, 1), piece("b", 7, 4)]
    );
    // A cut never tears the character: it is there whole or not at all.
    for (max, shown, hidden) in [
        (0, 0, 5),
        (1, 1, 4),
        (2, 2, 1),
        (3, 2, 1),
        (4, 2, 1),
        (5, 3, 0),
    ] {
        let card = Card::new(&tokens, 0, max);
        assert_eq!(
            (card.pieces.len(), card.hidden_tokens),
            (shown, hidden),
            "{max}"
        );
    }
}

#[test]
fn special_values_inside_a_character() {
    let e = "é".as_bytes();
    let censored = (&e[..1], 0.0, Status::Censored, Mark::CENSORED.code());
    let missing = (&e[..1], 0.0, Status::Missing, Mark::MISSING.code());
    let low = (&e[1..], -9.0, Status::Scored, 2);
    let none = (&e[1..], 0.0, Status::Missing, Mark::MISSING.code());
    let cases = [
        (censored, low, Mark::CENSORED.code()),
        (missing, low, 2),
        (missing, none, Mark::MISSING.code()),
    ];
    for (first, second, mark) in cases {
        assert_eq!(
            Card::new(&columns(&[first, second]), 0, 9).pieces,
            [piece("é", mark, 0)]
        );
    }
}

#[test]
fn bytes_that_are_no_text_and_tokens_without_text() {
    let tokens = columns(&[
        plain(b""),
        plain(b"x"),
        plain(&[0xff]),
        plain(&[0xe2, 0x82]),
        plain(b"y"),
        plain(b""),
    ]);
    let texts: Vec<_> = Card::new(&tokens, 0, 60)
        .pieces
        .into_iter()
        .map(|piece| piece.text)
        .collect();
    assert_eq!(texts, ["", "x", "\u{fffd}", "\u{fffd}", "y", ""]);
}

#[test]
fn a_text_without_tokens_is_shown_as_missing() {
    let mut without = columns(&[]);
    without.text = "né as text".repeat(4).into_bytes();
    without.sequences[0].text_len = u32::try_from(without.text.len()).unwrap();
    let card = Card::new(&without, 0, 60);
    assert_eq!(
        card.pieces,
        [piece(&"né as text".repeat(4), Mark::MISSING.code(), 0)]
    );
    assert_eq!((card.tokens, card.hidden_tokens), (0, 0));
    // Four bytes for each token asked for, back to the beginning of a character.
    without.text.insert(0, b'.');
    without.text.insert(0, b'.');
    without.sequences[0].text_len += 2;
    let card = Card::new(&without, 0, 1);
    assert_eq!(card.pieces, [piece("..n…", Mark::MISSING.code(), 0)]);
    assert_eq!(Card::new(&columns(&[]), 0, 60).pieces, []);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the tokens are and wherever they are cut: the pieces are the beginning of the text.
    #[test]
    fn pieces_are_the_text(
        tokens in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..4),
                proptest::sample::select(vec![b"a".to_vec(), vec![0xf0], vec![0x9f], vec![0xa6, 0x80], vec![0xe2, 0x82], vec![0xac]]),
            ],
            0..24,
        ),
        max in 0u32..30,
    ) {
        let all: Vec<u8> = tokens.concat();
        let rows: Vec<_> = tokens.iter().map(|bytes| plain(bytes)).collect();
        let card = Card::new(&columns(&rows), 0, max);
        let text: String = card.pieces.iter().map(|piece| piece.text.as_str()).collect();
        let whole = String::from_utf8_lossy(&all);
        prop_assert!(whole.starts_with(&text), "{text:?} {whole:?}");
        let shown = card.tokens - card.hidden_tokens;
        prop_assert!(shown >= max.min(card.tokens));
        if card.hidden_tokens == 0 {
            prop_assert_eq!(text, whole);
        }
        prop_assert!(card.pieces.windows(2).all(|pair| pair[0].token < pair[1].token));
        prop_assert!(card.pieces.iter().all(|piece| piece.token < max));
    }
}
