//! Whatever the values are wrapped in, and whatever is wrong with it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{SMALL, chat, codes, import, import_in, import_with, problem, texts};
use completions::{Import, Importer, Limits, Severity};

/// The bytes as one member of gzip.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A record whose only sequence has this text.
fn r(text: &str) -> String {
    chat(text, &[(text, "-1")])
}

#[track_caller]
fn gives(file: impl AsRef<[u8]>, container: &str, want: &[&str]) -> Import {
    let import = import(file.as_ref());
    assert_eq!(texts(&import), want);
    assert_eq!(import.report.container, container);
    import
}

#[test]
fn good_files() {
    let (a, b) = (r("a"), r("b"));
    let table = [
        (a.clone(), "json", &["a"][..]),
        (format!("  \r\n{a}\n"), "json", &["a"]),
        (format!("\u{feff}{a}"), "json", &["a"]),
        (format!("[{a},{b}]"), "json_array", &["a", "b"]),
        (format!("[\n  {a},\n  {b},\n]\n"), "json_array", &["a", "b"]),
        (format!("[{a}]"), "json_array", &["a"]),
        (format!("{a}\n{b}\n"), "jsonl", &["a", "b"]),
        (format!("{a}\n{b}"), "jsonl", &["a", "b"]),
        (format!("{a}\r\n\r\n{b}\r\n"), "jsonl", &["a", "b"]),
        (format!("{a},\n{b},\n"), "jsonl", &["a", "b"]),
        (format!("\u{1e}{a}\n\u{1e}{b}\n"), "jsonl", &["a", "b"]),
        (format!("[{a}]\n[{b}]\n"), "jsonl", &["a", "b"]),
        (format!("{a}{b}"), "json_concat", &["a", "b"]),
        (format!("{a} {b}\n"), "json_concat", &["a", "b"]),
        (
            format!("{}\n{b}", a.replace(",\"", ",\n\"")),
            "json_concat",
            &["a", "b"],
        ),
    ];
    for (file, container, want) in table {
        let import = gives(&file, container, want);
        assert_eq!(codes(&import), [""; 0], "{file}");
        for (record, want) in import.columns.records.iter().zip(want) {
            let bytes =
                &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
            assert!(bytes.starts_with(b"{") && bytes.ends_with(b"}"), "{want}");
            let lines = file[..record.start as usize].matches('\n').count() as u64;
            assert_eq!(record.line, lines + 1);
        }
    }
}

#[test]
fn marks_of_files_that_were_joined() {
    let (a, b) = (r("a"), r("b"));
    let file = format!("\u{feff}{a}\n\u{feff}{b}\n \u{feff}\n");
    let import = gives(&file, "jsonl", &["a", "b"]);
    assert_eq!(codes(&import), ["bom"]);
    let found = problem(&import, "bom");
    let first = file.rmatch_indices('\u{feff}').nth(1).unwrap().0 as u64;
    assert_eq!(found.count, 2);
    assert_eq!(
        (
            found.places[0].record,
            found.places[0].line,
            found.places[0].byte
        ),
        (2, 2, first)
    );
}

#[test]
fn records_and_rows_that_are_no_objects() {
    let import = gives(format!("[null,{},5]", r("a")), "json_array", &["a"]);
    assert_eq!(
        (codes(&import), problem(&import, "unrecognised").count),
        (vec!["unrecognised"], 2)
    );
    let numbers = gives("[1,2,3]", "json_array", &[]);
    assert_eq!(
        (codes(&numbers), numbers.report.records),
        (vec!["unrecognised"], 1)
    );
    let rows = gives(
        format!("{}\nnull\n{}\n", r("a"), r("b")),
        "jsonl",
        &["a", "b"],
    );
    assert_eq!(codes(&rows), ["stray_text"]);
    let tail = gives(format!("[{}];\n", r("a")), "json_array", &["a"]);
    assert_eq!(
        problem(&tail, "stray_text").sentence(),
        format!(
            "Text outside the JSON values was skipped, at line 1, byte {}: it begins `;`; nothing readable in the 2 bytes to the end.",
            r("a").len() + 2
        )
    );
}

