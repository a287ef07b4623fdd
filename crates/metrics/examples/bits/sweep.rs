//! Pseudo-random inputs far beyond the vectors, folded into one hash per group.
use crate::figures::{Figure, Figures, put_advanced, put_position};
use metrics::{Advanced, Alternatives, Reading, RunBuilder, SequenceBuilder, TextSize, num};

const VALUES: usize = 20_000;
const SEQUENCES: usize = 2_000;

/// (name of the group, hash of all its bits).
pub(crate) fn hashes() -> Vec<(&'static str, u64)> {
    let mut random = Random(1);
    // exp and expm1 over the log-probabilities, the logarithms over everything above zero.
    vec![
        ("exp", values(|| num::exp(-random.below(760.0)))),
        ("expm1", values(|| num::expm1(-random.any_size()))),
        ("ln", values(|| num::ln(random.any_size()))),
        ("log2", values(|| num::log2(random.any_size()))),
        ("log1p", values(|| num::log1p(random.any_size()))),
        (
            "pow",
            values(|| num::pow(random.below(10.0), random.below(20.0) - 10.0)),
        ),
        ("sqrt", values(|| num::sqrt(random.any_size()))),
        ("sequences", sequences(&mut random)),
        ("positions", positions(&mut random)),
    ]
}

fn values(mut next: impl FnMut() -> f64) -> u64 {
    let mut hash = Hash::default();
    (0..VALUES).for_each(|_| hash.number(next()));
    hash.0
}

/// Sequences of all lengths with every kind of value, and the run that they form.
fn sequences(random: &mut Random) -> u64 {
    let (mut hash, mut run, mut builder) = (
        Hash::default(),
        RunBuilder::default(),
        SequenceBuilder::default(),
    );
    for _ in 0..SEQUENCES {
        let (n, scale) = (random.below(60.0) as usize, random.below(12.0));
        let raw: Vec<Option<f64>> = (0..n).map(|_| random.raw(scale)).collect();
        raw.iter()
            .for_each(|&value| hash.number(f64::from(builder.push(Reading::new(value)).code())));
        let m = builder.finish();
        run.push(&m);
        for figure in [
            m.perplexity,
            m.mean_prob,
            m.geo_mean_prob,
            m.min_prob,
            m.uncertain_share,
        ] {
            hash.figure(&figure.into());
        }
        hash.number(m.sum_logprob);
        hash.number(m.sum_prob);
        hash.figure(&m.weakest_passage.map(|passage| passage.mean_logprob).into());
        hash.figure(&m.weakest_passage.map(|passage| passage.start).into());
        let mut advanced = Figures::new();
        put_advanced(
            &Advanced::new(
                &raw,
                Some(TextSize {
                    bytes: n as u64 * 4,
                    chars: n as u64 * 3,
                }),
            ),
            &mut advanced,
        );
        advanced.iter().for_each(|(_, figure)| hash.figure(figure));
    }
    let m = run.metrics(true);
    for figure in [
        m.perplexity_mean_of_sequences,
        m.perplexity_median_of_sequences,
        m.perplexity_token_weighted,
        m.probability_mean_of_sequences,
        m.probability_token_weighted,
    ] {
        hash.figure(&figure.into());
    }
    hash.0
}

/// Lists of alternatives of all lengths.
fn positions(random: &mut Random) -> u64 {
    let (mut hash, mut list) = (Hash::default(), Alternatives::default());
    for _ in 0..SEQUENCES {
        let (k, scale) = (random.below(21.0) as usize, random.below(12.0));
        let raw: Vec<Option<f64>> = (0..k).map(|_| random.raw(scale)).collect();
        list.fill(raw);
        let mut figures = Figures::new();
        put_position(
            &list,
            Reading::new(random.raw(scale)),
            50_257,
            "",
            &mut figures,
        );
        figures.iter().for_each(|(_, figure)| hash.figure(figure));
    }
    hash.0
}

/// FNV-1a over the bits.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn number(&mut self, value: f64) {
        // The payload of a NaN is the one thing that wasm does not fix; none may ever get here.
        assert!(!value.is_nan(), "a figure is NaN");
        for byte in value.to_bits().to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    fn figure(&mut self, figure: &Figure) {
        match figure {
            Figure::Undefined => self.number(-1.0),
            Figure::Infinite => self.number(f64::INFINITY),
            Figure::Flag(flag) => self.number(f64::from(u8::from(*flag))),
            Figure::Number(number) => self.number(*number),
            Figure::List(numbers) => numbers.iter().for_each(|&number| self.number(number)),
        }
    }
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, limit: f64) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64 * limit
    }
    /// Finite, above zero, of any size.
    fn any_size(&mut self) -> f64 {
        f64::from_bits(self.bits() % (0x7ff0_0000_0000_0000 - 1) + 1)
    }
    /// Mostly log-probabilities, now and then anything else that files hold.
    fn raw(&mut self, scale: f64) -> Option<f64> {
        match self.bits() % 64 {
            0 => None,
            1 => Some(-9999.0),
            2 => Some(1e-7),
            3 => Some(0.0),
            4 => Some(-800.0),
            _ => Some(-self.below(scale)),
        }
    }
}
