//! Layers around a file: what comes out, what is reported, whatever the chunks and the damage, in bounded memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use completions::Limits;
use completions::unpack::UnpackProblemKind as Kind;
use completions::unpack::{UnpackProblem, Unpacked, Unpacker};
use flate2::{Compression, GzBuilder, write::DeflateEncoder, write::GzEncoder};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counters of the allocator are global: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that comes out of a file.
#[derive(PartialEq, Default)]
struct Out {
    /// Members with their texts; a file without members has one without a name.
    texts: Vec<(String, Vec<u8>)>,
    layers: Vec<&'static str>,
    problems: Vec<UnpackProblem>,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts = self.texts.iter();
        let texts: Vec<_> = texts.map(|(name, text)| (name, text.len())).collect();
        write!(
            formatter,
            "{texts:?} {:?} {:#?}",
            self.layers, self.problems
        )
    }
}

impl Out {
    fn text(&self) -> String {
        let all = self.texts.iter().flat_map(|(_, text)| text.clone());
        String::from_utf8(all.collect()).unwrap()
    }

    fn names(&self) -> Vec<&str> {
        self.texts.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn kinds(&self) -> Vec<Kind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    fn details(&self) -> Vec<String> {
        let told = self.problems.iter().map(|problem| {
            let member = problem.member.clone().unwrap_or_default();
            format!("{member}@{}: {}", problem.offset, problem.detail)
        });
        told.collect()
    }
}

fn unpack_in(limits: Limits, file: &[u8], sizes: &[usize]) -> Out {
    let mut out = Out::default();
    let mut unpacker = Unpacker::new(limits);
    let mut rest = file;
    let texts = &mut out.texts;
    let mut take = |piece: Unpacked<'_>| match piece {
        Unpacked::Member(name) => texts.push((name.to_owned(), Vec::new())),
        Unpacked::Bytes(bytes) => {
            assert!(!bytes.is_empty());
            if texts.is_empty() {
                texts.push(Default::default());
            }
            texts.last_mut().unwrap().1.extend_from_slice(bytes);
        }
    };
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.clamp(1, rest.len()));
        unpacker.push(chunk, &mut take);
        out.problems.append(&mut unpacker.problems());
        rest = after;
    }
    unpacker.finish(&mut take);
    out.problems.append(&mut unpacker.problems());
    out.layers = unpacker.layers().to_vec();
    out
}

/// Unpacks in one push, and makes sure that it is the same in pushes of one byte.
#[track_caller]
fn unpack(file: &[u8]) -> Out {
    unpack_with(Limits::default(), file)
}

#[track_caller]
fn unpack_with(limits: Limits, file: &[u8]) -> Out {
    let whole = unpack_in(limits, file, &[usize::MAX]);
    assert_eq!(unpack_in(limits, file, &[1]), whole, "byte by byte");
    whole
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// One frame with a checksum.
fn zstd(text: impl AsRef<[u8]>) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_ref(), ruzstd::encoding::CompressionLevel::Fastest)
}

/// Text that has something to compress, but not too much.
fn lines(count: usize) -> String {
    let line = |nth: usize| {
        let value = nth.wrapping_mul(0x9e37_79b9) % 10_007;
        format!("{{\"id\":\"c{nth}\",\"logprob\":-0.{value}}}\n")
    };
    (0..count).map(line).collect()
}

/// A writer of zip archives, with all that real ones have.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    list: Vec<u8>,
    count: u16,
    /// Sizes behind the data.
    behind: bool,
    /// Sizes as 64-bit numbers.
    large: bool,
    flags: u16,
}

