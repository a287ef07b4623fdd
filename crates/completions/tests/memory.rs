//! Memory: nothing is allocated per token, and what cannot be read is not kept.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use completions::{Importer, Limits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::fmt::Write;
use std::sync::Mutex;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counters are global: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A record with this many tokens and five alternatives each, with bytes.
fn chat_record(id: usize, tokens: usize) -> String {
    let token = |name: &str, value: f64| {
        format!(
            r#""token":"{name}","logprob":{value},"bytes":{:?}"#,
            name.as_bytes()
        )
    };
    let mut list = String::new();
    for nth in 0..tokens {
        let separator = if nth == 0 { "" } else { "," };
        write!(
            list,
            r#"{separator}{{{},"top_logprobs":[{{{}}}"#,
            token("ab", -0.25),
            token("ab", -0.25)
        )
        .unwrap();
        for other in ["x", "yz", "\u{17c}", "!"] {
            write!(list, ",{{{}}}", token(other, -3.217_078_715_562_820_4)).unwrap();
        }
        list.push_str("]}");
    }
    format!(
        r#"{{"id":"c{id}","object":"chat.completion","model":"m","choices":[{{"index":0,"message":{{"content":"{}"}},"logprobs":{{"content":[{list}]}}}}]}}"#,
        "ab".repeat(tokens)
    ) + "\n"
}

