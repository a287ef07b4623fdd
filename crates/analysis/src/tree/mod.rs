//! Several answers to one prompt as a tree: what they begin with alike, and where they part.
//!
//! A branch begins where a token does, and holds all answers with the same bytes, however these are cut into tokens. So its
//! count is that of a text, and what the model gave to it is the probability of the tokens that were seen to lead there.
//!
//! | module | what it is |
//! |---|---|
//! | [`mod@groups`] | which sequences answer one prompt |
//! | `grow` | the branches and their counts |
//! | [`mod@chance`] | whether counts and probabilities agree |
pub mod chance;
pub mod groups;
mod grow;

pub use chance::Verdict;
pub use groups::groups;

use completions::Columns;
use serde::{Deserialize, Serialize};

/// Answers folded by their beginnings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tree {
    /// The first is the root; parents come before their children.
    pub nodes: Vec<Node>,
}

/// A stretch of text that some of the answers have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The node whose text goes on here; `None` for the root.
    pub parent: Option<u32>,
    /// Its children, those first that more answers took; of equal ones in the order of their bytes.
    pub children: Vec<u32>,
    /// The byte at which its text begins.
    pub start: u32,
    /// Its bytes, to where the answers part or end; empty where they end while others go on.
    pub text: Vec<u8>,
    /// The answers that have it.
    pub count: u32,
    /// The answers that came to its parent and went on or ended there; 0 for the root, and for those that were cut off there.
    pub of: u32,
    /// The first of them: index of its sequence.
    pub first: u32,
    /// Where they all end: all of them, in the order of the run. Otherwise empty, because those of the leaves below are.
    pub answers: Vec<u32>,
    /// All of these end behind it.
    pub ends: bool,
    /// They were cut off there, which is no choice of the model.
    pub cut: bool,
    /// What the model gave to it, of all that might have followed its parent: the tokens that were seen to lead there,
    /// together, 0 to 1. `None` for the root, and where a value is missing or tokens are cut otherwise.
    pub probability: Option<f64>,
    /// How many different tokens were seen to lead there.
    pub tokens: u32,
    /// Whether as many answers took it as the model's probability says.
    pub verdict: Verdict,
}

impl Tree {
    /// Folds sequences that answer one prompt.
    pub fn new(columns: &Columns, sequences: &[u32]) -> Self {
        let mut tree = Self {
            nodes: grow::grow(columns, sequences),
        };
        chance::judge(&mut tree.nodes);
        tree
    }
}

impl Node {
    /// The share of its parent's answers that took it, 0 to 1; those that were cut off there do not count. `None` for the
    /// root, and for those that were cut off.
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.count) / f64::from(self.of))
    }
}
