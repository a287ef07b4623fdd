use super::detail::whole_texts;
use super::*;
use completions::{Importer, Limits};

const SAMPLE: &[u8] = include_bytes!("../../../../public/samples/completions-small.json");

fn state() -> State {
    let mut importer = Importer::new(Limits::default());
    importer.push(SAMPLE);
    State::new(importer.finish().columns)
}

/// What the host does between two messages: decodes the record of a sequence again.
fn with_detail(state: &mut State, sequence: u32) {
    let wanted = state.record_of(sequence).unwrap();
    let record = wanted.record;
    let bytes = &SAMPLE[record.start as usize..(record.start + record.len) as usize];
    let detail = wanted.decode(bytes).unwrap();
    state.keep_detail(sequence, detail);
}

fn select(state: &mut State, token: &str, locate: Option<u32>) -> (u32, u64, Option<u32>) {
    let filter = Filter {
        query: token.into(),
        ..Filter::default()
    };
    match state.select(1, filter, Sort::default(), locate) {
        Response::Selected {
            count,
            hits,
            located,
            ..
        } => (count, hits, located),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_selection_counts_and_locates() {
    let mut state = state();
    assert_eq!(select(&mut state, "", Some(5)), (22, 0, Some(5)));
    let (count, hits, located) = select(&mut state, "capital", Some(0));
    assert!(count > 0 && count < 22 && hits >= u64::from(count));
    assert_eq!(located, None);
    assert_eq!(
        state.locate(21),
        Response::Located {
            query: 1,
            position: None
        }
    );
}

#[test]
fn what_a_query_leaves_open_is_read_in_batches() {
    let mut state = state();
    let ask = |state: &mut State| {
        let filter = Filter {
            query: "rank>1 or capital".into(),
            ..Filter::default()
        };
        match state.select(1, filter, Sort::default(), None) {
            Response::Selected {
                count, hits, open, ..
            } => (count, hits, open),
            other => panic!("{other:?}"),
        }
    };
    let (_, _, open) = ask(&mut state);
    assert!(open > 0);
    let mut batches = 0;
    loop {
        let open = state.selection.open.clone();
        let Some(batch) = crate::asking::Batch::of(&state.columns, open) else {
            break;
        };
        let record = batch.span;
        let bytes = &SAMPLE[record.start as usize..(record.start + record.len) as usize];
        state.take_batch(&batch.decode(bytes));
        state.select_again();
        batches += 1;
    }
    assert_eq!(batches, 1, "the whole sample is near");
    let found = ask(&mut state);
    // The same as when all is read at once.
    let query = Query::parse("rank>1 or capital").unwrap();
    let whole = query.find(&state.columns, |sequence| {
        let wanted = state.record_of(sequence)?;
        let range = wanted.record.start..wanted.record.start + wanted.record.len;
        wanted.decode(&SAMPLE[range.start as usize..range.end as usize])
    });
    assert!(!whole.hits.is_empty());
    assert_eq!(found, (len_u32(whole.hits.len()), whole.tokens(), 0));

    // What is not what it was matches nothing.
    state.select(2, Filter::default(), Sort::default(), None);
    ask(&mut state);
    let batch = crate::asking::Batch::of(&state.columns, state.selection.open.clone()).unwrap();
    state.take_batch(&batch.decode(b""));
    let (_, _, open) = ask(&mut state);
    assert_eq!(open, 0);
}

#[test]
fn a_wrong_query_is_refused_and_the_selection_stays() {
    let mut state = state();
    let (count, ..) = select(&mut state, "capital", None);
    let wrong = Filter {
        query: "p<".into(),
        ..Filter::default()
    };
    assert_eq!(
        state.select(2, wrong, Sort::default(), None),
        Response::Refused {
            query: 2,
            message: "at character 3: A value is missing behind `p`.".into()
        }
    );
    let Response::Rows { rows, .. } = state.rows(1, 0, 50) else {
        panic!()
    };
    assert_eq!(len_u32(rows.len()), count);
}

#[test]
fn suggestions_are_whole_queries() {
    let Response::Completed { suggestions } = state().complete("p<0.2 fini") else {
        panic!()
    };
    let texts: Vec<&str> = suggestions.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["p<0.2 finish"]);
}

#[test]
fn folded_rows_say_how_many_they_are() {
    let mut importer = Importer::new(Limits::default());
    for name in ["a.json", "b.json"] {
        importer.source(name);
        importer.push(SAMPLE);
    }
    let mut state = State::new(importer.finish().columns);
    let fold = Filter {
        fold: true,
        ..Filter::default()
    };
    let answer = state.select(1, fold, Sort::default(), None);
    let Response::Selected { count, totals, .. } = answer else {
        panic!()
    };
    assert!(count <= 22 && totals.sequences == 44, "{count}");
    let Response::Rows { rows, .. } = state.rows(1, 0, 50) else {
        panic!()
    };
    assert!(
        rows.iter()
            .all(|row| row.copies >= 2 && row.card.source == "a.json")
    );
    assert_eq!(rows.iter().map(|row| row.copies).sum::<u32>(), 44);

    let second = Filter {
        source: "b.json".into(),
        ..Filter::default()
    };
    state.select(2, second, Sort::default(), None);
    let Response::Rows { rows, .. } = state.rows(2, 0, 50) else {
        panic!()
    };
    assert_eq!(rows.len(), 22);
    assert!(
        rows.iter()
            .all(|row| row.copies == 1 && row.card.source == "b.json")
    );
    let wanted = state.record_of(rows[0].card.sequence).unwrap();
    assert_eq!(wanted.source.file, 1);
}

#[test]
fn a_prompt_has_its_tokens_and_its_whole_characters() {
    let record = r#"{"choices": [{"text": "Hi é!", "logprobs": {"tokens": ["Hi", " ", "é", "!"],
        "token_logprobs": [null, -1.0, -2.0, -0.5]}}], "prompt": "Hi é"}"#;
    let mut importer = Importer::new(Limits::default());
    importer.push(record.as_bytes());
    let mut state = State::new(importer.finish().columns);
    let detail = state.record_of(0).unwrap().decode(record.as_bytes());
    state.keep_detail(0, detail.unwrap());
    let text = state.text(0).unwrap();
    assert_eq!(text.labels, ["!"]);
    assert_eq!(text.prompt, (3, vec!["Hi".into(), " ".into(), "é".into()]));

    let token = |bytes: &[u8]| TokenDetail {
        bytes: bytes.to_vec(),
        id: None,
        logprob: 0.0,
        status: Status::Missing,
        alternatives: Vec::new(),
        chosen_is_listed: false,
    };
    for (tokens, texts) in [
        (&[&b"\xc3"[..], b"\xa9", b"a"][..], &["é", "a"][..]),
        (&[b"\xff", b"\xc3"], &["\u{fffd}", "\u{fffd}"]),
        (&[], &[]),
    ] {
        let tokens: Vec<TokenDetail> = tokens.iter().map(|bytes| token(bytes)).collect();
        assert_eq!(whole_texts(&tokens), *texts);
    }
}

