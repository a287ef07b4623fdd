//! What the worker knows of the file, and its answers. No browser in here: tested natively.
use crate::protocol::{AlternativeView, Look, Response, Row, SequenceText, Stated, TokenView};
use crate::shading::Colours;
use analysis::query::{Query, complete};
use analysis::{Filter, Position, Question, Scale, Selection, Sort, Texts};
use api::Card;
use completions::{
    Alignment, Columns, FormatId, RecordSpan, SequenceDetail, Source, TokenDetail, decode_sequence,
};
use export::passage::{self, Passage};
use export::{Kind, View};
use metrics::alternatives::Alternatives;
use metrics::format::{count, sig3};
use metrics::{Status, num, repetition};
use std::f64::consts::LN_2;
use std::io::{self, Write};

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

/// A sequence that is to be decoded again.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) record: RecordSpan,
    pub(crate) source: Source,
    format: FormatId,
    /// Which sequence of the record it is.
    nth: u32,
    tokens: usize,
}

impl Wanted {
    /// What it takes to decode a sequence of these columns again; `None` when there is no such one.
    pub(crate) fn of(columns: &Columns, sequence: u32) -> Option<Self> {
        let row = columns.sequences.get(sequence as usize)?;
        let completion = columns.completions.get(row.completion as usize)?;
        let record = *columns.records.get(completion.record as usize)?;
        Some(Self {
            record,
            source: columns.sources.get(record.source as usize)?.clone(),
            format: completion.format,
            nth: completion.offset + sequence.checked_sub(completion.first_sequence)?,
            tokens: row.n_tokens as usize,
        })
    }

    /// Decodes it from the bytes of its record; `None` when they are not what they were.
    pub(crate) fn decode(&self, record: &[u8]) -> Option<SequenceDetail> {
        let detail = decode_sequence(self.record.form, self.format, record, self.nth)?;
        (detail.tokens.len() == self.tokens).then_some(detail)
    }
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

    /// What is listed, as a file.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn export(
        &self,
        name: &str,
        scale: Scale,
        kind: Kind,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let view = View {
            name,
            columns: &self.columns,
            selection: &self.selection,
            scale,
            shade: self.colours.shade(),
            filter: &self.filter.in_words(),
        };
        view.write(kind, out)
    }

    /// A text, or the tokens from one to another of it, as a picture.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn picture(
        &self,
        sequence: u32,
        tokens: Option<(u32, u32)>,
        name: &str,
        (scale, look): (Scale, &Look),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.columns.sequences.get(sequence as usize).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let row = self.row(sequence, u32::MAX);
        let pieces = &row.card.pieces;
        // Values that are still being read have no colours yet.
        let scale = if row.fits(scale.lens) {
            scale
        } else {
            Scale::default()
        };
        let marks = row.marks(scale);
        let from = tokens.map_or(0, |(first, _)| {
            pieces.partition_point(|piece| piece.token < first)
        });
        let to = tokens.map_or(pieces.len(), |(_, last)| {
            pieces.partition_point(|piece| piece.token <= last)
        });
        let part = from..to.max(from);
        let passage = Passage {
            name,
            facts: &facts(&row.card, tokens, &self.filter),
            pieces: pieces.get(part.clone()).unwrap_or_default(),
            marks: marks.get(part).unwrap_or_default(),
            hits: &row.hits,
            scale,
            look,
        };
        passage::write(&passage, out)
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

    /// What it takes to decode a sequence again.
    pub(crate) fn record_of(&self, sequence: u32) -> Option<Wanted> {
        Wanted::of(&self.columns, sequence)
    }

    /// The decoded sequence that is kept, if it is this one.
    pub(crate) fn detail_of(&self, sequence: u32) -> Option<&SequenceDetail> {
        let held = self.detail.as_ref().filter(|(held, _)| *held == sequence);
        held.map(|(_, detail)| detail)
    }

    /// Whether [`State::token`] can answer for this sequence.
    pub(crate) fn has_detail(&self, sequence: u32) -> bool {
        self.detail
            .as_ref()
            .is_some_and(|(held, _)| *held == sequence)
    }

    /// Keeps a decoded sequence until another one is.
    pub(crate) fn keep_detail(&mut self, sequence: u32, detail: SequenceDetail) {
        self.detail = Some((sequence, detail));
    }

    /// A whole sequence; `None` when there is no such one or it is not kept.
    pub(crate) fn text(&self, sequence: u32) -> Option<SequenceText> {
        let (held, detail) = self.detail.as_ref()?;
        let row = self.columns.sequences.get(sequence as usize)?;
        if *held != sequence {
            return None;
        }
        let Row { card, hits, .. } = self.row(sequence, u32::MAX);
        let tokens = &detail.tokens;
        let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.bytes.as_slice()).collect();
        let stated = detail.stated_text.as_deref();
        let stated = stated.and_then(|text| stated_otherwise(text, &bytes));
        Some(SequenceText {
            card,
            hits,
            probabilities: tokens
                .iter()
                .map(|token| probability_of(token).map_or(-1.0, |p| p as f32))
                .collect(),
            labels: tokens
                .iter()
                .map(|token| String::from_utf8_lossy(&token.bytes).into_owned())
                .collect(),
            weakest: row.metrics.min_prob_at,
            weakest_passage: row
                .metrics
                .weakest_passage
                .map(|passage| (passage.start, passage.end)),
            tail_loop: repetition::tail_loop(&bytes)
                .map(|found| (found.period, found.length / found.period.max(1))),
            tool_calls: detail.tool_calls.clone(),
            stated,
            prompt: (len_u32(detail.prompt.len()), whole_texts(&detail.prompt)),
        })
    }

    /// One token of the kept sequence.
    pub(crate) fn token(&self, sequence: u32, token: u32) -> Option<TokenView> {
        let (_, detail) = self.detail.as_ref().filter(|(held, _)| *held == sequence)?;
        let found = detail.tokens.get(token as usize)?;
        Some(token_view(sequence, token, found))
    }
}

