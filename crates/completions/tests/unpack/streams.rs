//! gzip, zstd and wide text with something wrong: what is delivered all the same, and what is said.
use crate::make::{gzip, lines, zstd};
use crate::{Kind, alone, unpack, wrong};

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
        let details = ["@8: 5 bytes after the last gzip member: no gzip data, not read"];
        wrong(with(garbage), text, &[Kind::Trailing], &details);
    }
    wrong(
        with(b"\x1f\x8b"),
        text,
        &[Kind::Trailing],
        &["@8: 2 bytes after the last gzip member: no gzip data, not read"],
    );
    wrong(
        [broken(255, 0x80), good.clone()].concat(),
        &twice,
        &[Kind::Checksum],
        &["@8: gzip member 1 has 8 bytes, 2147483656 stated"],
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
        let details = ["@8: 5 bytes after the last zstd frame: no zstd data, not read"];
        wrong(with(garbage), text, &[Kind::Trailing], &details);
    }
    wrong(
        with(b"\x28\xb5"),
        text,
        &[Kind::Trailing],
        &["@8: 2 bytes after the last zstd frame: no zstd data, not read"],
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
