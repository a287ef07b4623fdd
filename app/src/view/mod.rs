//! What the person is looking at, and how it reads in an address.
//!
//! `colour=surprisal` what colours the text, `unit=word` of what, `relative=1` compared with its text, `cuts=0.20,0.80` where its bands
//! meet, `band=low` only sequences with such a unit,
//! `q=` a query, `model=`, `source=`, `fold=1` for identical texts folded, `sort=` with `-` for largest first, `s=` the open sequence and `t=` the
//! pinned token, both counted from 1 as on the screen, `panel=` what is asked of the run instead of its list, `with=` the fields of
//! that. `excerpt=` are answers that a link holds ([`excerpt`](worker)): only behind a `#`, where no server sees them. Unknown or malformed parts are ignored: an old link opens.
mod address;

pub use address::{Place, use_view_state};

use analysis::{Filter, InBand, Lens, Quantity, Scale, Sort, SortKey, Unit};
use api::paths::escape;
use percent_encoding::percent_decode_str;
use worker::protocol::Name;

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
    /// What is asked of the run; `None` for its list.
    pub panel: Option<Name>,
    /// What stands in the fields of the panel, as [`panels::Settings`](worker::protocol::Question) reads it.
    pub settings: String,
    /// The excerpt that is open, as the crate `excerpt` writes it; empty when it is something else.
    pub excerpt: String,
}

impl ViewState {
    /// Reads a query string or fragment, with or without its leading `?` or `#`.
    pub fn parse(text: &str) -> Self {
        let mut view = Self::default();
        view.take(text.trim_start_matches(['?', '#']));
        if !text.starts_with('#') {
            view.excerpt.clear();
        }
        view
    }