#[test]
fn rows_of_an_older_selection_are_empty() {
    let mut state = state();
    select(&mut state, "", None);
    let Response::Rows { rows, .. } = state.rows(1, 20, 10) else {
        panic!()
    };
    assert_eq!(
        rows.iter().map(|row| row.card.sequence).collect::<Vec<_>>(),
        [20, 21]
    );
    assert_eq!(
        state.rows(0, 0, 10),
        Response::Rows {
            query: 0,
            first: 0,
            rows: Vec::new()
        }
    );
}

#[test]
fn a_sequence_is_the_same_from_columns_and_from_its_record() {
    let mut state = state();
    select(&mut state, "the", None);
    for sequence in 0..22 {
        assert!(state.text(sequence).is_none(), "not decoded yet");
        with_detail(&mut state, sequence);
        let text = state.text(sequence).unwrap();
        assert_eq!(text.labels.len(), text.card.tokens as usize);
        let pieces: String = text
            .card
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(
            pieces,
            state
                .columns
                .sequence_text(&state.columns.sequences[sequence as usize])
        );
        assert_eq!(text.stated, None);
        let mean: f64 = text
            .probabilities
            .iter()
            .map(|p| f64::from(*p))
            .sum::<f64>()
            / text.probabilities.len() as f64;
        assert!((mean - text.card.probability.unwrap()).abs() < 1e-6);
    }
}

#[test]
fn a_picture_is_of_the_whole_text_or_of_a_part() {
    let mut state = state();
    select(&mut state, "the", None);
    let draw = |tokens| {
        let style = (Scale::default(), &Look::default());
        let mut out = Vec::new();
        state.picture(1, tokens, "a.json", style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let texts = |svg: &str| svg.matches("textLength").count();
    let (whole, part) = (draw(None), draw(Some((3, 5))));
    assert!(texts(&whole) >= 65, "{whole}");
    assert_eq!(texts(&part), 3, "{part}");
    assert!(
        part.contains("sequence 2 · tokens 4 to 6 of 65 · "),
        "{part}"
    );
    assert!(
        whole.contains(" · only the</text>"),
        "the filter is named: {whole}"
    );
    assert!(
        state
            .picture(
                99,
                None,
                "",
                (Scale::default(), &Look::default()),
                &mut Vec::new()
            )
            .is_err()
    );
}

#[test]
fn a_token_has_its_alternatives_and_the_rest() {
    let mut state = state();
    with_detail(&mut state, 1);
    let mut outside = 0;
    for token in 0..65 {
        let view = state.token(1, token).unwrap();
        let p = view.probability.unwrap();
        assert!((view.surprisal_bits.unwrap() + num::log2(p)).abs() < 1e-9);
        let listed: f64 = view
            .alternatives
            .iter()
            .filter_map(|one| one.probability)
            .sum();
        assert!((listed + view.residual.unwrap() - 1.0).abs() < 1e-6);
        let (rank, is_bound) = view.rank.unwrap();
        match view.alternatives.iter().position(|one| one.chosen) {
            Some(at) => assert_eq!((rank, is_bound), (at as u32 + 1, false)),
            None => {
                outside += 1;
                assert!(is_bound && rank > 5);
            }
        }
    }
    assert!(outside > 0, "the sample has tokens outside of their list");
    assert!(state.token(1, 65).is_none() && state.token(0, 0).is_none());
}
