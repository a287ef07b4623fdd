//! Branches and their counts.
use super::{Node, Verdict};
use crate::compare::spoken;
use completions::{Columns, Finish, Sequence};
use metrics::num;
use std::collections::BTreeMap;

/// An answer.
struct Answer<'a> {
    index: u32,
    columns: &'a Columns,
    sequence: &'a Sequence,
    text: &'a [u8],
    /// Ends of its tokens; the end of the text alone when it has no tokens.
    ends: Vec<u32>,
}

/// Answers that share their first `at` bytes, and the node that holds them.
struct Branch {
    node: usize,
    members: Vec<usize>,
    at: u32,
}

pub(super) fn grow(columns: &Columns, sequences: &[u32]) -> Vec<Node> {
    let answer = |&index: &u32| Answer::new(columns, index);
    let answers: Vec<Answer<'_>> = sequences.iter().filter_map(answer).collect();
    if answers.is_empty() {
        return Vec::new();
    }
    let members: Vec<usize> = (0..answers.len()).collect();
    let mut nodes = vec![node(None, 0, &members, &answers)];
    // Not by recursion: answers may part one after the other, as often as there are any.
    let mut open = vec![Branch {
        node: 0,
        members,
        at: 0,
    }];
    while let Some(branch) = open.pop() {
        divide(branch, &answers, &mut nodes, &mut open);
    }
    nodes
}

fn node(parent: Option<u32>, start: u32, members: &[usize], answers: &[Answer<'_>]) -> Node {
    Node {
        parent,
        children: Vec::new(),
        start,
        text: Vec::new(),
        count: u32::try_from(members.len()).unwrap_or(u32::MAX),
        of: 0,
        first: indices(members, answers).next().unwrap_or_default(),
        answers: Vec::new(),
        ends: false,
        cut: false,
        probability: None,
        tokens: 0,
        verdict: Verdict::Unknown,
    }
}

/// The sequences of answers.
fn indices<'a>(members: &'a [usize], answers: &'a [Answer<'_>]) -> impl Iterator<Item = u32> + 'a {
    members
        .iter()
        .filter_map(|&member| Some(answers.get(member)?.index))
}

