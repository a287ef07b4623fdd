//! Public files of every format, where they lie beside the checkout.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
use completions::{Importer, Limits};
use generations::reader::Span;
use generations::{Generation, Reader, again};
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn read(bytes: &[u8], piece: usize) -> Vec<(Generation, Span)> {
    let mut all = Vec::new();
    let mut take = |generation, span| all.push((generation, span));
    let mut reader = Reader::new("run", Limits::default());
    for chunk in bytes.chunks(piece) {
        reader.push(chunk, &mut take);
    }
    reader.finish(&mut take);
    all
}

/// Every completion of the importer is a record with its text and its figures; pieces make no difference; a record that is
/// read again is the same, and so is one that was written and is read as a record.
#[test]
fn every_completion_is_a_record() {
    let Some(corpus) = corpus() else { return };
    let mut all = Vec::new();
    files(&corpus, &mut all);
    let mut count = 0;
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display();
        let mut importer = Importer::new(Limits::default());
        importer.push(&bytes);
        let import = importer.finish();
        let records = read(&bytes, 64 << 10);
        assert_eq!(records.len(), import.columns.completions.len(), "{name}");
        count += records.len();
        if bytes.len() < 1 << 20 {
            assert_eq!(records, read(&bytes, 777), "{name}");
        }
        for ((generation, span), completion) in records.iter().zip(&import.columns.completions) {
            let first = import
                .columns
                .sequences
                .get(completion.first_sequence as usize);
            if let Some(first) = first.filter(|_| completion.n_sequences > 0) {
                assert_eq!(
                    generation.source.sequence,
                    u64::from(completion.first_sequence),
                    "{name}"
                );
                let perplexity = generation
                    .metrics
                    .as_ref()
                    .and_then(|metrics| metrics.perplexity);
                assert_eq!(perplexity, first.metrics.perplexity, "{name}");
            }
            let json = serde_json::to_string(generation).unwrap();
            let back: Generation = serde_json::from_str(&json).unwrap();
            assert_eq!(&back, generation, "{name}");
            if span.packed || span.source > 0 {
                continue;
            }
            let (start, len) = (
                usize::try_from(span.start).unwrap(),
                usize::try_from(span.len).unwrap(),
            );
            let mut same = again(&bytes[start..start + len], *span, &generation.source);
            // That values are placeholders does not show in one record.
            if let Some(same) = same.as_mut().filter(|_| generation.metrics.is_none()) {
                same.metrics = None;
                same.output
                    .alternatives
                    .clone_from(&generation.output.alternatives);
            }
            assert_eq!(same.as_ref(), Some(generation), "{name}");
        }
        // Written as records they are records, without the values that records need not have.
        let lines: Vec<String> = records
            .iter()
            .map(|(generation, _)| serde_json::to_string(generation).unwrap() + "\n")
            .collect();
        let second = read(lines.concat().as_bytes(), 64 << 10);
        assert_eq!(second.len(), records.len(), "{name}");
        for ((first, _), (second, _)) in records.iter().zip(second) {
            assert_eq!(second.source.format, "generation", "{name}");
            assert_eq!(second.output.content, first.output.content, "{name}");
            assert_eq!(
                (&second.id, &second.model),
                (&first.id, &first.model),
                "{name}"
            );
            assert_eq!(second.parameters, first.parameters, "{name}");
            assert_eq!(second.timestamp, first.timestamp, "{name}");
        }
    }
    assert!(count > 100, "{count}");
}
