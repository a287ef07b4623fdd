//! A condition as text: `COMPARISON { and COMPARISON } { or … }`, a comparison being `OPERAND RELATION OPERAND`.
use super::{Comparison, Condition, Operand, Relation, names};

pub(super) fn condition(text: &str) -> Result<Condition, String> {
    let mut parser = Parser { text, at: 0 };
    let mut groups = vec![vec![parser.comparison()?]];
    loop {
        let at = parser.word_start();
        match parser.word() {
            "" if parser.rest().is_empty() => break,
            "and" => {
                let comparison = parser.comparison()?;
                match groups.last_mut() {
                    Some(group) => group.push(comparison),
                    None => groups.push(vec![comparison]),
                }
            }
            "or" => groups.push(vec![parser.comparison()?]),
            _ => return Err(parser.error(at, "here stands `and`, `or` or nothing more")),
        }
    }
    Ok(Condition {
        text: text.trim().to_owned(),
        groups,
    })
}

struct Parser<'a> {
    text: &'a str,
    /// Bytes read.
    at: usize,
}

/// The longer ones first.
const RELATIONS: [(&str, Relation); 6] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("==", Relation::Equal),
    ("!=", Relation::Unequal),
    ("<", Relation::Less),
    (">", Relation::More),
];

impl<'a> Parser<'a> {
    fn comparison(&mut self) -> Result<Comparison, String> {
        let left = self.operand()?;
        let at = self.word_start();
        let relation = RELATIONS
            .iter()
            .find(|(sign, _)| self.rest().starts_with(sign));
        let Some(&(sign, relation)) = relation else {
            return Err(self.error(at, "here stands one of < <= > >= == !="));
        };
        self.at += sign.len();
        let right = self.operand()?;
        Ok(Comparison {
            left,
            relation,
            right,
        })
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let at = self.word_start();
        let word = self.word();
        if let Some(name) = names().iter().find(|name| name.name == word) {
            return Ok(Operand::Name(name));
        }
        // `parse` also takes "inf" and "nan", which compare with nothing that a run has.
        let number = word.parse().ok().filter(|number: &f64| number.is_finite());
        if let Some(number) = number {
            return Ok(Operand::Number(number));
        }
        let mut message = if word.is_empty() {
            "here stands a name or a number".to_owned()
        } else {
            format!("{word:?} is neither a number nor a name")
        };
        let known: Vec<&str> = names().iter().map(|name| name.name).collect();
        message += &format!(". The names are {}", known.join(", "));
        Err(self.error(at, &message))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips what is blank.
    fn word_start(&mut self) -> usize {
        self.at += self.rest().len() - self.rest().trim_start().len();
        self.at
    }

    /// Letters, digits and what numbers have besides; empty where there are none.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
        let word = rest.split(|c| !fits(c)).next().unwrap_or_default();
        self.at += word.len();
        word
    }

    /// Positions are those of characters, from 1.
    fn error(&self, at: usize, message: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        format!("at character {}: {message}", before.chars().count() + 1)
    }
}
