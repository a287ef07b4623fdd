//! What can be asked of a run besides its list, as HTML. The worker answers with it, so none of it is in the page's bundle.
//!
//! | module | what it shows |
//! |---|---|
//! | [`mod@settings`] | what stands in the fields of a panel, and in the address |
//! | `why` | how an overall number came about, and what carries it |
//! | `tokens` | the tokens that a query finds, each in its context |
//! | `vocabulary` | the distinct tokens among them |
//! | `markdown` | the texts as Markdown, coloured as they are in the list |
//! | `lab` | other sampling settings, replayed over the alternatives |
//! | `values` | answers that are JSON: how sure each value is |
//! | `samples` | several answers to one prompt as a tree |
//! | `versus` | the run beside another one, or two parts of it |
//! | `share` | a few answers as a link that needs no server |
//! | `html` | what they have in common |
//!
//! A panel is made from a [`Question`], takes the records that it asked for one by one, and can be shown at any time: what is
//! not read yet is said. What is clicked in it says what to do in an attribute: `data-view` has parts of an address (`s=3&t=5`)
//! that the view takes on, `data-set` has settings of the panel.
mod html;
mod lab;
mod markdown;
mod samples;
pub mod settings;
mod share;
mod tokens;
mod values;
mod versus;
mod vocabulary;
mod why;

pub use settings::Settings;
pub use share::{excerpt_name, excerpt_note};
pub use versus::Beside;

use analysis::scale::probability_at;
use analysis::shade::value_of;
use analysis::{Scale, Selection, Shade};
use completions::{Columns, Sequence, SequenceDetail};
use metrics::Mark;
use serde::{Deserialize, Serialize};

/// Which panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Name {
    /// How an overall number came about.
    Why,
    /// The tokens that a query finds, in their context.
    Tokens,
    /// The distinct tokens.
    Vocabulary,
    /// The texts as Markdown.
    Markdown,
    /// The sampling lab.
    Lab,
    /// The values of JSON answers.
    Values,
    /// Answers to one prompt as a tree.
    Samples,
    /// The run beside another one.
    Versus,
    /// A link that holds a few answers.
    Share,
}

impl Name {
    /// All of them, in the order of their tabs.
    pub const ALL: [Self; 9] = [
        Self::Why,
        Self::Tokens,
        Self::Vocabulary,
        Self::Markdown,
        Self::Lab,
        Self::Values,
        Self::Samples,
        Self::Versus,
        Self::Share,
    ];

    /// Its name in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Why => "why",
            Self::Tokens => "tokens",
            Self::Vocabulary => "vocabulary",
            Self::Markdown => "markdown",
            Self::Lab => "lab",
            Self::Values => "values",
            Self::Samples => "samples",
            Self::Versus => "compare",
            Self::Share => "share",
        }
    }

    /// What its tab says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Why => "Why",
            Self::Tokens => "Tokens",
            Self::Vocabulary => "Vocabulary",
            Self::Markdown => "Markdown",
            Self::Lab => "Sampling lab",
            Self::Values => "JSON values",
            Self::Samples => "Samples",
            Self::Versus => "Compare",
            Self::Share => "Share",
        }
    }

    /// The panel with this name in an address.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.key() == key)
    }
}

/// What the page wants to see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Which panel.
    pub name: Name,
    /// What stands in its fields, as in the address.
    pub settings: String,
    /// The open sequence.
    pub sequence: Option<u32>,
    /// The pinned token of it.
    pub token: Option<u32>,
    /// By what tokens are coloured. Where that needs more than is known of a run, panels colour by the usual scale.
    pub scale: Scale,
    /// Address at which the page shows local files, with the view of the run behind its `#`.
    pub address: String,
}

/// One run, or what is listed of it.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Its name.
    pub name: &'a str,
    /// All of it.
    pub columns: &'a Columns,
    /// What is listed.
    pub selection: &'a Selection,
    /// The values behind the colours, where probabilities are not enough.
    pub shade: Option<&'a Shade>,
}

