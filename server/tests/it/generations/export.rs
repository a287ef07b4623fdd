//! `POST /api/generations/export`.
use super::stored;
use crate::app::{App, TINY};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::{Value, json};

async fn export(app: &App, asked: &Value) -> String {
    let reply = app
        .post("/api/generations/export", &[], asked.to_string())
        .await;
    assert_eq!(reply.status, 200, "{asked}: {}", reply.text());
    reply.text().to_owned()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn filters_of_exports() {
    let app = App::new().await;
    stored(&app).await;
    for (filters, want) in [
        (json!({}), vec!["a", "b", "c", "d"]),
        (json!({"model.id": "tiny"}), vec!["c", "d"]),
        (
            json!({"output.type": {"in": ["code", "json"]}}),
            vec!["b", "d"],
        ),
        (
            json!({"performance.latency": {"gte": 150, "lte": 250}}),
            vec!["d"],
        ),
        (
            json!({"timestamp": {"lte": "2025-01-02T00:00:00Z"}}),
            vec!["a", "b"],
        ),
        (json!({"parameters.temperature": {"gte": 0.5}}), vec!["a"]),
        (json!({"metadata.team": "red"}), vec!["a"]),
        (json!({"metadata.tags": {"in": ["y", "z"]}}), vec!["a"]),
        (json!({"scores.quality": {"lte": 0.5}}), vec!["b"]),
        (
            json!({"feedback.rating": {"gte": 1}, "metadata.userId": "u1"}),
            vec!["a"],
        ),
        (json!({"metadata.nothing": "x"}), vec![]),
    ] {
        let text = export(&app, &json!({"filters": filters, "fields": ["id"]})).await;
        let ids: Vec<Value> = lines(&text).iter().map(|line| line["id"].clone()).collect();
        assert_eq!(ids, want, "{filters}");
    }
}

#[tokio::test]
async fn whole_records_are_those_of_the_address_of_each() {
    let app = App::new().await;
    let run = stored(&app).await;
    let exported = lines(&export(&app, &json!({})).await);
    for (nth, record) in exported.iter().enumerate() {
        let mut one: Value = app
            .get(&format!("/api/generations/{run}-{nth}"))
            .await
            .json();
        one.as_object_mut().unwrap().remove("feedbackHistory");
        assert_eq!(&one, record);
    }
}

/// Contents that lists cut short are whole, whether they are read by their range of bytes, or in a pass over their run.
#[tokio::test]
async fn long_contents() {
    let app = App::new().await;
    let line = |nth: usize| {
        let long = format!("{nth} ").repeat(800);
        json!({"prompt": "p", "response": {"choices": [{"text": long}]}}).to_string() + "\n"
    };
    let few: String = (0..3).map(line).collect();
    let many: String = (0..400).map(line).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, few.as_bytes()).unwrap();
    for (bytes, count) in [
        (few.into_bytes(), 3),
        (many.into_bytes(), 400),
        (packed.finish().unwrap(), 3),
    ] {
        let reply = app.post("/api/runs?name=f", &[], bytes).await;
        let run = reply.json::<Value>()["id"].clone();
        let filters = json!({"source.run": run});
        let text = export(
            &app,
            &json!({"filters": filters, "fields": ["output.content"]}),
        )
        .await;
        let read = lines(&text);
        assert_eq!(read.len(), count);
        for (nth, line) in read.iter().enumerate() {
            assert_eq!(line["output"]["content"], format!("{nth} ").repeat(800));
        }
        // A part of them, too.
        let last = format!("{}-{}", run.as_str().unwrap(), count - 1);
        let asked =
            json!({"filters": {"source.run": run, "id": last}, "fields": ["output.content", "id"]});
        let read = lines(&export(&app, &asked).await);
        assert_eq!(read.len(), 1);
        assert_eq!(
            read[0]["output"]["content"].as_str().unwrap().len(),
            format!("{} ", count - 1).len() * 800
        );
    }
}

#[tokio::test]
async fn tables() {
    let app = App::new().await;
    stored(&app).await;
    app.post("/api/runs?name=t", &[], TINY).await;
    let fields = json!(["id", "metrics.perplexity", "usage.cost", "metadata.userId"]);
    let text = export(&app, &json!({"format": "csv", "fields": fields})).await;
    let perplexity = text.lines().last().unwrap().split(',').nth(1).unwrap();
    assert_eq!(
        text,
        format!(
            "id,metrics.perplexity,usage.cost,metadata.userId\na,,0.25,u1\nb,,,u2\nc,2.0,,\nd,,,u1\nc,{perplexity},,\n"
        )
    );
    assert!((perplexity.parse::<f64>().unwrap() - 8_f64.sqrt()).abs() < 1e-12);
    let asked = json!({"format": "parquet", "fields": fields}).to_string();
    let reply = app.post("/api/generations/export", &[], asked).await;
    assert_eq!(
        reply.header("content-type"),
        "application/vnd.apache.parquet"
    );
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"generations.parquet\""
    );
    let reader = SerializedFileReader::new(reply.body).unwrap();
    let rows: Vec<String> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().to_string())
        .collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(
        rows[0],
        "{id: \"a\", metrics.perplexity: null, usage.cost: 0.25, metadata.userId: \"u1\"}"
    );
    // The usual columns, and no rows at all.
    for format in ["csv", "parquet", "jsonl"] {
        let asked = json!({"format": format, "filters": {"id": "none"}}).to_string();
        let reply = app.post("/api/generations/export", &[], asked).await;
        assert_eq!(reply.status, 200);
        match format {
            "csv" => assert!(reply.text().starts_with("id,timestamp,model.id,")),
            "jsonl" => assert_eq!(reply.text(), ""),
            _ => {
                let reader = SerializedFileReader::new(reply.body).unwrap();
                assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
            }
        }
    }
}

