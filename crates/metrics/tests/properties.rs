//! Properties that hold for any input, against naive implementations.
use metrics::{
    Alternatives, Band, Mark, Passage, Reading, RunBuilder, SequenceBuilder, SequenceMetrics,
    Status, Sum, num, repetition,
};
use proptest::prelude::*;

/// Anything that a file may hold in place of a log-probability.
fn raw() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        12 => (-8.0..0.0).prop_map(Some),
        // Coarse values, so that ties occur.
        6 => (0..4).prop_map(|quarters| Some(-0.25 * f64::from(quarters))),
        1 => any::<f64>().prop_map(Some),
        1 => prop::sample::select(vec![None, Some(-9999.0), Some(1e-7), Some(0.7), Some(-800.0), Some(f64::NAN)]),
    ]
}

fn measure(raw: &[Option<f64>]) -> SequenceMetrics {
    measure_with(&mut SequenceBuilder::default(), raw)
}

fn measure_with(builder: &mut SequenceBuilder, raw: &[Option<f64>]) -> SequenceMetrics {
    for &value in raw {
        builder.push(Reading::new(value));
    }
    builder.finish()
}

/// By the formulas of the definition, one after the other over stored values.
fn naive(raw: &[Option<f64>]) -> SequenceMetrics {
    let readings: Vec<Reading> = raw.iter().map(|&value| Reading::new(value)).collect();
    let scored: Vec<(u32, f64)> = (0..)
        .zip(&readings)
        .filter_map(|(at, reading)| Some((at, reading.scored()?)))
        .collect();
    let mut m = SequenceMetrics::default();
    for reading in &readings {
        m.counts.add(reading.status);
    }
    let mark_bands = readings
        .iter()
        .filter_map(|&reading| Mark::new(reading).band());
    mark_bands.for_each(|band| m.bands[band as usize] += 1);
    if scored.is_empty() {
        return m;
    }
    let n = scored.len() as f64;
    let mean = |values: &[(u32, f64)]| {
        let mut sum = Sum::default();
        sum.extend(values.iter().map(|(_, value)| *value));
        sum.value() / values.len() as f64
    };
    m.sum_logprob = scored.iter().map(|(_, l)| l).sum();
    m.sum_prob = scored.iter().map(|(_, l)| num::exp(*l)).sum();
    m.mean_prob = Some(m.sum_prob / n);
    m.geo_mean_prob = Some(num::exp(m.sum_logprob / n));
    m.perplexity = Some(num::exp(-m.sum_logprob / n)).filter(|p| p.is_finite());
    m.overflow = m.perplexity.is_none();
    let lowest = scored.iter().map(|(_, l)| *l).fold(0.0, f64::min);
    m.min_prob = Some(num::exp(lowest));
    let censored = (0..)
        .zip(&readings)
        .find(|(_, reading)| reading.status == Status::Censored)
        .map(|(at, _)| at);
    m.min_prob_at = censored.or(scored.iter().find(|(_, l)| *l == lowest).map(|(at, _)| *at));
    m.uncertain_share = Some(m.bands[0] as f64 / (n + m.counts.censored as f64));
    for window in scored.windows(scored.len().min(8)) {
        let mean_logprob = mean(window) + 0.0;
        if m.weakest_passage
            .is_none_or(|weakest| mean_logprob < weakest.mean_logprob)
        {
            let (start, end) = (window[0].0, window[window.len() - 1].0 + 1);
            m.weakest_passage = Some(Passage {
                start,
                end,
                mean_logprob,
            });
        }
    }
    m
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn close_options(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => close(a, b),
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn token_by_token_is_as_all_at_once(raw in prop::collection::vec(raw(), 0..60)) {
        let (got, want) = (measure(&raw), naive(&raw));
        prop_assert_eq!(got.counts, want.counts);
        prop_assert_eq!(got.counts.total, got.counts.scored + got.counts.missing + got.counts.censored);
        prop_assert_eq!(got.bands, want.bands);
        prop_assert_eq!((got.overflow, got.min_prob, got.min_prob_at), (want.overflow, want.min_prob, want.min_prob_at));
        prop_assert_eq!(got.uncertain_share, want.uncertain_share);
        prop_assert_eq!(got.weakest_passage, want.weakest_passage);
        prop_assert!(close(got.sum_logprob, want.sum_logprob) && close(got.sum_prob, want.sum_prob));
        prop_assert!(close_options(got.mean_prob, want.mean_prob));
        prop_assert!(close_options(got.geo_mean_prob, want.geo_mean_prob));
        // exp magnifies the difference of the two sums.
        prop_assert!(got.perplexity.zip(want.perplexity).is_none_or(|(a, b)| (a / b - 1.0).abs() < 1e-6));
    }

    #[test]
    fn figures_are_defined_exactly_with_a_scored_token_and_in_range(raw in prop::collection::vec(raw(), 0..40)) {
        let m = measure(&raw);
        let scored = m.counts.scored > 0;
        for figure in [m.mean_prob, m.geo_mean_prob, m.min_prob, m.uncertain_share] {
            prop_assert_eq!(figure.is_some(), scored);
            prop_assert!(figure.is_none_or(|figure| (0.0..=1.0).contains(&figure)));
        }
        prop_assert_eq!(m.perplexity.is_some(), scored && !m.overflow);
        prop_assert!(m.perplexity.is_none_or(|perplexity| perplexity >= 1.0 && perplexity.is_finite()));
        prop_assert_eq!((m.min_prob_at.is_some(), m.weakest_passage.is_some()), (scored, scored));
        prop_assert!(m.mean_prob.zip(m.geo_mean_prob).is_none_or(|(mean, geo)| mean >= geo - 1e-12));
        prop_assert_eq!(m.bands.iter().sum::<u64>(), m.counts.scored + m.counts.censored);
    }

    #[test]
    fn a_used_builder_is_as_a_new_one(
        before in prop::collection::vec(raw(), 0..40), raw in prop::collection::vec(raw(), 0..40),
    ) {
        let mut used = SequenceBuilder::default();
        measure_with(&mut used, &before);
        prop_assert_eq!(measure_with(&mut used, &raw), measure(&raw));
    }

    #[test]
    fn push_paints_as_mark_does(value in raw()) {
        let reading = Reading::new(value);
        prop_assert_eq!(SequenceBuilder::default().push(reading), Mark::new(reading));
        prop_assert_eq!(Mark::new(reading).band(), match reading.status {
            Status::Missing => None,
            Status::Censored => Some(Band::Low),
            _ => reading.probability().map(Band::of),
        });
    }

    #[test]
    fn a_run_is_the_definition_in_any_order(
        file in prop::collection::vec(prop::collection::vec(raw(), 0..12), 0..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let sequences: Vec<SequenceMetrics> = file.iter().map(|raw| measure(raw)).collect();
        let mut shuffled = sequences.clone();
        for (at, other) in order.iter().enumerate().take(sequences.len()) {
            shuffled.swap(at, other.index(sequences.len()));
        }
        let fold = |sequences: &[SequenceMetrics]| {
            let mut run = RunBuilder::default();
            sequences.iter().for_each(|sequence| run.push(sequence));
            run.metrics(true)
        };
        let (run, other) = (fold(&sequences), fold(&shuffled));
        prop_assert_eq!((run.counts, run.bands, run.n_sequences), (other.counts, other.bands, other.n_sequences));
        prop_assert_eq!(run.perplexity_median_of_sequences, other.perplexity_median_of_sequences);
        for (a, b) in [
            (run.perplexity_mean_of_sequences, other.perplexity_mean_of_sequences),
            (run.perplexity_token_weighted, other.perplexity_token_weighted),
            (run.probability_mean_of_sequences, other.probability_mean_of_sequences),
            (run.probability_token_weighted, other.probability_token_weighted),
        ] {
            prop_assert!(close_options(a, b), "{a:?} {b:?}");
        }

        let scored: Vec<&SequenceMetrics> = sequences.iter().filter(|m| m.counts.scored > 0).collect();
        let n = scored.len() as f64;
        let tokens = run.counts.scored as f64;
        prop_assert_eq!(run.n_sequences, sequences.len() as u64);
        prop_assert_eq!(run.n_scored_sequences, scored.len() as u64);
        prop_assert_eq!(run.n_overflow, scored.iter().filter(|m| m.overflow).count() as u64);
        let defined = |value: f64| (n > 0.0 && value.is_finite()).then_some(value);
        let infinite_as = |m: &&SequenceMetrics| m.perplexity.unwrap_or(f64::INFINITY);
        let mean = scored.iter().map(infinite_as).sum::<f64>() / n;
        prop_assert!(close_options(run.perplexity_mean_of_sequences, defined(mean)));
        let mean = scored.iter().filter_map(|m| m.mean_prob).sum::<f64>() / n;
        prop_assert!(close_options(run.probability_mean_of_sequences, defined(mean)));
        let mean = scored.iter().map(|m| m.sum_prob).sum::<f64>() / tokens;
        prop_assert!(close_options(run.probability_token_weighted, defined(mean)));
        let mut middle: Vec<f64> = scored.iter().map(infinite_as).collect();
        middle.sort_by(f64::total_cmp);
        let middle = if middle.is_empty() { &[][..] } else { &middle[(middle.len() - 1) / 2..=middle.len() / 2] };
        let median = middle.iter().sum::<f64>() / middle.len() as f64;
        prop_assert!(close_options(run.perplexity_median_of_sequences, defined(median)));
    }

    #[test]
    fn the_order_of_a_list_does_not_matter(mut list in prop::collection::vec(raw(), 0..24), written in raw()) {
        let figures = |list: &[Option<f64>]| {
            let mut alternatives = Alternatives::default();
            alternatives.fill(list.iter().copied());
            let rank = alternatives.rank(Reading::new(written), false);
            (alternatives.residual(), rank, alternatives.entropy_interval(Some(50_000)), alternatives)
        };
        let before = figures(&list);
        list.reverse();
        prop_assert_eq!(before, figures(&list));
    }

    #[test]
    fn the_entropy_lies_in_its_interval(
        weights in prop::collection::vec(1e-6..1.0_f64, 2..40), k in 1..40_usize, round in any::<bool>(),
    ) {
        let total: f64 = weights.iter().sum();
        let mut logprobs: Vec<f64> = weights.iter().map(|weight| num::ln(weight / total)).collect();
        logprobs.sort_by(|a, b| b.total_cmp(a));
        let entropy: f64 = logprobs.iter().map(|l| -l * num::exp(*l)).sum();
        let vocabulary = logprobs.len() as u64;
        let listed = logprobs.iter().take(k).map(|&l| Some(if round { f64::from(l as f32) } else { l }));
        let mut list = Alternatives::default();
        list.fill(listed);
        let interval = list.entropy_interval(Some(vocabulary)).unwrap();
        // The same noise as in the product: values of f32 have an error of their own.
        let noise = if round { 1e-5 } else { 1e-9 };
        prop_assert!(interval.lower <= entropy + noise, "{interval:?} {entropy}");
        prop_assert!(interval.upper.unwrap() >= entropy - noise, "{interval:?} {entropy}");
        prop_assert!(list.entropy_lower_lump().unwrap() <= list.entropy_lower().unwrap() + 1e-9);
        prop_assert_eq!(list.entropy_interval(None).unwrap().upper, None);
    }

    #[test]
    fn rank_counts_the_better_ones(list in prop::collection::vec(raw(), 1..24), written in raw()) {
        let mut alternatives = Alternatives::default();
        alternatives.fill(list.iter().copied());
        let clean: Vec<f64> = list.iter().filter_map(|&value| Reading::new(value).scored()).collect();
        let reading = Reading::new(written);
        let rank = alternatives.rank(reading, false);
        match reading.scored() {
            Some(logprob) if !clean.is_empty() => {
                let better = clean.iter().filter(|&&listed| listed > logprob).count() as u32;
                let rank = rank.unwrap();
                prop_assert_eq!(rank.rank, better + 1);
                prop_assert_eq!(rank.is_lower_bound, clean.iter().all(|&listed| listed > logprob));
                prop_assert!(alternatives.rank(reading, true).unwrap().is_lower_bound);
            }
            None if !clean.is_empty() && reading.status == Status::Censored => {
                prop_assert_eq!(rank.map(|rank| (rank.rank, rank.is_lower_bound)), Some((clean.len() as u32 + 1, true)));
            }
            _ => prop_assert_eq!(rank, None),
        }
    }

    #[test]
    fn a_loop_is_the_shortest_one_that_the_definition_finds(
        start in prop::collection::vec(0..3_u8, 0..8), run in prop::collection::vec(0..3_u8, 1..6), times in 0..9_usize,
        rest in 0..5_usize,
    ) {
        let mut tokens = start;
        tokens.extend(run.iter().cycle().take(run.len() * times + rest.min(run.len())));
        let n = tokens.len();
        let want = (1..=n / 3).find_map(|period| {
            let same = (period..n).rev().take_while(|&at| tokens[at] == tokens[at - period]).count();
            (same + period >= 3 * period && same + period >= 12).then_some((period as u32, (same + period) as u32))
        });
        prop_assert_eq!(repetition::tail_loop(&tokens).map(|found| (found.period, found.length)), want);
    }

    #[test]
    fn shown_numbers_read_back_within_three_digits(value in any::<f64>()) {
        let shown = metrics::format::sig3(value);
        if value.is_finite() {
            let back: f64 = shown.parse().unwrap_or(f64::INFINITY);
            // Half a unit of the third digit; the largest f64 may be rounded beyond f64.
            prop_assert!((back - value).abs() <= value.abs() * 0.005 + f64::MIN_POSITIVE || back.is_infinite(), "{shown}");
            prop_assert!(shown.len() <= 16, "{shown}");
        }
    }
}
