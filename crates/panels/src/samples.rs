//! Several answers to one prompt, folded by their beginnings: how many went each way, and what the model gave to that.
use crate::html::{counted, menu, open_link};
use crate::{Panel, Runs, Settings, Want};
use analysis::tree::{Node, Tree, Verdict, groups};
use completions::{Columns, SequenceDetail};
use markup::{Text, push, short};
use metrics::format;

/// Prompts in the menu.
const PROMPTS: usize = 500;
/// Branches that are shown at most.
const BRANCHES: usize = 1_000;
/// Characters of a branch.
const SHOWN: usize = 160;

pub(crate) struct Samples {
    tree: Option<Tree>,
    least: u32,
}

/// What the answers of a group are known by.
fn named(columns: &Columns, group: &[u32], number: usize) -> String {
    let first = group
        .first()
        .and_then(|index| columns.sequences.get(*index as usize));
    let completion = first.and_then(|first| columns.completions.get(first.completion as usize));
    let name = completion.map_or("", |known| known.label.as_deref().unwrap_or(&known.id));
    let answers = counted(group.len() as u64, "answer", "answers");
    let name = short(name, 40);
    format!("{}: {name}, {answers}", format::count(number as u64))
}

pub(crate) fn controls(settings: &Settings, runs: &Runs<'_>) -> String {
    let columns = runs.this.columns;
    let all = groups(columns);
    let named: Vec<(String, String)> = (1..)
        .zip(all.iter().take(PROMPTS))
        .map(|(number, group)| (number.to_string(), named(columns, group, number)))
        .collect();
    let options = named
        .iter()
        .map(|(value, text)| (value.as_str(), text.as_str()));
    let least = [
        ("", "all branches"),
        ("2", "with 2 answers or more"),
        ("5", "with 5 answers or more"),
        ("10", "with 10 answers or more"),
    ];
    let lead = "<p class=\"panel-lead\">Choices of one completion, and completions that were asked the same. A branch begins where a token does; its width is how often it was taken, beside it stands what the model gave to it.</p>".to_owned();
    // Nothing to choose from: what is missing is said below.
    if named.is_empty() {
        return lead;
    }
    lead + &menu(
        "prompt",
        "Prompt",
        options,
        settings.get("prompt").unwrap_or("1"),
    ) + &menu(
        "least",
        "Show",
        least,
        settings.get("least").unwrap_or_default(),
    )
}

impl Samples {
    pub(crate) fn new(settings: &Settings, runs: &Runs<'_>) -> Self {
        let columns = runs.this.columns;
        let number = settings.whole("prompt", 1).max(1) as usize;
        let all = groups(columns);
        let group = all.get(number - 1).or(all.first());
        Self {
            tree: group.map(|group| Tree::new(columns, group)),
            least: settings.whole("least", 1),
        }
    }
}

impl Panel for Samples {
    fn wants(&self) -> &[Want] {
        &[]
    }

    fn take(&mut self, _: &Runs<'_>, _: Want, _: Option<&SequenceDetail>) {}

    fn html(&self, _: &Runs<'_>) -> String {
        let Some((tree, root)) = self
            .tree
            .as_ref()
            .and_then(|tree| Some((tree, tree.nodes.first()?)))
        else {
            return "<p class=\"empty\">No prompt of this run has several answers. Ask for more than one choice (<code>n: 8</code>), or save several completions of the same prompt in one file.</p>".to_owned();
        };
        let texts = tree.nodes.iter().filter(|node| node.ends).count();
        let mut html = format!(
            "<p class=\"panel-sum\">{}, {} different.</p>",
            counted(root.count.into(), "answer", "answers"),
            format::count(texts as u64)
        );
        let odd = tree.nodes.iter().filter(|node| is_odd(node)).count();
        if odd > 0 {
            push!(
                html,
                "<p class=\"panel-note\">In {} the counts do not fit the probabilities (exact binomial intervals that hold for all branches together with 95 %): other settings than those of the recorded probabilities were at work, such as a temperature or top-p.</p>",
                counted(odd as u64, "branch", "branches")
            );
        }
        html += "<div class=\"scroll\"><table class=\"rows tree\"><thead><tr><th scope=\"col\" class=\"number\">answers</th><th scope=\"col\" colspan=\"2\">share</th><th scope=\"col\" class=\"number\">model</th><th scope=\"col\">text</th></tr></thead><tbody>";
        let mut open = vec![(0_u32, 0_usize)];
        let mut shown = 0;
        while let Some((index, depth)) = open.pop() {
            let Some(node) = tree.nodes.get(index as usize) else {
                continue;
            };
            shown += 1;
            if shown > BRANCHES {
                break;
            }
            branch(node, depth, root.count, &mut html);
            let many = node.children.iter().rev().copied().filter(|&child| {
                let child = tree.nodes.get(child as usize);
                child.is_some_and(|child| child.count >= self.least)
            });
            open.extend(many.map(|child| (child, depth + 1)));
        }
        html += "</tbody></table></div>";
        if shown > BRANCHES {
            push!(
                html,
                "<p class=\"panel-note\">The first {} branches; show those with more answers to see the others.</p>",
                format::count(BRANCHES as u64)
            );
        }
        html
    }
}

fn is_odd(node: &Node) -> bool {
    matches!(node.verdict, Verdict::Above { .. } | Verdict::Below { .. })
}

fn branch(node: &Node, depth: usize, all: u32, html: &mut String) {
    let share = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), format::percent);
    let (taken, model) = match node.parent {
        None => (String::new(), String::new()),
        Some(_) => (share(node.share()), share(node.probability)),
    };
    let text = String::from_utf8_lossy(&node.text);
    let shown = Text(short(&text, SHOWN));
    let link = open_link(
        node.first,
        None,
        &format!("<span class=\"branch-text\">{shown}</span>"),
    );
    let end = match (node.ends, node.cut) {
        (true, true) => " <small>cut off</small>",
        (true, false) => " <small>ends</small>",
        _ => "",
    };
    let odd = match node.verdict {
        Verdict::Above { low, high } => format!(
            " <small class=\"odd\">more than it says: {} … {}</small>",
            format::percent(low),
            format::percent(high)
        ),
        Verdict::Below { low, high } => format!(
            " <small class=\"odd\">fewer than it says: {} … {}</small>",
            format::percent(low),
            format::percent(high)
        ),
        Verdict::Unknown | Verdict::Agrees { .. } => String::new(),
    };
    let width = f64::from(node.count) / f64::from(all.max(1)) * 100.0;
    push!(
        html,
        "<tr><td class=\"number\">{}</td><td class=\"bar-cell\"><span class=\"bar\" style=\"width:{width:.1}%\"></span></td><td class=\"number\">{taken}</td><td class=\"number\">{model}{odd}</td><th scope=\"row\"><span style=\"padding-left:{}ch\">{link}{end}</span></th></tr>",
        format::count(node.count.into()),
        (depth * 2).min(80)
    );
}
