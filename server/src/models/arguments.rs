//! `--model` and `--model-server` as they are given.
use crate::generate::prompt;
use std::{path::PathBuf, str::FromStr};

/// `NAME=PATH`, or a path alone, whose last part is the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What requests call it.
    pub name: String,
    /// A directory, a GGUF file, or a name of the Hugging Face hub.
    pub path: PathBuf,
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = text.split_once('=').filter(|(name, _)| is_name(name));
        let (name, path) = match named {
            Some((name, path)) => (name.to_owned(), PathBuf::from(path)),
            None => {
                let path = PathBuf::from(text);
                (prompt::name(&path), path)
            }
        };
        match path.as_os_str().is_empty() {
            true => Err("expected NAME=PATH, or the path of a model".to_owned()),
            false => Ok(Self { name, path }),
        }
    }
}

/// `NAME=URL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerGiven {
    /// What stands before the names of its models.
    pub name: String,
    /// The base address of its protocol.
    pub url: String,
}

impl FromStr for ServerGiven {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = text.split_once('=').filter(|(name, _)| is_name(name));
        let (name, url) = named.ok_or(
            "expected NAME=URL, such as vllm=http://127.0.0.1:8000/v1; a name has letters, digits, `-`, `_` and `.`",
        )?;
        Ok(Self {
            name: name.to_owned(),
            url: url.to_owned(),
        })
    }
}

fn is_name(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && text.chars().all(fine)
}

#[cfg(test)]
mod tests {
    use super::{Given, ServerGiven};
    use std::path::PathBuf;

    #[test]
    fn names_and_places() {
        for (text, expected) in [
            ("small=models/a", Some(("small", "models/a"))),
            ("none/such/b.c=d", Some(("b.c=d", "none/such/b.c=d"))),
            ("a=b=c", Some(("a", "b=c"))),
            ("none/x", Some(("x", "none/x"))),
            ("a=", None),
            ("", None),
        ] {
            let found = text.parse::<Given>().ok();
            let expected = expected.map(|(name, path)| Given {
                name: name.to_owned(),
                path: PathBuf::from(path),
            });
            assert_eq!(found, expected, "{text}");
        }
        let server = "vllm=http://a/v1?b=c".parse::<ServerGiven>().unwrap();
        assert_eq!(
            (server.name.as_str(), server.url.as_str()),
            ("vllm", "http://a/v1?b=c")
        );
        for text in ["http://a/v1", "=http://a", "a b=http://a"] {
            assert!(text.parse::<ServerGiven>().is_err(), "{text}");
        }
    }
}
