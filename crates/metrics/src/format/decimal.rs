//! Decimal digits of a number, rounded as a person would.
use std::fmt;

/// A number at or above zero: 0.d1d2d3… · 10^(exponent + 1), without trailing zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    /// ASCII digits, the first one not 0; empty for zero.
    digits: Vec<u8>,
    /// Power of ten of the first digit.
    exponent: i32,
}

/// Significant digits that are shown.
const SHOWN: usize = 3;

impl Decimal {
    /// The absolute value of a finite number, in the fewest digits that read back as the same number.
    pub(super) fn of(value: f64) -> Self {
        let scientific = format!("{:e}", value.abs());
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Self {
            digits,
            exponent: exponent.parse().unwrap_or(0),
        }
        .trimmed()
    }
    /// A whole number.
    pub(super) fn of_count(value: u64) -> Self {
        let digits = value.to_string().into_bytes();
        let exponent = digits.len() as i32 - 1;
        Self { digits, exponent }.trimmed()
    }
    /// Power of ten of the first digit; 0 for zero.
    pub(super) fn exponent(&self) -> i32 {
        self.exponent
    }
    /// Moves the point.
    pub(super) fn times_ten_to(mut self, power: i32) -> Self {
        if !self.digits.is_empty() {
            self.exponent += power;
        }
        self
    }
    /// Rounds to three significant digits, ties away from zero.
    pub(super) fn rounded(mut self) -> Self {
        let up = self.digits.get(SHOWN).is_some_and(|&next| next >= b'5');
        self.digits.truncate(SHOWN);
        if up {
            // Nines become zeros, which are dropped; the digit before them goes up.
            while self.digits.last() == Some(&b'9') {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    self.digits.push(b'1');
                    self.exponent += 1;
                }
            }
        }
        self.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.exponent = 0;
        }
        self
    }
    /// The digit at a power of ten.
    fn digit(&self, power: i32) -> char {
        let at = usize::try_from(self.exponent - power).ok();
        at.and_then(|at| self.digits.get(at))
            .map_or('0', |&digit| char::from(digit))
    }
    fn write(&self, f: &mut fmt::Formatter<'_>, exponent: i32) -> fmt::Result {
        // `exponent` is the power of the first digit in the notation chosen; shift turns it into the stored one.
        let shift = self.exponent - exponent;
        for power in (0..=exponent.max(0)).rev() {
            write!(f, "{}", self.digit(power + shift))?;
        }
        let last = exponent - (self.digits.len() as i32 - 1);
        if last < 0 {
            write!(f, ".")?;
        }
        for power in (last..0).rev() {
            write!(f, "{}", self.digit(power + shift))?;
        }
        Ok(())
    }
}

impl fmt::Display for Decimal {
    /// Plain from 1e-6 to below 1e15, otherwise with an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return write!(f, "0");
        }
        if (-6..15).contains(&self.exponent) {
            return self.write(f, self.exponent);
        }
        self.write(f, 0)?;
        write!(f, "e{}", self.exponent)
    }
}
