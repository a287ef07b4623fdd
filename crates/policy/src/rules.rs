//! The policy file: TOML, read strictly.
use crate::fields::Name;
use crate::mask::Mask;
use serde::Deserialize;

/// Characters of a salt, at least: whoever can guess it can try names until a hash fits.
const SALT: usize = 16;

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub String);

/// What may be kept, and how.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    keep: Vec<Keep>,
    /// `None`: files stay as they are.
    pub anonymise: Option<Anonymise>,
}

/// How files are made anonymous.
#[derive(Debug, Clone)]
pub struct Anonymise {
    pub(crate) drop: Vec<Name>,
    pub(crate) hash: Vec<Name>,
    pub(crate) masks: Vec<Mask>,
    pub(crate) salt: Vec<u8>,
    /// What becomes of files that cannot be made so.
    pub otherwise: Otherwise,
}

/// What becomes of a file that cannot be made anonymous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// It stays, and the report names it.
    #[default]
    Report,
    /// It goes.
    Remove,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    tag: Option<String>,
    model: Option<String>,
    days: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    keep: Vec<Keep>,
    anonymise: Option<Rules>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rules {
    drop: Vec<String>,
    hash: Vec<String>,
    mask: Vec<String>,
    otherwise: Otherwise,
}

impl Policy {
    /// Reads a policy file. `salt` is the secret that hashes are made with.
    ///
    /// # Errors
    /// A sentence with what is wrong and where.
    pub fn parse(text: &str, salt: Option<&str>) -> Result<Self, PolicyError> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| 1 + text[..span.start].matches('\n').count());
            let line = line
                .map(|line| format!("line {line}: "))
                .unwrap_or_default();
            PolicyError(format!("{line}{}", error.message()))
        })?;
        let wrong = |what: String| Err(PolicyError(what));
        if written.keep.iter().any(|keep| keep.days == 0) {
            return wrong("`days` is at least 1".into());
        }
        let Some(rules) = written.anonymise else {
            return Ok(Self {
                keep: written.keep,
                anonymise: None,
            });
        };
        if rules.drop.is_empty() && rules.hash.is_empty() && rules.mask.is_empty() {
            return wrong("`anonymise` has none of `drop`, `hash` and `mask`".into());
        }
        let names = |names: &[String]| -> Result<Vec<Name>, PolicyError> {
            names.iter().map(|name| Name::parse(name)).collect()
        };
        let salt = match salt {
            Some(salt) if salt.len() >= SALT => salt.as_bytes().to_vec(),
            None | Some(_) if rules.hash.is_empty() => Vec::new(),
            _ => {
                return wrong(format!(
                    "`hash` needs a secret of at least {SALT} characters in SURPRISAL_SALT"
                ));
            }
        };
        let masks = rules.mask.iter().map(|mask| Mask::parse(mask));
        Ok(Self {
            keep: written.keep,
            anonymise: Some(Anonymise {
                drop: names(&rules.drop)?,
                hash: names(&rules.hash)?,
                masks: masks.collect::<Result<_, _>>()?,
                salt,
                otherwise: rules.otherwise,
            }),
        })
    }

    /// For how many days a run with these tags and models is kept; `None` for ever. Of several rules the first one that fits
    /// counts.
    pub fn days<'a>(
        &self,
        tags: &[String],
        models: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<u32> {
        let fits = |keep: &&Keep| {
            let tag = keep.tag.as_ref().is_none_or(|tag| tags.contains(tag));
            let model = keep.model.as_deref();
            tag && model.is_none_or(|model| models.clone().any(|name| name == model))
        };
        self.keep.iter().find(fits).map(|keep| keep.days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
# What the team agreed on
[[keep]]
tag = "prod"
days = 30
[[keep]]
model = "gpt-4o"
days = 90
[[keep]]
days = 365

[anonymise]
drop = ["user", "metadata.ip"]
hash = ["session_id"]
mask = ["email", "phone", 'EMP-\d+']
otherwise = "remove"
"#;

    #[test]
    fn the_first_rule_that_fits_counts() {
        let policy = Policy::parse(WHOLE, Some("0123456789abcdef")).unwrap();
        let days = |tags: &[&str], models: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            policy.days(&tags, models.iter().copied())
        };
        assert_eq!(days(&["a", "prod"], &["gpt-4o"]), Some(30));
        assert_eq!(days(&["a"], &["x", "gpt-4o"]), Some(90));
        assert_eq!(days(&[], &["gpt-4o-mini"]), Some(365));
        let anonymise = policy.anonymise.unwrap();
        assert_eq!(anonymise.otherwise, Otherwise::Remove);
        let none = Policy::parse("", None).unwrap();
        assert_eq!(none.days(&[], ["m"].into_iter()), None);
        assert!(none.anonymise.is_none());
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("[[keep]]\ndays = 0", "`days` is at least 1"),
            (
                "[anonymise]",
                "`anonymise` has none of `drop`, `hash` and `mask`",
            ),
            (
                "[anonymise]\nhash = [\"user\"]",
                "`hash` needs a secret of at least 16 characters in SURPRISAL_SALT",
            ),
            (
                "[anonymise]\nmask = [\"(\"]",
                "`mask` has the pattern `(`, which is none",
            ),
            (
                "[anonymise]\nmask = [\"x*\"]",
                "`mask` has the pattern `x*`, which also fits where nothing is",
            ),
            (
                "[anonymise]\ndrop = [\"a..b\"]",
                "`a..b` is no name of a field: write it as in the files, with dots between",
            ),
        ] {
            assert_eq!(
                Policy::parse(text, None).map(|_| ()),
                Err(PolicyError(message.into())),
                "{text}"
            );
        }
        for (text, part) in [
            ("[[keep]]\nday = 3", "line 2: unknown field `day`"),
            ("x = ", "line 1: "),
            ("[[keep]]\ntag = \"a\"", "missing field `days`"),
        ] {
            let error = Policy::parse(text, None).unwrap_err().0;
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
