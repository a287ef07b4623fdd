use super::*;
use crate::asking::Batch;
use analysis::{Filter, InBand, Quantity, Scale, Sort, Unit};
use completions::{Importer, Limits};

const SAMPLE: &[u8] = include_bytes!("../../../../public/samples/completions-small.json");

fn state() -> State {
    let mut importer = Importer::new(Limits::default());
    importer.push(SAMPLE);
    let mut state = State::new(importer.finish().columns);
    state.select(1, Filter::default(), Sort::default(), None);
    state
}

fn lens(quantity: Quantity) -> Lens {
    Lens {
        quantity,
        ..Lens::default()
    }
}

/// What the host does between two messages; how many sequences it read.
fn read_some(state: &mut State, most: usize) -> usize {
    let wanted = state.colours.to_read(most);
    let Some(batch) = Batch::of(&state.columns, wanted.iter().copied()) else {
        return 0;
    };
    let record = batch.span;
    let bytes = &SAMPLE[record.start as usize..(record.start + record.len) as usize];
    let read = batch.decode(bytes);
    state.take_listed(&read);
    read.len()
}

fn counted(state: &State) -> (u64, u32, String) {
    match state.histogram() {
        Response::Histogram {
            histogram,
            open,
            note,
            ..
        } => (histogram.steps.iter().sum(), open, note),
        other => panic!("{other:?}"),
    }
}

#[test]
fn alternatives_are_read_once_and_for_all_their_quantities() {
    let mut state = state();
    assert_eq!(counted(&state), (1108, 0, String::new()));
    state.look(lens(Quantity::Rank));
    let (tokens, open, note) = counted(&state);
    assert_eq!((tokens, open), (0, 22));
    assert!(
        note.ends_with("Reading the alternatives: 0 of 22 sequences …"),
        "{note}"
    );
    // The open sequence comes first, by itself.
    state.colours.sequence = Some(3);
    assert_eq!(state.colours.to_read(4), [3, 0, 1, 2]);
    assert_eq!(read_some(&mut state, 4), 1);
    assert_eq!(read_some(&mut state, 4), 4);
    let (tokens, open, _) = counted(&state);
    assert!(tokens > 0 && open == 17);
    // Whoever looks at something else meanwhile stops the reading; what was read stays.
    state.look(Lens::default());
    assert_eq!(state.colours.to_read(9), [0; 0]);
    state.look(lens(Quantity::Rank));
    assert_eq!(counted(&state).1, 17);
    assert_eq!(read_some(&mut state, 99), 17);
    for quantity in [
        Quantity::Rank,
        Quantity::Share,
        Quantity::Entropy,
        Quantity::Margin,
    ] {
        state.look(lens(quantity));
        let (tokens, open, note) = counted(&state);
        assert_eq!((tokens, open), (1108, 0), "{quantity:?}");
        assert_eq!(note, lens(quantity).about());
    }
}

#[test]
fn rows_and_texts_have_the_values_of_the_lens() {
    let mut state = state();
    state.rows(1, 0, 3);
    state.colours.sequence = Some(1);
    assert!(state.values(1).is_none(), "probabilities are enough");
    state.look(lens(Quantity::Rank));
    read_some(&mut state, 99);
    let [
        Response::Histogram { .. },
        Response::Rows { rows, .. },
        Response::Values(values),
    ] = &state.recoloured()[..]
    else {
        panic!()
    };
    assert_eq!((rows.len(), values.sequence), (3, 1));
    assert_eq!(values.lens, lens(Quantity::Rank));
    let card = &rows[1].card;
    assert!(rows[1].fits(lens(Quantity::Rank)) && !rows[1].fits(lens(Quantity::Margin)));
    // The worst rank of its tokens, per piece.
    let ends = card.pieces.iter().skip(1).map(|piece| piece.token);
    let end = card.tokens - card.hidden_tokens;
    for ((piece, end), value) in card
        .pieces
        .iter()
        .zip(ends.chain([end]))
        .zip(&rows[1].values)
    {
        let tokens = &values.values[piece.token as usize..end as usize];
        assert_eq!(tokens.iter().copied().reduce(f32::max), Some(*value));
    }
    assert!(rows[1].values.iter().any(|rank| *rank >= 6.0));
    // Back to probabilities.
    state.look(lens(Quantity::Surprisal));
    let Response::Rows { rows, .. } = state.rows_again() else {
        panic!()
    };
    assert!(rows[1].fits(Lens::default()) && rows[1].values.iter().all(|p| *p <= 1.0));
}

#[test]
fn a_band_of_alternatives_is_known_once_they_are_read() {
    let mut state = state();
    let scale = Scale::of(lens(Quantity::Rank));
    let low = Filter {
        band: Some(InBand { scale, band: 0 }),
        ..Filter::default()
    };
    let found = |response: Response| match response {
        Response::Selected { count, open, .. } => (count, open),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        found(state.select(2, low, Sort::default(), None)),
        (0, 22),
        "none is known"
    );
    read_some(&mut state, 99);
    let (count, open) = found(state.select_again());
    let shade = state.colours.shade().unwrap();
    let with_doubt = state.columns.sequences.iter().filter(|sequence| {
        let values = shade.of_sequence(sequence);
        values.iter().any(|rank| *rank > 5.0)
    });
    assert_eq!((count as usize, open), (with_doubt.count(), 0));
    assert!(count > 0);
    assert!(matches!(state.recoloured()[1], Response::Selected { .. }));
}

#[test]
fn words_need_no_alternatives() {
    let mut state = state();
    let words = Lens {
        unit: Unit::Word,
        ..Lens::default()
    };
    state.look(words);
    let (count, open, note) = counted(&state);
    assert!(count > 500 && count < 1108, "{count}");
    assert_eq!((open, note), (0, words.about()));
    assert!(state.values(0).is_some());
}

#[test]
fn what_cannot_be_read_is_said() {
    let mut importer = Importer::new(Limits::default());
    importer.push(br#"{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}"#);
    let mut state = State::new(importer.finish().columns);
    state.look(lens(Quantity::Margin));
    state.fail_listing("The file has changed.".into());
    assert_eq!(
        counted(&state).2,
        "The alternatives cannot be read. The file has changed."
    );
    assert_eq!(state.colours.to_read(9), [0; 0]);
    // Choosing it again tries again.
    state.look(lens(Quantity::Margin));
    assert_eq!(state.colours.to_read(9), [0]);
    state.take_listed(&[(0, None)]);
    let (count, open, note) = counted(&state);
    assert_eq!((count, open), (0, 0));
    assert!(
        note.ends_with("Ask the server for top_logprobs to see them."),
        "{note}"
    );
}
