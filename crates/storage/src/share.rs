//! Links that show one run to whoever has them: made, listed, withdrawn.
//!
//! A link holds the id of the event that made it and a secret of 256 bits. The store keeps the hash of the secret alone, so that
//! nobody who reads the store can open a run by it. Whether a link works depends on the set of events, as everything else.
use crate::catalogue::{Event, Kind, Link};
use crate::{RunStore, StorageError, keys, objects};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use ulid::Ulid;
use utoipa::ToSchema;

/// Bytes of a secret.
const SECRET: usize = 32;
/// Characters of a label, links of a run that still work: at most.
const LABEL: usize = 100;
const LINKS: usize = 100;

/// What a new link shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewShare {
    /// Whom it is for, to tell links apart: at most 100 characters.
    pub label: String,
    /// Until when it works, milliseconds since 1970; without it until it is withdrawn.
    pub expires_at_ms: Option<u64>,
}

/// A link to a run, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// Its id.
    pub id: String,
    /// The run that it shows.
    pub run: String,
    /// Whom it is for.
    pub label: String,
    /// When it was made, milliseconds since 1970.
    pub created_at_ms: u64,
    /// Until when it works, milliseconds since 1970; `null` until it is withdrawn.
    pub expires_at_ms: Option<u64>,
    /// Whether it works.
    pub state: ShareState,
}

/// Whether a link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareState {
    /// It does.
    Works,
    /// Its time is over.
    Expired,
    /// Somebody took it back.
    Withdrawn,
}

/// What a text is that somebody shows as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A link that works.
    Works(Share),
    /// A link that was withdrawn, or whose time is over.
    Ended(Share),
    /// None that was ever made.
    Unknown,
}

/// A link as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) event: Ulid,
    pub(crate) run: Ulid,
    pub(crate) link: Link,
    pub(crate) withdrawn: bool,
}

impl Known {
    fn at(self, now_ms: u64) -> Share {
        let state = match self.link.expires_at_ms {
            _ if self.withdrawn => ShareState::Withdrawn,
            Some(end) if end <= now_ms => ShareState::Expired,
            _ => ShareState::Works,
        };
        Share {
            id: keys::lower(self.event),
            run: keys::lower(self.run),
            label: self.link.label,
            created_at_ms: self.event.timestamp_ms(),
            expires_at_ms: self.link.expires_at_ms,
            state,
        }
    }
}

impl RunStore {
    /// Makes a link to a run. What comes back beside it is its secret form, which is known to nobody else and never again.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] with what is wrong with the wish, else as [`RunStore::run`].
    pub async fn share(&self, id: &str, wish: NewShare) -> Result<(Share, String), StorageError> {
        let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
        let label = wish.label.trim().to_owned();
        if label.chars().count() > LABEL || label.chars().any(char::is_control) {
            return wrong("A label has at most 100 characters, without line ends.");
        }
        let now = self.now_ms();
        if wish.expires_at_ms.is_some_and(|end| end <= now) {
            return wrong("`expires_at_ms` has to lie ahead.");
        }
        let run = self.run(id).await?;
        let working = self.shares(&run.id).await?.into_iter();
        if working.filter(|s| s.state == ShareState::Works).count() >= LINKS {
            return wrong("A run has at most 100 links that work: withdraw one first.");
        }
        let run = keys::parse_id(&run.id).ok_or(StorageError::NotFound(run.id))?;
        let mut secret = [0; SECRET];
        getrandom::fill(&mut secret).map_err(|error| {
            StorageError::Unavailable(format!("no secret is to be had: {error}"))
        })?;
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let link = Link {
            hash: hash(&secret).iter().map(|b| format!("{b:02x}")).collect(),
            label,
            expires_at_ms: wish.expires_at_ms,
        };
        let event = self.new_id();
        let bytes = objects::json(&Event::share(run, link.clone()))?;
        self.publish(Kind::Event, event, bytes).await?;
        let share = Known {
            event,
            run,
            link,
            withdrawn: false,
        }
        .at(now);
        tracing::info!(run = share.run, share = share.id, "a link was made");
        let token = format!("{}.{secret}", share.id);
        Ok((share, token))
    }

