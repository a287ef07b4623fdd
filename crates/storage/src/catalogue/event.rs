//! Something that happened to a run after it was stored.
use crate::generations::opinion::Opinion;
use crate::keys;
use policy::Anonymise;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ulid::Ulid;

/// An event as it is stored. Unknown fields are ignored; events of an unknown kind or format are noted and left alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    format: u32,
    /// `tombstone`, `purge`, `edit`, `said`, `share`, `withdraw`, `rewritten` or `announce`.
    kind: String,
    /// The run in question.
    #[serde(skip_serializing_if = "String::is_empty")]
    run: String,
    /// Of an announcement: the key of an object that may lie behind the cursor of somebody.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    #[serde(flatten)]
    edit: Edit,
    /// What was said of generations of the run, by their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    opinions: Vec<(u64, Opinion)>,
    /// A link to the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Link>,
    /// Of a withdrawal: the event that made the link.
    #[serde(skip_serializing_if = "String::is_empty")]
    share: String,
    /// Of what was written again: the keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
}

/// A link to a run, named by the event that made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    /// SHA-256 of its secret, lower-case hex.
    pub(crate) hash: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at_ms: Option<u64>,
}

/// What was said of generations of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) run: Ulid,
    /// One more than the largest revision that the writer saw.
    pub(crate) rev: u64,
    pub(crate) opinions: Vec<(u64, Opinion)>,
}

/// All changes of one request, so that they happen together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Edit {
    /// One more than the largest revision that the writer saw.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) rev: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Tags that are put on. Each one is an add, named by this event.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) tags: BTreeSet<String>,
    /// Adds that are taken back: (event, tag). An add that the writer did not see stays.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) untags: BTreeSet<(String, String)>,
}

