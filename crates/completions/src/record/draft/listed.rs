//! The alternatives of a position in short.
use super::{AlternativeDraft, Alternatives, Draft, Span};
use crate::record::mass::is_overfull;

impl Draft {
    /// Sums up the alternatives from `first` on for the token with these bytes, name, id and value.
    pub(crate) fn summarise(
        &self,
        first: usize,
        bytes: Span,
        name: Span,
        id: Option<u64>,
        raw: f64,
    ) -> Alternatives {
        let listed = &self.alternatives[first..];
        let Some(count) = u32::try_from(listed.len()).ok().filter(|&count| count > 0) else {
            return Alternatives {
                first,
                ..Alternatives::default()
            };
        };
        let unsorted = listed.windows(2).any(|pair| pair[1].raw > pair[0].raw);
        let (bytes, name) = (self.bytes(bytes), self.bytes(name));
        // Two tokens may have one text: where both sides have ids, nothing else is compared.
        let told_by_id = |listed: &AlternativeDraft| id.is_some() && listed.id.is_some();
        let chosen = listed
            .iter()
            .position(|listed| id.is_some() && listed.id == id)
            .or_else(|| {
                // A special token has no bytes; its name is all there is to compare.
                let comparable = !bytes.is_empty() || name.is_empty();
                listed.iter().position(|listed| {
                    comparable && self.bytes(listed.bytes) == bytes && !told_by_id(listed)
                })
            })
            .or_else(|| {
                listed
                    .iter()
                    .position(|listed| self.bytes(listed.name) == name && !told_by_id(listed))
            });
        let other = chosen.map_or(f64::NAN, |chosen| listed[chosen].raw);
        Alternatives {
            count,
            overfull: is_overfull(listed.iter().map(|listed| listed.raw)),
            chosen: chosen.and_then(|chosen| u32::try_from(chosen).ok()),
            chosen_differs: (other - raw).abs() > 1e-6,
            unsorted,
            duplicate: false,
            first,
        }
    }

    /// Is one of them listed twice? By id where both have one, else by bytes; what has no bytes has a name.
    /// Only every sixty-fourth position is looked at, and only the first entries: each is compared with each, which would
    /// cost more than reading them.
    #[inline]
    pub(crate) fn has_duplicate(&self, first: usize, position: usize) -> bool {
        Self::looks_for_duplicates(position) && self.compare_all(&self.alternatives[first..])
    }

    /// Whether [`Self::has_duplicate`] looks at this position.
    #[inline]
    pub(crate) fn looks_for_duplicates(position: usize) -> bool {
        position.is_multiple_of(64)
    }

    #[inline(never)]
    fn compare_all(&self, listed: &[AlternativeDraft]) -> bool {
        const AMONG: usize = 20;
        let same = |a: &AlternativeDraft, b: &AlternativeDraft| match (a.id, b.id) {
            (Some(a), Some(b)) => a == b,
            _ => {
                a.bytes.end - a.bytes.start == b.bytes.end - b.bytes.start
                    && self.bytes(a.bytes) == self.bytes(b.bytes)
                    && (a.bytes.start < a.bytes.end || self.bytes(a.name) == self.bytes(b.name))
            }
        };
        let few = &listed[..listed.len().min(AMONG)];
        (few.iter().enumerate()).any(|(nth, a)| few[..nth].iter().any(|b| same(a, b)))
    }
}
