//! A summary is the same whether the importer kept all columns or only those of the cards.
#![cfg(test)]
#[path = "../../completions/tests/common/mod.rs"]
mod common;

use api::RunSummary;
use common::{SMALL, cases, chat, seeds};
use completions::{Import, Importer, Limits};
use proptest::prelude::*;

fn read(mut importer: Importer, bytes: &[u8], size: usize) -> Import {
    bytes.chunks(size).for_each(|chunk| importer.push(chunk));
    importer.finish()
}

/// As sent: numbers are written so that two different ones never look alike.
fn wire(import: &Import, bytes: &[u8], cards: usize) -> String {
    let summary = RunSummary::of_import(import, "run.json", bytes.len() as u64, cards);
    serde_json::to_string(&summary).unwrap()
}

/// Compares both ways, for as many cards as are kept and for fewer.
fn same_summary(limits: Limits, bytes: &[u8], cards: usize, size: usize) {
    let full = read(Importer::new(limits), bytes, usize::MAX);
    let part = read(Importer::summary(limits, cards), bytes, size);
    for shown in [cards, cards / 2] {
        assert_eq!(
            wire(&part, bytes, shown),
            wire(&full, bytes, shown),
            "{shown} of {cards} cards"
        );
    }
}

/// Seeds with more sequences than cards: short answers of which all values are 0, in two formats, then others.
fn files() -> Vec<Vec<u8>> {
    let zeros: String = (0..25)
        .map(|id| chat(&id.to_string(), &[("a", "0.0"), ("b", "-0.0")]) + "\n")
        .collect();
    let legacy = r#"{"model":"old","choices":[{"text":"ab","logprobs":{"tokens":["a","b"],"token_logprobs":[null,-0.5]}},{"index":1,"text":"no values"}]}"#;
    let mut files = seeds();
    files.push(zeros.clone().into_bytes());
    files.push(format!("{legacy}\n{zeros}{legacy}\n").into_bytes());
    files.push(format!("{zeros}{}", chat("x", &[("c", "-1")])).into_bytes());
    files
}

#[test]
fn seeds_and_the_sample() {
    let path = common::workspace().join("public/samples/completions-small.json");
    let mut files = files();
    files.push(std::fs::read(path).unwrap());
    for cards in [0, 1, 3, 20] {
        for bytes in &files {
            same_summary(Limits::default(), bytes, cards, 1000);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_in_any_chunks(
        file in 0..files().len(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cards in 0usize..24,
        size in 1usize..500,
    ) {
        let mut bytes = files().swap_remove(file);
        for (at, byte) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        same_summary(SMALL, &bytes, cards, size);
    }
}
