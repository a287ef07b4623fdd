//! Parameters from names and texts, as forms, addresses and command lines have them.
use super::range::{Invalid, Range};
use super::table::{Entry, Field, entry};
use super::{EarlyStopping, Parameters};

/// Of a single entry of `logit_bias`.
pub(super) const BIAS: Range = Range::Closed(-100.0, 100.0);

impl Parameters {
    /// Sets a parameter from a text. Lists grow: of `stop_strings` and `eos_token_id` each call adds.
    ///
    /// ```
    /// let mut parameters = decoding::Parameters::default();
    /// parameters.set("num_generations", "3")?;
    /// assert_eq!(parameters.num_return_sequences, Some(3));
    /// let error = parameters.set("top_p", "1.5").unwrap_err();
    /// assert_eq!(error.to_string(), "top_p is 1.5; it must be a number from 0 to 1");
    /// # Ok::<(), decoding::Invalid>(())
    /// ```
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), Invalid> {
        let entry = entry(name).ok_or_else(|| Invalid::Name(name.to_owned()))?;
        self.put(entry, text).ok_or_else(|| entry.invalid(text))
    }

    /// `None`: not a value of this parameter. Nothing has changed then.
    fn put(&mut self, entry: &Entry, text: &str) -> Option<()> {
        match entry.field {
            Field::Whole(field) => {
                *field(self) = Some(entry.within(text.trim().parse().ok()?, |n: usize| n as f64)?)
            }
            Field::Number(field) => {
                *field(self) = Some(entry.within(text.trim().parse().ok()?, |x: f64| x)?)
            }
            Field::Flag(field) => *field(self) = Some(text.trim().parse().ok()?),
            Field::EarlyStopping => {
                self.early_stopping = Some(match text.trim() {
                    "true" => EarlyStopping::Always,
                    "false" => EarlyStopping::Heuristic,
                    "never" => EarlyStopping::Never,
                    _ => return None,
                });
            }
            Field::Seed => self.seed = Some(text.trim().parse().ok()?),
            Field::Bias => {
                let pairs: Option<Vec<(u32, f64)>> = text.split(',').map(pair).collect();
                self.logit_bias.extend(pairs?);
            }
            Field::Eos => {
                let ids: Option<Vec<u32>> =
                    text.split(',').map(|id| id.trim().parse().ok()).collect();
                self.eos_token_id.extend(ids?);
            }
            Field::Stop => self
                .stop_strings
                .push(Some(text).filter(|text| !text.is_empty())?.to_owned()),
        }
        Some(())
    }

    /// The first parameter that is out of its range.
    pub(super) fn out_of_range(&self) -> Option<Invalid> {
        // Fields are reached through functions that could also write.
        let mut told = self.clone();
        super::TABLE.iter().find_map(|entry| {
            let bad = match entry.field {
                Field::Whole(field) => field(&mut told)
                    .filter(|&n| !entry.range.contains(n as f64))?
                    .to_string(),
                Field::Number(field) => field(&mut told)
                    .filter(|&x| !entry.range.contains(x))?
                    .to_string(),
                Field::Bias => {
                    let (id, bias) = told
                        .logit_bias
                        .iter()
                        .find(|(_, bias)| !BIAS.contains(*bias))?;
                    format!("{id}:{bias}")
                }
                Field::Stop => told
                    .stop_strings
                    .iter()
                    .find(|text| text.is_empty())?
                    .clone(),
                Field::Flag(_) | Field::EarlyStopping | Field::Seed | Field::Eos => return None,
            };
            Some(entry.invalid(&bad))
        })
    }
}

impl Entry {
    fn within<T: Copy>(&self, value: T, number: impl Fn(T) -> f64) -> Option<T> {
        Some(value).filter(|&value| self.range.contains(number(value)))
    }

    fn invalid(&self, text: &str) -> Invalid {
        Invalid::Value {
            name: self.name,
            value: if text.is_empty() {
                "empty".to_owned()
            } else {
                text.to_owned()
            },
            range: self.range,
        }
    }
}

fn pair(text: &str) -> Option<(u32, f64)> {
    let (id, bias) = text.split_once(':')?;
    let bias: f64 = bias.trim().parse().ok()?;
    Some((id.trim().parse().ok()?, bias)).filter(|_| BIAS.contains(bias))
}
