//! The files that come with the program, and those that lie beside it.
use super::{Place, workspace};
use crate::app::SAMPLE;

#[test]
fn the_sample_of_the_site() {
    let path = workspace("public/samples/completions-small.json");
    let document = Place::with(&[]).document(&[path.to_str().unwrap()], 0);
    assert_eq!(document["bytes"], SAMPLE.len());
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(SAMPLE);
    let metrics = importer.finish().metrics;
    let totals = serde_json::to_value(api::Totals::from(&metrics)).unwrap();
    assert_eq!(document["totals"], totals);
    assert_eq!(
        (&totals["sequences"], &totals["tokens"]),
        (&22.into(), &1108.into())
    );
}

/// The rows, averaged by hand, are the boards.
#[test]
fn the_rows_of_the_samples_give_the_boards() {
    let sample = workspace("public/samples/completions-small.json");
    let folder = workspace("crates/completions/tests/data");
    let arguments = [sample.to_str().unwrap(), folder.to_str().unwrap()];
    let place = Place::with(&[]);
    let document = place.document(&arguments, 0);
    let ran = place.run(&[&["--csv"], &arguments[..]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let rows: Vec<Vec<&str>> = ran
        .out
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let at = |name: &str| rows[0].iter().position(|cell| *cell == name).unwrap();
    let mean = |name: &str| {
        let values = rows[1..]
            .iter()
            .map(|row| row[at(name)].parse::<f64>().unwrap());
        values.sum::<f64>() / (rows.len() - 1) as f64
    };
    let totals = &document["totals"];
    assert_eq!(totals["sequences"], rows.len() - 1);
    assert_eq!(rows.len(), 32);
    for (column, board) in [
        ("perplexity", "perplexity_overall"),
        ("probability", "probability_overall"),
    ] {
        let board = totals[board].as_f64().unwrap();
        assert!((mean(column) - board).abs() < 1e-12 * board, "{column}");
    }
    let sources: Vec<&str> = rows[1..].iter().map(|row| row[at("source")]).collect();
    assert!(
        sources[0].ends_with("completions-small.json")
            && sources[30].ends_with("completions_legacy.json")
    );
    // Twelve completions in a list; a line each, from the second on.
    assert_eq!(
        (
            rows[1][at("record")],
            rows[1][at("line")],
            rows[1][at("byte")]
        ),
        ("1", "2", "2")
    );
    assert_eq!((rows[22][at("record")], rows[22][at("line")]), ("12", "13"));
    assert_eq!(
        (rows[23][at("record")], rows[31][at("format")]),
        ("1", "openai_completions")
    );
}

/// The public sample of the reference dashboard, where it is at hand.
#[test]
fn the_sample_of_the_reference_dashboard() {
    let file = workspace("../shared/corpus/radicalbit/text-generation.json");
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return;
    }
    let document = Place::with(&[]).document(&[file.to_str().unwrap()], 0);
    let totals = &document["totals"];
    assert_eq!(totals["sequences"], 7, "{totals}");
    for (name, expected) in [
        ("perplexity_overall", 1.2197278485),
        ("probability_overall", 0.8955613732),
    ] {
        let value = totals[name].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{name} is {value}");
    }
}