/// A table says what it holds: for people in a header, for engines in the file.
#[tokio::test]
async fn the_filter_goes_along() {
    let app = App::new().await;
    stored(&app).await;
    let inside = |body: bytes::Bytes| {
        let reader = SerializedFileReader::new(body).unwrap();
        let pairs = reader
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .unwrap()
            .clone();
        let pair = pairs
            .into_iter()
            .find(|pair| pair.key == "surprisal.filter");
        pair.unwrap().value.unwrap()
    };
    let filters = json!({"metadata.team": "réd\n", "usage.cost": {"lte": 2.5}});
    let stated = r#"{"metadata.team":"r\u00e9d\n","usage.cost":{"lte":2.5}}"#;
    for format in ["jsonl", "csv", "parquet"] {
        let asked = json!({"format": format, "filters": filters}).to_string();
        let reply = app.post("/api/generations/export", &[], asked).await;
        assert_eq!(reply.header("x-surprisal-filter"), stated, "{format}");
        if format == "parquet" {
            assert_eq!(inside(reply.body), stated);
        }
        let path =
            format!("/generations/export?model.id=a%20b&format={format}&column=id&tokens_min=1");
        let reply = app.get(&path).await;
        assert_eq!(
            reply.header("x-surprisal-filter"),
            "model.id=a%20b&tokens_min=1"
        );
        if format == "parquet" {
            assert_eq!(inside(reply.body), "model.id=a%20b&tokens_min=1");
        }
    }
    let reply = app.post("/api/generations/export", &[], "{}").await;
    assert_eq!(reply.header("x-surprisal-filter"), "{}");
    // A header is not as long as a question may be.
    let names: Vec<String> = (0..900).map(|nth| format!("model {nth}")).collect();
    let asked = json!({"filters": {"model.id": {"in": names}}}).to_string();
    let reply = app.post("/api/generations/export", &[], asked).await;
    let header = reply.header("x-surprisal-filter");
    assert!(header.len() == 4_003 && header.ends_with("..."), "{header}");
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let app = App::new().await;
    for (asked, message) in [
        (json!({"fields": []}), "`fields` has from 1 to 500 names."),
        (
            json!({"fields": ["id", "id"]}),
            "`id` is there twice; once is enough.",
        ),
        (
            json!({"fields": ["idd"]}),
            "There is no field `idd`. Did you mean `id`?",
        ),
        (
            json!({"filters": {"modelid": 1}}),
            "There is no field `modelid`. Did you mean `model.id`?",
        ),
        (
            json!({"filters": {"usage.cost": {"above": 1}}}),
            "There is no condition `above` on `usage.cost`: there are gte, lte and in.",
        ),
        (
            json!({"formt": "csv"}),
            "Send a JSON object with `format` (jsonl, csv or parquet), `filters` (an object) or `fields` (a list of dotted names), and nothing else: unknown field `formt`, expected one of `format`, `filters`, `fields` at line 1 column 8.",
        ),
    ] {
        let reply = app
            .post("/api/generations/export", &[], asked.to_string())
            .await;
        assert_eq!(reply.status, 400, "{asked}");
        assert_eq!(reply.json::<Value>()["message"], message, "{asked}");
    }
}

#[tokio::test]
async fn a_token_that_reads_may_export_and_may_not_store() {
    let secret = "0123456789abcdef";
    let access = server::access::Access::parse(&format!("ann:read:{secret}")).unwrap();
    let app = App::for_tokens(server::config::Limits::default(), access).await;
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", bearer.as_str())];
    for (path, status) in [
        ("/api/generations/export", 200),
        ("/api/generations", 403),
        ("/api/generations/x/feedback", 403),
        ("/api/generations/scores", 403),
    ] {
        let reply = app.post(path, &headers, "{}").await;
        assert_eq!(reply.status, status, "{path}");
    }
    assert_eq!(
        app.post("/api/generations/export", &[], "{}").await.status,
        401
    );
    let reply = app.get_with("/api/generations", &headers).await;
    assert_eq!(reply.status, 200);
}