#[test]
fn bad_records_in_the_middle() {
    let (a, b, c) = (r("a"), r("b"), r("c"));
    let cut = |record: &str, at: usize| record[..at].to_owned();
    let broken = [
        "{broken}".to_owned(),
        "{'id': 1}".to_owned(),
        "{\"id\": tru}".to_owned(),
        "{\"id\": \"\\x\"}".to_owned(),
        b.replacen("\"choices\"", "\"choices", 1),
        b.replacen("[{", "{", 1),
        b.replacen("}]", "]", 1),
        b.replacen(':', "", 1),
        cut(&b, 30),
        cut(&b, b.find("[{").unwrap() + 1),
        cut(&b, b.find(',').unwrap() + 1),
        cut(&b, b.len() - 1),
    ];
    for bad in &broken {
        let lines = import(format!("{a}\n{bad}\n{c}\n{b}\n"));
        assert_eq!(texts(&lines), ["a", "c", "b"], "{bad}");
        assert_eq!(
            (codes(&lines)[0], lines.report.container.as_str()),
            ("bad_value", "jsonl"),
            "{bad}"
        );
        assert_eq!(lines.report.severity(3), Severity::Partial);
        let place = &problem(&lines, "bad_value").places[0];
        assert!(
            place.record == 2 && (2..=3).contains(&place.line),
            "{bad}: {place:?}"
        );
        for (before, between, after) in
            [("[", ",", "]"), ("[", ", ", "]\n"), ("[\n ", ",\n ", "\n]")]
        {
            let array = import(format!(
                "{before}{a}{between}{bad}{between}{c}{between}{b}{after}"
            ));
            // Where an element lost its end, the next one may be lost with it; never more.
            let got = texts(&array);
            assert!(
                got == ["a", "c", "b"] || got == ["a", "b"],
                "{bad}: {got:?}"
            );
            assert!(!array.report.problems.is_empty(), "{bad}");
        }
        let last = import(format!("{a}\n{c}\n{bad}"));
        assert_eq!(texts(&last), ["a", "c"], "{bad}");
        assert!(
            matches!(codes(&last)[..], ["bad_value"] | ["file_cut_off"]),
            "{bad}: {:?}",
            codes(&last)
        );
    }
}

#[test]
fn places_and_messages_of_bad_values() {
    let a = r("a");
    let line = a.len() + 1;
    let table = [
        (
            "{broken}\n",
            1,
            "unexpected `b`, expected a key in double quotes or `}`; 9 bytes skipped, reading went on at byte {next}",
        ),
        (
            "{\"x\": tru}\n",
            9,
            "unexpected `}`, expected a value; 10 bytes skipped, reading went on at byte {end}",
        ),
        (
            "{\"x\": 01}\n",
            7,
            "unexpected `1`, expected a value; 9 bytes skipped, reading went on at byte {end}",
        ),
        (
            "{\"x\n\": 1}\n",
            3,
            "a line ends inside a string; a closing quote may be missing; 10 bytes skipped, reading went on at byte {next}",
        ),
    ];
    for (bad, at, detail) in table {
        let import = import(format!("{a}\n{bad}{a}\n"));
        let place = &problem(&import, "bad_value").places[0];
        let next = line + bad.len();
        let detail = detail
            .replace("{next}", &next.to_string())
            .replace("{end}", &(next - 1).to_string());
        assert_eq!(
            (place.line, place.byte, place.detail.as_str()),
            (2, (line + at) as u64, detail.as_str())
        );
    }
}

/// Such a line breaks at the first byte of the next one, which is whole: the line itself is the one to look at.
#[test]
fn a_line_without_its_end_is_shown_where_it_begins() {
    let a = r("a");
    let cut = "{\"broken\": tru";
    let import = import(format!("{a}\n{cut}\n{a}\n"));
    let place = &problem(&import, "bad_value").places[0];
    let (start, next) = (a.len() + 1, a.len() + 1 + cut.len() + 1);
    let detail = format!(
        "the value has no end: unexpected `{{`, expected `,` or `}}` on line 3; 15 bytes skipped, reading went on at byte {next}"
    );
    assert_eq!(
        (place.line, place.byte, place.detail.as_str()),
        (2, start as u64, detail.as_str())
    );
    assert_eq!(texts(&import), ["a", "a"]);
}

