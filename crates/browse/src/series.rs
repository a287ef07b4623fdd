//! Days as series: amounts of the largest models, and values of all records, in slots of equal length.
use std::collections::BTreeMap;
use storage::{Aggregate, Figures};

/// Slots of a chart, at most: of longer times each slot is several days.
const SLOTS: usize = 120;
/// Models with a colour of their own; the others are one.
pub(crate) const MODELS: usize = 5;

/// The days from the first to the last, in slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Days {
    /// Days since 1970.
    first: i64,
    /// Days in a slot.
    pub(crate) each: i64,
    /// How many slots there are.
    pub(crate) slots: usize,
}

impl Days {
    /// The days that some group has; `None` without any.
    pub(crate) fn of(aggregate: &Aggregate) -> Option<Self> {
        let days = aggregate.groups.iter().filter_map(day);
        let (first, last) = (days.clone().min()?, days.max()?);
        let count = last - first + 1;
        let slots = i64::try_from(SLOTS).ok()?;
        let each = count.div_euclid(slots) + i64::from(count.rem_euclid(slots) > 0);
        let slots = count.div_euclid(each) + i64::from(count.rem_euclid(each) > 0);
        Some(Self {
            first,
            each,
            slots: usize::try_from(slots).ok()?,
        })
    }

    /// The slot of a group.
    pub(crate) fn slot(&self, figures: &Figures) -> Option<usize> {
        let at = (day(figures)? - self.first).div_euclid(self.each);
        usize::try_from(at).ok().filter(|at| *at < self.slots)
    }

    /// The first day of a slot, `YYYY-MM-DD`.
    pub(crate) fn name(&self, slot: usize) -> String {
        let day = self.first + i64::try_from(slot).unwrap_or(0) * self.each;
        #[expect(clippy::cast_precision_loss, reason = "days of calendars are few")]
        let seconds = day as f64 * 86_400.0;
        let text = metrics::format::utc(seconds).unwrap_or_default();
        text.split(' ').next().unwrap_or_default().to_owned()
    }

    /// Labels below the first, the middle and the last slot.
    pub(crate) fn labels(&self) -> Vec<(usize, String)> {
        let last = self.slots.saturating_sub(1);
        let mut at = vec![0, last / 2, last];
        at.dedup();
        at.into_iter().map(|slot| (slot, self.name(slot))).collect()
    }
}

/// The day of a group, in days since 1970.
fn day(figures: &Figures) -> Option<i64> {
    let text = figures.group.get("day")?.as_str()?;
    let ms = generations::record::milliseconds(&format!("{text}T00:00:00Z"))?;
    Some(ms.div_euclid(86_400_000))
}

/// Amounts of models: their names, and for each slot one amount for each name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Stacks {
    pub(crate) names: Vec<String>,
    pub(crate) slots: Vec<Vec<f64>>,
}

impl Stacks {
    /// Of groups by day and model. The largest models come first, the rest is one.
    pub(crate) fn of(days: &Days, groups: &Aggregate, amount: impl Fn(&Figures) -> f64) -> Self {
        let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
        for figures in &groups.groups {
            *totals.entry(model(figures)).or_default() += amount(figures);
        }
        let mut order: Vec<(&str, f64)> = totals
            .into_iter()
            .filter(|(_, total)| *total > 0.0)
            .collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let others = order.len() > MODELS;
        order.truncate(MODELS);
        let mut names: Vec<String> = order.iter().map(|(name, _)| (*name).to_owned()).collect();
        if others {
            names.push("others".to_owned());
        }
        let mut slots = vec![vec![0.0; names.len()]; days.slots];
        for figures in &groups.groups {
            let at = order
                .iter()
                .position(|(name, _)| *name == model(figures))
                .unwrap_or(MODELS);
            let slot = days.slot(figures).and_then(|slot| slots.get_mut(slot));
            if let Some(sum) = slot.and_then(|slot| slot.get_mut(at)) {
                *sum += amount(figures);
            }
        }
        Self { names, slots }
    }

    /// The largest sum of a slot, and its place.
    pub(crate) fn largest(&self) -> (usize, f64) {
        let sums = self.slots.iter().map(|parts| parts.iter().sum::<f64>());
        sums.enumerate().fold(
            (0, 0.0),
            |best, (slot, sum)| if sum > best.1 { (slot, sum) } else { best },
        )
    }
}

fn model(figures: &Figures) -> &str {
    let name = figures.group.get("model").and_then(|name| name.as_str());
    name.filter(|name| !name.is_empty()).unwrap_or("no model")
}

/// A value for each day of groups by day. Percentiles of several days cannot be put together: of a slot of several days it is
/// the largest one.
pub(crate) fn values(
    days: &Days,
    groups: &Aggregate,
    value: impl Fn(&Figures) -> Option<f64>,
) -> Vec<Option<f64>> {
    let mut slots: Vec<Option<f64>> = vec![None; days.slots];
    for figures in &groups.groups {
        let slot = days.slot(figures).and_then(|slot| slots.get_mut(slot));
        if let (Some(slot), Some(value)) = (slot, value(figures)) {
            *slot = Some(slot.map_or(value, |known| known.max(value)));
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group(day: &str, model: &str, tokens: u64) -> Figures {
        let group = json!({"day": day, "model": model});
        let mut figures = Figures {
            group: group.as_object().unwrap().clone(),
            ..Figures::default()
        };
        figures.tokens.total = tokens;
        figures
    }

    fn groups(all: &[(&str, &str, u64)]) -> Aggregate {
        Aggregate {
            groups: all
                .iter()
                .map(|(day, model, tokens)| group(day, model, *tokens))
                .collect(),
            unread_runs: 0,
        }
    }

    #[test]
    fn days_without_records_are_slots_too() {
        let all = groups(&[
            ("2025-02-27", "a", 1),
            ("2025-03-01", "b", 2),
            ("2025-03-01", "a", 4),
        ]);
        let days = Days::of(&all).unwrap();
        assert_eq!((days.slots, days.each), (3, 1));
        assert_eq!(
            days.labels(),
            [
                (0, "2025-02-27".to_owned()),
                (1, "2025-02-28".into()),
                (2, "2025-03-01".into())
            ]
        );
        let tokens = Stacks::of(&days, &all, |figures| figures.tokens.total as f64);
        assert_eq!(tokens.names, ["a", "b"]);
        assert_eq!(
            tokens.slots,
            [vec![1.0, 0.0], vec![0.0, 0.0], vec![4.0, 2.0]]
        );
        assert_eq!(tokens.largest(), (2, 6.0));
        assert_eq!(Days::of(&Aggregate::default()), None);
    }

    #[test]
    fn long_times_have_slots_of_several_days_and_many_models_are_one() {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let mut all: Vec<(&str, &str, u64)> =
            names.iter().map(|name| ("2024-01-01", *name, 1)).collect();
        all.push(("2025-01-01", "g", 9));
        let all = groups(&all);
        let days = Days::of(&all).unwrap();
        assert_eq!((days.each, days.slots), (4, 92));
        let tokens = Stacks::of(&days, &all, |figures| figures.tokens.total as f64);
        assert_eq!(tokens.names, ["g", "a", "b", "c", "d", "others"]);
        assert_eq!(tokens.slots[0], [1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
        assert_eq!(tokens.slots[91][0], 9.0);
    }
}
