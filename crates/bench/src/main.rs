//! `bench`: files for measurements, and the native sides of them. `cargo xtask bench` calls it.
//!
//! ```text
//! bench generate SHAPE BYTES FILE   writes a file
//! bench shapes                      names of the shapes
//! bench importer FILE               reads it once, for counting instructions
//! bench choose WAY                  chooses tokens out of a large vocabulary, for counting instructions
//! bench serve FILE                  reads `importer` or `serde` from its input, line by line, and answers each with
//!                                   milliseconds on the processor, by the clock, and the figures
//! ```
use bench::clock::measure;
use bench::{Shape, generate, sides};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write, stdin, stdout};
use std::process::ExitCode;

/// All files come from this seed: measurements of different days are of the same bytes.
const SEED: u64 = 1;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    match *arguments {
        ["generate", shape, bytes, file] => {
            let shape = Shape::named(shape).ok_or("there is no such shape")?;
            let mut out = BufWriter::new(File::create(file)?);
            generate(shape, SEED, bytes.parse()?, &mut out)?;
            out.flush()?;
        }
        ["shapes"] => Shape::ALL
            .iter()
            .for_each(|shape| println!("{}", shape.name())),
        ["importer", file] => println!("{}", sides::importer(&fs::read(file)?)),
        ["choose", way] => println!("{}", bench::choice::choose(way)?),
        ["serve", file] => serve(&fs::read(file)?)?,
        _ => return Err("see the beginning of crates/bench/src/main.rs".into()),
    }
    Ok(())
}

fn serve(bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    for line in stdin().lines() {
        let (figures, took) = match line?.as_str() {
            "importer" => measure(|| Ok(sides::importer(bytes))),
            "serde" => measure(|| sides::serde(bytes)),
            other => return Err(format!("`{other}` is not a side").into()),
        };
        println!("{} {} {}", took.cpu, took.wall, figures?);
        stdout().flush()?;
    }
    Ok(())
}
