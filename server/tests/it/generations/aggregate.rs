//! `GET /api/generations/aggregate` and the price table.
use super::stored;
use crate::app::{App, request};
use axum::body::Body;
use http::Method;
use serde_json::{Value, json};

async fn put_prices(app: &App, prices: &Value) -> (u16, Value) {
    let body = Body::from(prices.to_string());
    let reply = app
        .send(request(Method::PUT, "/api/prices", &[], body))
        .await;
    (reply.status.as_u16(), reply.json())
}

#[tokio::test]
async fn figures_of_groups() {
    let app = App::new().await;
    stored(&app).await;
    let whole: Value = app.get("/api/generations/aggregate").await.json();
    let distribution = |count: u64, mean: f64, p50: f64, last: f64| json!({"count": count, "mean": mean, "p50": p50, "p95": last, "p99": last});
    let none = json!({"count": 0, "mean": null, "p50": null, "p95": null, "p99": null});
    assert_eq!(
        whole,
        json!({"unreadRuns": 0, "groups": [{
            "group": {}, "count": 4, "tokens": {"prompt": 1, "completion": 4, "total": 12},
            "cost": {"USD": {"amount": 0.25, "fromRecords": 1, "fromPrices": 0}}, "withoutCost": 3,
            "latency": distribution(3, 200.0, 200.0, 300.0), "timeToFirstToken": none, "tokensPerSecond": 20.0, "perplexity": 2.0,
            "meanProb": 0.5, "rating": 2.0, "rated": 1, "thumbs": [0, 0], "scores": {"quality": 0.5}
        }]})
    );
    for (asked, want) in [
        (
            "group_by=model",
            json!([[{"model": "gpt-4o"}, 2], [{"model": "tiny"}, 2]]),
        ),
        (
            "group_by=day&model.id=tiny",
            json!([[{"day": "2025-01-03"}, 1], [{"day": "2025-01-04"}, 1]]),
        ),
        (
            "group_by=tag",
            json!([[{"tag": "x"}, 2], [{"tag": "y"}, 1], [{"tag": null}, 2]]),
        ),
        (
            "group_by=user",
            json!([[{"user": "u1"}, 2], [{"user": "u2"}, 1], [{"user": null}, 1]]),
        ),
        (
            "group_by=parameters.temperature",
            json!([[{"parameters.temperature": 0.5}, 1], [{"parameters.temperature": null}, 3]]),
        ),
        (
            "group_by=model,type&from=2025-01-03T00:00:00Z",
            json!([[{"model": "tiny", "type": "json"}, 1], [{"model": "tiny", "type": "text"}, 1]]),
        ),
        ("model.id=none", json!([])),
    ] {
        let answer: Value = app
            .get(&format!("/api/generations/aggregate?{asked}"))
            .await
            .json();
        let groups = answer["groups"].as_array().unwrap();
        let short: Vec<Value> = groups
            .iter()
            .map(|group| json!([group["group"], group["count"]]))
            .collect();
        assert_eq!(Value::Array(short), want, "{asked}");
    }
    for (asked, message) in [
        (
            "group_by=modell.id",
            "There is no field `modell.id`. Did you mean `model.id`?",
        ),
        (
            "groupby=model",
            "There is no parameter `groupby`. Did you mean `group_by`?",
        ),
        (
            "cost_min=x",
            "`cost_min` must be a number such as 1.5, not `x`.",
        ),
    ] {
        let reply = app
            .get(&format!("/api/generations/aggregate?{asked}"))
            .await;
        assert_eq!(reply.status, 400, "{asked}");
        assert_eq!(reply.json::<Value>()["message"], message, "{asked}");
    }
}

#[tokio::test]
async fn costs_from_the_table_are_told_apart() {
    let app = App::new().await;
    stored(&app).await;
    let none: Value = app.get("/api/prices").await.json();
    assert_eq!(none, json!({"currency": "USD", "models": {}}));
    let prices = json!({"currency": "EUR", "models": {"tiny": {"input": 1.0, "output": 500_000.0}, "gpt-4o": {"input": 9.0, "output": 9.0}}});
    assert_eq!(put_prices(&app, &prices).await, (200, prices.clone()));
    assert_eq!(app.get("/api/prices").await.json::<Value>(), prices);
    let answer: Value = app
        .get("/api/generations/aggregate?group_by=model")
        .await
        .json();
    // What the record says counts; without counts of tokens there is nothing to compute.
    assert_eq!(
        answer["groups"][0]["cost"],
        json!({"USD": {"amount": 0.25, "fromRecords": 1, "fromPrices": 0}})
    );
    assert_eq!(answer["groups"][0]["withoutCost"], 1);
    assert_eq!(
        answer["groups"][1]["cost"],
        json!({"EUR": {"amount": 1.0, "fromRecords": 0, "fromPrices": 1}})
    );
    for (wrong, message) in [
        (
            json!({"currency": "euro", "models": {}}),
            "`currency` is a code of three letters, such as USD.",
        ),
        (
            json!({"currency": "EUR", "models": {"m": {"input": -1, "output": 0}}}),
            "Prices are numbers of at least 0, for a million tokens.",
        ),
        (
            json!({"currency": "EUR", "models": {"m": {"in": 1}}}),
            "Send a JSON object with `currency` (such as USD) and `models`, each with `input` and `output`, the prices of a million tokens: unknown field `in`, expected `input` or `output` at line 1 column 37.",
        ),
    ] {
        let (status, error) = put_prices(&app, &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert_eq!(error["message"], message, "{wrong}");
    }
    assert_eq!(app.get("/api/prices").await.json::<Value>(), prices);
}