/// A record in the legacy shape.
fn legacy_record(id: usize, tokens: usize) -> String {
    format!(
        r#"{{"id":"l{id}","choices":[{{"text":"{}","logprobs":{{"tokens":{:?},"token_logprobs":{:?},"top_logprobs":[{}]}}}}]}}"#,
        "ab".repeat(tokens),
        vec!["ab"; tokens],
        vec![-0.25; tokens],
        vec![r#"{"ab":-0.25,"cd":-2.5}"#; tokens].join(",")
    ) + "\n"
}

/// Allocations of one more record of this many tokens, in chunks of this size, after the importer has become warm.
fn allocations(record: fn(usize, usize) -> String, tokens: usize, chunk: usize) -> usize {
    let mut importer = Importer::new(Limits::default());
    // The columns grow by doubling; after 65 records there is room for many more.
    let warm = record(0, 1024);
    for _ in 0..65 {
        importer.push(warm.as_bytes());
    }
    let more = record(1000, tokens);
    for piece in more.as_bytes().chunks(chunk) {
        importer.push(piece);
    }
    let more = record(1001, tokens);
    let region = Region::new(ALLOCATOR);
    for piece in more.as_bytes().chunks(chunk) {
        importer.push(piece);
    }
    let change = region.change();
    assert_eq!(importer.progress().sequences, 67);
    change.allocations + change.reallocations
}

#[test]
fn nothing_is_allocated_per_token() {
    let _alone = ALONE.lock();
    for record in [chat_record, legacy_record] {
        for chunk in [usize::MAX, 10_000] {
            let few = allocations(record, 10, chunk);
            let many = allocations(record, 1000, chunk);
            // A few for the record itself: its id, the order of its choices, its entry among the fingerprints.
            assert!(few <= 10, "{few} allocations for a record");
            assert!(
                many <= few + 4,
                "{many} allocations for 1000 tokens, {few} for 10"
            );
        }
    }
}

/// The most memory in use while so many megabytes of `filler` follow `beginning`, above what was in use before, bytes.
fn peak(beginning: &str, filler: &[u8], megabytes: usize, limits: Limits) -> usize {
    const CHUNK: usize = 1 << 20;
    let chunk: Vec<u8> = filler.iter().copied().cycle().take(CHUNK).collect();
    let region = Region::new(ALLOCATOR);
    let mut importer = Importer::new(limits);
    importer.push(beginning.as_bytes());
    let mut peak = 0;
    for _ in 0..megabytes {
        importer.push(&chunk);
        let change = region.change();
        peak = peak.max(
            change
                .bytes_allocated
                .saturating_sub(change.bytes_deallocated),
        );
    }
    drop(importer.finish());
    peak
}

#[test]
fn megabytes_that_cannot_be_read() {
    let _alone = ALONE.lock();
    let limits = Limits {
        record_bytes: 1 << 20,
        depth: 64,
        places: 5,
        ..Limits::DEFAULT
    };
    for (beginning, filler, megabytes) in [
        ("{\"a\":\"", &b"x"[..], 200),
        ("", b"x", 200),
        ("{\"a\":\"", b"\\n", 20),
        ("{\"choices\":[1", b",1", 20),
        ("", b"[\n", 20),
        ("\x1f\u{8b}", b"{}\n", 20),
        ("id,token,logprob\n", b"1,a,-0.5\n", 20),
    ] {
        let peak = peak(beginning, filler, megabytes, limits);
        assert!(
            peak <= 8 << 20,
            "{beginning:?}, then {:?}: {peak} bytes",
            String::from_utf8_lossy(filler)
        );
    }
}

/// The most memory in use while a summary of this many records is read, above what was in use before, bytes.
fn summary_peak(records: usize, record: impl Fn(usize) -> String) -> usize {
    let region = Region::new(ALLOCATOR);
    let mut importer = Importer::summary(Limits::default(), 20);
    let mut peak = 0;
    for id in 0..records {
        importer.push(record(id).as_bytes());
        let change = region.change();
        peak = peak.max(
            change
                .bytes_allocated
                .saturating_sub(change.bytes_deallocated),
        );
    }
    assert_eq!(importer.progress().sequences, records as u64);
    let import = importer.finish();
    assert_eq!(import.metrics.n_sequences, records as u64);
    assert_eq!(import.columns.sequences.len(), 20);
    peak
}

/// What the first 20 sequences of the small records and the largest record may take.
const SMALL: usize = 64 << 10;
/// The same where a record has 1000 tokens.
const LARGE: usize = 512 << 10;

/// Fingerprint and perplexity of a sequence, with the room that a tree and a growing array leave unused.
const PER_SEQUENCE: usize = 40;

#[test]
fn a_summary_keeps_a_few_bytes_of_each_sequence() {
    let _alone = ALONE.lock();
    const RECORDS: usize = 20_000;
    // Most kinds of problems, met again and again.
    let odd = |id: usize| {
        let choices = r#"{"index":0,"finish_reason":"length","text":"xy\ud800","logprobs":{"tokens":["a","b","c"],"token_logprobs":[null,-9999,0.5],"top_logprobs":[{},{"b":-1},{"x":-0.1}]}}"#;
        format!(
            r#"{{"id":"{}","object":"text_completion","choices":[{choices}],"usage":{{"completion_tokens":9}}}}"#,
            id / 2
        ) + "\n"
    };
    // While all values are 0, the figures are folded twice.
    let zeros = |id: usize| {
        let choices =
            r#"{"text":"aaa","logprobs":{"tokens":["a","a","a"],"token_logprobs":[0,0,0]}}"#;
        format!(r#"{{"id":"{id}","object":"text_completion","choices":[{choices}]}}"#) + "\n"
    };
    let plain = |id: usize| legacy_record(id, 5);
    let kinds: [(&str, &dyn Fn(usize) -> String); 3] =
        [("plain", &plain), ("odd", &odd), ("zeros", &zeros)];
    for (name, record) in kinds {
        let peak = summary_peak(RECORDS, record);
        assert!(
            peak <= SMALL + RECORDS * PER_SEQUENCE,
            "{name}: {peak} bytes"
        );
    }
}

#[test]
fn a_summary_keeps_no_tokens() {
    let _alone = ALONE.lock();
    // 36 MB with a million tokens; the columns of all of them would take 11 MB.
    let large = legacy_record(0, 1000);
    let of_many = summary_peak(1000, |id| large.replacen("l0", &format!("l{id}"), 1));
    let of_few = summary_peak(50, |id| large.replacen("l0", &format!("l{id}"), 1));
    assert!(of_few <= LARGE, "{of_few} bytes");
    assert!(
        of_many <= of_few + (128 << 10),
        "{of_many} bytes, {of_few} for the first 50 records"
    );
}

#[test]
fn a_summary_keeps_nothing_of_records_without_sequences() {
    let _alone = ALONE.lock();
    let region = Region::new(ALLOCATOR);
    let mut importer = Importer::summary(Limits::default(), 20);
    for _ in 0..20_000 {
        importer.push(b"{\"id\":\"a\",\"object\":\"text_completion\",\"choices\":[]}\n");
    }
    let change = region.change();
    let kept = change.bytes_allocated - change.bytes_deallocated;
    assert!(kept <= SMALL, "{kept} bytes");
    assert_eq!(importer.finish().report.records, 20_000);
}

#[test]
fn columns_that_know_what_is_to_come_do_not_grow_again() {
    let _alone = ALONE.lock();
    let record = chat_record(0, 200);
    let total = record.len() as u64 * 1000;
    let peak = |expects: bool| {
        let region = Region::new(ALLOCATOR);
        let mut importer = Importer::new(Limits::default());
        let mut peak = 0;
        for nth in 0..1000 {
            importer.push(record.replacen("c0", &format!("c{nth}"), 1).as_bytes());
            if expects && nth == 20 {
                importer.expect(total);
            }
            let change = region.change();
            peak = peak.max(change.bytes_allocated - change.bytes_deallocated);
        }
        assert_eq!(importer.progress().sequences, 1000);
        peak
    };
    let (grown, known) = (peak(false), peak(true));
    // 11 bytes a token, and about 300 for each record.
    assert!(known <= 3 << 20, "{known} bytes, {grown} when they grow");
    assert!(known < grown, "{known} bytes, {grown} when they grow");
    // Whatever is said of the total, the result is the same.
    let read = |total: Option<u64>| {
        let mut importer = Importer::new(Limits::default());
        importer.push(record.as_bytes());
        total.into_iter().for_each(|total| importer.expect(total));
        importer.push(record.as_bytes());
        importer.finish()
    };
    for total in [0, 1, 1 << 30, u64::MAX] {
        assert_eq!(read(Some(total)), read(None));
    }
}

#[test]
fn a_summary_takes_no_memory_for_more_sequences() {
    let _alone = ALONE.lock();
    let limits = Limits {
        remembered: 1000,
        ..Limits::DEFAULT
    };
    let mut importer = Importer::summary(limits, 10);
    let mut push = |ids: std::ops::Range<usize>| {
        ids.for_each(|id| importer.push(chat_record(id, 1).as_bytes()));
    };
    push(0..2000);
    let region = Region::new(ALLOCATOR);
    push(2000..40_000);
    let change = region.change();
    let more = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated);
    // Of every 256th a key, to find its page; and a table that is merged when a 64th has come.
    assert!(more < 64 << 10, "{more} bytes for 38,000 sequences");
    let import = importer.finish();
    assert_eq!(import.metrics.n_sequences, 40_000);
    assert!(import.metrics.perplexity_median_of_sequences.is_some());
}
