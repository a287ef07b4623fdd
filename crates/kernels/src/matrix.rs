//! Weights in the format of their file.
use crate::format::Format;
use crate::processor::{Job, Vectors, compute, share};
use crate::product::products;
use pulp::{Scalar128b, Simd};
use std::sync::Arc;

/// A matrix of weights. Rows can be taken out of it, and copies are cheap: all share the memory.
#[derive(Clone)]
pub struct Matrix {
    format: Format,
    rows: usize,
    columns: usize,
    /// Bytes of a row.
    stride: usize,
    bytes: Arc<Vec<u8>>,
    /// Where the first row begins.
    from: usize,
}

impl Matrix {
    /// Row after row, as they are in a file. `None` if the rows are not whole blocks, or the bytes are not as many.
    pub fn new(format: Format, rows: usize, columns: usize, bytes: Vec<u8>) -> Option<Self> {
        let stride = format.bytes(columns)?;
        (stride.checked_mul(rows)? == bytes.len()).then(|| Self {
            format,
            rows,
            columns,
            stride,
            bytes: Arc::new(bytes),
            from: 0,
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Some rows; `None` if there are not as many.
    pub fn part(&self, first: usize, rows: usize) -> Option<Self> {
        (first.checked_add(rows)? <= self.rows).then(|| Self {
            rows,
            from: self.from + first * self.stride,
            ..self.clone()
        })
    }

    /// The numbers of a row; `None` if there is no such row.
    pub fn row(&self, number: usize) -> Option<Vec<f32>> {
        let mut out = vec![0.0; self.columns];
        self.format
            .decode(Scalar128b, self.stored(number, 1)?, &mut out);
        Some(out)
    }

    /// The numbers of all rows.
    pub fn values(&self) -> Vec<f32> {
        let mut out = vec![0.0; self.rows * self.columns];
        let bytes = self.stored(0, self.rows);
        self.format
            .decode(Scalar128b, bytes.unwrap_or_default(), &mut out);
        out
    }

    /// Rows become columns, in single precision.
    #[must_use]
    pub fn turned(&self) -> Self {
        let values = self.values();
        let mut bytes = Vec::with_capacity(4 * values.len());
        for column in 0..self.columns {
            for row in values.chunks_exact(self.columns) {
                bytes.extend(row[column].to_le_bytes());
            }
        }
        Self {
            format: Format::F32,
            rows: self.columns,
            columns: self.rows,
            stride: 4 * self.rows,
            bytes: Arc::new(bytes),
            from: 0,
        }
    }

    /// Every row times every vector: vectors of [`Self::columns`] numbers, one after the other, become vectors of
    /// [`Self::rows`].
    pub fn multiply(&self, x: &[f32]) -> Vec<f32> {
        if self.columns == 0 {
            return Vec::new();
        }
        let count = x.len() / self.columns;
        let mut out = vec![0.0; self.rows * count];
        share(
            &mut out,
            count,
            count.max(4) * self.columns,
            |first, out| {
                compute(Rows {
                    matrix: self,
                    first,
                    x,
                    count,
                    out,
                });
            },
        );
        if count < 2 {
            return out;
        }
        // So far it is [rows, vectors].
        let mut turned = vec![0.0; out.len()];
        for (row, values) in out.chunks_exact(count).enumerate() {
            for (vector, value) in turned.chunks_exact_mut(self.rows).zip(values) {
                vector[row] = *value;
            }
        }
        turned
    }

    /// Bytes of some rows.
    fn stored(&self, first: usize, rows: usize) -> Option<&[u8]> {
        let from = self.from + first * self.stride;
        let within = first.checked_add(rows)? <= self.rows;
        self.bytes
            .get(from..from + rows * self.stride)
            .filter(|_| within)
    }
}

impl std::fmt::Debug for Matrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Matrix({:?}, {} x {})",
            self.format, self.rows, self.columns
        )
    }
}

/// Rows that are computed at once, so that every vector is read once for all of them.
const TOGETHER: usize = 4;
/// Vectors that are computed at once: with the rows above their sums just fit into the registers.
const ABREAST: usize = 3;

