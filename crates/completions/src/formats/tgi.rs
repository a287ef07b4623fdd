//! Text Generation Inference: `{"generated_text", "details"}`.
use super::fields::{bad_field, count, finish, text};
use super::shape::Shape;
use super::{Rule, arrays, echo, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Span};
use crate::report::Code;
use metrics::format::counted;

impl FormatId {
    /// Text Generation Inference, whole answers.
    pub const TGI: Self = Self::new("tgi");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        !shape.has("choices")
            && (shape.at("details.tokens") == Some(ValueKind::Array)
                || shape.is("generated_text", ValueKind::String))
    },
    read,
    keys: &["details", "generated_text"],
    name: "an answer of Text Generation Inference",
};

/// Reads an answer, and the others that were sampled with it.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut answer = Answer::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"generated_text" => answer.text = text(cursor, draft, "generated_text")?,
            b"details" => {
                answer = Answer {
                    text: answer.text,
                    ..Answer::new()
                };
                match cursor.kind()? {
                    ValueKind::Object => answer.details(cursor, draft)?,
                    ValueKind::Null => {
                        cursor.skip()?;
                        answer.choice.values = Values::NotAsked("`details` is null");
                    }
                    _ => bad_field(cursor, draft, "details", "an object")?,
                }
            }
            _ => cursor.skip()?,
        }
    }
    draft.head.evidence = Some(if answer.tokens.is_empty() {
        "`generated_text`, without values"
    } else {
        "`details.tokens`"
    });
    let others = answer.others.take();
    answer.take_prompt_off(draft);
    answer.push(draft)?;
    if let Some(mut others) = others {
        best_of(&mut others, draft)?;
    }
    Ok(Outcome::Completion(FormatId::TGI))
}

/// Reads `best_of_sequences`: answers with their details beside their text.
fn best_of(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::Object {
            let mut answer = Answer::new();
            answer.details(cursor, draft)?;
            answer.take_prompt_off(draft);
            answer.push(draft)?;
        } else {
            bad_field(cursor, draft, "details.best_of_sequences[]", "an object")?;
        }
    }
    Ok(())
}

/// One answer while it is being read.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) choice: ChoiceDraft,
    pub(super) text: Option<Span>,
    pub(super) tokens: TokenRange,
    prefill: TokenRange,
    pub(super) generated: Option<u64>,
    pub(super) prompt_tokens: Option<u64>,
    /// In front of the alternatives, which can only be read once the tokens are known.
    pub(super) listed: Option<Cursor<'a>>,
    /// In front of the other answers.
    others: Option<Cursor<'a>>,
}

impl<'a> Answer<'a> {
    pub(super) fn new() -> Self {
        Self {
            choice: ChoiceDraft {
                values: Values::NotAsked("`details` is not there"),
                ..ChoiceDraft::default()
            },
            text: None,
            tokens: TokenRange::default(),
            prefill: TokenRange::default(),
            generated: None,
            prompt_tokens: None,
            listed: None,
            others: None,
        }
    }

    /// Reads `details`, or an element of `best_of_sequences`.
    pub(super) fn details(
        &mut self,
        cursor: &mut Cursor<'a>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        self.choice.values = Values::NotAsked("`details.tokens` is not there");
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"tokens" => {
                    self.tokens = token_object::tokens(cursor, draft, "details.tokens")?;
                    self.choice.values = Values::Empty;
                }
                b"prefill" => {
                    self.prefill = token_object::tokens(cursor, draft, "details.prefill")?;
                }
                b"top_tokens" => self.listed = list(cursor)?,
                b"best_of_sequences" => self.others = list(cursor)?,
                b"finish_reason" => finish(cursor, draft, &mut self.choice)?,
                b"generated_tokens" => {
                    self.generated = count(cursor, draft, "details.generated_tokens")?;
                }
                b"input_length" => {
                    self.prompt_tokens = count(cursor, draft, "details.input_length")?;
                }
                b"generated_text" => self.text = text(cursor, draft, "generated_text")?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Leaves only the answer of the stated text. For this all its tokens must be there.
    fn take_prompt_off(&mut self, draft: &mut Draft) {
        let text = self.text;
        self.text = text.map(|text| echo::without_prompt(draft, text, self.prefill, self.tokens));
    }

    /// The answer is whole: puts its parts together.
    pub(super) fn push(mut self, draft: &mut Draft) -> Result<(), JsonError> {
        if let Some(mut listed) = self.listed.take() {
            let lists = arrays::positions(&mut listed, draft, self.tokens)?;
            let n_tokens = self.tokens.len();
            if lists != n_tokens && lists > 0 {
                draft.note_here(Code::ArrayLengths, || {
                    format!(
                        "{}, {}",
                        counted(n_tokens as u64, "token", "tokens"),
                        counted(
                            lists as u64,
                            "list of alternatives",
                            "lists of alternatives"
                        )
                    )
                });
            }
        }
        let prompt_tokens = self.prompt_tokens.or_else(|| {
            let prefill = Some(self.prefill.len()).filter(|&prefill| prefill > 0);
            prefill.map(|prefill| prefill as u64)
        });
        draft.head.prompt_tokens = draft.head.prompt_tokens.or(prompt_tokens);
        // Usage counts all answers together.
        draft.head.completion_tokens = match (draft.head.completion_tokens, self.generated) {
            (Some(before), Some(more)) => before.checked_add(more),
            (before, more) => before.or(more),
        };
        let mut choice = self.choice;
        choice.index = draft.next_index();
        choice.text = self.text;
        choice.prompt = self.prefill;
        choice.content = self.tokens;
        if !self.tokens.is_empty() {
            choice.values = Values::Listed;
        }
        choice.remarks = std::mem::take(&mut draft.remarks);
        draft.choices.push(choice);
        Ok(())
    }
}

/// A list to come back to; anything else counts as none.
pub(super) fn list<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cursor<'a>>, JsonError> {
    let here = cursor.clone();
    let is_list = cursor.kind()? == ValueKind::Array;
    cursor.skip()?;
    Ok(is_list.then_some(here))
}
