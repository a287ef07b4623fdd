//! Properties: chunks make no difference, and damage is survived.
use crate::make::{Archive, archive, gzip, lines, points, units, zstd};
use crate::{Out, alone, common, unpack_in};
use completions::Limits;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use std::io::Write;

/// Compressed files of all kinds, good and bad.
fn seeds() -> Vec<Vec<u8>> {
    let text = lines(400);
    let noise: Vec<u8> = (0..3000u32)
        .map(|nth| (nth.wrapping_mul(0x9e37_79b9) >> 24) as u8)
        .collect();
    let (first, second) = text.split_at(text.len() / 3);
    let mut stored = GzEncoder::new(Vec::new(), Compression::none());
    stored.write_all(text.as_bytes()).unwrap();
    let log = Archive {
        behind: true,
        ..archive()
    }
    .text("header.json", first)
    .text("samples/1.json", second)
    .text("summaries.json", first);
    let bad = [gzip(first), gzip(&noise)[..900].to_vec()].concat();
    vec![
        gzip(&text),
        gzip(&noise),
        stored.finish().unwrap(),
        [gzip(first), gzip(""), gzip(second), vec![0; 20]].concat(),
        [gzip(first), b"trash".to_vec()].concat(),
        bad,
        zstd(&text),
        zstd(&noise),
        [
            zstd(first),
            b"\x53\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
            zstd(second),
        ]
        .concat(),
        b"\x28\xb5\x2f\xfd\0\x58\x1a\0\0x\x29\0\0abcde".to_vec(),
        gzip(zstd(&text)),
        zstd(gzip(&text)),
        archive()
            .text("b.json", first)
            .member("a.jsonl", 93, second.as_bytes())
            .finish(),
        log.finish(),
        Archive {
            large: true,
            ..archive()
        }
        .member("a.json.gz", 0, &gzip(&text))
        .finish(),
        gzip(archive().member("a.json", 0, &noise).finish()),
        units(&format!("\u{feff}{text}\u{1f600}"), u16::to_le_bytes),
        points(first, u32::to_be_bytes),
        gzip(units(first, u16::to_be_bytes)),
        // Damage right behind a unit of text: where it lies does not depend on the chunks.
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x12\xc7\x0f\x3f\x23\x3f".to_vec(),
        text.into_bytes(),
    ]
}

/// The same cases in every run.
fn config(cases: u32) -> Config {
    Config {
        cases: common::cases(cases),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..Config::default()
    }
}

/// Limits that a damaged file can meet.
const NARROW: Limits = Limits {
    places: 3,
    expanded_bytes: 200_000,
    zip_bytes: 60_000,
    zstd_window: 8 << 20,
    ..Limits::DEFAULT
};

#[test]
fn chunks_make_no_difference() {
    let _alone = alone();
    let seeds = seeds();
    let whole: Vec<Out> = seeds
        .iter()
        .map(|file| unpack_in(NARROW, file, &[usize::MAX]))
        .collect();
    proptest!(config(300), |(
        file in 0..seeds.len(),
        sizes in prop::collection::vec(prop_oneof![1usize..4, 1usize..40, 1usize..3000], 1..12),
    )| {
        prop_assert_eq!(&unpack_in(NARROW, &seeds[file], &sizes), &whole[file]);
    });
}

/// Damages a file; every tenth time its end is cut off.
fn damage(file: &mut Vec<u8>, at: prop::sample::Index, what: u8, with: &[u8]) {
    let len = file.len().max(1);
    let at = at.index(len).min(file.len());
    match what {
        0..3 => {
            if let Some(byte) = file.get_mut(at) {
                *byte ^= 1 << (with[0] % 8);
            }
        }
        3..6 => {
            for (byte, new) in file[at..].iter_mut().zip(with) {
                *byte = *new;
            }
        }
        6 | 7 => {
            file.splice(at..at, with.iter().copied());
        }
        8 => {
            file.drain(at..file.len().min(at + with.len()));
        }
        _ => file.truncate(at),
    }
}

#[test]
fn damage_is_survived() {
    let _alone = alone();
    let seeds = seeds();
    proptest!(config(4000), |(
        file in 0..seeds.len(),
        // The beginning, where the headers are, is hit more often.
        near in any::<bool>(),
        damages in prop::collection::vec(
            (any::<prop::sample::Index>(), 0u8..10, prop::collection::vec(any::<u8>(), 1..6)),
            1..5,
        ),
        sizes in prop::collection::vec(1usize..2000, 1..6),
    )| {
        let mut bytes = seeds[file].clone();
        let rest = bytes.split_off(if near { bytes.len().min(80) } else { bytes.len() });
        for (at, what, with) in &damages {
            damage(&mut bytes, *at, *what, with);
        }
        bytes.extend(rest);
        let whole = unpack_in(NARROW, &bytes, &[usize::MAX]);
        let length: usize = whole.texts.iter().map(|(_, text)| text.len()).sum();
        // A byte of text without a layer, or three of UTF-8 for two of UTF-16, and again inside a layer.
        let most = NARROW.expanded_bytes as usize * 3 / 2 + bytes.len() * 2;
        prop_assert!(length <= most, "{length} bytes");
        prop_assert!(whole.problems.len() <= (NARROW.places + 1) * 13);
        prop_assert_eq!(&unpack_in(NARROW, &bytes, &sizes), &whole);
    });
}
