//! The engine's side of `cargo xtask bench engine`: loads a model, reads a prompt, writes greedily, and says what each took.
//!
//! `speed MODEL THREADS PROMPT-TOKENS NEW-TOKENS`
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

use decoding::{Event, Parameters, generate_with};
use engine::{Memory, Model, Session};
use std::{fs, ops::ControlFlow, path::Path, sync::Arc, time::Instant};

/// Milliseconds of the processor, of all threads, and of the clock.
struct Clock {
    processor: f64,
    begun: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            processor: processor(),
            begun: Instant::now(),
        }
    }

    fn took(self, what: &str) {
        let wall = self.begun.elapsed().as_secs_f64() * 1000.0;
        println!("took {what} {:.3} {wall:.3}", processor() - self.processor);
    }
}

fn processor() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = |task: fs::DirEntry| -> f64 {
        let text = fs::read_to_string(task.path().join("schedstat"));
        let text = text.unwrap_or_default();
        let first = text.split(' ').next().and_then(|first| first.parse().ok());
        first.unwrap_or(0.0)
    };
    tasks.map(|task| nanoseconds(task.unwrap())).sum::<f64>() / 1e6
}

/// The most memory that the program had, bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse::<u64>().unwrap() * 1024
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, numbers @ ..] = arguments.as_slice() else {
        return;
    };
    let numbers: Vec<usize> = numbers.iter().map(|text| text.parse().unwrap()).collect();
    let [threads, prompt, new] = numbers[..] else {
        return;
    };
    engine::threads(threads).unwrap();

    let clock = Clock::start();
    let model = Arc::new(Model::load(Path::new(model), Memory::free()).unwrap());
    clock.took("load");

    // Any tokens will do; these are the same on the other side.
    let prompt: Vec<u32> = (0..prompt as u32)
        .map(|at| 1000 + at * 37 % 20_000)
        .collect();
    let mut parameters = Parameters {
        max_new_tokens: Some(new),
        ..Parameters::default()
    };
    parameters.set("do_sample", "false").unwrap();
    let mut session = Session::new(&model, &prompt).unwrap();
    let mut ids = Vec::new();
    let mut clock = Some(Clock::start());
    let mut writing = None;
    generate_with(&mut session, &prompt, &parameters, &mut |event| {
        if let Event::Token { token, .. } = event {
            ids.push(token.id.to_string());
            if let Some(clock) = clock.take() {
                clock.took("prompt");
                writing = Some(Clock::start());
            }
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    if let Some(clock) = writing {
        clock.took("write");
    }
    println!("value memory {}", peak());
    println!("ids {}", ids.join(" "));
}
