//! Files of weights in the format safetensors. The header is read and checked first, then single weights.
//!
//! The whole file is never in memory, so that the weights of a model are there once and not twice.
use crate::failure::{Failure, Result};
use crate::load::source::{Folder, Source, part};
use kernels::Format;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Length of the number in front of the header, bytes.
const LENGTH: u64 = 8;
/// The largest header, bytes; the library that writes these files has the same limit.
const LARGEST_HEADER: u64 = 100_000_000;

/// An open file whose header is right.
#[derive(Debug)]
pub(super) struct SafeFile {
    path: PathBuf,
    file: Arc<dyn Source>,
    header: Metadata,
    /// Where the weights begin.
    data: u64,
}

impl SafeFile {
    pub(super) fn open(folder: &dyn Folder, name: &str) -> Result<Self> {
        let path = folder.path(name);
        let read = |source| Failure::Read {
            path: path.clone(),
            source,
        };
        let broken = |why: String| Failure::Broken {
            path: path.clone(),
            why,
        };
        let file = folder.open(name).map_err(read)?;
        let size = file.length();
        if size < LENGTH {
            return Err(broken(format!("it has only {size} bytes")));
        }
        let mut length = [0; LENGTH as usize];
        file.read(0, &mut length).map_err(read)?;
        let length = u64::from_le_bytes(length);
        if length > LARGEST_HEADER || length > size - LENGTH {
            return Err(broken(format!(
                "it begins with a header of {length} bytes and has {size}; it is cut off, or not a safetensors file"
            )));
        }
        let mut header = vec![0; length as usize];
        file.read(LENGTH, &mut header).map_err(read)?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| broken(format!("its header is wrong: {error}")))?;
        let expected = LENGTH + length + header.data_len() as u64;
        if size != expected {
            return Err(broken(format!(
                "it has {size} bytes and its header says {expected}"
            )));
        }
        Ok(Self {
            path,
            file,
            header,
            data: LENGTH + length,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn source(&self) -> &Arc<dyn Source> {
        &self.file
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    pub(super) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.header.info(name)
    }

    /// Reads a weight as it is.
    pub(super) fn stored(&self, name: &str) -> Result<(Format, Vec<u8>)> {
        let info = self
            .info(name)
            .ok_or_else(|| Failure::Missing(name.to_owned()))?;
        let format = match info.dtype {
            Dtype::F32 | Dtype::F64 => Format::F32,
            Dtype::F16 => Format::F16,
            Dtype::BF16 => Format::BF16,
            other => {
                return Err(Failure::Format {
                    name: name.to_owned(),
                    format: format!("{other:?}"),
                });
            }
        };
        let (from, to) = info.data_offsets;
        let bytes = part(&*self.file, self.data + from as u64, to - from);
        let mut bytes = bytes.map_err(|source| Failure::Read {
            path: self.path.clone(),
            source,
        })?;
        if info.dtype == Dtype::F64 {
            let (numbers, _) = bytes.as_chunks();
            let single = |number: &[u8; 8]| (f64::from_le_bytes(*number) as f32).to_le_bytes();
            bytes = numbers.iter().flat_map(single).collect();
        }
        Ok((format, bytes))
    }
}
