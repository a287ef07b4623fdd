//! Lines read apart and put behind each other give what the file gives in one go.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{SMALL, chat, import_with, seeds};
use completions::segment::line_after;
use completions::{Import, Importer, Limits, SegmentReader};
use proptest::prelude::*;

/// Reads the bytes up to the first place and pushes them; what lies between the places is read apart where it can be.
/// Says how many segments were taken.
fn apart(limits: Limits, bytes: &[u8], places: &[usize]) -> (Import, usize) {
    let mut places: Vec<usize> = places
        .iter()
        .map(|&place| line_after(bytes, place.min(bytes.len())))
        .chain([bytes.len()])
        .collect();
    places.sort_unstable();
    let mut importer = Importer::new(limits);
    let (mut at, mut taken) = (0, 0);
    for place in places {
        let lines = &bytes[at..place];
        let mut reader = SegmentReader::new(limits);
        reader.push(lines);
        // Whether segments are taken is for `append` to say.
        let accepted = match reader.finish() {
            Some(segment) => {
                assert_eq!(segment.bytes(), lines.len() as u64);
                importer.append(segment)
            }
            None => false,
        };
        if accepted {
            taken += usize::from(!lines.is_empty());
        } else {
            importer.push(lines);
        }
        assert_eq!(importer.progress().bytes, place as u64);
        at = place;
    }
    (importer.finish(), taken)
}

#[track_caller]
fn same_apart(limits: Limits, bytes: &[u8], places: &[usize]) -> usize {
    let (found, taken) = apart(limits, bytes, places);
    assert_eq!(
        found,
        import_with(limits, bytes),
        "in segments at {places:?}: {}",
        String::from_utf8_lossy(bytes)
    );
    taken
}

#[test]
fn the_line_after_a_place() {
    for (text, place, line) in [
        ("ab\ncd\n", 0, 0),
        ("ab\ncd\n", 1, 3),
        ("ab\ncd\n", 2, 3),
        ("ab\ncd\n", 3, 3),
        ("ab\ncd\n", 4, 6),
        ("ab\ncd\n", 6, 6),
        ("ab", 1, 2),
        ("", 0, 0),
    ] {
        assert_eq!(line_after(text.as_bytes(), place), line, "{text:?} {place}");
    }
}

#[test]
fn every_line_by_itself() {
    for bytes in seeds() {
        let places: Vec<usize> = (0..bytes.len()).collect();
        same_apart(Limits::default(), &bytes, &places);
        same_apart(SMALL, &bytes, &places);
    }
}

