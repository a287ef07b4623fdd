//! The text of a file, whatever it is packed in.
use super::Unreadable;
use std::io::Read;

/// Takes off gzip and zstd; `None` when there was none.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Result<Option<Vec<u8>>, Unreadable> {
    let mut out: Option<Vec<u8>> = None;
    loop {
        let now = out.as_deref().unwrap_or(bytes);
        if now.len() > most {
            return Err(Unreadable::TooLarge(most));
        }
        let limit = most as u64 + 1;
        let mut next = Vec::new();
        let read = if now.starts_with(&[0x1f, 0x8b]) {
            flate2::read::MultiGzDecoder::new(now)
                .take(limit)
                .read_to_end(&mut next)
        } else if now.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder =
                ruzstd::decoding::StreamingDecoder::new(now).map_err(|_| Unreadable::NoText)?;
            decoder.take(limit).read_to_end(&mut next)
        } else {
            return Ok(out);
        };
        read.map_err(|_| Unreadable::NoText)?;
        out = Some(next);
    }
}

/// Bytes as text: UTF-8, or UTF-16 with its mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let (pairs, rest) = (bytes[2..].chunks_exact(2), bytes.len() % 2);
        let units: Vec<u16> = pairs.map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok().filter(|_| rest == 0)
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    text.filter(|text| !text.contains('\0'))
        .ok_or(Unreadable::NoText)
}
