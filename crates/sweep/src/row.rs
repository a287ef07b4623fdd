//! The figures of a point of the grid.
use crate::Point;
use metrics::{Diversity, Reading, SequenceBuilder};
use serde_json::{Value, json};

/// A figure, by its name in tables and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// What it says, to be read behind its name.
    pub about: &'static str,
}

const fn figure(name: &'static str, about: &'static str) -> Figure {
    Figure { name, about }
}

/// The figures of a row, in their order.
pub const FIGURES: [Figure; 9] = [
    figure("tokens", "mean length of an answer"),
    figure("perplexity", "mean over the answers"),
    figure(
        "probability",
        "mean over the answers of the mean probability of their tokens",
    ),
    figure(
        "distinct_1",
        "of all tokens of the answers to a prompt, the part that is different from each other",
    ),
    figure("distinct_2", "the same of pairs of tokens"),
    figure("distinct_3", "the same of runs of three tokens"),
    figure(
        "overlap",
        "what two answers to a prompt share of their pairs of tokens; 1 when all are the same",
    ),
    figure("common", "tokens before two answers to a prompt part"),
    figure(
        "diverges",
        "tokens before the first answer to a prompt parts from that of the first point",
    ),
];

/// What a token is known by: its number in the vocabulary, or its text where a server tells no numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Id(u64),
    Text(String),
}

/// A point of the grid with the answers to its prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The point.
    pub point: Point,
    /// Tokens of every answer, prompt by prompt.
    answers: Vec<Vec<Vec<Known>>>,
    perplexities: Vec<f64>,
    probabilities: Vec<f64>,
}

impl Row {
    /// Without answers.
    pub fn new(point: Point) -> Self {
        Self {
            point,
            answers: Vec::new(),
            perplexities: Vec::new(),
            probabilities: Vec::new(),
        }
    }

    /// Takes the answers to the next prompt, a record of completions whose choices list their tokens as `logprobs.content`.
    pub fn add(&mut self, record: &Value) {
        let choices = record["choices"].as_array();
        let answers = choices.into_iter().flatten().map(|choice| {
            let tokens = choice["logprobs"]["content"].as_array();
            let tokens = || tokens.into_iter().flatten();
            let mut builder = SequenceBuilder::default();
            for token in tokens() {
                builder.push(Reading::new(token["logprob"].as_f64()));
            }
            let figures = builder.finish();
            self.perplexities.extend(figures.perplexity);
            self.probabilities.extend(figures.mean_prob);
            tokens().map(known).collect()
        });
        let answers = answers.collect();
        self.answers.push(answers);
    }

    /// Prompts that are answered.
    pub fn prompts(&self) -> usize {
        self.answers.len()
    }

    /// Answers to all of them.
    pub fn count(&self) -> usize {
        self.answers.iter().map(Vec::len).sum()
    }

    /// The values of [`FIGURES`]; `first` is the row of the first point.
    pub fn figures(&self, first: &Self) -> [Option<f64>; FIGURES.len()] {
        let lengths = self.answers.iter().flatten();
        let lengths: Vec<f64> = lengths.map(|answer| answer.len() as f64).collect();
        // Answers to different prompts differ anyway: each prompt for itself.
        let diversities: Vec<Diversity> = self
            .answers
            .iter()
            .map(|answers| {
                let lists: Vec<&[Known]> = answers.iter().map(Vec::as_slice).collect();
                Diversity::new(&lists)
            })
            .collect();
        let diversity = |of: fn(&Diversity) -> Option<f64>| {
            mean(&diversities.iter().filter_map(of).collect::<Vec<f64>>())
        };
        [
            mean(&lengths),
            mean(&self.perplexities),
            mean(&self.probabilities),
            diversity(|one| one.distinct[0]),
            diversity(|one| one.distinct[1]),
            diversity(|one| one.distinct[2]),
            diversity(|one| one.overlap),
            diversity(|one| one.common),
            self.diverges(first),
        ]
    }

