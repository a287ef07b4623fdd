//! The canonical text of a query: parsing it gives the same query again.
use super::field::Compared;
use super::{Expr, Field, Query, Relation, Term, Value};
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(&self.expr, Place::Top, f)
    }
}

/// Where an expression stands: what needs brackets there.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    InAny,
    InAll,
}

impl Query {
    fn write(&self, expr: &Expr, place: Place, f: &mut Formatter<'_>) -> fmt::Result {
        match expr {
            Expr::Is(term) => match self.terms.get(*term) {
                Some(term) => term.fmt(f),
                None => Ok(()),
            },
            Expr::Not(inner) => {
                f.write_char('-')?;
                self.write(inner, Place::InAll, f)
            }
            // Nothing at all, in brackets where something must stand.
            Expr::All(all) if all.is_empty() && place == Place::Top => Ok(()),
            Expr::All(all) => self.list(
                all,
                " ",
                Place::InAll,
                place == Place::InAll || all.is_empty(),
                f,
            ),
            Expr::Any(all) => self.list(all, " or ", Place::InAny, place != Place::Top, f),
        }
    }

    fn list(
        &self,
        all: &[Expr],
        between: &str,
        place: Place,
        in_brackets: bool,
        f: &mut Formatter<'_>,
    ) -> fmt::Result {
        if in_brackets {
            f.write_char('(')?;
        }
        for (nth, expr) in all.iter().enumerate() {
            if nth > 0 {
                f.write_str(between)?;
            }
            self.write(expr, place, f)?;
        }
        if in_brackets {
            f.write_char(')')?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.field == Field::Words {
            return match &self.value {
                Value::Text(text) => f.write_str(&quoted(text)),
                _ => Ok(()),
            };
        }
        let row = self.field.row();
        let sign = match self.relation {
            Relation::Less => "<",
            Relation::AtMost => "<=",
            Relation::More => ">",
            Relation::AtLeast => ">=",
            Relation::Is => "=",
            Relation::IsNot => "!=",
            Relation::Has => ":",
            Relation::Matches => "~",
        };
        write!(f, "{}{sign}", row.map_or("", |row| row.name))?;
        match &self.value {
            Value::Number(number) => number.fmt(f),
            Value::Pattern(pattern) => write!(f, "/{}/", slashed(pattern.as_str())),
            Value::Text(text)
                if row.is_some_and(|row| row.compared == Compared::YesNo) || is_plain(text) =>
            {
                f.write_str(text)
            }
            Value::Text(text) => f.write_str(&quoted(text)),
        }
    }
}

/// It reads as a value without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('/')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
}

/// The query that finds every token with exactly this text.
pub fn token_is(text: &str) -> String {
    format!("text={}", quoted(text))
}

pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Slashes that are not escaped already get a backslash.
fn slashed(pattern: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '/' && !escaped {
            text.push('\\');
        }
        text.push(c);
        escaped = c == '\\' && !escaped;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_token_reads_as_it_is() {
        for text in [" the", "\"", "a\\b", "\n\n", "\t", "", "/x/", "日本"] {
            let read = Query::parse(&token_is(text)).map(|query| query.terms);
            let value = read.as_deref().map(|terms| match terms {
                [only] => match (&only.value, only.field, only.relation) {
                    (Value::Text(read), Field::Text, Relation::Is) => read.clone(),
                    _ => String::from("another term"),
                },
                _ => String::from("several terms"),
            });
            assert_eq!(value.ok().as_deref(), Some(text), "{text:?}");
        }
    }
}
