//! Prints what the importer makes of files: `cargo run -p completions --example report FILE…`.
use completions::{Importer, Limits};
use std::io::Read;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let mut file = std::fs::File::open(&path)?;
        let mut importer = Importer::new(Limits::default());
        let mut chunk = vec![0; 8 << 20];
        loop {
            match file.read(&mut chunk)? {
                0 => break,
                len => importer.push(&chunk[..len]),
            }
        }
        let import = importer.finish();
        let (report, metrics) = (&import.report, &import.metrics);
        println!("{path}");
        println!(
            "  {} / {}, {} records",
            report.format_name(),
            report.container,
            report.records
        );
        println!(
            "  {} sequences, {} scored tokens, perplexity {:?}, probability {:?}",
            metrics.n_sequences,
            metrics.counts.scored,
            metrics.perplexity_mean_of_sequences,
            metrics.probability_mean_of_sequences
        );
        for line in &report.evidence {
            println!("  {line}");
        }
        for problem in &report.problems {
            println!(
                "  [{:?}] {}: {} {}",
                problem.level,
                problem.code,
                problem.sentence(),
                problem.remedy()
            );
        }
    }
    Ok(())
}
