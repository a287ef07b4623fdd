//! Records are read again from their files: columns do not keep alternatives.
use completions::{
    Columns, Limits, RecordReader, RecordSpan, SequenceDetail, Source, decode_sequence,
};
use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
};

/// What is read at once of a compressed file.
const CHUNK: usize = 1 << 18;

/// Reads sequences again, with what was read last at hand.
#[derive(Debug)]
pub(crate) struct Again<'a> {
    columns: &'a Columns,
    /// By the name of their source.
    files: HashMap<String, PathBuf>,
    /// The record that was read last, by its index.
    record: Option<(u32, Vec<u8>)>,
    /// The file that was read last, by the index of its source.
    file: Option<(u32, File)>,
}

impl<'a> Again<'a> {
    pub(crate) fn new(columns: &'a Columns, files: HashMap<String, PathBuf>) -> Self {
        Self {
            columns,
            files,
            record: None,
            file: None,
        }
    }

    /// A sequence in full; `None` when its input is no file, or no longer what it was.
    pub(crate) fn detail(&mut self, sequence: u32) -> Option<SequenceDetail> {
        let columns = self.columns;
        let row = columns.sequences.get(sequence as usize)?;
        let completion = columns.completions.get(row.completion as usize)?;
        let record = columns.records.get(completion.record as usize)?;
        if self
            .record
            .as_ref()
            .is_none_or(|(held, _)| *held != completion.record)
        {
            let bytes = self.read(record)?;
            self.record = Some((completion.record, bytes));
        }
        let (_, bytes) = self.record.as_ref()?;
        let nth = completion.offset + sequence.checked_sub(completion.first_sequence)?;
        let detail = decode_sequence(record.form, completion.format, bytes, nth)?;
        // A file that has changed may still have something there.
        (detail.tokens.len() == row.n_tokens as usize).then_some(detail)
    }

    fn read(&mut self, record: &RecordSpan) -> Option<Vec<u8>> {
        let source = self.columns.sources.get(record.source as usize)?;
        if self
            .file
            .as_ref()
            .is_none_or(|(held, _)| *held != record.source)
        {
            let path = self.files.get(&source.name)?;
            self.file = Some((record.source, File::open(path).ok()?));
        }
        let (_, file) = self.file.as_mut()?;
        if source.packed {
            return unpack(file, source, record);
        }
        let mut bytes = vec![0; usize::try_from(record.len).ok()?];
        file.seek(SeekFrom::Start(record.start)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

fn unpack(file: &mut File, source: &Source, record: &RecordSpan) -> Option<Vec<u8>> {
    file.rewind().ok()?;
    let mut reader = RecordReader::new(Limits::default(), source, record);
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk).ok()?;
        if count == 0 || reader.push(&chunk[..count]) {
            return reader.finish();
        }
    }
}
