//! What page and worker say to each other.
use analysis::shade::{value_of, worst};
use analysis::{Filter, Histogram, Lens, Scale, Sort};
use api::{Card, RunSummary, Totals};
pub use export::Kind;
pub use export::passage::Look;
use metrics::{Band, Mark};
pub use panels::{Name, Question};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Number of the file opened, counted up by the page; answers for an older one are dropped.
pub type Job = u32;

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Read a run: the files that travel beside this message, in the order of their names, or the stored one at this address.
    Open {
        /// Number of this reading.
        job: Job,
        /// Name of the run.
        name: String,
        /// Names of the files beside the message.
        names: Vec<String>,
        /// Address of a stored file; `None` for the files beside the message.
        url: Option<String>,
        /// The excerpt of a link, which is read in the place of a file; empty when there is none.
        excerpt: String,
    },
    /// Stop reading; what was read so far stays.
    Cancel {
        /// Which reading.
        job: Job,
    },
    /// Filter and sort.
    Select {
        /// Counted up by the page; comes back in the answer.
        query: u32,
        /// Which sequences.
        filter: Filter,
        /// In which order.
        sort: Sort,
        /// Where is this sequence in the answer?
        locate: Option<u32>,
    },
    /// What may a query go on with?
    Complete {
        /// As far as it is written.
        text: String,
    },
    /// Where is this sequence in the last selection?
    Locate {
        /// Which one.
        sequence: u32,
    },
    /// What is listed, as a file to take away.
    Export {
        /// Which kind.
        kind: Kind,
        /// Name of the run.
        name: String,
        /// By what tokens are coloured.
        scale: Scale,
    },
    /// A text as a picture to take away.
    Picture {
        /// Which one; `None` for the first one that is listed.
        sequence: Option<u32>,
        /// The tokens from this one to that one; `None` for all of it.
        tokens: Option<(u32, u32)>,
        /// Name of the run.
        name: String,
        /// By what tokens are coloured.
        scale: Scale,
        /// How the screen looks.
        look: Look,
        /// The page makes dots of it.
        dots: bool,
    },
    /// From now on the values of tokens are wanted under this lens. Alternatives are read for some, as long as it is the last one.
    Look {
        /// Which one.
        lens: Lens,
    },
    /// Cards of the last selection.
    Rows {
        /// Which selection.
        query: u32,
        /// First position.
        first: u32,
        /// How many.
        count: u32,
    },
    /// A whole sequence.
    Text {
        /// Which one.
        sequence: u32,
    },
    /// One token with its alternatives.
    Token {
        /// Of which sequence.
        sequence: u32,
        /// Which one.
        token: u32,
    },
    /// Something else that can be asked of the run.
    Panel {
        /// Counted up by the page; comes back in the answers.
        number: u32,
        /// What.
        question: Question,
        /// The fields are wanted, too.
        fresh: bool,
    },
    /// The file that travels beside this message may stand beside the open run.
    Beside {
        /// Its name.
        name: String,
    },
}

