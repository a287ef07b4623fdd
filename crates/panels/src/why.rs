//! How an overall number came about: formula, weighting, what is left out, how the sequences are spread around it, and the few
//! tokens that carry most of it.
use crate::html::{counted, menu, open_link, token_link};
use crate::{Panel, Question, Runs, Settings, Want};
use analysis::around;
use analysis::carry::{Carried, Spread, halves};
use api::Totals;
use completions::{Columns, Sequence, SequenceDetail};
use markup::{Text, push};
use metrics::{format, repetition};

/// Bars of the distribution over sequences.
const STEPS: usize = 24;
/// Tokens shown of those that carry most.
const HEAVIEST: usize = 24;
/// Sequences shown of those that lie furthest out.
const OUTLIERS: usize = 5;
/// Loops are looked for in so many sequences.
const LOOPS_IN: usize = 5_000;

/// A number that one can ask about.
struct Board {
    key: &'static str,
    title: &'static str,
    formula: &'static str,
    weighting: &'static str,
    meaning: &'static str,
    value: fn(&Totals) -> Option<f64>,
    /// The value of a sequence that the distribution is of.
    of: fn(&Sequence) -> Option<f64>,
    /// A high value is the doubtful one.
    high_is_doubt: bool,
}

const BOARDS: [Board; 5] = [
    Board {
        key: "perplexity_overall",
        title: "Perplexity overall",
        formula: "mean over the sequences of exp(−(1/N) Σ ln p)",
        weighting: "Every sequence counts the same, however long it is.",
        meaning: "How many equally likely options the model was torn between, on average. 1 is certain.",
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
        value: |totals| {
            let all: u64 = totals.bands.iter().sum();
            let low = totals.bands.first().copied().unwrap_or(0);
            (all > 0).then(|| low as f64 / all as f64)
        },
        of: |sequence| sequence.metrics.uncertain_share,
        high_is_doubt: true,
    },
];

pub(crate) struct Why {
    board: &'static Board,
    /// The open sequence: then its tokens are told alone.
    sequence: Option<u32>,
    carried: Carried,
}

fn board(settings: &Settings) -> &'static Board {
    let key = settings.get("board");
    let found = BOARDS.iter().find(|board| Some(board.key) == key);
    found.unwrap_or(&BOARDS[0])
}

pub(crate) fn controls(settings: &Settings) -> String {
    let boards = BOARDS.iter().map(|board| (board.key, board.title));
    menu("board", "Figure", boards, board(settings).key)
}

impl Why {
    pub(crate) fn new(settings: &Settings, question: &Question, runs: &Runs<'_>) -> Self {
        let columns = runs.this.columns;
        let open = question
            .sequence
            .filter(|index| columns.sequences.get(*index as usize).is_some());
        let carried = match open {
            Some(index) => Carried::of(columns, [index], HEAVIEST),
            None => Carried::of(columns, runs.this.selection.order.iter().copied(), HEAVIEST),
        };
        Self {
            board: board(settings),
            sequence: open,
            carried,
        }
    }

    fn head(&self, totals: &Totals) -> String {
        let board = self.board;
        let value = (board.value)(totals);
        let mut html = format!(
            "<h3>{}: {}</h3><p>{}</p><dl class=\"facts\"><div><dt>Formula</dt><dd>{}</dd></div><div><dt>Weighting</dt><dd>{}</dd></div>",
            board.title,
            format::sig3_or_dash(value),
            board.meaning,
            board.formula,
            board.weighting
        );
        if let Some(value) = value {
            push!(
                html,
                "<div><dt>At full precision</dt><dd><code>{value}</code></dd></div>"
            );
        }
        push!(
            html,
            "<div><dt>N</dt><dd>{} in {} of {}</dd></div><div><dt>Left out</dt><dd>{}</dd></div></dl>",
            counted(totals.scored_tokens, "token", "tokens"),
            format::count(totals.scored_sequences),
            counted(totals.sequences, "sequence", "sequences"),
            left_out(totals)
        );
        html
    }

