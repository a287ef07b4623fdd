//! zip: which members are read, in which order, and what is said of the others.
use crate::make::{Archive, archive, lines, zstd};
use crate::{Kind, alone, unpack, wrong};

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
        &[
            "@0: none of its members is named like JSON or text (.json, .jsonl, .txt, …); it has a.csv, b.png",
        ],
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
        let details =
            ["@0: the list at the end of the zip archive is missing; 2 members found without it"];
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
        &["@0: the list at the end of the zip archive is missing; 0 members found without it"],
    );
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
