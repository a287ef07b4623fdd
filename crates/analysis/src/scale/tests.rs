use super::*;
use completions::Columns;

fn usual(quantity: Quantity) -> Scale {
    Scale::of(Lens {
        quantity,
        ..Lens::default()
    })
}

fn scale(quantity: Quantity, first: u16, second: u16) -> Scale {
    usual(quantity).with_cut(1, second).with_cut(0, first)
}

#[test]
fn bands_end_at_their_thresholds() {
    let (p, s) = (Quantity::Probability, Quantity::Surprisal);
    for (scale, probability, band) in [
        (usual(p), 0.33, Band::Low),
        (usual(p), f64::from(0.33_f32), Band::Low),
        (usual(p), 0.3302, Band::Middle),
        (usual(p), 0.66, Band::Middle),
        (usual(p), 0.6602, Band::High),
        (usual(p), 0.0, Band::Low),
        (usual(p), 1.0, Band::High),
        (scale(p, 90, 100), 0.9, Band::Low),
        (scale(p, 90, 100), 0.99, Band::Middle),
        (scale(p, 90, 100), 1.0, Band::Middle),
        (scale(p, 0, 0), 0.5, Band::High),
        (usual(s), 1.0, Band::High),
        (usual(s), 0.5, Band::Middle),
        (usual(s), 0.25, Band::Low),
        (usual(s), 0.0, Band::Low),
        (scale(s, 10, 20), 0.5, Band::High),
        (scale(s, 10, 20), 0.25, Band::Middle),
        (scale(s, 10, 20), 0.24, Band::Low),
        // What is handed out for these is the value itself.
        (usual(Quantity::Rank), 1.0, Band::High),
        (usual(Quantity::Rank), 2.0, Band::Middle),
        (usual(Quantity::Rank), 5.0, Band::Middle),
        (usual(Quantity::Rank), 6.0, Band::Low),
        (usual(Quantity::Rank), 4000.0, Band::Low),
        (usual(Quantity::Share), 1.0, Band::High),
        (usual(Quantity::Share), 0.1, Band::Low),
        (usual(Quantity::Entropy), 0.0, Band::High),
        (usual(Quantity::Entropy), 1.5, Band::Middle),
        (usual(Quantity::Entropy), 9.0, Band::Low),
        (usual(Quantity::Margin), 0.0, Band::Low),
        (usual(Quantity::Margin), -2.0, Band::Low),
    ] {
        assert_eq!(scale.band(probability), band, "{scale:?} {probability}");
    }
}

#[test]
fn strengths_grow_towards_the_ends() {
    let moved = scale(Quantity::Probability, 50, 80);
    for (probability, code) in [
        (0.0, 2),
        (0.2, 1),
        (0.4, 0),
        (0.5, 0),
        (0.51, 5),
        (0.65, 3),
        (0.79, 5),
        (0.81, 6),
        (0.9, 7),
        (1.0, 8),
    ] {
        let mark = moved.mark(Some(probability), Mark::MISSING);
        assert_eq!(mark.code(), code, "{probability}");
    }
    let bits = usual(Quantity::Surprisal);
    for (probability, code) in [(1.0, 8), (0.7, 6), (0.3, 0), (1e-9, 2)] {
        let mark = bits.mark(Some(probability), Mark::MISSING);
        assert_eq!(mark.code(), code, "{probability}");
    }
    let ranks = usual(Quantity::Rank);
    for (rank, code) in [(1.0, 6), (2.0, 4), (6.0, 0), (12.0, 1), (30.0, 2)] {
        let mark = ranks.mark(Some(rank), Mark::of(0.5));
        assert_eq!(mark.code(), code, "rank {rank}");
    }
    assert_eq!(ranks.mark(None, Mark::of(0.5)), Mark::MISSING);
    assert_eq!(ranks.mark(Some(-2.0), Mark::of(0.5)), Mark::CENSORED);
    // Without a value, and on the usual scale, the mark is the one that is known.
    assert_eq!(moved.mark(None, Mark::CENSORED), Mark::CENSORED);
    let known = Scale::default().mark(Some(0.1), Mark::of(0.9));
    assert_eq!(known, Mark::of(0.9));
}

#[test]
fn thresholds_as_text() {
    for (quantity, text, read) in [
        (Quantity::Probability, "0.20,0.85", Some("0.20,0.85")),
        (Quantity::Probability, "0,1", Some("0.00,1.00")),
        (Quantity::Probability, "0.8,0.2", None),
        (Quantity::Probability, "0.2", None),
        (Quantity::Probability, "0.2,1.2", None),
        (Quantity::Probability, "0.201,0.9", None),
        (Quantity::Probability, "0.2,99999", None),
        (Quantity::Probability, "+0.2,0.3", None),
        (Quantity::Probability, "-1,NaN", None),
        (Quantity::Surprisal, "2.5,12", Some("2.5,12.0")),
        (Quantity::Surprisal, "2.5,inf", None),
        (Quantity::Rank, "2,20", Some("2,20")),
        (Quantity::Rank, "2.0,20", None),
        (Quantity::Rank, "2,21", None),
        (Quantity::Entropy, "0,6", Some("0.0,6.0")),
    ] {
        let scale = usual(quantity).with_cuts_text(text);
        assert_eq!(scale.map(Scale::cuts_text).as_deref(), read, "{text}");
    }
}

