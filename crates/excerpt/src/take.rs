//! An excerpt of a run.
use crate::{ANSWERS, Answer, Excerpt, TOKENS, Token, Value};
use completions::{Columns, Kind, SequenceDetail, TokenDetail};
use metrics::Reading;

impl Excerpt {
    /// The first of these sequences, as many as there is room for. `detail` gives the alternatives of one, of which at most so
    /// many are kept for a token, and the one that was written in any case.
    pub fn of<'a>(
        name: &str,
        columns: &Columns,
        sequences: impl IntoIterator<Item = u32>,
        alternatives: usize,
        detail: impl Fn(u32) -> Option<&'a SequenceDetail>,
    ) -> Self {
        let mut excerpt = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let (mut tokens, mut before) = (0, None);
        for index in sequences.into_iter().take(ANSWERS) {
            let Some(row) = columns.sequences.get(index as usize) else {
                continue;
            };
            tokens += row.n_tokens as usize;
            if tokens > TOKENS && !excerpt.answers.is_empty() {
                break;
            }
            let listed = detail(index).filter(|_| alternatives > 0);
            let token = |nth: u32| {
                let at = row.first_token + u64::from(nth);
                let logprob = usize::try_from(at).ok();
                let logprob = logprob.and_then(|at| columns.logprob.get(at)).copied();
                let reading = Reading {
                    status: columns.status(at),
                    logprob: f64::from(logprob.unwrap_or_default()),
                };
                let token = Token {
                    bytes: columns.token_bytes(row, nth).to_vec(),
                    value: Value::of(reading),
                    ..Token::default()
                };
                match listed.and_then(|detail| detail.tokens.get(nth as usize)) {
                    Some(listed) => with_alternatives(token, listed, alternatives),
                    None => token,
                }
            };
            let completion = columns.completions.get(row.completion as usize);
            excerpt.answers.push(Answer {
                same: before == Some(row.completion),
                model: columns.model_of(row).to_owned(),
                created: completion.and_then(|completion| completion.created),
                choice: row.choice,
                refusal: row.kind == Kind::Refusal,
                finish: row.finish,
                text: if row.n_tokens == 0 {
                    columns.sequence_text(row).into_owned()
                } else {
                    String::new()
                },
                tokens: (0..row.n_tokens.min(TOKENS as u32)).map(token).collect(),
            });
            before = Some(row.completion);
        }
        excerpt
    }
}

fn with_alternatives(mut token: Token, listed: &TokenDetail, most: usize) -> Token {
    let kept = listed.alternatives.iter().enumerate();
    let kept = kept.filter(|(nth, one)| *nth < most || one.chosen);
    for (_, one) in kept {
        if one.chosen {
            token.chosen = u32::try_from(token.alternatives.len()).ok();
        }
        token.alternatives.push(Token {
            bytes: one.bytes.clone(),
            // An alternative below the floor has no value either; it is not told apart here.
            value: one.logprob.map_or(Value::BelowFloor, |logprob| {
                Value::of(Reading::new(Some(logprob)))
            }),
            ..Token::default()
        });
    }
    token
}
