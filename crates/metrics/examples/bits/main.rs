//! Prints the bits of every figure, to compare one target with another: lines `case name hexbits`.
//!
//! Natively `cargo run -p metrics --example bits`; for wasm32 build it and run `node tests/bits.mjs <file.wasm>`.
//! Any difference between the two dumps means that a server and a browser would show different numbers.
#[path = "../../tests/figures/mod.rs"]
mod figures;
mod sweep;

use figures::{Figure, VECTORS, of_case};
use serde_json::Value;
use std::fmt::Write;

/// The whole dump.
fn dump() -> Result<String, serde_json::Error> {
    let vectors: Value = serde_json::from_slice(VECTORS)?;
    let mut out = String::new();
    for case in vectors["cases"].as_array().into_iter().flatten() {
        let id = case["id"].as_str().unwrap_or_default();
        for (name, figure) in of_case(case).into_iter().flatten() {
            line(&mut out, id, &name, &figure);
        }
    }
    for (name, hash) in sweep::hashes() {
        // Writing to a string does not fail.
        let _ = writeln!(out, "sweep {name} {hash:016x}");
    }
    Ok(out)
}

fn line(out: &mut String, id: &str, name: &str, figure: &Figure) {
    let bits = match figure {
        Figure::Undefined => "undefined".to_owned(),
        Figure::Infinite => "infinite".to_owned(),
        Figure::Flag(flag) => flag.to_string(),
        Figure::Number(number) => format!("{:016x}", number.to_bits()),
        Figure::List(numbers) => {
            let bits: Vec<String> = numbers
                .iter()
                .map(|number| format!("{:016x}", number.to_bits()))
                .collect();
            bits.join(",")
        }
    };
    let _ = writeln!(out, "{id} {name} {bits}");
}

fn main() -> Result<(), serde_json::Error> {
    print!("{}", dump()?);
    Ok(())
}

#[cfg(target_family = "wasm")]
mod export {
    use std::sync::LazyLock;

    static DUMP: LazyLock<String> =
        LazyLock::new(|| super::dump().unwrap_or_else(|error| error.to_string()));

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