    /// All links to a run, the last one made first.
    ///
    /// # Errors
    /// As [`RunStore::run`].
    pub async fn shares(&self, id: &str) -> Result<Vec<Share>, StorageError> {
        let run = self.run(id).await?;
        let Some(run) = keys::parse_id(&run.id) else {
            return Ok(Vec::new());
        };
        let now = self.now_ms();
        let known = self.catalogue().links(run).await?;
        Ok(known.into_iter().map(|known| known.at(now)).collect())
    }

    /// Takes a link back, for ever. Again, nothing changes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] when the run has no such link, else as [`RunStore::run`].
    pub async fn withdraw(&self, id: &str, share: &str) -> Result<(), StorageError> {
        let run = self.run(id).await?;
        let missing = || StorageError::NotFound(share.to_owned());
        let event = keys::parse_id(share).ok_or_else(missing)?;
        let known = self.catalogue().link(event).await?.ok_or_else(missing)?;
        if keys::lower(known.run) != run.id {
            return Err(missing());
        }
        if !known.withdrawn {
            let bytes = objects::json(&Event::withdraw(known.run, event))?;
            self.publish(Kind::Event, self.new_id(), bytes).await?;
            tracing::info!(run = run.id, share, "a link was withdrawn");
        }
        Ok(())
    }

    /// What a text is that somebody shows as a link: as [`RunStore::share`] made it. What other servers did is known within
    /// the same time as deletions are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn opened(&self, token: &str) -> Result<Opened, StorageError> {
        let Some((event, secret)) = parse(token) else {
            return Ok(Opened::Unknown);
        };
        self.catalogue().refresh_events(&**self.objects()).await?;
        let Some(known) = self.catalogue().link(event).await? else {
            return Ok(Opened::Unknown);
        };
        if !is_hash_of(&known.link.hash, secret) {
            return Ok(Opened::Unknown);
        }
        let share = known.at(self.now_ms());
        Ok(match share.state {
            ShareState::Works => Opened::Works(share),
            ShareState::Expired | ShareState::Withdrawn => Opened::Ended(share),
        })
    }
}

fn parse(token: &str) -> Option<(Ulid, &str)> {
    let (id, secret) = token.split_once('.')?;
    Some((keys::parse_id(id)?, secret))
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Takes the same time whatever the secret is.
fn is_hash_of(hex: &str, secret: &str) -> bool {
    let shown: String = hash(secret).iter().map(|b| format!("{b:02x}")).collect();
    bool::from(shown.as_bytes().ct_eq(hex.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_compared_by_their_hashes() {
        let hex = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        assert!(is_hash_of(hex, "secret"));
        for (hex, secret) in [
            (hex, "Secret"),
            (hex, ""),
            ("", "secret"),
            (&hex[1..], "secret"),
        ] {
            assert!(!is_hash_of(hex, secret), "{hex} {secret}");
        }
    }

    #[test]
    fn states() {
        let known = |expires_at_ms, withdrawn| Known {
            event: Ulid::from_parts(1000, 1),
            run: Ulid::from_parts(1, 1),
            link: Link {
                hash: String::new(),
                label: "l".into(),
                expires_at_ms,
            },
            withdrawn,
        };
        for (end, withdrawn, state) in [
            (None, false, ShareState::Works),
            (Some(5001), false, ShareState::Works),
            (Some(5000), false, ShareState::Expired),
            (Some(5000), true, ShareState::Withdrawn),
            (None, true, ShareState::Withdrawn),
        ] {
            let share = known(end, withdrawn).at(5000);
            assert_eq!(share.state, state, "{end:?} {withdrawn}");
            assert_eq!(share.created_at_ms, 1000);
        }
    }

    #[test]
    fn texts_that_are_no_links() {
        for text in ["", ".", "x.y", "01jgfjjz00rstv1234567890ab", "é.é"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("01jgfjjz00rstv1234567890ab.x").is_some());
    }
}
