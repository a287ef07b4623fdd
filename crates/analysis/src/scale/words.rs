//! Thresholds and bands in words: as they stand in an address, in a field and in the legend.
use super::{Quantity, Scale};
use metrics::Band;

impl Scale {
    /// The thresholds as they are written: `0.33,0.66`. In whole numbers: reading and writing floats would be a good part of the page.
    pub fn cuts_text(self) -> String {
        format!("{},{}", self.cut_text(0), self.cut_text(1))
    }

    /// One threshold (0 or 1) as it is written: `0.33`.
    pub fn cut_text(self, which: usize) -> String {
        let cut = self.cuts.get(which).copied().unwrap_or_default();
        let (unit, digits) = (self.lens.steps_per_unit(), self.lens.digits());
        match digits {
            0 => cut.to_string(),
            _ => format!("{}.{:0digits$}", cut / unit, cut % unit),
        }
    }

    /// The scale with the thresholds written so; `None` for anything else.
    pub fn with_cuts_text(self, text: &str) -> Option<Self> {
        let (first, second) = text.split_once(',')?;
        let cuts = [self.steps_in(first)?, self.steps_in(second)?];
        let [first, second] = cuts;
        (first <= second && second <= self.lens.steps()).then_some(Self { cuts, ..self })
    }

    /// `0.33` → 33. More digits than the grid has are no number of steps.
    fn steps_in(self, text: &str) -> Option<u16> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = self.lens.digits();
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() > digits || !all_digits(part) || !all_digits(whole) {
            return None;
        }
        let whole: u16 = whole.parse().ok()?;
        let part: u16 = format!("0{part:0<digits$}").parse().ok()?;
        whole
            .checked_mul(self.lens.steps_per_unit())?
            .checked_add(part)
    }

    /// The scale with one threshold (0 or 1) where somebody has written it; the other one gives way.
    ///
    /// # Errors
    /// What is no place of the grid: the message says which there are.
    pub fn with_typed_cut(self, which: usize, text: &str) -> Result<Self, String> {
        let steps = self.steps_in(&text.trim().replace(',', "."));
        let steps = steps.filter(|steps| *steps <= self.lens.steps());
        steps
            .map(|steps| self.with_cut(which, steps))
            .ok_or_else(|| self.places())
    }

    /// Where thresholds can lie.
    fn places(self) -> String {
        let most = self.lens.steps() / self.lens.steps_per_unit();
        let of = match self.lens.quantity {
            Quantity::Surprisal if !self.lens.relative => " bits",
            Quantity::Entropy if !self.lens.relative => " nats",
            _ => "",
        };
        match self.lens.digits() {
            0 => format!("A whole number from 0 to {most}."),
            1 => format!("A number from 0 to {most}{of}, with at most one digit behind the point."),
            _ => {
                format!("A number from 0 to {most}{of}, with at most two digits behind the point.")
            }
        }
    }

    /// Where a band begins or ends: `up to 0.33`.
    pub fn limits_text(self, band: Band) -> String {
        let [first, second] = self.limits().map(|limit| self.lens.amount(limit));
        match (band, self.lens.is_doubt()) {
            (Band::Low, false) | (Band::High, true) => format!("up to {first}"),
            (Band::Middle, _) => format!("up to {second}"),
            (Band::High, false) => "above".to_owned(),
            (Band::Low, true) => format!("above {second}"),
        }
    }

    /// What the tokens of a band are, on the screen: in the terms of the quantity, where low is not what is meant by it.
    pub fn band_name(self, band: Band) -> &'static str {
        let [doubtful, middle, sure] = match self.lens.quantity {
            _ if self.lens.relative => ["most doubtful", "doubtful", "the rest"],
            Quantity::Probability => ["low", "middle", "high"],
            Quantity::Surprisal => ["surprising", "in between", "expected"],
            Quantity::Rank if self.cuts[0] == 1 => ["far down", "next choices", "first choice"],
            Quantity::Rank => ["far down", "next choices", "first choices"],
            Quantity::Share => ["far behind", "behind", "close"],
            Quantity::Entropy => ["open", "some choice", "certain"],
            Quantity::Margin => ["toss-up", "narrow", "clear"],
        };
        match band {
            Band::Low => doubtful,
            Band::Middle => middle,
            Band::High => sure,
        }
    }
}
