//! Credentials, kept apart from the address of the store.
use crate::{SettingError, StoreSetting};

/// Credentials. Does not print what it holds.
#[derive(Clone, Default)]
pub struct Secrets {
    /// `MINIO_ACCESS_KEY`, for `s3://` `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// `MINIO_SECRET_KEY`, for `s3://` `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: String,
    /// `MINIO_SESSION_TOKEN`, for `s3://` `AWS_SESSION_TOKEN`: for temporary credentials.
    pub session_token: Option<String>,
}

const MINIO: [&str; 3] = [
    "MINIO_ACCESS_KEY",
    "MINIO_SECRET_KEY",
    "MINIO_SESSION_TOKEN",
];
const AWS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Reads the variables for this kind of store; `NAME_FILE` names a file that holds the value of `NAME`.
    ///
    /// What is not set stays empty: a directory needs no credentials, and AWS may give a machine its own.
    ///
    /// # Errors
    /// A variable is not text, is given both ways, or its file cannot be read. The text never holds a value.
    pub fn from_environment(setting: &StoreSetting) -> Result<Self, SettingError> {
        let names = match setting {
            StoreSetting::File { .. } | StoreSetting::Memory => return Ok(Self::default()),
            StoreSetting::Minio { .. } => MINIO,
            StoreSetting::S3 { .. } => AWS,
        };
        Self::from_lookup(names, |name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(SettingError(format!("{name} is not valid UTF-8.")))
            }
        })
    }

    fn from_lookup(
        [access_key, secret_key, session_token]: [&str; 3],
        look: impl Fn(&str) -> Result<Option<String>, SettingError>,
    ) -> Result<Self, SettingError> {
        Ok(Self {
            access_key: value(&look, access_key)?.unwrap_or_default(),
            secret_key: value(&look, secret_key)?.unwrap_or_default(),
            session_token: value(&look, session_token)?,
        })
    }
}

/// The value of a variable, or of the file that `NAME_FILE` names, without the line end. Empty is unset.
fn value(
    look: impl Fn(&str) -> Result<Option<String>, SettingError>,
    name: &str,
) -> Result<Option<String>, SettingError> {
    let file_name = format!("{name}_FILE");
    let direct = look(name)?.filter(|value| !value.is_empty());
    let file = look(&file_name)?.filter(|path| !path.is_empty());
    let text = match (direct, file) {
        (Some(_), Some(_)) => {
            return Err(SettingError(format!(
                "{name} and {file_name} are both set; unset one of them."
            )));
        }
        (direct, None) => direct,
        (None, Some(path)) => Some(std::fs::read_to_string(path).map_err(|error| {
            SettingError(format!(
                "The file that {file_name} names cannot be read: {error}."
            ))
        })?),
    };
    let text = text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
    if text
        .as_deref()
        .is_some_and(|text| text.chars().any(char::is_control))
    {
        return Err(SettingError(format!(
            "{name} holds a control character or a second line."
        )));
    }
    Ok(text.filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn read(pairs: &[(&str, &str)]) -> Result<Secrets, SettingError> {
        let map: HashMap<_, _> = pairs.iter().copied().collect();
        Secrets::from_lookup(MINIO, |name| {
            Ok(map.get(name).map(|value| (*value).to_owned()))
        })
    }

    #[test]
    fn values_come_from_variables_or_from_files() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        std::fs::write(&file, "from a file\r\n").unwrap();
        let file = file.to_str().unwrap();

        let secrets =
            read(&[("MINIO_ACCESS_KEY", "abc"), ("MINIO_SECRET_KEY_FILE", file)]).unwrap();
        assert_eq!(secrets.access_key, "abc");
        assert_eq!(secrets.secret_key, "from a file");
        assert_eq!(secrets.session_token, None);

        let none = read(&[("MINIO_SESSION_TOKEN", "")]).unwrap();
        assert_eq!((none.access_key.as_str(), none.session_token), ("", None));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("two lines");
        std::fs::write(&file, "one\ntwo\n").unwrap();
        for (pairs, message) in [
            (
                vec![
                    ("MINIO_SECRET_KEY", "hush"),
                    ("MINIO_SECRET_KEY_FILE", "/hush"),
                ],
                "MINIO_SECRET_KEY and MINIO_SECRET_KEY_FILE are both set; unset one of them.",
            ),
            (
                vec![("MINIO_SECRET_KEY_FILE", "/no/such/hush")],
                "The file that MINIO_SECRET_KEY_FILE names cannot be read: No such file or directory (os error 2).",
            ),
            (
                vec![("MINIO_SECRET_KEY_FILE", file.to_str().unwrap())],
                "MINIO_SECRET_KEY holds a control character or a second line.",
            ),
        ] {
            assert_eq!(read(&pairs).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn printing_shows_nothing() {
        let secrets = Secrets {
            access_key: "hush1".into(),
            secret_key: "hush2".into(),
            session_token: Some("hush3".into()),
        };
        assert_eq!(format!("{secrets:?} {secrets:#?}"), "Secrets(…) Secrets(…)");
    }
}
