//! Links to the team's own tools: templates of addresses, filled with values of a record's metadata.
use api::paths::escape;
use serde_json::Value;
use std::str::FromStr;

/// Bytes of a value in a link.
const LONGEST: usize = 500;

/// The templates, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Links(pub Vec<Template>);

/// An address with places for values: `trace=https://tempo.example/trace/{traceId}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What the link is called.
    label: String,
    /// What stands before each place, and the name of its value.
    parts: Vec<(String, String)>,
    /// What stands after the last place.
    end: String,
}

impl FromStr for Template {
    type Err = String;

    /// Reads `LABEL=ADDRESS`. Only http and https, and no place before the path: what is in a record must not choose the site.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            Err(format!(
                "{what}; write a link as trace=https://tempo.example/trace/{{traceId}}"
            ))
        };
        let Some((label, address)) = text.split_once('=') else {
            return wrong("there is no = after the name of the link");
        };
        let label = label.trim();
        if label.is_empty() || label.chars().count() > 40 || label.chars().any(char::is_control) {
            return wrong("the name of a link has 1 to 40 characters");
        }
        let address = address.trim();
        let rest = address
            .strip_prefix("https://")
            .or_else(|| address.strip_prefix("http://"));
        let Some((site, _)) = rest.and_then(|rest| rest.split_once('/')) else {
            return wrong("the address of a link begins with http:// or https://, a site and /");
        };
        if site.is_empty() || site.contains(['{', '}', '@', '\\']) {
            return wrong("the site of a link is fixed: places for values come after it");
        }
        if address
            .chars()
            .any(|sign| sign.is_control() || sign.is_whitespace())
        {
            return wrong("the address of a link has no white space");
        }
        let (mut parts, mut rest) = (Vec::new(), address);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return wrong("a { of the link has no }");
            };
            if name.is_empty() || name.contains('{') {
                return wrong(
                    "{} of a link holds the name of a value such as traceId, spanId or requestId",
                );
            }
            parts.push((before.to_owned(), name.to_owned()));
            rest = after;
        }
        if parts.is_empty() {
            return wrong("the link has no place for a value");
        }
        Ok(Self {
            label: label.to_owned(),
            parts,
            end: rest.to_owned(),
        })
    }
}

impl Template {
    /// The address with values of these metadata; `None` where one is missing.
    fn fill(&self, metadata: &Value) -> Option<String> {
        let mut address = String::new();
        for (before, name) in &self.parts {
            let value = match metadata.get(name)? {
                Value::String(text) if !text.is_empty() && text.len() <= LONGEST => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            address += before;
            address += &escape(&value);
        }
        Some(address + &self.end)
    }
}

impl Links {
    /// The links that stand beside a value of the metadata: those with it as their first one, as label and address.
    pub(crate) fn of<'a>(
        &'a self,
        name: &'a str,
        metadata: &'a Value,
    ) -> impl Iterator<Item = (&'a str, String)> {
        let begins = move |template: &&Template| {
            template
                .parts
                .first()
                .is_some_and(|(_, first)| first == name)
        };
        let links = self.0.iter().filter(begins);
        links.filter_map(|template| Some((template.label.as_str(), template.fill(metadata)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_escaped() {
        let links = Links(vec![
            "trace=https://t.example/trace/{traceId}?span={spanId}&x=1"
                .parse()
                .unwrap(),
            "log=http://l.example:5601/app?q={requestId}"
                .parse()
                .unwrap(),
        ]);
        let all = |name: &str, metadata: Value| {
            links
                .of(name, &metadata)
                .map(|(label, href)| (label.to_owned(), href))
                .collect::<Vec<_>>()
        };
        let both = json!({"traceId": "a/b?c#\"<", "spanId": 7, "requestId": "../é"});
        assert_eq!(
            all("traceId", both.clone()),
            [(
                "trace".to_owned(),
                "https://t.example/trace/a%2Fb%3Fc%23%22%3C?span=7&x=1".to_owned()
            )]
        );
        assert_eq!(
            all("requestId", both.clone())[0].1,
            "http://l.example:5601/app?q=..%2F%C3%A9"
        );
        assert_eq!(all("spanId", both), []);
        assert_eq!(all("traceId", json!({"traceId": "a"})), []);
        assert_eq!(all("requestId", json!({"requestId": ["a"]})), []);
    }

    #[test]
    fn templates() {
        for (text, message) in [
            ("https", "there is no = after the name of the link"),
            (
                "=https://a/{x}",
                "the name of a link has 1 to 40 characters",
            ),
            (
                "a=javascript:alert({x})",
                "the address of a link begins with http:// or https://, a site and /",
            ),
            (
                "a=https://{x}/",
                "the site of a link is fixed: places for values come after it",
            ),
            (
                "a=https://b@{x}.c/",
                "the site of a link is fixed: places for values come after it",
            ),
            ("a=https://b/{x", "a { of the link has no }"),
            (
                "a=https://b/{}",
                "{} of a link holds the name of a value such as traceId, spanId or requestId",
            ),
            ("a=https://b/", "the link has no place for a value"),
            (
                "a=https://b/ {x}",
                "the address of a link has no white space",
            ),
        ] {
            let said = text.parse::<Template>().unwrap_err();
            assert_eq!(
                said,
                format!("{message}; write a link as trace=https://tempo.example/trace/{{traceId}}"),
                "{text}"
            );
        }
    }
}
