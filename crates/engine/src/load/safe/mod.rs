//! Weights in the format safetensors, in one file or several.
mod file;

use super::source::{Folder, Source, whole};
use super::weights::Files;
use crate::failure::{Failure, Result};
use file::SafeFile;
use kernels::Format;
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
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
    pub(crate) fn open(folder: &dyn Folder) -> Result<Self> {
        let mut all = Self {
            files: Vec::new(),
            places: HashMap::new(),
        };
        for name in files(folder)? {
            let file = SafeFile::open(folder, &name)?;
            let number = all.files.len();
            all.places
                .extend(file.names().into_iter().map(|name| (name, number)));
            all.files.push(file);
        }
        Ok(all)
    }

    fn infos(&self) -> impl Iterator<Item = &TensorInfo> {
        let places = self.places.keys();
        places.filter_map(|name| self.file(name)?.info(name))
    }

    fn file(&self, name: &str) -> Option<&SafeFile> {
        self.files.get(*self.places.get(name)?)
    }
}

impl Files for SafeFiles {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.file(name)?.info(name)?.shape.clone())
    }

    fn stored(&self, name: &str) -> Result<(Format, Vec<u8>)> {
        let file = self.file(name);
        file.ok_or_else(|| Failure::Missing(name.to_owned()))?
            .stored(name)
    }

    fn bytes(&self) -> u64 {
        let infos = self.infos();
        let bytes = |info: &TensorInfo| match info.dtype {
            Dtype::F64 => 4 * info.shape.iter().product::<usize>() as u64,
            _ => (info.data_offsets.1 - info.data_offsets.0) as u64,
        };
        infos.map(bytes).sum()
    }

    fn turned(&self) -> bool {
        true
    }

    /// That of most numbers.
    fn format(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for info in self.infos() {
            let name = match info.dtype {
                Dtype::F64 => "F32".to_owned(),
                other => format!("{other:?}"),
            };
            *counts.entry(name).or_default() += info.shape.iter().product::<usize>();
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map_or_else(String::new, |(name, _)| name)
    }

    fn sources(&self) -> Vec<(PathBuf, Arc<dyn Source>)> {
        let files = self.files.iter();
        files
            .map(|file| (file.path().to_owned(), Arc::clone(file.source())))
            .collect()
    }
}

/// The files of the index, or else every one that is there.
fn files(folder: &dyn Folder) -> Result<Vec<String>> {
    if let Some(index) = whole(folder, INDEX)? {
        return indexed(&folder.path(INDEX), &index);
    }
    let names = folder.names().map_err(|source| Failure::Read {
        path: folder.path(""),
        source,
    })?;
    let weights = |name: &String| Path::new(name).extension() == Some("safetensors".as_ref());
    let mut found: Vec<String> = names.into_iter().filter(weights).collect();
    found.sort();
    if found.is_empty() {
        return Err(Failure::NoModel {
            path: folder.path(""),
            what: "*.safetensors",
        });
    }
    Ok(found)
}

fn indexed(path: &Path, index: &[u8]) -> Result<Vec<String>> {
    let broken = |why: String| Failure::Broken {
        path: path.to_owned(),
        why,
    };
    let value: Value = serde_json::from_slice(index).map_err(|error| broken(error.to_string()))?;
    let map = value.get("weight_map").and_then(Value::as_object);
    let map = map.ok_or_else(|| broken("it has no weight_map".to_owned()))?;
    let names: BTreeSet<&str> = map.values().filter_map(Value::as_str).collect();
    // A name is that of a file beside the index, and leads nowhere else.
    match names.iter().find(|name| name.contains(['/', '\\'])) {
        Some(name) => Err(broken(format!(
            "it names {name:?}, which is not a file beside it"
        ))),
        None => Ok(names.into_iter().map(str::to_owned).collect()),
    }
}
