use super::{Event, EventReader, Problems, Spot};
use proptest::prelude::*;

/// What an event says: data, name, bytes from and to, line.
type Said = (String, String, u64, u64, u64);

fn read(chunks: &[&[u8]], max_bytes: usize) -> (Vec<Said>, Problems) {
    let mut events = Vec::new();
    let mut reader = EventReader::new(max_bytes);
    let mut out = |event: Event<'_>| {
        events.push((
            String::from_utf8_lossy(event.data).into_owned(),
            String::from_utf8_lossy(event.name).into_owned(),
            event.start,
            event.end,
            event.line,
        ));
    };
    for chunk in chunks {
        reader.push(chunk, &mut out);
    }
    reader.finish(&mut out);
    let problems = reader.take_problems();
    (events, problems)
}

/// Data and names of all events, read whole and byte by byte.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let whole = read(&[text.as_bytes()], 1000);
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    assert_eq!(read(&bytes, 1000), whole, "byte by byte: {text:?}");
    let said: Vec<(&str, &str)> = whole
        .0
        .iter()
        .map(|event| (event.0.as_str(), event.1.as_str()))
        .collect();
    assert_eq!(said, expected, "{text:?}");
}

#[test]
fn events() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("", &[]),
        ("\n\n\n", &[]),
        ("data: 1\n\ndata: 2\n\n", &[("1", ""), ("2", "")]),
        ("data: 1\r\n\r\ndata: 2\r\n\r\n", &[("1", ""), ("2", "")]),
        ("data: 1\r\rdata: 2\r\r", &[("1", ""), ("2", "")]),
        ("data: 1\r\n\rdata: 2\n\r", &[("1", ""), ("2", "")]),
        // one space at most belongs to the colon
        ("data:1\n\ndata:  2", &[("1", ""), (" 2", "")]),
        ("data: a\ndata: b\ndata:\ndata: c\n\n", &[("a\nb\n\nc", "")]),
        ("event: x\ndata: 1\n\ndata: 2", &[("1", "x"), ("2", "")]),
        ("data: 1\nevent: x\n\n", &[("1", "x")]),
        ("event: x\nevent: y\ndata: 1", &[("1", "y")]),
        (
            "id: 7\nretry: 5\ndata: 1\n: ping\ndata: 2\n\n",
            &[("1\n2", "")],
        ),
        (": ping\n\n:\n\ndata: 1\n\n", &[("1", "")]),
        (
            "\u{feff}data: 1\n\n\u{feff}data: 2\n\n",
            &[("1", ""), ("2", "")],
        ),
        // signs of life
        ("event: ping\n\ndata: 1\n\n", &[("1", "")]),
        ("data\n\ndata:\n\ndata: \ndata:  \n\ndata: 1", &[("1", "")]),
        (
            "data: 1\n\n\ndata: [DONE]\n\n\n",
            &[("1", ""), ("[DONE]", "")],
        ),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

#[test]
fn one_line_end_between_events() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "data: {\"a\":1}\ndata: {\"a\":2}\ndata: [DONE]\ndata: {\"a\":3}\n",
            &[
                ("{\"a\":1}", ""),
                ("{\"a\":2}", ""),
                ("[DONE]", ""),
                ("{\"a\":3}", ""),
            ],
        ),
        (
            "event: x\ndata: {}\nevent: y\nid: 1\ndata: {}\ndata: {}",
            &[("{}", "x"), ("{}", "y"), ("{}", "")],
        ),
        // a field after the data is the same event's when no data follows
        (
            "data: {}\nid: 1\nevent: y\n\ndata: {}",
            &[("{}", "y"), ("{}", "")],
        ),
        // one value on several lines
        (
            "data: {\"a\": [{}\ndata: ,{}\ndata: ]}\n\n",
            &[("{\"a\": [{}\n,{}\n]}", "")],
        ),
        (
            "data: {\ndata: \"a\": {}\ndata: }\n",
            &[("{\n\"a\": {}\n}", "")],
        ),
        ("data: {} \ndata: {}", &[("{} ", ""), ("{}", "")]),
        ("data: 1\ndata: {}", &[("1\n{}", "")]),
    ];
    for (text, expected) in cases {
        check(text, expected);
    }
}

