//! Text in, query out.
use super::error::nearest;
use super::field::{Compared, Row};
use super::lex::{Lexeme, Placed, lex};
use super::{Expr, Field, Query, QueryError, Relation, Term, Value};
use regex_lite::Regex;
use std::ops::Range;

/// Brackets in each other.
const DEPTH: u32 = 64;
/// Bytes of a query.
const LONGEST: usize = 16 * 1024;

pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    if text.len() > LONGEST {
        return Err(QueryError::new(
            LONGEST..text.len(),
            "A query has at most 16 KiB.",
        ));
    }
    let mut parser = Parser {
        text,
        lexemes: lex(text)?,
        next: 0,
        end: text.len(),
        terms: Vec::new(),
    };
    let expr = parser.any(0)?;
    if let Some((_, at)) = parser.peek() {
        return Err(
            QueryError::new(at.clone(), "A bracket is closed that was not opened.")
                .remedy("Remove it, or put it in double quotes."),
        );
    }
    Ok(Query {
        terms: parser.terms,
        expr,
    })
}

struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Placed>,
    next: usize,
    /// Bytes of the text.
    end: usize,
    terms: Vec<Term>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Placed> {
        self.lexemes.get(self.next)
    }

    fn take(&mut self) -> Option<Placed> {
        let found = self.lexemes.get(self.next).cloned();
        self.next += 1;
        found
    }

    /// The next lexeme is a field: a relation follows at once.
    fn at_field(&self) -> bool {
        let relation = self.lexemes.get(self.next + 1);
        relation.is_some_and(|(next, at)| {
            matches!(next, Lexeme::Relation(_))
                && self.peek().is_some_and(|(_, word)| word.end == at.start)
        })
    }

    /// The next lexeme is this word, which is no field.
    fn takes(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some((Lexeme::Word(found), _)) if found == word)
            && !self.at_field();
        self.next += usize::from(is);
        is
    }

    fn any(&mut self, depth: u32) -> Result<Expr, QueryError> {
        let nothing = |expr: &Expr| matches!(expr, Expr::All(none) if none.is_empty());
        let mut all = Vec::new();
        loop {
            let expr = self.all(depth)?;
            let here = self.missing("`or` needs a condition on both sides.");
            let goes_on = self.takes("or");
            if nothing(&expr) && (goes_on || !all.is_empty()) {
                return Err(here);
            }
            all.push(expr);
            if !goes_on {
                break;
            }
        }
        Ok(single(all, Expr::Any))
    }

    fn all(&mut self, depth: u32) -> Result<Expr, QueryError> {
        let mut all = Vec::new();
        loop {
            let joined = self.takes("and");
            let ends = match self.peek() {
                None | Some((Lexeme::Close, _)) => true,
                Some((Lexeme::Word(word), _)) => {
                    word == "or" && {
                        let is_or = self.takes("or");
                        self.next -= usize::from(is_or);
                        is_or
                    }
                }
                _ => false,
            };
            if joined && (ends || all.is_empty()) {
                return Err(self.missing("`and` needs a condition on both sides."));
            }
            if ends {
                return Ok(single(all, Expr::All));
            }
            all.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: u32) -> Result<Expr, QueryError> {
        if depth > DEPTH {
            let at = self.peek().map_or(self.end..self.end, |(_, at)| at.clone());
            return Err(QueryError::new(
                at,
                "The query has too many brackets in each other.",
            ));
        }
        if self.takes("not") {
            return Ok(Expr::Not(Box::new(self.one(depth + 1)?)));
        }
        match self.take() {
            None => Err(self.missing("A condition is missing.")),
            Some((Lexeme::Minus, _)) => Ok(Expr::Not(Box::new(self.one(depth + 1)?))),
            Some((Lexeme::Open, at)) => {
                let inner = self.any(depth + 1)?;
                match self.take() {
                    Some((Lexeme::Close, _)) => Ok(inner),
                    _ => Err(QueryError::new(at, "A bracket is not closed.").remedy("Add `)`.")),
                }
            }
            Some((Lexeme::Quoted(text), at)) => self.words(text, at),
            Some((Lexeme::Word(word), at)) => self.term(word, at),
            Some((_, at)) => Err(QueryError::new(at, "A condition is missing.")),
        }
    }

    fn words(&mut self, text: String, at: Range<usize>) -> Result<Expr, QueryError> {
        if text.is_empty() {
            return Err(QueryError::new(
                at,
                "An empty text is nowhere and everywhere.",
            ));
        }
        Ok(self.add(Field::Words, Relation::Has, Value::Text(text)))
    }

    /// Words that follow each other are one text, as it is written.
    fn phrase(&mut self, at: Range<usize>) -> Result<Expr, QueryError> {
        let mut end = at.end;
        while let Some((Lexeme::Word(word), next)) = self.peek() {
            if ["and", "or", "not"].contains(&word.as_str()) || self.at_field() {
                break;
            }
            end = next.end;
            self.next += 1;
        }
        let text = self.text.get(at.start..end).unwrap_or_default();
        self.words(text.to_owned(), at.start..end)
    }

    fn add(&mut self, field: Field, relation: Relation, value: Value) -> Expr {
        self.terms.push(Term {
            field,
            relation,
            value,
        });
        Expr::Is(self.terms.len() - 1)
    }

    fn term(&mut self, name: String, at: Range<usize>) -> Result<Expr, QueryError> {
        let relation = match self.peek() {
            Some((Lexeme::Relation(relation), sign)) if sign.start == at.end => *relation,
            _ => return self.phrase(at),
        };
        let Some(row) = Field::named(&name) else {
            let error = QueryError::new(at, format!("There is no field `{name}`."));
            return Err(match nearest(&name) {
                Some(near) => error.remedy(format!(
                    "Did you mean `{near}`? Text goes in double quotes."
                )),
                None => error.remedy("Put text in double quotes."),
            });
        };
        let sign = self.take().map_or(at.clone(), |(_, sign)| sign);
        let value = match self.peek() {
            Some((Lexeme::Word(_) | Lexeme::Quoted(_) | Lexeme::Pattern(_), value))
                if value.start == sign.end =>
            {
                self.take()
            }
            _ => None,
        };
        let Some((value, value_at)) = value else {
            return Err(QueryError::new(
                sign.end..sign.end,
                format!("A value is missing behind `{name}`."),
            ));
        };
        let value = checked(row, relation, value, value_at, sign)?;
        Ok(self.add(row.field, relation, value))
    }

    fn missing(&self, message: &str) -> QueryError {
        let at = self.peek().map_or(self.end, |(_, at)| at.start);
        QueryError::new(at..at, message)
    }
}

