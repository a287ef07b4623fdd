//! Reading safetensors: a length, a JSON header, numbers.
use super::math::Matrix;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) struct Weights(BTreeMap<String, Matrix>);

impl Weights {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        let data = &bytes[8 + length..];
        let tensors = header
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "__metadata__");
        let read = |tensor: &Value| {
            assert_eq!(tensor["dtype"], "F32");
            let offset = |i: usize| tensor["data_offsets"][i].as_u64().unwrap() as usize;
            let shape = tensor["shape"].as_array().unwrap();
            let numbers = data[offset(0)..offset(1)].chunks_exact(4);
            Matrix {
                columns: shape.last().unwrap().as_u64().unwrap() as usize,
                values: numbers
                    .map(|n| f64::from(f32::from_le_bytes(n.try_into().unwrap())))
                    .collect(),
            }
        };
        Self(
            tensors
                .map(|(name, tensor)| (name.clone(), read(tensor)))
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> &Matrix {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("there is no {name}"))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Matrix> {
        self.0.get(name)
    }

    /// x · Wᵀ, and the bias if there is one.
    pub(crate) fn linear(&self, name: &str, x: &Matrix) -> Matrix {
        let product = x.times_transposed(self.get(&format!("{name}.weight")));
        match self.find(&format!("{name}.bias")) {
            Some(bias) => product.plus_row(&bias.values),
            None => product,
        }
    }

    /// (x - mean) / deviation · weight + bias.
    pub(crate) fn layer_norm(&self, name: &str, x: &Matrix, epsilon: f64) -> Matrix {
        let (weight, bias) = (
            self.get(&format!("{name}.weight")),
            self.get(&format!("{name}.bias")),
        );
        x.map_rows(|row| {
            let n = row.len() as f64;
            let mean = row.iter().sum::<f64>() / n;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            let scale = 1.0 / (variance + epsilon).sqrt();
            let factors = weight.values.iter().zip(&bias.values);
            row.iter()
                .zip(factors)
                .map(|(x, (w, b))| (x - mean) * scale * w + b)
                .collect()
        })
    }

    /// x / root of the mean square · weight.
    pub(crate) fn rms_norm(&self, name: &str, x: &Matrix, epsilon: f64) -> Matrix {
        let weight = self.get(&format!("{name}.weight"));
        x.map_rows(|row| {
            let mean = row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
            let scale = 1.0 / (mean + epsilon).sqrt();
            row.iter()
                .zip(&weight.values)
                .map(|(x, w)| x * scale * w)
                .collect()
        })
    }

    /// Rows of a table.
    pub(crate) fn embed(&self, name: &str, ids: impl Iterator<Item = usize>) -> Matrix {
        let table = self.get(name);
        Matrix {
            columns: table.columns,
            values: ids.flat_map(|id| table.row(id).to_vec()).collect(),
        }
    }
}
