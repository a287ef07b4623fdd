//! Prints the bits of every processor case and of a few generations, to compare one target with another.
//!
//! Natively `cargo run -p decoding --example bits`; for wasm32 build it and run `node crates/metrics/tests/bits.mjs
//! <file.wasm>`. Any difference means that the same seed would write different texts in a browser and on a server.
#[path = "../../tests/cases/mod.rs"]
mod cases;
mod draws;

use std::fmt::Write;

/// The whole dump: one line per case.
fn dump() -> String {
    let mut out = String::new();
    for case in cases::all() {
        let scores: Vec<String> = case
            .scores
            .iter()
            .map(|score| format!("{:08x}", score.to_bits()))
            .collect();
        let probabilities: Vec<String> = case
            .probabilities
            .iter()
            .map(|p| format!("{:016x}", p.to_bits()))
            .collect();
        // Not only equal on both sides, but right on both.
        let near = |(a, b): (&f32, &f64)| {
            f64::from(*a) == *b || (f64::from(*a) - b).abs() <= 1e-6 * b.abs()
        };
        let differing = case
            .scores
            .iter()
            .zip(&case.expected_scores)
            .filter(|&pair| !near(pair))
            .count();
        let off = case
            .probabilities
            .iter()
            .zip(&case.expected_probabilities)
            .filter(|(a, b)| (*a - *b).abs() > 1e-6)
            .count();
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{} {} {} {differing}/{off}",
            case.name,
            scores.join(","),
            probabilities.join(",")
        );
    }
    for line in draws::lines() {
        let _ = writeln!(out, "{line}");
    }
    out
}

fn main() {
    print!("{}", dump());
}

#[cfg(target_family = "wasm")]
mod export {
    use std::sync::LazyLock;

    static DUMP: LazyLock<String> = LazyLock::new(super::dump);

    /// Where the dump begins in the memory.
    #[expect(
        unsafe_code,
        reason = "only an unmangled name can be called from JavaScript"
    )]
    #[unsafe(no_mangle)]
    extern "C" fn dump_start() -> *const u8 {
        DUMP.as_ptr()
    }

    /// How many bytes it has.
    #[expect(
        unsafe_code,
        reason = "only an unmangled name can be called from JavaScript"
    )]
    #[unsafe(no_mangle)]
    extern "C" fn dump_length() -> usize {
        DUMP.len()
    }
}
