//! The weights of a model by their names, whatever file they lie in.
use super::safe::SafeFile;
use crate::failure::{Failure, Result};
use crate::layers::{Embedding, Linear};
use candle_core::Tensor;
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
};

/// Names the file of every weight, where there are several.
const INDEX: &str = "model.safetensors.index.json";

/// All files of a model, open.
#[derive(Debug)]
pub(crate) struct Weights {
    files: Vec<SafeFile>,
    /// Which file has a weight.
    places: HashMap<String, usize>,
}

impl Weights {
    /// Reads the headers.
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let mut weights = Self {
            files: Vec::new(),
            places: HashMap::new(),
        };
        for path in files(directory)? {
            let file = SafeFile::open(&path)?;
            let number = weights.files.len();
            weights
                .places
                .extend(file.names().into_iter().map(|name| (name, number)));
            weights.files.push(file);
        }
        Ok(weights)
    }

    /// Bytes of memory that all weights take, at four for each number.
    pub(crate) fn bytes(&self) -> u64 {
        let shapes = self.places.keys().filter_map(|name| self.shape(name));
        shapes
            .map(|shape| 4 * shape.iter().product::<usize>() as u64)
            .sum()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        let file = self.files.get(*self.places.get(name)?)?;
        Some(&file.info(name)?.shape)
    }

    /// A weight of this shape.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let file = self
            .places
            .get(name)
            .and_then(|&number| self.files.get(number));
        let (file, found) = file
            .zip(self.shape(name))
            .ok_or_else(|| Failure::Missing(name.to_owned()))?;
        if found != shape {
            return Err(Failure::Shape {
                name: name.to_owned(),
                found: found.to_owned(),
                expected: shape.to_owned(),
            });
        }
        file.tensor(name)
    }

    /// `name.weight` as [outputs, inputs], with `name.bias` if the files have one.
    pub(crate) fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Linear::new(weight.t()?, self.bias(name, outputs)?))
    }

    /// The same of a weight that is stored as [inputs, outputs], as GPT-2 has them.
    pub(crate) fn linear_turned(
        &self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[inputs, outputs])?;
        Ok(Linear::new(weight, self.bias(name, outputs)?))
    }

    /// `name.weight` as [rows, width].
    pub(crate) fn embedding(&self, name: &str, rows: usize, width: usize) -> Result<Embedding> {
        let table = self.tensor(&format!("{name}.weight"), &[rows, width])?;
        Ok(Embedding::new(table))
    }

    fn bias(&self, name: &str, outputs: usize) -> Result<Option<Tensor>> {
        let name = format!("{name}.bias");
        self.has(&name)
            .then(|| self.tensor(&name, &[outputs]))
            .transpose()
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
