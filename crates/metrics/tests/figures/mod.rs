//! Every figure of every vector, as the crate computes it. Shared by the vector test and the bit dump.
#![allow(
    unreachable_pub,
    reason = "a module of each test is a crate of its own"
)]
use metrics::{
    Advanced, Alternatives, Reading, RunBuilder, SequenceBuilder, SequenceMetrics, TextSize,
    repetition,
};
use serde_json::Value;

/// The vectors.
pub const VECTORS: &[u8] = include_bytes!("../metrics.json");

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// It has no value.
    Undefined,
    /// It is too large for f64.
    Infinite,
    /// A number.
    Number(f64),
    /// A flag.
    Flag(bool),
    /// Several numbers.
    List(Vec<f64>),
}

impl From<f64> for Figure {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
impl From<u64> for Figure {
    fn from(value: u64) -> Self {
        Self::Number(value as f64)
    }
}
impl From<u32> for Figure {
    fn from(value: u32) -> Self {
        Self::Number(f64::from(value))
    }
}
impl From<bool> for Figure {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
impl<T: Into<Figure>> From<Option<T>> for Figure {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Into::into)
    }
}

/// Figures of one case by name; those of a position are named `positions.3.rank`.
pub type Figures = Vec<(String, Figure)>;

/// All figures of a case; `None` for a kind that the crate does not compute.
pub fn of_case(case: &Value) -> Option<Figures> {
    let input = &case["input"];
    let mut out = Figures::new();
    match case["kind"].as_str()? {
        "sequence" => sequence(input, &mut out),
        "topk" => topk(input, &mut out),
        "corpus" => corpus(input, &mut out),
        "repetition" => repeats(input, &mut out),
        _ => return None,
    }
    Some(out)
}

