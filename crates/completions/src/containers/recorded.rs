//! Recorded interactions as records: each response is one.
use super::cassette::{self, Interaction};
use super::sniff::excerpt;
use super::{Extent, Position, RecordSink};
use crate::report::Code;
use crate::unpack::{Unpacked, Unpacker};
use crate::{Form, Limits};

/// Reads a whole cassette; returns how many interactions it has.
pub(super) fn read(text: &str, limits: Limits, sink: &mut dyn RecordSink) -> u64 {
    let gunzip = |packed: &[u8]| gunzip(packed, limits);
    let (interactions, problems) = cassette::interactions(text, &gunzip);
    let mut records = 0;
    for interaction in interactions {
        records += 1;
        take(&interaction, records, sink);
    }
    for problem in problems {
        let at = Position {
            record: 0,
            byte: problem.byte as u64,
            line: problem.line,
        };
        sink.problem(Code::BadValue, at, problem.sentence);
    }
    records
}

/// Reads one interaction again.
pub(super) fn read_again(record: &[u8], limits: Limits, sink: &mut dyn RecordSink) {
    let gunzip = |packed: &[u8]| gunzip(packed, limits);
    let list = format!("interactions:\n{}", String::from_utf8_lossy(record));
    let (interactions, _) = cassette::interactions(&list, &gunzip);
    if let [interaction] = interactions.as_slice() {
        let at = Position {
            record: 1,
            byte: 0,
            line: 1,
        };
        read_at(interaction, at, sink);
    }
}

fn take(interaction: &Interaction, record: u64, sink: &mut dyn RecordSink) {
    let at = Position {
        record,
        byte: interaction.range.start as u64,
        line: interaction.line,
    };
    if interaction.response.is_empty() {
        let status = interaction.status.unwrap_or(0);
        return sink.problem(
            Code::Unrecognised,
            at,
            format!("its response (status {status}) has no body"),
        );
    }
    if let Some(status @ 400..) = interaction.status {
        let body = String::from_utf8_lossy(&interaction.response);
        return sink.problem(
            Code::RequestFailed,
            at,
            format!("status {status}, {}", excerpt(body.trim())),
        );
    }
    read_at(interaction, at, sink);
}

fn read_at(interaction: &Interaction, at: Position, sink: &mut dyn RecordSink) {
    let extent = Extent {
        len: interaction.range.len() as u64,
        form: Form::Cassette,
    };
    sink.read_text(
        &interaction.response,
        interaction.request.as_deref(),
        at,
        extent,
    );
}

/// Unpacks a body; `None` when it is broken.
pub(crate) fn gunzip(packed: &[u8], limits: Limits) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut unpacker = Unpacker::new(Limits {
        // A body is a response, not a file.
        expanded_bytes: limits.record_bytes() as u64,
        ..limits
    });
    let mut take = |piece: Unpacked<'_>| {
        if let Unpacked::Bytes(bytes) = piece {
            text.extend_from_slice(bytes);
        }
    };
    unpacker.push(packed, &mut take);
    unpacker.finish(&mut take);
    let whole = unpacker.layers() == ["gzip"] && unpacker.problems().is_empty();
    whole.then_some(text)
}
