//! Values behind colours: what alternatives say, units, and values relative to their text.
use analysis::query::Query;
use analysis::shade::{CENSORED, MISSING, of_one, value_of, worst};
use analysis::{Lens, Listed, Position, Quantity, Scale, Shade, Unit};
use completions::{
    Alternative, Columns, Importer, Limits, SequenceDetail, TokenDetail, decode_sequence,
};
use metrics::alternatives::Alternatives;
use metrics::{Status, num};
use serde::Deserialize;

const SAMPLE: &[u8] = include_bytes!("../../../public/samples/completions-small.json");

fn read(file: &[u8]) -> Columns {
    let mut importer = Importer::new(Limits::default());
    importer.push(file);
    importer.finish().columns
}

fn decode(columns: &Columns, file: &[u8], sequence: u32) -> Option<SequenceDetail> {
    let row = columns.sequences.get(sequence as usize)?;
    let completion = &columns.completions[row.completion as usize];
    let record = columns.records[completion.record as usize];
    let bytes = &file[record.start as usize..(record.start + record.len) as usize];
    let nth = completion.offset + sequence - completion.first_sequence;
    decode_sequence(record.form, completion.format, bytes, nth)
}

fn listed(columns: &Columns, file: &[u8]) -> Listed {
    let mut listed = Listed::new(columns);
    for sequence in listed.to_read().collect::<Vec<_>>() {
        let detail = decode(columns, file, sequence);
        assert!(detail.is_some());
        listed.take(columns, sequence, detail.as_ref());
    }
    assert_eq!(listed.unread(), 0);
    listed
}

fn lens(quantity: Quantity) -> Lens {
    Lens {
        quantity,
        ..Lens::default()
    }
}

fn of_unit(quantity: Quantity, unit: Unit) -> Lens {
    Lens {
        quantity,
        unit,
        relative: false,
    }
}

fn relative(quantity: Quantity) -> Lens {
    Lens {
        quantity,
        relative: true,
        ..Lens::default()
    }
}

#[test]
fn colours_and_queries_say_the_same() {
    let columns = read(SAMPLE);
    let listed = listed(&columns, SAMPLE);
    for (query, quantity, matches) in [
        ("rank<=1", Quantity::Rank, (|v| v <= 1.0) as fn(f64) -> bool),
        ("rank>5", Quantity::Rank, |v| v > 5.0),
        ("share<0.5", Quantity::Share, |v| v < 0.5),
        ("share>=1", Quantity::Share, |v| v >= 1.0),
        // The entropy is at least its lower end.
        ("entropy>1.5", Quantity::Entropy, |v| v > 1.5),
        ("margin<0.1", Quantity::Margin, |v| v < 0.1),
    ] {
        let shade = Shade::new(lens(quantity), &columns, &listed);
        let found = Query::parse(query)
            .unwrap()
            .find(&columns, |sequence| decode(&columns, SAMPLE, sequence));
        let mut coloured = 0;
        for (index, sequence) in (0_u32..).zip(&columns.sequences) {
            let values = shade.of_sequence(sequence);
            assert_eq!(values.len(), sequence.n_tokens as usize);
            let of_values: Vec<u32> = (0_u32..)
                .zip(values)
                .filter(|(_, value)| value_of(**value).is_some_and(matches))
                .map(|(token, _)| token)
                .collect();
            let hit = found.hits.iter().find(|hit| hit.sequence == index);
            let of_query = hit.map_or(&[][..], |hit| &hit.tokens);
            assert_eq!(of_values, of_query, "{query} in sequence {index}");
            coloured += of_values.len();
        }
        assert!(coloured > 20, "{query}: {coloured}");
        // Every token of the sample has alternatives.
        let counted = shade.histogram();
        assert_eq!(counted.steps.iter().sum::<u64>(), 1108);
        assert_eq!((counted.censored, counted.missing), (0, 0));
    }
}

#[derive(Deserialize)]
struct Exact {
    listed: Vec<f64>,
    written: f64,
    at: Option<usize>,
    /// From 0.
    rank: u32,
    entropy: f64,
}

