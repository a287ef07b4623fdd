//! Packed files: whatever follows the first bytes of gzip, zstd, zip and UTF-16, unpacking ends, within its limits.
#![no_main]
const BEGINNINGS: [&[u8]; 5] = [
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff",
    b"\x28\xb5\x2f\xfd",
    b"PK\x03\x04",
    b"\xff\xfe",
    b"\xfe\xff",
];

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (rest, chunk) = fuzz::chunked(input);
    for begin in BEGINNINGS {
        let file = [begin, rest].concat();
        let whole = fuzz::import(&file, usize::MAX);
        assert_eq!(fuzz::import(&file, chunk), whole, "chunks of {chunk} bytes");
    }
});
