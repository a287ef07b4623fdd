//! Writes the seeds of the property tests into a folder, each into a folder of its own, for fuzzing:
//! `cargo run -p completions --example seeds FOLDER`.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "shared with the tests, which may stop when something is wrong"
)]
#[path = "../tests/common/seeds.rs"]
mod seeds;

use completions::{Importer, Limits};
use std::path::Path;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        return Err(std::io::Error::other("say into which folder"));
    };
    for (nth, seed) in seeds::seeds().iter().enumerate() {
        let mut importer = Importer::new(Limits::default());
        importer.push(seed);
        let report = importer.finish().report;
        let name = format!("{nth:02}-{}-{}", report.container, report.format_name());
        let own = Path::new(&folder).join(name);
        std::fs::create_dir_all(&own)?;
        // The first byte says in which chunks the file comes.
        std::fs::write(own.join("seed"), [&[7], seed.as_slice()].concat())?;
    }
    Ok(())
}
