//! One row for each token.
use super::{Place, TINY, workspace};
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::Field,
};
use std::{fs::File, path::Path};

/// Every status, bytes that are part of a character, and what CSV must quote.
fn odd() -> String {
    let token = |token: &str, bytes: &str, logprob: &str| {
        format!(r#"{{"token":"{token}","bytes":[{bytes}],"logprob":{logprob},"top_logprobs":[]}}"#)
    };
    let tokens = [
        token("a,", "97,44", "-0.5"),
        token("\\\\xc3", "195", "-0.25"),
        token("\\\\xa9", "169", "0.0"),
        token("\\n\\\"", "10,34", "null"),
        token(" b", "32,98", "-9999.0"),
        token("c", "99", "0.5"),
        token("d", "100", "0.0005"),
    ];
    let start = TINY.find("{\"token\"").unwrap();
    format!("{}{}]}}}}]}}", &TINY[..start], tokens.join(","))
        .replace("\"content\":\"ab\"", "\"content\":\"a,é\\n\\\" bcd\"")
}

const ODD: &str = "\
sequence,position,token,bytes,logprob,probability,status
0,0,\"a,\",,-0.5,0.60653067,scored
0,1,,c3,-0.25,0.7788008,scored
0,2,,a9,0,1,scored
0,3,\"
\"\"\",,,,missing
0,4,\" b\",,,,censored
0,5,c,,0,1,invalid
0,6,d,,0,1,clamped
1,0,a,,-0.6931472,0.5,scored
1,1,b,,-1.3862944,0.25,scored
";

fn cell(field: &Field) -> String {
    let whole = |text: String| text.strip_suffix(".0").map(str::to_owned).unwrap_or(text);
    match field {
        Field::Null => String::new(),
        Field::Long(value) => value.to_string(),
        Field::Int(value) => value.to_string(),
        Field::Float(value) => whole(format!("{value:?}")),
        Field::Str(text) => text.clone(),
        other => panic!("{other:?} is not in the schema"),
    }
}

/// A Parquet file as the CSV that it should be, without quotes.
fn read_back(path: &Path) -> String {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema
        .get_fields()
        .iter()
        .map(|field| field.name())
        .collect();
    let mut out = names.join(",") + "\n";
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let cells: Vec<String> = row
            .get_column_iter()
            .map(|(_, field)| cell(field))
            .collect();
        out += &(cells.join(",") + "\n");
    }
    out
}

#[test]
fn every_status_and_every_byte() {
    let place = Place::with(&[("odd.json", &odd()), ("tiny.json", TINY)]);
    let plain = place.run(&["odd.json", "tiny.json"]);
    for format in ["csv", "parquet"] {
        let ran = place.run(&["--tokens", format, "tokens", "odd.json", "tiny.json"]);
        // The file comes on top.
        assert_eq!(
            (ran.status, &ran.out, ran.err.as_str()),
            (Some(0), &plain.out, "")
        );
        let path = place.path("tokens");
        if format == "csv" {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), ODD);
        } else {
            // An empty text and none differ in Parquet, but not as cells of text.
            let unquoted = ODD
                .replace("\"\"", "\u{1}")
                .replace('"', "")
                .replace('\u{1}', "\"");
            assert_eq!(read_back(&path), unquoted);
        }
        assert_eq!(
            crate::app::files(place.dir.path()),
            ["odd.json", "tiny.json", "tokens"]
        );
    }
}

#[test]
fn many_tokens_lie_in_several_groups() {
    let place = Place::with(&[("a.jsonl", &format!("{TINY}\n").repeat(70_000))]);
    let ran = place.run(&["--tokens", "parquet", "tokens", "a.jsonl"]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let reader = SerializedFileReader::new(File::open(place.path("tokens")).unwrap()).unwrap();
    let metadata = reader.metadata();
    assert_eq!(
        (
            metadata.num_row_groups(),
            metadata.file_metadata().num_rows()
        ),
        (2, 140_000)
    );
    let last = reader.get_row_iter(None).unwrap().last().unwrap().unwrap();
    assert_eq!(
        last.to_string(),
        "{sequence: 69999, position: 1, token: \"b\", bytes: null, logprob: -1.3862944E0, probability: 0.25, status: \"scored\"}"
    );
}

/// The bytes of all tokens are the text; here of the sample, which has characters in several tokens.
#[test]
fn the_sample_comes_back_as_it_is() {
    let sample = workspace("public/samples/completions-small.json");
    let place = Place::with(&[]);
    place.run(&["--tokens", "parquet", "tokens", sample.to_str().unwrap()]);
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(crate::app::SAMPLE);
    let columns = importer.finish().columns;
    let reader = SerializedFileReader::new(File::open(place.path("tokens")).unwrap()).unwrap();
    let mut text = Vec::new();
    let mut logprobs = Vec::new();
    for row in reader.get_row_iter(None).unwrap() {
        let fields: Vec<Field> = row
            .unwrap()
            .into_columns()
            .into_iter()
            .map(|(_, field)| field)
            .collect();
        match (&fields[2], &fields[3]) {
            (Field::Str(token), Field::Null) => text.extend_from_slice(token.as_bytes()),
            (Field::Null, Field::Str(hex)) => {
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                text.extend((0..hex.len()).step_by(2).map(byte));
            }
            other => panic!("{other:?}"),
        }
        let Field::Float(logprob) = fields[4] else {
            panic!("{:?}", fields[4])
        };
        logprobs.push(logprob);
    }
    assert_eq!((text, logprobs), (columns.text, columns.logprob));
}

#[test]
fn a_place_that_cannot_be_written() {
    let place = Place::with(&[("a.json", TINY)]);
    let ran = place.run(&["--tokens", "csv", "no/where.csv", "a.json"]);
    let expected = "surprisal: cannot write the tokens: No such file or directory (os error 2)\n";
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(1), "", expected)
    );
}
