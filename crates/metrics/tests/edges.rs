//! Edges that the reference vectors leave out.
use metrics::alternatives::{Alternatives, EntropyInterval, Rank, is_appended};
use metrics::{Advanced, Reading, RunBuilder, SequenceBuilder, SequenceMetrics, TextSize};

fn list(raw: &[f64]) -> Alternatives {
    let mut list = Alternatives::default();
    list.fill(raw.iter().copied().map(Some));
    list
}

fn measure(raw: &[Option<f64>]) -> SequenceMetrics {
    let mut builder = SequenceBuilder::default();
    raw.iter().for_each(|&value| {
        builder.push(Reading::new(value));
    });
    builder.finish()
}

fn run(sequences: &[SequenceMetrics]) -> metrics::RunMetrics {
    let mut run = RunBuilder::default();
    sequences.iter().for_each(|sequence| run.push(sequence));
    run.metrics(true)
}

#[test]
fn an_appended_token_is_one_entry_too_many_and_the_last() {
    assert!(is_appended(21, 20, true));
    assert!(!is_appended(21, 20, false));
    assert!(!is_appended(20, 20, true));
    assert!(!is_appended(22, 20, true));
}

#[test]
fn rank_outside_of_the_list() {
    let list = list(&[-0.1, -3.0]);
    let rank = |raw, outside| {
        list.rank(Reading::new(raw), outside).map(
            |Rank {
                 rank,
                 is_lower_bound,
             }| (rank, is_lower_bound),
        )
    };
    assert_eq!(rank(Some(-4.0), false), Some((3, true)));
    assert_eq!(rank(Some(-3.0), false), Some((2, false)));
    // The same value as the last one, but the file shows that it is another token.
    assert_eq!(rank(Some(-3.0), true), Some((2, true)));
    assert_eq!(rank(Some(-9999.0), false), Some((3, true)));
    assert_eq!(rank(None, false), None);
}

#[test]
fn a_list_is_cleaned_and_sorted() {
    let list = list(&[-2.0, f64::NAN, -9999.0, 0.5, f64::NEG_INFINITY, -1.0]);
    assert_eq!(list.logprobs(), [0.0, -1.0, -2.0]);
    assert_eq!(list.residual(), Some(0.0));
}

#[test]
fn nothing_is_known_without_a_list() {
    let empty = list(&[-9999.0]);
    let interval = empty.entropy_interval(Some(100));
    assert_eq!(
        (empty.residual(), empty.entropy_lower(), interval),
        (None, None, None)
    );
    assert_eq!(
        (empty.peak_confidence(), empty.confidence_negentropy()),
        (None, None)
    );
    assert_eq!(empty.rank(Reading::new(Some(-1.0)), false), None);
}

#[test]
fn size_of_the_vocabulary() {
    let list = list(&[-0.7, -0.8]);
    // Smaller than the list: the size is wrong, there is no upper bound.
    assert_eq!(list.entropy_upper(1), None);
    assert_eq!(
        list.entropy_interval(Some(1))
            .map(|interval| interval.upper),
        Some(None)
    );
    // Exactly the list: nothing is left to share the residual.
    assert_eq!(list.entropy_upper(2), list.entropy_partial());
    assert!(list.entropy_upper(3) > list.entropy_upper(2));
}

#[test]
fn noise_of_the_values_is_inside_of_the_interval() {
    let list = list(&[-1e-7]);
    let EntropyInterval { lower, upper } = list.entropy_interval(Some(50_000)).unwrap();
    assert!(lower < 2e-7 && upper.unwrap() > 1e-5, "{lower} {upper:?}");
}

#[test]
fn probabilities_that_underflow_keep_every_figure_finite() {
    let list = list(&[-800.0, -900.0]);
    assert_eq!(list.residual(), Some(1.0));
    // No unlisted token can have more than e^-900, so there are at least e^900 of them.
    assert_eq!(list.entropy_lower(), Some(900.0));
    assert_eq!(list.entropy_partial(), Some(0.0));
    assert_eq!(
        list.entropy_renorm().map(|entropy| entropy < 1e-40),
        Some(true)
    );
    assert_eq!(list.confidence_negentropy(), Some(1.0));
}

