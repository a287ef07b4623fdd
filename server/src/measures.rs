//! What the server counts of itself, and of the stored generations, for Prometheus.
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::sync::{Arc, atomic::AtomicU64};
use std::time::Instant;
use storage::Aggregate;

use crate::state::Server;

/// Seconds of the shortest bucket of durations, and how many buckets there are, each twice as long as the one before: to 16 s.
const BUCKETS: (f64, u16) = (0.001, 15);

/// The label of addresses where nothing is: they are not named, since there is no end to them.
const ELSEWHERE: &str = "elsewhere";

type Share = Gauge<f64, AtomicU64>;

/// Requests of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    /// The address with the names of its parts, such as `/api/runs/{id}`.
    route: String,
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Routed {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Model {
    model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelTokens {
    model: String,
    /// `prompt` or `completion`.
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelQuantile {
    model: String,
    /// `0.5`, `0.95` or `0.99`.
    quantile: &'static str,
}

/// All that is counted. Names and units are those of the answer of `GET /metrics`.
#[derive(Debug)]
pub struct Measures {
    registry: Registry,
    requests: Family<Asked, Counter>,
    durations: Family<Routed, Histogram>,
    uploads: Gauge,
    generations: Family<Model, Gauge>,
    tokens: Family<ModelTokens, Gauge>,
    latencies: Family<ModelQuantile, Share>,
    speeds: Family<Model, Share>,
}

impl Default for Measures {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("surprisal");
        let histogram: fn() -> Histogram = || {
            let (first, count) = BUCKETS;
            Histogram::new(exponential_buckets(first, 2.0, count))
        };
        let measures = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            uploads: Gauge::default(),
            generations: Family::default(),
            tokens: Family::default(),
            latencies: Family::default(),
            speeds: Family::default(),
        };
        registry.register(
            "http_requests",
            "Requests answered",
            measures.requests.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Time until the head of an answer",
            measures.durations.clone(),
        );
        registry.register(
            "uploads_running",
            "Uploads on their way",
            measures.uploads.clone(),
        );
        registry.register(
            "generations",
            "Stored generations",
            measures.generations.clone(),
        );
        registry.register(
            "generation_tokens",
            "Tokens of stored generations, as their usage says",
            measures.tokens.clone(),
        );
        registry.register(
            "generation_latency_seconds",
            "Latency of stored generations that say theirs",
            measures.latencies.clone(),
        );
        registry.register(
            "generation_tokens_per_second",
            "Mean speed of stored generations that say their latency",
            measures.speeds.clone(),
        );
        Self {
            registry,
            ..measures
        }
    }
}

impl Measures {
    /// Everything as text, in the format of OpenMetrics.
    pub fn to_text(&self, uploads: usize, by_model: &Aggregate) -> String {
        self.uploads.set(i64::try_from(uploads).unwrap_or(i64::MAX));
        self.count_generations(by_model);
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Generations may have been deleted since: what is gone is forgotten.
    fn count_generations(&self, by_model: &Aggregate) {
        self.generations.clear();
        self.tokens.clear();
        self.latencies.clear();
        self.speeds.clear();
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for figures in &by_model.groups {
            let named = figures.group.get("model").and_then(|name| name.as_str());
            let model = named.unwrap_or_default().to_owned();
            let of = Model {
                model: model.clone(),
            };
            self.generations
                .get_or_create(&of)
                .set(whole(figures.count));
            for (kind, count) in [
                ("prompt", figures.tokens.prompt),
                ("completion", figures.tokens.completion),
            ] {
                let model = model.clone();
                let of = ModelTokens { model, kind };
                self.tokens.get_or_create(&of).set(whole(count));
            }
            let latency = &figures.latency;
            for (quantile, milliseconds) in [
                ("0.5", latency.p50),
                ("0.95", latency.p95),
                ("0.99", latency.p99),
            ] {
                if let Some(milliseconds) = milliseconds {
                    let model = model.clone();
                    let of = ModelQuantile { model, quantile };
                    self.latencies.get_or_create(&of).set(milliseconds / 1000.0);
                }
            }
            if let Some(speed) = figures.tokens_per_second {
                self.speeds.get_or_create(&of).set(speed);
            }
        }
    }
}

/// Counts a request and how long it took.
pub async fn measure(State(server): State<Server>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or(ELSEWHERE, MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let start = Instant::now();
    let response = next.run(request).await;
    let measures: &Arc<Measures> = &server.measures;
    let status = response.status().as_u16();
    let of = Routed {
        route: route.clone(),
    };
    measures
        .durations
        .get_or_create(&of)
        .observe(start.elapsed().as_secs_f64());
    let of = Asked {
        route,
        method,
        status,
    };
    measures.requests.get_or_create(&of).inc();
    response
}