/// Some rows of a matrix times all vectors.
struct Rows<'a> {
    matrix: &'a Matrix,
    first: usize,
    x: &'a [f32],
    /// Of vectors.
    count: usize,
    /// [rows, vectors].
    out: &'a mut [f32],
}

impl Job for Rows<'_> {
    #[inline(always)]
    fn run<S: Vectors, const FUSED: bool>(self, simd: S) {
        let Self {
            matrix,
            first,
            x,
            count,
            out,
        } = self;
        let columns = matrix.columns;
        let mut numbers = vec![0.0; TOGETHER * columns];
        for (group, out) in out.chunks_mut(TOGETHER * count).enumerate() {
            let rows = out.len() / count;
            let stored = matrix.stored(first + group * TOGETHER, rows);
            let place = &mut numbers[..rows * columns];
            matrix
                .format
                .decode(simd, stored.unwrap_or_default(), place);
            let row = |row: usize| &numbers[row * columns..(row + 1) * columns];
            if rows == TOGETHER {
                let rows = [row(0), row(1), row(2), row(3)];
                several::<S, FUSED, TOGETHER>(simd, rows, x, out);
            } else {
                for (at, out) in out.chunks_mut(count).enumerate() {
                    several::<S, FUSED, 1>(simd, [row(at)], x, out);
                }
            }
        }
    }
}

/// R rows times all vectors; `out` is [R, vectors].
#[inline(always)]
fn several<S: Simd, const FUSED: bool, const R: usize>(
    simd: S,
    rows: [&[f32]; R],
    x: &[f32],
    out: &mut [f32],
) {
    let columns = rows[0].len();
    let count = out.len() / R;
    let whole = count / ABREAST * ABREAST;
    let vector = |at: usize| &x[at * columns..(at + 1) * columns];
    for at in (0..whole).step_by(ABREAST) {
        let x = [vector(at), vector(at + 1), vector(at + 2)];
        let sums = products::<S, FUSED, R, ABREAST>(simd, rows, x);
        for (out, sums) in out.chunks_mut(count).zip(sums) {
            out[at..at + ABREAST].copy_from_slice(&sums);
        }
    }
    for at in whole..count {
        let sums = products::<S, FUSED, R, 1>(simd, rows, [vector(at)]);
        for (out, [sum]) in out.chunks_mut(count).zip(sums) {
            out[at] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Matrix, Rows};
    use crate::format::Format;
    use crate::processor::{compute_plainly, compute_with_avx2};

    /// A processor with narrower vectors, or none, is slower, and no less right.
    #[test]
    fn any_processor() {
        let (rows, columns, count) = (7, 64, 5);
        let value = |at: usize| (at * 7919 % 101) as f32 / 50.0 - 1.0;
        let x: Vec<f32> = (0..count * columns).map(|at| value(at + 13)).collect();
        for format in [Format::F32, Format::Q4_1, Format::Q8_0, Format::Q5_0] {
            let bytes = format.bytes(rows * columns).unwrap();
            // Factors stay small: no byte has a bit of a large exponent.
            let bytes = (0..bytes).map(|at| (at * 31 % 251) as u8 & 0x3b).collect();
            let matrix = Matrix::new(format, rows, columns, bytes).unwrap();
            let fast = matrix.multiply(&x);
            let mut other = vec![0.0; rows * count];
            let mut check = |compute: fn(Rows<'_>) -> bool| {
                let done = compute(Rows {
                    matrix: &matrix,
                    first: 0,
                    x: &x,
                    count,
                    out: &mut other,
                });
                for (at, found) in other.iter().enumerate().filter(|_| done) {
                    let expected = fast[at % count * rows + at / count];
                    let off = (found - expected).abs();
                    assert!(
                        off <= 1e-5 * expected.abs().max(1.0),
                        "{format:?}: {found} {expected}"
                    );
                }
            };
            check(|job| compute_plainly(job));
            check(|job| compute_with_avx2(job));
        }
    }
}