    fn diverges(&self, first: &Self) -> Option<f64> {
        if self.point == first.point {
            return None;
        }
        let pairs = self.answers.iter().zip(&first.answers);
        let common = pairs.filter_map(|(own, other)| {
            let common = own.first()?.iter().zip(other.first()?);
            Some(common.take_while(|(one, other)| one == other).count() as f64)
        });
        mean(&common.collect::<Vec<f64>>())
    }

    /// All of it as an object.
    pub fn json(&self, first: &Self) -> Value {
        let mut row = json!({ "sweep": self.point.values(), "prompts": self.prompts(), "answers": self.count() });
        for (figure, value) in FIGURES.iter().zip(self.figures(first)) {
            row[figure.name] = json!(value);
        }
        row
    }
}

fn known(token: &Value) -> Known {
    match token["id"].as_u64() {
        Some(id) => Known::Id(id),
        None => Known::Text(token["token"].as_str().unwrap_or_default().to_owned()),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::{FIGURES, Row};
    use crate::points;
    use serde_json::{Value, json};

    /// A record whose answers have a token for each letter, all of probability one half.
    fn record(answers: &[&str], ids: bool) -> Value {
        let token = |letter: char| {
            let mut token = json!({ "token": letter, "logprob": -std::f64::consts::LN_2 });
            if ids {
                token["id"] = json!(u32::from(letter));
            }
            token
        };
        let choices = answers.iter().map(
            |answer| json!({ "logprobs": { "content": answer.chars().map(token).collect::<Value>() } }),
        );
        json!({ "choices": choices.collect::<Value>() })
    }

    #[test]
    fn figures_of_points() {
        let points = points(&["temperature=0,1".parse().unwrap()]).unwrap();
        for ids in [true, false] {
            let mut rows: Vec<Row> = points.iter().cloned().map(Row::new).collect();
            rows[0].add(&record(&["abc", "abc"], ids));
            rows[1].add(&record(&["abab", "abc"], ids));
            let first = rows[0].json(&rows[0]);
            assert_eq!(
                (&first["sweep"], &first["prompts"], &first["answers"]),
                (&json!({"temperature": "0"}), &json!(1), &json!(2))
            );
            let expected = |row: &Row, values: [Option<f64>; 9]| {
                for ((figure, found), value) in
                    FIGURES.iter().zip(row.figures(&rows[0])).zip(values)
                {
                    let is_near = match (found, value) {
                        (Some(found), Some(value)) => (found - value).abs() < 1e-12,
                        (found, value) => found == value,
                    };
                    assert!(is_near, "{}: {found:?}, not {value:?}", figure.name);
                }
            };
            let half = Some(0.5);
            expected(
                &rows[0],
                [
                    Some(3.0),
                    Some(2.0),
                    half,
                    half,
                    half,
                    half,
                    Some(1.0),
                    Some(3.0),
                    None,
                ],
            );
            let parts = [
                Some(3.0 / 7.0),
                Some(0.6),
                Some(1.0),
                Some(0.4),
                Some(2.0),
                Some(2.0),
            ];
            let [one, two, three, overlap, common, diverges] = parts;
            expected(
                &rows[1],
                [
                    Some(3.5),
                    Some(2.0),
                    half,
                    one,
                    two,
                    three,
                    overlap,
                    common,
                    diverges,
                ],
            );
        }
    }

    /// Nothing is made up for what is not there.
    #[test]
    fn nothing_has_no_figures() {
        let mut row = Row::new(points(&[]).unwrap().remove(0));
        assert_eq!(row.figures(&row), [None; 9]);
        row.add(&json!({"choices": [{"text": "no values"}]}));
        assert_eq!((row.prompts(), row.count()), (1, 1));
        assert_eq!(row.figures(&row)[..4], [Some(0.0), None, None, None]);
    }
}
