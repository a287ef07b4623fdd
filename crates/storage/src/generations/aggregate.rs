//! Figures of groups of records. One pass over the rows in their order, so that all servers get the same bits; memory is a few
//! numbers for each row of a group that has them.
use super::Generations;
use super::field::Field;
use super::filter::Filter;
use super::price::Prices;
use crate::{RunStore, StorageError};
use metrics::Sum;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Groups of an answer, at most.
const MOST: usize = 10_000;
/// Fields of one question.
const FIELDS: usize = 4;

/// By what records are put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Group {
    /// The day of its time, UTC.
    Day,
    /// A record is in the group of each of its tags.
    Tag,
    /// The value of a field.
    Field(Field),
}

impl Group {
    /// `model`, `day`, `tag`, `user`, `session`, `type`, or the dotted name of a field.
    ///
    /// # Errors
    /// A sentence with the name.
    pub fn parse(name: &str) -> Result<Self, String> {
        const SHORT: [(&str, &str); 4] = [
            ("model", "model.id"),
            ("user", "metadata.userId"),
            ("session", "metadata.sessionId"),
            ("type", "output.type"),
        ];
        match name {
            "day" => return Ok(Self::Day),
            "tag" | "metadata.tags" => return Ok(Self::Tag),
            _ => {}
        }
        let long = SHORT.iter().find(|(short, _)| *short == name);
        let field = Field::parse(long.map_or(name, |(_, long)| long))?;
        Ok(Self::Field(field))
    }

    /// Several of them, with commas between.
    ///
    /// # Errors
    /// A sentence with the name, or that there are too many.
    pub fn several(names: &str) -> Result<Vec<(String, Self)>, String> {
        let named = |name: &str| Ok((name.to_owned(), Self::parse(name)?));
        let all: Vec<_> = names
            .split(',')
            .map(|name| named(name.trim()))
            .collect::<Result<_, String>>()?;
        if all.len() > FIELDS {
            return Err(format!("`group_by` has at most {FIELDS} names."));
        }
        Ok(all)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AggregateQuery {
    /// Which records.
    pub filter: Filter,
    /// By what they are put together, with the names that the answer has; nothing for all of them as one group.
    pub groups: Vec<(String, Group)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aggregate {
    /// Ordered by their values.
    pub groups: Vec<Figures>,
    /// Stored runs whose records are still to be read.
    pub unread_runs: u64,
}

/// The figures of a group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The values that its records share, by the names that were asked for; `null` for records without one.
    pub group: serde_json::Map<String, serde_json::Value>,
    /// Records.
    pub count: u64,
    /// Sums of what was reported.
    pub tokens: Tokens,
    /// Sums by currency.
    pub cost: BTreeMap<String, Cost>,
    /// Records whose cost is not known: neither the record nor the price table has it.
    pub without_cost: u64,
    /// Milliseconds.
    pub latency: Distribution,
    /// Milliseconds to the first token.
    pub time_to_first_token: Distribution,
    /// Mean of the records that have it.
    pub tokens_per_second: Option<f64>,
    /// Unweighted mean of the perplexities of records.
    pub perplexity: Option<f64>,
    /// Unweighted mean of the mean probabilities of records.
    pub mean_prob: Option<f64>,
    /// Mean of the ratings.
    pub rating: Option<f64>,
    /// Records with a rating.
    pub rated: u64,
    /// Records with thumbs up, and down.
    pub thumbs: [u64; 2],
    /// Mean of the scores that are numbers, by their names.
    pub scores: BTreeMap<String, f64>,
}

/// Sums of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Tokens {
    /// Of inputs.
    pub prompt: u64,
    /// Of outputs.
    pub completion: u64,
    /// Both, as reported.
    pub total: u64,
}

/// A sum of costs, and where they come from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The sum.
    pub amount: f64,
    /// Records that state their cost.
    pub from_records: u64,
    /// Records whose cost was computed from the price table.
    pub from_prices: u64,
}

/// Percentiles by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
pub struct Distribution {
    /// Values.
    pub count: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// Half of them are at most this.
    pub p50: Option<f64>,
    /// 95 of 100 are at most this.
    pub p95: Option<f64>,
    /// 99 of 100 are at most this.
    pub p99: Option<f64>,
}

/// A group on its way.
#[derive(Debug, Default)]
struct Tally {
    figures: Figures,
    costs: BTreeMap<String, (Sum, Cost)>,
    latency: (Sum, Vec<f64>),
    first_token: (Sum, Vec<f64>),
    speed: Sum,
    perplexity: Sum,
    probability: Sum,
    rating: Sum,
    scores: BTreeMap<String, Sum>,
}

impl RunStore {
    /// Figures of groups of generations. Costs are those of the records, else computed from the price table.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when there are more than 10,000 groups, or what the store says.
    pub async fn aggregate(&self, query: AggregateQuery) -> Result<Aggregate, StorageError> {
        self.refresh_generations().await?;
        let prices = self.prices().await?;
        let mut answer = self.generations.aggregate(query, prices).await?;
        answer.unread_runs = self.unread_runs().await?;
        Ok(answer)
    }
}

impl Generations {
    async fn aggregate(
        &self,
        query: AggregateQuery,
        prices: Prices,
    ) -> Result<Aggregate, StorageError> {
        let groups = self.read(move |db| aggregate(db, &query, &prices)).await?;
        let groups = groups.ok_or_else(|| {
            StorageError::BadRequest(format!(
                "There are more than {MOST} groups; ask for fewer by a filter."
            ))
        })?;
        Ok(Aggregate {
            groups,
            unread_runs: 0,
        })
    }
}