/// From the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Response {
    /// Reading goes on; at most ten times a second.
    Progress {
        /// Which reading.
        job: Job,
        /// Bytes read.
        bytes: u64,
        /// Size of all files; 0 when unknown.
        total: u64,
        /// The boards so far.
        totals: Totals,
        /// The first cards; empty when they have been sent before.
        cards: Vec<Card>,
    },
    /// The file was read.
    Done {
        /// Which reading.
        job: Job,
        /// All there is to know about it.
        summary: Box<RunSummary>,
        /// The person stopped it after this many bytes.
        stopped_at: Option<u64>,
    },
    /// The file could not be read at all.
    Failed {
        /// Which reading.
        job: Job,
        /// What happened and what to do.
        message: String,
    },
    /// Answer to `Select`.
    Selected {
        /// Which selection.
        query: u32,
        /// How many rows the list has: the sequences that match, or their different texts.
        count: u32,
        /// How many tokens match the query.
        hits: u64,
        /// How many more sequences may match: their alternatives are being read, and another answer follows.
        open: u32,
        /// Their boards.
        totals: Totals,
        /// Position of the sequence asked for.
        located: Option<u32>,
    },
    /// Answer to `Select` when its query cannot be answered; the last selection stays.
    Refused {
        /// Which selection.
        query: u32,
        /// What is wrong, where, and what to do.
        message: String,
    },
    /// Answer to `Complete`.
    Completed {
        /// Whole queries to choose from, and what each of them adds.
        suggestions: Vec<(String, String)>,
    },
    /// Answer to `Export` and `Picture`.
    Exported {
        /// Name of the file.
        file: String,
        /// Where it is: an address of this browser; empty when there is no room for it.
        url: String,
        /// It is a picture of which the page makes dots.
        dots: bool,
    },
    /// Answer to `Locate`.
    Located {
        /// In which selection.
        query: u32,
        /// Its position, if it is in it.
        position: Option<u32>,
    },
    /// Answer to `Look`; more of them follow while alternatives are read. Rows and values follow them, where they change.
    Histogram {
        /// Of which lens.
        lens: Lens,
        /// How many units have which value.
        histogram: Histogram,
        /// How many sequences are still to be read for it.
        open: u32,
        /// What the values are; how far the reading is, or why it ended.
        note: String,
    },
    /// The values of the sequence asked for last, under a lens that needs more than their probabilities.
    Values(Values),
    /// Answer to `Rows`.
    Rows {
        /// Of which selection.
        query: u32,
        /// First position.
        first: u32,
        /// The cards.
        rows: Vec<Row>,
    },
    /// Answer to `Text`.
    Text(Box<SequenceText>),
    /// Answer to `Token`.
    Token(Box<TokenView>),
    /// Answer to `Panel`; more of them follow while alternatives are read.
    Panel {
        /// Which question.
        number: u32,
        /// The fields, as they are set; `None` when they stay.
        controls: Option<String>,
        /// The answer so far, as HTML.
        html: String,
    },
    /// Answer to `Text` or `Token` when the file could not be read again.
    Unreadable {
        /// Which sequence.
        sequence: u32,
        /// What happened and what to do.
        message: String,
    },
}

/// A card and the tokens in it that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The card.
    pub card: Card,
    /// Matching tokens among all of the sequence, ascending.
    pub hits: Vec<u32>,
    /// How many matching sequences with this text it stands for; 1 unless texts are folded.
    pub copies: u32,
    /// Of which lens the values are.
    pub lens: Lens,
    /// Per piece of the card: the most doubtful value of its tokens, as [`analysis::shade`] has them.
    pub values: Vec<f32>,
}

impl Row {
    /// How the pieces of the card are painted on a scale of their lens, as codes of [`Mark`].
    pub fn marks(&self, scale: Scale) -> Vec<u8> {
        let pieces = self.card.pieces.iter().zip(&self.values);
        pieces
            .map(|(piece, value)| {
                scale
                    .mark(value_of(*value), Mark::from_code(piece.mark))
                    .code()
            })
            .collect()
    }

    /// The values are those that this lens is handed out.
    pub fn fits(&self, lens: Lens) -> bool {
        self.lens == lens.handed_out()
    }
}

/// The values of all tokens of a sequence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Values {
    /// Which sequence.
    pub sequence: u32,
    /// Of which lens.
    pub lens: Lens,
    /// Per token, as [`analysis::shade`] has them.
    pub values: Vec<f32>,
}

/// What a sequence is painted by: a scale, and its values where probabilities are not enough.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paint {
    /// The scale.
    pub scale: Scale,
    /// Of the lens of the scale.
    pub values: Arc<Values>,
}

