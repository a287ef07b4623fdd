//! By what tokens are coloured: the lens that the page looks through, what is known of the alternatives that it needs, and what
//! the page is told when more of them are read. No browser in here: tested natively.
use crate::protocol::{Response, Values};
use crate::state::{State, len_u32};
use analysis::{Histogram, Lens, Listed, Shade};
use completions::SequenceDetail;
use metrics::format;

/// The lens of the page and the values under it.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    /// What was asked for last.
    asked: Lens,
    /// What the alternatives say; kept once somebody wants it.
    listed: Option<Listed>,
    /// The values; `None` while probabilities are enough.
    shade: Option<Shade>,
    /// Why no more alternatives are read.
    failed: Option<String>,
    /// The rows asked for last: query, first position, count.
    pub(crate) rows: (u32, u32, u32),
    /// The text asked for last.
    pub(crate) sequence: Option<u32>,
}

impl Colours {
    /// Of which lens values are handed out.
    pub(crate) fn lens(&self) -> Lens {
        self.asked.handed_out()
    }

    pub(crate) fn shade(&self) -> Option<&Shade> {
        self.shade.as_ref()
    }

    /// Sequences whose alternatives are to be read for this lens.
    fn unread(&self) -> u32 {
        let listed = self.listed.as_ref().map_or(0, Listed::unread);
        let wanted = self.asked.quantity.is_listed() && self.failed.is_none();
        len_u32(if wanted { listed } else { 0 })
    }

    /// The next of them, at most so many: the open one, then the others in their order.
    pub(crate) fn to_read(&self, most: usize) -> Vec<u32> {
        let Some(listed) = self.listed.as_ref().filter(|_| self.unread() > 0) else {
            return Vec::new();
        };
        let open = self.sequence.filter(|open| !listed.is_read(*open));
        let others = listed.to_read().filter(|one| Some(*one) != open);
        open.into_iter().chain(others).take(most).collect()
    }

    fn note(&self, counted: &Histogram, all: usize) -> String {
        let (about, open) = (self.asked.about(), u64::from(self.unread()));
        let none = counted.steps.iter().all(|count| *count == 0);
        match &self.failed {
            Some(why) if self.asked.quantity.is_listed() => {
                format!("The alternatives cannot be read. {why}")
            }
            _ if open > 0 => format!(
                "{about} Reading the alternatives: {} of {} …",
                format::count(all as u64 - open),
                format::counted(all as u64, "sequence", "sequences")
            ),
            _ if none && self.asked.quantity.is_listed() => format!(
                "{about} This file lists no alternatives. Ask the server for top_logprobs to see them."
            ),
            _ => about,
        }
    }
}

impl State {
    /// Looks through another lens; nothing when it is the one that is there.
    pub(crate) fn look(&mut self, lens: Lens) {
        let before = self.colours.asked;
        self.colours.asked = lens;
        self.colours.failed = None;
        if lens.handed_out() == before.handed_out() {
            return;
        }
        let Self {
            colours, columns, ..
        } = self;
        if lens.quantity.is_listed() {
            colours.listed.get_or_insert_with(|| Listed::new(columns));
        }
        let nothing = Listed::default();
        let listed = colours.listed.as_ref().unwrap_or(&nothing);
        colours.shade = (!lens.is_direct()).then(|| Shade::new(lens, columns, listed));
    }

    /// How the values are spread, as far as they are known.
    pub(crate) fn histogram(&self) -> Response {
        let colours = &self.colours;
        let histogram = match &colours.shade {
            Some(shade) => shade.histogram().clone(),
            None => Histogram::of(&self.columns, colours.asked),
        };
        Response::Histogram {
            lens: colours.asked,
            note: colours.note(&histogram, self.columns.sequences.len()),
            histogram,
            open: colours.unread(),
        }
    }

    /// The values of a sequence; `None` where probabilities are enough.
    pub(crate) fn values(&self, sequence: u32) -> Option<Response> {
        let shade = self.colours.shade.as_ref()?;
        let row = self.columns.sequences.get(sequence as usize)?;
        Some(Response::Values(Values {
            sequence,
            lens: shade.lens(),
            values: shade.of_sequence(row).to_vec(),
        }))
    }

    /// All that the page has of values, with what is known by now.
    pub(crate) fn recoloured(&mut self) -> Vec<Response> {
        let mut all = vec![self.histogram()];
        if self.is_by_band() {
            all.push(self.select_again());
        }
        all.push(self.rows_again());
        all.extend(self.colours.sequence.and_then(|open| self.values(open)));
        all
    }

    /// The alternatives of these sequences were read; `None` for what cannot be.
    pub(crate) fn take_listed(&mut self, read: &[(u32, Option<SequenceDetail>)]) {
        let Self {
            colours, columns, ..
        } = self;
        let Some(listed) = &mut colours.listed else {
            return;
        };
        for (sequence, detail) in read {
            listed.take(columns, *sequence, detail.as_ref());
            if let Some(shade) = &mut colours.shade
                && shade.lens().quantity.is_listed()
            {
                shade.fill(columns, listed, *sequence);
            }
        }
    }

    /// No more alternatives can be read.
    pub(crate) fn fail_listing(&mut self, why: String) {
        self.colours.failed = Some(why);
    }

    /// Sequences that may turn out to have a token in the band of the filter.
    pub(crate) fn unread_of_band(&self) -> u32 {
        if self.is_by_band() {
            self.colours.unread()
        } else {
            0
        }
    }

    fn is_by_band(&self) -> bool {
        let band = self.filter.band;
        band.is_some_and(|in_band| in_band.scale.lens.quantity.is_listed())
    }
}

#[cfg(test)]
mod tests;