impl Archive {
    fn member(mut self, name: &str, method: u16, text: &[u8]) -> Self {
        let data = match method {
            8 => deflate(text),
            93 => zstd(text),
            _ => text.to_vec(),
        };
        let mut crc = flate2::Crc::new();
        crc.update(text);
        let sizes = [data.len() as u32, text.len() as u32];
        let flags = self.flags | if self.behind { 8 } else { 0 };
        let local = if self.behind {
            [0; 3]
        } else {
            [crc.sum(), sizes[0], sizes[1]]
        };
        let offset = self.bytes.len() as u32;
        let mut extra = Vec::new();
        if self.large {
            extra.extend([1, 0, 16, 0]);
            extra.extend(u64::from(sizes[1]).to_le_bytes());
            extra.extend(u64::from(sizes[0]).to_le_bytes());
        }
        let header = |numbers: [u32; 3]| {
            let mut header = Vec::new();
            header.extend([20, 0]);
            header.extend(flags.to_le_bytes());
            header.extend(method.to_le_bytes());
            header.extend([0; 4]);
            header.extend(numbers[0].to_le_bytes());
            for number in &numbers[1..] {
                let number = if self.large { u32::MAX } else { *number };
                header.extend(number.to_le_bytes());
            }
            header.extend((name.len() as u16).to_le_bytes());
            header.extend((extra.len() as u16).to_le_bytes());
            header
        };
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(header(local));
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(&extra);
        self.bytes.extend(&data);
        if self.behind {
            self.bytes.extend(b"PK\x07\x08");
            for number in [crc.sum(), sizes[0], sizes[1]] {
                self.bytes.extend(number.to_le_bytes());
            }
        }
        self.list.extend(b"PK\x01\x02\x14\0");
        self.list.extend(header([crc.sum(), sizes[0], sizes[1]]));
        self.list.extend([0; 10]);
        self.list.extend(offset.to_le_bytes());
        self.list.extend(name.as_bytes());
        self.list.extend(&extra);
        self.count += 1;
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        self.member(name, 8, text.as_bytes())
    }

    fn finish(mut self) -> Vec<u8> {
        let (offset, size) = (self.bytes.len() as u64, self.list.len() as u64);
        self.bytes.append(&mut self.list);
        let (mut short_size, mut short_offset) = (size as u32, offset as u32);
        if self.large {
            let place = self.bytes.len() as u64;
            self.bytes.extend(b"PK\x06\x06");
            self.bytes.extend(44u64.to_le_bytes());
            self.bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            self.bytes.extend(u64::from(self.count).to_le_bytes());
            self.bytes.extend(u64::from(self.count).to_le_bytes());
            self.bytes.extend(size.to_le_bytes());
            self.bytes.extend(offset.to_le_bytes());
            self.bytes.extend(b"PK\x06\x07\0\0\0\0");
            self.bytes.extend(place.to_le_bytes());
            self.bytes.extend([1, 0, 0, 0]);
            (short_size, short_offset) = (u32::MAX, u32::MAX);
        }
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(short_size.to_le_bytes());
        self.bytes.extend(short_offset.to_le_bytes());
        self.bytes.extend([7, 0]);
        self.bytes.extend(b"comment");
        self.bytes
    }
}

fn archive() -> Archive {
    Archive::default()
}

fn units<const N: usize>(text: &str, bytes: fn(u16) -> [u8; N]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn points(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().map(u32::from).flat_map(bytes).collect()
}

#[test]
fn a_plain_file_passes_through_untouched() {
    let _alone = alone();
    let text = lines(100);
    for file in [
        text.as_bytes(),
        b"",
        b"{",
        b"{}",
        b"{}\n",
        b"\xef\xbb\xbf{}",
        b"\0\0\0\0\0\0",
        b"{\0",
        b"\x7fELF\x02\x01\x01\0",
        b"\x89PNG\r\n\x1a\n",
        b"P",
        b"PK",
        b"PK\x01\x02 no archive begins like this",
        b"(\xb5/",
        b"\x1f",
    ] {
        let out = unpack(file);
        assert_eq!(out.texts.concat_bytes(), file);
        assert_eq!((out.layers.len(), out.problems.len()), (0, 0));
    }
    // The chunks themselves come out, and nothing is allocated for them.
    let mut unpacker = Unpacker::new(Limits::default());
    let region = Region::new(ALLOCATOR);
    for chunk in text.as_bytes().chunks(1000) {
        let mut pieces = 0;
        unpacker.push(chunk, &mut |piece| match piece {
            Unpacked::Bytes(bytes) => {
                pieces += 1;
                assert!(std::ptr::eq(bytes, chunk));
            }
            Unpacked::Member(_) => panic!("a member"),
        });
        assert_eq!(pieces, 1);
    }
    assert_eq!(region.change().allocations, 0);
}

trait ConcatBytes {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl ConcatBytes for Vec<(String, Vec<u8>)> {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|(_, text)| text.clone()).collect()
    }
}

