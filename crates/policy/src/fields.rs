//! Which fields are dropped or hashed.
use crate::rules::{Anonymise, PolicyError};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::fmt::Write as _;

/// Bytes of a hash that are kept: enough that no two values share one.
const KEPT: usize = 16;

/// The name of a field as it stands in files: `user`, or `metadata.session_id` for one inside another. It fits at any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Vec<String>);

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Drop,
    Hash,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a field.
    Field(String),
    /// Into an item of a list: by its `index` where it says one, else by its place.
    Item(String),
}

impl Name {
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err(PolicyError(format!(
                "`{text}` is no name of a field: write it as in the files, with dots between"
            )));
        }
        Ok(Self(parts))
    }

    /// Lists between fields do not count.
    fn fits(&self, way: &[Step]) -> bool {
        let mut fields = way.iter().rev().filter_map(|step| match step {
            Step::Field(name) => Some(name),
            Step::Item(_) => None,
        });
        self.0.iter().rev().all(|part| fields.next() == Some(part))
    }

    /// Attributes of traces have their name as a value, with dots in it.
    fn is(&self, dotted: &str) -> bool {
        self.0.iter().map(String::as_str).eq(dotted.split('.'))
    }
}

/// What becomes of the field at the end of this way.
pub(crate) fn fate(rules: &Anonymise, way: &[Step]) -> Option<Fate> {
    let fits = |names: &[Name]| names.iter().any(|name| name.fits(way));
    of(fits(&rules.drop), fits(&rules.hash))
}

/// What becomes of an attribute with this name.
pub(crate) fn fate_of(rules: &Anonymise, dotted: &str) -> Option<Fate> {
    let is = |names: &[Name]| names.iter().any(|name| name.is(dotted));
    of(is(&rules.drop), is(&rules.hash))
}

fn of(drop: bool, hash: bool) -> Option<Fate> {
    match (drop, hash) {
        (true, _) => Some(Fate::Drop),
        (_, true) => Some(Fate::Hash),
        _ => None,
    }
}

/// How what stands for a value begins.
const ANON: &str = "anon-";

/// Whether a text is what [`hashed`] makes: then it stays, so that a policy that is applied again changes nothing. Names that only
/// begin so, such as `anon-ann`, are names.
pub(crate) fn is_hashed(value: &str) -> bool {
    value.strip_prefix(ANON).is_some_and(|hash| {
        hash.len() == 2 * KEPT && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// What stands for a value: the same for the same one, so that what belongs together still does.
pub(crate) fn hashed(salt: &[u8], value: &str) -> String {
    let mut text = String::from(ANON);
    // Keys of any length are taken.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) {
        mac.update(value.as_bytes());
        for byte in &mac.finalize().into_bytes()[..KEPT] {
            let _ = write!(text, "{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_at_any_depth() {
        let way = [
            Step::Field("data".into()),
            Step::Item("0".into()),
            Step::Field("metadata".into()),
            Step::Item("1".into()),
            Step::Field("ip".into()),
        ];
        for (name, fits) in [
            ("ip", true),
            ("metadata.ip", true),
            ("data.metadata.ip", true),
            ("data.ip", false),
            ("metadata", false),
            ("p", false),
            ("x.data.metadata.ip", false),
        ] {
            assert_eq!(Name::parse(name).unwrap().fits(&way), fits, "{name}");
        }
        assert!(Name::parse("user.id").unwrap().is("user.id"));
        assert!(!Name::parse("id").unwrap().is("user.id"));
    }

    #[test]
    fn hashes_need_the_salt() {
        let one = hashed(b"0123456789abcdef", "ann");
        assert!(is_hashed(&one));
        for name in [
            "anon-ann",
            "anon-",
            "",
            &one[1..],
            &one[..36],
            &format!("{one}0"),
            &one.to_uppercase(),
        ] {
            assert!(!is_hashed(name), "{name}");
        }
        assert_eq!(one, hashed(b"0123456789abcdef", "ann"));
        assert_ne!(one, hashed(b"0123456789abcdeF", "ann"));
        assert_ne!(one, hashed(b"0123456789abcdef", "bob"));
    }
}
