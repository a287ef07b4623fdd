//! What carries an overall number: the few tokens that most of the surprisal lies in, how sequences are spread around the mean,
//! and whether a text grows less sure towards its end.
use completions::{Columns, Sequence};
use metrics::{Sum, num};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A token and its surprisal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carrier {
    /// Its sequence.
    pub sequence: u32,
    /// Its index in the sequence.
    pub token: u32,
    /// -log2 p, bits, at least 0.
    pub bits: f64,
}

/// Where the surprisal of some sequences lies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Carried {
    /// Of all tokens with a value together, bits.
    pub bits: f64,
    /// Tokens with a value.
    pub tokens: u64,
    /// Those that carry most, the heaviest first; of equal ones the first of the run.
    pub heaviest: Vec<Carrier>,
    /// The fewest tokens that carry half of it.
    pub for_half: u64,
}

impl Carried {
    /// Looks at all tokens of these sequences; `most` is how many of the heaviest are kept.
    pub fn of(columns: &Columns, sequences: impl IntoIterator<Item = u32>, most: usize) -> Self {
        let mut sum = Sum::default();
        // Log-probabilities as they are kept, at most 0: the smallest are the heaviest.
        let mut all: Vec<f32> = Vec::new();
        let mut heaviest: BinaryHeap<Reverse<Weighed>> = BinaryHeap::with_capacity(most + 1);
        for index in sequences {
            let Some(sequence) = columns.sequences.get(index as usize) else {
                continue;
            };
            for token in 0..sequence.n_tokens {
                let Some(logprob) = logprob(columns, sequence, token) else {
                    continue;
                };
                all.push(logprob);
                sum.add(f64::from(logprob));
                heaviest.push(Reverse(Weighed {
                    logprob,
                    sequence: index,
                    token,
                }));
                if heaviest.len() > most {
                    heaviest.pop();
                }
            }
        }
        let mut heaviest: Vec<Weighed> = heaviest.into_iter().map(|Reverse(one)| one).collect();
        heaviest.sort_by(|a, b| b.cmp(a));
        let carrier = |one: Weighed| Carrier {
            sequence: one.sequence,
            token: one.token,
            bits: bits(one.logprob),
        };
        Self {
            bits: -sum.value() / num::LN_2 + 0.0,
            tokens: all.len() as u64,
            for_half: for_half(all, sum.value()),
            heaviest: heaviest.into_iter().map(carrier).collect(),
        }
    }

    /// The share of the whole that the first so many of the heaviest carry, 0 to 1; `None` when there is no surprisal at all.
    pub fn share_of(&self, most: usize) -> Option<f64> {
        let mut sum = Sum::default();
        sum.extend(self.heaviest.iter().take(most).map(|one| one.bits));
        (self.bits > 0.0).then(|| sum.value() / self.bits)
    }
}

/// The fewest values that make up half of the sum.
fn for_half(mut all: Vec<f32>, sum: f64) -> u64 {
    if sum >= 0.0 {
        return 0;
    }
    all.sort_unstable_by(f32::total_cmp);
    let mut carried = Sum::default();
    for (nth, value) in (1..).zip(all) {
        carried.add(f64::from(value));
        if carried.value() <= sum / 2.0 {
            return nth;
        }
    }
    0
}

/// Heavier is greater; of equal ones the first of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Weighed {
    logprob: f32,
    sequence: u32,
    token: u32,
}

impl Eq for Weighed {}

impl Ord for Weighed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let place = |one: &Self| (one.sequence, one.token);
        other
            .logprob
            .total_cmp(&self.logprob)
            .then_with(|| place(other).cmp(&place(self)))
    }
}

impl PartialOrd for Weighed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn bits(logprob: f32) -> f64 {
    0.0 - f64::from(logprob) / num::LN_2
}

fn logprob(columns: &Columns, sequence: &Sequence, token: u32) -> Option<f32> {
    let at = sequence.first_token + u64::from(token);
    let value = columns.logprob.get(usize::try_from(at).ok()?)?;
    columns.status(at).is_scored().then_some(*value)
}

