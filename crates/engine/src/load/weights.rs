//! The weights of a model by the names that transformers gives them, whatever file they lie in.
use super::source::Source;
use crate::failure::{Failure, Result};
use crate::layers::{Embedding, Linear};
use candle_core::{Device, Tensor};
use kernels::{Format, Matrix};
use std::{fmt::Debug, path::PathBuf, sync::Arc};

/// What a kind of files can do.
pub(crate) trait Files: Debug {
    /// The shape of a weight, if it is there.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// A weight as it is stored, row after row.
    fn stored(&self, name: &str) -> Result<(Format, Vec<u8>)>;

    /// Bytes of memory that all weights take.
    fn bytes(&self) -> u64;

    /// Whether the weights of GPT-2 are stored as [inputs, outputs], unlike all others.
    fn turned(&self) -> bool;

    /// How most numbers are stored.
    fn format(&self) -> String;

    /// Where they lie.
    fn sources(&self) -> Vec<(PathBuf, Arc<dyn Source>)>;
}

/// All weights of a model.
#[derive(Debug)]
pub(crate) struct Weights(Box<dyn Files>);

impl Weights {
    pub(crate) fn new(files: impl Files + 'static) -> Self {
        Self(Box::new(files))
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    pub(crate) fn format(&self) -> String {
        self.0.format()
    }

    pub(crate) fn sources(&self) -> Vec<(PathBuf, Arc<dyn Source>)> {
        self.0.sources()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.shape(name).is_some()
    }

    /// A weight of this shape, in single precision.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.check(name, shape)?;
        let count = shape.iter().product();
        let values = self.read(name, 1, count)?.values();
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }

    /// `name.weight` as [outputs, inputs], with `name.bias` if the files have one.
    pub(crate) fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weight = self.matrix(&format!("{name}.weight"), outputs, inputs)?;
        Ok(Linear::new(weight, self.bias(name, outputs)?))
    }

    /// Several in one: the rows of `name.weight` are those of the first, then those of the next.
    pub(crate) fn linears<const N: usize>(
        &self,
        name: &str,
        inputs: usize,
        outputs: [usize; N],
    ) -> Result<[Linear; N]> {
        let missing = || Failure::Missing(name.to_owned());
        let all = outputs.iter().sum();
        let weight = self.matrix(&format!("{name}.weight"), all, inputs)?;
        let bias = self.bias(name, all)?;
        let mut from = 0;
        let mut parts = Vec::with_capacity(N);
        for count in outputs {
            let bias = bias.as_ref().map(|bias| bias.narrow(0, from, count));
            let part = weight.part(from, count).ok_or_else(missing)?;
            parts.push(Linear::new(part, bias.transpose()?));
            from += count;
        }
        // As many as there are outputs.
        parts.try_into().map_err(|_| missing())
    }

    /// The same of a weight that GPT-2 has as [inputs, outputs].
    pub(crate) fn linear_turned(
        &self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Linear> {
        if !self.0.turned() {
            return self.linear(name, inputs, outputs);
        }
        let weight = self.matrix(&format!("{name}.weight"), inputs, outputs)?;
        Ok(Linear::new(weight.turned(), self.bias(name, outputs)?))
    }

    /// `name.weight` as [rows, width].
    pub(crate) fn embedding(&self, name: &str, rows: usize, width: usize) -> Result<Embedding> {
        let table = self.matrix(&format!("{name}.weight"), rows, width)?;
        Ok(Embedding::new(table))
    }

    fn bias(&self, name: &str, outputs: usize) -> Result<Option<Tensor>> {
        let name = format!("{name}.bias");
        self.has(&name)
            .then(|| self.tensor(&name, &[outputs]))
            .transpose()
    }

    fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Matrix> {
        self.check(name, &[rows, columns])?;
        self.read(name, rows, columns)
    }

    fn read(&self, name: &str, rows: usize, columns: usize) -> Result<Matrix> {
        let (format, bytes) = self.0.stored(name)?;
        Matrix::new(format, rows, columns, bytes).ok_or_else(|| Failure::Format {
            name: name.to_owned(),
            format: format!("{format:?} in rows of {columns}"),
        })
    }

    fn check(&self, name: &str, expected: &[usize]) -> Result<()> {
        let found = self.0.shape(name);
        let found = found.ok_or_else(|| Failure::Missing(name.to_owned()))?;
        if found != expected {
            return Err(Failure::Shape {
                name: name.to_owned(),
                found,
                expected: expected.to_owned(),
            });
        }
        Ok(())
    }
}
