//! Intervals for differences: a paired bootstrap with percentiles.
//!
//! What belongs to one prompt is not independent, so units are drawn, not pairs: as many as there are, with repetition,
//! [`RESAMPLES`] times; where there is one prompt alone, its pairs are drawn. The difference is computed for each of these; the interval is what the middle [`LEVEL`] of them span
//! (Efron 1979, percentile method). The seed is fixed: the same files always give the same interval.
//!
//! More than [`GROUPS`] units are dealt into so many groups at random, and the groups are drawn. The spread of the difference
//! stays what it is (but for 1/√(2·[`GROUPS`]), 1.6 % of it), and the cost is linear however many pairs there are.
use super::measure::MEASURES;
use serde::{Deserialize, Serialize};

/// How often units are drawn: so that the ends of the interval are the 50th values from either end.
pub const RESAMPLES: usize = 1999;

/// The share of the drawn differences that the interval spans.
pub const LEVEL: f64 = 0.95;

/// Units that are drawn one by one.
pub const GROUPS: usize = 2000;

/// Fewer units than this say too little.
pub const FEWEST: usize = 5;

/// Where the draws begin.
pub const SEED: u64 = 2026;

/// From here to there, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The sums of one measure on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Part {
    pub(super) over_a: f64,
    pub(super) under_a: f64,
    pub(super) over_b: f64,
    pub(super) under_b: f64,
}

impl Part {
    fn add(&mut self, more: &Self, times: f64) {
        self.over_a += more.over_a * times;
        self.under_a += more.under_a * times;
        self.over_b += more.over_b * times;
        self.under_b += more.under_b * times;
    }

    /// B − A; `None` when nothing with this measure was drawn.
    fn difference(&self) -> Option<f64> {
        let drawn = self.under_a > 0.0 && self.under_b > 0.0;
        drawn.then(|| self.over_b / self.under_b - self.over_a / self.under_a)
    }
}

/// The sums of all measures of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Totals {
    pub(super) parts: [Part; MEASURES],
    pub(super) pairs: [u32; MEASURES],
}

impl Totals {
    /// A pair has the measure of this number.
    pub(super) fn add(&mut self, nth: usize, a: (f64, f64), b: (f64, f64)) {
        let more = Part {
            over_a: a.0,
            under_a: a.1,
            over_b: b.0,
            under_b: b.1,
        };
        self.parts[nth].add(&more, 1.0);
        self.pairs[nth] += 1;
    }
}

/// The differences that were drawn, sorted.
#[derive(Debug)]
pub(super) struct Resampled {
    differences: [Vec<f64>; MEASURES],
}

impl Resampled {
    pub(super) fn of(units: Vec<Totals>) -> Self {
        let mut differences = [const { Vec::new() }; MEASURES];
        let enough = |nth: usize| {
            let having = units.iter().filter(|unit| unit.pairs[nth] > 0);
            having.take(FEWEST).count() == FEWEST
        };
        let wanted: Vec<usize> = (0..MEASURES).filter(|&nth| enough(nth)).collect();
        let mut random = Random(SEED);
        let units = dealt(units, &mut random);
        let mut times = vec![0.0; units.len()];
        for _ in 0..RESAMPLES {
            times.fill(0.0);
            for _ in 0..units.len() {
                times[random.below(units.len())] += 1.0;
            }
            let mut drawn = Totals::default();
            for (unit, &times) in units.iter().zip(&times).filter(|(_, times)| **times > 0.0) {
                for (sum, part) in drawn.parts.iter_mut().zip(&unit.parts) {
                    sum.add(part, times);
                }
            }
            for &nth in &wanted {
                differences[nth].extend(drawn.parts[nth].difference());
            }
        }
        for drawn in &mut differences {
            drawn.sort_unstable_by(f64::total_cmp);
        }
        Self { differences }
    }

    /// The interval of the measure of this number; `None` for too few units.
    pub(super) fn interval(&self, nth: usize) -> Option<Interval> {
        let drawn = &self.differences[nth];
        // Both ends by one rule, so that swapping A and B turns the interval round exactly.
        let from_end = ((drawn.len() + 1) as f64 * (1.0 - LEVEL) / 2.0).round() as usize;
        let low = *drawn.get(from_end.checked_sub(1)?)?;
        let high = *drawn.get(drawn.len().checked_sub(from_end)?)?;
        Some(Interval { low, high })
    }
}

/// Not more than [`GROUPS`]: more are shuffled and dealt.
fn dealt(units: Vec<Totals>, random: &mut Random) -> Vec<Totals> {
    if units.len() <= GROUPS {
        return units;
    }
    let mut order: Vec<usize> = (0..units.len()).collect();
    for left in (1..order.len()).rev() {
        order.swap(left, random.below(left + 1));
    }
    let mut groups = vec![Totals::default(); GROUPS];
    for (nth, &unit) in order.iter().enumerate() {
        let group = &mut groups[nth % GROUPS];
        for (sum, part) in group.parts.iter_mut().zip(&units[unit].parts) {
            sum.add(part, 1.0);
        }
    }
    groups
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, which is not 0; the bias of 2⁻³² does not matter here.
    fn below(&mut self, end: usize) -> usize {
        (((self.draw() >> 32) * end as u64) >> 32) as usize
    }
}