#[test]
fn places() {
    let text =
        b"\xef\xbb\xbf: ping\r\nevent: x\r\ndata: 1\r\n\r\nid: 1\ndata: {}\nevent: y\ndata: {}\n\n";
    let expected: Vec<Said> = vec![
        ("1".into(), "x".into(), 11, 28, 2),
        ("{}".into(), String::new(), 32, 46, 5),
        ("{}".into(), "y".into(), 47, 64, 7),
    ];
    assert_eq!(read(&[text], 100).0, expected);
    for event in &expected {
        let (start, end) = (event.2 as usize, event.3 as usize);
        let lines = String::from_utf8_lossy(&text[start..end]);
        assert!(lines.ends_with(&event.0), "{lines}");
    }
}

#[test]
fn places_inside_something_larger() {
    let mut reader = EventReader::starting_at(100, 1000, 50);
    let mut places = Vec::new();
    reader.push(b"\ndata: 1\n\n", &mut |event| {
        places.push((event.start, event.end, event.line));
    });
    assert_eq!(places, [(1001, 1008, 51)]);
}

#[test]
fn too_long_and_stray() {
    let long = "x".repeat(100);
    let spot = |byte, line| Spot { byte, line };
    let cases: &[(String, &[&str], Problems)] = &[
        (
            format!("data: 1\n\ndata: {long}\n\ndata: 2\n\n"),
            &["1", "2"],
            Problems {
                too_long: vec![spot(9, 3)],
                ..Problems::default()
            },
        ),
        // many short lines are one event too
        (
            format!("id: 1\n{}\ndata: 2\n", "data: xxxxxxxxxx\n".repeat(5)),
            &["2"],
            Problems {
                too_long: vec![spot(0, 1)],
                ..Problems::default()
            },
        ),
        // the next event is found without a blank line too
        (
            format!("data: {{\"{long}\":1}}  \ndata: {{}}\n"),
            &["{}"],
            Problems {
                too_long: vec![spot(0, 1)],
                ..Problems::default()
            },
        ),
        // exactly the limit; comments and names without data do not matter
        (
            format!(
                "data: {}\n:{long}\n\nevent: {long}\n\n{{\"error\":1}}\n{long}\ndat: 1\n",
                &long[..58]
            ),
            &[&long[..58]],
            Problems {
                too_long: vec![],
                stray_lines: 3,
                first_stray: Some(spot(277, 6)),
            },
        ),
    ];
    for (text, data, problems) in cases {
        let whole = read(&[text.as_bytes()], 64);
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(read(&bytes, 64), whole, "byte by byte: {text}");
        let said: Vec<&str> = whole.0.iter().map(|event| event.0.as_str()).collect();
        assert_eq!(said, *data, "{text}");
        assert_eq!(whole.1, *problems, "{text}");
    }
}

/// Streams made of pieces that mean something, and of any bytes.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 16] = [
        b"data: ",
        b"data:",
        b"event: x",
        b"id: 1",
        b":",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b"{",
        b"}",
        b"{\"a\":1}",
        b"[DONE]",
        b"\xef\xbb\xbf",
        b"                  ",
    ];
    let piece = prop_oneof![
        8 => (0..PIECES.len()).prop_map(|index| PIECES[index].to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chunks_give_the_same_events(
        stream in streams(),
        max_bytes in prop_oneof![0usize..64, Just(1000)],
        sizes in prop::collection::vec(1usize..9, 1..6),
    ) {
        let whole = read(&[&stream], max_bytes);
        let mut rest = stream.as_slice();
        let mut chunks = Vec::new();
        for &size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        prop_assert_eq!(read(&chunks, max_bytes), whole);
    }

    #[test]
    fn events_lie_one_after_the_other(stream in streams(), max_bytes in 0usize..64) {
        let mut end = 0;
        let mut line = 0;
        for event in read(&[&stream], max_bytes).0 {
            prop_assert!(event.2 >= end && event.3 > event.2 && event.4 > line);
            prop_assert!(event.3 <= stream.len() as u64);
            // Lossy text may be up to three times as long.
            prop_assert!(event.0.len() <= 3 * max_bytes);
            (end, line) = (event.3, event.4);
        }
    }
}
