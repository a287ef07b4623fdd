//! Matrices, attention and activations.
use metrics::num;

#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

impl Matrix {
    pub(crate) fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    pub(crate) fn row(&self, at: usize) -> &[f64] {
        &self.values[at * self.columns..(at + 1) * self.columns]
    }

    pub(crate) fn to_rows(&self) -> Vec<Vec<f64>> {
        self.values
            .chunks_exact(self.columns)
            .map(<[f64]>::to_vec)
            .collect()
    }

    pub(crate) fn times_transposed(&self, other: &Self) -> Self {
        let mut values = Vec::new();
        for row in self.values.chunks_exact(self.columns) {
            for column in other.values.chunks_exact(other.columns) {
                values.push(row.iter().zip(column).map(|(a, b)| a * b).sum());
            }
        }
        Self {
            columns: other.rows(),
            values,
        }
    }

    pub(crate) fn transposed(&self) -> Self {
        let rows = self.rows();
        let values = (0..self.columns).flat_map(|c| (0..rows).map(move |r| self.row(r)[c]));
        Self {
            columns: rows,
            values: values.collect(),
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| a + b);
        Self {
            columns: self.columns,
            values: values.collect(),
        }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| a * b);
        Self {
            columns: self.columns,
            values: values.collect(),
        }
    }

    pub(crate) fn plus_row(&self, bias: &[f64]) -> Self {
        self.map_rows(|row| row.iter().zip(bias).map(|(a, b)| a + b).collect())
    }

    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            columns: self.columns,
            values: self.values.iter().map(|&x| f(x)).collect(),
        }
    }

    pub(crate) fn map_rows(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self {
            columns: self.columns,
            values: self.values.chunks_exact(self.columns).flat_map(f).collect(),
        }
    }

    /// Columns from a place on.
    pub(crate) fn slice(&self, from: usize, columns: usize) -> Self {
        let values = self.values.chunks_exact(self.columns);
        Self {
            columns,
            values: values
                .flat_map(|row| row[from..from + columns].to_vec())
                .collect(),
        }
    }
}

/// How attention is computed.
pub(crate) struct Attention<'a> {
    pub(crate) heads: usize,
    pub(crate) scale: f64,
    pub(crate) causal: bool,
    /// Added to the scores: head, query, key.
    pub(crate) bias: &'a dyn Fn(usize, usize, usize) -> f64,
}

impl Attention<'_> {
    /// Keys and values may have fewer heads, which are then shared.
    pub(crate) fn run(&self, q: &Matrix, k: &Matrix, v: &Matrix) -> Matrix {
        let width = q.columns / self.heads;
        let shared = self.heads / (k.columns / width);
        let mut out = Matrix {
            columns: q.columns,
            values: vec![0.0; q.values.len()],
        };
        for head in 0..self.heads {
            let (mine, theirs) = (head * width, head / shared * width);
            for at in 0..q.rows() {
                let keys = if self.causal { at + 1 } else { k.rows() };
                let query = &q.row(at)[mine..mine + width];
                let scores: Vec<f64> = (0..keys)
                    .map(|key| {
                        let product: f64 = query
                            .iter()
                            .zip(&k.row(key)[theirs..])
                            .map(|(a, b)| a * b)
                            .sum();
                        product * self.scale + (self.bias)(head, at, key)
                    })
                    .collect();
                let sum = num::log_sum_exp(&scores);
                for (key, score) in scores.iter().enumerate() {
                    let p = num::exp(score - sum);
                    for i in 0..width {
                        out.values[at * q.columns + mine + i] += p * v.row(key)[theirs + i];
                    }
                }
            }
        }
        out
    }
}

pub(crate) fn no_bias(_: usize, _: usize, _: usize) -> f64 {
    0.0
}

pub(crate) fn silu(x: f64) -> f64 {
    x / (1.0 + num::exp(-x))
}

/// With the error function.
pub(crate) fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

/// With tanh, as "gelu_new".
pub(crate) fn gelu_new(x: f64) -> f64 {
    const ROOT: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
    0.5 * x * (1.0 + libm::tanh(ROOT * (x + 0.044_715 * x * x * x)))
}