    /// Takes on what a part of an address says; what it does not say stays.
    pub fn take(&mut self, text: &str) {
        let (mut cuts, mut band, mut lens) = (String::new(), None, None);
        for pair in text.split('&') {
            let (name, written) = pair.split_once('=').unwrap_or((pair, ""));
            let value = written.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8_lossy();
            match name {
                "q" => self.filter.query = value.into_owned(),
                "model" => self.filter.model = value.into_owned(),
                "source" => self.filter.source = value.into_owned(),
                "fold" => self.filter.fold = value == "1",
                "colour" | "unit" | "relative" => {
                    lens = Some(with_part(lens.unwrap_or(self.scale.lens), name, &value));
                }
                "cuts" => cuts = value.into_owned(),
                "band" => band = (0..3).find(|code| band_name(*code) == value),
                "sort" => self.sort = parse_sort(&value),
                "s" => self.sequence = parse_position(&value),
                "t" => self.token = parse_position(&value),
                "panel" => {
                    let panel = Name::of_key(&value);
                    if panel != self.panel {
                        self.settings.clear();
                    }
                    self.panel = panel;
                }
                "with" => self.settings = as_settings(written),
                "excerpt" => self.excerpt = as_settings(written),
                _ => {}
            }
        }
        self.scale = lens.map_or(self.scale, Scale::of);
        self.scale = self.scale.with_cuts_text(&cuts).unwrap_or(self.scale);
        let scale = self.scale;
        if let Some(band) = band {
            self.filter.band = Some(InBand { scale, band });
        }
        if self.sequence.is_none() {
            self.token = None;
        }
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
        let lens = self.scale.lens;
        let usual = Scale::of(lens);
        if lens.quantity != Quantity::default() {
            parts.push(format!("colour={}", lens.quantity.name()));
        }
        if lens.unit != Unit::default() {
            parts.push(format!("unit={}", lens.unit.name()));
        }
        if lens.relative {
            parts.push("relative=1".to_owned());
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
        if let Some(panel) = self.panel {
            parts.push(format!("panel={}", panel.key()));
            if !self.settings.is_empty() {
                parts.push(format!("with={}", self.settings));
            }
        }
        if !self.excerpt.is_empty() {
            parts.push(format!("excerpt={}", self.excerpt));
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

/// The lens with one of its parts as this value names it; anything unknown is the usual one.
pub fn with_part(mut lens: Lens, part: &str, value: &str) -> Lens {
    match part {
        "colour" => {
            let known = Quantity::ALL.into_iter().find(|one| one.name() == value);
            lens.quantity = known.unwrap_or_default();
        }
        "unit" => {
            let known = Unit::ALL.into_iter().find(|one| one.name() == value);
            lens.unit = known.unwrap_or_default();
        }
        "relative" => lens.relative = value == "1",
        _ => {}
    }
    lens
}

/// Settings stand in an address as they are: what cannot is left out.
fn as_settings(text: &str) -> String {
    let plain = |sign: &char| sign.is_ascii_alphanumeric() || "-._*+%;:".contains(*sign);
    text.chars().filter(plain).collect()
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
            "unit=verse",
            "relative=yes",
            "cuts=0.9,0.1",
            "band=lowest",
            "&&",
            "panel=x&with=",
            "utm=1",
            "%zz",
        ] {
            assert_eq!(ViewState::parse(text), ViewState::default(), "{text}");
        }
    }

    #[test]
    fn old_addresses_mean_what_they_meant() {
        for (address, quantity, cuts) in [
            (
                "colour=surprisal&cuts=0.6,4.0",
                Quantity::Surprisal,
                [6, 40],
            ),
            (
                "cuts=0.20,0.85&colour=probability",
                Quantity::Probability,
                [20, 85],
            ),
            ("cuts=0.66,0.66&band=low", Quantity::Probability, [66, 66]),
        ] {
            let view = ViewState::parse(address);
            let lens = Lens {
                quantity,
                ..Lens::default()
            };
            assert_eq!(
                (view.scale.lens, view.scale.cuts()),
                (lens, cuts),
                "{address}"
            );
        }
    }

    #[test]
    fn a_lens_has_its_parts_in_the_address() {
        let address = "colour=rank&unit=word&relative=1&cuts=0.05,0.20&band=low";
        let view = ViewState::parse(address);
        assert_eq!(
            view.scale.lens.title(),
            "rank of a word, relative to this text"
        );
        assert_eq!(view.to_query(), address);
        let ranks = ViewState::parse("cuts=2,10&colour=rank");
        assert_eq!(ranks.to_query(), "colour=rank&cuts=2,10");
    }

    #[test]
    fn a_form_writes_spaces_as_plus() {
        assert_eq!(
            ViewState::parse("q=+a%2Bb&sort=-perplexity").to_query(),
            "q=%20a%2Bb&sort=-perplexity"
        );
    }

    #[test]
    fn parts_of_an_address_are_taken_on() {
        let mut view = ViewState::parse("q=a&s=3&t=5&panel=lab&with=top_k:3");
        view.take("t=7");
        assert_eq!(view.to_query(), "q=a&s=3&t=7&panel=lab&with=top_k:3");
        view.take("panel=&s=4&t=2");
        assert_eq!(view.to_query(), "q=a&s=4&t=2");
        view.take("panel=why&with=board:x%3By&s=&t=");
        assert_eq!(view.to_query(), "q=a&panel=why&with=board:x%3By");
        view.take("with=<\"'>a");
        assert_eq!(view.settings, "a");
    }

    #[test]
    fn an_excerpt_stands_behind_the_sign_that_no_server_sees() {
        let view = ViewState::parse("#s=2&excerpt=1.aB-_");
        assert_eq!(view.excerpt, "1.aB-_");
        assert_eq!(view.to_query(), "s=2&excerpt=1.aB-_");
        assert_eq!(ViewState::parse("?s=2&excerpt=1.aB-_").to_query(), "s=2");
        assert_eq!(ViewState::parse("#excerpt=<b>").excerpt, "b");
    }

    proptest! {
        #[test]
        fn every_view_survives_the_address(
            colour in 0..6_usize, unit in 0..4_usize, relative: bool,
            cuts in (0..=100_u16, 0..=100_u16), band in proptest::option::of(0..3_u8),
            query in ".*", model in ".*", source in ".*", fold: bool, key in 0..4usize, descending: bool,
            sequence in proptest::option::of(0..u32::MAX), pinned in proptest::option::of(0..u32::MAX),
            panel in proptest::option::of(0..Name::ALL.len()), settings in "[a-z:;%0-9.+*_-]*",
        ) {
            let key = [SortKey::Position, SortKey::Perplexity, SortKey::Probability, SortKey::Length][key];
            let lens = Lens { quantity: Quantity::ALL[colour], unit: Unit::ALL[unit], relative };
            let scale = Scale::of(lens).with_cut(0, cuts.0).with_cut(1, cuts.1);
            let view = ViewState {
                filter: Filter { query, model, source, fold, band: band.map(|band| InBand { scale, band }) },
                scale,
                sort: Sort { key, descending },
                sequence,
                token: sequence.and(pinned),
                panel: panel.and_then(|at| Name::ALL.get(at).copied()),
                settings: panel.map_or_else(String::new, |_| settings),
                excerpt: String::new(),
            };
            let query = view.to_query();
            prop_assert!(query.is_ascii() && !query.contains(['#', '<', '"', ' ']));
            prop_assert_eq!(ViewState::parse(&query), view);
        }
    }
}