#[test]
fn values_agree_with_the_whole_vocabulary() {
    let all: Vec<Exact> = serde_json::from_str(include_str!("data/smollm2_exact.json")).unwrap();
    let mut scratch = Alternatives::default();
    let mut outside = 0;
    for exact in &all {
        for k in [2, 5, 20] {
            let kept = &exact.listed[..k.min(exact.listed.len())];
            let at = exact.at.filter(|at| *at < kept.len());
            let token = TokenDetail {
                bytes: b"x".to_vec(),
                id: None,
                logprob: exact.written,
                status: Status::Scored,
                alternatives: kept
                    .iter()
                    .enumerate()
                    .map(|(index, logprob)| Alternative {
                        bytes: b"x".to_vec(),
                        token: "x".into(),
                        logprob: Some(*logprob),
                        chosen: at == Some(index),
                    })
                    .collect(),
                chosen_is_listed: at.is_some(),
            };
            let position = Position::of(&token, &mut scratch);
            let rank = position.rank().unwrap();
            if rank.is_lower_bound {
                outside += 1;
                assert!(rank.rank <= exact.rank + 1);
            } else {
                assert_eq!(rank.rank, exact.rank + 1);
            }
            let (least, most) = position.entropy().unwrap();
            assert!(
                least <= exact.entropy + 1e-4 && most.is_none(),
                "{least} {}",
                exact.entropy
            );
            let share = num::exp((exact.written - exact.listed[0]).min(0.0));
            assert!((position.share().unwrap() - share).abs() < 1e-12);
            let margin = num::exp(exact.listed[0]) - num::exp(exact.listed[1]);
            assert!((position.margin().unwrap() - margin).abs() < 1e-12);
        }
    }
    assert!(all.len() > 100 && outside > 10, "{} {outside}", all.len());
}

