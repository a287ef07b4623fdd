//! Keys and values of a text, and attention over them.
use crate::processor::{Job, Vectors, compute, share};
use crate::product::{add_product, products};
use pulp::Simd;

/// Heads of queries, and of keys and values, which several of them can share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heads {
    /// Of queries: a multiple of the next.
    pub queries: usize,
    /// Of keys and values.
    pub keys: usize,
    /// Numbers of one head.
    pub width: usize,
    /// Factor of the scores.
    pub scale: f32,
}

/// Keys and values of the tokens of a stretch of text. It grows at its end, without being copied for every token.
#[derive(Debug, Clone)]
pub struct Past {
    width: usize,
    tokens: usize,
    heads: Vec<Head>,
}

/// [tokens, width] each.
#[derive(Debug, Clone, Default)]
struct Head {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Past {
    /// Of no token yet.
    pub fn new(heads: usize, width: usize) -> Self {
        Self {
            width,
            tokens: 0,
            heads: vec![Head::default(); heads],
        }
    }

    /// How many tokens there are.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Adds tokens, [heads, tokens, width] each.
    pub fn add(&mut self, keys: &[f32], values: &[f32]) {
        let count = self.heads.len().max(1);
        let each = keys.len() / count;
        if each == 0 {
            return;
        }
        let parts = keys.chunks_exact(each).zip(values.chunks_exact(each));
        for (head, (keys, values)) in self.heads.iter_mut().zip(parts) {
            head.keys.extend_from_slice(keys);
            head.values.extend_from_slice(values);
        }
        self.tokens += each / self.width.max(1);
    }
}

/// What a token sees of the tokens there are, the last of which are those that ask.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mask {
    /// Only itself and what stands before it.
    pub causal: bool,
    /// Only so many of the last ones, itself included.
    pub window: Option<usize>,
    /// Added to the scores, [heads of queries, tokens that ask, all tokens].
    pub bias: Option<Vec<f32>>,
}

/// softmax(queries · keys · scale + bias) · values. The queries are [heads, tokens, width], the parts follow each other; the
/// result is [tokens, heads, width].
pub fn attend(heads: Heads, queries: &[f32], past: &[&Past], mask: &Mask) -> Vec<f32> {
    let one = heads.width * heads.queries;
    if one == 0 || heads.keys == 0 {
        return Vec::new();
    }
    let tokens = queries.len() / one;
    let all = past.iter().map(|past| past.tokens).sum();
    let mut out = vec![0.0; queries.len()];
    let unit = tokens * heads.width;
    share(&mut out, unit, 2 * unit * all, |first, out| {
        compute(Part {
            heads,
            queries,
            past,
            mask,
            first,
            tokens,
            all,
            out,
        });
    });
    if tokens < 2 {
        return out;
    }
    let mut turned = Vec::with_capacity(out.len());
    for token in 0..tokens {
        for head in out.chunks_exact(unit) {
            turned.extend_from_slice(&head[token * heads.width..][..heads.width]);
        }
    }
    turned
}

/// Queries that are compared with a key at once.
const ABREAST: usize = 3;
/// Keys, and values, that are read at once.
const TOGETHER: usize = 4;

/// Some heads.
struct Part<'a> {
    heads: Heads,
    queries: &'a [f32],
    past: &'a [&'a Past],
    mask: &'a Mask,
    first: usize,
    tokens: usize,
    all: usize,
    /// [heads, tokens, width].
    out: &'a mut [f32],
}

impl Job for Part<'_> {
    #[inline(always)]
    fn run<S: Vectors, const FUSED: bool>(self, simd: S) {
        let Self {
            heads,
            tokens,
            all,
            mask,
            ..
        } = self;
        let width = heads.width;
        let mut query = vec![0.0; ABREAST * width];
        let mut scores = vec![0.0; ABREAST * all];
        for (at, out) in self.out.chunks_mut(tokens * width).enumerate() {
            let head = self.first + at;
            let keys = head * heads.keys / heads.queries;
            for token in (0..tokens).step_by(ABREAST) {
                let count = ABREAST.min(tokens - token);
                let asked = &self.queries[(head * tokens + token) * width..][..count * width];
                for (query, asked) in query.iter_mut().zip(asked) {
                    *query = asked * heads.scale;
                }
                // What the last of them sees is what has to be computed.
                let end = seen(mask, token + count - 1, tokens, all).1;
                let query = &query[..count * width];
                let mut from = 0;
                for past in self.past {
                    let to = (from + past.tokens).min(end.max(from));
                    let keys = &past.heads[keys].keys[..(to - from) * width];
                    compare::<S, FUSED>(simd, keys, query, width, &mut scores[from..], all);
                    from += past.tokens;
                }
                for (at, scores) in scores.chunks_mut(all.max(1)).take(count).enumerate() {
                    let token = token + at;
                    let (start, end) = seen(mask, token, tokens, all);
                    if let Some(bias) = &mask.bias {
                        let bias = &bias[(head * tokens + token) * all..][..all];
                        for (score, bias) in scores[start..end].iter_mut().zip(&bias[start..end]) {
                            *score += bias;
                        }
                    }
                    softmax(&mut scores[start..end]);
                    let out = &mut out[token * width..][..width];
                    let mut from = 0;
                    for past in self.past {
                        let (first, last) = (start.max(from), end.min(from + past.tokens));
                        if first < last {
                            let values = &past.heads[keys].values;
                            let values = &values[(first - from) * width..(last - from) * width];
                            add::<S, FUSED>(simd, values, &scores[first..last], out);
                        }
                        from += past.tokens;
                    }
                }
            }
        }
    }
}

