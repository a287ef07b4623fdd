//! What the worker knows of the file, and its answers. No browser in here: tested natively.
mod detail;
mod outward;
use crate::protocol::{Response, Row};
use crate::shading::Colours;
use analysis::query::{Query, complete};
use analysis::{Filter, Question, Selection, Sort, Texts};
use api::Card;
use completions::{Columns, SequenceDetail};
pub(crate) use detail::Wanted;

/// Tokens of a card in the list.
pub(crate) const CARD_TOKENS: u32 = 90;

/// The columns of the open file, the current selection, and the sequence decoded last.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) columns: Columns,
    pub(crate) filter: Filter,
    sort: Sort,
    pub(crate) query: u32,
    pub(crate) selection: Selection,
    /// The sequence whose place in the selection the page wants to know.
    wanted: Option<u32>,
    /// The query of the filter, and what is known of its answer.
    pub(crate) question: Question,
    /// Counts the queries: what is read for another one is of no use.
    pub(crate) questions: u32,
    /// By what tokens are coloured.
    pub(crate) colours: Colours,
    /// Which texts are the same; found when somebody asks for it.
    texts: Option<Texts>,
    detail: Option<(u32, SequenceDetail)>,
}

impl State {
    /// A file that was just read.
    pub(crate) fn new(columns: Columns) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Filters and sorts.
    pub(crate) fn select(
        &mut self,
        query: u32,
        filter: Filter,
        sort: Sort,
        locate: Option<u32>,
    ) -> Response {
        if filter.query != self.filter.query {
            match Query::parse(&filter.query) {
                Ok(asked) => self.question = Question::new(asked),
                Err(error) => {
                    let message = error.to_string();
                    return Response::Refused { query, message };
                }
            }
            self.questions += 1;
        }
        if let Some(in_band) = filter.band {
            self.look(in_band.scale.lens);
        }
        self.filter = filter;
        self.sort = sort;
        self.query = query;
        self.wanted = locate;
        self.select_again()
    }

    /// The same selection with what is known by now.
    pub(crate) fn select_again(&mut self) -> Response {
        let columns = &self.columns;
        if self.filter.fold {
            self.texts.get_or_insert_with(|| Texts::of(columns));
        }
        let texts = self.texts.as_ref();
        self.selection = analysis::select(
            columns,
            &self.filter,
            &self.question,
            self.sort,
            texts,
            self.colours.shade(),
        );
        Response::Selected {
            query: self.query,
            count: len_u32(self.selection.order.len()),
            hits: self.selection.hits,
            open: len_u32(self.selection.open.len()) + self.unread_of_band(),
            totals: (&self.selection.metrics).into(),
            located: self.wanted.and_then(|wanted| self.position_of(wanted)),
        }
    }

    /// The query cannot be answered.
    pub(crate) fn refuse(&self, message: String) -> Response {
        let query = self.query;
        Response::Refused { query, message }
    }

    /// What a query may go on with.
    pub(crate) fn complete(&self, text: &str) -> Response {
        let whole = |suggestion: analysis::query::Suggestion| {
            let before = text.get(..suggestion.from).unwrap_or_default();
            (format!("{before}{}", suggestion.text), suggestion.about)
        };
        let suggestions = complete(&self.columns, text, text.len());
        Response::Completed {
            suggestions: suggestions.into_iter().map(whole).collect(),
        }
    }

    /// Where a sequence is in the current selection.
    pub(crate) fn locate(&mut self, sequence: u32) -> Response {
        self.wanted = Some(sequence);
        Response::Located {
            query: self.query,
            position: self.position_of(sequence),
        }
    }

    fn position_of(&self, wanted: u32) -> Option<u32> {
        self.selection
            .order
            .iter()
            .position(|&sequence| sequence == wanted)
            .map(len_u32)
    }

    /// Cards of the current selection; nothing for an older one.
    pub(crate) fn rows(&mut self, query: u32, first: u32, count: u32) -> Response {
        self.colours.rows = (query, first, count);
        self.rows_again()
    }

    /// The cards asked for last, with the values that are known by now.
    pub(crate) fn rows_again(&self) -> Response {
        let (query, first, count) = self.colours.rows;
        let mut rows = Vec::new();
        if query == self.query {
            let order = self
                .selection
                .order
                .iter()
                .skip(first as usize)
                .take(count as usize);
            rows.extend(order.map(|&sequence| self.row(sequence, CARD_TOKENS)));
        }
        Response::Rows { query, first, rows }
    }

    fn row(&self, sequence: u32, tokens: u32) -> Row {
        let card = Card::new(&self.columns, sequence, tokens);
        Row {
            lens: self.colours.lens(),
            values: export::worst_values(&self.columns, self.colours.shade(), &card),
            card,
            hits: self.selection.hits_in(sequence).to_vec(),
            copies: self.selection.copies(sequence),
        }
    }
}

/// Positions in a list are u32 everywhere: the columns hold no more sequences than that.
pub(crate) fn len_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
