//! Server-sent events: any lines behind a first event, with any ends of lines.
#![no_main]
const BEGIN: &str = "data: {\"id\":\"s\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-1}]},\"finish_reason\":null}]}\n\n";

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (rest, chunk) = fuzz::chunked(input);
    let file = [BEGIN.as_bytes(), rest].concat();
    fuzz::check(&file, chunk);
    fuzz::check(&[b"event: x\r\ndata: ", rest].concat(), chunk);
});
