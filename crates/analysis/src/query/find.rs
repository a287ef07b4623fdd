//! Which sequences and tokens match.
use super::eval::{Screen, Truth, band_name, finish_name, source_of};
use super::{Expr, Field, Query, Term, Value};
use crate::Texts;
use crate::search::{Needle, touched};
use crate::select::text_of;
use completions::{Columns, Sequence, SequenceDetail};
use metrics::alternatives::Alternatives;
use std::collections::HashMap;

/// A sequence that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its index.
    pub sequence: u32,
    /// Its tokens that match, ascending; empty when the query asks nothing of tokens.
    pub tokens: Vec<u32>,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// In the order of the file.
    pub hits: Vec<Hit>,
    /// Sequences whose alternatives were needed and could not be had: they are not among the hits.
    pub unread: Vec<u32>,
}

impl Found {
    /// Tokens that match.
    pub fn tokens(&self) -> u64 {
        self.hits.iter().map(|hit| hit.tokens.len() as u64).sum()
    }
}

impl Query {
    /// Asks all sequences. `detail` decodes one again with its alternatives; it is called only when the query needs them,
    /// and only for sequences that everything else leaves open.
    pub fn find(
        &self,
        columns: &Columns,
        mut detail: impl FnMut(u32) -> Option<SequenceDetail>,
    ) -> Found {
        let mut asked = Asked::new(self, columns);
        let mut found = Found::default();
        for (index, sequence) in (0_u32..).zip(&columns.sequences) {
            let tokens = match asked.ask(index, sequence) {
                Answer::No => None,
                Answer::Yes(tokens) => Some(tokens),
                Answer::Open(tokens) => match detail(index) {
                    Some(detail) => asked.ask_again(index, sequence, &detail),
                    None => {
                        found.unread.push(index);
                        tokens
                    }
                },
            };
            if let Some(tokens) = tokens {
                found.hits.push(Hit {
                    sequence: index,
                    tokens,
                });
            }
        }
        found
    }
}

/// What a query says of a sequence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    No,
    /// It matches, with these tokens, ascending.
    Yes(Vec<u32>),
    /// That depends on its alternatives. These tokens match without them, if any do.
    Open(Option<Vec<u32>>),
}

