//! The same records in all formats.
use super::*;
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::json;

fn records() -> Vec<Generation> {
    [
        json!({
            "id": "a", "timestamp": "2025-01-01T00:00:00Z", "model": {"id": "m", "name": "m"},
            "input": {"type": "text", "content": "=1+1"}, "output": {"type": "text", "content": "x,\"y\"\nz"},
            "parameters": {"temperature": 0.5, "seed": 7}, "usage": {"totalTokens": 3, "cost": 0.25}, "metadata": {"tags": ["t", "u"]},
            "scores": [{"name": "q", "value": 0.75}, {"name": "tone", "value": "warm"}], "source": {"key": "r-0"}
        }),
        json!({"id": "b", "model": {"id": "n", "name": "n"}, "source": {"key": "r-1"}}),
    ]
    .into_iter()
    .map(|record| serde_json::from_value(record).unwrap())
    .collect()
}

fn written(format: Format, names: Option<&[&str]>) -> Vec<u8> {
    let columns = names.map(|names| names.iter().map(|name| Column::new(name)).collect());
    let mut writer = Writer::new(format, columns).unwrap();
    let mut out = Vec::new();
    for record in records() {
        writer.push(&record).unwrap();
        out.extend(writer.take());
    }
    out.extend(writer.finish().unwrap());
    out
}

const NAMES: [&str; 9] = [
    "id",
    "timestamp",
    "input.content",
    "output.content",
    "parameters.seed",
    "usage.cost",
    "metadata.tags",
    "scores.q",
    "scores.tone",
];

#[test]
fn lines_of_whole_records_come_back() {
    let text = String::from_utf8(written(Format::Jsonl, None)).unwrap();
    let back: Vec<Generation> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(back, records());
}

#[test]
fn parts_of_records_keep_their_shape() {
    let text = String::from_utf8(written(Format::Jsonl, Some(&NAMES))).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"id":"a","input":{"content":"=1+1"},"metadata":{"tags":["t","u"]},"output":{"content":"x,\"y\"\nz"},"parameters":{"seed":7},"scores":{"q":0.75,"tone":"warm"},"timestamp":"2025-01-01T00:00:00Z","usage":{"cost":0.25}}"#,
            "\n",
            r#"{"id":"b","input":{"content":""},"output":{"content":""}}"#,
            "\n"
        )
    );
}

#[test]
fn cells_of_csv() {
    let text = String::from_utf8(written(Format::Csv, Some(&NAMES))).unwrap();
    assert_eq!(
        text,
        "id,timestamp,input.content,output.content,parameters.seed,usage.cost,metadata.tags,scores.q,scores.tone\n\
         a,2025-01-01T00:00:00Z,'=1+1,\"x,\"\"y\"\"\nz\",7,0.25,\"[\"\"t\"\",\"\"u\"\"]\",0.75,warm\n\
         b,,,,,,,,\n"
    );
}

#[test]
fn columns_of_parquet() {
    let file = written(Format::Parquet, Some(&NAMES));
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
    let rows: Vec<String> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().to_string())
        .collect();
    assert_eq!(
        rows,
        [
            "{id: \"a\", timestamp: 2025-01-01 00:00:00.000 +00:00, input.content: \"=1+1\", output.content: \"x,\"y\"\nz\", parameters.seed: \"7\", usage.cost: 0.25, metadata.tags: \"[\"t\",\"u\"]\", scores.q: \"0.75\", scores.tone: \"warm\"}",
            "{id: \"b\", timestamp: null, input.content: \"\", output.content: \"\", parameters.seed: null, usage.cost: null, metadata.tags: null, scores.q: null, scores.tone: null}",
        ]
    );
}

#[test]
fn what_is_stated_of_a_table_is_inside_of_parquet_and_nowhere_else() {
    let stated = r#"{"model.id":"m"}"#;
    for format in [Format::Jsonl, Format::Csv, Format::Parquet] {
        let writer = Writer::new(format, None).unwrap().stating("filter", stated);
        let file = writer.finish().unwrap();
        if format != Format::Parquet {
            assert!(!String::from_utf8(file).unwrap().contains("model.id\":"));
            continue;
        }
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata();
        let pair = &pairs.unwrap()[0];
        assert_eq!(
            (pair.key.as_str(), pair.value.as_deref()),
            ("filter", Some(stated))
        );
    }
}

#[test]
fn a_table_of_many_groups_is_taken_piece_by_piece() {
    let mut writer = Writer::new(Format::Parquet, None).unwrap();
    let (mut out, mut largest) = (Vec::new(), 0);
    let record = records().remove(0);
    for _ in 0..40_000 {
        writer.push(&record).unwrap();
        let piece = writer.take();
        largest = largest.max(piece.len());
        out.extend(piece);
    }
    out.extend(writer.finish().unwrap());
    assert!(largest < 4 << 20, "{largest}");
    let reader = SerializedFileReader::new(bytes::Bytes::from(out)).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 40_000);
    assert_eq!(reader.num_row_groups(), 5);
}

#[test]
fn what_needs_whole_contents() {
    for (name, needs) in [
        ("input", true),
        ("input.content", true),
        ("output.content", true),
        ("output.alternatives", true),
        ("output.type", false),
        ("model.id", false),
    ] {
        assert_eq!(Column::new(name).needs_contents(), needs, "{name}");
    }
}

/// The schema that engines are told is the one that is written.
#[test]
fn the_documentation_has_every_column() {
    let documentation = include_str!("../../../storage/COLUMNS.md");
    let documented: Vec<(&str, &str)> = documentation
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            Some((cells.next()?.trim_end_matches('`'), cells.next()?))
        })
        .collect();
    let written: Vec<(&str, &str)> = column::USUAL
        .iter()
        .map(|(name, kind)| {
            let kind = match kind {
                column::Type::Text => "text",
                column::Type::Number => "double",
                column::Type::Count => "int64",
                column::Type::Time => "timestamp, milliseconds, UTC",
            };
            (*name, kind)
        })
        .collect();
    assert_eq!(documented, written);
}