#[test]
fn cut_files() {
    let (a, b) = (r("a"), r("b"));
    let table = [
        (format!("{a}\n{}", &b[..b.len() - 9]), "json"),
        (format!("{a}\n{}", &b[..40]), "json"),
        (format!("[{a},{}", &b[..b.len() - 9]), "json_array"),
        (format!("[{a},"), "json_array"),
        (format!("[{a}"), "json_array"),
    ];
    for (file, _) in &table {
        let import = import(file);
        assert_eq!(
            (texts(&import), codes(&import)),
            (vec!["a".to_owned()], vec!["file_cut_off"]),
            "{file}"
        );
        let end = import.columns.records[0].start + import.columns.records[0].len;
        let detail = &problem(&import, "file_cut_off").places[0].detail;
        assert!(
            detail.contains(&format!("the last whole record ends at byte {end}")),
            "{detail}"
        );
        assert_eq!(import.report.severity(1), Severity::Partial);
    }
    let lost = import(&table[0].0);
    let detail = &problem(&lost, "file_cut_off").places[0].detail;
    assert!(
        detail.ends_with(&format!("{} bytes lost", b.len() - 9)),
        "{detail}"
    );
    let only = import(&a[..50]);
    assert_eq!(
        (codes(&only), only.report.severity(0)),
        (vec!["file_cut_off"], Severity::Nothing)
    );
    assert!(
        problem(&only, "file_cut_off").places[0]
            .detail
            .contains("no whole record before it, 50 bytes lost")
    );
}

#[test]
fn archives_of_tar_are_named() {
    let mut tar = vec![0; 1024];
    tar[..8].copy_from_slice(b"runs.txt");
    tar[257..263].copy_from_slice(b"ustar\0");
    tar[512..514].copy_from_slice(b"x\n");
    for size in [1, 100, 1024] {
        let import = import_in(Limits::default(), &tar, &[size]);
        assert_eq!(codes(&import), ["compressed_file"]);
        assert_eq!(
            problem(&import, "compressed_file").sentence(),
            "The file is compressed in a way that is not read: a tar archive."
        );
    }
}

/// What services keep beside responses, said in words.
#[test]
fn records_that_are_no_responses() {
    let table = [
        (
            r#"{"id":"b","object":"batch","output_file_id":"f"}"#,
            "it describes a Batch; the answers are in the file that `output_file_id` names",
        ),
        (
            r#"{"object":"list","data":[{"object":"embedding","embedding":[0.5]}]}"#,
            "it has embeddings, which are no answers",
        ),
        (
            r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#,
            "it is a list of models",
        ),
        (
            r#"{"id":"x","results":[{"flagged":false}]}"#,
            "it is the result of a moderation, which has no answers",
        ),
        (
            r#"{"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}"#,
            "it is a conversation as it is sent or trained on, not the response to one",
        ),
    ];
    for (file, why) in table {
        let import = import(file);
        assert_eq!(codes(&import), ["unrecognised"], "{file}");
        let detail = &problem(&import, "unrecognised").places[0].detail;
        assert!(detail.ends_with(why), "{detail}");
    }
}

/// A JSON text with JSON in it, as something that was encoded twice.
#[test]
fn values_that_were_written_as_texts() {
    let one = serde_json::to_string(&chat("a", &[("Hi", "-1")])).unwrap();
    let other = serde_json::to_string(&format!(
        "{}\n{}",
        chat("b", &[("x", "-2")]),
        chat("c", &[("y", "-3")])
    ))
    .unwrap();
    for (file, container, want) in [
        (one.clone(), "json+nested", vec!["Hi"]),
        (
            format!("\u{feff}{one}\n{other}\n"),
            "jsonl+nested",
            vec!["Hi", "x", "y"],
        ),
        (other.clone(), "json+nested", vec!["x", "y"]),
    ] {
        let import = import(&file);
        assert_eq!(import.report.container, container);
        assert_eq!(texts(&import), want);
        assert_eq!(codes(&import), [""; 0]);
        common::details_agree(file.as_bytes(), &import);
    }
}

