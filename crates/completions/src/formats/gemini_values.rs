//! `logprobsResult`: what was chosen at each step, and what could have been.
use super::fields::{bad_field, count, text, value};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange};
use crate::record::text::is_special;
use crate::record::{Draft, Span, TokenDraft};
use crate::report::Code;

/// The two lists while they are being read, in any order.
#[derive(Debug, Default)]
pub(super) struct Steps<'a> {
    chosen: Option<TokenRange>,
    /// In front of `topCandidates`, which can only be read once the tokens are known.
    top: Option<Cursor<'a>>,
}

/// One candidate token.
#[derive(Debug, Clone, Copy, Default)]
struct Candidate {
    name: Span,
    id: Option<u64>,
    /// `None` when the key is missing.
    raw: Option<f64>,
}

impl<'a> Steps<'a> {
    /// Reads the object at the cursor into the tokens of the draft.
    pub(super) fn read(
        cursor: &mut Cursor<'a>,
        draft: &mut Draft,
    ) -> Result<TokenRange, JsonError> {
        let mut steps = Self::default();
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"chosenCandidates" | b"chosen_candidates" => {
                    steps.chosen = chosen(cursor, draft)?;
                }
                b"topCandidates" | b"top_candidates" => {
                    let is_list = cursor.kind()? == ValueKind::Array;
                    steps.top = is_list.then(|| cursor.clone());
                    cursor.skip()?;
                }
                _ => cursor.skip()?,
            }
        }
        steps.finish(draft)
    }

    /// Puts the lists together. Without what was chosen, the steps are there, but their values are not known.
    fn finish(self, draft: &mut Draft) -> Result<TokenRange, JsonError> {
        let start = self
            .chosen
            .map_or(draft.tokens.len(), |chosen| chosen.start);
        let Some(mut cursor) = self.top else {
            return Ok(TokenRange::since(start, draft));
        };
        let mut step = 0;
        let mut items = cursor.array()?;
        while items.next(&mut cursor)? {
            let at = start + step;
            step += 1;
            if self.chosen.is_none() {
                draft.tokens.push(TokenDraft {
                    raw: f64::NAN,
                    ..TokenDraft::default()
                });
            }
            let arena = draft.arena.len();
            let listed = draft.alternatives.len();
            step_list(&mut cursor, draft)?;
            if let Some(&TokenDraft { bytes, raw, id, .. }) = draft.tokens.get(at) {
                let summary = draft.summarise(listed, bytes, bytes, id, raw);
                draft.tokens[at].alternatives = summary;
            }
            if at >= draft.tokens.len() || !draft.keep_alternatives {
                draft.alternatives.truncate(listed);
                draft.arena.truncate(arena);
            }
        }
        let tokens = TokenRange::since(start, draft);
        if step != tokens.len() {
            draft.note_here(Code::ArrayLengths, || {
                format!("{} chosen tokens, {step} lists of candidates", tokens.len())
            });
        }
        Ok(tokens)
    }
}

/// `chosenCandidates`; `null` and `[]` are none.
fn chosen(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<TokenRange>, JsonError> {
    let start = draft.tokens.len();
    let (mut absent, mut some) = (Vec::new(), false);
    each(cursor, draft, "chosenCandidates", |draft, candidate| {
        if candidate.raw.is_none() {
            absent.push(draft.tokens.len());
        }
        some |= candidate.raw.is_some();
        let special = is_special(draft.bytes(candidate.name));
        draft.tokens.push(TokenDraft {
            bytes: candidate.name,
            raw: candidate.raw.unwrap_or(f64::NAN),
            id: candidate.id,
            special,
            ..TokenDraft::default()
        });
    })?;
    for at in absent.into_iter().filter(|_| some) {
        draft.tokens[at].raw = 0.0;
        draft.note_here(Code::ZeroOmitted, || format!("token {}", at - start));
    }
    let tokens = TokenRange::since(start, draft);
    Ok((!tokens.is_empty()).then_some(tokens))
}

/// `{"candidates": […]}` of one step.
fn step_list(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Object => {}
        ValueKind::Null => return cursor.skip(),
        _ => return bad_field(cursor, draft, "topCandidates[]", "an object"),
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() != b"candidates" {
            cursor.skip()?;
            continue;
        }
        let start = draft.alternatives.len();
        let (mut absent, mut some) = (Vec::new(), false);
        each(
            cursor,
            draft,
            "topCandidates[].candidates",
            |draft, candidate| {
                if candidate.raw.is_none() {
                    absent.push(draft.alternatives.len());
                }
                some |= candidate.raw.is_some();
                draft.alternatives.push(AlternativeDraft {
                    name: candidate.name,
                    bytes: candidate.name,
                    raw: candidate.raw.unwrap_or(f64::NAN),
                    id: candidate.id,
                });
            },
        )?;
        debug_assert!(absent.iter().all(|&at| at >= start));
        for at in absent.into_iter().filter(|_| some) {
            draft.alternatives[at].raw = 0.0;
        }
    }
    Ok(())
}

/// Reads a list of candidates.
fn each(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
    mut take: impl FnMut(&mut Draft, Candidate),
) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Array => {}
        ValueKind::Null => return cursor.skip(),
        _ => return bad_field(cursor, draft, path, "a list"),
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let mut candidate = Candidate::default();
        if cursor.kind()? != ValueKind::Object {
            // One bad token never fails the record: it keeps its place.
            bad_field(cursor, draft, path, "a list of objects")?;
            candidate.raw = Some(f64::NAN);
            take(draft, candidate);
            continue;
        }
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"token" => candidate.name = text(cursor, draft, "token")?.unwrap_or_default(),
                // 0 stands for an id that is not known.
                b"tokenId" | b"token_id" => {
                    candidate.id = count(cursor, draft, "tokenId")?.filter(|&id| id > 0);
                }
                b"logProbability" | b"log_probability" => {
                    candidate.raw = Some(value(cursor, draft, "logProbability")?);
                }
                _ => cursor.skip()?,
            }
        }
        take(draft, candidate);
    }
    Ok(())
}
