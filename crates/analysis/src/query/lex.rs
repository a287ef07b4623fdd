//! The text of a query as tokens.
use super::{QueryError, Relation};
use std::ops::Range;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lexeme {
    Open,
    Close,
    /// A minus in front of a term.
    Minus,
    Relation(Relation),
    Word(String),
    Quoted(String),
    Pattern(String),
}

/// A piece and its bytes in the text.
pub(super) type Placed = (Lexeme, Range<usize>);

/// Cuts the text. A relation is only read behind a word, and a pattern only behind a relation.
pub(super) fn lex(text: &str) -> Result<Vec<Placed>, QueryError> {
    let mut found: Vec<Placed> = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let behind = |kind: fn(&Lexeme) -> bool| {
            found
                .last()
                .is_some_and(|(last, range)| kind(last) && range.end == at)
        };
        let after_word = behind(|last| matches!(last, Lexeme::Word(_)));
        let after_relation = behind(|last| matches!(last, Lexeme::Relation(_)));
        let start = at;
        let lexeme = match next {
            _ if next.is_whitespace() => {
                at += next.len_utf8();
                continue;
            }
            '(' if !after_relation => one(&mut at, Lexeme::Open),
            ')' => one(&mut at, Lexeme::Close),
            '"' => quoted(text, &mut at)?,
            '/' if after_relation => pattern(text, &mut at)?,
            '-' if !after_relation && !after_word => one(&mut at, Lexeme::Minus),
            _ if after_word => match relation(&text[at..]) {
                Some((relation, len)) => {
                    at += len;
                    Lexeme::Relation(relation)
                }
                None => word(text, &mut at, false),
            },
            _ => word(text, &mut at, after_relation),
        };
        if at == start {
            return Err(QueryError::new(
                start..start + next.len_utf8(),
                format!("`{next}` has no field before it."),
            )
            .remedy("Put text in double quotes."));
        }
        found.push((lexeme, start..at));
    }
    Ok(found)
}

fn one(at: &mut usize, lexeme: Lexeme) -> Lexeme {
    *at += 1;
    lexeme
}

fn relation(rest: &str) -> Option<(Relation, usize)> {
    const ALL: [(&str, Relation); 8] = [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("!=", Relation::IsNot),
        ("<", Relation::Less),
        (">", Relation::More),
        ("=", Relation::Is),
        (":", Relation::Has),
        ("~", Relation::Matches),
    ];
    let found = ALL.iter().find(|(sign, _)| rest.starts_with(sign));
    found.map(|(sign, relation)| (*relation, sign.len()))
}

/// Up to white space, a bracket or a quote; as a name also up to a relation.
fn word(text: &str, at: &mut usize, is_value: bool) -> Lexeme {
    let rest = &text[*at..];
    let ends = |(at, c): (usize, char)| {
        let sign = !is_value && relation(&rest[at..]).is_some();
        (c.is_whitespace() || matches!(c, '(' | ')' | '"') || sign).then_some(at)
    };
    let end = rest.char_indices().find_map(ends).unwrap_or(rest.len());
    *at += end;
    Lexeme::Word(rest[..end].to_owned())
}

/// Between double quotes; `\"`, `\\`, `\n` and `\t` stand for what they do everywhere.
fn quoted(text: &str, at: &mut usize) -> Result<Lexeme, QueryError> {
    let start = *at;
    let mut content = String::new();
    let mut chars = text[start + 1..].char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            '"' => {
                *at = start + 1 + offset + 1;
                return Ok(Lexeme::Quoted(content));
            }
            '\\' => content.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, other)) => other,
                None => break,
            }),
            _ => content.push(c),
        }
    }
    Err(QueryError::new(start..text.len(), "A quoted text has no end.").remedy("Close it with \"."))
}

/// Between slashes; `\/` is a slash.
fn pattern(text: &str, at: &mut usize) -> Result<Lexeme, QueryError> {
    let start = *at;
    let mut content = String::new();
    let mut escaped = false;
    for (offset, c) in text[start + 1..].char_indices() {
        match c {
            '/' if !escaped => {
                *at = start + 1 + offset + 1;
                return Ok(Lexeme::Pattern(content));
            }
            '/' => {
                content.pop();
                content.push('/');
            }
            _ => content.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    Err(QueryError::new(start..text.len(), "A pattern has no end.").remedy("Close it with /."))
}