/// Answers with ids, without, with odd values and alternatives, and some that were there before.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for nth in 0..40 {
        let value = format!("-{}.{nth}", nth % 7);
        let tokens = [("Hi", value.as_str()), (" you", "-9999.0"), ("!", "null")];
        lines.push(chat(&format!("id{}", nth % 31), &tokens[..1 + nth % 3]));
        let asked = format!("{{\"messages\":[\"{}\"],", nth % 5);
        lines
            .push(chat("", &[(["a", "b", "c"][nth % 3], value.as_str())]).replacen('{', &asked, 1));
        if nth % 4 == 1 {
            lines.push(lines[nth / 2].clone());
            lines.push(chat(&format!("id{nth}"), &[("other", "-1")]).replace(r#""m""#, r#""n""#));
            lines.push(String::new());
            lines.push(r#"{"id":"z","choices":[],"usage":{"completion_tokens":3}}"#.to_owned());
        }
    }
    lines
}

#[test]
fn ordinary_lines_are_taken() {
    for (name, text, least) in [
        ("line ends", lines().join("\n") + "\n", 6),
        ("no line end at the end", lines().join("\n"), 6),
        ("carriage returns", lines().join("\r\n") + "\r\n", 6),
        (
            "batch",
            lines()
                .iter()
                .filter(|line| !line.is_empty())
                .map(|line| format!("{{\"custom_id\":\"q\",\"response\":{{\"body\":{line}}}}}\n"))
                .collect(),
            6,
        ),
    ] {
        let bytes = text.as_bytes();
        let places: Vec<usize> = (1..10).map(|nth| bytes.len() * nth / 10).collect();
        let taken = same_apart(Limits::default(), bytes, &places);
        assert!(taken >= least, "{name}: {taken} of 10");
    }
}

#[test]
fn what_only_the_whole_file_can_say_is_refused() {
    let good = chat("a", &[("x", "-1")]);
    let zero = |id: &str| chat(id, &[("x", "0"), ("y", "0"), ("z", "0")]);
    let piece = r#"{"id":"s","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"x"}}]}"#;
    for (name, before, after) in [
        (
            "a root array",
            format!("[\n{good},\n"),
            format!("{good}\n]"),
        ),
        (
            "several lines a value",
            format!("{{\n\"id\":1}}\n{good}\n"),
            good.clone(),
        ),
        (
            "an open value",
            format!("{good}\n{{\n"),
            format!("{good}\n}}\n"),
        ),
        (
            "another format",
            format!("{good}\n"),
            r#"{"response":"A","done":true,"model":"m"}"#.to_owned(),
        ),
        (
            "the first problem of its kind",
            format!("{good}\n"),
            chat("b", &[("x", "null"), ("y", "-1")]),
        ),
        (
            "placeholders",
            format!("{}\n", zero("a")),
            format!("{}\n{}\n", zero("b"), zero("c")),
        ),
        (
            "placeholders at last",
            format!("{}\n", zero("a")),
            chat("b", &[("x", "-1")]),
        ),
        (
            "an open stream",
            format!("{good}\n{piece}\n"),
            piece.to_owned(),
        ),
        ("pieces", format!("{good}\n"), format!("{piece}\n{piece}\n")),
        (
            "a broken line",
            format!("{good}\n{{\"a\":\n{good}\n"),
            format!("{{\"a\":\n{good}\n"),
        ),
        ("text", format!("{good}\nlog\n"), format!("log\n{good}\n")),
    ] {
        let taken = same_apart(
            Limits::default(),
            (before.clone() + &after).as_bytes(),
            &[before.len()],
        );
        assert_eq!(taken, 0, "{name}");
    }
}

#[test]
fn a_summary_takes_none() {
    let line = chat("a", &[("x", "-1")]) + "\n";
    let mut importer = Importer::summary(Limits::default(), 1);
    importer.push(line.as_bytes());
    assert!(!importer.takes_segments());
    let mut importer = Importer::new(Limits::default());
    assert!(!importer.takes_segments(), "nothing is known yet");
    importer.push(line.as_bytes());
    assert!(importer.takes_segments());
    importer.push(&line.as_bytes()[..10]);
    assert!(!importer.takes_segments(), "inside of a line");
}

/// Every line file of the corpus, in a hundred segments.
#[test]
fn the_corpus() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let mut taken = 0;
    for folder in std::fs::read_dir(corpus).unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(folder.path()) else {
            continue;
        };
        for file in files.flatten().filter(|file| file.path().is_file()) {
            let bytes = std::fs::read(file.path()).unwrap();
            if bytes.len() > 20 << 20 {
                continue;
            }
            let places: Vec<usize> = (1..100).map(|nth| bytes.len() * nth / 100).collect();
            let (found, some) = apart(Limits::default(), &bytes, &places);
            let whole = import_with(Limits::default(), &bytes);
            assert!(found == whole, "{}", file.path().display());
            taken += some;
        }
    }
    assert!(taken > 20, "{taken} segments were taken");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_of_all_kinds(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..30),
        places in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let seeds = seeds();
        let ordinary = lines();
        let mut bytes = Vec::new();
        for (nth, (seed, line)) in picks.iter().enumerate() {
            let lines: Vec<&[u8]> = match nth % 3 {
                0 => seed.get(&seeds).split(|&byte| byte == b'\n').collect(),
                _ => ordinary.iter().map(String::as_bytes).collect(),
            };
            bytes.extend_from_slice(lines[line.index(lines.len())]);
            bytes.push(b'\n');
        }
        let places: Vec<usize> = places.iter().map(|place| place.index(bytes.len())).collect();
        same_apart(SMALL, &bytes, &places);
    }
}
