//! One pair with both of its texts.
use crate::html::{counted, label};
use analysis::Scale;
use analysis::compare::{Pair, Side, Span, Turn, bits_per_byte, heat, spoken, text_diff};
use analysis::shade::{of_one, value_of};
use completions::{Sequence, SequenceDetail};
use markup::{Text, push};
use metrics::{Mark, format, num};

/// The pair that is shown.
pub(super) struct Shown<'a> {
    /// Its number, from 0.
    pub(super) number: u32,
    /// How many there are.
    pub(super) pairs: usize,
    pub(super) pair: &'a Pair,
    /// Both at the place where they part; `None` until their records are read.
    pub(super) turns: Option<(Turn, Turn)>,
    /// By what the tokens are coloured.
    pub(super) scale: Scale,
    /// The records of both; `None` for one that is not read or cannot be.
    pub(super) details: [Option<&'a SequenceDetail>; 2],
}

impl Shown<'_> {
    /// Both texts beside each other; what only one of them has stands out.
    pub(super) fn html(&self, sides: &(Side<'_>, Side<'_>)) -> String {
        let (a, b) = sides;
        let (Some(one), Some(other)) = (a.sequence(self.pair.a), b.sequence(self.pair.b)) else {
            return String::new();
        };
        let mut html = self.nav() + &self.parting();
        let diff = text_diff(spoken(a.columns, one).0, spoken(b.columns, other).0);
        if diff.limited {
            html +=
                "<p class=\"panel-note\">The texts are too long to be compared word by word.</p>";
        }
        push!(
            html,
            "<p class=\"panel-note\">Coloured by {}, as the legend says; what only one of them has is framed.</p><div class=\"sides\">",
            self.scale.lens.title()
        );
        let of_a = diff.stretches.iter().map(|both| (both.a, both.same));
        let of_b = diff.stretches.iter().map(|both| (both.b, both.same));
        let [detail_a, detail_b] = self.details;
        self.half("A", (a, one, detail_a), of_a.collect(), &mut html);
        self.half("B", (b, other, detail_b), of_b.collect(), &mut html);
        html + "</div>"
    }

    /// The way to the other pairs.
    fn nav(&self) -> String {
        let number = self.number;
        format!(
            "<p class=\"panel-nav\"><button type=\"button\" data-set=\"show:\">All pairs</button> <button type=\"button\" name=\"Previous\" data-set=\"show:{}\"{}>Previous</button> <strong>Pair {} of {}</strong> <button type=\"button\" name=\"Next\" data-set=\"show:{}\"{}>Next</button></p>",
            number.max(1),
            if number == 0 { " disabled" } else { "" },
            format::count(u64::from(number) + 1),
            format::count(self.pairs as u64),
            u64::from(number) + 2,
            if number as usize + 1 >= self.pairs {
                " disabled"
            } else {
                ""
            }
        )
    }

    /// Where they part, in words.
    fn parting(&self) -> String {
        let Some(fork) = self.pair.fork else {
            return "<p>Both have the same text, byte by byte.</p>".to_owned();
        };
        let after = counted(fork.byte.into(), "byte", "bytes");
        let mut html = format!("<p>They part after {after}.");
        if let Some((a, b)) = &self.turns {
            push!(
                html,
                " A wrote {}{}, to which B gave {}. B wrote {}{}, to which A gave {}.",
                said(a),
                share(a),
                b.gave.in_words(),
                said(b),
                share(b),
                a.gave.in_words()
            );
        }
        html + "</p>"
    }

    /// One of the texts.
    fn half(
        &self,
        name: &str,
        (side, sequence, detail): (&Side<'_>, &Sequence, Option<&SequenceDetail>),
        stretches: Vec<(Span, bool)>,
        html: &mut String,
    ) {
        push!(
            html,
            "<section aria-label=\"{name}\"><h3>{name}</h3><p class=\"panel-note\">probability {} · perplexity {} · bits per byte {}</p><p class=\"tokens\">",
            format::sig3_or_dash(sequence.metrics.mean_prob),
            format::sig3_or_dash(sequence.metrics.perplexity),
            format::sig3_or_dash(bits_per_byte(sequence))
        );
        let lens = self.scale.lens;
        let values = (!lens.is_direct()).then(|| of_one(lens, side.columns, sequence, detail));
        let (text, _) = spoken(side.columns, sequence);
        for piece in heat(side.columns, sequence, stretches) {
            let probability = piece.logprob.map(|logprob| num::exp(f64::from(logprob)));
            let known = piece.token.map_or(Mark::MISSING, |token| {
                side.columns.mark(sequence.first_token + u64::from(token))
            });
            let given = match &values {
                None => probability,
                Some(values) => piece
                    .token
                    .and_then(|token| value_of(*values.get(token as usize)?)),
            };
            let mut title = probability.map_or_else(String::new, format::percent);
            if let Some(value) = given.filter(|value| values.is_some() && *value >= 0.0) {
                title = format!("{} · {title}", lens.amount(value));
            }
            let text = String::from_utf8_lossy(piece.span.of(text));
            let sign = if markup::is_sign(&text) { " sign" } else { "" };
            let differs = if piece.same { "" } else { " differs" };
            push!(
                html,
                "<span class=\"{}{sign}{differs}\" title=\"{title}\">{}</span>",
                self.scale.mark(given, known).class(),
                Text(text)
            );
        }
        html.push_str("</p></section>");
    }
}

fn said(turn: &Turn) -> String {
    if turn.token.is_none() {
        "nothing more".to_owned()
    } else {
        label(&turn.wrote)
    }
}

fn share(turn: &Turn) -> String {
    turn.probability
        .map_or_else(String::new, |p| format!(" ({})", format::percent(p)))
}