/// Gives a node its text, to where its answers part, and its children.
fn divide(branch: Branch, answers: &[Answer<'_>], nodes: &mut Vec<Node>, open: &mut Vec<Branch>) {
    let Branch {
        node: of,
        members,
        at,
    } = branch;
    let Some(first) = members.first().and_then(|&member| answers.get(member)) else {
        return;
    };
    let all = || members.iter().filter_map(|&member| answers.get(member));
    // Where they part is where the tokens begin in which they do.
    let shared = all().fold(first.text.len(), |shared, one| {
        common(first.text, one.text, at as usize, shared)
    });
    let shared = u32::try_from(shared).unwrap_or(u32::MAX);
    let last_end = |answer: &Answer<'_>| answer.ends[..answer.token_at(shared)].last().copied();
    let place = all().filter_map(last_end).fold(at, u32::max);
    let start = nodes[of].start;
    nodes[of].text = first
        .text
        .get(start as usize..place as usize)
        .unwrap_or_default()
        .to_vec();
    let mut groups = children(&members, answers, place);
    if let [(End::At { cut }, _)] = groups.as_slice() {
        (nodes[of].ends, nodes[of].cut) = (true, *cut);
        nodes[of].answers = indices(&members, answers).collect();
        return;
    }
    groups.sort_by(|(a, one), (b, other)| other.len().cmp(&one.len()).then_with(|| a.cmp(b)));
    // A token that begins elsewhere says nothing about what follows here.
    let known = all().all(|answer| place == 0 || answer.ends.binary_search(&place).is_ok());
    let cut = |(end, members): &(End<'_>, Vec<usize>)| match end {
        End::At { cut: true } => members.len(),
        _ => 0,
    };
    let cut: usize = groups.iter().map(cut).sum();
    let of_all = u32::try_from(members.len() - cut).unwrap_or(u32::MAX);
    for (end, members) in groups {
        let index = nodes.len();
        let parent = u32::try_from(of).ok();
        let mut child = node(parent, place, &members, answers);
        let tokens = tokens(&members, answers, place);
        child.tokens = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        match end {
            End::At { cut } => {
                (child.ends, child.cut) = (true, cut);
                child.answers = indices(&members, answers).collect();
            }
            End::Behind(text) => open.push(Branch {
                node: index,
                members,
                at: place + u32::try_from(text.len()).unwrap_or(u32::MAX),
            }),
        }
        // That they were cut off was nobody's choice.
        let values: Option<Vec<f64>> = tokens.into_values().collect();
        let values = values.filter(|_| known && !child.cut);
        child.of = if child.cut { 0 } else { of_all };
        child.probability = values.map(|values| values.iter().sum::<f64>().min(1.0));
        nodes.push(child);
        nodes[of].children.extend(u32::try_from(index));
    }
}

/// How a child goes on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum End<'a> {
    /// With a token that begins like this.
    Behind(&'a [u8]),
    /// Not at all.
    At { cut: bool },
}

/// The answers by what follows a place. Those whose token goes on beyond that of others have the same bytes so far, and
/// belong to them.
fn children<'a>(
    members: &[usize],
    answers: &[Answer<'a>],
    place: u32,
) -> Vec<(End<'a>, Vec<usize>)> {
    let mut ended: BTreeMap<bool, Vec<usize>> = BTreeMap::new();
    let mut going: BTreeMap<&'a [u8], Vec<usize>> = BTreeMap::new();
    for &member in members {
        let Some(answer) = answers.get(member) else {
            continue;
        };
        match answer.next(place) {
            Some(bytes) => going.entry(bytes).or_default().push(member),
            None => {
                let cut = answer.sequence.finish != Finish::Stop;
                ended.entry(cut).or_default().push(member);
            }
        }
    }
    let mut groups: Vec<(End<'a>, Vec<usize>)> = Vec::new();
    // A beginning comes before what it begins.
    for (bytes, members) in going {
        match groups.last_mut() {
            Some((End::Behind(beginning), known)) if bytes.starts_with(beginning) => {
                known.extend(members)
            }
            _ => groups.push((End::Behind(bytes), members)),
        }
    }
    for (_, members) in &mut groups {
        members.sort_unstable();
    }
    groups.extend(
        ended
            .into_iter()
            .map(|(cut, members)| (End::At { cut }, members)),
    );
    groups
}

/// The different tokens with which answers go on, with their probabilities.
fn tokens<'a>(
    members: &[usize],
    answers: &[Answer<'a>],
    place: u32,
) -> BTreeMap<&'a [u8], Option<f64>> {
    let mut tokens = BTreeMap::new();
    for answer in members.iter().filter_map(|&member| answers.get(member)) {
        let bytes = answer.next(place).unwrap_or_default();
        tokens
            .entry(bytes)
            .or_insert_with(|| answer.probability(answer.token_at(place)));
    }
    tokens
}

/// Bytes that two texts share, given that they share so many, and no more than that are asked for.
fn common(one: &[u8], other: &[u8], known: usize, most: usize) -> usize {
    let rest = |text: &'_ [u8]| text.len().min(most).saturating_sub(known);
    let most = rest(one).min(rest(other));
    let pairs = one.iter().skip(known).zip(other.iter().skip(known));
    known + pairs.take(most).take_while(|(a, b)| a == b).count()
}

impl<'a> Answer<'a> {
    fn new(columns: &'a Columns, index: u32) -> Option<Self> {
        let sequence = columns.sequences.get(index as usize)?;
        let (text, ends) = spoken(columns, sequence);
        let ends = if ends.is_empty() && !text.is_empty() {
            vec![u32::try_from(text.len()).ok()?]
        } else {
            ends.to_vec()
        };
        Some(Self {
            index,
            columns,
            sequence,
            text,
            ends,
        })
    }

    /// The first token that ends behind a place; tokens without bytes are passed over.
    fn token_at(&self, place: u32) -> usize {
        self.ends.partition_point(|&end| end <= place)
    }

    /// The bytes from a place to the end of the token there; `None` when the text ends.
    fn next(&self, place: u32) -> Option<&'a [u8]> {
        let end = *self.ends.get(self.token_at(place))?;
        self.text.get(place as usize..end as usize)
    }

    /// Probability of a token; behind the text, of the token that says that it ends.
    fn probability(&self, token: usize) -> Option<f64> {
        let token = u64::try_from(token)
            .ok()
            .filter(|&token| token < self.sequence.n_tokens.into())?;
        let at = self.sequence.first_token + token;
        let logprob = self.columns.logprob.get(usize::try_from(at).ok()?)?;
        let scored = self.columns.status(at).is_scored();
        scored.then(|| num::exp(f64::from(*logprob)))
    }
}
