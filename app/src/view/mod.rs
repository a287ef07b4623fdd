//! What the person is looking at, and how it reads in an address.
//!
//! `colour=surprisal` what colours a token, `cuts=0.20,0.80` where its bands meet, `band=low` only sequences with such a token,
//! `q=` a query, `model=`, `source=`, `fold=1` for identical texts folded, `sort=` with `-` for largest first, `s=` the open sequence and `t=` the
//! pinned token, both counted from 1 as on the screen. Unknown or malformed parts are ignored: an old link opens.
mod address;

pub use address::{Place, use_view_state};

use analysis::{Filter, InBand, Quantity, Scale, Sort, SortKey};
use api::paths::escape;
use percent_encoding::percent_decode_str;

/// Filter, sort and selection: everything that a link has to reproduce.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewState {
    /// Which sequences are listed.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// By what tokens are coloured.
    pub scale: Scale,
    /// The open sequence, from 0.
    pub sequence: Option<u32>,
    /// The pinned token of the open sequence, from 0.
    pub token: Option<u32>,
}

impl ViewState {
    /// Reads a query string or fragment, with or without its leading `?` or `#`.
    pub fn parse(text: &str) -> Self {
        let mut view = Self::default();
        let (mut cuts, mut band) = (String::new(), None);
        for pair in text.trim_start_matches(['?', '#']).split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = value.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8_lossy();
            match name {
                "q" => view.filter.query = value.into_owned(),
                "model" => view.filter.model = value.into_owned(),
                "source" => view.filter.source = value.into_owned(),
                "fold" => view.filter.fold = value == "1",
                "colour" => view.scale = Scale::of(parse_quantity(&value)),
                "cuts" => cuts = value.into_owned(),
                "band" => band = (0..3).find(|code| band_name(*code) == value),
                "sort" => view.sort = parse_sort(&value),
                "s" => view.sequence = parse_position(&value),
                "t" => view.token = parse_position(&value),
                _ => {}
            }
        }
        view.scale = view.scale.with_cuts_text(&cuts).unwrap_or(view.scale);
        let scale = view.scale;
        view.filter.band = band.map(|band| InBand { scale, band });
        if view.sequence.is_none() {
            view.token = None;
        }
        view
    }

    /// Colours by another scale; a band that is filtered by moves along.
    pub fn set_scale(&mut self, scale: Scale) {
        self.scale = scale;
        if let Some(in_band) = &mut self.filter.band {
            in_band.scale = scale;
        }
    }

    /// The query string without its `?`; empty for the plain view.
    pub fn to_query(&self) -> String {
        let mut parts = Vec::new();
        for (name, value) in [
            ("q", &self.filter.query),
            ("model", &self.filter.model),
            ("source", &self.filter.source),
        ] {
            if !value.is_empty() {
                parts.push(format!("{name}={}", escape(value)));
            }
        }
        if self.filter.fold {
            parts.push("fold=1".to_owned());
        }
        let usual = Scale::of(self.scale.quantity);
        if usual != Scale::default() {
            parts.push(format!("colour={}", self.scale.quantity.name()));
        }
        if self.scale != usual {
            parts.push(format!("cuts={}", self.scale.cuts_text()));
        }
        if let Some(in_band) = self.filter.band {
            parts.push(format!("band={}", band_name(in_band.band)));
        }
        if self.sort != Sort::default() {
            parts.push(format!("sort={}", sort_name(self.sort)));
        }
        if let Some(sequence) = self.sequence {
            parts.push(format!("s={}", u64::from(sequence) + 1));
            if let Some(token) = self.token {
                parts.push(format!("t={}", u64::from(token) + 1));
            }
        }
        parts.join("&")
    }
}

/// The name of a sort in addresses and menus: `perplexity`, `-perplexity`, …
pub fn sort_name(sort: Sort) -> String {
    let key = match sort.key {
        SortKey::Position => "position",
        SortKey::Perplexity => "perplexity",
        SortKey::Probability => "probability",
        SortKey::Length => "length",
    };
    if sort.descending {
        format!("-{key}")
    } else {
        key.to_owned()
    }
}

/// The sort with this name; anything unknown is the order of the file.
pub fn parse_sort(name: &str) -> Sort {
    let (descending, key) = match name.strip_prefix('-') {
        Some(key) => (true, key),
        None => (false, name),
    };
    let key = match key {
        "position" => SortKey::Position,
        "perplexity" => SortKey::Perplexity,
        "probability" => SortKey::Probability,
        "length" => SortKey::Length,
        _ => return Sort::default(),
    };
    Sort { key, descending }
}

/// The name of a band, by the code of [`metrics::Band`].
pub fn band_name(code: u8) -> &'static str {
    match code {
        0 => "low",
        1 => "middle",
        _ => "high",
    }
}

/// The quantity with this name; anything unknown is the usual one.
fn parse_quantity(name: &str) -> Quantity {
    let known = Quantity::ALL.into_iter().find(|one| one.name() == name);
    known.unwrap_or_default()
}

fn parse_position(text: &str) -> Option<u32> {
    text.parse::<u32>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_view_is_the_empty_query() {
        assert_eq!(ViewState::default().to_query(), "");
        assert_eq!(ViewState::parse(""), ViewState::default());
        assert_eq!(ViewState::parse("?"), ViewState::default());
    }

    #[test]
    fn positions_count_from_one() {
        let view = ViewState::parse("?s=1&t=8");
        assert_eq!((view.sequence, view.token), (Some(0), Some(7)));
        assert_eq!(view.to_query(), "s=1&t=8");
    }

    #[test]
    fn what_makes_no_sense_is_ignored() {
        for text in [
            "s=0",
            "s=-1",
            "s=x&t=1",
            "t=4",
            "sort=colour",
            "q",
            "colour=red",
            "cuts=0.9,0.1",
            "band=lowest",
            "&&",
            "utm=1",
            "%zz",
        ] {
            assert_eq!(ViewState::parse(text), ViewState::default(), "{text}");
        }
    }

    #[test]
    fn a_form_writes_spaces_as_plus() {
        assert_eq!(
            ViewState::parse("q=+a%2Bb&sort=-perplexity").to_query(),
            "q=%20a%2Bb&sort=-perplexity"
        );
    }

    proptest! {
        #[test]
        fn every_view_survives_the_address(
            bits: bool, cuts in (0..=100_u16, 0..=100_u16), band in proptest::option::of(0..3_u8),
            query in ".*", model in ".*", source in ".*", fold: bool, key in 0..4usize, descending: bool,
            sequence in proptest::option::of(0..u32::MAX), pinned in proptest::option::of(0..u32::MAX),
        ) {
            let key = [SortKey::Position, SortKey::Perplexity, SortKey::Probability, SortKey::Length][key];
            let quantity = if bits { Quantity::Surprisal } else { Quantity::Probability };
            let scale = Scale::of(quantity).with_cut(0, cuts.0).with_cut(1, cuts.1);
            let view = ViewState {
                filter: Filter { query, model, source, fold, band: band.map(|band| InBand { scale, band }) },
                scale,
                sort: Sort { key, descending },
                sequence,
                token: sequence.and(pinned),
            };
            let query = view.to_query();
            prop_assert!(query.is_ascii() && !query.contains(['#', '<', '"', ' ']));
            prop_assert_eq!(ViewState::parse(&query), view);
        }
    }
}
