//! The one description of every parameter: for forms, help texts, checks and errors.
use super::Parameters;
use super::range::Range::{self, Above, Any, Below, Closed, Form, From, Over, Whole, Words};

/// A parameter, described.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name in transformers, or in hosted APIs where transformers has none.
    pub name: &'static str,
    /// Another name that is understood.
    pub alias: Option<&'static str>,
    /// Valid values.
    pub range: Range,
    /// What is in force when nothing was told.
    pub default: &'static str,
    /// What it does, in a plain sentence or two.
    pub help: &'static str,
    /// Where it is kept.
    pub field: Field,
}

/// Where a value is kept, by its kind.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// A whole number.
    Whole(fn(&mut Parameters) -> &mut Option<usize>),
    /// A number.
    Number(fn(&mut Parameters) -> &mut Option<f64>),
    /// Yes or no: `do_sample`.
    Flag(fn(&mut Parameters) -> &mut Option<bool>),
    /// `early_stopping`.
    EarlyStopping,
    /// `seed`.
    Seed,
    /// `logit_bias`.
    Bias,
    /// `eos_token_id`.
    Eos,
    /// `stop_strings`; each call of `set` adds one.
    Stop,
}

const fn row(
    name: &'static str,
    range: Range,
    default: &'static str,
    field: Field,
    help: &'static str,
) -> Entry {
    let alias = None;
    Entry {
        name,
        alias,
        range,
        default,
        help,
        field,
    }
}

const fn known_as(alias: &'static str, entry: Entry) -> Entry {
    Entry {
        alias: Some(alias),
        ..entry
    }
}

/// Every parameter, in the order in which a form should have them.
#[rustfmt::skip]
pub const TABLE: &[Entry] = &[
    row("do_sample", Words(&["true", "false"]), "false", Field::Flag(|p| &mut p.do_sample),
        "Draws each token by its probability. Without it the best token is taken, or beams are searched."),
    row("num_beams", Whole(1), "1", Field::Whole(|p| &mut p.num_beams),
        "Follows so many beginnings of an answer at a time and keeps the best ones. 1 follows only one."),
    known_as("num_generations",
    row("num_return_sequences", Whole(1), "1", Field::Whole(|p| &mut p.num_return_sequences),
        "Answers to return: so many independent draws, or the best beams.")),
    row("max_new_tokens", Whole(1), "20, if max_length is not set", Field::Whole(|p| &mut p.max_new_tokens),
        "Longest answer in tokens. Wins over max_length."),
    row("max_length", Whole(1), "not in force", Field::Whole(|p| &mut p.max_length),
        "Most tokens of prompt and answer together; for encoder-decoders of start token and answer."),
    row("min_new_tokens", Whole(0), "not in force", Field::Whole(|p| &mut p.min_new_tokens),
        "The answer cannot end before it has so many tokens. Wins over min_length."),
    row("min_length", Whole(0), "0", Field::Whole(|p| &mut p.min_length),
        "The answer cannot end before prompt and answer together have so many tokens; for encoder-decoders start token and answer."),
    row("temperature", From(0.0), "1", Field::Number(|p| &mut p.temperature),
        "Below 1 likely tokens become more likely, above 1 the choice becomes more even. 0 takes the best token, without drawing."),
    row("top_k", Whole(0), "50", Field::Whole(|p| &mut p.top_k),
        "Draws among so many of the best tokens, more if several are equally good. 0 turns it off; it is 50 unless it is set."),
    row("top_p", Closed(0.0, 1.0), "1", Field::Number(|p| &mut p.top_p),
        "Draws among the fewest best tokens that have this probability together. 1 turns it off."),
    row("min_p", Closed(0.0, 1.0), "0", Field::Number(|p| &mut p.min_p),
        "Drops tokens that are less likely than this part of the best one's probability. 0 turns it off."),
    row("typical_p", Above(0.0, 1.0), "1", Field::Number(|p| &mut p.typical_p),
        "Draws among the tokens about as surprising as expected that have this probability together. 1 turns it off."),
    row("epsilon_cutoff", Below(0.0, 1.0), "0", Field::Number(|p| &mut p.epsilon_cutoff),
        "Drops tokens that are less likely than this. 0 turns it off."),
    row("eta_cutoff", Below(0.0, 1.0), "0", Field::Number(|p| &mut p.eta_cutoff),
        "Drops tokens that are less likely than this, with a lower limit where the choice is wide. 0 turns it off."),
    row("top_h", Above(0.0, 1.0), "not in force", Field::Number(|p| &mut p.top_h),
        "Of the 100 best tokens, draws among the first that have this share of the entropy together."),
    row("repetition_penalty", Over(0.0), "1", Field::Number(|p| &mut p.repetition_penalty),
        "Above 1 weakens every token that is there already, in the prompt too; below 1 it favours them. Acts differently with beams."),
    row("no_repeat_ngram_size", Whole(0), "0", Field::Whole(|p| &mut p.no_repeat_ngram_size),
        "No run of so many tokens comes twice; the prompt counts. 0 turns it off."),
    row("presence_penalty", Closed(-2.0, 2.0), "0", Field::Number(|p| &mut p.presence_penalty),
        "Taken once from the score of every token that was written; below 0 favours them."),
    row("frequency_penalty", Closed(-2.0, 2.0), "0", Field::Number(|p| &mut p.frequency_penalty),
        "Taken from the score of a token for each time that it was written; below 0 favours them."),
    row("logit_bias", Form("pairs like 17:-2.5,40:1 of a token id and a number from -100 to 100"), "none", Field::Bias,
        "Added to the scores of single tokens, before everything else."),
    row("length_penalty", Any, "1", Field::Number(|p| &mut p.length_penalty),
        "Above 0 prefers longer answers, below 0 shorter ones; 0 compares plain totals; 1 compares averages per token."),
    row("early_stopping", Words(&["true", "false", "never"]), "false", Field::EarlyStopping,
        "true ends when there are as many answers as beams; false when better ones are unlikely; never when they are impossible."),
    row("eos_token_id", Form("token ids like 1,107"), "none", Field::Eos,
        "Tokens that end an answer. They stay in it."),
    known_as("stop",
    row("stop_strings", Form("a text that is not empty"), "none", Field::Stop,
        "Texts that end an answer as soon as they are complete.")),
    row("seed", Whole(0), "0", Field::Seed,
        "The same seed gives the same draws."),
    row("top_logprobs", Whole(0), "0", Field::Whole(|p| &mut p.top_logprobs),
        "Keeps so many of the likeliest tokens of every place, with their probabilities."),
];

/// The description of a parameter, by its name or its other one.
pub fn entry(name: &str) -> Option<&'static Entry> {
    TABLE
        .iter()
        .find(|entry| entry.name == name || entry.alias == Some(name))
}