/// From where to where a token sees.
fn seen(mask: &Mask, token: usize, tokens: usize, all: usize) -> (usize, usize) {
    let after = all.saturating_sub(tokens) + token + 1;
    let end = if mask.causal { after.min(all) } else { all };
    let start = mask.window.map_or(0, |window| after.saturating_sub(window));
    (start.min(end), end)
}

/// Scores of all keys for up to three queries, [queries, stride].
#[inline(always)]
fn compare<S: Simd, const FUSED: bool>(
    simd: S,
    keys: &[f32],
    queries: &[f32],
    width: usize,
    scores: &mut [f32],
    stride: usize,
) {
    let query = |at: usize| &queries[at * width..(at + 1) * width];
    let key = |at: usize| &keys[at * width..(at + 1) * width];
    let (count, asked) = (keys.len() / width, queries.len() / width);
    let whole = count / TOGETHER * TOGETHER;
    for at in (0..whole).step_by(TOGETHER) {
        let keys = [key(at), key(at + 1), key(at + 2), key(at + 3)];
        if asked == ABREAST {
            let queries = [query(0), query(1), query(2)];
            let sums = products::<S, FUSED, TOGETHER, ABREAST>(simd, keys, queries);
            for (key, sums) in sums.into_iter().enumerate() {
                for (query, sum) in sums.into_iter().enumerate() {
                    scores[query * stride + at + key] = sum;
                }
            }
        } else {
            for number in 0..asked {
                let sums = products::<S, FUSED, TOGETHER, 1>(simd, keys, [query(number)]);
                for (key, [sum]) in sums.into_iter().enumerate() {
                    scores[number * stride + at + key] = sum;
                }
            }
        }
    }
    for at in whole..count {
        for number in 0..asked {
            let [[sum]] = products::<S, FUSED, 1, 1>(simd, [key(at)], [query(number)]);
            scores[number * stride + at] = sum;
        }
    }
}

/// Scores become shares of 1.
fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in &mut *scores {
        *score = libm::expf(*score - most);
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

/// Adds values times their shares, one after the other.
#[inline(always)]
fn add<S: Simd, const FUSED: bool>(simd: S, values: &[f32], shares: &[f32], out: &mut [f32]) {
    let width = out.len();
    let (sums, rest) = S::as_mut_simd_f32s(out);
    let whole = sums.len();
    let (groups, last) = shares.as_chunks::<TOGETHER>();
    let value = |at: usize| S::as_simd_f32s(&values[at * width..(at + 1) * width]);
    for (group, shares) in groups.iter().enumerate() {
        let first = group * TOGETHER;
        let values = [
            value(first),
            value(first + 1),
            value(first + 2),
            value(first + 3),
        ];
        let vectors = values.map(|(vectors, _)| &vectors[..whole]);
        let share = shares.map(|share| simd.splat_f32s(share));
        for (at, sum) in sums.iter_mut().enumerate() {
            for (values, share) in vectors.iter().zip(share) {
                *sum = add_product::<S, FUSED>(simd, share, values[at], *sum);
            }
        }
        for ((_, values), share) in values.iter().zip(shares) {
            for (sum, value) in rest.iter_mut().zip(*values) {
                *sum += share * value;
            }
        }
    }
    for (at, share) in last.iter().enumerate() {
        let (vectors, end) = value(shares.len() - last.len() + at);
        let splat = simd.splat_f32s(*share);
        for (sum, value) in sums.iter_mut().zip(vectors) {
            *sum = add_product::<S, FUSED>(simd, splat, *value, *sum);
        }
        for (sum, value) in rest.iter_mut().zip(end) {
            *sum += share * value;
        }
    }
}
