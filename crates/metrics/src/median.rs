//! The median of values that are gone through, not sorted: they may lie where there is no room to move them.

/// Values that are kept until all are there.
pub trait Kept {
    /// The next one.
    fn push(&mut self, value: f64);

    /// Hands out all of them, in any order. `None` if they cannot be had any more.
    fn each(&self, take: &mut dyn FnMut(f64)) -> Option<()>;
}

impl Kept for Vec<f64> {
    fn push(&mut self, value: f64) {
        self.push(value);
    }

    fn each(&self, take: &mut dyn FnMut(f64)) -> Option<()> {
        self.iter().for_each(|&value| take(value));
        Some(())
    }
}

/// The middle value of `count`, or the two middle ones, in ascending order; `None` of no values, or if they cannot be had.
pub(crate) fn middle(values: &impl Kept, count: u64) -> Option<[f64; 2]> {
    let upper = at(values, (count > 0).then_some(count / 2)?)?;
    match count % 2 {
        1 => Some([upper, upper]),
        _ => Some([at(values, count / 2 - 1)?, upper]),
    }
}

/// The value at a place of the ascending order of `f64::total_cmp`, from 0. Its bits are found from the highest on, eight by each
/// pass over the values: how many are there with the bits so far, and each of the next ones?
fn at(values: &impl Kept, place: u64) -> Option<f64> {
    const DIGIT: u32 = 8;
    let (mut found, mut before) = (0_u64, place);
    for shift in (0..u64::BITS).step_by(DIGIT as usize).rev() {
        let above = |key: u64| key.checked_shr(shift + DIGIT);
        let mut counts = [0_u64; 1 << DIGIT];
        values.each(&mut |value| {
            let key = key(value);
            if above(key) == above(found) {
                counts[usize::from((key >> shift) as u8)] += 1;
            }
        })?;
        let digit = counts.iter().position(|&count| {
            let here = before < count;
            before -= if here { 0 } else { count };
            here
        });
        found |= (digit? as u64) << shift;
    }
    Some(value(found))
}

const SIGN: u64 = 1 << 63;

/// A number that grows with the value.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    match bits & SIGN {
        0 => bits | SIGN,
        _ => !bits,
    }
}

/// The value of a key.
fn value(key: u64) -> f64 {
    f64::from_bits(match key & SIGN {
        0 => !key,
        _ => key ^ SIGN,
    })
}

#[cfg(test)]
mod tests {
    use super::{Kept, middle};

    #[test]
    fn the_middle_of_a_sorted_list() {
        let odd = [
            f64::INFINITY,
            f64::MIN_POSITIVE,
            -0.0,
            0.0,
            1.0,
            1.0_f64.next_up(),
            -1.0,
            f64::NEG_INFINITY,
            f64::MAX,
            1e-310,
            1.0,
        ];
        for count in 0..=odd.len() {
            let values = odd[..count].to_vec();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let expected = (count > 0).then(|| [sorted[(count - 1) / 2], sorted[count / 2]]);
            let bits = |pair: Option<[f64; 2]>| pair.map(|pair| pair.map(f64::to_bits));
            let found = middle(&values, count as u64);
            assert_eq!(bits(found), bits(expected), "{values:?}");
        }
    }

    #[test]
    fn none_when_the_values_are_gone() {
        struct Gone;
        impl Kept for Gone {
            fn push(&mut self, _: f64) {}
            fn each(&self, take: &mut dyn FnMut(f64)) -> Option<()> {
                take(1.0);
                None
            }
        }
        assert_eq!(middle(&Gone, 3), None);
        assert_eq!(middle(&vec![1.0], 3), None);
    }
}
