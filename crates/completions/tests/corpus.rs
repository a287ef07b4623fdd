//! Real public files: sequences, scored tokens and overall figures as expected.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{import, problem};
use serde_json::Value;
use std::path::Path;

#[track_caller]
fn close(got: Option<f64>, want: Option<f64>, what: &str) {
    match (got, want) {
        (Some(got), Some(want)) => {
            assert!(
                (got - want).abs() <= 1e-9 * want.abs().max(1e-300),
                "{what}: {got} instead of {want}"
            );
        }
        (got, want) => assert_eq!(got, want, "{what}"),
    }
}

#[test]
fn expected_figures_of_the_corpus() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let table = std::fs::read_to_string(corpus.join("EXPECTED.tsv")).unwrap();
    let mut rows = 0;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [
            file,
            format,
            container,
            sequences,
            scored,
            perplexity,
            probability,
            ..,
        ] = columns[..]
        else {
            panic!("{line}")
        };
        let bytes = std::fs::read(corpus.join(file)).unwrap();
        let import = import(&bytes);
        // An empty field says that the file is ambiguous.
        let names: Vec<&str> = import
            .report
            .formats
            .iter()
            .map(|(format, _)| format.name())
            .collect();
        let names = if names.is_empty() {
            "unrecognised".to_owned()
        } else {
            names.join("|")
        };
        assert!(format.is_empty() || names == format, "{file}: {names}");
        assert_eq!(import.report.container, container, "{file}");
        if format.is_empty() {
            continue;
        }
        assert_eq!(import.metrics.n_sequences.to_string(), sequences, "{file}");
        assert_eq!(import.metrics.counts.scored.to_string(), scored, "{file}");
        close(
            import.metrics.perplexity_mean_of_sequences,
            perplexity.parse().ok(),
            file,
        );
        close(
            import.metrics.probability_mean_of_sequences,
            probability.parse().ok(),
            file,
        );
        common::details_agree(&bytes, &import);
        rows += 1;
    }
    assert!(rows >= 100, "only {rows} rows of the table were tested");
}

#[test]
fn every_file_of_the_corpus_gives_a_report() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let mut files = 0;
    for folder in std::fs::read_dir(corpus)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
    {
        for file in std::fs::read_dir(folder.path())
            .unwrap()
            .map(Result::unwrap)
        {
            let bytes = std::fs::read(file.path()).unwrap();
            let name = file.path().display().to_string();
            let import = import(&bytes);
            assert!(
                import.metrics.n_sequences > 0 || !import.report.problems.is_empty(),
                "{name}"
            );
            common::details_agree(&bytes, &import);
            files += 1;
        }
    }
    assert!(files > 50, "{files}");
}

#[test]
fn batch_output_of_the_corpus() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let import =
        import(std::fs::read(corpus.join("containers/openai_batch_output.jsonl")).unwrap());
    assert_eq!(
        (import.metrics.n_sequences, import.metrics.counts.scored),
        (11, 977)
    );
    close(
        import.metrics.perplexity_mean_of_sequences,
        Some(1.2256551190813914),
        "perplexity",
    );
    assert_eq!(
        import.columns.completions[0].label.as_deref(),
        Some("request-11")
    );
    let failed = problem(&import, "request_failed");
    assert_eq!(
        failed.places[0].detail,
        "request-err: batch_expired: expired before it could run"
    );
    assert_eq!((failed.places[0].record, failed.places[0].line), (12, 12));
}

