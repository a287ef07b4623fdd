//! What blocks stand for is what candle makes of them, and sums are those of plain loops.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use kernels::{Format, Heads, Mask, Matrix, Past, attend};

const FORMATS: [(Format, GgmlDType); 13] = [
    (Format::F32, GgmlDType::F32),
    (Format::F16, GgmlDType::F16),
    (Format::BF16, GgmlDType::BF16),
    (Format::Q4_0, GgmlDType::Q4_0),
    (Format::Q4_1, GgmlDType::Q4_1),
    (Format::Q5_0, GgmlDType::Q5_0),
    (Format::Q5_1, GgmlDType::Q5_1),
    (Format::Q8_0, GgmlDType::Q8_0),
    (Format::Q2K, GgmlDType::Q2K),
    (Format::Q3K, GgmlDType::Q3K),
    (Format::Q4K, GgmlDType::Q4K),
    (Format::Q5K, GgmlDType::Q5K),
    (Format::Q6K, GgmlDType::Q6K),
];

/// Numbers around 0 with some that stand out, the same every time.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next() * next() * next()).collect()
}

fn stored(format: GgmlDType, rows: usize, columns: usize, seed: u64) -> QTensor {
    let values = numbers(rows * columns, seed);
    let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap();
    QTensor::quantize(&tensor, format).unwrap()
}

fn matrix(format: Format, stored: &QTensor) -> Matrix {
    let (rows, columns) = stored.shape().dims2().unwrap();
    let bytes = stored.data().unwrap().into_owned();
    Matrix::new(format, rows, columns, bytes).unwrap()
}

#[test]
fn blocks() {
    for (format, candle) in FORMATS {
        let packed = stored(candle, 5, 512, 1);
        let values = packed.dequantize(&Device::Cpu).unwrap();
        let expected = values.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let matrix = matrix(format, &packed);
        assert_eq!(matrix.values(), expected, "{format:?}");
        assert_eq!(
            matrix.row(3).unwrap(),
            expected[3 * 512..4 * 512],
            "{format:?}"
        );
        assert_eq!(
            matrix.part(2, 2).unwrap().values(),
            expected[1024..2048],
            "{format:?}"
        );
        assert!(matrix.row(5).is_none() && matrix.part(4, 2).is_none());
        let turned = matrix.turned();
        assert_eq!((turned.rows(), turned.columns()), (512, 5));
        assert_eq!(turned.row(7).unwrap()[3], expected[3 * 512 + 7]);
        assert_eq!(turned.turned().values(), expected, "{format:?}");
    }
}

#[test]
fn sizes_that_do_not_fit() {
    assert!(Matrix::new(Format::F32, 2, 3, vec![0; 24]).is_some());
    assert!(Matrix::new(Format::F32, 2, 3, vec![0; 23]).is_none());
    assert!(Matrix::new(Format::Q8_0, 2, 33, vec![0; 68]).is_none());
    assert!(Matrix::new(Format::F32, usize::MAX, 3, Vec::new()).is_none());
}

#[test]
fn sums_of_products() {
    for (format, candle) in FORMATS {
        let (block, _) = format.block();
        for (rows, columns, count) in [
            (1, block, 1),
            (7, 2 * block, 2),
            (13, block, 7),
            (600, 512, 4),
        ] {
            let packed = stored(candle, rows, columns, 2);
            let matrix = matrix(format, &packed);
            let weights = matrix.values();
            let x = numbers(count * columns, 3);
            let found = matrix.multiply(&x);
            assert_eq!(found.len(), rows * count);
            for (vector, x) in x.chunks(columns).enumerate() {
                for (row, weights) in weights.chunks(columns).enumerate() {
                    let products = weights
                        .iter()
                        .zip(x)
                        .map(|(w, x)| f64::from(*w) * f64::from(*x));
                    let (sum, size) = products.fold((0.0, 0.0), |(sum, size), product: f64| {
                        (sum + product, size + product.abs())
                    });
                    let off = (f64::from(found[vector * rows + row]) - sum).abs();
                    assert!(
                        off <= 1e-6 * size + 1e-12,
                        "{format:?} {rows} {columns} {count}: {off}"
                    );
                }
            }
            // To the bit the same when vectors come alone.
            let alone: Vec<f32> = x.chunks(columns).flat_map(|x| matrix.multiply(x)).collect();
            assert_eq!(alone, found, "{format:?} {rows} {columns} {count}");
        }
    }
}