/// A log-probability as the vectors write it: a number, null, or "nan", "inf", "-inf".
fn raw(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("nan") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

/// The values of a generator or of a list.
fn logprobs(input: &Value) -> Vec<Option<f64>> {
    if let Some(list) = input["logprobs"].as_array() {
        return list.iter().map(raw).collect();
    }
    let generator = if input["generator"].is_null() {
        input
    } else {
        &input["generator"]
    };
    let n = generator["n"].as_u64().unwrap_or_default();
    let number = |name: &str| generator[name].as_f64().unwrap_or(f64::NAN);
    if generator["type"] == "alternate" {
        return (0..n)
            .map(|at| {
                Some(if at % 2 == 0 {
                    number("even")
                } else {
                    number("odd")
                })
            })
            .collect();
    }
    let mut x = generator["seed"].as_u64().unwrap_or_default();
    let mut next = || {
        x = (1_664_525 * x + 1_013_904_223) % (1 << 32);
        Some(-((x >> 8) as f64) / f64::from(1 << 24) * number("scale"))
    };
    (0..n).map(|_| next()).collect()
}

fn measure(raw: &[Option<f64>]) -> SequenceMetrics {
    let mut builder = SequenceBuilder::default();
    for &value in raw {
        builder.push(Reading::new(value));
    }
    builder.finish()
}

fn or_infinite(value: Option<f64>, overflow: bool) -> Figure {
    if overflow {
        Figure::Infinite
    } else {
        value.into()
    }
}

macro_rules! put {
    ($out:expr, $from:expr, $($name:ident),+ $(,)?) => {
        $($out.push((stringify!($name).to_owned(), Figure::from($from.$name)));)+
    };
}

fn put_sequence(m: &SequenceMetrics, out: &mut Figures) {
    for (name, value) in [
        ("n_total", m.counts.total),
        ("n_scored", m.counts.scored),
        ("n_missing", m.counts.missing),
        ("n_censored", m.counts.censored),
        ("n_clamped", m.counts.clamped),
        ("n_invalid", m.counts.invalid),
        ("band_low", m.bands[0]),
        ("band_middle", m.bands[1]),
        ("band_high", m.bands[2]),
    ] {
        out.push((name.to_owned(), value.into()));
    }
    put!(
        out,
        m,
        mean_prob,
        geo_mean_prob,
        min_prob,
        min_prob_at,
        uncertain_share,
        sum_prob
    );
    out.push((
        "perplexity".to_owned(),
        or_infinite(m.perplexity, m.overflow),
    ));
    let passage = m.weakest_passage;
    out.push((
        "weakest_passage.start".to_owned(),
        passage.map(|p| p.start).into(),
    ));
    out.push((
        "weakest_passage.end".to_owned(),
        passage.map(|p| p.end).into(),
    ));
    out.push((
        "weakest_passage.mean_logprob".to_owned(),
        passage.map(|p| p.mean_logprob).into(),
    ));
}

/// Puts the figures of one sequence.
pub fn put_advanced(a: &Advanced, out: &mut Figures) {
    put!(
        out,
        a,
        sum_logprob,
        joint_prob,
        joint_log10,
        cross_entropy_nats,
        cross_entropy_bits
    );
    put!(
        out,
        a,
        max_surprisal_bits,
        logprob_std,
        min_k20,
        bits_per_byte,
        bits_per_char
    );
    out.push((
        "perplexity_strict".to_owned(),
        or_infinite(a.perplexity_strict, a.strict_overflow),
    ));
}

fn sequence(input: &Value, out: &mut Figures) {
    let raw = logprobs(input);
    let text = input["text"].as_str().map(|text| TextSize {
        bytes: text.len() as u64,
        chars: text.chars().count() as u64,
    });
    put_sequence(&measure(&raw), out);
    put_advanced(&Advanced::new(&raw, text), out);
}

/// Puts the figures of one position, with the names of the vectors.
pub fn put_position(
    list: &Alternatives,
    written: Reading,
    vocabulary: u64,
    prefix: &str,
    out: &mut Figures,
) {
    let rank = list.rank(written, false);
    let interval = list.entropy_interval(Some(vocabulary));
    let figures: [(&str, Figure); 17] = [
        ("residual_mass", list.residual().into()),
        ("rank", rank.map(|rank| rank.rank).into()),
        (
            "rank_is_lower_bound",
            rank.map(|rank| rank.is_lower_bound).into(),
        ),
        ("margin_prob", list.margin_prob().into()),
        ("margin_logprob", list.margin_logprob().into()),
        ("entropy_partial", list.entropy_partial().into()),
        ("entropy_renorm", list.entropy_renorm().into()),
        ("varentropy_renorm", list.varentropy_renorm().into()),
        ("entropy_lower", list.entropy_lower().into()),
        ("entropy_lower_lump", list.entropy_lower_lump().into()),
        ("entropy_upper", list.entropy_upper(vocabulary).into()),
        ("deepconf_token_confidence", list.peak_confidence().into()),
        ("confidence_negentropy", list.confidence_negentropy().into()),
        (
            "interval.lower",
            interval.map(|interval| interval.lower).into(),
        ),
        (
            "interval.upper",
            interval.and_then(|interval| interval.upper).into(),
        ),
        ("probability", written.probability().into()),
        ("surprisal_bits", written.surprisal_bits().into()),
    ];
    out.extend(
        figures
            .into_iter()
            .map(|(name, figure)| (format!("{prefix}{name}"), figure)),
    );
}

fn topk(input: &Value, out: &mut Figures) {
    let vocabulary = input["vocab_size"].as_u64().unwrap_or_default();
    let mut list = Alternatives::default();
    let mut renorm = metrics::Sum::default();
    for (at, token) in input["tokens"].as_array().into_iter().flatten().enumerate() {
        let entries = token["top_logprobs"].as_array().into_iter().flatten();
        list.fill(entries.map(|entry| raw(&entry["logprob"])));
        let written = Reading::new(raw(&token["logprob"]));
        put_position(&list, written, vocabulary, &format!("positions.{at}."), out);
        renorm.extend(list.entropy_renorm());
    }
    out.push(("mean_entropy_renorm".to_owned(), renorm.mean().into()));
}

fn corpus(input: &Value, out: &mut Figures) {
    let mut run = RunBuilder::default();
    let mut perplexities = Vec::new();
    for generator in input["sequences"].as_array().into_iter().flatten() {
        let sequence = measure(&logprobs(generator));
        perplexities.extend(sequence.perplexity);
        run.push(&sequence);
    }
    let m = run.metrics(true);
    put!(
        out,
        m,
        n_sequences,
        n_scored_sequences,
        n_overflow,
        perplexity_mean_of_sequences
    );
    put!(
        out,
        m,
        probability_mean_of_sequences,
        perplexity_median_of_sequences
    );
    put!(
        out,
        m,
        perplexity_token_weighted,
        probability_token_weighted
    );
    // The same under two names: in one case the sequences are the choices of one completion.
    out.push((
        "per_sequence".to_owned(),
        Figure::List(perplexities.clone()),
    ));
    out.push(("per_choice".to_owned(), Figure::List(perplexities)));
}

fn repeats(input: &Value, out: &mut Figures) {
    let tokens: Vec<&str> = input["tokens"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for n in 1..=4 {
        out.push((
            format!("distinct_{n}"),
            repetition::distinct_n(&tokens, n).into(),
        ));
        out.push((format!("rep_{n}"), repetition::rep_n(&tokens, n).into()));
    }
    for window in [16, 128] {
        out.push((
            format!("rep_l_{window}"),
            repetition::rep_l(&tokens, window).into(),
        ));
    }
    out.push((
        "diversity".to_owned(),
        repetition::diversity(&tokens).into(),
    ));
    let tail = repetition::tail_loop(&tokens);
    let list = tail.map(|tail| Figure::List(vec![f64::from(tail.period), f64::from(tail.length)]));
    out.push(("tail_loop".to_owned(), list.unwrap_or(Figure::Undefined)));
    out.push((
        "tail_loop_repeats".to_owned(),
        tail.map(|tail| tail.repeats()).into(),
    ));
}
