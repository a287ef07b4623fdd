//! OpenTelemetry: a collector on loopback decodes what comes.
use crate::app::App;
use crate::generations::RECORDS;
use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message as _;
use server::telemetry::{Setting, Telemetry};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// What came, each with the scope that made it.
type Seen = Arc<Mutex<Vec<(String, Span)>>>;

struct Collector {
    endpoint: String,
    seen: Seen,
    service: Arc<Mutex<String>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (seen, service): (Seen, Arc<Mutex<String>>) = Default::default();
        let take = async |State((seen, service)): State<(Seen, Arc<Mutex<String>>)>,
                          headers: HeaderMap,
                          body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            for resource in request.resource_spans {
                let named = resource.resource.unwrap().attributes;
                *service.lock().unwrap() = text(&named, "service.name").unwrap();
                for scope in resource.scope_spans {
                    let name = scope.scope.unwrap().name;
                    let spans = scope.spans.into_iter().map(|span| (name.clone(), span));
                    seen.lock().unwrap().extend(spans);
                }
            }
            StatusCode::OK
        };
        let routes = Router::new()
            .route("/v1/traces", post(take))
            .with_state((seen.clone(), service.clone()));
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        Self {
            endpoint,
            seen,
            service,
        }
    }

    /// The spans of a scope, once there are so many.
    async fn spans(&self, scope: &str, count: usize) -> Vec<Span> {
        let begin = Instant::now();
        loop {
            let seen = self.seen.lock().unwrap().clone();
            let spans: Vec<Span> = seen
                .into_iter()
                .filter(|(name, _)| name == scope)
                .map(|(_, span)| span)
                .collect();
            assert!(spans.len() <= count, "{spans:?}");
            if spans.len() == count {
                return spans;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "{spans:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

const REQUESTS: &str = "surprisal.http";
const GENERATIONS: &str = "surprisal.generations";

fn value<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|one| one.key == name)?;
    found.value.as_ref()?.value.as_ref()
}

fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    match value(attributes, name)? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        Value::DoubleValue(number) => Some(number.to_string()),
        Value::ArrayValue(values) => {
            let one = |value: &AnyValue| match &value.value {
                Some(Value::StringValue(text)) => text.clone(),
                other => format!("{other:?}"),
            };
            Some(values.values.iter().map(one).collect::<Vec<_>>().join(","))
        }
        other => Some(format!("{other:?}")),
    }
}

fn sending(app: App, setting: &Setting) -> (App, Telemetry) {
    let telemetry = Telemetry::start(setting).unwrap();
    (app.telling(telemetry.clone()), telemetry)
}

