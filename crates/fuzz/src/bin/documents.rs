//! Text that is not JSON: cassettes, Python literals, documents with JSON in them.
#![no_main]
const BEGINNINGS: [&str; 6] = [
    "interactions:\n- response:\n    body:\n      string: ",
    "interactions:\n- response: {body: {string: '",
    "[{'id': 'a', 'choices': [",
    "ChatCompletion(id='x', choices=[Choice(",
    "# Notes\n```json\n",
    "2024-01-01 INFO answer ",
];

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (rest, chunk) = fuzz::chunked(input);
    for begin in BEGINNINGS {
        fuzz::check(&[begin.as_bytes(), rest].concat(), chunk);
    }
});
