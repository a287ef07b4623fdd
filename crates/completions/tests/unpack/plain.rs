//! Good files: the text comes out, and nothing else.
use crate::make::{Archive, archive, gzip, lines, points, units, zstd};
use crate::{ALLOCATOR, Kind, alone, common, unpack};
use completions::Limits;
use completions::unpack::{Unpacked, Unpacker};
use flate2::{Compression, GzBuilder};
use stats_alloc::Region;
use std::io::Write;

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
