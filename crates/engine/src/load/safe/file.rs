//! Files of weights in the format safetensors. The header is read and checked first, then single weights.
//!
//! The whole file is never in memory, so that the weights of a model are there once and not twice.
use crate::failure::{Failure, Result};
use candle_core::{DType, Device, Tensor};
use safetensors::tensor::{Metadata, TensorInfo};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// Length of the number in front of the header, bytes.
const LENGTH: u64 = 8;
/// The largest header, bytes; the library that writes these files has the same limit.
const LARGEST_HEADER: u64 = 100_000_000;

/// An open file whose header is right.
#[derive(Debug)]
pub(super) struct SafeFile {
    path: PathBuf,
    file: File,
    header: Metadata,
    /// Where the weights begin.
    data: u64,
}

impl SafeFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let read = |source| Failure::Read {
            path: path.to_owned(),
            source,
        };
        let broken = |why: String| Failure::Broken {
            path: path.to_owned(),
            why,
        };
        let mut file = File::open(path).map_err(read)?;
        let size = file.metadata().map_err(read)?.len();
        let mut length = [0; LENGTH as usize];
        file.read_exact(&mut length)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => broken(format!("it has only {size} bytes")),
                _ => read(error),
            })?;
        let length = u64::from_le_bytes(length);
        if length > LARGEST_HEADER || length > size - LENGTH {
            return Err(broken(format!(
                "it begins with a header of {length} bytes and has {size}; it is cut off, or not a safetensors file"
            )));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(read)?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| broken(format!("its header is wrong: {error}")))?;
        let expected = LENGTH + length + header.data_len() as u64;
        if size != expected {
            return Err(broken(format!(
                "it has {size} bytes and its header says {expected}"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            header,
            data: LENGTH + length,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    pub(super) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.header.info(name)
    }

    /// Reads a weight, and makes it a tensor of single precision.
    pub(super) fn tensor(&self, name: &str) -> Result<Tensor> {
        let info = self
            .info(name)
            .ok_or_else(|| Failure::Missing(name.to_owned()))?;
        let format = DType::try_from(info.dtype)
            .ok()
            .filter(|format| matches!(format, DType::F32 | DType::F16 | DType::BF16 | DType::F64))
            .ok_or_else(|| Failure::Format {
                name: name.to_owned(),
                format: format!("{:?}", info.dtype),
            })?;
        let (from, to) = info.data_offsets;
        let mut bytes = vec![0; to - from];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.data + from as u64))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|source| Failure::Read {
                path: self.path.clone(),
                source,
            })?;
        let tensor = Tensor::from_raw_buffer(&bytes, format, &info.shape, &Device::Cpu)?;
        Ok(tensor.to_dtype(DType::F32)?)
    }
}
