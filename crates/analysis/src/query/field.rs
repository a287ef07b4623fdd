//! What can be asked: every field with its name, what it is about and what it is compared with.

/// A figure or a name that terms compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A piece of text, written without a field.
    Words,
    /// Probability of the token, 0 to 1.
    Probability,
    /// Its natural logarithm.
    Logprob,
    /// -log2 of it, bits.
    Surprisal,
    /// Text of the token.
    Text,
    /// Index of the token in its sequence, from 0.
    Position,
    /// Its length in bytes.
    Bytes,
    /// What its value counts as.
    Status,
    /// Its band: low, middle, high.
    Band,
    /// Its rank among the alternatives, from 1.
    Rank,
    /// Entropy of its position, nats, as far as the alternatives tell.
    Entropy,
    /// Probability of the best alternative less that of the second.
    Margin,
    /// Its probability divided by that of the best alternative.
    Share,
    /// Perplexity of the sequence.
    SequencePerplexity,
    /// Mean probability of the sequence.
    SequenceProbability,
    /// Tokens of the sequence.
    SequenceTokens,
    /// Number of the sequence in the run, from 1.
    SequenceNumber,
    /// Index of its choice.
    Choice,
    /// Name of the model.
    Model,
    /// File or member.
    Source,
    /// Name of the format.
    Format,
    /// Why the model stopped.
    Finish,
    /// What the sequence is.
    Kind,
    /// Label from an envelope.
    Label,
    /// Id of the completion.
    Id,
    /// The text of the sequence stood in the run before.
    Duplicate,
}

/// What a field is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// A number.
    Number,
    /// A text, of which a part is enough.
    Text,
    /// A name, which must be the same.
    Name,
    /// `yes` or `no`.
    YesNo,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The field.
    pub field: Field,
    /// What it is called in a query.
    pub name: &'static str,
    /// Other names for it.
    pub also: &'static [&'static str],
    /// What it is compared with.
    pub compared: Compared,
    /// What it is, in a few words, with unit and range.
    pub about: &'static str,
}

const fn row(
    field: Field,
    name: &'static str,
    also: &'static [&'static str],
    compared: Compared,
    about: &'static str,
) -> Row {
    Row {
        field,
        name,
        also,
        compared,
        about,
    }
}

/// All fields that have a name, those of tokens first.
pub const FIELDS: &[Row] = {
    use Compared::{Name, Number, Text, YesNo};
    &[
        row(
            Field::Probability,
            "p",
            &["prob", "probability"],
            Number,
            "probability of the token, 0 to 1 or in %",
        ),
        row(
            Field::Logprob,
            "logprob",
            &["lp"],
            Number,
            "its natural logarithm, at most 0",
        ),
        row(
            Field::Surprisal,
            "surprisal",
            &["s"],
            Number,
            "its surprisal, bits",
        ),
        row(Field::Text, "text", &["token"], Text, "text of the token"),
        row(
            Field::Position,
            "pos",
            &["position"],
            Number,
            "place of the token in its sequence, from 0",
        ),
        row(
            Field::Bytes,
            "bytes",
            &[],
            Number,
            "length of the token, bytes",
        ),
        row(
            Field::Status,
            "status",
            &[],
            Name,
            "scored, clamped, invalid, missing or censored",
        ),
        row(Field::Band, "band", &[], Name, "low, middle or high"),
        row(
            Field::Rank,
            "rank",
            &[],
            Number,
            "rank of the token among the alternatives, from 1",
        ),
        row(
            Field::Entropy,
            "entropy",
            &["ent"],
            Number,
            "entropy of the position, nats; true only where the listed alternatives prove it",
        ),
        row(
            Field::Margin,
            "margin",
            &[],
            Number,
            "probability of the best alternative less that of the second",
        ),
        row(
            Field::Share,
            "share",
            &[],
            Number,
            "probability of the token divided by that of the best alternative",
        ),
        row(
            Field::SequencePerplexity,
            "seq.ppl",
            &["ppl"],
            Number,
            "perplexity of the sequence",
        ),
        row(
            Field::SequenceProbability,
            "seq.p",
            &[],
            Number,
            "mean probability of the sequence",
        ),
        row(
            Field::SequenceTokens,
            "seq.tokens",
            &["tokens"],
            Number,
            "tokens of the sequence",
        ),
        row(
            Field::SequenceNumber,
            "seq",
            &[],
            Number,
            "number of the sequence, from 1",
        ),
        row(Field::Choice, "choice", &[], Number, "index of the choice"),
        row(Field::Model, "model", &[], Name, "name of the model"),
        row(
            Field::Source,
            "source",
            &["file"],
            Name,
            "file or member of an archive",
        ),
        row(Field::Format, "format", &[], Name, "format of the record"),
        row(
            Field::Finish,
            "finish",
            &[],
            Name,
            "stop, length, tool, filter, error, cancelled or unknown",
        ),
        row(
            Field::Kind,
            "kind",
            &[],
            Name,
            "answer, refusal, tool_call or transcription",
        ),
        row(
            Field::Label,
            "label",
            &[],
            Name,
            "label of the record, such as a custom_id",
        ),
        row(Field::Id, "id", &[], Name, "id of the completion"),
        row(
            Field::Duplicate,
            "dup",
            &["duplicate"],
            YesNo,
            "the text stood in the run before",
        ),
    ]
};

impl Field {
    /// The field of this name, or one of its other names.
    pub fn named(name: &str) -> Option<&'static Row> {
        let is = |row: &&Row| row.name == name || row.also.contains(&name);
        FIELDS.iter().find(is)
    }

    /// Its row; `None` for words.
    pub fn row(self) -> Option<&'static Row> {
        FIELDS.iter().find(|row| row.field == self)
    }

    /// It is about single tokens.
    pub(super) fn of_token(self) -> bool {
        matches!(
            self,
            Self::Words
                | Self::Probability
                | Self::Logprob
                | Self::Surprisal
                | Self::Text
                | Self::Position
                | Self::Bytes
                | Self::Status
                | Self::Band
        ) || self.of_alternatives()
    }

    /// It needs the alternatives.
    pub(super) fn of_alternatives(self) -> bool {
        matches!(
            self,
            Self::Rank | Self::Entropy | Self::Margin | Self::Share
        )
    }
}