impl Run<'_> {
    /// How a token is painted.
    fn mark(&self, scale: Scale, sequence: &Sequence, token: u32) -> Mark {
        let at = sequence.first_token + u64::from(token);
        let usual = self.columns.mark(at);
        if scale.lens.is_direct() {
            return scale.mark(probability_at(self.columns, at), usual);
        }
        match self.shade.filter(|shade| shade.lens() == scale.lens) {
            Some(shade) => {
                let value = shade.of_sequence(sequence).get(token as usize).copied();
                scale.mark(value.and_then(value_of), usual)
            }
            None => usual,
        }
    }
}

/// What a panel is about.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    /// The open one.
    pub this: Run<'a>,
    /// The one beside it, once it is read.
    pub beside: Option<(&'a str, &'a Columns)>,
}

/// A sequence of which the record is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// Of the run beside the open one.
    pub beside: bool,
    /// Index of the sequence.
    pub sequence: u32,
}

impl Want {
    fn of_this(sequence: u32) -> Self {
        Self {
            beside: false,
            sequence,
        }
    }
}

/// A panel at work.
pub trait Panel {
    /// The sequences of which it wants the records, in this order.
    fn wants(&self) -> &[Want];

    /// Takes a sequence with its alternatives; `None` when its record cannot be read any more.
    fn take(&mut self, runs: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>);

    /// What is known by now.
    fn html(&self, runs: &Runs<'_>) -> String;
}

/// Begins to answer.
pub fn open(question: &Question, runs: &Runs<'_>) -> Box<dyn Panel> {
    let settings = Settings::parse(&question.settings);
    match question.name {
        Name::Why => Box::new(why::Why::new(&settings, question, runs)),
        Name::Tokens => Box::new(tokens::Tokens::new(&settings, question, runs)),
        Name::Vocabulary => Box::new(vocabulary::Vocabulary::new(&settings, runs)),
        Name::Markdown => Box::new(markdown::Markdown::new(&settings, question, runs)),
        Name::Lab => Box::new(lab::Lab::new(&settings, question, runs)),
        Name::Values => Box::new(values::Values::new(&settings, runs)),
        Name::Samples => Box::new(samples::Samples::new(&settings, runs)),
        Name::Versus => Box::new(versus::Versus::new(&settings, runs, question.scale)),
        Name::Share => Box::new(share::Share::new(&settings, question, runs)),
    }
}

/// The fields of a panel, as they are set. `stored` are runs that may stand beside the open one: id and name.
pub fn controls(question: &Question, runs: &Runs<'_>, stored: &[(String, String)]) -> String {
    let settings = Settings::parse(&question.settings);
    let fields = match question.name {
        Name::Why => why::controls(&settings),
        Name::Tokens => tokens::controls(&settings),
        Name::Vocabulary => vocabulary::controls(&settings),
        Name::Markdown => markdown::controls(),
        Name::Lab => lab::controls(&settings),
        Name::Values => values::controls(&settings),
        Name::Samples => samples::controls(&settings, runs),
        Name::Versus => versus::controls(&settings, runs, stored),
        Name::Share => share::controls(&settings, question),
    };
    hint(question.name) + &fields
}

/// What helps with a panel at the beginning; empty where its lead says all of it.
fn hint(name: Name) -> String {
    let text = match name {
        Name::Vocabulary => {
            "A row is a distinct token. Order by the lowest mean probability to find those that the model is unsure of; what stands in Find narrows them down."
        }
        Name::Lab => {
            "Set a field: a token that could not have been written with it is struck through. Nothing is written anew."
        }
        Name::Versus => {
            "Choose B, then open a pair: both texts stand beside each other, with the place at which they part."
        }
        _ => return String::new(),
    };
    markup::hint(name.key(), text)
}

/// The run that is to stand beside the open one; `None` when the question needs none.
pub fn beside(question: &Question) -> Option<Beside> {
    (question.name == Name::Versus)
        .then(|| versus::beside(&Settings::parse(&question.settings)))
        .flatten()
}
