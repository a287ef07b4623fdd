//! An importer that keeps only the first sequences gives the same figures and the same report.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{SMALL, chat, codes, import, import_in, problem, seeds};
use completions::{Columns, Import, Importer, Limits, Sequence};
use metrics::{RunBuilder, RunMetrics};
use proptest::prelude::*;
use std::fmt::Debug;

fn summary_in(limits: Limits, keep: usize, bytes: &[u8], sizes: &[usize]) -> Import {
    let mut importer = Importer::summary(limits, keep);
    let mut rest = bytes;
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.clamp(1, rest.len()));
        importer.push(chunk);
        rest = after;
        let progress = importer.progress();
        assert_eq!(progress.bytes, (bytes.len() - rest.len()) as u64);
        let running = importer.running_metrics();
        assert_eq!(
            (progress.sequences, progress.tokens),
            (running.n_sequences, running.counts.total)
        );
        assert_eq!(
            importer.columns().sequences.len() as u64,
            progress.sequences.min(keep as u64)
        );
    }
    importer.finish()
}

/// Debug output tells every two numbers apart, even 0 and -0.
#[track_caller]
fn same_bits<T: Debug>(got: &T, want: &T) {
    assert_eq!(format!("{got:?}"), format!("{want:?}"));
}

/// Everything that the columns tell of a sequence.
fn told(columns: &Columns, sequence: &Sequence) -> [String; 3] {
    let token = |nth: u32| {
        let index = sequence.first_token + u64::from(nth);
        (
            columns.token_bytes(sequence, nth).to_vec(),
            columns.logprob[index as usize].to_bits(),
            columns.status(index),
            columns.mark(index),
        )
    };
    let completion = &columns.completions[sequence.completion as usize];
    let record = columns.records[completion.record as usize];
    let rest = Sequence {
        completion: 0,
        ..sequence.clone()
    };
    let about = format!(
        "{rest:?} {:?} {:?} {:?} {:?} {record:?} {:?} {:?}",
        completion.id,
        completion.label,
        completion.prompt,
        completion.n_sequences,
        (
            completion.first_sequence,
            completion.created,
            completion.prompt_tokens,
            completion.completion_tokens
        ),
        columns.model_of(sequence),
    );
    let tokens: Vec<_> = (0..sequence.n_tokens).map(token).collect();
    let text = columns.sequence_text(sequence).into_owned();
    [about, format!("{tokens:?}"), text]
}

/// What the full columns say about the run, folded by hand.
fn folded(columns: &Columns) -> (RunMetrics, Vec<(String, u64)>) {
    let mut builder = RunBuilder::default();
    let mut models: Vec<(String, u64)> = columns
        .models
        .iter()
        .map(|name| (name.clone(), 0))
        .collect();
    for sequence in &columns.sequences {
        builder.push(&sequence.metrics);
        let completion = &columns.completions[sequence.completion as usize];
        if let Some(model) = completion.model {
            models[model as usize].1 += 1;
        }
    }
    (builder.metrics(true), models)
}

#[track_caller]
fn same_summary(limits: Limits, keep: usize, bytes: &[u8], sizes: &[usize]) -> Import {
    let full = import_in(limits, bytes, &[usize::MAX]);
    let (metrics, models) = folded(&full.columns);
    same_bits(&full.metrics, &metrics);
    assert_eq!(full.models, models);

    // Whether all that it remembers is in memory or next to nothing.
    let crowded = Limits {
        remembered: 2,
        ..limits
    };
    let part = summary_in(crowded, keep, bytes, sizes);
    same_bits(&part.metrics, &full.metrics);
    assert_eq!(part.report, full.report);

    let part = summary_in(limits, keep, bytes, sizes);
    same_bits(&part.metrics, &full.metrics);
    assert_eq!(part.report, full.report);
    assert_eq!(part.models, full.models);
    assert_eq!(part.columns.models, full.columns.models);

    let (kept, all) = (&part.columns, &full.columns);
    assert_eq!(kept.sequences.len(), keep.min(all.sequences.len()));
    for (kept_row, row) in kept.sequences.iter().zip(&all.sequences) {
        assert_eq!(told(kept, kept_row), told(all, row));
    }
    // Nothing is kept of the others.
    let tokens: usize = kept.sequences.iter().map(|row| row.n_tokens as usize).sum();
    let text: usize = kept.sequences.iter().map(|row| row.text_len as usize).sum();
    assert_eq!(
        [
            kept.token_end.len(),
            kept.logprob.len(),
            kept.flags.len(),
            kept.text.len()
        ],
        [tokens, tokens, tokens, text]
    );
    assert!(kept.completions.len() <= kept.sequences.len());
    assert!(kept.records.len() <= kept.completions.len());
    full
}

#[test]
fn seeds_and_the_sample() {
    let sample =
        std::fs::read(common::workspace().join("public/samples/completions-small.json")).unwrap();
    for keep in [0, 1, 2, 3, 20] {
        for bytes in seeds() {
            same_summary(SMALL, keep, &bytes, &[usize::MAX]);
            same_summary(Limits::default(), keep, &bytes, &[1]);
        }
        same_summary(Limits::default(), keep, &sample, &[4096]);
    }
}