/// What stands above the picture of a text.
fn facts(card: &Card, tokens: Option<(u32, u32)>, filter: &Filter) -> Vec<String> {
    let number = |index: u32| count(u64::from(index) + 1);
    let mut facts = vec![format!("sequence {}", number(card.sequence))];
    let all = count(card.tokens.into());
    facts.push(match tokens {
        Some((first, last)) => {
            let (first, last) = (number(first), number(last));
            format!("tokens {first} to {last} of {all}")
        }
        None => format!("{all} tokens"),
    });
    if !card.model.is_empty() {
        facts.push(card.model.clone());
    }
    if let Some((perplexity, probability)) = card.perplexity.zip(card.probability) {
        let whole = if tokens.is_some() { "whole text: " } else { "" };
        let (perplexity, probability) = (sig3(perplexity), sig3(probability));
        facts.push(format!(
            "{whole}perplexity {perplexity}, probability {probability}"
        ));
    }
    if !filter.is_empty() {
        facts.push(format!("only {}", filter.in_words()));
    }
    facts
}

/// Where the stated text differs from these tokens, if it does and they have any text.
fn stated_otherwise(text: &str, tokens: &[&[u8]]) -> Option<Stated> {
    let found = Alignment::of(tokens, text.as_bytes());
    if found.is_whole() || tokens.iter().all(|token| token.is_empty()) {
        return None;
    }
    let piece = text.as_bytes().get(found.text).unwrap_or_default();
    Some(Stated {
        text: text.to_owned(),
        tokens: (len_u32(found.tokens.start), len_u32(found.tokens.end)),
        piece: String::from_utf8_lossy(piece).into_owned(),
    })
}

/// The texts of tokens; those that only together form a character are one.
fn whole_texts(tokens: &[TokenDetail]) -> Vec<String> {
    let mut texts = Vec::with_capacity(tokens.len());
    let mut waiting = Vec::new();
    for token in tokens {
        waiting.extend_from_slice(&token.bytes);
        // An error without a length: the bytes end inside of a character, the rest may follow.
        let torn = std::str::from_utf8(&waiting).is_err_and(|error| error.error_len().is_none());
        if !torn {
            texts.push(String::from_utf8_lossy(&waiting).into_owned());
            waiting.clear();
        }
    }
    if !waiting.is_empty() {
        texts.push(String::from_utf8_lossy(&waiting).into_owned());
    }
    texts
}

