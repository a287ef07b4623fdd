//! What models cost, for records that do not say: a table in the store, which people edit.
use crate::{RunStore, StorageError, keys, objects};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Models of a table, at most: it is a small object.
const MOST: usize = 500;

/// The table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Prices {
    /// ISO 4217.
    pub currency: String,
    /// By the name of a model, or its beginning: `gpt-4o` is also the price of `gpt-4o-2024-08-06`, unless that has its own.
    pub models: BTreeMap<String, Price>,
}

/// Prices of a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of an input.
    pub input: f64,
    /// Of an output.
    pub output: f64,
}

impl Prices {
    /// What a completion cost; `None` when the model has no price or no tokens were counted.
    pub(super) fn cost(
        &self,
        model: &str,
        prompt: Option<u64>,
        completion: Option<u64>,
    ) -> Option<f64> {
        if prompt.is_none() && completion.is_none() {
            return None;
        }
        // The longest name that fits; names go on with a sign, so that `o1` is not the price of `o10`.
        let fits = |(name, _): &(&String, &Price)| {
            model
                .strip_prefix(name.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        let found = self
            .models
            .iter()
            .filter(fits)
            .max_by_key(|(name, _)| name.len());
        let (_, price) = found?;
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
        let of = |tokens: Option<u64>, price: f64| tokens.unwrap_or(0) as f64 * price;
        Some((of(prompt, price.input) + of(completion, price.output)) / 1e6)
    }

    fn check(&self) -> Result<(), StorageError> {
        let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
        let is_code =
            self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_code {
            return wrong("`currency` is a code of three letters, such as USD.");
        }
        if self.models.len() > MOST {
            return wrong(
                "There are at most 500 prices; the beginning of a name is the price of all models that begin so.",
            );
        }
        let names = |name: &String| (1..=100).contains(&name.len());
        if !self.models.keys().all(names) {
            return wrong("The name of a model has 1 to 100 bytes.");
        }
        let sound = |price: &Price| {
            [price.input, price.output]
                .iter()
                .all(|p| p.is_finite() && *p >= 0.0)
        };
        if !self.models.values().all(sound) {
            return wrong("Prices are numbers of at least 0, for a million tokens.");
        }
        Ok(())
    }
}

impl RunStore {
    /// The price table; empty when nobody has written one.
    ///
    /// # Errors
    /// What the store says.
    pub async fn prices(&self) -> Result<Prices, StorageError> {
        let found = objects::read_json(&**self.objects(), &keys::prices()).await?;
        Ok(found.unwrap_or_else(|| Prices {
            currency: "USD".to_owned(),
            ..Prices::default()
        }))
    }

    /// Replaces the price table, for all servers of the store.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] with what is wrong, or what the store says.
    pub async fn set_prices(&self, prices: &Prices) -> Result<(), StorageError> {
        prices.check()?;
        let bytes = objects::json(prices)?;
        if bytes.len() as u64 > objects::LARGEST {
            let what = "The table is larger than 64 KiB; the beginning of a name is the price of all models that begin so.";
            return Err(StorageError::BadRequest(what.into()));
        }
        objects::write(&**self.objects(), &keys::prices(), bytes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        let price = |input, output| Price { input, output };
        Prices {
            currency: "USD".to_owned(),
            models: [
                ("gpt-4o".to_owned(), price(2.5, 10.0)),
                ("gpt-4o-mini".to_owned(), price(0.5, 1.0)),
                ("o1".to_owned(), price(15.0, 60.0)),
            ]
            .into(),
        }
    }

    #[test]
    fn costs() {
        for (model, prompt, completion, cost) in [
            ("gpt-4o", Some(1_000_000), Some(100_000), Some(3.5)),
            ("gpt-4o-2024-08-06", Some(1_000_000), None, Some(2.5)),
            ("gpt-4o-mini-x", None, Some(1_000_000), Some(1.0)),
            ("o10", Some(1), Some(1), None),
            ("gpt-4o", None, None, None),
            ("other", Some(1), Some(1), None),
        ] {
            assert_eq!(prices().cost(model, prompt, completion), cost, "{model}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut table = prices();
        assert_eq!(table.check().map_err(|error| error.to_string()), Ok(()));
        table.models.insert(
            "x".to_owned(),
            Price {
                input: -1.0,
                output: 0.0,
            },
        );
        let said = table.check().unwrap_err().to_string();
        assert_eq!(
            said,
            "bad request: Prices are numbers of at least 0, for a million tokens."
        );
        table.currency = "usd".to_owned();
        let said = table.check().unwrap_err().to_string();
        assert_eq!(
            said,
            "bad request: `currency` is a code of three letters, such as USD."
        );
    }
}
