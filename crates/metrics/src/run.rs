//! The figures of a run: the boards.
use crate::{Counts, Kept, SequenceMetrics, Sum, median, num};

/// The figures of a run; names as in the definition of the boards.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunMetrics {
    /// Sequences, scored or not.
    pub n_sequences: u64,
    /// Sequences with at least one scored token.
    pub n_scored_sequences: u64,
    /// Tokens by status.
    pub counts: Counts,
    /// "Perplexity overall": unweighted mean over the sequences.
    pub perplexity_mean_of_sequences: Option<f64>,
    /// Sequences whose perplexity is infinite (then the unweighted mean is `None`).
    pub n_overflow: u64,
    /// "Probability overall": unweighted mean over the sequences.
    pub probability_mean_of_sequences: Option<f64>,
    /// Median of the sequence perplexities; `None` also when it is infinite.
    pub perplexity_median_of_sequences: Option<f64>,
    /// exp(-mean log-probability over all tokens); `None` also when it is infinite.
    pub perplexity_token_weighted: Option<f64>,
    /// Mean probability over all tokens.
    pub probability_token_weighted: Option<f64>,
    /// Tokens in the low (with the censored ones), middle and high band.
    pub bands: [u64; 3],
}

/// Folds sequences, in file order, into [`RunMetrics`]; what the median needs is in memory.
pub type RunBuilder = RunFold<Vec<f64>>;

/// Folds sequences, in file order, into [`RunMetrics`].
#[derive(Debug, Clone, Default)]
pub struct RunFold<K> {
    n_sequences: u64,
    counts: Counts,
    bands: [u64; 3],
    /// Finite perplexities of the scored sequences.
    perplexities: Sum,
    n_overflow: u64,
    probabilities: Sum,
    logprobs: Sum,
    token_probabilities: Sum,
    /// Perplexity of each scored sequence, for the median; infinite where it overflows.
    values: K,
}

impl<K: Kept> RunFold<K> {
    /// Nothing yet; `values` is where what the median needs is kept.
    pub fn keeping(values: K) -> Self {
        Self {
            n_sequences: 0,
            counts: Counts::default(),
            bands: [0; 3],
            perplexities: Sum::default(),
            n_overflow: 0,
            probabilities: Sum::default(),
            logprobs: Sum::default(),
            token_probabilities: Sum::default(),
            values,
        }
    }

    /// Adds the next sequence. One without a scored token counts, with its tokens, but takes part in no mean.
    pub fn push(&mut self, sequence: &SequenceMetrics) {
        self.n_sequences += 1;
        self.counts.merge(&sequence.counts);
        for (all, more) in self.bands.iter_mut().zip(sequence.bands) {
            *all += more;
        }
        let Some(probability) = sequence.mean_prob else {
            return;
        };
        self.probabilities.add(probability);
        match sequence.perplexity {
            Some(perplexity) => self.perplexities.add(perplexity),
            None => self.n_overflow += 1,
        }
        self.values
            .push(sequence.perplexity.unwrap_or(f64::INFINITY));
        // The sums of the sequences, never of chunks: so streaming and batch agree bit for bit.
        self.logprobs.add(sequence.sum_logprob);
        self.token_probabilities.add(sequence.sum_prob);
    }

    /// The figures so far (the median is left out while `with_median` is false, because it goes through all sequences).
    pub fn metrics(&self, with_median: bool) -> RunMetrics {
        let scored = self.counts.scored as f64;
        let per_token = |sum: &Sum| (self.counts.scored > 0).then(|| sum.value() / scored);
        RunMetrics {
            n_sequences: self.n_sequences,
            n_scored_sequences: self.probabilities.count(),
            counts: self.counts,
            perplexity_mean_of_sequences: if self.n_overflow == 0 {
                self.perplexities.mean()
            } else {
                None
            },
            n_overflow: self.n_overflow,
            probability_mean_of_sequences: self.probabilities.mean(),
            perplexity_median_of_sequences: if with_median { self.median() } else { None },
            perplexity_token_weighted: per_token(&self.logprobs)
                .and_then(|mean| num::finite(num::exp(-mean))),
            probability_token_weighted: per_token(&self.token_probabilities).map(|mean| mean + 0.0),
            bands: self.bands,
        }
    }

    /// The middle value, or the mean of the two middle ones; `None` when it is infinite.
    fn median(&self) -> Option<f64> {
        let [lower, upper] = median::middle(&self.values, self.probabilities.count())?;
        // Half the distance, because the sum of two large values could be infinite.
        num::finite(lower + (upper - lower) / 2.0)
    }
}