#[test]
fn a_threshold_pushes_the_other_one() {
    let usual = Scale::default();
    assert_eq!(usual.with_cut(0, 80).cuts(), [80, 80]);
    assert_eq!(usual.with_cut(1, 10).cuts(), [10, 10]);
    assert_eq!(usual.with_cut(1, 1000).cuts(), [33, 100]);
}

#[test]
fn a_histogram_has_the_counts_of_every_scale() {
    let probabilities = [0.004, 0.2, 0.33, 0.5, 0.66, 0.67, 0.9, 1.0];
    let columns = Columns {
        logprob: probabilities.map(|p| num::ln(p) as f32).to_vec(),
        flags: vec![0; probabilities.len()],
        ..Columns::default()
    };
    for quantity in [Quantity::Probability, Quantity::Surprisal] {
        let lens = usual(quantity).lens;
        let histogram = Histogram::of(&columns, lens);
        assert_eq!(histogram.steps.iter().sum::<u64>(), 8);
        for first in 0..=lens.steps() {
            let scale = usual(quantity).with_cut(0, first);
            let mut bands = [0; 3];
            for token in 0..8 {
                let p = probability_at(&columns, token).unwrap();
                bands[scale.band(p) as usize] += 1;
            }
            assert_eq!(histogram.bands(scale), bands, "{scale:?}");
        }
    }
    let counted = Histogram::of(&columns, Lens::default());
    assert_eq!(counted.bands(Scale::default()), [3, 2, 3]);
}

#[test]
fn a_threshold_is_typed() {
    use Quantity::{Entropy, Probability, Rank, Surprisal};
    for (quantity, which, text, read) in [
        (Probability, 0, "0.2", Ok("0.20,0.66")),
        (Probability, 0, " 0,5 ", Ok("0.50,0.66")),
        (Probability, 0, "0.8", Ok("0.80,0.80")),
        (Probability, 1, "1", Ok("0.33,1.00")),
        (
            Probability,
            1,
            "1.01",
            Err("A number from 0 to 1, with at most two digits behind the point."),
        ),
        (
            Probability,
            1,
            "0.335",
            Err("A number from 0 to 1, with at most two digits behind the point."),
        ),
        (
            Probability,
            1,
            "",
            Err("A number from 0 to 1, with at most two digits behind the point."),
        ),
        (Surprisal, 1, "12", Ok("0.6,12.0")),
        (
            Surprisal,
            1,
            "-1",
            Err("A number from 0 to 12 bits, with at most one digit behind the point."),
        ),
        (
            Entropy,
            1,
            "6.1",
            Err("A number from 0 to 6 nats, with at most one digit behind the point."),
        ),
        (Rank, 1, "3", Ok("1,3")),
        (Rank, 1, "2.5", Err("A whole number from 0 to 20.")),
        (Rank, 0, "many", Err("A whole number from 0 to 20.")),
    ] {
        let scale = usual(quantity).with_typed_cut(which, text);
        let read = read.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(scale.map(Scale::cuts_text), read, "{text}");
    }
    let relative = Scale::of(Lens {
        quantity: Surprisal,
        relative: true,
        ..Lens::default()
    });
    let said = relative.with_typed_cut(0, "2").unwrap_err();
    assert_eq!(
        said,
        "A number from 0 to 1, with at most two digits behind the point."
    );
}

#[test]
fn bands_are_named_by_what_is_measured() {
    let names =
        |scale: Scale| [Band::Low, Band::Middle, Band::High].map(|band| scale.band_name(band));
    for (scale, expected) in [
        (usual(Quantity::Probability), ["low", "middle", "high"]),
        (
            usual(Quantity::Surprisal),
            ["surprising", "in between", "expected"],
        ),
        (
            usual(Quantity::Rank),
            ["far down", "next choices", "first choice"],
        ),
        (
            scale(Quantity::Rank, 3, 10),
            ["far down", "next choices", "first choices"],
        ),
        (usual(Quantity::Share), ["far behind", "behind", "close"]),
        (usual(Quantity::Entropy), ["open", "some choice", "certain"]),
        (usual(Quantity::Margin), ["toss-up", "narrow", "clear"]),
        (
            Scale::of(Lens {
                quantity: Quantity::Rank,
                relative: true,
                ..Lens::default()
            }),
            ["most doubtful", "doubtful", "the rest"],
        ),
    ] {
        assert_eq!(names(scale), expected, "{scale:?}");
    }
}
