//! What the worker says is understood by the page. The bytes do not name their fields, so none may ever be left out.
use api::RunSummary;
use worker::protocol::Response;

#[test]
fn a_summary_arrives_whether_its_fields_are_empty_or_not() {
    let full = RunSummary {
        id: "01jx".into(),
        name: "räksmörgås.json".into(),
        tags: vec!["a tag".into()],
        note: "why".into(),
        sources: vec!["a.json".into()],
        models: vec![("m".into(), 3)],
        ..RunSummary::default()
    };
    for summary in [RunSummary::default(), full] {
        let said = Response::Done {
            job: 7,
            summary: Box::new(summary),
            stopped_at: None,
        };
        let bytes = postcard::to_allocvec(&said).unwrap();
        let heard: Result<Response, _> = postcard::from_bytes(&bytes);
        assert_eq!(heard, Ok(said));
    }
}