#[test]
fn figures_of_the_reference_dashboard() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let folder = corpus.join("radicalbit");
    let expected = read_json(&folder.join("EXPECTED.json"));
    for name in ["text-generation.json", "metrics.json"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let import = import(&bytes);
        let want = &expected["files"][name];
        let near = |got: Option<f64>, want: &Value, by: f64, what: &str| {
            let (got, want) = (got.unwrap(), want.as_f64().unwrap());
            assert!(
                (got - want).abs() <= by * want.abs(),
                "{name}, {what}: {got} instead of {want}"
            );
        };
        let metrics = &import.metrics;
        for (precision, by) in [("f64", 1e-9), ("f32", 1e-6)] {
            let overall = &want["overall"][precision];
            near(
                metrics.perplexity_mean_of_sequences,
                &overall["perplexity"],
                by,
                "perplexity",
            );
            near(
                metrics.probability_mean_of_sequences,
                &overall["probability"],
                by,
                "probability",
            );
        }
        let weighted = &want["token_weighted"]["f64"];
        near(
            metrics.perplexity_token_weighted,
            &weighted["perplexity"],
            1e-9,
            "weighted perplexity",
        );
        near(
            metrics.probability_token_weighted,
            &weighted["probability"],
            1e-9,
            "weighted probability",
        );
        for (sequence, want) in import
            .columns
            .sequences
            .iter()
            .zip(want["per_sequence"].as_array().unwrap())
        {
            let completion = &import.columns.completions[sequence.completion as usize];
            assert_eq!(completion.id, want["id"].as_str().unwrap());
            assert_eq!(
                u64::from(sequence.n_tokens),
                want["tokens"].as_u64().unwrap()
            );
            assert_eq!(
                import.columns.model_of(sequence),
                want["model"].as_str().unwrap()
            );
            assert_eq!(completion.created, want["created"].as_f64());
            assert_eq!(
                serde_json::to_value(sequence.metrics.bands).unwrap(),
                want["bands"]
            );
            for (precision, by) in [("f64", 1e-9), ("f32", 1e-6)] {
                near(
                    sequence.metrics.perplexity,
                    &want[precision]["perplexity"],
                    by,
                    "perplexity",
                );
                near(
                    sequence.metrics.mean_prob,
                    &want[precision]["probability"],
                    by,
                    "probability",
                );
            }
        }
        if name == "text-generation.json" {
            let shown = [
                metrics.n_sequences as f64,
                metrics.perplexity_mean_of_sequences.unwrap(),
                metrics.probability_mean_of_sequences.unwrap(),
            ];
            assert_eq!(shown.map(metrics::format::sig3), ["7", "1.22", "0.896"]);
        }
    }
}

#[test]
fn figures_of_our_own_samples() {
    let expected =
        read_json(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/smollm2_expected.json"));
    let samples = [
        (
            "completions-small.json",
            common::workspace().join("public/samples/completions-small.json"),
        ),
        (
            "completions_legacy.json",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/completions_legacy.json"),
        ),
    ];
    for (name, path) in samples {
        let bytes = std::fs::read(path).unwrap();
        let import = import(&bytes);
        let want = &expected["files"][name];
        let near = |got: Option<f64>, want: &Value, what: &str| {
            let (got, want) = (got.unwrap(), want.as_f64().unwrap());
            assert!(
                (got - want).abs() <= 1e-12 * want.abs().max(1.0),
                "{name}, {what}: {got} instead of {want}"
            );
        };
        assert_eq!(
            import.columns.completions.len() as u64,
            want["completions"].as_u64().unwrap()
        );
        assert_eq!(
            import.metrics.n_sequences,
            want["sequences"].as_u64().unwrap()
        );
        assert_eq!(
            import.metrics.counts.total,
            want["tokens"].as_u64().unwrap()
        );
        let metrics = &import.metrics;
        near(
            metrics.perplexity_mean_of_sequences,
            &want["unweighted"]["perplexity"],
            "perplexity",
        );
        near(
            metrics.probability_mean_of_sequences,
            &want["unweighted"]["probability"],
            "probability",
        );
        near(
            metrics.perplexity_token_weighted,
            &want["token_weighted"]["perplexity"],
            "weighted perplexity",
        );
        near(
            metrics.probability_token_weighted,
            &want["token_weighted"]["probability"],
            "weighted probability",
        );
        near(
            metrics.perplexity_median_of_sequences,
            &want["median_perplexity"],
            "median",
        );
        let all = want["per_sequence"].as_array().unwrap();
        assert_eq!(all.len(), import.columns.sequences.len());
        for (sequence, want) in import.columns.sequences.iter().zip(all) {
            let completion = &import.columns.completions[sequence.completion as usize];
            assert_eq!(completion.id, want["id"].as_str().unwrap());
            assert_eq!(u64::from(sequence.choice), want["index"].as_u64().unwrap());
            assert_eq!(
                u64::from(sequence.n_tokens),
                want["tokens"].as_u64().unwrap()
            );
            near(
                sequence.metrics.perplexity,
                &want["perplexity"],
                "perplexity",
            );
            near(
                sequence.metrics.mean_prob,
                &want["probability"],
                "probability",
            );
            near(sequence.metrics.min_prob, &want["min_prob"], "min_prob");
            assert_eq!(
                sequence.metrics.min_prob_at.map(u64::from),
                want["min_at"].as_u64()
            );
            let passage = sequence.metrics.weakest_passage.unwrap();
            assert_eq!(
                u64::from(passage.start),
                want["weakest_8"][0].as_u64().unwrap()
            );
            near(
                Some(passage.mean_logprob),
                &want["weakest_8"][1],
                "weakest_8",
            );
            assert_eq!(
                serde_json::to_value(sequence.metrics.bands).unwrap(),
                want["bands"]
            );
        }
        common::details_agree(&bytes, &import);
    }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
