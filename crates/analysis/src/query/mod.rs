//! A small language over all tokens and sequences: `p<0.2 rank>1 text~/^\s*\d/ model:gpt-4o seq.ppl>2 dup:no`.
//!
//! ```text
//! query    = both { "or" both }
//! both     = one { ["and"] one }
//! one      = ("not" | "-") one | "(" query ")" | term
//! term     = field relation value | word { word } | "quoted text"
//! relation = < <= > >= = != : ~
//! value    = number | number % | word | "quoted text" | /pattern/
//! ```
//!
//! Words that follow each other are one text: `the cat` is `"the cat"`. A query is a condition on one token. Terms about the sequence (`model:`, `seq.ppl`) say the same of each of its tokens. A
//! sequence matches when one of its tokens does; if the query asks nothing of tokens, when the sequence itself does. A value
//! that is not known, such as the probability of a token below the server's floor, makes its terms neither true nor false,
//! and what depends on it does not match.
//!
//! | module | what it is |
//! |---|---|
//! | [`field`] | what can be asked, in one table |
//! | [`parse`](Query::parse) | text in, [`Query`] or [`QueryError`] out; printing a query gives its canonical text |
//! | [`find`] | which tokens and sequences match |
//! | [`vocabulary()`] | the distinct tokens among them |
//! | [`complete()`] | what may follow at a place in the text |
mod complete;
mod error;
mod eval;
pub mod field;
mod find;
mod lex;
mod parse;
mod print;
mod vocabulary;

pub use complete::{Suggestion, complete};
pub use error::QueryError;
pub use field::{FIELDS, Field};
pub(crate) use find::{Answer, Asked};
pub use find::{Facet, Found, Hit, facets};
pub use print::token_is;
pub use vocabulary::{Vocabulary, Word, vocabulary};

use regex_lite::Regex;

/// A query that can be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The terms; [`Expr::Is`] points to them.
    terms: Vec<Term>,
    expr: Expr,
}

/// How terms are joined.
#[derive(Debug, Clone, PartialEq)]
enum Expr {
    /// All of them; none is always true.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The term of this index.
    Is(usize),
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    field: Field,
    relation: Relation,
    value: Value,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
    /// `=`: exactly.
    Is,
    /// `!=`.
    IsNot,
    /// `:`: contains, for texts; exactly, for names.
    Has,
    /// `~`: the pattern occurs.
    Matches,
}

/// What a term compares with.
#[derive(Debug, Clone)]
enum Value {
    Number(f64),
    Text(String),
    Pattern(Regex),
}

impl Default for Query {
    /// It matches everything.
    fn default() -> Self {
        Self {
            terms: Vec::new(),
            expr: Expr::All(Vec::new()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Pattern(a), Self::Pattern(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl Query {
    /// The query that is written like this; the empty text matches everything.
    ///
    /// # Errors
    /// What is wrong, where, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text)
    }

    /// It asks for single tokens, not for sequences alone.
    pub fn asks_tokens(&self) -> bool {
        self.terms.iter().any(|term| term.field.of_token())
    }

    /// It needs the alternatives of tokens, which columns do not keep.
    pub fn asks_alternatives(&self) -> bool {
        self.terms.iter().any(|term| term.field.of_alternatives())
    }

    /// There is no condition in it.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

#[cfg(test)]
mod tests;