#[test]
fn files_of_another_kind() {
    let table: Vec<(&[u8], &str, &str)> = vec![
        (b"", "empty_file", "The file is empty: it has no bytes."),
        (
            b" \n\t\r\n",
            "empty_file",
            "The file is empty: it has nothing but white space.",
        ),
        (
            b"[]",
            "empty_file",
            "The file is empty: it has a list without entries.",
        ),
        (
            b"id,token,logprob\n1,a,-0.5\n",
            "table_file",
            "This is a table, not a file of completions; its first columns are id, token, logprob.",
        ),
        (
            b"\"id\";\"token\";\"logprob\"",
            "table_file",
            "This is a table, not a file of completions; its first columns are id, token, logprob.",
        ),
        (
            b"a\tb\tc\n",
            "table_file",
            "This is a table, not a file of completions; its first columns are a, b, c.",
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "binary_file",
            "This is no text file (a PNG picture).",
        ),
        (
            b"\x7fELF\x02\x01",
            "binary_file",
            "This is no text file (a program).",
        ),
        (
            b"ab\0\x01\x02\x03",
            "binary_file",
            "This is no text file (a zero byte at the beginning).",
        ),
        (
            b"abcdef\x01\x02\n",
            "binary_file",
            "This is no text file (control bytes in the first line).",
        ),
        (
            b"<!DOCTYPE html>\n<html>",
            "html_file",
            "This is HTML or XML, not a file of completions: it begins `<!DOCTYPE html>`.",
        ),
        (
            b"\x40\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\"}}",
            "binary_file",
            "This is no text file (the weights of a model, safetensors).",
        ),
        (
            b"\0\0\0\x18ftypmp42\0\0\0\0isom",
            "binary_file",
            "This is no text file (a film).",
        ),
        (
            b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.",
            "binary_file",
            "This is no text file (a pickle of Python).",
        ),
        (
            b"\x89HDF\r\n\x1a\n\0\0",
            "binary_file",
            "This is no text file (an HDF5 file).",
        ),
        (
            b"MZ\x90\0\x03\0",
            "binary_file",
            "This is no text file (a program).",
        ),
        (
            b"MZ is a beginning like any other\n",
            "not_json",
            "This is not a file of JSON values: it begins `MZ is a beginning like any other`; nothing readable in the 33 bytes to the end.",
        ),
        (
            b"Rar!\x1a\x07\x01\0",
            "compressed_file",
            "The file is compressed in a way that is not read: rar.",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5\n",
            "lfs_pointer",
            "This stands for a file that Git keeps elsewhere: it begins `version https://git-lfs.github.com/spec/v1`.",
        ),
        (
            b"id,response\n1,\"{}\"\n",
            "table_file",
            "This is a table, not a file of completions; its first columns are id, response.",
        ),
        (
            b"[package]\nname = \"x\"\n",
            "not_json",
            "This is not a file of JSON values: it begins `[package]`; nothing readable in the 21 bytes to the end.",
        ),
        (
            b"hello world\n",
            "not_json",
            "This is not a file of JSON values: it begins `hello world`; nothing readable in the 12 bytes to the end.",
        ),
        (
            b"\"text\"",
            "not_json",
            "This is not a file of JSON values: it begins `\"text\"`; nothing readable in the 6 bytes to the end.",
        ),
    ];
    for (bytes, code, sentence) in table {
        let import = import(bytes);
        assert_eq!(codes(&import), [code]);
        let problem = problem(&import, code);
        assert_eq!(problem.sentence(), sentence);
        assert!(problem.remedy().ends_with('.'), "{code}");
        assert_eq!(import.report.severity(0), Severity::Nothing);
        let container = match code {
            "empty_file" if bytes != b"[]" => "empty",
            "table_file" => "csv",
            _ => "unknown",
        };
        assert!(
            import.report.container == container || bytes == b"[]",
            "{code}"
        );
        assert_eq!(import.report.bytes, bytes.len() as u64);
    }
}

#[test]
fn values_inside_other_text() {
    let import = gives(
        format!("Loaded model.\n{}\n---\nmore\n{}\n", r("a"), r("b")),
        "jsonl",
        &["a", "b"],
    );
    assert_eq!(
        (codes(&import), problem(&import, "stray_text").count),
        (vec!["stray_text"], 2)
    );
}

#[test]
fn values_inside_documents() {
    let table = [
        (
            format!(
                "# Notes\n\n```json\n{}\n```\nand [1]\n```\n{}\n```\n",
                r("a"),
                r("b")
            ),
            "2 values in 39 bytes of text, which begins `# Notes`",
        ),
        (
            format!("answers = [{}, {}];\n", r("a"), r("b")),
            "1 value in 12 bytes of text, which begins `answers = [{\"id\":\"a\",",
        ),
        (
            format!("callback({});callback({})", r("a"), r("b")),
            "2 values in 21 bytes of text, which begins `callback({",
        ),
    ];
    for (file, detail) in table {
        let import = gives(&file, "embedded", &["a", "b"]);
        assert_eq!(codes(&import), ["embedded"], "{file}");
        assert!(
            problem(&import, "embedded").places[0]
                .detail
                .starts_with(detail),
            "{:?}",
            import.report.problems
        );
        let record = import.columns.records[0];
        assert!(file.as_bytes()[record.start as usize..].starts_with(b"{") || file.contains("= ["));
    }
    let page = import(format!("<html><script>\nlet a = {};\n</script>", r("a")));
    assert_eq!(
        (texts(&page), codes(&page)),
        (vec!["a".to_owned()], vec!["html_file", "embedded"])
    );
}