    /// The distribution over the sequences, and those at its doubtful end.
    fn spread(&self, columns: &Columns, order: &[u32]) -> String {
        let value = |index: &u32| {
            let sequence = columns.sequences.get(*index as usize)?;
            (self.board.of)(sequence).map(|value| (value, *index))
        };
        let mut values: Vec<(f64, u32)> = order.iter().filter_map(value).collect();
        let Some(spread) = Spread::of(values.iter().map(|one| one.0), STEPS) else {
            return String::new();
        };
        let tallest = spread.steps.iter().copied().max().unwrap_or(1).max(1) as f64;
        let width = (spread.most - spread.least) / spread.steps.len() as f64;
        let mut html =
            "<h3>Over the sequences</h3><div class=\"spread\" role=\"img\" aria-label=\""
                .to_owned();
        push!(
            html,
            "From {} to {}, half of the sequences below {}\">",
            format::sig3(spread.least),
            format::sig3(spread.most),
            format::sig3(spread.median)
        );
        for (nth, count) in spread.steps.iter().enumerate() {
            let from = spread.least + width * nth as f64;
            // What is there at all is seen.
            let height = if *count == 0 {
                0.0
            } else {
                (*count as f64 / tallest * 100.0).max(2.0)
            };
            push!(
                html,
                "<span style=\"height:{height:.0}%\" title=\"{} to {}: {}\"></span>",
                format::sig3(from),
                format::sig3(from + width),
                counted(*count, "sequence", "sequences")
            );
        }
        push!(
            html,
            "</div><p class=\"spread-ends\"><span>{}</span><span>median {}</span><span>{}</span></p>",
            format::sig3(spread.least),
            format::sig3(spread.median),
            format::sig3(spread.most)
        );
        values.sort_by(|a, b| {
            if self.board.high_is_doubt {
                b.0.total_cmp(&a.0)
            } else {
                a.0.total_cmp(&b.0)
            }
        });
        html += "<p>Furthest out: ";
        for (nth, (value, index)) in values.iter().take(OUTLIERS).enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            let link = open_link(
                *index,
                None,
                &format!("sequence {}", format::count(u64::from(*index) + 1)),
            );
            push!(html, "{comma}{link} {}", format::sig3(*value));
        }
        html + "</p>"
    }

    /// The tokens that most of the surprisal lies in.
    fn heaviest(&self, columns: &Columns) -> String {
        let carried = &self.carried;
        let Some(ten) = carried.share_of(10) else {
            return String::new();
        };
        let of = match self.sequence {
            Some(index) => format!("of sequence {}", format::count(u64::from(index) + 1)),
            None => "of what is listed".to_owned(),
        };
        let mut html = format!(
            "<h3>The tokens that carry it</h3><p>{} carry {} of the surprisal {of} ({}), and {} half of it, out of {}. Perplexity and probability fall with every bit.</p><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">token</th><th scope=\"col\" class=\"number\">surprisal</th><th scope=\"col\" class=\"number\">share</th><th scope=\"col\">where</th></tr></thead><tbody>",
            counted(10.min(carried.tokens), "token", "tokens"),
            format::percent(ten),
            format::bits(carried.bits),
            format::count(carried.for_half),
            counted(carried.tokens, "token", "tokens")
        );
        for one in &carried.heaviest {
            let Some(sequence) = columns.sequences.get(one.sequence as usize) else {
                continue;
            };
            let (before, after) = around(columns, sequence, one.token, 30);
            let share = if carried.bits > 0.0 {
                one.bits / carried.bits
            } else {
                0.0
            };
            push!(
                html,
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td><bdi>{}<mark>{}</mark>{}</bdi> <small>sequence {}, token {}</small></td></tr>",
                token_link(columns, one.sequence, one.token),
                format::bits(one.bits),
                format::percent(share),
                Text(before),
                Text(String::from_utf8_lossy(
                    columns.token_bytes(sequence, one.token)
                )),
                Text(after),
                format::count(u64::from(one.sequence) + 1),
                format::count(u64::from(one.token) + 1)
            );
        }
        html + "</tbody></table></div>"
    }
}

impl Panel for Why {
    fn wants(&self) -> &[Want] {
        &[]
    }