/// The value in the form that the field is compared with.
fn checked(
    row: &Row,
    relation: Relation,
    value: Lexeme,
    at: Range<usize>,
    sign: Range<usize>,
) -> Result<Value, QueryError> {
    let name = row.name;
    let orders = matches!(
        relation,
        Relation::Less | Relation::AtMost | Relation::More | Relation::AtLeast
    );
    let wrong_sign = |remedy: &str| {
        Err(QueryError::new(sign, format!("`{name}` cannot be compared like this.")).remedy(remedy))
    };
    match (row.compared, value) {
        (Compared::Number, _) if relation == Relation::Matches => {
            wrong_sign("Use < <= > >= = or !=.")
        }
        (Compared::Number, Lexeme::Word(text) | Lexeme::Quoted(text)) => {
            let number = match text.strip_suffix('%') {
                Some(percent) => percent.trim().parse::<f64>().map(|number| number / 100.0),
                None => text.parse(),
            };
            match number {
                Ok(number) if !number.is_nan() => Ok(Value::Number(number)),
                _ => Err(QueryError::new(
                    at,
                    format!("`{name}` is compared with a number."),
                )),
            }
        }
        (Compared::Number, _) => Err(QueryError::new(
            at,
            format!("`{name}` is compared with a number."),
        )),
        _ if orders => wrong_sign("Use : = != or ~."),
        (Compared::Text | Compared::Name, Lexeme::Pattern(pattern))
            if relation == Relation::Matches =>
        {
            compile(&pattern, at)
        }
        (_, Lexeme::Pattern(_)) => wrong_sign("A pattern needs ~."),
        (Compared::Text | Compared::Name, Lexeme::Word(text) | Lexeme::Quoted(text)) => {
            if relation == Relation::Matches {
                compile(&unslashed(&text), at)
            } else {
                Ok(Value::Text(text))
            }
        }
        (Compared::YesNo, Lexeme::Word(text)) if text == "yes" || text == "no" => {
            if relation == Relation::Matches {
                return wrong_sign("Use : = or !=.");
            }
            Ok(Value::Text(text))
        }
        (Compared::YesNo, _) => Err(QueryError::new(at, format!("`{name}` is `yes` or `no`."))),
        (_, _) => Err(QueryError::new(at, "This is no value.")),
    }
}

fn compile(pattern: &str, at: Range<usize>) -> Result<Value, QueryError> {
    Regex::new(pattern)
        .map(Value::Pattern)
        .map_err(|error| QueryError::new(at, format!("The pattern is wrong: {error}.")))
}

/// A slash needs no backslash, whichever way the pattern was written.
fn unslashed(pattern: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '/' && escaped {
            text.pop();
        }
        text.push(c);
        escaped = c == '\\' && !escaped;
    }
    text
}

fn single(mut all: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match all.len() {
        1 => all.remove(0),
        _ => many(all),
    }
}