/// A cassette with these (status, body) interactions.
fn cassette(interactions: &[(u16, String)]) -> String {
    let mut text = "interactions:\n".to_owned();
    for (status, body) in interactions {
        text += &format!(
            "- request:\n    body: '{{\"prompt\":\"P\"}}'\n    headers:\n      authorization: [secret]\n  response:\n    body:\n      string: {body:?}\n    status:\n      code: {status}\n"
        );
    }
    text + "version: 1\n"
}

#[test]
fn recorded_interactions() {
    let file = cassette(&[
        (200, r("a")),
        (429, r#"{"error":{"message":"slow down"}}"#.to_owned()),
        (200, format!("data: {}\n\n", r("b"))),
    ]);
    let import = import(&file);
    assert_eq!(
        (texts(&import), import.report.container.as_str()),
        (vec!["a".to_owned(), "b".to_owned()], "cassette+sse")
    );
    assert_eq!(codes(&import), ["request_failed"]);
    assert_eq!(
        problem(&import, "request_failed").places[0].detail,
        "status 429, {\"error\":{\"message\":\"slow down\"}}"
    );
    let starts: Vec<u64> = import
        .columns
        .records
        .iter()
        .map(|record| record.line)
        .collect();
    assert_eq!(starts, [2, 20]);
    common::details_agree(file.as_bytes(), &import);
    assert_eq!(
        codes(&common::import("interactions:\nversion: 1\n")),
        ["empty_file"]
    );
}

#[test]
fn python_literals() {
    let dict = |text: &str| r(text).replace('"', "'");
    let object = "ChatCompletion(id='c', choices=[Choice(finish_reason='stop', index=0, logprobs=ChoiceLogprobs(content=[ChatCompletionTokenLogprob(token='c', bytes=[99], logprob=-1, top_logprobs=[])], refusal=None), message=ChatCompletionMessage(content='c', refusal=None, tool_calls=None))], created=1, model='m')";
    let table = [
        (dict("a"), vec!["a"]),
        (format!("[{}, {}]", dict("a"), dict("b")), vec!["a", "b"]),
        (format!("{}\n{}\n", dict("a"), dict("b")), vec!["a", "b"]),
        (object.to_owned(), vec!["c"]),
        (format!("[{object}]"), vec!["c"]),
        (format!("response = {}", dict("a")), vec!["a"]),
    ];
    for (file, want) in table {
        let import = gives(&file, "python_repr", &want);
        assert_eq!(codes(&import), ["python_repr"], "{file}");
        common::details_agree(file.as_bytes(), &import);
    }
}

#[test]
fn packed_files() {
    let text = format!("{}\n{}\n", r("a"), r("zażółć"));
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = [0xfeff]
        .iter()
        .chain(&units)
        .flat_map(|unit| unit.to_le_bytes())
        .collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let gzip = gzip(text.as_bytes());
    let twice = self::gzip(&gzip);
    let table = [
        (little, "jsonl", vec!["utf16"]),
        (big, "jsonl", vec!["utf16"]),
        (
            [gzip.clone(), gzip.clone()].concat(),
            "gzip+jsonl",
            vec!["duplicate"],
        ),
        (twice, "gzip+gzip+jsonl", vec![]),
    ];
    for (file, container, problems) in table {
        let import = import(&file);
        assert_eq!(
            (import.report.container.as_str(), codes(&import)),
            (container, problems)
        );
        assert_eq!(texts(&import)[..2], ["a", "zażółć"], "{container}");
        common::details_agree(&file, &import);
    }
    let cut = import(&gzip[..gzip.len() - 12]);
    assert_eq!(codes(&cut).last(), Some(&"damaged_archive"));
    let none = import(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(codes(&none), ["unsupported_packing"]);
}

#[test]
fn several_files_are_one_run() {
    let mut importer = Importer::new(Limits::default());
    for (name, file) in [
        ("one.json", r("a")),
        ("two.jsonl", format!("{}\nbroken\n{{\"x\"", r("b"))),
        ("none", String::new()),
    ] {
        importer.source(name);
        importer.push(file.as_bytes());
    }
    let import = importer.finish();
    assert_eq!(texts(&import), ["a", "b"]);
    let names: Vec<&str> = import
        .columns
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names, ["one.json", "two.jsonl", "none"]);
    let of = |nth: usize| {
        (
            import.columns.records[nth].source,
            import.columns.records[nth].start,
        )
    };
    assert_eq!((of(0), of(1)), ((0, 0), (1, 0)));
    assert_eq!(problem(&import, "stray_text").places[0].source, 1);
    assert_eq!(problem(&import, "empty_file").places[0].source, 2);
    assert_eq!(import.report.container, "mixed");
}

#[test]
fn limits() {
    let (a, b) = (r("a"), r("b"));
    let long = format!("{{\"x\":\"{}\"}}", "y".repeat(5000));
    for (before, between, after) in [("", "\n", "\n"), ("[", ",", "]"), ("", "", "")] {
        let import = import_with(
            SMALL,
            format!("{before}{a}{between}{long}{between}{b}{after}"),
        );
        assert_eq!(
            (texts(&import), codes(&import)),
            (vec!["a".to_owned(), "b".to_owned()], vec!["limit_record"])
        );
        assert_eq!(
            problem(&import, "limit_record").places[0].detail,
            "longer than 4096 bytes"
        );
    }
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let import = import_with(SMALL, format!("{a}\n{deep}\n{b}"));
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["limit_depth"])
    );
    assert_eq!(
        problem(&import, "limit_depth").places[0].detail,
        "nested deeper than 32 levels"
    );
    let places = import_with(
        SMALL,
        format!("{a}\n").repeat(1) + &"{bad}\n".repeat(50) + &b,
    );
    assert_eq!(
        (
            problem(&places, "bad_value").count,
            problem(&places, "bad_value").places.len()
        ),
        (50, 3)
    );
}

