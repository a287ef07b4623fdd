//! The order of keys, white space and escapes of a file mean nothing: the columns are the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::import;
use completions::{Columns, RecordSpan};
use proptest::prelude::*;
use serde_json::Value;

/// Writes a value with shuffled keys, white space between everything, and escaped characters in strings.
fn write(value: &Value, noise: &mut impl Iterator<Item = u8>, out: &mut String) {
    let mut space = |out: &mut String| {
        let space = ["", "", " ", "\n", "\t ", "\r\n  "];
        out.push_str(space[usize::from(noise.next().unwrap_or(0)) % space.len()]);
    };
    space(out);
    match value {
        Value::Object(map) => {
            out.push('{');
            let mut members: Vec<(u8, &String, &Value)> = map
                .iter()
                .map(|(key, value)| (noise.next().unwrap_or(0), key, value))
                .collect();
            members.sort_by_key(|(order, ..)| *order);
            for (nth, (escape, key, value)) in members.into_iter().enumerate() {
                if nth > 0 {
                    out.push(',');
                }
                write_string(key, escape < 50, out);
                out.push(':');
                write(value, noise, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (nth, item) in items.iter().enumerate() {
                if nth > 0 {
                    out.push(',');
                }
                write(item, noise, out);
            }
            out.push(']');
        }
        Value::String(text) => write_string(text, noise.next().unwrap_or(0) < 50, out),
        other => out.push_str(&other.to_string()),
    }
}

/// A string; with every character escaped if asked for.
fn write_string(text: &str, escape: bool, out: &mut String) {
    if !escape {
        out.push_str(&serde_json::to_string(text).unwrap());
        return;
    }
    out.push('"');
    for unit in text.encode_utf16() {
        out.push_str(&format!("\\u{unit:04x}"));
    }
    out.push('"');
}

/// Columns without the places of the records.
fn content(file: &str) -> Columns {
    let mut columns = import(file).columns;
    for record in &mut columns.records {
        *record = RecordSpan {
            start: 0,
            len: 0,
            line: 0,
            ..*record
        };
    }
    columns
}

/// Records of our own samples, short ones.
fn records() -> Vec<Value> {
    let mut records = Vec::new();
    for path in [
        "public/samples/completions-small.json",
        "crates/completions/tests/data/completions_legacy.json",
    ] {
        let file: Value =
            serde_json::from_str(&std::fs::read_to_string(common::workspace().join(path)).unwrap())
                .unwrap();
        let mut list = file.as_array().unwrap().clone();
        for record in &mut list {
            for choice in record["choices"].as_array_mut().unwrap() {
                for (_, value) in choice["logprobs"].as_object_mut().unwrap() {
                    if let Some(list) = value.as_array_mut() {
                        list.truncate(12);
                    }
                }
            }
        }
        records.extend(list);
    }
    records
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::cases(60), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spelling_means_nothing(nth in 0..15usize, noise in prop::collection::vec(any::<u8>(), 1..64)) {
        let records = records();
        let record = &records[nth % records.len()];
        let mut noise = noise.iter().copied().cycle();
        let mut odd = String::new();
        write(record, &mut noise, &mut odd);
        prop_assert_eq!(content(&odd), content(&record.to_string()));
    }

    #[test]
    fn of_other_services_too(nth in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 1..64)) {
        let records = common::services();
        let record: Value = serde_json::from_str(&records[nth.index(records.len())]).unwrap();
        let mut noise = noise.iter().copied().cycle();
        let mut odd = String::new();
        write(&record, &mut noise, &mut odd);
        prop_assert_eq!(content(&odd), content(&record.to_string()));
    }
}