#[test]
fn the_passage_skips_tokens_without_a_value() {
    let raw: Vec<Option<f64>> = [Some(-0.1), None, Some(-9999.0), Some(-3.0)].to_vec();
    let passage = measure(&raw).weakest_passage.unwrap();
    assert_eq!(
        (passage.start, passage.end, passage.mean_logprob),
        (0, 4, -1.55)
    );
    let mut raw = vec![Some(-1.0); 20];
    raw[10] = None;
    raw[14] = Some(-2.0);
    // The earliest of the windows that hold token 14: eight scored tokens up to it.
    let passage = measure(&raw).weakest_passage.unwrap();
    assert_eq!(
        (passage.start, passage.end, passage.mean_logprob),
        (6, 15, -1.125)
    );
}

#[test]
fn a_censored_token_is_the_weakest() {
    let m = measure(&[Some(-5.0), Some(-0.1), Some(-9999.0), Some(-9999.0)]);
    assert_eq!(
        (m.min_prob_at, m.bands, m.uncertain_share),
        (Some(2), [3, 0, 1], Some(0.75))
    );
    assert_eq!(m.min_prob, Reading::new(Some(-5.0)).probability());
}

#[test]
fn strict_perplexity() {
    let text = Some(TextSize { bytes: 0, chars: 0 });
    let strict = |raw: &[Option<f64>]| {
        let advanced = Advanced::new(raw, text);
        (advanced.perplexity_strict, advanced.strict_overflow)
    };
    assert_eq!(strict(&[Some(-1.0)]), (None, false));
    assert_eq!(strict(&[Some(-9999.0), None]), (None, false));
    assert_eq!(strict(&[Some(-1.0), Some(f64::NEG_INFINITY)]), (None, true));
    assert_eq!(strict(&[Some(-1e308), Some(-1e308)]), (None, true));
    // 9999 nats shared by many tokens are finite.
    let mut raw = vec![Some(0.0); 9998];
    raw.push(Some(-9999.0));
    assert_eq!(strict(&raw), (Some(metrics::num::exp(1.0)), false));
    // An empty text has no bits per byte.
    let advanced = Advanced::new(&[Some(-1.0)], text);
    assert_eq!(
        (
            advanced.bits_per_byte,
            advanced.bits_per_char,
            advanced.sum_logprob
        ),
        (None, None, Some(-1.0))
    );
}

#[test]
fn one_infinite_perplexity_spoils_the_mean_but_not_the_median() {
    let (sure, hopeless, unscored) = (
        measure(&[Some(0.0)]),
        measure(&[Some(-800.0)]),
        measure(&[None]),
    );
    assert_eq!((hopeless.perplexity, hopeless.overflow), (None, true));
    let m = run(&[sure.clone(), hopeless.clone(), sure.clone(), unscored]);
    assert_eq!(
        (m.n_sequences, m.n_scored_sequences, m.n_overflow),
        (4, 3, 1)
    );
    assert_eq!(
        (
            m.perplexity_mean_of_sequences,
            m.perplexity_median_of_sequences
        ),
        (None, Some(1.0))
    );
    assert_eq!((m.counts.total, m.counts.missing), (4, 1));
    let m = run(&[sure, hopeless]);
    assert_eq!(
        (
            m.perplexity_median_of_sequences,
            m.perplexity_token_weighted.is_some()
        ),
        (None, true)
    );
}

#[test]
fn an_empty_run() {
    let m = run(&[]);
    assert_eq!(m, metrics::RunMetrics::default());
    assert_eq!(
        run(&[measure(&[])]),
        metrics::RunMetrics {
            n_sequences: 1,
            ..Default::default()
        }
    );
}
