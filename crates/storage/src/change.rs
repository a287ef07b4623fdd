//! What people change of a stored run: its name, its tags, its note.
use crate::StorageError;
use crate::manifest::clean_name;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Tags of a run, characters of a tag, bytes of a note: at most.
const TAGS: usize = 32;
const TAG: usize = 64;
const NOTE: usize = 8 * 1024;

/// A change; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunChange {
    /// The new name.
    pub name: Option<String>,
    /// All tags that the run shall have.
    pub tags: Option<BTreeSet<String>>,
    /// The new note; an empty one takes it away.
    pub note: Option<String>,
}

impl RunChange {
    /// The change with clean texts, or what is wrong with it.
    pub(crate) fn checked(mut self) -> Result<Self, StorageError> {
        let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
        if self == Self::default() {
            return wrong("Say what to change: `name`, `tags` or `note`.");
        }
        if let Some(name) = &mut self.name {
            *name = clean_name(name).trim().to_owned();
            if name.is_empty() {
                return wrong("A name needs at least one character.");
            }
        }
        if let Some(tags) = &mut self.tags {
            *tags = tags.iter().map(|tag| tag.trim().to_owned()).collect();
            if tags.len() > TAGS {
                return wrong("A run has at most 32 tags.");
            }
            let fits = |tag: &String| {
                (1..=TAG).contains(&tag.chars().count())
                    && !tag.chars().any(|c| c.is_control() || c == ',')
            };
            if !tags.iter().all(fits) {
                return wrong("A tag has 1 to 64 characters, without commas and line ends.");
            }
        }
        if self.note.as_ref().is_some_and(|note| note.len() > NOTE) {
            return wrong("A note has at most 8 KiB.");
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        let table = [
            ("{}", "Say what to change: `name`, `tags` or `note`."),
            (r#"{"name":" \n "}"#, "A name needs at least one character."),
            (
                r#"{"tags":["a,b"]}"#,
                "A tag has 1 to 64 characters, without commas and line ends.",
            ),
            (
                r#"{"tags":[" "]}"#,
                "A tag has 1 to 64 characters, without commas and line ends.",
            ),
        ];
        for (json, message) in table {
            let change: RunChange = serde_json::from_str(json).unwrap();
            let error = change.checked().unwrap_err().to_string();
            assert_eq!(error, format!("bad request: {message}"), "{json}");
        }
        let many = RunChange {
            tags: Some((0..33).map(|n| n.to_string()).collect()),
            ..RunChange::default()
        };
        assert_eq!(
            many.checked().unwrap_err().to_string(),
            "bad request: A run has at most 32 tags."
        );
        let long = RunChange {
            note: Some("x".repeat(NOTE + 1)),
            ..RunChange::default()
        };
        assert_eq!(
            long.checked().unwrap_err().to_string(),
            "bad request: A note has at most 8 KiB."
        );
        assert!(serde_json::from_str::<RunChange>(r#"{"title":"x"}"#).is_err());
        let clean: RunChange =
            serde_json::from_str(r#"{"name":" a\u0000b ","tags":[" x "],"note":""}"#).unwrap();
        let clean = clean.checked().unwrap();
        assert_eq!(clean.name.as_deref(), Some("ab"));
        assert_eq!(clean.tags, Some(["x".to_owned()].into()));
    }
}
