//! Columns beside each run: written once, the numbers of the records, removed with the run; and an engine reads them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
use api::RunSummary;
use futures::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use storage::{AggregateQuery, Gc, GenerationQuery, Group, RunStore, Secrets, StoreSetting};

/// Two models, some with values, latencies and users.
fn file(lines: u32) -> String {
    (0..lines)
        .map(|n| {
            let logprob = -f64::from(n % 7) / 4.0;
            format!(
                r#"{{"user_id":"u{}","latency_ms":{},"response":{{"id":"c{n}","created":{},"model":"m{}","choices":[{{"message":{{"content":"t"}},"logprobs":{{"content":[{{"token":"t","logprob":{logprob}}}]}}}}],"usage":{{"prompt_tokens":{n},"completion_tokens":1}}}}}}"#,
                n % 3,
                100 + n % 13,
                1_735_689_600 + n,
                n % 2
            ) + "\n"
        })
        .collect()
}

async fn store(runs: &RunStore, bytes: String) -> String {
    let mut upload = runs.start_upload(None, 1 << 30);
    upload.write(bytes.into()).await.unwrap();
    let uploaded = upload.finish().await.unwrap();
    runs.commit(uploaded, RunSummary::default())
        .await
        .unwrap()
        .id
}

async fn columns(objects: &InMemory) -> Vec<Path> {
    let listed = objects.list(Some(&Path::from("columns")));
    listed
        .map_ok(|meta| meta.location)
        .try_collect()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_rows_are_the_records() {
    let objects = Arc::new(InMemory::new());
    let runs = RunStore::on(objects.clone()).await.unwrap();
    let run = store(&runs, file(50)).await;
    assert_eq!(runs.index_run(&run).await.unwrap(), 50);
    let keys = columns(&objects).await;
    assert_eq!(keys.len(), 1);
    assert!(keys[0].as_ref().ends_with(&format!("/{run}.parquet")));
    let bytes = objects.get(&keys[0]).await.unwrap().bytes().await.unwrap();
    let reader = SerializedFileReader::new(bytes).unwrap();
    let names: Vec<String> = reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    let mut count = 0;
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let key = row.get_string(at("source.key")).unwrap();
        let one = runs.generation(key).await.unwrap().generation;
        let metrics = one.metrics.unwrap();
        assert_eq!(row.get_string(at("id")).unwrap(), &one.id);
        assert_eq!(row.get_string(at("model.id")).unwrap(), &one.model.id);
        assert_eq!(
            row.get_double(at("metrics.perplexity")).ok(),
            metrics.perplexity
        );
        assert_eq!(
            row.get_double(at("performance.latency")).ok(),
            one.performance.latency
        );
        assert_eq!(
            row.get_long(at("usage.promptTokens")).unwrap(),
            i64::from(count)
        );
        count += 1;
    }
    assert_eq!(count, 50);
}

#[tokio::test]
async fn they_are_written_once_and_again_when_they_are_missing() {
    let objects = Arc::new(InMemory::new());
    let runs = RunStore::on(objects.clone()).await.unwrap();
    let run = store(&runs, file(3)).await;
    runs.index_run(&run).await.unwrap();
    let key = columns(&objects).await.remove(0);
    let first = objects.head(&key).await.unwrap();
    // Another server reads the run, and finds them.
    let other = RunStore::on(objects.clone()).await.unwrap();
    assert_eq!(
        other
            .generations(&GenerationQuery::default())
            .await
            .unwrap()
            .generations
            .len(),
        3
    );
    assert_eq!(
        objects.head(&key).await.unwrap().last_modified,
        first.last_modified
    );
    // A third one starts after they were lost.
    objects.delete(&key).await.unwrap();
    let third = RunStore::on(objects.clone()).await.unwrap();
    third
        .generations(&GenerationQuery::default())
        .await
        .unwrap();
    assert_eq!(columns(&objects).await, [key]);
}

#[tokio::test]
async fn what_is_no_completion_has_none_and_what_is_deleted_loses_them() {
    let objects = Arc::new(InMemory::new());
    let runs = RunStore::on(objects.clone()).await.unwrap();
    let none = store(&runs, "{}".to_owned()).await;
    assert_eq!(runs.index_run(&none).await.unwrap(), 0);
    assert_eq!(columns(&objects).await, []);
    let run = store(&runs, file(3)).await;
    runs.index_run(&run).await.unwrap();
    let kept = store(&runs, file(4)).await;
    runs.index_run(&kept).await.unwrap();
    runs.delete(&run).await.unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let gc = |apply, hours: u64| Gc {
        apply,
        settle: Duration::ZERO,
        now_ms: Some(u64::try_from(now.as_millis()).unwrap() + hours * 3_600_000),
        ..Gc::default()
    };
    for (apply, hours, reported, left) in [
        (true, 23, 0, 2),
        (false, 25, 1, 2),
        (true, 25, 1, 1),
        (true, 25, 0, 1),
    ] {
        let report = runs.gc(&gc(apply, hours)).await.unwrap();
        assert_eq!(
            (report.columns.len(), columns(&objects).await.len()),
            (reported, left),
            "{hours} h"
        );
    }
    assert!(
        columns(&objects).await[0]
            .as_ref()
            .ends_with(&format!("/{kept}.parquet"))
    );
}

/// DuckDB, from Python: `SURPRISAL_DUCKDB_PYTHON` names an interpreter that has it, else the one on the path is tried.
#[tokio::test]
async fn an_engine_gets_the_numbers_of_the_page() {
    let python = std::env::var("SURPRISAL_DUCKDB_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        eprintln!(
            "skipped: {python} has no duckdb; `pip install duckdb`, or name another in SURPRISAL_DUCKDB_PYTHON"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let setting = format!("file://{}", folder.path().display())
        .parse::<StoreSetting>()
        .unwrap();
    let runs = RunStore::open(&setting, &Secrets::default()).await.unwrap();
    for lines in [700, 300] {
        let run = store(&runs, file(lines)).await;
        runs.index_run(&run).await.unwrap();
    }
    let query = AggregateQuery {
        groups: Group::several("model").unwrap(),
        ..AggregateQuery::default()
    };
    let page = runs.aggregate(query).await.unwrap();
    let script = format!(
        r#"import duckdb
for row in duckdb.sql('''SELECT "model.id", count(*), sum("usage.promptTokens")::BIGINT, avg("metrics.perplexity"), avg("metrics.meanProb"),
    quantile_disc("performance.latency", 0.5), quantile_disc("performance.latency", 0.95)
    FROM read_parquet('{}/columns/v1/*/*/*/*.parquet') GROUP BY 1 ORDER BY 1''').fetchall():
    print(*row)"#,
        folder.path().display()
    );
    let output = Command::new(&python)
        .args(["-c", &script])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(text.lines().count(), 2, "{text}");
    for (line, figures) in text.lines().zip(&page.groups) {
        let cells: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| cells[at].parse::<f64>().unwrap();
        assert_eq!(figures.group["model"], cells[0]);
        assert_eq!(figures.count.to_string(), cells[1]);
        assert_eq!(figures.tokens.prompt.to_string(), cells[2]);
        // An engine adds in an order of its own.
        assert!(
            (figures.perplexity.unwrap() - number(3)).abs() < 1e-12,
            "{line}"
        );
        assert!(
            (figures.mean_prob.unwrap() - number(4)).abs() < 1e-12,
            "{line}"
        );
        assert_eq!(figures.latency.p50, Some(number(5)), "{line}");
        assert_eq!(figures.latency.p95, Some(number(6)), "{line}");
    }
}
