//! What belongs to a completion and is not kept in columns: prompt, parameters, metadata, calls of tools.
use crate::containers;
use crate::intake::{Intake, Layer};
use crate::reader::Reader;
use crate::record::{CompletionDraft, Draft};
use crate::{Columns, Form, FormatId, Importer, Limits};

/// What was read of a completion besides its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// The JSON objects that the completion lies in, from outside in. Each one lacks the members that lead to completions, so
    /// it holds what is said of all of them; the last one is the response itself, whole. Empty for responses that were put
    /// together from the pieces of a stream. What a recorder kept of the request is `{"request": …}`.
    pub layers: Vec<Layer>,
    /// The prompt as plain text, where the format has it.
    pub prompt: Option<String>,
    /// For each of its sequences.
    pub said: Vec<Said>,
}

/// What was read of a sequence besides its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The text that the record states (`message.content`, `text`), when it has one.
    pub text: Option<String>,
    /// Tool calls as (name, arguments as written).
    pub tool_calls: Vec<(String, String)>,
}

impl Context {
    pub(crate) fn of(
        draft: &Draft,
        completion: &CompletionDraft,
        order: &[usize],
        layers: &[Layer],
    ) -> Self {
        let text = |span| draft.text(span).into_owned();
        let said = order.iter().filter_map(|&nth| draft.choices.get(nth));
        Self {
            layers: layers.to_vec(),
            prompt: completion.head.prompt.map(text),
            said: said
                .map(|choice| Said {
                    text: choice.text.or(choice.refusal_text).map(text),
                    tool_calls: choice
                        .tool_calls
                        .iter()
                        .map(|call| (text(call.name), text(call.arguments)))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// What one record holds: its columns, and the contexts of its completions. As from [`Importer::with_contexts`], out of the
/// record's own bytes; values count as in [`crate::decode_sequence`].
pub fn read_record(form: Form, record: &[u8]) -> (Columns, Vec<Context>) {
    let limits = Limits::default();
    let mut intake = Intake::new(limits, false, Reader::with_contexts(limits)).with_context();
    containers::read_again(form, record, limits, &mut intake);
    let Reader {
        columns, contexts, ..
    } = intake.sink;
    (columns, contexts.unwrap_or_default())
}

/// Completions one after the other, with their contexts, in the memory of a few.
impl Importer {
    /// An importer that also keeps [`Self::contexts`], for who takes completions as they come and calls [`Self::forget`].
    pub fn with_contexts(limits: Limits) -> Self {
        let intake = Intake::new(limits, false, Reader::with_contexts(limits)).with_context();
        Self::reading(limits, intake)
    }

    /// One for each completion of [`Self::columns`]; none unless they were asked for.
    pub fn contexts(&self) -> &[Context] {
        self.intake.sink.contexts.as_deref().unwrap_or_default()
    }

    /// The lines of Batch input since the rows were forgotten: `{"custom_id", "body"}`, as JSON.
    pub fn requests(&self) -> &[Layer] {
        &self.intake.sink.requests
    }

    /// Takes the rows that were read so far out of the columns, and their contexts; sources and models stay. All indices of
    /// what is read next count from here.
    pub fn forget(&mut self) {
        self.intake.sink.forget();
    }

    /// All values of a format are 0 so far: at the end they may be placeholders, and its figures none. Once false after a
    /// value, it stays false.
    pub fn is_suspect(&self, format: FormatId) -> bool {
        self.intake.sink.run.is_suspect(format)
    }

    /// The values of a format are placeholders, as far as was read: figures from them are none.
    pub fn are_placeholders(&self, format: FormatId) -> bool {
        self.intake.sink.run.placeholders(format).is_some()
    }

    /// The end of the input: what was waiting for more is in the columns now. Then [`Self::finish`] has nothing to add.
    pub fn end(&mut self) {
        if self.is_untouched() {
            self.source("");
        }
        self.end_source();
    }
}
