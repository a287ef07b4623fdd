//! A tree as text for people, or as a line of JSON.
use crate::analyze::output::clean;
use analysis::tree::{Node, Tree, Verdict};
use completions::Columns;
use metrics::format::{count, counted, percent};
use serde::Serialize;
use std::io::{self, Write};

/// Characters of a branch that are shown.
const SHOWN: usize = 60;

/// A tree.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// From 1.
    prompt: usize,
    answers: u32,
    /// The first is the root.
    nodes: Vec<Branch<'a>>,
}

/// A branch of it.
#[derive(Debug, Serialize)]
struct Branch<'a> {
    /// Numbers of the nodes, from 0; `null` for the root.
    parent: Option<u32>,
    children: &'a [u32],
    /// The byte at which its text begins.
    start: u32,
    text: String,
    answers: u32,
    /// Of a leaf the sequences that took it, from 1.
    sequences: Vec<u32>,
    ends: bool,
    cut: bool,
    /// Of the answers that came to its parent, without those that were cut off.
    share: Option<f64>,
    probability: Option<f64>,
    /// `unknown`, `agrees`, `above`, `below`: where the share lies from the probability.
    verdict: &'static str,
    /// The interval of probabilities for which that many answers are no surprise.
    low: Option<f64>,
    high: Option<f64>,
}

pub(super) fn json<'a>(prompt: usize, tree: &'a Tree, out: &mut dyn Write) -> io::Result<()> {
    let branch = |node: &'a Node| {
        let (verdict, interval) = told(node.verdict);
        Branch {
            parent: node.parent,
            children: &node.children,
            start: node.start,
            text: String::from_utf8_lossy(&node.text).into_owned(),
            answers: node.count,
            sequences: node.answers.iter().map(|answer| answer + 1).collect(),
            ends: node.ends,
            cut: node.cut,
            share: node.share(),
            probability: node.probability,
            verdict,
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
        }
    };
    let line = Line {
        prompt,
        answers: tree.nodes.first().map_or(0, |root| root.count),
        nodes: tree.nodes.iter().map(branch).collect(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

fn told(verdict: Verdict) -> (&'static str, Option<(f64, f64)>) {
    match verdict {
        Verdict::Unknown => ("unknown", None),
        Verdict::Agrees { low, high } => ("agrees", Some((low, high))),
        Verdict::Above { low, high } => ("above", Some((low, high))),
        Verdict::Below { low, high } => ("below", Some((low, high))),
    }
}

pub(super) fn text(
    prompt: usize,
    columns: &Columns,
    tree: &Tree,
    least: u32,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(root) = tree.nodes.first() else {
        return Ok(());
    };
    let texts = tree.nodes.iter().filter(|node| node.ends).count();
    writeln!(
        out,
        "Prompt {prompt}{}: {}, {} different",
        named(columns, root),
        counted(root.count.into(), "answer", "answers"),
        count(texts as u64)
    )?;
    writeln!(out, "{:>8}{:>9}{:>9}", "answers", "share", "model")?;
    let mut odd = 0;
    let mut open = vec![(0_u32, 0)];
    while let Some((index, depth)) = open.pop() {
        let Some(node) = tree.nodes.get(index as usize) else {
            continue;
        };
        branch(node, depth, out)?;
        odd += usize::from(matches!(
            node.verdict,
            Verdict::Above { .. } | Verdict::Below { .. }
        ));
        let children = node.children.iter().rev().copied();
        let many = children.filter(|&child| {
            let child = tree.nodes.get(child as usize);
            child.is_some_and(|child| child.count >= least)
        });
        open.extend(many.map(|child| (child, depth + 1)));
    }
    if odd > 0 {
        writeln!(
            out,
            "Answers and probabilities do not fit in {odd} of the branches: other settings than the probabilities of the file were at work."
        )?;
    }
    Ok(())
}

fn branch(node: &Node, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let share = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), percent);
    let (share, model) = match node.parent {
        None => (String::new(), String::new()),
        Some(_) => (share(node.share()), share(node.probability)),
    };
    let text = String::from_utf8_lossy(&node.text);
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let mut shown = clean(&shown.replace('\n', "⏎").replace('\t', "⇥"));
    match (node.ends, node.cut) {
        (true, true) => shown += " (cut off)",
        (true, false) if node.text.is_empty() => shown += "(ends)",
        _ => {}
    }
    let odd = match node.verdict {
        Verdict::Above { low, high } => format!("  more than it says: {}", interval(low, high)),
        Verdict::Below { low, high } => format!("  fewer than it says: {}", interval(low, high)),
        Verdict::Unknown | Verdict::Agrees { .. } => String::new(),
    };
    let line = format!(
        "{:>8}{share:>9}{model:>9}  {}{shown}{odd}",
        count(node.count.into()),
        "  ".repeat(depth)
    );
    writeln!(out, "{}", line.trim_end())
}

fn interval(low: f64, high: f64) -> String {
    format!("{} … {}", percent(low), percent(high))
}

/// What the first answer is known by.
fn named(columns: &Columns, root: &Node) -> String {
    let first = columns.sequences.get(root.first as usize);
    let completion = first.and_then(|first| columns.completions.get(first.completion as usize));
    let name = completion.map(|known| known.label.as_deref().unwrap_or(&known.id));
    match name {
        Some(name) if !name.is_empty() => format!(" ({})", clean(name)),
        _ => String::new(),
    }
}
