//! `surprisal generations`: completions in, records out, one after the other in the memory of a few.
use crate::analyze::input::{self, Input, Message, Origin, Unreadable, feed};
use crate::analyze::output::clean;
use crate::analyze::stop::Stop;
use crate::cli::List;
use crate::console::{STOPPED, USAGE, complain, say};
use completions::Limits;
use generations::{Generation, Reader};
use metrics::format::{counted, sig3_or_dash};
use std::{
    fs::File,
    io::{self, Read as _, Write},
    process::ExitCode,
};

/// So many bytes of a file tell whether it has the requests of a Batch.
const LOOK: usize = 64 << 10;
/// Characters of an output that are shown to people.
const BEGINNING: usize = 60;

/// Runs the command with the standard streams.
pub fn main(arguments: &List) -> ExitCode {
    let mut inputs = match input::expand(&arguments.inputs) {
        Ok(inputs) => inputs,
        Err(message) => return complain(&message, USAGE),
    };
    // Requests are joined to what follows them.
    inputs.sort_by_key(|input| !has_requests(input));
    let stop = Stop::on_ctrl_c();
    let mut listing = Listing {
        arguments,
        out: io::BufWriter::new(stop.guard(io::stdout().lock())),
        written: 0,
        failure: None,
    };
    let read = listing.all(inputs, &stop);
    let Listing { out, failure, .. } = listing;
    match failure {
        _ if stop.is_asked() => {
            let _ = out.into_parts();
            ExitCode::from(STOPPED)
        }
        None => read,
        // Whoever reads has seen enough, such as `head`.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = out.into_parts();
            read
        }
        Some(error) => complain(&format!("cannot write the result: {error}"), 1),
    }
}

/// The beginning of the file has requests of a Batch and no answers.
fn has_requests(input: &Input) -> bool {
    let Origin::File(path) = &input.origin else {
        return false;
    };
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LOOK as u64).read_to_end(&mut start));
    let has = |name: &[u8]| start.windows(name.len()).any(|part| part == name);
    read.is_ok() && has(b"\"custom_id\"") && has(b"\"body\"") && !has(b"\"response\"")
}

/// Records on their way out.
struct Listing<'a, W: Write> {
    arguments: &'a List,
    out: W,
    written: u64,
    failure: Option<io::Error>,
}

impl<W: Write> Listing<'_, W> {
    /// Reads the inputs one after the other. They are one run.
    fn all(&mut self, inputs: Vec<Input>, stop: &Stop) -> ExitCode {
        let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let mut failures: Vec<(usize, Unreadable)> = Vec::new();
        let mut reader = Reader::new(names.first().map_or("", String::as_str), Limits::default());
        let feed = feed::start(inputs, stop);
        while let Ok(message) = feed.next() {
            if stop.is_asked() || self.failure.is_some() {
                break;
            }
            match message {
                Message::Begin(index) => {
                    reader.source(&names[index], &mut |generation, _| self.put(&generation));
                }
                Message::Chunk(_, chunk) => {
                    reader.push(&chunk, &mut |generation, _| self.put(&generation));
                    feed.give_back(chunk);
                }
                Message::End(index, failure) => failures.extend(failure.map(|why| (index, why))),
                Message::Stop | Message::Done => break,
            }
        }
        let (_, requests) = reader.finish(&mut |generation, _| self.put(&generation));
        self.end();
        for (index, failure) in &failures {
            say(&format!("{}: {}", names[*index], failure.message));
        }
        if requests.refused > 0 {
            let refused = counted(requests.refused, "request was", "requests were");
            say(&format!(
                "{refused} not joined: those of a Batch are kept up to 256 MiB"
            ));
        }
        ExitCode::from(u8::from(!failures.is_empty() || self.written == 0))
    }

    fn put(&mut self, generation: &Generation) {
        if self.failure.is_some() {
            return;
        }
        let written = if self.arguments.jsonl {
            json(generation, &mut self.out).and_then(|()| writeln!(self.out))
        } else if self.arguments.json {
            let before: &[u8] = if self.written == 0 { b"[\n" } else { b",\n" };
            let begun = self.out.write_all(before);
            begun.and_then(|()| json(generation, &mut self.out))
        } else {
            row(generation, &mut self.out)
        };
        self.written += 1;
        self.failure = written.err();
    }

    fn end(&mut self) {
        if self.failure.is_some() {
            return;
        }
        let last = match (self.arguments.json, self.written) {
            (true, 0) => writeln!(self.out, "[]"),
            (true, _) => writeln!(self.out, "\n]"),
            _ => Ok(()),
        };
        self.failure = last.and_then(|()| self.out.flush()).err();
    }
}

fn json(generation: &Generation, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(out, generation).map_err(io::Error::from)
}

/// A line for people.
fn row(generation: &Generation, out: &mut impl Write) -> io::Result<()> {
    let output = &generation.output;
    let text = output.content.to_string().replace('\n', "⏎");
    let mut beginning: String = text.chars().take(BEGINNING).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    let tokens = output.tokens.map_or_else(
        || "— tokens".to_owned(),
        |tokens| counted(tokens, "token", "tokens"),
    );
    let perplexity = generation.metrics.as_ref();
    let perplexity = perplexity.and_then(|metrics| metrics.perplexity);
    writeln!(
        out,
        "{}  {}  {}  {tokens}  perplexity {}  {}",
        clean(&generation.id),
        clean(&generation.model.id),
        output.kind.name(),
        sig3_or_dash(perplexity),
        clean(&beginning)
    )
}
