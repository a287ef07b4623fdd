//! The parameters of the page's address. The view is the address: whatever the page shows, a link of it shows again.
use crate::PAGE;
use api::paths::escape;
use percent_encoding::percent_decode_str;
use std::fmt::{Display, Formatter, Result};

/// What belongs to one moment, or one place in a list, and not to the view.
const PASSING: [&str; 2] = ["cursor", "said"];

/// Conditions on records, with what they are called on the page. The API has the same.
const CONDITIONS: [(&str, &str); 22] = [
    ("model.id", "model"),
    ("output.type", "kind"),
    ("finishReason", "finish"),
    ("rated", "judged"),
    ("tags", "tags"),
    ("metadata.userId", "user"),
    ("metadata.sessionId", "session"),
    ("run", "run"),
    ("from", "from"),
    ("to", "before"),
    ("rating_min", "rating at least"),
    ("rating_max", "rating at most"),
    ("perplexity_min", "perplexity at least"),
    ("perplexity_max", "perplexity at most"),
    ("probability_min", "probability at least"),
    ("probability_max", "probability at most"),
    ("latency_min", "latency (ms) at least"),
    ("latency_max", "latency (ms) at most"),
    ("tokens_min", "tokens at least"),
    ("tokens_max", "tokens at most"),
    ("cost_min", "cost at least"),
    ("cost_max", "cost at most"),
];

/// The parameters, in their order, without empty ones: a form sends its empty fields, too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    pairs: Vec<(String, String)>,
}

impl Address {
    /// Reads what stands behind the `?`.
    pub fn parse(query: &str) -> Self {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        let pairs = query.trim_start_matches('?').split('&');
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let pairs = pairs.map(|(name, value)| (decode(name), decode(value).trim().to_owned()));
        Self {
            pairs: pairs.filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    /// Names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs();
        pairs.find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All values of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs()
            .filter_map(move |(known, value)| (known == name).then_some(value))
    }

    /// The same with this value alone under the name; from the first page.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.without(name);
        other.pairs.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same without any value of this name; from the first page.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        self.keeping(|known| known != name)
    }

    /// The same without conditions.
    #[must_use]
    pub fn unconditional(&self) -> Self {
        self.keeping(|name| label(name).is_none())
    }

    /// The conditions alone.
    #[must_use]
    pub fn conditions(&self) -> Self {
        self.keeping(|name| label(name).is_some())
    }

    /// The same with this place of the list.
    #[must_use]
    pub fn at(&self, cursor: &str) -> Self {
        self.with("cursor", cursor)
    }

    fn keeping(&self, keep: impl Fn(&str) -> bool) -> Self {
        let keep = |(name, _): &&(String, String)| keep(name) && !PASSING.contains(&name.as_str());
        Self {
            pairs: self.pairs.iter().filter(keep).cloned().collect(),
        }
    }

    /// The parameters as they are written.
    pub fn query(&self) -> String {
        let written =
            |(name, value): &(String, String)| format!("{}={}", escape(name), escape(value));
        let written: Vec<String> = self.pairs.iter().map(written).collect();
        written.join("&")
    }

    /// The conditions in words: `model gpt-4o, tokens at least 10`; empty without any.
    pub fn in_words(&self) -> String {
        let words = |(name, value): (&str, &str)| Some(format!("{} {value}", label(name)?));
        let words: Vec<String> = self.pairs().filter_map(words).collect();
        words.join(", ")
    }
}

/// The address of the list.
impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.query() {
            query if query.is_empty() => f.write_str(PAGE),
            query => write!(f, "{PAGE}?{query}"),
        }
    }
}

/// What a condition is called on the page; `None` for parameters that are none.
pub fn label(name: &str) -> Option<&'static str> {
    let found = CONDITIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, label)| *label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_are_changed_by_name() {
        let address =
            Address::parse("?model.id=a%26b&tags=x+y&sort=-cost&cursor=c&from=&column=a&column=b");
        assert_eq!(address.get("model.id"), Some("a&b"));
        assert_eq!(address.all("column").collect::<Vec<_>>(), ["a", "b"]);
        for (address, text) in [
            (
                address.clone(),
                "/generations?model.id=a%26b&tags=x%20y&sort=-cost&cursor=c&column=a&column=b",
            ),
            (
                address.with("tags", "z"),
                "/generations?model.id=a%26b&sort=-cost&column=a&column=b&tags=z",
            ),
            (
                address.without("column"),
                "/generations?model.id=a%26b&tags=x%20y&sort=-cost",
            ),
            (
                address.unconditional(),
                "/generations?sort=-cost&column=a&column=b",
            ),
            (
                address.conditions(),
                "/generations?model.id=a%26b&tags=x%20y",
            ),
            (
                address.at("d"),
                "/generations?model.id=a%26b&tags=x%20y&sort=-cost&column=a&column=b&cursor=d",
            ),
            (Address::default(), "/generations"),
        ] {
            assert_eq!(address.to_string(), text);
        }
        assert_eq!(address.in_words(), "model a&b, tags x y");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(pairs in proptest::collection::vec(("\\PC{1,5}", "\\PC{1,9}"), 0..6)) {
            let pairs = pairs.into_iter().map(|(name, value)| (name, value.trim().to_owned()));
            let address = Address { pairs: pairs.filter(|(_, value)| !value.is_empty()).collect() };
            prop_assert_eq!(Address::parse(&address.query()), address);
        }
    }
}