#[test]
fn ten_megabytes_of_brackets() {
    let brackets = "[".repeat(10_000_000);
    let alone = import(&brackets);
    assert_eq!(codes(&alone)[0], "limit_depth");
    let before = import(format!("{}\n{brackets}", r("a")));
    assert_eq!(
        (texts(&before), codes(&before)[0]),
        (vec!["a".to_owned()], "limit_depth")
    );
}

/// A stream without an end in sight must not be kept.
fn endless(beginning: &str, filler: &[u8], megabytes: usize) -> Import {
    let limits = Limits {
        record_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut importer = Importer::new(limits);
    importer.push(beginning.as_bytes());
    let chunk: Vec<u8> = filler.iter().copied().cycle().take(1 << 20).collect();
    for _ in 0..megabytes {
        importer.push(&chunk);
    }
    importer.finish()
}

#[test]
fn endless_values_end_with_the_file() {
    let string = endless("{\"a\":\"", b"x", 20);
    assert_eq!(codes(&string), ["limit_record", "file_cut_off"]);
    let array = endless("{\"a\":[1", b",1", 20);
    assert_eq!(codes(&array), ["limit_record", "file_cut_off"]);
    let line = endless("", b"x", 20);
    assert_eq!(codes(&line), ["not_json"]);
    let space = endless("", b" ", 20);
    assert_eq!(codes(&space), ["empty_file"]);
    let zeros = endless("", b"\0", 20);
    assert!(matches!(codes(&zeros)[..], ["utf16"] | ["binary_file"]));
}

#[test]
fn running_figures_grow_with_whole_sequences() {
    let file = format!("{}\n{}\n", r("a"), r("b"));
    let mut importer = Importer::new(Limits::default());
    let mut seen = Vec::new();
    for byte in file.as_bytes() {
        importer.push(std::slice::from_ref(byte));
        let progress = importer.progress();
        assert_eq!(
            progress.sequences,
            importer.columns().sequences.len() as u64
        );
        assert_eq!(progress.sequences, importer.running_metrics().n_sequences);
        seen.push((progress.sequences, progress.tokens));
    }
    seen.dedup();
    assert_eq!(seen, [(0, 0), (1, 1), (2, 2)]);
    assert_eq!(importer.progress().bytes, file.len() as u64);
    assert_eq!(
        importer.running_metrics().perplexity_median_of_sequences,
        None
    );
    assert!(
        importer
            .finish()
            .metrics
            .perplexity_median_of_sequences
            .is_some()
    );
}
