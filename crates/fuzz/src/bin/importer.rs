//! Any file of any format: chunks and summaries give the same, the columns fit each other.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (file, chunk) = fuzz::chunked(input);
    fuzz::check(file, chunk);
});