/// `None` when there are too many groups.
fn aggregate(
    db: &Connection,
    query: &AggregateQuery,
    prices: &Prices,
) -> rusqlite::Result<Option<Vec<Figures>>> {
    let mut expressions = Vec::new();
    let mut bound = Vec::new();
    let mut tables = "generations".to_owned();
    for (_, group) in &query.groups {
        match group {
            Group::Day => expressions
                .push("strftime('%Y-%m-%d', generations.time / 1000, 'unixepoch')".to_owned()),
            Group::Tag => {
                tables = "generations LEFT JOIN tags ON tags.run = generations.run AND tags.number = generations.number".into();
                expressions.push("tags.tag".to_owned());
            }
            Group::Field(field) => {
                let (expression, inside) = field
                    .expression()
                    .unwrap_or_else(|| ("NULL".into(), Vec::new()));
                expressions.push(expression);
                bound.extend(inside);
            }
        }
    }
    let (condition, inside) = query.filter.sql();
    bound.extend(inside);
    let keys = expressions.len();
    let columns = "model, prompt_tokens, completion_tokens, total_tokens, cost, currency, latency, first_token, speed, perplexity,
                   probability, rating, thumbs, generations.run, generations.number";
    expressions.push(columns.to_owned());
    let text = format!(
        "SELECT {} FROM {tables}{condition} ORDER BY generations.run, generations.number",
        expressions.join(", ")
    );
    let mut tallies: BTreeMap<Vec<String>, Tally> = BTreeMap::new();
    let mut scores = db.prepare_cached(
        "SELECT name, avg(value) FROM scores WHERE run = ? AND number = ? AND value IS NOT NULL GROUP BY name ORDER BY name",
    )?;
    let has_scores: bool =
        db.query_row("SELECT EXISTS (SELECT 1 FROM scores)", [], |row| row.get(0))?;
    let mut rows = db.prepare_cached(&text)?;
    let mut rows = rows.query(params_from_iter(&bound))?;
    while let Some(row) = rows.next()? {
        let values: Vec<serde_json::Value> = (0..keys)
            .map(|at| value(row, at))
            .collect::<Result<_, _>>()?;
        let key: Vec<String> = values.iter().map(ToString::to_string).collect();
        if tallies.len() >= MOST && !tallies.contains_key(&key) {
            return Ok(None);
        }
        let tally = tallies.entry(key).or_default();
        if tally.figures.count == 0 {
            let names = query.groups.iter().map(|(name, _)| name.clone());
            tally.figures.group = names.zip(values).collect();
        }
        tally.add(row, keys, prices)?;
        if has_scores {
            let of: (Value, Value) = (row.get(keys + 13)?, row.get(keys + 14)?);
            let mut found = scores.query([of.0, of.1])?;
            while let Some(score) = found.next()? {
                let name: String = score.get(0)?;
                tally.scores.entry(name).or_default().add(score.get(1)?);
            }
        }
    }
    Ok(Some(tallies.into_values().map(Tally::finish).collect()))
}

/// The value of a group as JSON; ids of runs as they are written.
fn value(row: &Row<'_>, at: usize) -> rusqlite::Result<serde_json::Value> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(blob) => crate::catalogue::ulid(blob).map(crate::keys::lower).into(),
    })
}

impl Tally {
    fn add(&mut self, row: &Row<'_>, from: usize, prices: &Prices) -> rusqlite::Result<()> {
        let count = |at: usize| -> rusqlite::Result<Option<u64>> {
            let count: Option<i64> = row.get(from + at)?;
            Ok(count.and_then(|count| u64::try_from(count).ok()))
        };
        let number = |at: usize| row.get::<_, Option<f64>>(from + at);
        let model: String = row.get(from)?;
        let (prompt, completion, total) = (count(1)?, count(2)?, count(3)?);
        let figures = &mut self.figures;
        figures.count += 1;
        let tokens = &mut figures.tokens;
        tokens.prompt = tokens.prompt.saturating_add(prompt.unwrap_or(0));
        tokens.completion = tokens.completion.saturating_add(completion.unwrap_or(0));
        tokens.total = tokens.total.saturating_add(total.unwrap_or(0));
        let stated: Option<String> = row.get(from + 5)?;
        let cost = match number(4)? {
            Some(cost) => Some((cost, stated.unwrap_or_else(|| "USD".to_owned()), true)),
            None => prices
                .cost(&model, prompt, completion)
                .map(|cost| (cost, prices.currency.clone(), false)),
        };
        match cost {
            None => figures.without_cost += 1,
            Some((cost, currency, by_record)) => {
                let (sum, costs) = self.costs.entry(currency).or_default();
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
        match row.get::<_, Option<String>>(from + 12)?.as_deref() {
            Some("up") => figures.thumbs[0] += 1,
            Some("down") => figures.thumbs[1] += 1,
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Figures {
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

    #[test]
    fn what_groups_are_called() {
        assert_eq!(Group::parse("day"), Ok(Group::Day));
        assert_eq!(Group::parse("metadata.tags"), Ok(Group::Tag));
        assert_eq!(Group::parse("model"), Group::parse("model.id"));
        assert!(Group::parse("parameters.temperature").is_ok());
        assert_eq!(
            Group::parse("modell.id"),
            Err("There is no field `modell.id`. Did you mean `model.id`?".to_owned())
        );
        assert_eq!(
            Group::several("day,tag,user,model,type"),
            Err("`group_by` has at most 4 names.".to_owned())
        );
    }
}