/// Mean surprisal of the first and of the second half of a sequence, bits per token. Halves by number of tokens with a value, the
/// middle one of an odd number is in the second. `None` for fewer than two.
pub fn halves(columns: &Columns, sequence: &Sequence) -> Option<(f64, f64)> {
    let values: Vec<f64> = (0..sequence.n_tokens)
        .filter_map(|token| logprob(columns, sequence, token))
        .map(bits)
        .collect();
    let (first, second) = values.split_at(values.len() / 2);
    let mean = |values: &[f64]| {
        let mut sum = Sum::default();
        sum.extend(values.iter().copied());
        sum.mean()
    };
    mean(first).zip(mean(second))
}

/// How values are spread: so many equal steps from the least to the greatest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spread {
    /// The least value.
    pub least: f64,
    /// The greatest value.
    pub most: f64,
    /// The middle one; the mean of the two in the middle.
    pub median: f64,
    /// How many lie in each step.
    pub steps: Vec<u64>,
}

impl Spread {
    /// `None` without a finite value. Equal values are all in one step.
    pub fn of(values: impl IntoIterator<Item = f64>, steps: usize) -> Option<Self> {
        let mut all: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        let (least, most) = (*all.first()?, *all.last()?);
        let middle = |nth: usize| all.get(nth).copied().unwrap_or(least);
        let median = (middle((all.len() - 1) / 2) + middle(all.len() / 2)) / 2.0;
        let mut counts = vec![0; if most > least { steps.max(1) } else { 1 }];
        let width = (most - least) / counts.len() as f64;
        for value in &all {
            // A cast saturates; the greatest value is in the last step.
            let step = if width > 0.0 {
                ((value - least) / width) as usize
            } else {
                0
            };
            let last = counts.len() - 1;
            if let Some(count) = counts.get_mut(step.min(last)) {
                *count += 1;
            }
        }
        Some(Self {
            least,
            most,
            median,
            steps: counts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use completions::{Importer, Limits};

    /// Two answers with these probabilities, all powers of two.
    fn columns() -> Columns {
        let answer = |values: &[f64]| {
            let tokens: Vec<String> = values
                .iter()
                .map(|p| {
                    format!(
                        r#"{{"token":"x","logprob":{},"bytes":[120],"top_logprobs":[]}}"#,
                        num::ln(*p)
                    )
                })
                .collect();
            format!(
                r#"{{"choices":[{{"message":{{"content":"x"}},"logprobs":{{"content":[{}]}}}}]}}"#,
                tokens.join(",")
            )
        };
        let mut importer = Importer::new(Limits::default());
        let text = [answer(&[0.5, 0.125, 1.0]), answer(&[0.25, 0.5, 0.125])].join("\n");
        importer.push(text.as_bytes());
        importer.finish().columns
    }

    #[test]
    fn the_heaviest_come_first() {
        let carried = Carried::of(&columns(), 0..2, 3);
        let places: Vec<(u32, u32)> = carried
            .heaviest
            .iter()
            .map(|one| (one.sequence, one.token))
            .collect();
        // 3 bits twice, the first of the run first, then 2 bits.
        assert_eq!(places, [(0, 1), (1, 2), (1, 0)]);
        assert!((carried.bits - 10.0).abs() < 1e-6 && carried.tokens == 6);
        assert_eq!(carried.for_half, 2);
        assert!((carried.share_of(2).unwrap() - 0.6).abs() < 1e-6);
        let one = Carried::of(&columns(), [1], 10);
        assert_eq!((one.tokens, one.heaviest.len()), (3, 3));
        assert_eq!(Carried::of(&columns(), [7], 10), Carried::default());
        assert_eq!(Carried::default().share_of(1), None);
    }

    #[test]
    fn halves_are_means() {
        let columns = columns();
        let (first, second) = halves(&columns, &columns.sequences[0]).unwrap();
        assert!(
            (first - 1.0).abs() < 1e-6 && (second - 1.5).abs() < 1e-6,
            "{first} {second}"
        );
    }

    #[test]
    fn values_lie_in_steps() {
        for (values, steps, counts, median) in [
            (&[1.0, 2.0, 3.0, 5.0][..], 4, &[1, 1, 1, 1][..], 2.5),
            (&[1.0, 1.0, 5.0], 2, &[2, 1], 1.0),
            (&[3.0, 3.0], 5, &[2], 3.0),
            (&[f64::INFINITY, 3.0], 5, &[1], 3.0),
        ] {
            let spread = Spread::of(values.iter().copied(), steps).unwrap();
            assert_eq!((spread.steps.as_slice(), spread.median), (counts, median));
        }
        assert_eq!(Spread::of([f64::NAN], 3), None);
    }
}
