//! How fast a model is here: `cargo run --release -p engine --example speed -- MODEL [TOKENS] [stored]`.
//!
//! One thread, two, or more: `RAYON_NUM_THREADS`.
use decoding::{Parameters, generate};
use engine::{Memory, Model, Precision, Session};
use std::{error::Error, path::PathBuf, sync::Arc, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path: PathBuf = arguments.next().ok_or("which model?")?.into();
    let tokens: usize = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let precision = match arguments.next() {
        Some(_) => Precision::Stored,
        None => Precision::Single,
    };
    let begin = Instant::now();
    let model = Arc::new(Model::load(&path, Memory::free(), precision)?);
    println!(
        "load           {:>8.2} s, {} {}",
        begin.elapsed().as_secs_f64(),
        model.architecture(),
        model.format()
    );
    let prompt: Vec<u32> = (0..256)
        .map(|at| (at * 37 + 11) % model.vocabulary() as u32)
        .collect();
    let begin = Instant::now();
    let mut read = 0;
    Session::new(&model, &prompt)?.read(&prompt, |_| {
        read += 1;
        true
    })?;
    println!(
        "score          {:>8.1} tokens/s",
        f64::from(read) / begin.elapsed().as_secs_f64()
    );
    for (beams, answers) in [("1", "1"), ("4", "1"), ("1", "4")] {
        let mut parameters = Parameters::default();
        parameters.set("max_new_tokens", &tokens.to_string())?;
        parameters.set("num_beams", beams)?;
        parameters.set("num_return_sequences", answers)?;
        parameters.set("do_sample", if answers == "1" { "false" } else { "true" })?;
        let mut session = Session::new(&model, &prompt)?;
        let mut first = parameters.clone();
        first.max_new_tokens = Some(1);
        let begin = Instant::now();
        generate(&mut session, &prompt, &first)?;
        let prompt_took = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let answer = generate(&mut session, &prompt, &parameters)?;
        let took = begin.elapsed().as_secs_f64() - prompt_took;
        let written = answer.sequences.first().map_or(0, |one| one.tokens.len());
        println!(
            "{beams} beams, {answers} answers: prompt {:.1} tokens/s, then {:.2} steps/s",
            prompt.len() as f64 / prompt_took,
            written as f64 / took
        );
    }
    Ok(())
}