fn is_zero(rev: &u64) -> bool {
    *rev == 0
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Saying {
    /// The run is deleted, for ever.
    Tombstone(Ulid),
    /// Name, note or tags of a run.
    Edit(Ulid, Edit),
    /// Feedback and scores.
    Said(Said),
    /// A link to a run.
    Share(Ulid, Link),
    /// The link that this event made works no more, for ever.
    Withdraw(Ulid),
    /// The run is deleted, and nothing of it is kept.
    Purge(Ulid),
    /// These objects of the run were written again: what was read of them before is forgotten.
    Rewritten(Ulid, Vec<String>),
    /// Look at this object.
    Announce(String),
}

impl Saying {
    /// Whether it makes others be forgotten.
    pub(crate) fn takes_away(&self) -> bool {
        matches!(self, Self::Purge(_) | Self::Rewritten(..))
    }
}

impl Event {
    pub(crate) fn tombstone(run: Ulid) -> Self {
        Self::new("tombstone", run, Edit::default())
    }

    pub(crate) fn edit(run: Ulid, edit: Edit) -> Self {
        Self::new("edit", run, edit)
    }

    pub(crate) fn announce(key: String) -> Self {
        Self {
            format: 1,
            kind: "announce".into(),
            key,
            ..Self::default()
        }
    }

    pub(crate) fn said(run: Ulid, rev: u64, opinions: Vec<(u64, Opinion)>) -> Self {
        let edit = Edit {
            rev,
            ..Edit::default()
        };
        Self {
            opinions,
            ..Self::new("said", run, edit)
        }
    }

    pub(crate) fn purge(run: Ulid) -> Self {
        Self::new("purge", run, Edit::default())
    }

    pub(crate) fn rewritten(run: Ulid, keys: Vec<String>) -> Self {
        Self {
            keys,
            ..Self::new("rewritten", run, Edit::default())
        }
    }

    /// An event that says something of a run, with the run. Deletions say nothing of it.
    pub(crate) fn about_a_run(bytes: &[u8]) -> Option<(Ulid, Self)> {
        let event: Self = serde_json::from_slice(bytes).ok()?;
        let says = matches!(event.kind.as_str(), "edit" | "said" | "share");
        let run = keys::parse_id(&event.run).filter(|_| says && event.format == 1)?;
        Some((run, event))
    }

    /// The event as it may stay; `None` when it may as it is. Tags are words of the team, by which policies are chosen.
    pub(crate) fn anonymous(&self, rules: &Anonymise) -> Option<Self> {
        let mut new = self.clone();
        let label = new.link.as_mut().map(|link| &mut link.label);
        let texts = [new.edit.title.as_mut(), new.edit.note.as_mut(), label];
        for text in texts.into_iter().flatten() {
            if let Some(masked) = rules.words(text) {
                *text = masked;
            }
        }
        for (_, opinion) in &mut new.opinions {
            opinion.make_anonymous(rules);
        }
        (new != *self).then_some(new)
    }

    pub(crate) fn share(run: Ulid, link: Link) -> Self {
        Self {
            link: Some(link),
            ..Self::new("share", run, Edit::default())
        }
    }

    pub(crate) fn withdraw(run: Ulid, share: Ulid) -> Self {
        Self {
            share: keys::lower(share),
            ..Self::new("withdraw", run, Edit::default())
        }
    }

    fn new(kind: &str, run: Ulid, edit: Edit) -> Self {
        Self {
            format: 1,
            kind: kind.into(),
            run: keys::lower(run),
            edit,
            ..Self::default()
        }
    }

    /// The run that is deleted by an event, if it is a tombstone.
    pub(crate) fn deleted_run(bytes: &[u8]) -> Option<Ulid> {
        match Self::read(bytes) {
            Ok(Saying::Tombstone(run) | Saying::Purge(run)) => Some(run),
            _ => None,
        }
    }

    /// Whether an event makes others be forgotten.
    pub(crate) fn takes_away(bytes: &[u8]) -> bool {
        Self::read(bytes).is_ok_and(|saying| saying.takes_away())
    }

    /// Reads an event; the error says why it is rejected.
    pub(crate) fn read(bytes: &[u8]) -> Result<Saying, String> {
        let event: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if event.format != 1 {
            return Err(format!("format {} is not known", event.format));
        }
        let run = || keys::parse_id(&event.run).ok_or_else(|| "it names no run".to_owned());
        match event.kind.as_str() {
            "tombstone" => Ok(Saying::Tombstone(run()?)),
            "edit" => Ok(Saying::Edit(run()?, event.edit)),
            "said" => Ok(Saying::Said(Said {
                run: run()?,
                rev: event.edit.rev,
                opinions: event.opinions,
            })),
            "purge" => Ok(Saying::Purge(run()?)),
            "rewritten" => Ok(Saying::Rewritten(run()?, event.keys)),
            "share" => match event.link {
                Some(link) => Ok(Saying::Share(run()?, link)),
                None => Err("it has no link".to_owned()),
            },
            "withdraw" => match keys::parse_id(&event.share) {
                Some(share) => Ok(Saying::Withdraw(share)),
                None => Err("it names no link".to_owned()),
            },
            "announce" => Ok(Saying::Announce(event.key)),
            _ => Err("events of this kind are not known".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_back_as_they_were() {
        let run = Ulid::from_parts(1_735_689_600_000, 7);
        let id = keys::lower(run);
        let edit = Edit {
            rev: 3,
            title: Some("t".into()),
            note: None,
            tags: ["a".to_owned()].into(),
            untags: [("x".to_owned(), "b".to_owned())].into(),
        };
        let text = |event: &Event| serde_json::to_string(event).unwrap();
        let tombstone = Event::tombstone(run);
        assert_eq!(
            text(&tombstone),
            format!(r#"{{"format":1,"kind":"tombstone","run":"{id}"}}"#)
        );
        let edited = Event::edit(run, edit.clone());
        assert_eq!(
            text(&edited),
            format!(
                r#"{{"format":1,"kind":"edit","run":"{id}","rev":3,"title":"t","tags":["a"],"untags":[["x","b"]]}}"#
            )
        );
        let read = |event: &Event| Event::read(text(event).as_bytes());
        assert_eq!(read(&tombstone), Ok(Saying::Tombstone(run)));
        assert_eq!(read(&edited), Ok(Saying::Edit(run, edit)));
        let link = Link {
            hash: "ab".into(),
            label: "for you".into(),
            expires_at_ms: Some(5),
        };
        let shared = Event::share(run, link.clone());
        assert_eq!(
            text(&shared),
            format!(
                r#"{{"format":1,"kind":"share","run":"{id}","link":{{"hash":"ab","label":"for you","expires_at_ms":5}}}}"#
            )
        );
        assert_eq!(read(&shared), Ok(Saying::Share(run, link)));
        assert_eq!(read(&Event::withdraw(run, run)), Ok(Saying::Withdraw(run)));
        assert_eq!(
            read(&Event::announce("run/x".into())),
            Ok(Saying::Announce("run/x".into()))
        );
    }

    #[test]
    fn what_is_rejected_and_why() {
        for (text, reason) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{}", "format 0 is not known"),
            (r#"{"format":2}"#, "format 2 is not known"),
            (
                r#"{"format":1,"kind":"mood"}"#,
                "events of this kind are not known",
            ),
            (
                r#"{"format":1,"kind":"share","run":"01jgfjjz00rstv1234567890ab"}"#,
                "it has no link",
            ),
            (
                r#"{"format":1,"kind":"withdraw","run":"01jgfjjz00rstv1234567890ab"}"#,
                "it names no link",
            ),
            (r#"{"format":1,"kind":"edit","run":"x"}"#, "it names no run"),
        ] {
            assert_eq!(Event::read(text.as_bytes()), Err(reason.into()), "{text}");
        }
    }
}
