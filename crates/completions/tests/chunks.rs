//! Any chunking of the same bytes gives the same columns and the same report.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{SMALL, import_in, import_with, seeds};
use completions::Limits;
use proptest::prelude::*;

#[track_caller]
fn same_in_chunks(limits: Limits, bytes: &[u8], sizes: &[usize]) {
    let whole = import_with(limits, bytes);
    let pieces = import_in(limits, bytes, sizes);
    assert_eq!(
        pieces,
        whole,
        "in chunks of {sizes:?}: {}",
        String::from_utf8_lossy(bytes)
    );
}

#[test]
fn byte_by_byte() {
    for bytes in seeds() {
        same_in_chunks(Limits::default(), &bytes, &[1]);
        same_in_chunks(SMALL, &bytes, &[1]);
    }
}

#[test]
fn every_single_cut() {
    for bytes in seeds() {
        for cut in 1..bytes.len() {
            same_in_chunks(SMALL, &bytes, &[cut, usize::MAX]);
        }
    }
}

#[test]
fn a_real_file() {
    let bytes =
        std::fs::read(common::workspace().join("public/samples/completions-small.json")).unwrap();
    for size in [1009, 4096, 65_536, 300_000] {
        same_in_chunks(Limits::default(), &bytes, &[size]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_chunks_of_mutated_files(
        seed in 0..seeds().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
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
        same_in_chunks(SMALL, &bytes, &sizes);
    }
}