/// A whole sequence for the detail view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SequenceText {
    /// Its card with all pieces.
    pub card: Card,
    /// Matching tokens, ascending.
    pub hits: Vec<u32>,
    /// Per token: probability, 0 to 1; negative when it has none.
    pub probabilities: Vec<f32>,
    /// Per token: text for labels, tables and the chart.
    pub labels: Vec<String>,
    /// The weakest token.
    pub weakest: Option<u32>,
    /// The weakest passage: first token and the one after the last.
    pub weakest_passage: Option<(u32, u32)>,
    /// The text loops at its end: tokens in the loop, and how often it is repeated.
    pub tail_loop: Option<(u32, u32)>,
    /// Tool calls: name and arguments.
    pub tool_calls: Vec<(String, String)>,
    /// The text that the record states, where it differs from its tokens.
    pub stated: Option<Stated>,
    /// Tokens of the prompt, where the file has them, and their texts. Tokens that only together form a character are one text.
    pub prompt: (u32, Vec<String>),
}

/// A text that differs from its tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// All of it.
    pub text: String,
    /// Tokens that have no place in it: the first, and the one after the last.
    pub tokens: (u32, u32),
    /// The piece of it that no token has, in their stead.
    pub piece: String,
}

impl SequenceText {
    /// What is handed out for these tokens: the most doubtful one; `None` when none has a value.
    fn worst_of(&self, tokens: Range<usize>, paint: &Paint) -> Option<f64> {
        let lens = paint.scale.lens.handed_out();
        let values = if lens == Lens::default() {
            &self.probabilities
        } else {
            &paint.values.values
        };
        value_of(worst(lens, values.get(tokens)?))
    }

    /// How a piece is painted, as code of [`Mark`]; `None` when there is no such piece.
    pub fn mark_of(&self, piece: usize, paint: &Paint) -> Option<u8> {
        let pieces = &self.card.pieces;
        let (start, end) = (pieces.get(piece)?, pieces.get(piece + 1));
        let end = end.map_or(self.probabilities.len(), |next| next.token as usize);
        let worst = self.worst_of(start.token as usize..end, paint);
        Some(paint.scale.mark(worst, Mark::from_code(start.mark)).code())
    }

    /// Whether a piece is in the low band, and neither signs nor white space.
    pub fn is_doubtful(&self, piece: usize, paint: &Paint) -> bool {
        let mark = self.mark_of(piece, paint).map(Mark::from_code);
        let text = self.card.pieces.get(piece);
        mark.and_then(Mark::band) == Some(Band::Low)
            && text.is_some_and(|piece| !markup::is_sign(&piece.text))
    }

    /// The value of a token; negative for one below what the server reports.
    pub fn value_of(&self, token: u32, paint: &Paint) -> Option<f64> {
        self.worst_of(token as usize..token as usize + 1, paint)
    }

    /// The band of a token; `None` without a value.
    pub fn band_of(&self, token: u32, paint: &Paint) -> Option<Band> {
        let value = self.value_of(token, paint)?;
        Some(paint.scale.band(value))
    }
}

/// One token with its alternatives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenView {
    /// Its sequence.
    pub sequence: u32,
    /// Its index.
    pub token: u32,
    /// Its text; bytes that are part of a character read U+FFFD.
    pub text: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Code of its [`metrics::Status`].
    pub status: u8,
    /// Probability, 0 to 1.
    pub probability: Option<f64>,
    /// Natural logarithm of the probability.
    pub logprob: Option<f64>,
    /// Surprisal in bits.
    pub surprisal_bits: Option<f64>,
    /// Rank among the alternatives, from 1, and whether it is only a lower bound.
    pub rank: Option<(u32, bool)>,
    /// Probability of the token divided by that of the best alternative.
    pub share: Option<f64>,
    /// Entropy of the position, nats, and whether it is only a lower bound.
    pub entropy: Option<(f64, bool)>,
    /// Probability of the best alternative less that of the second.
    pub margin: Option<f64>,
    /// How much less likely than the best alternative, natural logarithm, at least 0.
    pub gap: Option<f64>,
    /// Probability of everything that is not listed.
    pub residual: Option<f64>,
    /// Listed candidates, best first.
    pub alternatives: Vec<AlternativeView>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlternativeView {
    /// Its text.
    pub text: String,
    /// Probability, 0 to 1; `None` when below the server's floor.
    pub probability: Option<f64>,
    /// It is the token that was written.
    pub chosen: bool,
}
