//! Single pairs, for people.
use super::WIDTH;
use crate::analyze::output::clean;
use crate::compare::pair::{GaveOther, Parting, Shown, Way};
use crate::compare::whole::{Part, Stretch, Whole};
use metrics::format::{percent, sig3_or_dash};
use std::io::{self, Write};

/// Characters shown of a text that differs.
const SHOWN: usize = 40;

/// A pair with both of its texts.
pub(in crate::compare) fn write_whole(whole: &Whole, out: &mut dyn Write) -> io::Result<()> {
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

pub(super) fn shown(pair: &Shown, out: &mut dyn Write) -> io::Result<()> {
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
    let given = &gave.words;
    let separator = if about.is_empty() { "" } else { "; " };
    writeln!(out, "     {about}{separator}{other} gave {what} {given}")
}

/// Text on one line; nothing in it speaks to the terminal.
fn one_line(text: &str) -> String {
    clean(&text.replace('\n', "⏎").replace('\t', "⇥"))
}
