//! The generator behind the draws.

/// Name and version of the generator and of the way it is used, to be kept with a seed.
pub const ALGORITHM: &str = "splitmix64/1";

/// SplitMix64: 64 bits of state, every seed is good.
///
/// Sequence number n of a generation draws from the stream of seed + n (both scrambled), one number per token; beam
/// sampling draws from stream 0, one number per candidate.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of one sequence.
    pub fn new(seed: u64, stream: u64) -> Self {
        // Scrambled, because the streams of raw neighbours would be one stream, shifted.
        let seed = Self(seed).next_u64();
        Self(Self(seed.wrapping_add(stream)).next_u64())
    }

    /// 64 even bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to 1, without 1.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The index of a weight, each as likely as it is large. `None`: no weight is above zero.
    pub fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        self.weighted_of(weights, weights.iter().sum())
    }

    /// The same where their sum is known.
    pub(crate) fn weighted_of(&mut self, weights: &[f64], total: f64) -> Option<usize> {
        let target = self.unit() * total;
        let mut passed = 0.0;
        let mut last = None;
        for (at, &weight) in weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0)
        {
            passed += weight;
            last = Some(at);
            if passed > target {
                break;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_stream_is_fixed() {
        // A change of these numbers is a new version of the algorithm.
        let mut random = Random::new(7, 0);
        let mut other = Random::new(7, 1);
        assert_eq!(
            [random.next_u64(), other.next_u64()],
            [11_241_344_834_629_033_336, 18_143_426_351_604_549_229]
        );
    }

    #[test]
    fn weights_without_mass_are_never_drawn() {
        let mut random = Random::new(1, 0);
        assert_eq!(random.weighted(&[]), None);
        assert_eq!(random.weighted(&[0.0, 0.0]), None);
        for _ in 0..100 {
            assert_eq!(random.weighted(&[0.0, 1e-300, 0.0]), Some(1));
        }
    }
}
