//! Damaged files: never a panic, never an endless wait, and the report stays true to the bytes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{SMALL, import_in, import_with, seeds};
use completions::{Form, FormatId, Import, Level, Limits, decode_sequence};
use proptest::prelude::*;
use proptest::sample::Index;
use std::time::{Duration, Instant};

/// One way to damage a file.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Replace(Index, u8),
    Delete(Index, usize),
    Insert(Index, Vec<u8>),
    Truncate(Index),
    Splice(Index, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let snippet = prop_oneof![
        Just(b"{".to_vec()),
        Just(b"[".to_vec()),
        Just(b"}]".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\\".to_vec()),
        Just(b"\n{".to_vec()),
        Just(b"\\ud800".to_vec()),
        Just(b"-1e999".to_vec()),
        Just(b"NaN".to_vec()),
        Just(b"\"choices\":[{}],".to_vec()),
        Just(b"\0".to_vec()),
        Just(b"\xff\xfe".to_vec()),
        prop::collection::vec(any::<u8>(), 1..8),
        Just(vec![b'['; 600]),
    ];
    prop_oneof![
        (at(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (at(), 1usize..64).prop_map(|(at, len)| Damage::Delete(at, len)),
        (at(), snippet).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        at().prop_map(Damage::Truncate),
        (at(), at(), 1usize..400).prop_map(|(from, to, len)| Damage::Splice(from, to, len)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    match damage {
        Damage::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
        Damage::Replace(at, byte) => bytes[at.index(len)] = *byte,
        Damage::Delete(at, count) => {
            let at = at.index(len);
            bytes.drain(at..len.min(at + count));
        }
        Damage::Insert(at, new) => {
            let at = at.index(len);
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::Truncate(at) => bytes.truncate(at.index(len)),
        Damage::Splice(from, to, count) => {
            let from = from.index(len);
            let piece = bytes[from..len.min(from + count)].to_vec();
            let to = to.index(len);
            bytes.splice(to..to, piece);
        }
    }
}

/// Formats whose completions may come in pieces.
const STREAMS: [FormatId; 12] = [
    FormatId::OPENAI_RESPONSES_STREAM,
    FormatId::TOKEN_LINES,
    FormatId::OPENAI_CHAT_STREAM,
    FormatId::TGI_STREAM,
    FormatId::SGLANG,
    FormatId::LLAMACPP,
    FormatId::LLAMACPP_LEGACY,
    FormatId::OLLAMA,
    FormatId::OPENAI_TRANSCRIPTION_STREAM,
    FormatId::GEMINI,
    FormatId::COHERE_V2,
    FormatId::WATSONX,
];

/// What holds for every import, whatever the bytes were.
fn invariants(bytes: &[u8], import: &Import) {
    let columns = &import.columns;
    let tokens = columns.token_end.len();
    assert_eq!(
        (columns.logprob.len(), columns.flags.len()),
        (tokens, tokens)
    );
    assert_eq!(import.report.bytes, bytes.len() as u64);
    // Places lie in what was unpacked.
    let bytes = &common::unpacked(bytes);
    assert_eq!(import.metrics.n_sequences, columns.sequences.len() as u64);
    assert_eq!(import.metrics.counts.total, tokens as u64);
    assert!(import.report.records >= columns.records.len() as u64);
    let (mut token, mut text) = (0, 0);
    for sequence in &columns.sequences {
        assert_eq!((sequence.first_token, sequence.text_start), (token, text));
        token += u64::from(sequence.n_tokens);
        text += u64::from(sequence.text_len);
        let counts = sequence.metrics.counts;
        assert_eq!(counts.total, u64::from(sequence.n_tokens));
        assert_eq!(
            counts.total,
            counts.scored + counts.missing + counts.censored
        );
        assert!(
            sequence
                .metrics
                .perplexity
                .is_none_or(|perplexity| perplexity >= 1.0 && perplexity.is_finite())
        );
    }
    assert_eq!((token, text), (tokens as u64, columns.text.len() as u64));
    let mut end = 0;
    let mixed = columns
        .completions
        .iter()
        .any(|completion| STREAMS.contains(&completion.format));
    let problems = &import.report.problems;
    let damaged = problems.iter().any(|problem| problem.level == Level::Error);
    for record in &columns.records {
        // The pieces of several streams may be mixed.
        assert!(mixed || record.start >= end, "records overlap");
        end = end.max(record.start + record.len);
    }
    assert!(end <= bytes.len() as u64);
    for problem in &import.report.problems {
        assert!(
            problem.count >= problem.places.len() as u64 && problem.places.len() <= SMALL.places
        );
        let sentence = problem.sentence();
        assert!(
            sentence.ends_with(['.', '…']) && !sentence.contains("{n}"),
            "{sentence}"
        );
        for place in &problem.places {
            assert!(place.byte <= bytes.len() as u64, "{place:?}");
            let before = &bytes[..place.byte as usize];
            let alone = import.report.container.starts_with("sse");
            // A carriage return ends a line of events by itself.
            let ends = before
                .iter()
                .zip(
                    before[before.len().min(1)..]
                        .iter()
                        .chain(bytes[before.len()..].first().or(Some(&0))),
                )
                .filter(|&(&byte, &next)| {
                    byte == b'\n' || (alone && byte == b'\r' && next != b'\n')
                });
            let newlines = ends.count() as u64;
            if place.line == 0 {
                continue;
            }
            assert_eq!(place.line, newlines + 1, "{}: {place:?}", problem.code);
        }
    }
    // Nothing is dropped silently.
    assert!(!columns.records.is_empty() || !import.report.problems.is_empty());
    for completion in &columns.completions {
        let record = columns.records[completion.record as usize];
        let bytes = &bytes[record.start as usize..(record.start + record.len) as usize];
        for nth in 0..completion.n_sequences {
            let detail = decode_sequence(
                record.form,
                completion.format,
                bytes,
                completion.offset + nth,
            );
            let sequence = &columns.sequences[(completion.first_sequence + nth) as usize];
            // Where a stream is damaged between its pieces, reading it again may find other ones.
            if record.form == Form::Value || !damaged {
                assert_eq!(
                    detail.map(|detail| detail.tokens.len()),
                    Some(sequence.n_tokens as usize)
                );
            }
        }
    }
}

/// Files that are damaged.
fn files() -> Vec<Vec<u8>> {
    let mut files = seeds();
    let sample =
        std::fs::read(common::workspace().join("public/samples/completions-small.json")).unwrap();
    files.push(sample[..60_000].to_vec());
    if let Some(corpus) = common::corpus() {
        for folder in [
            "openai_chat",
            "openai_completions_legacy",
            "containers",
            "vllm_openai_completions",
        ] {
            for file in std::fs::read_dir(corpus.join(folder))
                .unwrap()
                .map(Result::unwrap)
            {
                let mut bytes = std::fs::read(file.path()).unwrap();
                bytes.truncate(20_000);
                files.push(bytes);
            }
        }
    }
    files
}

#[test]
fn intact_files_keep_the_invariants() {
    for bytes in files() {
        invariants(&bytes, &import_with(SMALL, &bytes));
    }
}

#[test]
fn damaged_files_keep_the_invariants() {
    let files = files();
    let cases = common::cases(600);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let limits = Limits {
        record_bytes: 1 << 20,
        ..SMALL
    };
    proptest!(config, |(
        file in 0..files.len(),
        damages in prop::collection::vec(damage(), 1..6),
        size in prop_oneof![1usize..64, 1000usize..5000],
    )| {
        let mut bytes = files[file].clone();
        damages.iter().for_each(|damage| apply(&mut bytes, damage));
        let start = Instant::now();
        let whole = import_with(limits, &bytes);
        prop_assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
        invariants(&bytes, &whole);
        prop_assert_eq!(import_in(limits, &bytes, &[size]), whole);
    });
}
