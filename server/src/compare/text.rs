//! Two runs side by side, for people.
use super::answer::{Answer, Difference, GaveOther, Parting, Run, Shown, Way};
use super::whole::{Part, Stretch, Whole};
use crate::analyze::output::clean;
use metrics::format::{count, percent, sig3, sig3_or_dash};
use std::io::{self, Write};

/// Models named of a run.
const MODELS: usize = 3;

/// Characters shown of a text that differs.
const SHOWN: usize = 40;

/// Width of a column of figures.
const WIDTH: usize = 9;

pub(super) fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    run("A", &answer.a, out)?;
    run("B", &answer.b, out)?;
    pairing(answer, out)?;
    if answer.pairs == 0 {
        return Ok(());
    }
    writeln!(out)?;
    differences(answer, out)?;
    for pair in &answer.shown {
        writeln!(out)?;
        shown(pair, out)?;
    }
    let hidden = answer.pairs - answer.shown.len();
    if hidden > 0 && !answer.shown.is_empty() {
        writeln!(
            out,
            "\n{} more {}; --pairs shows them.",
            count(hidden as u64),
            if hidden == 1 { "pair" } else { "pairs" }
        )?;
    }
    Ok(())
}

/// A pair with both of its texts.
pub(super) fn write_whole(whole: &Whole, out: &mut dyn Write) -> io::Result<()> {
    shown(&whole.shown, out)?;
    writeln!(
        out,
        "\nWhat only A has stands as [-this-], what only B has as {{+this+}}.\n"
    )?;
    let mut text = String::new();
    for stretch in &whole.stretches {
        let (a, b) = (lines(&stretch.a.text), lines(&stretch.b.text));
        if stretch.same {
            text += &a;
            continue;
        }
        if !a.is_empty() {
            text += &format!("[-{a}-]");
        }
        if !b.is_empty() {
            text += &format!("{{+{b}+}}");
        }
    }
    writeln!(out, "{text}")?;
    let differing = whole.stretches.iter().filter(|stretch| !stretch.same);
    let mut differing = differing.peekable();
    if differing.peek().is_some() {
        writeln!(
            out,
            "\nThe weakest tokens of what differs:\n{:>WIDTH$}{:>WIDTH$}",
            "A", "B"
        )?;
    }
    let share = |part: &Part| part.weakest.map_or_else(|| "—".to_owned(), percent);
    for Stretch { a, b, .. } in differing {
        writeln!(
            out,
            "{:>WIDTH$}{:>WIDTH$}  [{}] → [{}]",
            share(a),
            share(b),
            beginning(&a.text),
            beginning(&b.text)
        )?;
    }
    if whole.limited {
        writeln!(out, "The texts are too long to be compared word by word.")?;
    }
    Ok(())
}

/// Text on its own lines; nothing in it speaks to the terminal.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// The beginning of a text, on one line.
fn beginning(text: &str) -> String {
    let beginning: String = text.chars().take(SHOWN).collect();
    let rest = if beginning.len() < text.len() {
        "…"
    } else {
        ""
    };
    one_line(&beginning) + rest
}

fn run(name: &str, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let mut models = run.models.iter().take(MODELS).map(|model| clean(model));
    let mut line = format!(
        "{name}  {}: {}",
        clean(&run.name),
        plural(run.sequences as u64, "sequence")
    );
    if let Some(first) = models.next() {
        line += &models.fold(format!(", {first}"), |line, model| line + ", " + &model);
    }
    if run.models.len() > MODELS {
        line += &format!(" and {} more", run.models.len() - MODELS);
    }
    writeln!(out, "{line}")
}

/// Who belongs together, and who is alone.
fn pairing(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut line = match answer.pairs {
        0 => "No pairs".to_owned(),
        pairs => format!("{} by {}", plural(pairs as u64, "pair"), answer.paired_by),
    };
    for (alone, name) in [(answer.only_a, "A"), (answer.only_b, "B")] {
        if alone > 0 {
            line += &format!(", {} of {name} without a partner", count(alone as u64));
        }
    }
    writeln!(out, "{line}.")?;
    if answer.pairs == 0 {
        return Ok(());
    }
    let same = count(answer.same_texts as u64);
    match answer.median_fork_byte {
        None => writeln!(out, "All texts are the same, byte by byte."),
        Some(byte) => writeln!(
            out,
            "The same text in {same}; the others part after {}, in the median.",
            plural(u64::from(byte), "byte")
        ),
    }?;
    if answer.other_tokens > 0 {
        writeln!(
            out,
            "In {} the same bytes are cut into other tokens: perplexities of different tokenizers do not compare, bits per byte do.",
            plural(answer.other_tokens as u64, "pair")
        )?;
    }
    Ok(())
}