fn token_view(sequence: u32, token: u32, found: &TokenDetail) -> TokenView {
    let probability = probability_of(found);
    let logprob = probability.map(|_| found.logprob);
    let mut listed = Alternatives::default();
    let position = Position::of(found, &mut listed);
    let (rank, share) = (position.rank(), position.share());
    let (entropy, margin) = (position.entropy(), position.margin());
    let best = listed.logprobs().first().copied();
    TokenView {
        sequence,
        token,
        text: String::from_utf8_lossy(&found.bytes).into_owned(),
        bytes: found.bytes.clone(),
        status: found.status as u8,
        probability,
        logprob,
        surprisal_bits: logprob.map(|value| -value / LN_2),
        rank: rank.map(|rank| (rank.rank, rank.is_lower_bound)),
        share,
        entropy: entropy.map(|(least, most)| (least, most.is_none())),
        margin,
        gap: best
            .zip(logprob)
            .map(|(best, value)| (best - value).max(0.0)),
        residual: listed.residual(),
        alternatives: found
            .alternatives
            .iter()
            .map(|alternative| AlternativeView {
                text: String::from_utf8(alternative.bytes.clone())
                    .unwrap_or_else(|_| alternative.token.clone()),
                probability: alternative.logprob.map(|value| num::exp(value.min(0.0))),
                chosen: alternative.chosen,
            })
            .collect(),
    }
}

fn probability_of(token: &TokenDetail) -> Option<f64> {
    match token.status {
        Status::Scored | Status::Clamped | Status::Invalid => Some(num::exp(token.logprob)),
        Status::Missing | Status::Censored => None,
    }
}

