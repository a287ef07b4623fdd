//! What measurements rest on does not change by accident.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use bench::{Figures, Shape, generate, sides};
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn file(shape: Shape, bytes: u64) -> Vec<u8> {
    let mut file = Vec::new();
    let written = generate(shape, 1, bytes, &mut file).unwrap();
    assert_eq!(written, file.len() as u64, "{}", shape.name());
    assert!(written >= bytes, "{}", shape.name());
    file
}

#[test]
fn the_baseline_is_frozen() {
    assert_eq!(
        sha256(include_bytes!("../js/baseline.mjs")),
        "5475809d73ae27b72b2fa73e505326e24b33afde784af84ca753cc835d0e7afe",
        "only a faster one may take its place, with both times in the commit"
    );
}

#[test]
fn files_are_the_same_everywhere() {
    let all: Vec<u8> = Shape::ALL
        .iter()
        .flat_map(|&shape| file(shape, 200_000))
        .collect();
    assert_eq!(
        sha256(&all),
        "984db15bab2a3b8bdea25204c827adbcb4254db111eb9262d03bd9670c7ff2a9",
        "every recorded measurement was of other bytes: record them anew"
    );
}

#[test]
fn shapes_are_what_they_say() {
    let table: [(Shape, &[&str], &[&str]); 9] = [
        (
            Shape::Top5Bytes,
            &["{\"id\":\"", ",\"bytes\":[", "]}]},{\"token\":\""],
            &["token\": "],
        ),
        (
            Shape::Top5,
            &[",\"top_logprobs\":[{\"token\":\""],
            &["bytes"],
        ),
        (Shape::Top20, &[",\"bytes\":["], &["token\": "]),
        (
            Shape::Spaced,
            &["{\"id\": \"", "\", \"logprob\": -", "\"bytes\": [32, "],
            &["token\":\""],
        ),
        (
            Shape::Pretty,
            &["[\n  {\n    \"id\": \"", "\n  }\n]\n"],
            &["\t"],
        ),
        (
            Shape::Array,
            &["[{\"id\":\"", "}},{\"id\":\"", "}}]\n"],
            &["\n{"],
        ),
        (Shape::Digits17, &["e-"], &["token\": "]),
        (
            Shape::NonAscii,
            &["模型", "\\u6a21\\u578b", "\u{fffd}", "\\ud83d\\ude80"],
            &[],
        ),
        (
            Shape::Shuffled,
            &["{\"logprob\":", "{\"bytes\":[", "{\"top_logprobs\":["],
            &["token\": "],
        ),
    ];
    for (shape, has, lacks) in table {
        let text = String::from_utf8(file(shape, 1_000_000)).unwrap();
        for part in has {
            assert!(text.contains(part), "{} without {part}", shape.name());
        }
        for part in lacks {
            assert!(!text.contains(part), "{} with {part}", shape.name());
        }
    }
    let longest = |shape| {
        let text = String::from_utf8(file(shape, 300_000)).unwrap();
        let numbers = text.split("\"logprob\":").skip(1);
        numbers
            .filter_map(|rest| rest.split([',', '}']).next())
            .map(|number| number.bytes().filter(u8::is_ascii_digit).count())
            .max()
    };
    assert!(longest(Shape::Digits17) >= Some(17) && longest(Shape::Top5) <= Some(15));
}

#[test]
fn the_native_sides_agree_on_every_shape() {
    for shape in Shape::ALL {
        let file = file(shape, 1_000_000);
        let (ours, theirs) = (sides::importer(&file), sides::serde(&file).unwrap());
        assert_eq!(ours.difference(&theirs), None, "{}", shape.name());
        let Figures([sequences, _, tokens, scored, missing, censored, clamped, ..]) = ours;
        assert!(sequences > 2.0 && tokens > 500.0, "{}", shape.name());
        assert_eq!(scored + missing + censored, tokens, "{}", shape.name());
        assert!(
            missing + censored + clamped > 0.0,
            "{}: only ordinary values",
            shape.name()
        );
    }
}

#[test]
fn figures_that_differ_are_named() {
    let one = Figures([1.0; 18]);
    let with = |nth: usize, value: f64| {
        let mut other = one;
        other.0[nth] = value;
        one.difference(&other)
    };
    assert_eq!(with(2, 1.0), None);
    assert_eq!(
        with(2, 1.0 + 1e-12).as_deref(),
        Some("tokens: 1 and 1.000000000001")
    );
    assert_eq!(with(13, 1.0 + 1e-12), None);
    assert_eq!(
        with(13, 1.001).as_deref(),
        Some("perplexity_mean: 1 and 1.001")
    );
    assert_eq!(
        with(17, f64::NAN).as_deref(),
        Some("probability_by_token: 1 and NaN")
    );
}
