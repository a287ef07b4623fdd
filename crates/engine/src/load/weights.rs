//! The weights of a model by the names that transformers gives them, whatever file they lie in.
use crate::failure::{Failure, Result};
use crate::layers::{Embedding, Linear};
use candle_core::Tensor;
use candle_core::quantized::QTensor;
use std::{fmt::Debug, path::PathBuf, sync::Arc};

/// What a kind of files can do.
pub(crate) trait Files: Debug {
    /// The shape of a weight, if it is there.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// A weight in single precision.
    fn tensor(&self, name: &str) -> Result<Tensor>;

    /// A weight as it is stored, if it is quantised.
    fn packed(&self, name: &str) -> Result<Option<Arc<QTensor>>> {
        let _ = name;
        Ok(None)
    }

    /// Bytes of memory that all weights take.
    fn bytes(&self) -> u64;

    /// Bytes of memory that they would take as they are stored, if they could be computed with like that.
    fn smallest(&self) -> u64 {
        self.bytes()
    }

    /// Whether the weights of GPT-2 are stored as [inputs, outputs], unlike all others.
    fn turned(&self) -> bool;

    /// What most numbers are computed with: F32, or the name of a quantisation.
    fn format(&self) -> String;

    /// Where they lie.
    fn paths(&self) -> Vec<PathBuf>;
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

    pub(crate) fn smallest(&self) -> u64 {
        self.0.smallest()
    }

    pub(crate) fn format(&self) -> String {
        self.0.format()
    }

    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.0.paths()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.shape(name).is_some()
    }

    /// A weight of this shape.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.check(name, shape)?;
        self.0.tensor(name)
    }

    /// `name.weight` as [outputs, inputs], with `name.bias` if the files have one.
    pub(crate) fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weight = format!("{name}.weight");
        self.check(&weight, &[outputs, inputs])?;
        let bias = self.bias(name, outputs)?;
        Ok(match self.0.packed(&weight)? {
            Some(packed) => Linear::packed(packed, bias),
            None => Linear::new(self.0.tensor(&weight)?.t()?, bias),
        })
    }

    /// Several in one: the rows of `name.weight` are those of the first, then those of the next.
    pub(crate) fn linears<const N: usize>(
        &self,
        name: &str,
        inputs: usize,
        outputs: [usize; N],
    ) -> Result<[Linear; N]> {
        let all = outputs.iter().sum();
        let weight = self.tensor(&format!("{name}.weight"), &[all, inputs])?;
        let bias = self.bias(name, all)?;
        let mut from = 0;
        let mut parts = Vec::with_capacity(N);
        for count in outputs {
            let bias = bias.as_ref().map(|bias| bias.narrow(0, from, count));
            let part = weight.narrow(0, from, count)?;
            parts.push(Linear::new(part.t()?, bias.transpose()?));
            from += count;
        }
        // As many as there are outputs.
        parts
            .try_into()
            .map_err(|_| Failure::Missing(name.to_owned()))
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
        let weight = self.tensor(&format!("{name}.weight"), &[inputs, outputs])?;
        Ok(Linear::new(weight, self.bias(name, outputs)?))
    }

    /// `name.weight` as [rows, width].
    pub(crate) fn embedding(&self, name: &str, rows: usize, width: usize) -> Result<Embedding> {
        let name = format!("{name}.weight");
        self.check(&name, &[rows, width])?;
        Ok(match self.0.packed(&name)? {
            Some(packed) => Embedding::Packed(packed),
            None => Embedding::Plain(self.0.tensor(&name)?),
        })
    }

    fn bias(&self, name: &str, outputs: usize) -> Result<Option<Tensor>> {
        let name = format!("{name}.bias");
        self.has(&name)
            .then(|| self.tensor(&name, &[outputs]))
            .transpose()
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
