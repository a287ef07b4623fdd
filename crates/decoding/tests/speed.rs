//! How long the choice of a token takes: `cargo test -p decoding --release --test speed -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use decoding::random::Random;
use decoding::{Parameters, Processors, softmax};
use std::hint::black_box;
use std::time::{Duration, Instant};

const VOCABULARY: usize = 150_000;
/// Milliseconds per token for temperature, top_k and top_p.
const GOAL: f64 = 0.3;

#[test]
#[ignore = "a measurement"]
fn milliseconds_per_token() {
    let mut random = Random::new(1, 0);
    // A sum of even numbers is nearly normal: most logits far below the best, as in models.
    let logits: Vec<f32> = (0..VOCABULARY)
        .map(|_| ((0..12).map(|_| random.unit()).sum::<f64>() as f32 - 6.0) * 3.0)
        .collect();
    let mut goal = f64::INFINITY;
    for (name, settings) in [
        (
            "temperature, top_k, top_p",
            "temperature=0.8 top_k=50 top_p=0.9",
        ),
        ("temperature, top_p", "temperature=0.8 top_k=0 top_p=0.9"),
        ("nothing", "top_k=0"),
        ("typical_p", "top_k=0 typical_p=0.9"),
    ] {
        let mut parameters = Parameters {
            do_sample: Some(true),
            ..Parameters::default()
        };
        for (name, value) in settings.split(' ').filter_map(|one| one.split_once('=')) {
            parameters.set(name, value).unwrap();
        }
        let in_force = parameters.settings().unwrap();
        let processors = Processors::new(&in_force, 1);
        let took = best_of(|| {
            let mut scores = logits.clone();
            processors.process(&[0], &mut scores);
            black_box(processors.narrow(&mut scores).draw(&mut random));
        });
        println!("{took:.3} ms per token: {name}");
        goal = goal.min(if settings.contains("top_k=50") {
            took
        } else {
            f64::INFINITY
        });
    }
    let took = best_of(|| {
        black_box(softmax::log_sum_exp(black_box(&logits)));
    });
    println!("{took:.3} ms for the log-probability of the chosen token");
    assert!(goal < GOAL, "{goal} ms, the goal is {GOAL} ms");
}

fn best_of(mut work: impl FnMut()) -> f64 {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let best = (0..200)
        .map(|_| once(&mut work))
        .min()
        .unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1000.0
}