/// Plain loops in double precision.
fn plain(heads: Heads, queries: &[f32], keys: &[f32], values: &[f32], mask: &Mask) -> Vec<f64> {
    let width = heads.width;
    let tokens = queries.len() / heads.queries / width;
    let all = keys.len() / heads.keys / width;
    let mut out = Vec::new();
    for token in 0..tokens {
        for head in 0..heads.queries {
            let of = head / (heads.queries / heads.keys) * all;
            let at = all - tokens + token;
            let sees = |key: usize| {
                !(mask.causal && key > at || mask.window.is_some_and(|window| key + window <= at))
            };
            let score = |key: usize| -> f64 {
                let query = &queries[(head * tokens + token) * width..][..width];
                let key_numbers = &keys[(of + key) * width..][..width];
                let products = query
                    .iter()
                    .zip(key_numbers)
                    .map(|(q, k)| f64::from(*q) * f64::from(*k));
                let bias = mask
                    .bias
                    .as_ref()
                    .map_or(0.0, |bias| bias[(head * tokens + token) * all + key]);
                products.sum::<f64>() * f64::from(heads.scale) + f64::from(bias)
            };
            let shares: Vec<f64> = (0..all)
                .map(|key| {
                    if sees(key) {
                        libm::exp(score(key))
                    } else {
                        0.0
                    }
                })
                .collect();
            let sum: f64 = shares.iter().sum();
            for place in 0..width {
                let parts = shares.iter().enumerate();
                let total: f64 = parts
                    .map(|(key, share)| share * f64::from(values[(of + key) * width + place]))
                    .sum();
                out.push(total / sum);
            }
        }
    }
    out
}

/// Tokens `from..to` of [heads, tokens, width].
fn cut(all: &[f32], heads: usize, width: usize, from: usize, to: usize) -> Vec<f32> {
    let each = all.len() / heads;
    let heads = all
        .chunks(each)
        .flat_map(|head| &head[from * width..to * width]);
    heads.copied().collect()
}

#[test]
fn attention() {
    for (queries, keys, width) in [(1, 1, 6), (4, 2, 8), (9, 3, 64), (6, 6, 13)] {
        let heads = Heads {
            queries,
            keys,
            width,
            scale: 0.7,
        };
        for (before, tokens) in [(0, 1), (0, 5), (9, 1), (6, 7), (130, 64)] {
            let all = before + tokens;
            let asked = numbers(queries * tokens * width, 4);
            let (known, values) = (
                numbers(keys * all * width, 5),
                numbers(keys * all * width, 6),
            );
            let bias = numbers(queries * tokens * all, 7);
            let masks = [
                Mask::default(),
                Mask {
                    causal: true,
                    ..Mask::default()
                },
                Mask {
                    causal: true,
                    window: Some(3),
                    bias: None,
                },
                Mask {
                    causal: true,
                    window: None,
                    bias: Some(bias),
                },
            ];
            for mask in masks {
                let expected = plain(heads, &asked, &known, &values, &mask);
                let mut whole = Past::new(keys, width);
                whole.add(&known, &values);
                assert_eq!(whole.tokens(), all);
                let found = attend(heads, &asked, &[&whole], &mask);
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(
                        (f64::from(*found) - expected).abs() < 1e-5,
                        "{found} {expected}"
                    );
                }
                // To the bit the same whatever parts the past lies in.
                let (mut first, mut second) = (Past::new(keys, width), Past::new(keys, width));
                let middle = all / 3;
                let part = |all: &[f32], from, to| cut(all, keys, width, from, to);
                first.add(&part(&known, 0, middle), &part(&values, 0, middle));
                for at in middle..all {
                    second.add(&part(&known, at, at + 1), &part(&values, at, at + 1));
                }
                assert_eq!(attend(heads, &asked, &[&first, &second], &mask), found);
            }
        }
    }
}
