//! How long questions take when there are very many records. Not a test: it prints what it finds.
use super::row::Row;
use super::*;
use crate::generations::aggregate::{AggregateQuery, Group};
use crate::generations::price::Prices;
use crate::generations::query::{GenerationQuery, GenerationSort};
use crate::{Filter, keys};
use ::generations::reader::Span;
use ::generations::record::{Content, Kind, Metrics, Thumbs};
use ::generations::{Feedback, Generation};
use serde_json::json;
use std::time::{Duration, Instant};
use ulid::Ulid;

/// Records of one run.
const RUN: u64 = 20_000;
const FACETS: [&str; 6] = [
    "model.id",
    "output.type",
    "finishReason",
    "feedback.state",
    "metadata.userId",
    "metadata.tags",
];

/// A number from 0 to 1 that is the same every time.
fn noise(number: u64, salt: u64) -> f64 {
    let mut state =
        (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    f64::from(u32::try_from((state ^ (state >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
}

/// What a team has: a few models that write most, many users, tags on some, costs on half, and a verdict on one of twenty.
fn record(number: u64) -> Generation {
    let pick = |salt: u64, most: f64| {
        let part = noise(number, salt);
        part * part * part * most
    };
    let whole = |value: f64| value as u64;
    let words = "A sentence of the kind that a model writes when it is asked for one. ";
    let text = |salt| Content::Text(words.repeat(1 + whole(pick(salt, 12.0)) as usize));
    let chance = |salt: u64, part: f64| noise(number, salt) < part;
    let mut one = Generation {
        id: format!("generation-{number}"),
        timestamp: Some(
            ::generations::record::rfc3339(1_700_000_000.0 + number as f64 * 25.0).unwrap(),
        ),
        finish_reason: Some(
            ["stop", "length", "tool_calls"][whole(pick(1, 3.0)).min(2) as usize].into(),
        ),
        ..Generation::default()
    };
    one.model.id = format!("model-{}", whole(pick(2, 12.0)));
    one.input.content = text(3);
    one.output.content = text(4);
    one.output.kind = [Kind::Text, Kind::Code, Kind::Json][whole(pick(5, 3.0)).min(2) as usize];
    one.metadata.user_id = chance(6, 0.9).then(|| format!("user-{}", whole(pick(7, 1000.0))));
    one.metadata.session_id = chance(8, 0.7).then(|| format!("session-{}", number / 7));
    one.metadata.tags = chance(9, 0.3).then(|| vec![format!("tag-{}", whole(pick(10, 20.0)))]);
    one.parameters.temperature = Some((noise(number, 11) * 10.0).round() / 10.0);
    one.performance.latency = Some(200.0 + pick(12, 30_000.0));
    one.performance.time_to_first_token = Some(50.0 + pick(13, 900.0));
    one.performance.tokens_per_second = Some(10.0 + noise(number, 14) * 90.0);
    let (prompt, completion) = (20 + whole(pick(15, 4000.0)), 5 + whole(pick(16, 2000.0)));
    one.usage.prompt_tokens = Some(prompt);
    one.usage.completion_tokens = Some(completion);
    one.usage.total_tokens = Some(prompt + completion);
    one.usage.cost = chance(17, 0.5).then(|| (prompt + completion) as f64 * 1e-6);
    one.metrics = Some(Metrics {
        perplexity: Some(1.0 + pick(18, 20.0)),
        mean_prob: Some(noise(number, 19)),
        ..Metrics::default()
    });
    one.feedback = chance(20, 0.05).then(|| Feedback {
        rating: Some(1.0 + (noise(number, 21) * 4.0).round()),
        thumbs: chance(22, 0.5).then_some(Thumbs::Up),
        ..Feedback::default()
    });
    one
}

fn fill(index: &Generations, many: u64) {
    let access = index.access();
    for begin in (0..many).step_by(256) {
        access
            .with(|db| {
                let change = db.transaction()?;
                for number in begin..many.min(begin + 256) {
                    let run = Ulid::from_parts(1_735_689_600_000 + number / RUN * 1000, 7);
                    let mut one = record(number);
                    one.source.key = format!("{}-{}", keys::lower(run), number % RUN);
                    let span = Span {
                        source: 0,
                        start: number * 900,
                        len: 900,
                        form: completions::Form::default(),
                        packed: false,
                        nth: 0,
                        joined: false,
                        number: number % RUN,
                    };
                    Row::new(run, one, span).unwrap().insert(&change, run)?;
                }
                change.commit()
            })
            .unwrap();
    }
}

/// Times of one question, asked again and again.
struct Times(Vec<Duration>);

impl Times {
    fn print(mut self, what: &str) {
        self.0.sort();
        let at = |part: usize| {
            self.0[(self.0.len() * part).div_ceil(100).max(1) - 1].as_secs_f64() * 1e3
        };
        println!(
            "| {what} | {:.1} ms | {:.1} ms | {:.1} ms |",
            at(50),
            at(95),
            at(100)
        );
    }
}

async fn ask<T>(what: &str, times: usize, mut question: impl AsyncFnMut(usize) -> T) {
    let mut all = Vec::new();
    for nth in 0..times {
        let begin = Instant::now();
        question(nth).await;
        all.push(begin.elapsed());
    }
    Times(all).print(what);
}

/// Prints times for a million records, or as many as `RECORDS` says; `GENERATIONS` names a file to keep them in. Run it
/// optimised: `cargo test --release -p storage --lib generations::many -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of minutes"]
async fn questions_about_very_many_records() {
    let many: u64 = std::env::var("RECORDS").map_or(1_000_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("GENERATIONS").map(std::path::PathBuf::from);
    let file = kept.unwrap_or_else(|| dir.path().join("catalogue.sqlite"));
    let begin = Instant::now();
    let index = Generations::open(Some(&file), "many").unwrap();
    println!("opened in {:?}", begin.elapsed());
    let sql = "SELECT count(*) FROM generations";
    let counted = |index: &Generations| {
        index
            .access()
            .with(|db| db.query_row(sql, [], |row| row.get::<_, u64>(0)))
            .unwrap()
    };
    if counted(&index) != many {
        let begin = Instant::now();
        fill(&index, many);
        println!("{many} records were put in within {:?}", begin.elapsed());
        let begin = Instant::now();
        drop(index);
        let index = Generations::open(Some(&file), "many").unwrap();
        println!(
            "opened again in {:?}: {} bytes",
            begin.elapsed(),
            index.file.as_ref().unwrap().metadata().unwrap().len()
        );
        drop(index);
    }
    let index = Generations::open(Some(&file), "many").unwrap();
    assert_eq!(counted(&index), many);
    println!("| Question | median | p95 | worst |\n|---|---|---|---|");
    pages(&index).await;
    counts(&index).await;
}

fn filter(conditions: &serde_json::Value) -> Filter {
    Filter::parse(conditions.as_object().unwrap()).unwrap()
}

/// What lists are narrowed to, from common to rare.
fn filters() -> Vec<(&'static str, Filter)> {
    vec![
        ("all", filter(&json!({}))),
        (
            "the commonest model",
            filter(&json!({"model.id": "model-0"})),
        ),
        ("a rare model", filter(&json!({"model.id": "model-11"}))),
        (
            "model and kind",
            filter(&json!({"model.id": "model-1", "output.type": "code"})),
        ),
        ("one user", filter(&json!({"metadata.userId": "user-500"}))),
        ("a tag", filter(&json!({"metadata.tags": "tag-3"}))),
        ("thumbs up", filter(&json!({"feedback.state": "up"}))),
        (
            "a range of perplexity",
            filter(&json!({"metrics.perplexity": {"gte": 3, "lte": 4}})),
        ),
        (
            "a day",
            filter(
                &json!({"timestamp": {"gte": 1_710_000_000_000_u64, "lte": 1_710_086_400_000_u64}}),
            ),
        ),
    ]
}

async fn pages(index: &Generations) {
    let sorts = [
        "-timestamp",
        "timestamp",
        "-latency",
        "latency",
        "-cost",
        "-tokens",
        "-perplexity",
        "perplexity",
        "-probability",
        "-rating",
    ];
    for (narrowed, filter) in filters() {
        let mut all = Vec::new();
        for sort in sorts {
            let mut query = GenerationQuery {
                filter: filter.clone(),
                sort: GenerationSort::parse(sort).unwrap(),
                ..GenerationQuery::default()
            };
            let mut times = Vec::new();
            for _ in 0..20 {
                let begin = Instant::now();
                let list = index.list(&query).await.unwrap();
                times.push(begin.elapsed());
                query.cursor = list.next.unwrap_or_default();
            }
            if narrowed == "all" {
                Times(times).print(&format!("20 pages by {sort}"));
            } else {
                all.extend(times);
            }
        }
        if !all.is_empty() {
            Times(all).print(&format!("20 pages of {narrowed}, by ten orders"));
        }
    }
}

async fn counts(index: &Generations) {
    for (narrowed, filter) in filters() {
        ask(&format!("count of {narrowed}"), 5, async |_| {
            index.count(&filter).await.unwrap()
        })
        .await;
        ask(&format!("facets of {narrowed}"), 5, async |_| {
            futures::future::try_join_all(FACETS.map(|name| index.facet(&filter, name, 12)))
                .await
                .unwrap()
        })
        .await;
        let groups: &[&str] = match narrowed {
            "all" => &["model", "day", "day,model", "tag", "parameters.temperature"],
            _ => &["model"],
        };
        for by in groups {
            let query = AggregateQuery {
                filter: filter.clone(),
                groups: Group::several(by).unwrap(),
            };
            ask(&format!("figures of {narrowed}, by {by}"), 3, async |_| {
                index
                    .aggregate(query.clone(), Prices::default())
                    .await
                    .unwrap()
            })
            .await;
        }
    }
}