/// Positions in a list are u32 everywhere: the columns hold no more sequences than that.
pub(crate) fn len_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use completions::{Importer, Limits};

    const SAMPLE: &[u8] = include_bytes!("../../../public/samples/completions-small.json");

    fn state() -> State {
        let mut importer = Importer::new(Limits::default());
        importer.push(SAMPLE);
        State::new(importer.finish().columns)
    }

    /// What the host does between two messages: decodes the record of a sequence again.
    fn with_detail(state: &mut State, sequence: u32) {
        let wanted = state.record_of(sequence).unwrap();
        let record = wanted.record;
        let bytes = &SAMPLE[record.start as usize..(record.start + record.len) as usize];
        let detail = wanted.decode(bytes).unwrap();
        state.keep_detail(sequence, detail);
    }

    fn select(state: &mut State, token: &str, locate: Option<u32>) -> (u32, u64, Option<u32>) {
        let filter = Filter {
            query: token.into(),
            ..Filter::default()
        };
        match state.select(1, filter, Sort::default(), locate) {
            Response::Selected {
                count,
                hits,
                located,
                ..
            } => (count, hits, located),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_selection_counts_and_locates() {
        let mut state = state();
        assert_eq!(select(&mut state, "", Some(5)), (22, 0, Some(5)));
        let (count, hits, located) = select(&mut state, "capital", Some(0));
        assert!(count > 0 && count < 22 && hits >= u64::from(count));
        assert_eq!(located, None);
        assert_eq!(
            state.locate(21),
            Response::Located {
                query: 1,
                position: None
            }
        );
    }

    #[test]
    fn what_a_query_leaves_open_is_read_in_batches() {
        let mut state = state();
        let ask = |state: &mut State| {
            let filter = Filter {
                query: "rank>1 or capital".into(),
                ..Filter::default()
            };
            match state.select(1, filter, Sort::default(), None) {
                Response::Selected {
                    count, hits, open, ..
                } => (count, hits, open),
                other => panic!("{other:?}"),
            }
        };
        let (_, _, open) = ask(&mut state);
        assert!(open > 0);
        let mut batches = 0;
        loop {
            let open = state.selection.open.clone();
            let Some(batch) = crate::asking::Batch::of(&state.columns, open) else {
                break;
            };
            let record = batch.span;
            let bytes = &SAMPLE[record.start as usize..(record.start + record.len) as usize];
            state.take_batch(&batch.decode(bytes));
            state.select_again();
            batches += 1;
        }
        assert_eq!(batches, 1, "the whole sample is near");
        let found = ask(&mut state);
        // The same as when all is read at once.
        let query = Query::parse("rank>1 or capital").unwrap();
        let whole = query.find(&state.columns, |sequence| {
            let wanted = state.record_of(sequence)?;
            let range = wanted.record.start..wanted.record.start + wanted.record.len;
            wanted.decode(&SAMPLE[range.start as usize..range.end as usize])
        });
        assert!(!whole.hits.is_empty());
        assert_eq!(found, (len_u32(whole.hits.len()), whole.tokens(), 0));

        // What is not what it was matches nothing.
        state.select(2, Filter::default(), Sort::default(), None);
        ask(&mut state);
        let batch = crate::asking::Batch::of(&state.columns, state.selection.open.clone()).unwrap();
        state.take_batch(&batch.decode(b""));
        let (_, _, open) = ask(&mut state);
        assert_eq!(open, 0);
    }

    #[test]
    fn a_wrong_query_is_refused_and_the_selection_stays() {
        let mut state = state();
        let (count, ..) = select(&mut state, "capital", None);
        let wrong = Filter {
            query: "p<".into(),
            ..Filter::default()
        };
        assert_eq!(
            state.select(2, wrong, Sort::default(), None),
            Response::Refused {
                query: 2,
                message: "at character 3: A value is missing behind `p`.".into()
            }
        );
        let Response::Rows { rows, .. } = state.rows(1, 0, 50) else {
            panic!()
        };
        assert_eq!(len_u32(rows.len()), count);
    }

    #[test]
    fn suggestions_are_whole_queries() {
        let Response::Completed { suggestions } = state().complete("p<0.2 fini") else {
            panic!()
        };
        let texts: Vec<&str> = suggestions.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(texts, ["p<0.2 finish"]);
    }

    #[test]
    fn folded_rows_say_how_many_they_are() {
        let mut importer = Importer::new(Limits::default());
        for name in ["a.json", "b.json"] {
            importer.source(name);
            importer.push(SAMPLE);
        }
        let mut state = State::new(importer.finish().columns);
        let fold = Filter {
            fold: true,
            ..Filter::default()
        };
        let answer = state.select(1, fold, Sort::default(), None);
        let Response::Selected { count, totals, .. } = answer else {
            panic!()
        };
        assert!(count <= 22 && totals.sequences == 44, "{count}");
        let Response::Rows { rows, .. } = state.rows(1, 0, 50) else {
            panic!()
        };
        assert!(
            rows.iter()
                .all(|row| row.copies >= 2 && row.card.source == "a.json")
        );
        assert_eq!(rows.iter().map(|row| row.copies).sum::<u32>(), 44);

        let second = Filter {
            source: "b.json".into(),
            ..Filter::default()
        };
        state.select(2, second, Sort::default(), None);
        let Response::Rows { rows, .. } = state.rows(2, 0, 50) else {
            panic!()
        };
        assert_eq!(rows.len(), 22);
        assert!(
            rows.iter()
                .all(|row| row.copies == 1 && row.card.source == "b.json")
        );
        let wanted = state.record_of(rows[0].card.sequence).unwrap();
        assert_eq!(wanted.source.file, 1);
    }

    #[test]
    fn a_prompt_has_its_tokens_and_its_whole_characters() {
        let record = r#"{"choices": [{"text": "Hi é!", "logprobs": {"tokens": ["Hi", " ", "é", "!"],
            "token_logprobs": [null, -1.0, -2.0, -0.5]}}], "prompt": "Hi é"}"#;
        let mut importer = Importer::new(Limits::default());
        importer.push(record.as_bytes());
        let mut state = State::new(importer.finish().columns);
        let detail = state.record_of(0).unwrap().decode(record.as_bytes());
        state.keep_detail(0, detail.unwrap());
        let text = state.text(0).unwrap();
        assert_eq!(text.labels, ["!"]);
        assert_eq!(text.prompt, (3, vec!["Hi".into(), " ".into(), "é".into()]));

        let token = |bytes: &[u8]| TokenDetail {
            bytes: bytes.to_vec(),
            id: None,
            logprob: 0.0,
            status: Status::Missing,
            alternatives: Vec::new(),
            chosen_is_listed: false,
        };
        for (tokens, texts) in [
            (&[&b"\xc3"[..], b"\xa9", b"a"][..], &["é", "a"][..]),
            (&[b"\xff", b"\xc3"], &["\u{fffd}", "\u{fffd}"]),
            (&[], &[]),
        ] {
            let tokens: Vec<TokenDetail> = tokens.iter().map(|bytes| token(bytes)).collect();
            assert_eq!(whole_texts(&tokens), *texts);
        }
    }

    #[test]
    fn rows_of_an_older_selection_are_empty() {
        let mut state = state();
        select(&mut state, "", None);
        let Response::Rows { rows, .. } = state.rows(1, 20, 10) else {
            panic!()
        };
        assert_eq!(
            rows.iter().map(|row| row.card.sequence).collect::<Vec<_>>(),
            [20, 21]
        );
        assert_eq!(
            state.rows(0, 0, 10),
            Response::Rows {
                query: 0,
                first: 0,
                rows: Vec::new()
            }
        );
    }

    #[test]
    fn a_sequence_is_the_same_from_columns_and_from_its_record() {
        let mut state = state();
        select(&mut state, "the", None);
        for sequence in 0..22 {
            assert!(state.text(sequence).is_none(), "not decoded yet");
            with_detail(&mut state, sequence);
            let text = state.text(sequence).unwrap();
            assert_eq!(text.labels.len(), text.card.tokens as usize);
            let pieces: String = text
                .card
                .pieces
                .iter()
                .map(|piece| piece.text.as_str())
                .collect();
            assert_eq!(
                pieces,
                state
                    .columns
                    .sequence_text(&state.columns.sequences[sequence as usize])
            );
            assert_eq!(text.stated, None);
            let mean: f64 = text
                .probabilities
                .iter()
                .map(|p| f64::from(*p))
                .sum::<f64>()
                / text.probabilities.len() as f64;
            assert!((mean - text.card.probability.unwrap()).abs() < 1e-6);
        }
    }

    #[test]
    fn a_picture_is_of_the_whole_text_or_of_a_part() {
        let mut state = state();
        select(&mut state, "the", None);
        let draw = |tokens| {
            let style = (Scale::default(), &Look::default());
            let mut out = Vec::new();
            state.picture(1, tokens, "a.json", style, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let texts = |svg: &str| svg.matches("textLength").count();
        let (whole, part) = (draw(None), draw(Some((3, 5))));
        assert!(texts(&whole) >= 65, "{whole}");
        assert_eq!(texts(&part), 3, "{part}");
        assert!(
            part.contains("sequence 2 · tokens 4 to 6 of 65 · "),
            "{part}"
        );
        assert!(
            whole.contains(" · only the</text>"),
            "the filter is named: {whole}"
        );
        assert!(
            state
                .picture(
                    99,
                    None,
                    "",
                    (Scale::default(), &Look::default()),
                    &mut Vec::new()
                )
                .is_err()
        );
    }

    #[test]
    fn a_token_has_its_alternatives_and_the_rest() {
        let mut state = state();
        with_detail(&mut state, 1);
        let mut outside = 0;
        for token in 0..65 {
            let view = state.token(1, token).unwrap();
            let p = view.probability.unwrap();
            assert!((view.surprisal_bits.unwrap() + num::log2(p)).abs() < 1e-9);
            let listed: f64 = view
                .alternatives
                .iter()
                .filter_map(|one| one.probability)
                .sum();
            assert!((listed + view.residual.unwrap() - 1.0).abs() < 1e-6);
            let (rank, is_bound) = view.rank.unwrap();
            match view.alternatives.iter().position(|one| one.chosen) {
                Some(at) => assert_eq!((rank, is_bound), (at as u32 + 1, false)),
                None => {
                    outside += 1;
                    assert!(is_bound && rank > 5);
                }
            }
        }
        assert!(outside > 0, "the sample has tokens outside of their list");
        assert!(state.token(1, 65).is_none() && state.token(0, 0).is_none());
    }
}