fn differences(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{:<20}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}  95 % interval",
        "", "A", "B", "B − A"
    )?;
    for difference in &answer.differences {
        let (label, shown) = told(difference.measure);
        let value = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), shown);
        let signed = |value: f64| {
            let sign = if value > 0.0 { "+" } else { "" };
            format!("{sign}{}", shown(value))
        };
        let interval = match (difference.low, difference.high) {
            (Some(low), Some(high)) => format!("{} … {}", signed(low), signed(high)),
            _ => "—".to_owned(),
        };
        writeln!(
            out,
            "{label:<20}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}  {interval}{}",
            value(difference.a),
            value(difference.b),
            difference.difference.map_or_else(|| "—".to_owned(), signed),
            of_pairs(difference, answer)
        )?;
    }
    writeln!(
        out,
        "Intervals: {} over {}, {} resamples, seed {}. Each run scores its own text: that is confidence, not correctness.",
        answer.interval.method,
        match answer.units {
            1 => plural(answer.pairs as u64, "pair"),
            units => format!("{} {}s", count(units as u64), answer.paired_by),
        },
        count(answer.interval.resamples as u64),
        answer.interval.seed
    )
}

/// A measure that not all pairs have.
fn of_pairs(difference: &Difference, answer: &Answer) -> String {
    if difference.pairs as usize == answer.pairs {
        return String::new();
    }
    format!("  ({})", plural(u64::from(difference.pairs), "pair"))
}

/// Label of a measure, and how its values are written.
fn told(measure: &str) -> (&str, fn(f64) -> String) {
    match measure {
        "perplexity" => ("Perplexity", sig3),
        "probability" => ("Probability", sig3),
        "bits_per_byte" => ("Bits per byte", sig3),
        "uncertain_share" => ("Uncertain tokens", percent),
        "tokens" => ("Tokens per answer", sig3),
        "bytes" => ("Bytes per answer", sig3),
        other => (other, sig3),
    }
}

fn shown(pair: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut line = format!("Pair {}", pair.pair);
    if !pair.label.is_empty() {
        line += &format!("  {}", one_line(&pair.label));
    }
    line += &format!(
        "  probability {} → {}",
        sig3_or_dash(pair.a.probability),
        sig3_or_dash(pair.b.probability)
    );
    let Some(Parting { byte, a, b }) = &pair.fork else {
        return writeln!(out, "{line}  same text");
    };
    writeln!(out, "{line}  parts after byte {byte}")?;
    way("A", a, ("B", &b.gave, &a.token), out)?;
    way("B", b, ("A", &a.gave, &b.token), out)
}

/// How a side went on, and what the other gave to that.
fn way(
    name: &str,
    way: &Way,
    (other, gave, token): (&str, &GaveOther, &str),
    out: &mut dyn Write,
) -> io::Result<()> {
    let (before, after) = (one_line(&way.before), one_line(&way.after));
    if way.ends {
        writeln!(out, "  {name}  {before}  (ends)")?;
    } else {
        writeln!(out, "  {name}  {before}[{}]{after}", one_line(&way.token))?;
    }
    let mut about = Vec::new();
    if let Some(probability) = way.probability {
        about.push(percent(probability));
    }
    if let Some(rank) = way.rank {
        let least = if way.rank_is_lower_bound { "≥ " } else { "" };
        about.push(format!("rank {least}{rank}"));
    }
    let about = about.join(", ");
    let what = if gave.text == token || way.ends {
        "it".to_owned()
    } else {
        format!("[{}]", one_line(&gave.text))
    };
    let given = given(gave);
    let separator = if about.is_empty() { "" } else { "; " };
    writeln!(out, "     {about}{separator}{other} gave {what} {given}")
}

/// What a side gave to the other's choice, as a sentence goes on.
fn given(gave: &GaveOther) -> String {
    let share = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), percent);
    match (gave.known, gave.rank, gave.listed) {
        ("exactly", Some(rank), _) => format!("{}, rank {rank}", share(gave.at_least)),
        ("not_listed", _, Some(listed)) => format!(
            "at most {}, it is not among its {}",
            share(gave.at_most),
            count(u64::from(listed))
        ),
        ("between", ..) if gave.at_least == Some(0.0) => format!(
            "at most {}, only its beginning is listed",
            share(gave.at_most)
        ),
        ("between", ..) => format!(
            "{} to {}, longer tokens begin with it",
            share(gave.at_least),
            share(gave.at_most)
        ),
        _ => match gave.why {
            Some("unread") => "something unknown: its record cannot be read again",
            Some("ended") => "nothing that is known: its text ends here",
            Some("cut") => "something unknown: being cut off is no choice",
            _ => "something unknown: it has no alternatives here",
        }
        .to_owned(),
    }
}

/// Text on one line; nothing in it speaks to the terminal.
fn one_line(text: &str) -> String {
    clean(&text.replace('\n', "⏎").replace('\t', "⇥"))
}

fn plural(number: u64, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{} {what}{end}", count(number))
}