/// ` wis` and `est` are a word; the last one of the first line is below the floor, one of the second has no value.
fn small() -> Columns {
    let tokens = [
        ("The", "-0.5"),
        (" wis", "-1.0"),
        ("est", "-0.25"),
        (".", "-9999.0"),
        ("\n", "-0.5"),
        ("Ye", "null"),
        ("s", "-2.0"),
        ("!", "-0.125"),
    ];
    // How Rust quotes these texts is JSON.
    let listed = tokens.map(|(token, logprob)| {
        format!(r#"{{"token":{token:?},"logprob":{logprob},"bytes":null,"top_logprobs":[]}}"#)
    });
    let content: String = tokens.iter().map(|(token, _)| *token).collect();
    read(
        format!(
            r#"{{"choices":[{{"message":{{"content":{content:?}}},"logprobs":{{"content":[{}]}}}}]}}"#,
            listed.join(",")
        )
        .as_bytes(),
    )
}

fn values(columns: &Columns, lens: Lens) -> Vec<f32> {
    let shade = Shade::new(lens, columns, &Listed::default());
    shade.of_sequence(&columns.sequences[0]).to_vec()
}

#[test]
fn a_unit_has_one_value() {
    let columns = small();
    let p = |logprob: f64| num::exp(logprob) as f32;
    let bits = |logprob: f64| (-logprob / num::LN_2) as f32;
    use Quantity::{Probability, Surprisal};
    let (c, m) = (CENSORED, MISSING);
    for (lens, expected) in [
        // The joint probability; what has no value is left out.
        (
            of_unit(Probability, Unit::Word),
            [
                p(-0.5),
                p(-1.25),
                p(-1.25),
                c,
                p(-0.5),
                p(-2.0),
                p(-2.0),
                p(-0.125),
            ],
        ),
        (
            of_unit(Surprisal, Unit::Word),
            [
                bits(-0.5),
                bits(-1.25),
                bits(-1.25),
                c,
                bits(-0.5),
                bits(-2.0),
                bits(-2.0),
                bits(-0.125),
            ],
        ),
        // The mean over the tokens; with one below the floor the whole is below it.
        (
            of_unit(Probability, Unit::Sentence),
            [c, c, c, c, c, p(-1.0625), p(-1.0625), p(-1.0625)],
        ),
        (
            of_unit(Surprisal, Unit::Line),
            [c, c, c, c, c, bits(-1.0625), bits(-1.0625), bits(-1.0625)],
        ),
        // Seven of eight count; the censored one is the most doubtful, then -2, -1, two of -0.5, -0.25 and -0.125.
        (
            relative(Probability),
            [5, 3, 6, -2, 5, -1, 2, 7].map(|place| match place {
                -2 => c,
                -1 => m,
                place => place as f32 / 7.0,
            }),
        ),
        (
            relative(Surprisal),
            [5, 3, 6, -2, 5, -1, 2, 7].map(|place| match place {
                -2 => c,
                -1 => m,
                place => place as f32 / 7.0,
            }),
        ),
    ] {
        assert_eq!(values(&columns, lens), expected, "{}", lens.title());
    }
    let words = Shade::new(
        of_unit(Probability, Unit::Word),
        &columns,
        &Listed::default(),
    );
    let counted = words.histogram();
    assert_eq!(
        (counted.steps.iter().sum::<u64>(), counted.censored),
        (5, 1),
        "each word counts once"
    );
}

#[test]
fn a_unit_of_alternatives_has_its_most_doubtful_value() {
    for (quantity, values, expected) in [
        (Quantity::Rank, &[1.0, 7.0, MISSING][..], 7.0),
        (Quantity::Entropy, &[0.5, 0.25], 0.5),
        (Quantity::Margin, &[0.5, 0.25], 0.25),
        (Quantity::Share, &[0.5, CENSORED, 1.0], CENSORED),
        (Quantity::Share, &[MISSING, MISSING], MISSING),
        (Quantity::Rank, &[], MISSING),
    ] {
        assert_eq!(worst(lens(quantity), values), expected, "{quantity:?}");
    }
}

#[test]
fn relative_values_say_what_share_of_the_text_is_as_doubtful() {
    let columns = read(SAMPLE);
    let listed = listed(&columns, SAMPLE);
    for quantity in Quantity::ALL {
        let absolute = Shade::new(lens(quantity), &columns, &listed);
        let shade = Shade::new(relative(quantity), &columns, &listed);
        for sequence in &columns.sequences {
            let (of_text, values) = (absolute.of_sequence(sequence), shade.of_sequence(sequence));
            for (value, share) in of_text.iter().zip(values) {
                let doubtful = of_text.iter().filter(|other| {
                    if lens(quantity).is_doubt() {
                        *other >= value
                    } else {
                        *other <= value
                    }
                });
                let expected = doubtful.count() as f32 / of_text.len() as f32;
                assert!((share - expected).abs() < 1e-6, "{quantity:?}");
            }
            // At most a tenth of each text is in the low band.
            let scale = Scale::of(relative(quantity));
            let low = values
                .iter()
                .filter(|value| scale.band(f64::from(**value)) as u8 == 0);
            assert!(low.count() * 10 <= values.len());
        }
    }
}

#[test]
fn what_is_read_bit_by_bit_is_the_same() {
    let columns = read(SAMPLE);
    let whole = listed(&columns, SAMPLE);
    let mut some = Listed::new(&columns);
    let mut shade = Shade::new(lens(Quantity::Rank), &columns, &some);
    assert_eq!(shade.histogram().steps.iter().sum::<u64>(), 0);
    for sequence in (0..22).rev() {
        let detail = decode(&columns, SAMPLE, sequence);
        some.take(&columns, sequence, detail.as_ref());
        shade.fill(&columns, &some, sequence);
    }
    let all = Shade::new(lens(Quantity::Rank), &columns, &whole);
    assert_eq!(shade.histogram(), all.histogram());
    for sequence in &columns.sequences {
        assert_eq!(shade.of_sequence(sequence), all.of_sequence(sequence));
    }
}

#[test]
fn a_lens_says_what_it_shows() {
    for (lens, title) in [
        (Lens::default(), "probability of a token"),
        (
            of_unit(Quantity::Probability, Unit::Word),
            "joint probability of a word",
        ),
        (
            of_unit(Quantity::Surprisal, Unit::Line),
            "mean surprisal of a line",
        ),
        (
            relative(Quantity::Share),
            "share of the best of a token, relative to this text",
        ),
    ] {
        assert_eq!(lens.title(), title);
    }
    assert_eq!(Lens::default().about(), "");
    assert!(lens(Quantity::Entropy).about().contains("lower end"));
    for unit in Unit::ALL {
        for quantity in Quantity::ALL {
            let says = of_unit(quantity, unit).about();
            assert_eq!(
                says.is_empty(),
                of_unit(quantity, unit).is_direct(),
                "{says}"
            );
        }
    }
}

#[test]
fn one_sequence_has_alone_what_it_has_among_all() {
    let columns = read(SAMPLE);
    let listed = listed(&columns, SAMPLE);
    for quantity in Quantity::ALL {
        for unit in Unit::ALL {
            for relative in [false, true] {
                let lens = Lens {
                    quantity,
                    unit,
                    relative,
                };
                let shade = Shade::new(lens, &columns, &listed);
                for (index, sequence) in (0..).zip(&columns.sequences) {
                    let detail = decode(&columns, SAMPLE, index);
                    let alone = of_one(lens, &columns, sequence, detail.as_ref());
                    assert_eq!(alone, shade.of_sequence(sequence), "{lens:?} {index}");
                }
            }
        }
    }
    let sequence = &columns.sequences[0];
    let unread = of_one(lens(Quantity::Rank), &columns, sequence, None);
    assert!(unread.iter().all(|value| *value == MISSING));
    assert_eq!(unread.len(), sequence.n_tokens as usize);
}
