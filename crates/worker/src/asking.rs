//! What a query leaves open: sequences whose alternatives have to be read before it is known whether they match.
use crate::state::{State, Wanted};
use completions::{Columns, RecordSpan, SequenceDetail, Source};

/// Bytes that are read at once: their records are next to each other as a rule.
const WINDOW: u64 = 4 << 20;

/// Sequences whose records lie near each other in one source.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) source: Source,
    /// From the first byte of their records to the last.
    pub(crate) span: RecordSpan,
    wanted: Vec<(u32, Wanted)>,
}

impl Batch {
    /// Decodes all of them from the bytes of the span; `None` for those that are not what they were.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Vec<(u32, Option<SequenceDetail>)> {
        let decode = |wanted: &Wanted| {
            let start = usize::try_from(wanted.record.start.checked_sub(self.span.start)?).ok()?;
            let len = usize::try_from(wanted.record.len).ok()?;
            wanted.decode(bytes.get(start..start.checked_add(len)?)?)
        };
        self.wanted
            .iter()
            .map(|(sequence, wanted)| (*sequence, decode(wanted)))
            .collect()
    }
}

impl Batch {
    /// The first of these sequences, and those behind it that one reading gives as well; `None` when there are none.
    pub(crate) fn of(columns: &Columns, sequences: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut all = sequences
            .into_iter()
            .filter_map(|sequence| Some((sequence, Wanted::of(columns, sequence)?)));
        let (sequence, first) = all.next()?;
        let mut span = first.record;
        let source = first.source.clone();
        let mut wanted = vec![(sequence, first)];
        for (sequence, next) in all {
            let record = next.record;
            let end = record.start + record.len;
            let inside = span.start..=span.start + WINDOW.max(span.len);
            if record.source != span.source
                || !inside.contains(&record.start)
                || !inside.contains(&end)
            {
                break;
            }
            span.len = span.len.max(end - span.start);
            wanted.push((sequence, next));
        }
        Some(Self {
            source,
            span,
            wanted,
        })
    }
}

impl State {
    /// Takes what was read; what is not what it was matches nothing.
    pub(crate) fn take_batch(&mut self, read: &[(u32, Option<SequenceDetail>)]) {
        let there = read
            .iter()
            .filter_map(|(sequence, detail)| Some((*sequence, detail.as_ref()?)));
        self.question.read(&self.columns, there);
        for (sequence, _) in read.iter().filter(|(_, detail)| detail.is_none()) {
            self.question.unreadable(*sequence);
        }
    }
}
