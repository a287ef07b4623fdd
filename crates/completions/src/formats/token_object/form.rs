//! The two ways in which nearly all token objects are written.

/// What stands around the values of an object.
pub(super) trait Form {
    const OBJECT: &'static [u8];
    const LOGPROB: &'static [u8];
    const BYTES: &'static [u8];
    const NO_BYTES: &'static [u8];
    const LISTED: &'static [u8];
    /// From one listed object into the next.
    const NEXT: &'static [u8];
    const SPACED: bool;
}

pub(super) struct Compact;

impl Form for Compact {
    const OBJECT: &'static [u8] = b"{\"token\":\"";
    const LOGPROB: &'static [u8] = b",\"logprob\":";
    const BYTES: &'static [u8] = b",\"bytes\":[";
    const NO_BYTES: &'static [u8] = b",\"bytes\":null";
    const LISTED: &'static [u8] = b",\"top_logprobs\":[";
    const NEXT: &'static [u8] = b"},{\"token\":\"";
    const SPACED: bool = false;
}

pub(super) struct Spaced;

impl Form for Spaced {
    const OBJECT: &'static [u8] = b"{\"token\": \"";
    const LOGPROB: &'static [u8] = b", \"logprob\": ";
    const BYTES: &'static [u8] = b", \"bytes\": [";
    const NO_BYTES: &'static [u8] = b", \"bytes\": null";
    const LISTED: &'static [u8] = b", \"top_logprobs\": [";
    const NEXT: &'static [u8] = b"}, {\"token\": \"";
    const SPACED: bool = true;
}
