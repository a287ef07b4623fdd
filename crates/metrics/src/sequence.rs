//! The figures of one sequence.
use crate::{Band, Counts, Mark, Reading, Status, Sum, num};

/// Scored tokens in the weakest passage.
pub const PASSAGE: usize = 8;
/// Their number, less much more than rounding.
const NEARLY_PASSAGE: f64 = PASSAGE as f64 * (1.0 - 1e-12);

/// A stretch of consecutive scored tokens; tokens without a value between them do not interrupt it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Passage {
    /// Index of the first token (among all tokens of the sequence).
    pub start: u32,
    /// Index after the last token.
    pub end: u32,
    /// Mean log-probability, nats.
    pub mean_logprob: f64,
}

/// The figures of one sequence; `None` is "undefined", never NaN.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SequenceMetrics {
    /// Tokens by status.
    pub counts: Counts,
    /// Sum of the scored log-probabilities, nats.
    pub sum_logprob: f64,
    /// Sum of the scored probabilities.
    pub sum_prob: f64,
    /// exp(-mean log-probability), at least 1.
    pub perplexity: Option<f64>,
    /// The mean was too large for exp: the perplexity is infinite (`perplexity` is `None`).
    pub overflow: bool,
    /// Arithmetic mean of the probabilities, 0 to 1.
    pub mean_prob: Option<f64>,
    /// exp(mean log-probability), 0 to 1.
    pub geo_mean_prob: Option<f64>,
    /// Probability of the weakest scored token, and its index.
    pub min_prob: Option<f64>,
    /// Index of the weakest token; the first censored one if there is any.
    pub min_prob_at: Option<u32>,
    /// The eight scored tokens in a row with the lowest mean log-probability, the earliest on ties; all of them when
    /// there are fewer.
    pub weakest_passage: Option<Passage>,
    /// Share of tokens with p <= 0.33, censored ones included.
    pub uncertain_share: Option<f64>,
    /// Tokens in the low (with the censored ones), middle and high band.
    pub bands: [u64; 3],
}

/// Computes [`SequenceMetrics`] token by token, without allocating; reusable.
#[derive(Debug, Default)]
pub struct SequenceBuilder {
    counts: Counts,
    logprobs: Sum,
    probabilities: Sum,
    /// Lowest log-probability and the first token that has it.
    weakest: Option<(f64, u32)>,
    first_censored: Option<u32>,
    bands: [u64; 3],
    /// The last scored tokens, as a ring: token `n` of the scored ones lies at `n % PASSAGE`.
    recent: [(u32, f64); PASSAGE],
    passage: Option<Passage>,
}

impl SequenceBuilder {
    /// Adds the next token and says how it is painted.
    pub fn push(&mut self, reading: Reading) -> Mark {
        // A sequence of more than 4 billion tokens does not fit in memory.
        let index = u32::try_from(self.counts.total).unwrap_or(u32::MAX);
        self.counts.add(reading.status);
        let Some(logprob) = reading.scored() else {
            if reading.status == Status::Censored {
                self.first_censored.get_or_insert(index);
                self.bands[Band::Low as usize] += 1;
            }
            return Mark::new(reading);
        };
        let probability = num::exp(logprob);
        self.logprobs.add(logprob);
        self.probabilities.add(probability);
        self.bands[Band::of(probability) as usize] += 1;
        if self.weakest.is_none_or(|(lowest, _)| logprob < lowest) {
            self.weakest = Some((logprob, index));
        }
        self.look_back(index, logprob);
        Mark::of(probability)
    }

    /// The figures of the tokens pushed since the last call; the builder is empty afterwards.
    pub fn finish(&mut self) -> SequenceMetrics {
        let done = std::mem::take(self);
        let scored = done.counts.scored;
        let mut metrics = SequenceMetrics {
            counts: done.counts,
            sum_logprob: done.logprobs.value() + 0.0,
            sum_prob: done.probabilities.value() + 0.0,
            bands: done.bands,
            ..Default::default()
        };
        // Without a scored token everything is undefined, not 0 or 1.
        let Some(mean) = done.logprobs.mean() else {
            return metrics;
        };
        metrics.perplexity = num::finite(num::exp(-mean));
        metrics.overflow = metrics.perplexity.is_none();
        metrics.mean_prob = done.probabilities.mean();
        metrics.geo_mean_prob = Some(num::exp(mean));
        metrics.min_prob = done.weakest.map(|(lowest, _)| num::exp(lowest));
        metrics.min_prob_at = done.first_censored.or(done.weakest.map(|(_, at)| at));
        metrics.weakest_passage = done.passage.or_else(|| done.whole());
        // The low band is p <= .33 together with the censored tokens, as this share is defined.
        let uncertain = done.bands[Band::Low as usize];
        metrics.uncertain_share = Some(uncertain as f64 / (scored + done.counts.censored) as f64);
        metrics
    }

    /// Compares the passage that ends with this token with the weakest one so far.
    fn look_back(&mut self, index: u32, logprob: f64) {
        let newest = self.logprobs.count() as usize - 1;
        self.recent[newest % PASSAGE] = (index, logprob);
        if newest + 1 < PASSAGE {
            return;
        }
        // All are negative, so a plain sum is right to 15 digits: hardly any passage needs more to be ruled out.
        if let Some(weakest) = self.passage {
            let sum: f64 = self.recent.iter().map(|&(_, logprob)| logprob).sum();
            if sum > weakest.mean_logprob * NEARLY_PASSAGE {
                return;
            }
        }
        let oldest = newest + 1 - PASSAGE;
        let passage = self.passage_of(oldest..=newest);
        if self
            .passage
            .is_none_or(|weakest| passage.mean_logprob < weakest.mean_logprob)
        {
            self.passage = Some(passage);
        }
    }

    /// All scored tokens as one passage; only for fewer than [`PASSAGE`].
    fn whole(&self) -> Option<Passage> {
        let newest = (self.logprobs.count() as usize).checked_sub(1)?;
        Some(self.passage_of(0..=newest))
    }

    /// Sums afresh: taking the oldest value away from a running sum would drift.
    fn passage_of(&self, scored: std::ops::RangeInclusive<usize>) -> Passage {
        let (start, _) = self.recent[scored.start() % PASSAGE];
        let (last, _) = self.recent[scored.end() % PASSAGE];
        let mut sum = Sum::default();
        sum.extend(scored.map(|n| self.recent[n % PASSAGE].1));
        Passage {
            start,
            end: last + 1,
            mean_logprob: sum.mean().unwrap_or_default(),
        }
    }
}