#[test]
fn layers_come_off() {
    let _alone = alone();
    let text = lines(3000);
    let header = |builder: GzBuilder| {
        let mut encoder = builder.write(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let plain = GzBuilder::new;
    let mut checked = gzip(&text);
    // The header gets a checksum of its own.
    checked[3] |= 2;
    let mut crc = flate2::Crc::new();
    crc.update(&checked[..10]);
    let sum = crc.sum().to_le_bytes();
    checked.splice(10..10, [sum[0], sum[1]]);
    let (first, second) = text.split_at(text.len() / 2);
    let skipped = b"\x5f\x2a\x4d\x18\x05\0\0\0hello".to_vec();
    let empty = b"\x50\x2a\x4d\x18\0\0\0\0".to_vec();
    let rle = b"\x28\xb5\x2f\xfd\0\x58\x1a\0\0x\x29\0\0abcde".to_vec();
    let with =
        |archive: Archive, method: u16| archive.member("a.jsonl", method, text.as_bytes()).finish();
    let behind = || Archive {
        behind: true,
        ..archive()
    };
    let large = || Archive {
        large: true,
        ..archive()
    };
    let marked = format!("\u{feff}{text}");
    let cases: Vec<(&str, Vec<u8>, &[&str], &str)> = vec![
        ("gzip", gzip(&text), &["gzip"], &text),
        (
            "extra",
            header(plain().extra(vec![7; 300])),
            &["gzip"],
            &text,
        ),
        (
            "name",
            header(plain().filename("a").comment("b")),
            &["gzip"],
            &text,
        ),
        ("no extra", header(plain().extra(vec![])), &["gzip"], &text),
        ("header checksum", checked, &["gzip"], &text),
        (
            "members",
            [gzip(first), gzip(""), gzip(second)].concat(),
            &["gzip"],
            &text,
        ),
        (
            "padding inside",
            [gzip(first), vec![0; 9], gzip(second)].concat(),
            &["gzip"],
            &text,
        ),
        ("empty", gzip(""), &["gzip"], ""),
        ("zstd", zstd(&text), &["zstd"], &text),
        (
            "frames",
            [zstd(first), zstd(""), zstd(second)].concat(),
            &["zstd"],
            &text,
        ),
        (
            "skipped",
            [skipped.clone(), zstd(&text), empty, skipped.clone()].concat(),
            &["zstd"],
            &text,
        ),
        ("only skipped", skipped, &["zstd"], ""),
        ("raw and repeated", rle, &["zstd"], "xxxabcde"),
        ("twice", gzip(gzip(&text)), &["gzip", "gzip"], &text),
        ("zstd in gzip", gzip(zstd(&text)), &["gzip", "zstd"], &text),
        ("gzip in zstd", zstd(gzip(&text)), &["zstd", "gzip"], &text),
        ("stored", with(archive(), 0), &["zip"], &text),
        ("deflated", with(archive(), 8), &["zip"], &text),
        ("zstd in zip", with(archive(), 93), &["zip"], &text),
        ("sizes behind", with(behind(), 8), &["zip"], &text),
        ("large numbers", with(large(), 8), &["zip"], &text),
        ("large and stored", with(large(), 0), &["zip"], &text),
        (
            "zip in gzip",
            gzip(with(archive(), 8)),
            &["gzip", "zip"],
            &text,
        ),
        (
            "gzip in zip",
            archive().member("a.jsonl.gz", 0, &gzip(&text)).finish(),
            &["zip", "gzip"],
            &text,
        ),
        (
            "UTF-16 in zip in zip",
            archive()
                .member(
                    "a.json",
                    8,
                    &archive()
                        .member("b.json", 8, &units(&marked, u16::to_le_bytes))
                        .finish(),
                )
                .finish(),
            &["zip", "zip", "utf16"],
            &text,
        ),
        (
            "UTF-16LE",
            units(&marked, u16::to_le_bytes),
            &["utf16"],
            &text,
        ),
        (
            "UTF-16BE",
            units(&marked, u16::to_be_bytes),
            &["utf16"],
            &text,
        ),
        (
            "UTF-16LE without a mark",
            units(&text, u16::to_le_bytes),
            &["utf16"],
            &text,
        ),
        (
            "UTF-16BE without a mark",
            units(&text, u16::to_be_bytes),
            &["utf16"],
            &text,
        ),
        (
            "UTF-32LE",
            points(&marked, u32::to_le_bytes),
            &["utf32"],
            &text,
        ),
        (
            "UTF-32BE",
            points(&marked, u32::to_be_bytes),
            &["utf32"],
            &text,
        ),
        (
            "UTF-32LE without a mark",
            points(&text, u32::to_le_bytes),
            &["utf32"],
            &text,
        ),
        (
            "UTF-32BE without a mark",
            points(&text, u32::to_be_bytes),
            &["utf32"],
            &text,
        ),
        (
            "UTF-16 in gzip",
            gzip(units("[\"zażółć 😀\u{feff}\"]", u16::to_le_bytes)),
            &["gzip", "utf16"],
            "[\"zażółć 😀\u{feff}\"]",
        ),
        (
            "two bytes",
            units("\u{feff}", u16::to_le_bytes),
            &["utf16"],
            "",
        ),
    ];
    for (name, file, layers, expected) in cases {
        let out = unpack(&file);
        assert!(out.text() == expected, "{name}: {} bytes", out.text().len());
        assert_eq!(out.layers, layers, "{name}");
        let wide = layers.iter().any(|layer| layer.starts_with("utf"));
        let kinds = if wide { vec![Kind::Utf16] } else { vec![] };
        assert_eq!(out.kinds(), kinds, "{name}");
    }
}

/// A file with something wrong: what is delivered all the same, and what is said.
#[track_caller]
fn wrong(file: Vec<u8>, text: &str, kinds: &[Kind], details: &[&str]) {
    let out = unpack(&file);
    assert_eq!(out.details(), details);
    assert_eq!(out.kinds(), kinds);
    assert!(out.text() == text, "{out:?}");
}

#[test]
fn what_is_wrong_with_gzip() {
    let _alone = alone();
    let text = "{\"a\":1}\n";
    let twice = format!("{text}{text}");
    let good = gzip(text);
    let broken = |at: usize, byte: u8| {
        let mut file = good.clone();
        let at = if at > 100 {
            file.len() - (256 - at)
        } else {
            at
        };
        file[at] ^= byte;
        file
    };
    let with = |rest: &[u8]| [&good, rest].concat();
    wrong(
        with(b"\0\0\0"),
        text,
        &[Kind::Trailing],
        &["@8: 3 zero bytes after the last gzip member"],
    );
    for garbage in [
        &b"trash"[..],
        b"\x1f\x8b\x07ab",
        b"\x1f....",
        b"\0\0trash",
        b"\x1f\x8b\x09\x1f\x8b",
    ] {
        let details = ["@8: 5 bytes after the last gzip member are no gzip data and were not read"];
        wrong(with(garbage), text, &[Kind::Trailing], &details);
    }
    wrong(
        with(b"\x1f\x8b"),
        text,
        &[Kind::Trailing],
        &["@8: 2 bytes after the last gzip member are no gzip data and were not read"],
    );
    wrong(
        [broken(255, 0x80), good.clone()].concat(),
        &twice,
        &[Kind::Checksum],
        &["@8: gzip member 1 has 8 bytes, 2147483656 are stated"],
    );
    wrong(
        [good.clone(), broken(248, 1)].concat(),
        &twice,
        &[Kind::Checksum],
        &["@16: the checksum of gzip member 2 is 74e8a346, 74e8a347 is stated"],
    );
    wrong(
        broken(2, 1),
        "",
        &[Kind::Corrupt],
        &["@0: its method of compression is not known"],
    );
    let mut flagged = good.clone();
    flagged[3] = 2;
    flagged.splice(10..10, [0, 0]);
    wrong(
        flagged,
        text,
        &[Kind::Checksum],
        &["@0: the header of gzip member 1 is damaged"],
    );
    // A block of a type that there is not.
    wrong(
        [good.clone(), good[..10].to_vec(), vec![7, 1, 2, 3]].concat(),
        text,
        &[Kind::Corrupt],
        &["@8: the data of gzip member 2 is damaged"],
    );
    let missing: &[&str] = &["@0: the end of gzip member 1 is missing"];
    for length in [2, 3, 5, 9, 10] {
        wrong(good[..length].to_vec(), "", &[Kind::CutOff], missing);
    }
    wrong(
        good[..good.len() - 1].to_vec(),
        text,
        &[Kind::CutOff],
        &["@8: the checksum of gzip member 1 is missing"],
    );
    // Everything that can be decoded is delivered.
    let long = lines(20_000);
    let packed = gzip(&long);
    let out = unpack(&packed[..packed.len() / 2]);
    assert_eq!(out.kinds(), [Kind::CutOff]);
    let there = out.text().len();
    assert!(out.text() == long[..there]);
    assert!(there > long.len() * 2 / 5, "{there} of {}", long.len());
    assert_eq!(out.problems[0].offset, there as u64);
}

#[test]
fn what_is_wrong_with_zstd() {
    let _alone = alone();
    let text = "{\"a\":1}\n";
    let twice = format!("{text}{text}");
    let good = zstd(text);
    let with = |rest: &[u8]| [&good, rest].concat();
    for garbage in [&b"trash"[..], b"\0\0\0\0\0"] {
        let details = ["@8: 5 bytes after the last zstd frame are no zstd data and were not read"];
        wrong(with(garbage), text, &[Kind::Trailing], &details);
    }
    wrong(
        with(b"\x28\xb5"),
        text,
        &[Kind::Trailing],
        &["@8: 2 bytes after the last zstd frame are no zstd data and were not read"],
    );
    let mut sum = good.clone();
    *sum.last_mut().unwrap() ^= 1;
    wrong(
        [sum, good.clone()].concat(),
        &twice,
        &[Kind::Checksum],
        &["@8: the checksum of zstd frame 1 is e0ecefe2, e1ecefe2 is stated"],
    );
    wrong(
        [
            good.clone(),
            b"\x28\xb5\x2f\xfd\0\x58\x1a\0\0x\x07\0\0abcde".to_vec(),
        ]
        .concat(),
        &format!("{text}xxx"),
        &[Kind::Corrupt],
        &["@11: the data of zstd frame 2 is damaged"],
    );
    wrong(
        b"\x28\xb5\x2f\xfd\0\x58\x1a\0\0x\x28\0\0abc".to_vec(),
        "xxx",
        &[Kind::CutOff],
        &["@3: the end of zstd frame 1 is missing"],
    );
    wrong(
        b"\x28\xb5\x2f\xfd\0".to_vec(),
        "",
        &[Kind::CutOff],
        &["@0: the end of zstd frame 1 is missing"],
    );
    wrong(
        b"\x50\x2a\x4d\x18\x09\0\0\0abc".to_vec(),
        "",
        &[Kind::CutOff],
        &["@0: the end of a zstd frame to be skipped is missing"],
    );
    wrong(
        b"\x28\xb5\x2f\xfd\0\x90\x19\0\0abc".to_vec(),
        "",
        &[Kind::LimitWindow],
        &["@0: zstd frame 1 wants a window of 268435456 bytes, 134217728 are the limit"],
    );
    wrong(
        b"\x28\xb5\x2f\xfd\x01\x58\x2a\x19\0\0abc".to_vec(),
        "",
        &[Kind::Unsupported],
        &["@0: zstd frame 1 was packed with dictionary 42"],
    );
    // The window that the decoder keeps back is delivered as well: the frame ends in its last block.
    let long = lines(20_000);
    let packed = zstd(&long);
    let out = unpack(&packed[..packed.len() - 8]);
    assert_eq!(out.kinds(), [Kind::CutOff]);
    let there = out.text().len();
    assert!(out.text() == long[..there]);
    assert!(
        there + (128 << 10) >= long.len(),
        "{there} of {}",
        long.len()
    );
}

#[test]
fn members_of_an_archive() {
    let _alone = alone();
    let file = archive()
        .text("b.JSON", "[1]")
        .text("notes.txt", "x")
        .text("dir/", "")
        .member("dir/c.ndjson", 0, b"2\n")
        .member("../../a.jsonl", 93, b"3\n")
        .text("b.JSON", "[4]")
        .text("__MACOSX/._b.json", "\0")
        .member("d.json.zst", 0, &zstd("5"))
        .finish();
    let out = unpack(&file);
    let texts: Vec<_> = out
        .texts
        .iter()
        .map(|(_, text)| String::from_utf8_lossy(text))
        .collect();
    assert_eq!(
        out.names(),
        [
            "../../a.jsonl",
            "b.JSON",
            "b.JSON",
            "d.json.zst",
            "dir/c.ndjson"
        ]
    );
    assert_eq!(texts, ["3\n", "[1]", "[4]", "5", "2\n"]);
    assert_eq!(out.layers, ["zip", "zstd"]);
    assert_eq!(out.details(), ["@0: __MACOSX/._b.json, notes.txt"]);
    assert_eq!(
        (out.kinds(), out.problems[0].count),
        (vec![Kind::SkippedMembers], 2)
    );
    // Something in front of it moves all places.
    let mut moved = archive().text("x.json", "[1]").bytes;
    moved.extend(archive().text("a.json", "[2]").finish());
    let out = unpack(&moved);
    assert_eq!(
        (out.names(), out.text()),
        (vec!["a.json"], "[2]".to_owned())
    );
}

#[test]
fn a_log_of_inspect() {
    let _alone = alone();
    let log = || {
        archive()
            .text("_journal/start.json", "{}")
            .text("samples/2_epoch_1.json", "two ")
            .text("samples/1_epoch_1.json", "one ")
            .text("samples/notes.txt", "x")
            .text("summaries.json", "[]")
            .text("a.json", "[]")
    };
    let out = unpack(&log().text("header.json", "header ").finish());
    let names = [
        "header.json",
        "samples/1_epoch_1.json",
        "samples/2_epoch_1.json",
    ];
    assert_eq!(
        (out.names(), out.text()),
        (names.to_vec(), "header one two ".to_owned())
    );
    let details = ["@0: _journal/start.json, a.json, samples/notes.txt, summaries.json"];
    assert_eq!(out.details(), details);
    // One that is still being written has no header yet.
    assert_eq!(unpack(&log().finish()).names(), names[1..]);
}

#[test]
fn what_is_wrong_with_archives() {
    let _alone = alone();
    wrong(
        archive().finish()[..].to_vec(),
        "",
        &[Kind::NoMembers],
        &["@0: the zip archive is empty"],
    );
    wrong(
        archive().text("a.csv", "1").text("b.png", "2").finish(),
        "",
        &[Kind::NoMembers],
        &["@0: none of its members is named .json, .jsonl or .ndjson; it has a.csv, b.png"],
    );
    wrong(
        archive()
            .member("a.json", 12, b"x")
            .member("b.json", 77, b"x")
            .text("c.json", "c")
            .finish(),
        "c",
        &[Kind::Unsupported; 2],
        &[
            "a.json@0: the zip member is packed with bzip2",
            "b.json@0: the zip member is packed by method 77",
        ],
    );
    wrong(
        Archive {
            flags: 1,
            ..archive()
        }
        .text("a.json", "x")
        .finish(),
        "",
        &[Kind::Unsupported],
        &["a.json@0: the zip member is encrypted"],
    );
    let good = archive()
        .member("a.json", 0, b"abc")
        .text("b.json", "def")
        .finish();
    let mut sum = good.clone();
    sum[36] ^= 1;
    wrong(
        sum,
        "`bcdef",
        &[Kind::Checksum],
        &["a.json@3: the checksum of the zip member is 34e62bf5, 352441c2 is stated"],
    );
    let mut place = good.clone();
    place[0] ^= 1;
    place[1] ^= 1;
    assert_eq!(unpack(&place).layers.len(), 0);
    let second = 39;
    let mut place = good.clone();
    place[second] ^= 1;
    wrong(
        place,
        "abc",
        &[Kind::Corrupt],
        &["b.json@0: its data is not where the list of the zip archive says"],
    );
    let list = memchr::memmem::rfind(&good, b"PK\x01\x02").unwrap();
    let mut broken = good.clone();
    broken[list] ^= 1;
    wrong(
        broken,
        "abc",
        &[Kind::Corrupt],
        &["@0: the list of the zip archive's members is damaged after 1 of them"],
    );
    // Without the end, the members are found one after the other; also those with sizes behind them.
    for behind in [false, true] {
        let file = Archive {
            behind,
            ..archive()
        }
        .text("a.json", "abc")
        .text("b.json", &lines(1000))
        .finish();
        let list = memchr::memmem::find(&file, b"PK\x01\x02").unwrap();
        let details = [
            "@0: the list at the end of the zip archive is missing; 2 members were found without it",
        ];
        wrong(
            file[..list].to_vec(),
            &format!("abc{}", lines(1000)),
            &[Kind::CutOff],
            &details,
        );
        let out = unpack(&file[..list / 2]);
        assert_eq!(out.kinds(), [Kind::CutOff; 2]);
        assert!(out.text().starts_with("abc{\"id\":\"c0\""));
        assert!(out.details()[1].ends_with(": the end of the zip member is missing"));
    }
    wrong(
        b"PK\x03\x04".to_vec(),
        "",
        &[Kind::CutOff],
        &["@0: the list at the end of the zip archive is missing; 0 members were found without it"],
    );
}

#[test]
fn what_is_wrong_with_wide_text() {
    let _alone = alone();
    let wide =
        |units: &[u16]| -> Vec<u8> { units.iter().flat_map(|unit| unit.to_le_bytes()).collect() };
    let a = u16::from(b'a');
    let lone = "halves of characters without the other half";
    for (units, text, count, offset) in [
        (&[0xfeff, a, 0xd800][..], "a\u{fffd}", 1, 1),
        (&[0xfeff, 0xdc00, a], "\u{fffd}a", 1, 0),
        (
            &[a, a, 0xd83d, a, 0xde00, 0xd83d, 0xde00],
            "aa\u{fffd}a\u{fffd}\u{1f600}",
            2,
            2,
        ),
        (&[a, a, 0xd800, 0xd83d, 0xde00], "aa\u{fffd}\u{1f600}", 1, 2),
    ] {
        let out = unpack(&wide(units));
        assert_eq!(out.text(), text);
        let problem = &out.problems[1];
        assert_eq!(
            (problem.kind, problem.count, problem.offset),
            (Kind::Surrogate, count, offset)
        );
        assert_eq!(problem.detail, lone);
    }
    let out = unpack(b"a\0b\0c");
    assert_eq!(out.text(), "ab\u{fffd}");
    let details = [
        "@0: UTF-16, little end first",
        "@5: the text ends inside a character",
    ];
    assert_eq!(out.details(), details);
    let out = unpack(b"\0\0\0a\0\x11\0\0");
    assert_eq!(out.text(), "a\u{fffd}");
    assert_eq!(out.kinds(), [Kind::Utf16, Kind::Surrogate]);
}

#[test]
fn layers_have_their_limit() {
    let _alone = alone();
    let inner = gzip(gzip("x"));
    let out = unpack(&zstd(&inner));
    assert_eq!(
        (out.text().as_str(), &out.layers[..]),
        ("", &["zstd", "gzip"][..])
    );
    assert_eq!(
        out.details(),
        ["@0: gzip inside 2 other compressed layers, which was not read"]
    );
    let out = unpack(
        &archive()
            .member("a.json.gz", 0, &inner)
            .text("b.json", "b")
            .finish(),
    );
    assert_eq!(out.text(), "b");
    assert_eq!(out.kinds(), [Kind::LimitNesting]);
    assert_eq!(out.problems[0].member.as_deref(), Some("a.json.gz"));
    let limits = Limits {
        zip_bytes: 100,
        ..Limits::default()
    };
    let file = archive().member("a.json", 0, &[b'x'; 300]).finish();
    for file in [file.clone(), gzip(file)] {
        let out = unpack_with(limits, &file);
        assert_eq!(
            out.details(),
            ["@0: the zip archive is larger than 100 bytes, the limit; it was not read"]
        );
        assert_eq!(
            (out.kinds(), out.text().as_str()),
            (vec![Kind::LimitZip], "")
        );
    }
    let limits = Limits {
        zstd_window: 1 << 20,
        ..Limits::default()
    };
    let out = unpack_with(limits, b"\x28\xb5\x2f\xfd\0\x58\x1a\0\0x");
    assert_eq!(out.kinds(), [Kind::LimitWindow]);
    // Exactly as much as is allowed is no problem.
    let text = lines(100);
    for (more, kinds) in [(0, &[][..]), (1, &[Kind::LimitExpansion][..])] {
        let limits = Limits {
            expanded_bytes: (text.len() - more) as u64,
            ..Limits::default()
        };
        let (first, second) = text.split_at(1000);
        let zip = archive()
            .text("a.json", first)
            .text("b.json", second)
            .finish();
        for file in [
            gzip(&text),
            zstd(&text),
            [gzip(first), gzip(second)].concat(),
            zip,
        ] {
            let out = unpack_with(limits, &file);
            assert!(out.text() == text[..text.len() - more]);
            assert_eq!(out.kinds(), kinds);
        }
    }
}

#[test]
fn data_listed_again_and_again() {
    let _alone = alone();
    let mut file = archive().member("a.json", 0, &[b'x'; 1000]);
    file.list = file.list.repeat(50);
    file.count = 50;
    let out = unpack(&file.finish());
    let last = "@1000: the zip archive lists the same data again and again; the rest was not read";
    assert_eq!(
        (out.details(), out.kinds()),
        (vec![last.to_owned()], vec![Kind::Corrupt])
    );
    assert!(out.names().len() < 25, "{}", out.names().len());
}

#[test]
fn problems_are_not_listed_without_end() {
    let _alone = alone();
    let mut member = gzip("a");
    *member.last_mut().unwrap() = 1;
    let limits = Limits {
        places: 3,
        ..Limits::default()
    };
    let out = unpack_with(limits, &member.repeat(10));
    assert_eq!(out.kinds(), [Kind::Checksum; 4]);
    assert_eq!((out.problems[3].count, out.problems[3].offset), (7, 10));
    assert_eq!(out.problems[3].detail, "7 more of the same kind");
}

/// Deflate data of so many megabytes of zeros, without its end.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.flush().unwrap();
    let mut one = encoder.get_ref().clone();
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.flush().unwrap();
    // The second megabyte refers to the first, as every further one does.
    let more = encoder.get_ref()[one.len()..].to_vec();
    one.extend(more.repeat(megabytes - 1));
    one
}

/// 10 GB of zeros in 10 MB.
fn bomb() -> Vec<u8> {
    let mut file = b"\x1f\x8b\x08\0\0\0\0\0\0\0".to_vec();
    file.extend(zeros(10_000));
    file
}

#[test]
fn a_bomb_does_not_fill_the_memory() {
    let _alone = alone();
    const LIMIT: u64 = 100 << 20;
    let limits = Limits {
        expanded_bytes: LIMIT,
        ..Limits::default()
    };
    let bomb = bomb();
    // 80 000 blocks of 128 KiB, in a frame with a window of 1 MiB.
    let mut frame = b"\x28\xb5\x2f\xfd\0\x50".to_vec();
    frame.extend(b"\x02\0\x10\0".repeat(80_000));
    let mut packed = archive().member("a.json", 0, &bomb[10..]);
    // It says that it is deflated, in both places.
    packed.bytes[8] = 8;
    packed.list[10] = 8;
    for (name, file, most) in [
        ("gzip", bomb.clone(), 256 << 10),
        ("twice", gzip(&bomb), 256 << 10),
        ("zstd", frame.clone(), 3 << 20),
        ("zstd in gzip", gzip(frame), 3 << 20),
        ("zip", packed.finish(), 24 << 20),
    ] {
        let (mut peak, mut length) = (0, 0);
        let region = Region::new(ALLOCATOR);
        let mut unpacker = Unpacker::new(limits);
        let mut take = |piece: Unpacked<'_>| {
            if let Unpacked::Bytes(bytes) = piece {
                length += bytes.len() as u64;
            }
            let change = region.change();
            let used = change
                .bytes_allocated
                .saturating_sub(change.bytes_deallocated);
            peak = peak.max(used);
        };
        for chunk in file.chunks(1 << 20) {
            unpacker.push(chunk, &mut take);
        }
        unpacker.finish(&mut take);
        let problems = unpacker.problems();
        assert_eq!(length, LIMIT, "{name}");
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
        assert_eq!(problems[0].kind, Kind::LimitExpansion);
        assert_eq!(
            problems[0].detail,
            "it unpacks to more than 104857600 bytes, the limit; the rest was not read"
        );
        assert_eq!(problems[0].offset, LIMIT);
        println!("{name}: {} bytes unpack within {peak} bytes", file.len());
        assert!(peak <= most, "{name}: {peak} bytes");
    }
}

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