fn to(collector: &Collector, content: bool) -> Setting {
    Setting {
        endpoint: Some(collector.endpoint.clone()),
        content,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_spans_of_their_callers() {
    let collector = Collector::start().await;
    let (app, _) = sending(App::new().await, &to(&collector, false));
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let headers = |flags: &str| format!("00-{trace}-{parent}-{flags}");
    let reply = app
        .get_with(
            "/api/runs/01jgfjjz00rstv1234567890ab?secret=word",
            &[("traceparent", &headers("01")), ("user-agent", "a test")],
        )
        .await;
    assert_eq!(reply.status, 404);
    let id = reply.header("x-request-id").to_owned();
    // Who decided that it is not traced, and who only watches.
    app.get_with("/api/runs", &[("traceparent", &headers("00"))])
        .await;
    for watched in ["/metrics", "/api/health", "/api/ready"] {
        app.get(watched).await;
    }
    let alone = app.get("/api/runs").await.header("x-request-id").to_owned();
    let spans = collector.spans(REQUESTS, 2).await;
    assert_eq!(*collector.service.lock().unwrap(), "surprisal");
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let called = &spans[0];
    assert_eq!(called.name, "GET /api/runs/{id}");
    assert_eq!(
        (hex(&called.trace_id), hex(&called.parent_span_id)),
        (trace.into(), parent.into())
    );
    assert_eq!(called.kind, SpanKind::Server as i32);
    assert!(called.end_time_unix_nano >= called.start_time_unix_nano);
    for (name, expected) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/runs/{id}"),
        ("http.response.status_code", "404"),
        ("user_agent.original", "a test"),
        ("surprisal.request.id", &id),
    ] {
        assert_eq!(
            text(&called.attributes, name).as_deref(),
            Some(expected),
            "{name}"
        );
    }
    assert!(
        !format!("{spans:?}").contains("word"),
        "the query is nobody's business"
    );
    // Without a caller the trace is the id of the request.
    let own = ulid::Ulid::from_string(&alone.to_uppercase()).unwrap();
    assert_eq!(hex(&spans[1].trace_id), format!("{:032x}", own.0));
    assert_eq!(hex(&spans[1].parent_span_id), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn generations_that_come_in_are_spans() {
    let collector = Collector::start().await;
    let (app, _) = sending(App::new().await, &to(&collector, false));
    let reply = app.post("/api/generations", &[], RECORDS).await;
    let run = reply.json::<serde_json::Value>()["run"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut spans = collector.spans(GENERATIONS, 4).await;
    spans.sort_by_key(|span| span.start_time_unix_nano);
    let first = &spans[0];
    assert_eq!(first.name, "chat gpt-4o");
    assert_eq!(first.kind, SpanKind::Client as i32);
    // 2025-01-01, and 100 ms later.
    assert_eq!(first.start_time_unix_nano, 1_735_689_600_000_000_000);
    assert_eq!(first.end_time_unix_nano, 1_735_689_600_100_000_000);
    let key = format!("{run}-0");
    for (name, expected) in [
        ("gen_ai.operation.name", Some("chat")),
        ("gen_ai.request.model", Some("gpt-4o")),
        ("gen_ai.response.model", Some("gpt-4o")),
        ("gen_ai.response.id", Some("a")),
        ("gen_ai.usage.input_tokens", Some("1")),
        ("gen_ai.usage.output_tokens", Some("2")),
        ("gen_ai.request.temperature", Some("0.5")),
        ("gen_ai.conversation.id", Some("s1")),
        ("gen_ai.output.type", Some("text")),
        ("user.id", Some("u1")),
        ("surprisal.generation.key", Some(&key)),
        ("surprisal.perplexity", None),
    ] {
        assert_eq!(text(&first.attributes, name).as_deref(), expected, "{name}");
    }
    let with_values = &spans[2];
    assert_eq!(
        text(&with_values.attributes, "surprisal.perplexity").as_deref(),
        Some("2")
    );
    assert_eq!(
        text(&spans[3].attributes, "gen_ai.output.type").as_deref(),
        Some("json")
    );
    let all = format!("{spans:?}");
    for word in ["Hello", "Code?", "fn main"] {
        assert!(!all.contains(word), "nobody asked for contents");
    }
    // Four traces, and the same ids whenever they are sent.
    let mut traces: Vec<_> = spans.iter().map(|span| span.trace_id.clone()).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_a_trace_is_a_child_in_it_and_contents_come_when_asked_for() {
    let collector = Collector::start().await;
    let (app, telemetry) = sending(App::new().await, &to(&collector, true));
    let record = r#"{"id":"a","model":{"id":"m","provider":"openai"},"input":{"content":[{"role":"system","content":"Be short."},{"role":"user","content":"Hi"}]},"output":{"content":"Hello"},"finishReason":"length","parameters":{"topP":0.5,"maxTokens":7,"stopSequences":["\n","END"],"seed":3},"metadata":{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}}"#;
    // By the other way in.
    app.store("x.jsonl", format!("{record}\n")).await;
    let span = collector.spans(GENERATIONS, 1).await.remove(0);
    telemetry.flush(Duration::from_secs(5)).await;
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    assert_eq!(hex(&span.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&span.parent_span_id), "00f067aa0ba902b7");
    for (name, expected) in [
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.response.finish_reasons", "length"),
        ("gen_ai.request.top_p", "0.5"),
        ("gen_ai.request.max_tokens", "7"),
        ("gen_ai.request.stop_sequences", "\n,END"),
        ("gen_ai.request.seed", "3"),
        (
            "gen_ai.input.messages",
            r#"[{"parts":[{"content":"Be short.","type":"text"}],"role":"system"},{"parts":[{"content":"Hi","type":"text"}],"role":"user"}]"#,
        ),
        (
            "gen_ai.output.messages",
            r#"[{"finish_reason":"length","parts":[{"content":"Hello","type":"text"}],"role":"assistant"}]"#,
        ),
    ] {
        assert_eq!(
            text(&span.attributes, name).as_deref(),
            Some(expected),
            "{name}"
        );
    }
}

/// More than the queue holds: none of a run is lost, whoever is slow.
#[tokio::test(flavor = "multi_thread")]
async fn every_generation_of_a_large_run_arrives() {
    let collector = Collector::start().await;
    let (app, _) = sending(App::new().await, &to(&collector, false));
    let records: String = (0..3000)
        .map(|n| {
            format!(
                "{{\"id\":\"{n}\",\"model\":{{\"id\":\"m\"}},\"output\":{{\"content\":\"t\"}}}}\n"
            )
        })
        .collect();
    app.store("many.jsonl", records).await;
    collector.spans(GENERATIONS, 3000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_costs_nobody_anything() {
    // Nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let setting = Setting {
        endpoint: Some(endpoint),
        content: false,
    };
    let (app, telemetry) = sending(App::new().await, &setting);
    for _ in 0..20 {
        assert_eq!(app.get("/api/runs").await.status, 200);
    }
    app.store("x.jsonl", RECORDS).await;
    telemetry.flush(Duration::from_secs(20)).await;
    assert_eq!(app.list().await.total, 1);

    // One that takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let setting = Setting {
        endpoint: Some(format!("http://{}", silent.local_addr().unwrap())),
        content: false,
    };
    let (app, telemetry) = sending(App::new().await, &setting);
    let begin = Instant::now();
    for _ in 0..20 {
        assert_eq!(app.get("/api/runs").await.status, 200);
    }
    telemetry.flush(Duration::from_millis(100)).await;
    assert!(
        begin.elapsed() < Duration::from_secs(8),
        "requests wait for it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_configured() {
    let collector = Collector::start().await;
    let telemetry = Telemetry::start(&Setting::default()).unwrap();
    let app = App::new().await.telling(telemetry);
    app.store("x.jsonl", RECORDS).await;
    app.get("/api/runs").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(collector.seen.lock().unwrap().is_empty());
    let wrong = Setting {
        endpoint: Some("collector:4317".into()),
        content: false,
    };
    let error = Telemetry::start(&wrong).unwrap_err();
    assert_eq!(
        error,
        "the collector `collector:4317/v1/traces` is no address: OpenTelemetry is sent by OTLP over HTTP, such as to \
         http://127.0.0.1:4318"
    );
}
