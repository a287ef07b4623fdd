//! Where records begin and end: whatever lies behind a good record, it is read.
#![no_main]
const GOOD: &str = r#"{"id":"good","object":"chat.completion","choices":[{"index":0,"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]},"finish_reason":"stop"}]}"#;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (rest, chunk) = fuzz::chunked(input);
    for between in [&b"\n"[..], b",", b" "] {
        // A list begins with a bracket.
        let begin: &[u8] = if between == b"," { b"[" } else { b"" };
        let file = [begin, GOOD.as_bytes(), between, rest].concat();
        let import = fuzz::check(&file, chunk);
        let first = import.columns.completions.first();
        assert!(
            first.is_some_and(|first| first.id == "good"),
            "the first record is lost"
        );
    }
});
