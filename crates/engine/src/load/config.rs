//! `config.json`, asked for single settings.
use super::source::{Folder, whole};
use crate::failure::{Failure, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The settings of a model, under the names that transformers gives them.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    path: PathBuf,
    values: Value,
}

impl Config {
    /// From a file; `None` if it is not there.
    pub(crate) fn read(folder: &dyn Folder, name: &str) -> Result<Option<Self>> {
        let Some(bytes) = whole(folder, name)? else {
            return Ok(None);
        };
        let path = folder.path(name);
        match serde_json::from_slice(&bytes) {
            Ok(values) => Ok(Some(Self::new(&path, values))),
            Err(error) => Err(Failure::Broken {
                path,
                why: error.to_string(),
            }),
        }
    }

    /// Of settings that were in a file of another kind.
    pub(crate) fn new(path: &Path, values: Value) -> Self {
        Self {
            path: path.to_owned(),
            values,
        }
    }

    /// What is set. A setting can be null, and means then what it means without being there.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A number above 0.
    pub(crate) fn size(&self, name: &str) -> Result<usize> {
        self.size_if(name)?
            .ok_or_else(|| self.wrong(name, "is missing"))
    }

    pub(crate) fn size_if(&self, name: &str) -> Result<Option<usize>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok());
        match number {
            Some(number) if number > 0 => Ok(Some(number)),
            _ => Err(self.wrong(name, "must be a whole number above 0")),
        }
    }

    pub(crate) fn number_or(&self, name: &str, default: f64) -> Result<f64> {
        match self.get(name).map(Value::as_f64) {
            None => Ok(default),
            Some(Some(number)) => Ok(number),
            Some(None) => Err(self.wrong(name, "must be a number")),
        }
    }

    /// A part with settings of its own.
    pub(crate) fn part(&self, name: &str) -> Option<Self> {
        let values = self.get(name).filter(|value| value.is_object())?.clone();
        Some(Self {
            path: self.path.clone(),
            values,
        })
    }

    /// One number or a list of them, as tokens that end a text are given.
    pub(crate) fn ids(&self, name: &str) -> Vec<u32> {
        let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
        match self.get(name) {
            Some(Value::Array(list)) => list.iter().filter_map(id).collect(),
            Some(value) => id(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    pub(crate) fn wrong(&self, name: &str, problem: impl Into<String>) -> Failure {
        Failure::Configuration {
            path: self.path.clone(),
            name: name.to_owned(),
            problem: problem.into(),
        }
    }
}