#[test]
fn public_files() {
    let _alone = alone();
    let Some(corpus) = common::corpus() else {
        return;
    };
    let read = |name: &str| std::fs::read(corpus.join(name)).unwrap();
    let plain = read("containers/chat.jsonl");
    for (name, layer) in [
        ("containers/chat.jsonl.gz", "gzip"),
        ("containers/chat.multimember.jsonl.gz", "gzip"),
        ("containers/chat.jsonl.zst", "zstd"),
    ] {
        let out = unpack(&read(name));
        assert!(out.texts[0].1 == plain, "{name}");
        assert_eq!(
            (&out.layers[..], out.kinds()),
            (&[layer][..], vec![]),
            "{name}"
        );
    }
    let out = unpack(&read("containers/chat.utf16le.json"));
    assert_eq!(
        (&out.layers[..], out.kinds()),
        (&["utf16"][..], vec![Kind::Utf16])
    );
    let value: serde_json::Value = serde_json::from_str(&out.text()).unwrap();
    assert!(value.is_object());
    let log = "inspect_ai_log_null_logprobs/UKGovernmentBEIS_inspect_ai__tests_log_test_eval_log_log_formats.eval";
    let out = unpack(&read(log));
    assert_eq!(out.names(), ["header.json", "samples/1_epoch_1.json"]);
    for (name, text) in &out.texts {
        assert!(
            serde_json::from_slice::<serde_json::Value>(text).is_ok(),
            "{name}"
        );
    }
    assert_eq!(out.kinds(), [Kind::SkippedMembers]);
}
