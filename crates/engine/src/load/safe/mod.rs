//! Weights in the format safetensors, in one file or several.
mod file;

use super::weights::Files;
use crate::failure::{Failure, Result};
use candle_core::Tensor;
use file::SafeFile;
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
};

/// Names the file of every weight, where there are several.
const INDEX: &str = "model.safetensors.index.json";

/// All files of a model, open.
#[derive(Debug)]
pub(crate) struct SafeFiles {
    files: Vec<SafeFile>,
    /// Which file has a weight.
    places: HashMap<String, usize>,
}

impl SafeFiles {
    /// Reads the headers.
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let mut all = Self {
            files: Vec::new(),
            places: HashMap::new(),
        };
        for path in files(directory)? {
            let file = SafeFile::open(&path)?;
            let number = all.files.len();
            all.places
                .extend(file.names().into_iter().map(|name| (name, number)));
            all.files.push(file);
        }
        Ok(all)
    }

    fn file(&self, name: &str) -> Option<&SafeFile> {
        self.files.get(*self.places.get(name)?)
    }
}

impl Files for SafeFiles {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.file(name)?.info(name)?.shape.clone())
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        let file = self.file(name);
        file.ok_or_else(|| Failure::Missing(name.to_owned()))?
            .tensor(name)
    }

    fn bytes(&self) -> u64 {
        let shapes = self.places.keys().filter_map(|name| self.shape(name));
        shapes
            .map(|shape| 4 * shape.iter().product::<usize>() as u64)
            .sum()
    }

    fn turned(&self) -> bool {
        true
    }

    /// However they are stored.
    fn format(&self) -> String {
        "F32".to_owned()
    }

    fn paths(&self) -> Vec<PathBuf> {
        let files = self.files.iter();
        files.map(|file| file.path().to_owned()).collect()
    }
}

/// The files of the index, or else every one that is there.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let index = directory.join(INDEX);
    if index.exists() {
        return indexed(directory, &index);
    }
    let read = |source| Failure::Read {
        path: directory.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "safetensors")
        {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Failure::NoModel {
            path: directory.to_owned(),
            what: "*.safetensors",
        });
    }
    Ok(found)
}

fn indexed(directory: &Path, index: &Path) -> Result<Vec<PathBuf>> {
    let broken = |why: String| Failure::Broken {
        path: index.to_owned(),
        why,
    };
    let bytes = std::fs::read(index).map_err(|source| Failure::Read {
        path: index.to_owned(),
        source,
    })?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    let map = value.get("weight_map").and_then(Value::as_object);
    let map = map.ok_or_else(|| broken("it has no weight_map".to_owned()))?;
    let names: BTreeSet<&str> = map.values().filter_map(Value::as_str).collect();
    // A name is that of a file beside the index, and leads nowhere else.
    match names.iter().find(|name| name.contains(['/', '\\'])) {
        Some(name) => Err(broken(format!(
            "it names {name:?}, which is not a file beside it"
        ))),
        None => Ok(names.iter().map(|name| directory.join(name)).collect()),
    }
}
