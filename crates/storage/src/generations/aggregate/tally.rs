//! A group on its way, record by record.
use super::super::price::Prices;
use super::figures::{Cost, Distribution, Figures};
use metrics::Sum;
use rusqlite::Row;
use std::collections::BTreeMap;

/// What is read of each record, and the places of its key among that.
pub(super) const COLUMNS: &str = "model, prompt_tokens, completion_tokens, total_tokens, cost, currency, latency, first_token, \
                                  speed, perplexity, probability, rating, thumbs, generations.run, generations.number";
pub(super) const RUN: usize = 13;
pub(super) const NUMBER: usize = 14;

/// A group on its way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) figures: Figures,
    /// By currency.
    costs: Vec<(String, (Sum, Cost))>,
    latency: (Sum, Vec<f64>),
    first_token: (Sum, Vec<f64>),
    speed: Sum,
    perplexity: Sum,
    probability: Sum,
    rating: Sum,
    scores: BTreeMap<String, Sum>,
}

impl Tally {
    pub(super) fn add(
        &mut self,
        row: &Row<'_>,
        from: usize,
        prices: &Prices,
    ) -> rusqlite::Result<()> {
        let count = |at: usize| -> rusqlite::Result<Option<u64>> {
            let count: Option<i64> = row.get(from + at)?;
            Ok(count.and_then(|count| u64::try_from(count).ok()))
        };
        let number = |at: usize| row.get::<_, Option<f64>>(from + at);
        let text = |at: usize| row.get_ref(from + at).map(|text| text.as_str().ok());
        let (prompt, completion, total) = (count(1)?, count(2)?, count(3)?);
        let figures = &mut self.figures;
        figures.count += 1;
        let tokens = &mut figures.tokens;
        tokens.prompt = tokens.prompt.saturating_add(prompt.unwrap_or(0));
        tokens.completion = tokens.completion.saturating_add(completion.unwrap_or(0));
        tokens.total = tokens.total.saturating_add(total.unwrap_or(0));
        let cost = match number(4)? {
            Some(cost) => Some((cost, text(5)?.unwrap_or("USD"), true)),
            None => prices
                .cost(text(0)?.unwrap_or_default(), prompt, completion)
                .map(|cost| (cost, prices.currency.as_str(), false)),
        };
        match cost {
            None => figures.without_cost += 1,
            Some((cost, currency, by_record)) => {
                let (sum, costs) = entry(&mut self.costs, currency);
                sum.add(cost);
                costs.from_records += u64::from(by_record);
                costs.from_prices += u64::from(!by_record);
            }
        }
        for (at, (sum, values)) in [(6, &mut self.latency), (7, &mut self.first_token)] {
            if let Some(value) = number(at)? {
                sum.add(value);
                values.push(value);
            }
        }
        for (at, sum) in [
            (8, &mut self.speed),
            (9, &mut self.perplexity),
            (10, &mut self.probability),
            (11, &mut self.rating),
        ] {
            if let Some(value) = number(at)? {
                sum.add(value);
            }
        }
        match text(12)? {
            Some("up") => figures.thumbs[0] += 1,
            Some("down") => figures.thumbs[1] += 1,
            _ => {}
        }
        Ok(())
    }

    /// Adds what an evaluation found of the same record.
    pub(super) fn add_score(&mut self, name: String, value: f64) {
        self.scores.entry(name).or_default().add(value);
    }

    pub(super) fn finish(self) -> Figures {
        let cost = |(currency, (sum, cost)): (String, (Sum, Cost))| {
            let amount = sum.value();
            (currency, Cost { amount, ..cost })
        };
        let mean = |(name, sum): (String, Sum)| Some((name, sum.mean()?));
        Figures {
            cost: self.costs.into_iter().map(cost).collect(),
            latency: distribution(self.latency),
            time_to_first_token: distribution(self.first_token),
            tokens_per_second: self.speed.mean(),
            perplexity: self.perplexity.mean(),
            mean_prob: self.probability.mean(),
            rating: self.rating.mean(),
            rated: self.rating.count(),
            scores: self.scores.into_iter().filter_map(mean).collect(),
            ..self.figures
        }
    }
}

/// Of a few names, most of which are known: a new text is made for a new one alone.
fn entry<'a, T: Default>(all: &'a mut Vec<(String, T)>, name: &str) -> &'a mut T {
    let known = all.iter().position(|(known, _)| known == name);
    let at = known.unwrap_or_else(|| {
        all.push((name.to_owned(), T::default()));
        all.len() - 1
    });
    &mut all[at].1
}

fn distribution((sum, mut values): (Sum, Vec<f64>)) -> Distribution {
    values.sort_by(f64::total_cmp);
    // The smallest value that so many of a hundred do not exceed.
    let rank = |percent: usize| {
        let rank = (values.len() * percent).div_ceil(100);
        values.get(rank.saturating_sub(1)).copied()
    };
    Distribution {
        count: sum.count(),
        mean: sum.mean(),
        p50: rank(50),
        p95: rank(95),
        p99: rank(99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_by_nearest_rank() {
        for (count, want) in [
            (0, [None, None, None]),
            (1, [Some(1.0), Some(1.0), Some(1.0)]),
            (2, [Some(1.0), Some(2.0), Some(2.0)]),
            (100, [Some(50.0), Some(95.0), Some(99.0)]),
            (101, [Some(51.0), Some(96.0), Some(100.0)]),
        ] {
            let values: Vec<f64> = (1..=count).rev().map(f64::from).collect();
            let mut sum = Sum::default();
            values.iter().for_each(|value| sum.add(*value));
            let found = distribution((sum, values));
            assert_eq!([found.p50, found.p95, found.p99], want, "{count}");
            assert_eq!(found.count, u64::try_from(count).unwrap());
        }
    }
}
