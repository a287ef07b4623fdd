//! Pieces of a fixed size out of chunks of any size.

/// Holds the beginning of a piece until the rest of it has come.
#[derive(Debug, Default)]
pub(super) struct Gather {
    held: Vec<u8>,
    /// The piece was handed out: what is held belongs to the past.
    given: bool,
}

impl Gather {
    /// The next `need` bytes, or nothing before all of them are there; `need` stays the same until then. Most pieces lie
    /// in one chunk and are not copied.
    pub(super) fn take<'s, 'i: 's>(
        &'s mut self,
        input: &mut &'i [u8],
        need: usize,
    ) -> Option<&'s [u8]> {
        if self.given {
            self.held.clear();
            self.given = false;
        }
        if self.held.is_empty()
            && let Some((piece, rest)) = input.split_at_checked(need)
        {
            *input = rest;
            return Some(piece);
        }
        let missing = need.saturating_sub(self.held.len()).min(input.len());
        let (more, rest) = input.split_at(missing);
        self.held.extend_from_slice(more);
        *input = rest;
        if self.held.len() < need {
            return None;
        }
        self.given = true;
        Some(&self.held)
    }

    /// How many bytes of an unfinished piece there are.
    pub(super) fn waiting(&self) -> usize {
        if self.given { 0 } else { self.held.len() }
    }
}

/// A number of two bytes, the low one first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..) {
        Some([low, high, ..]) => u16::from_le_bytes([*low, *high]),
        _ => 0,
    }
}

/// A number of four bytes, the low one first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// A number of eight bytes, the low one first.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