    fn take(&mut self, _: &Runs<'_>, _: Want, _: Option<&SequenceDetail>) {}

    fn html(&self, runs: &Runs<'_>) -> String {
        let (columns, selection) = (runs.this.columns, runs.this.selection);
        let totals = Totals::from(&selection.metrics);
        if totals.scored_tokens == 0 {
            return "<p class=\"empty\">No token of what is listed has a value, so there is nothing to explain.</p>".to_owned();
        }
        let mut html = "<div class=\"why\"><div>".to_owned();
        html += &self.head(&totals);
        html += &self.spread(columns, &selection.order);
        html += &weakest(columns, &selection.order, self.sequence);
        html += "</div><div>";
        html += &self.heaviest(columns);
        html + "</div></div>"
    }
}

/// What the means leave out, in a sentence.
fn left_out(totals: &Totals) -> String {
    let mut parts = Vec::new();
    let unscored = totals.sequences.saturating_sub(totals.scored_sequences);
    for (number, one, many) in [
        (
            unscored,
            "sequence without values",
            "sequences without values",
        ),
        (
            totals.missing_tokens,
            "token without a value",
            "tokens without a value",
        ),
        (
            totals.censored_tokens,
            "token below what the server reports",
            "tokens below what the server reports",
        ),
    ] {
        if number > 0 {
            parts.push(counted(number, one, many));
        }
    }
    if totals.overflow_sequences > 0 {
        parts.push(format!(
            "{} make the mean infinite",
            counted(totals.overflow_sequences, "sequence", "sequences")
        ));
    }
    if totals.invalid_tokens > 0 {
        parts.push(format!(
            "{} count as certain",
            counted(
                totals.invalid_tokens,
                "impossible value",
                "impossible values"
            )
        ));
    }
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Weakest token and passage, loops and drift: of the open sequence, else of what is listed.
fn weakest(columns: &Columns, order: &[u32], open: Option<u32>) -> String {
    let scope: Vec<u32> = match open {
        Some(index) => vec![index],
        None => order.to_vec(),
    };
    let sequence = |index: &u32| {
        columns
            .sequences
            .get(*index as usize)
            .map(|found| (*index, found))
    };
    let all = || scope.iter().filter_map(sequence);
    let mut html = "<h3>Where it was least sure</h3><dl class=\"facts\">".to_owned();
    let least = |a: &(f64, u32, u32), b: &(f64, u32, u32)| a.0.total_cmp(&b.0);
    let token = all().filter_map(|(index, found)| {
        Some((found.metrics.min_prob?, index, found.metrics.min_prob_at?))
    });
    if let Some((p, index, token)) = token.min_by(least) {
        push!(
            html,
            "<div><dt>Weakest token</dt><dd>{} {}</dd></div>",
            token_link(columns, index, token),
            format::percent(p)
        );
    }
    let passage = all().filter_map(|(index, found)| {
        let passage = found.metrics.weakest_passage?;
        Some((passage.mean_logprob, index, passage))
    });
    if let Some((mean, index, passage)) = passage.min_by(|a, b| a.0.total_cmp(&b.0)) {
        let found = columns.sequences.get(index as usize);
        let bytes: Vec<u8> = found.map_or_else(Vec::new, |found| {
            let tokens = passage.start..passage.end;
            tokens
                .flat_map(|token| columns.token_bytes(found, token))
                .copied()
                .collect()
        });
        let text = format!(
            "“{}”",
            Text(markup::short(&String::from_utf8_lossy(&bytes), 80))
        );
        push!(
            html,
            "<div><dt>Weakest passage</dt><dd>{} {} a token</dd></div>",
            open_link(index, Some(passage.start), &text),
            format::percent(metrics::num::exp(mean))
        );
    }
    let drifts = all().filter_map(|(index, found)| Some((halves(columns, found)?, index)));
    let change = |one: &((f64, f64), u32)| one.0.1 - one.0.0;
    if let Some(((first, second), index)) = drifts.max_by(|a, b| change(a).total_cmp(&change(b))) {
        let whose = if open.is_some() {
            String::new()
        } else {
            format!(
                " in {}, the one that changes most",
                open_link(index, None, &format!("sequence {}", u64::from(index) + 1))
            )
        };
        push!(
            html,
            "<div><dt>First half, second half</dt><dd>{} and {} a token{whose}</dd></div>",
            format::bits(first),
            format::bits(second)
        );
    }
    let looping = all().take(LOOPS_IN).filter_map(|(index, found)| {
        let tokens: Vec<&[u8]> = (0..found.n_tokens)
            .map(|token| columns.token_bytes(found, token))
            .collect();
        repetition::tail_loop(&tokens).map(|found| (index, found))
    });
    let looping: Vec<_> = looping.collect();
    if let Some((index, found)) = looping.first() {
        let more = match looping.len() - 1 {
            0 => String::new(),
            more => format!(", and {} more", format::count(more as u64)),
        };
        push!(
            html,
            "<div><dt>Loops at the end</dt><dd>{} repeats {}{more}: repetition raises probability without meaning anything</dd></div>",
            open_link(*index, None, &format!("sequence {}", u64::from(*index) + 1)),
            counted(u64::from(found.period), "token", "tokens")
        );
    }
    html + "</dl>"
}