/// A query with what it takes to answer it quickly.
pub(crate) struct Asked<'a> {
    query: &'a Query,
    columns: &'a Columns,
    /// For each term that is words: what to look for.
    needles: Vec<Option<Needle>>,
    /// For each of them: the tokens of the present sequence that it touches.
    touched: Vec<Vec<u32>>,
    /// For each term that is a limit on a probability: how to tell quickly.
    screens: Vec<Option<Screen>>,
    /// What each term says of the present sequence.
    terms: Vec<Truth>,
    copies: Option<Texts>,
    listed: Alternatives,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(query: &'a Query, columns: &'a Columns) -> Self {
        let words = query
            .terms
            .iter()
            .map(|term| match (&term.value, term.field) {
                (Value::Text(text), Field::Words) => Needle::new(text),
                _ => None,
            });
        let asks_copies = query
            .terms
            .iter()
            .any(|term| term.field == Field::Duplicate);
        Self {
            needles: words.collect(),
            screens: query.terms.iter().map(Term::screen).collect(),
            touched: vec![Vec::new(); query.terms.len()],
            terms: vec![Truth::Open; query.terms.len()],
            copies: asks_copies.then(|| Texts::of(columns)),
            listed: Alternatives::default(),
            query,
            columns,
        }
    }

    /// What it says by the columns alone.
    pub(crate) fn ask(&mut self, index: u32, sequence: &Sequence) -> Answer {
        match self.sequence(index, sequence) {
            Truth::No => Answer::No,
            Truth::Yes if !self.query.asks_tokens() || sequence.n_tokens == 0 => {
                Answer::Yes(Vec::new())
            }
            Truth::Open if !self.query.asks_tokens() => Answer::No,
            _ => {
                let (tokens, open) = self.tokens(sequence, None);
                let some = Some(tokens).filter(|tokens| !tokens.is_empty());
                match some {
                    some if open && self.query.asks_alternatives() => Answer::Open(some),
                    Some(tokens) => Answer::Yes(tokens),
                    None => Answer::No,
                }
            }
        }
    }

    /// The tokens that match, with the alternatives at hand; `None` when none does.
    pub(crate) fn ask_again(
        &mut self,
        index: u32,
        sequence: &Sequence,
        detail: &SequenceDetail,
    ) -> Option<Vec<u32>> {
        self.sequence(index, sequence);
        let (tokens, _) = self.tokens(sequence, Some(detail));
        Some(tokens).filter(|tokens| !tokens.is_empty())
    }

    /// What can be told of a sequence without its single tokens.
    fn sequence(&mut self, index: u32, sequence: &Sequence) -> Truth {
        let is_copy = self
            .copies
            .as_ref()
            .is_some_and(|texts| !texts.is_first(index));
        for (nth, term) in self.query.terms.iter().enumerate() {
            self.terms[nth] = match &self.needles[nth] {
                None => term.of_sequence(self.columns, index, is_copy),
                Some(needle) => {
                    let tokens = &mut self.touched[nth];
                    tokens.clear();
                    let (text, ends) = text_of(self.columns, sequence);
                    match touched(needle, text, ends, |token| tokens.push(token)) {
                        // A text without tokens has what its record states.
                        true if sequence.n_tokens == 0 => Truth::Yes,
                        true => Truth::Open,
                        false => Truth::No,
                    }
                }
            };
        }
        let terms = &self.terms;
        self.query.holds(&mut |term| terms[term])
    }

    /// The tokens that match, and whether any is left open.
    fn tokens(&mut self, sequence: &Sequence, detail: Option<&SequenceDetail>) -> (Vec<u32>, bool) {
        // Words alone: what they touch, found already.
        if let Expr::Is(only) = self.query.expr
            && self.needles[only].is_some()
        {
            return (self.touched[only].clone(), false);
        }
        let mut found = Vec::new();
        let mut open = false;
        for token in 0..sequence.n_tokens {
            let alternatives = detail.and_then(|detail| detail.tokens.get(token as usize));
            let truth = self.query.holds(&mut |nth| {
                let (term, known) = (&self.query.terms[nth], self.terms[nth]);
                if known != Truth::Open {
                    known
                } else if self.needles[nth].is_some() {
                    self.touched[nth].binary_search(&token).is_ok().into()
                } else if let Some(screen) = &self.screens[nth] {
                    let at = sequence.first_token + u64::from(token);
                    screen
                        .of_token(self.columns, at)
                        .unwrap_or_else(|| term.of_token(self.columns, sequence, token))
                } else if !term.field.of_alternatives() {
                    term.of_token(self.columns, sequence, token)
                } else {
                    alternatives.map_or(Truth::Open, |token| {
                        term.of_alternatives(token, &mut self.listed)
                    })
                }
            });
            open |= truth == Truth::Open;
            if truth == Truth::Yes {
                found.push(token);
            }
        }
        (found, open)
    }
}

/// A value that hits have, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// Name of the field: `model`, `source`, `format`, `finish`, `band`.
    pub field: &'static str,
    /// The value.
    pub value: String,
    /// Sequences that have it; for `band`, tokens.
    pub count: u64,
}

/// The values of what was found, each field from the commonest on. A field with one value alone is left out.
pub fn facets(columns: &Columns, found: &Found) -> Vec<Facet> {
    let mut counts: HashMap<(&'static str, String), u64> = HashMap::new();
    let mut add =
        |field: &'static str, value: String| *counts.entry((field, value)).or_default() += 1;
    for hit in &found.hits {
        let Some(sequence) = columns.sequences.get(hit.sequence as usize) else {
            continue;
        };
        let completion = columns.completions.get(sequence.completion as usize);
        add("model", columns.model_of(sequence).to_owned());
        add("source", source_of(columns, sequence));
        add(
            "format",
            completion
                .map_or("", |completion| completion.format.name())
                .to_owned(),
        );
        add("finish", finish_name(sequence.finish).to_owned());
        for token in &hit.tokens {
            if let Some(band) = columns
                .mark(sequence.first_token + u64::from(*token))
                .band()
            {
                add("band", band_name(band).to_owned());
            }
        }
    }
    let order = ["model", "source", "format", "finish", "band"];
    let mut all: Vec<Facet> = counts
        .into_iter()
        .filter(|((_, value), _)| !value.is_empty())
        .map(|((field, value), count)| Facet {
            field,
            value,
            count,
        })
        .collect();
    let place = |facet: &Facet| order.iter().position(|field| *field == facet.field);
    all.sort_by(|a, b| (place(a), b.count, &a.value).cmp(&(place(b), a.count, &b.value)));
    let alone = |field: &str| all.iter().filter(|facet| facet.field == field).count() == 1;
    let single: Vec<&str> = order.into_iter().filter(|field| alone(field)).collect();
    all.retain(|facet| !single.contains(&facet.field));
    all
}
