//! What goes over the wire comes back the same; what an older or newer version wrote is understood.
use api::{BoardProblem, Card, Piece, RunList, RunListQuery, RunSummary, Totals};
use proptest::prelude::*;

fn summary() -> RunSummary {
    RunSummary {
        id: "01jx0000000000000000000000".into(),
        name: "räksmörgås.json".into(),
        path: "blob/2026/01/02/01jx".into(),
        imported_at_ms: 1_767_312_000_123,
        size: u64::MAX,
        sha256: "00ff".into(),
        format: "openai_chat".into(),
        container: "jsonl".into(),
        severity: "partial".into(),
        totals: Totals {
            sequences: 7,
            perplexity_overall: Some(1.219_727_848_536_234_5),
            probability_overall: None,
            bands: [1, 2, 3],
            ..Totals::default()
        },
        models: vec![("a".into(), 3), ("".into(), 4)],
        sources: vec!["a.json".into(), "b.zip/c.json".into()],
        evidence: vec!["It has choices.".into()],
        problems: vec![BoardProblem {
            code: "not_json".into(),
            level: "error".into(),
            count: 2,
            sentence: "2 records are not JSON.".into(),
            remedy: String::new(),
            places: vec![
                (1, 2, 3, None, "x".into()),
                (4, 5, 6, Some(7), String::new()),
            ],
            sources: vec!["a.json".into(), "b.zip/c.json".into()],
        }],
        cards: vec![Card {
            sequence: 0,
            choice: 0,
            choices: 1,
            source: "a.json".into(),
            model: "a".into(),
            created: Some(1.5),
            tokens: 2,
            reported_tokens: None,
            perplexity: Some(1e300),
            probability: Some(f64::MIN_POSITIVE),
            missing: 0,
            censored: 1,
            kind: "answer".into(),
            finish: String::new(),
            pieces: vec![Piece {
                text: "a\n\u{0}\"".into(),
                mark: 9,
                token: 0,
            }],
            hidden_tokens: 1,
        }],
        tags: vec!["a tag".into()],
        note: "looked at".into(),
    }
}

#[test]
fn round_trip() {
    let list = RunList {
        runs: vec![summary(), RunSummary::default()],
        total: 2,
        next: Some("01jx".into()),
    };
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<RunList>(&json).unwrap(), list);
    assert!(
        json.contains(r#""pieces":[{"t":"a\n\u0000\"","m":9,"i":0}]"#),
        "{json}"
    );
}

#[test]
fn other_versions() {
    let old: RunSummary =
        serde_json::from_str(r#"{"id":"01x","totals":{"sequences":1},"problems":[{}]}"#).unwrap();
    assert_eq!(
        (old.id.as_str(), old.totals.sequences, old.problems.len()),
        ("01x", 1, 1)
    );
    let new: RunSummary =
        serde_json::from_str(r#"{"mood":"good","totals":{"new":[1]},"name":"n"}"#).unwrap();
    assert_eq!(
        new,
        RunSummary {
            name: "n".into(),
            ..RunSummary::default()
        }
    );
    assert_eq!(
        serde_json::from_str::<RunListQuery>("{}").unwrap(),
        RunListQuery::default()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_survives(value: f64) {
        let value = value.is_finite().then_some(value);
        let totals = Totals { perplexity_tokens: value, ..Totals::default() };
        let json = serde_json::to_string(&totals).unwrap();
        let back: Totals = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back.perplexity_tokens.map(f64::to_bits), value.map(f64::to_bits));
    }
}
