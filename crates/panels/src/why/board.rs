//! The figures that one can ask about.
use crate::Settings;
use crate::html::menu;
use api::Totals;
use completions::Sequence;
use metrics::format;

/// A number that one can ask about.
pub(super) struct Board {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) formula: &'static str,
    pub(super) weighting: &'static str,
    pub(super) meaning: &'static str,
    pub(super) value: fn(&Totals) -> Option<f64>,
    /// How such a value is written.
    pub(super) say: fn(f64) -> String,
    /// What the distribution over the sequences is of.
    pub(super) spread: &'static str,
    /// The value of a sequence that the distribution is of.
    pub(super) of: fn(&Sequence) -> Option<f64>,
    /// A high value is the doubtful one.
    pub(super) high_is_doubt: bool,
}

const BOARDS: [Board; 6] = [
    Board {
        key: "sequences",
        title: "Number of sentences",
        formula: "choices of all completions, one by one",
        weighting: "Every choice counts as one, identical texts too.",
        meaning: "How many answers there are. How long they are says what the averages are over.",
        value: |totals| Some(totals.sequences as f64),
        // A cast saturates.
        say: |value| format::count(value as u64),
        spread: "Tokens of a sequence",
        of: |sequence| Some(f64::from(sequence.n_tokens)),
        high_is_doubt: true,
    },
    Board {
        key: "perplexity_overall",
        title: "Perplexity overall",
        formula: "mean over the sequences of exp(−(1/N) Σ ln p)",
        weighting: "Every sequence counts the same, however long it is.",
        meaning: "How many equally likely options the model was torn between, on average. 1 is certain.",
        say: format::sig3,
        spread: "Over the sequences",
        value: |totals| totals.perplexity_overall,
        of: |sequence| sequence.metrics.perplexity,
        high_is_doubt: true,
    },
    Board {
        key: "probability_overall",
        title: "Probability overall",
        formula: "mean over the sequences of (1/N) Σ p",
        weighting: "Every sequence counts the same, however long it is.",
        meaning: "Average chance the model gave to the tokens it wrote. 1 means sure at every step.",
        say: format::sig3,
        spread: "Over the sequences",
        value: |totals| totals.probability_overall,
        of: |sequence| sequence.metrics.mean_prob,
        high_is_doubt: false,
    },
    Board {
        key: "perplexity_tokens",
        title: "Perplexity over all tokens",
        formula: "exp(−(1/N) Σ ln p) over the tokens of all sequences together",
        weighting: "Every token counts the same, so long sequences count more.",
        meaning: "As perplexity overall, but of the run as one text.",
        say: format::sig3,
        spread: "Over the sequences",
        value: |totals| totals.perplexity_tokens,
        of: |sequence| sequence.metrics.perplexity,
        high_is_doubt: true,
    },
    Board {
        key: "probability_tokens",
        title: "Probability over all tokens",
        formula: "(1/N) Σ p over the tokens of all sequences together",
        weighting: "Every token counts the same, so long sequences count more.",
        meaning: "As probability overall, but of the run as one text.",
        say: format::sig3,
        spread: "Over the sequences",
        value: |totals| totals.probability_tokens,
        of: |sequence| sequence.metrics.mean_prob,
        high_is_doubt: false,
    },
    Board {
        key: "uncertain_share",
        title: "Uncertain tokens",
        formula: "tokens with p ≤ 0.33 and those below the server's floor ÷ all tokens with a value or below the floor",
        weighting: "Every token counts the same.",
        meaning: "Share of tokens to which the model gave at most 33 %.",
        say: format::sig3,
        spread: "Over the sequences",
        value: |totals| {
            let all: u64 = totals.bands.iter().sum();
            let low = totals.bands.first().copied().unwrap_or(0);
            (all > 0).then(|| low as f64 / all as f64)
        },
        of: |sequence| sequence.metrics.uncertain_share,
        high_is_doubt: true,
    },
];

/// The figure that the settings name.
pub(super) fn chosen(settings: &Settings) -> &'static Board {
    let key = settings.get("board");
    let found = BOARDS.iter().find(|board| Some(board.key) == key);
    found.unwrap_or(&BOARDS[1])
}

pub(crate) fn controls(settings: &Settings) -> String {
    let boards = BOARDS.iter().map(|board| (board.key, board.title));
    menu("board", "Figure", boards, chosen(settings).key)
}
