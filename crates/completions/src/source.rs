//! One file on its way: unpacked, cut into records, read.
use crate::containers::{Position, Splitter, Stream};
use crate::intake::{CompletionSink, Intake, place};
use crate::reader::Reader;
use crate::report::Code;
use crate::unpack::{UnpackProblem, UnpackProblemKind, Unpacked, Unpacker};
use crate::{Limits, Source};

/// Reads one file, which may be an archive of several.
#[derive(Debug)]
pub(crate) struct SourceReader {
    limits: Limits,
    unpacker: Unpacker,
    stream: Stream,
    /// Index of the file among all that are read.
    file: u32,
    name: String,
    /// Bytes of the innermost stream that is being read.
    bytes: u64,
    /// Of the members before it.
    records: u64,
    containers: Vec<&'static str>,
    members: u32,
}

impl SourceReader {
    /// In front of the file of this name.
    pub(crate) fn new(limits: Limits, file: u32, name: &str) -> Self {
        Self {
            limits,
            unpacker: Unpacker::new(limits),
            stream: Stream::new(limits),
            file,
            name: name.to_owned(),
            bytes: 0,
            records: 0,
            containers: Vec::new(),
            members: 0,
        }
    }

    /// Takes the next bytes of the file.
    pub(crate) fn push(&mut self, chunk: &[u8], intake: &mut Intake<Reader>) {
        self.unpack(intake, |unpacker, out| unpacker.push(chunk, out));
    }

    /// The splitter of a file that is nothing but lines so far, at the beginning of the next one.
    pub(crate) fn at_line(&mut self) -> Option<&mut Splitter> {
        if !self.unpacker.layers().is_empty() {
            return None;
        }
        self.stream
            .splitter()
            .filter(|splitter| splitter.is_at_line())
    }

    /// The end of the file. Returns the records and the containers that it had, from outside in.
    pub(crate) fn finish(mut self, intake: &mut Intake<Reader>) -> (u64, Vec<&'static str>) {
        self.unpack(intake, Unpacker::finish);
        let problems = self.unpacker.problems();
        // What could not be unpacked has been said; that nothing came out needs no words of its own.
        let explained = self.bytes == 0
            && problems
                .iter()
                .any(|problem| code(problem.kind).texts().level > crate::Level::Info);
        if !explained {
            self.end_stream(intake);
        }
        for problem in problems {
            report(intake, problem);
        }
        // How characters are stored is told as a remark.
        let mut layers: Vec<&str> = self.unpacker.layers().to_vec();
        layers.retain(|layer| !matches!(*layer, "utf16" | "utf32"));
        match self.containers.as_slice() {
            // What an archive holds may differ from member to member.
            _ if layers.last() == Some(&"zip") => {}
            [] => layers.push("unknown"),
            [one] => layers.push(one),
            _ => layers.push("mixed"),
        }
        (self.records, layers)
    }

    fn unpack(
        &mut self,
        intake: &mut Intake<Reader>,
        take: impl FnOnce(&mut Unpacker, &mut dyn FnMut(Unpacked<'_>)),
    ) {
        // The unpacker is lent out while it calls back.
        let mut unpacker = std::mem::replace(&mut self.unpacker, Unpacker::new(self.limits));
        let packed = |reader: &Self| reader.members > 0;
        take(&mut unpacker, &mut |piece| match piece {
            Unpacked::Bytes(bytes) => {
                if self.bytes == 0 && !packed(self) {
                    self.begin(None, intake);
                }
                self.bytes += bytes.len() as u64;
                self.stream.push(bytes, intake);
            }
            Unpacked::Member(name) => {
                if self.members > 0 {
                    self.end_stream(intake);
                }
                self.members += 1;
                self.bytes = 0;
                self.stream = Stream::new(self.limits);
                self.begin(Some(name), intake);
            }
        });
        self.unpacker = unpacker;
        if !self.unpacker.layers().is_empty() {
            let file = self.file;
            let sources = intake.sink.columns.sources.iter_mut().rev();
            for source in sources.take_while(|source| source.file == file) {
                source.packed = true;
            }
        }
    }

    /// What follows belongs to the file, or to a member of it.
    fn begin(&self, member: Option<&str>, intake: &mut Intake<Reader>) {
        intake.sink.columns.sources.push(Source {
            name: self.name.clone(),
            file: self.file,
            member: member.map(str::to_owned),
            packed: member.is_some(),
        });
    }

    fn end_stream(&mut self, intake: &mut Intake<Reader>) {
        if self.bytes == 0 && self.members == 0 {
            self.begin(None, intake);
        }
        self.stream.finish(intake);
        self.records += self.stream.records();
        let container = match self.stream.container() {
            "jsonl" if intake.take_joined() => "chunk_lines",
            other => other,
        };
        if !self.containers.contains(&container) {
            self.containers.push(container);
        }
    }
}

fn report(intake: &mut Intake<Reader>, problem: UnpackProblem) {
    let at = Position {
        record: 0,
        byte: problem.offset,
        // Lines are counted in the text, which is not at hand.
        line: 0,
    };
    let detail = match problem.member {
        Some(member) => format!("{member}: {}", problem.detail),
        None => problem.detail,
    };
    intake
        .sink
        .problem(code(problem.kind), problem.count, place(at, detail));
}

fn code(kind: UnpackProblemKind) -> Code {
    match kind {
        UnpackProblemKind::CutOff | UnpackProblemKind::Corrupt | UnpackProblemKind::Checksum => {
            Code::Damaged
        }
        UnpackProblemKind::Trailing => Code::Trailing,
        UnpackProblemKind::Unsupported | UnpackProblemKind::NoMembers => Code::Packing,
        UnpackProblemKind::SkippedMembers => Code::SkippedMembers,
        UnpackProblemKind::Utf16 => Code::Utf16,
        UnpackProblemKind::Surrogate => Code::Surrogate,
        UnpackProblemKind::LimitNesting => Code::LimitNesting,
        UnpackProblemKind::LimitExpansion
        | UnpackProblemKind::LimitZip
        | UnpackProblemKind::LimitWindow => Code::LimitExpansion,
    }
}