#[test]
fn public_files() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    for folder in [
        "openai_chat",
        "openai_completions_legacy",
        "containers",
        "radicalbit",
    ] {
        for file in std::fs::read_dir(corpus.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(path).unwrap();
                same_summary(Limits::default(), 3, &bytes, &[65_536]);
            }
        }
    }
}

#[test]
fn a_completion_is_kept_as_far_as_its_sequences_are() {
    let choice = |index: u32| {
        format!(
            r#"{{"index":{index},"text":"ab","logprobs":{{"tokens":["a","b"],"token_logprobs":[-1,-2]}}}}"#
        )
    };
    let record = |model: &str| {
        let choices = [choice(2), choice(0), choice(1)].join(",");
        format!(r#"{{"object":"text_completion","model":"{model}","choices":[{choices}]}}"#)
    };
    let file = format!(
        r#"{{"object":"text_completion","model":"none","choices":[]}}{}{}"#,
        record("a"),
        record("b")
    );
    same_summary(Limits::default(), 4, file.as_bytes(), &[usize::MAX]);
    let import = summary_in(Limits::default(), 4, file.as_bytes(), &[usize::MAX]);
    let columns = &import.columns;
    assert_eq!((columns.completions.len(), columns.records.len()), (2, 2));
    assert_eq!(
        (
            columns.sequences[3].completion,
            columns.completions[1].n_sequences
        ),
        (1, 3)
    );
    assert_eq!(columns.model_of(&columns.sequences[3]), "b");
    let counts = [("none", 0), ("a", 3), ("b", 3)];
    assert_eq!(
        import.models,
        counts.map(|(name, count)| (name.to_owned(), count))
    );
}

/// A duplicate, its first occurrence and its places are found among sequences that are not kept.
#[test]
fn duplicates_of_sequences_that_are_gone() {
    let record = |id: &str| chat(id, &[("Hi", "-0.5")]) + "\n";
    let file = [record("a"), record("b"), record("c"), record("b")].concat();
    same_summary(Limits::default(), 1, file.as_bytes(), &[7]);
    let import = summary_in(Limits::default(), 1, file.as_bytes(), &[7]);
    let place = &problem(&import, "duplicate").places[0];
    assert_eq!((place.record, place.line, place.sequence), (4, 4, Some(3)));
    assert_eq!(
        place.detail,
        "it has id, index, text and values of sequence 2"
    );
}

/// A legacy response with these values.
fn legacy(id: usize, values: &[&str], alternatives: bool) -> String {
    let list = if alternatives {
        format!(
            r#","top_logprobs":[{}]"#,
            vec![r#"{"a":0.0}"#; values.len()].join(",")
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"id":"l{id}","object":"text_completion","model":"legacy","choices":[{{"index":0,"text":"{}","logprobs":{{"tokens":{:?},"token_logprobs":[{}]{list}}}}}]}}"#,
        "a".repeat(values.len()),
        vec!["a"; values.len()],
        values.join(",")
    ) + "\n"
}

/// A chat response with these values.
fn chatted(id: usize, values: &[&str]) -> String {
    let tokens: Vec<(&str, &str)> = values.iter().map(|value| ("a", *value)).collect();
    chat(&format!("c{id}"), &tokens) + "\n"
}

#[test]
fn that_all_values_of_a_file_are_0_is_known_without_the_tokens() {
    let file: String = (0..30).map(|id| chatted(id, &["0.0", "-0.0"])).collect();
    for keep in [0, 4] {
        same_summary(Limits::default(), keep, file.as_bytes(), &[100]);
        let import = summary_in(Limits::default(), keep, file.as_bytes(), &[100]);
        let counts = import.metrics.counts;
        assert_eq!((counts.missing, counts.scored), (60, 0));
        assert_eq!(import.metrics.perplexity_mean_of_sequences, None);
        let problem = problem(&import, "all_zero");
        assert_eq!((problem.count, problem.places.len()), (30, 20));
        let last = &problem.places[19];
        assert_eq!(
            (last.record, last.line, last.sequence, last.detail.as_str()),
            (20, 20, Some(19), "as are all values of the file")
        );
        let row = import.columns.sequences.last();
        assert!(row.is_none_or(|row| row.metrics.counts.missing == 2));
    }
}

/// One format has only placeholders, the other has not; each is decided by itself, in the order of the file.
#[test]
fn formats_are_judged_one_by_one() {
    let zeros = |id| chatted(id, &["0", "0", "0"]);
    let values = |id| legacy(id, &["-0.1", "-0.7"], false);
    let legacy_zeros = |id, alternatives| legacy(id, &["0", "0", "0"], alternatives);
    let table = [
        // (file, sequences that are placeholders, of all)
        (vec![zeros(0), values(1), zeros(2)], 2, 3),
        (vec![values(0), zeros(1), values(2), zeros(3)], 2, 4),
        (vec![zeros(0), legacy_zeros(1, false)], 0, 2),
        (
            vec![zeros(0), legacy_zeros(1, false), legacy_zeros(2, false)],
            2,
            3,
        ),
        (
            vec![
                legacy_zeros(0, false),
                zeros(1),
                legacy_zeros(2, false),
                zeros(3),
            ],
            4,
            4,
        ),
        // Acquitted while the other is still a suspect, and the other way round.
        (
            vec![zeros(0), legacy_zeros(1, false), values(2), zeros(3)],
            2,
            4,
        ),
        (
            vec![
                legacy_zeros(0, false),
                zeros(1),
                legacy_zeros(2, false),
                chatted(3, &["-1"]),
            ],
            2,
            4,
        ),
        (vec![zeros(0), zeros(1), chatted(2, &["-1"])], 0, 3),
        (
            vec![
                legacy_zeros(0, false),
                legacy_zeros(1, true),
                zeros(2),
                zeros(3),
            ],
            2,
            4,
        ),
        // Neither missing values nor sequences that are withheld by themselves speak against it.
        (
            vec![
                zeros(0),
                chatted(1, &["null", "0", "0"]),
                chatted(2, &["0"; 5]),
            ],
            3,
            3,
        ),
        (vec![zeros(0), zeros(1), chatted(2, &["7", "8"])], 2, 3),
        (vec![zeros(0), chatted(1, &["0", "-9999"])], 0, 2),
    ];
    for (records, placeholders, sequences) in table {
        let file = records.concat();
        for keep in 0..=records.len() {
            let full = same_summary(Limits::default(), keep, file.as_bytes(), &[50]);
            let problems = &full.report.problems;
            let found = problems.iter().find(|problem| problem.code == "all_zero");
            assert_eq!(
                found.map_or(0, |problem| problem.count),
                placeholders,
                "{file}"
            );
            assert_eq!(full.metrics.n_sequences, sequences);
        }
    }
}

/// The places of sequences that are withheld by themselves come first, all together are no more than allowed.
#[test]
fn places_of_placeholders() {
    let file = [
        chatted(0, &["0", "0"]),
        chatted(1, &["0"; 6]),
        chatted(2, &["0"; 3]),
        chatted(3, &["0"; 3]),
    ]
    .concat();
    let import = same_summary(SMALL, 1, file.as_bytes(), &[9]);
    let problem = problem(&import, "all_zero");
    let sequences: Vec<_> = problem.places.iter().map(|place| place.sequence).collect();
    assert_eq!(
        (problem.count, sequences),
        (4, vec![Some(1), Some(0), Some(2)])
    );
    let none = Limits { places: 0, ..SMALL };
    let import = same_summary(none, 1, file.as_bytes(), &[9]);
    let problem = common::problem(&import, "all_zero");
    assert_eq!((problem.count, problem.places.len()), (4, 0));
}

#[test]
fn everything_is_kept_by_new() {
    let file = r#"{"object":"text_completion","choices":[]}"#.repeat(3);
    let import = import(&file);
    assert_eq!(import.columns.completions.len(), 3);
    assert_eq!(codes(&import), ["no_choices"]);
}

/// A record of one of many kinds.
fn record() -> impl Strategy<Value = String> {
    let ids = 0usize..6;
    let zeros = prop::sample::select(vec![
        vec!["0"],
        vec!["0", "-0.0"],
        vec!["null", "0"],
        vec!["0"; 6],
    ]);
    let values = prop::sample::select(vec![
        vec!["-0.1"],
        vec!["-0.3", "0", "-2.5"],
        vec!["-800", "-800"],
        vec!["0.3", "0.2"],
        vec!["-9999", "0"],
        vec!["null"],
    ]);
    prop_oneof![
        4 => (ids.clone(), zeros.clone()).prop_map(|(id, values)| chatted(id, &values)),
        4 => (ids.clone(), zeros, prop::bool::weighted(0.1)).prop_map(|(id, values, listed)| legacy(id, &values, listed)),
        1 => (ids.clone(), values.clone()).prop_map(|(id, values)| chatted(id, &values)),
        1 => (ids, values).prop_map(|(id, values)| legacy(id, &values, false)),
        1 => prop::sample::select(vec![
            "{\"object\":\"text_completion\",\"choices\":[]}\n".to_owned(),
            "{\"error\":{\"message\":\"no\"}}\n".to_owned(),
            "{broken\n".to_owned(),
            chat("x", &[("a", "-1")]).replace("\"m\"", "\"other\"") + "\n",
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_records_in_any_chunks(
        records in prop::collection::vec(record(), 0..14),
        keep in 0usize..8,
        sizes in prop::collection::vec(1usize..300, 1..5),
    ) {
        same_summary(SMALL, keep, records.concat().as_bytes(), &sizes);
    }

    #[test]
    fn mutated_files_in_any_chunks(
        seed in 0..seeds().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        keep in 0usize..4,
        sizes in prop::collection::vec(1usize..200, 1..6),
    ) {
        const INTERESTING: &[u8] = b"{}[]\",:\n\\ 1x\xff\xef";
        let mut bytes = seeds().swap_remove(seed);
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = INTERESTING[usize::from(byte) % INTERESTING.len()];
            }
        }
        same_summary(SMALL, keep, &bytes, &sizes);
    }
}
