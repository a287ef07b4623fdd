//! Limits: nesting, sizes, lists of problems, and memory.
use crate::make::{archive, gzip, lines, zstd};
use crate::{ALLOCATOR, Kind, alone, unpack, unpack_with};
use completions::Limits;
use completions::unpack::{Unpacked, Unpacker};
use flate2::{Compression, write::DeflateEncoder};
use stats_alloc::Region;
use std::io::Write;

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
