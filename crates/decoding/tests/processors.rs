//! Every processor against transformers: `vectors/processors.json`, all cases.
mod cases;

/// Of three equal scores transformers keeps any two; see the description of the vectors.
const ANY_OF_EQUALS: &str = "1 top_h:0.5";

fn near(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-6 * expected.abs().max(1e-6)
}

#[test]
fn all_cases_of_transformers() {
    let outcomes = cases::all();
    assert_eq!(outcomes.len(), 84);
    let mut wrong = Vec::new();
    for outcome in outcomes {
        let mut scores: Vec<f64> = outcome
            .scores
            .iter()
            .map(|&score| f64::from(score))
            .collect();
        let (mut expected, mut probabilities) = (outcome.expected_scores, outcome.probabilities);
        let mut expected_probabilities = outcome.expected_probabilities;
        if outcome.name == ANY_OF_EQUALS {
            for list in [
                &mut scores,
                &mut expected,
                &mut probabilities,
                &mut expected_probabilities,
            ] {
                list.sort_by(f64::total_cmp);
            }
        }
        let equal = scores.len() == 16
            && expected.len() == 16
            && expected_probabilities.len() == 16
            && scores.iter().zip(&expected).all(|(&a, &b)| near(a, b))
            && probabilities
                .iter()
                .zip(&expected_probabilities)
                .all(|(&a, &b)| near(a, b));
        if !equal {
            wrong.push(format!("{}:\n  {scores:?}\n  {expected:?}\n  {probabilities:?}\n  {expected_probabilities:?}", outcome.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
