//! The vocabulary of the tests.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]
mod seeds;
pub(crate) use seeds::{chat, seeds, services};

use completions::unpack::{Unpacked, Unpacker};
use completions::{
    Columns, Import, Importer, Limits, Problem, RecordReader, RecordSpan, SequenceDetail,
    decode_sequence,
};
use std::path::{Path, PathBuf};

/// Limits that small tests can exceed.
pub(crate) const SMALL: Limits = Limits {
    record_bytes: 4096,
    depth: 32,
    places: 3,
    ..Limits::DEFAULT
};

/// Imports the bytes in one push.
pub(crate) fn import(bytes: impl AsRef<[u8]>) -> Import {
    import_with(Limits::default(), bytes)
}

/// Imports the bytes in one push within limits.
pub(crate) fn import_with(limits: Limits, bytes: impl AsRef<[u8]>) -> Import {
    let mut importer = Importer::new(limits);
    importer.push(bytes.as_ref());
    importer.finish()
}

/// Imports the bytes in chunks of these sizes, over and over.
pub(crate) fn import_in(limits: Limits, bytes: &[u8], sizes: &[usize]) -> Import {
    let mut importer = Importer::new(limits);
    let mut rest = bytes;
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.clamp(1, rest.len()));
        importer.push(chunk);
        rest = after;
    }
    importer.finish()
}

/// The problem with this code.
#[track_caller]
pub(crate) fn problem<'a>(import: &'a Import, code: &str) -> &'a Problem {
    let found = import
        .report
        .problems
        .iter()
        .find(|problem| problem.code == code);
    found.unwrap_or_else(|| panic!("no `{code}` among {:?}", codes(import)))
}

/// The codes of all problems, in order.
pub(crate) fn codes(import: &Import) -> Vec<&'static str> {
    import
        .report
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect()
}

/// The texts of all sequences.
pub(crate) fn texts(import: &Import) -> Vec<String> {
    let text = |sequence| import.columns.sequence_text(sequence).into_owned();
    import.columns.sequences.iter().map(text).collect()
}

/// The detail of a sequence of a file; it must say what the columns say.
#[track_caller]
pub(crate) fn detail(file: &str, import: &Import, nth: usize) -> SequenceDetail {
    let columns = &import.columns;
    let sequence = &columns.sequences[nth];
    let completion = &columns.completions[sequence.completion as usize];
    let record = columns.records[completion.record as usize];
    let bytes = &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
    let offset = completion.offset + nth as u32 - completion.first_sequence;
    let found = decode_sequence(record.form, completion.format, bytes, offset);
    let Some(detail) = found else {
        panic!("no detail of sequence {nth}")
    };
    assert_eq!(detail.tokens.len(), sequence.n_tokens as usize);
    for (at, token) in (0..).zip(&detail.tokens) {
        let index = sequence.first_token + u64::from(at);
        assert_eq!(token.bytes, columns.token_bytes(sequence, at));
        assert_eq!(token.status, columns.status(index));
        let kept = columns.logprob[index as usize];
        assert_eq!((token.logprob as f32).to_bits(), kept.to_bits());
    }
    detail
}

/// Names of the alternatives of a token, best first; the one that was written with a `*`.
pub(crate) fn listed(detail: &SequenceDetail, token: usize) -> Vec<String> {
    let mark = |chosen| if chosen { "*" } else { "" };
    let listed = detail.tokens[token].alternatives.iter();
    listed
        .map(|listed| format!("{}{}", listed.token, mark(listed.chosen)))
        .collect()
}

/// The file with these records as events.
pub(crate) fn events(records: &[String]) -> String {
    let event = |record: &String| format!("data: {record}\n\n");
    records.iter().map(event).collect()
}

/// Cases of a property test: what `PROPTEST_CASES` says, else its own number.
pub(crate) fn cases(default: u32) -> u32 {
    let said = std::env::var("PROPTEST_CASES").ok();
    said.and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The public corpus beside the workspace; `None`, with a printed line, when it is not there.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = workspace().join("../shared/corpus");
    if corpus.is_dir() {
        return Some(corpus);
    }
    println!(
        "corpus not found, skipped: {} is not there",
        corpus.display()
    );
    None
}

/// The detail of every sequence says what the columns say.
#[track_caller]
pub(crate) fn details_agree(file: &[u8], import: &Import) {
    let Columns {
        records,
        completions,
        sequences,
        ..
    } = &import.columns;
    let placeholders = codes(import).contains(&"all_zero");
    for completion in completions {
        let record = records[completion.record as usize];
        let bytes = record_bytes(file, import, &record);
        for nth in 0..completion.n_sequences {
            let sequence = &sequences[(completion.first_sequence + nth) as usize];
            let detail = decode_sequence(
                record.form,
                completion.format,
                &bytes,
                completion.offset + nth,
            )
            .unwrap_or_else(|| panic!("no detail of {record:?}"));
            assert_eq!(detail.tokens.len(), sequence.n_tokens as usize);
            for (at, token) in (0..).zip(&detail.tokens) {
                let index = sequence.first_token + u64::from(at);
                assert_eq!(token.bytes, import.columns.token_bytes(sequence, at));
                // That all values of a file are placeholders does not show in one record.
                if placeholders {
                    continue;
                }
                assert_eq!(token.status, import.columns.status(index));
                let kept = import.columns.logprob[index as usize];
                assert_eq!((token.logprob as f32).to_bits(), kept.to_bits());
                let best_first = token
                    .alternatives
                    .windows(2)
                    .all(|pair| pair[0].logprob >= pair[1].logprob);
                assert!(best_first);
                let chosen = token
                    .alternatives
                    .iter()
                    .filter(|alternative| alternative.chosen)
                    .count();
                assert_eq!(chosen, usize::from(token.chosen_is_listed));
            }
            // Without tokens, or without a text of theirs, the text is what the record states.
            if detail.tokens.iter().all(|token| token.bytes.is_empty()) {
                let text = import.columns.sequence_text(sequence);
                assert_eq!(text, detail.stated_text.unwrap_or_default());
            }
        }
    }
}

/// The bytes of a record, as whoever shows a sequence finds them.
pub(crate) fn record_bytes(file: &[u8], import: &Import, record: &RecordSpan) -> Vec<u8> {
    let source = &import.columns.sources[record.source as usize];
    if !source.packed {
        return file[record.start as usize..(record.start + record.len) as usize].to_vec();
    }
    let mut reader = RecordReader::new(Limits::default(), source, record);
    for chunk in file.chunks(1000) {
        if reader.push(chunk) {
            break;
        }
    }
    reader.finish().unwrap()
}

/// The text inside of compressed bytes; of an archive the last member.
pub(crate) fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut unpacker = Unpacker::new(Limits::default());
    let mut take = |piece: Unpacked<'_>| match piece {
        Unpacked::Bytes(bytes) => text.extend_from_slice(bytes),
        Unpacked::Member(_) => text.clear(),
    };
    unpacker.push(bytes, &mut take);
    unpacker.finish(&mut take);
    text
}
