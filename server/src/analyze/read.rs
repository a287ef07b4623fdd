//! All inputs become one run.
use super::{
    input::{Input, Message, Unreadable, feed},
    progress::Bar,
    stop::Stop,
};
use completions::{Import, Importer, Limits};
use metrics::format::{bytes, counted, sig3};

/// What became of one input.
#[derive(Debug)]
pub struct Part {
    /// What it is called in places and in the output.
    pub name: String,
    /// The person named it, while it was not merely found in a folder.
    pub named: bool,
    /// Bytes read.
    pub bytes: u64,
    /// Sequences read.
    pub sequences: u64,
    /// Why it could not be opened, or why reading stopped.
    pub failure: Option<Unreadable>,
}

/// A run that was read.
#[derive(Debug)]
pub struct Analysis {
    /// The inputs, in order.
    pub inputs: Vec<Part>,
    /// What they gave together.
    pub import: Import,
}

/// How reading ended.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub enum Outcome {
    /// At the end of all inputs.
    Read(Analysis),
    /// Before; how far it was.
    Stopped(String),
}

impl Analysis {
    /// Every byte was read, and whatever was named has completions.
    pub fn is_read(&self) -> bool {
        let read = |part: &Part| part.failure.is_none() && (part.sequences > 0 || !part.named);
        self.inputs.iter().all(read)
    }

    /// The inputs that could not be read, or not to their end.
    pub fn failures(&self) -> impl Iterator<Item = (&Part, &Unreadable)> {
        let failed = |part| Some((part, Part::failure(part)?));
        self.inputs.iter().filter_map(failed)
    }
}

impl Part {
    fn failure(&self) -> Option<&Unreadable> {
        self.failure.as_ref()
    }
}

/// Reads the inputs one after the other. The columns are kept only if the `whole` run is wanted.
pub fn all(inputs: Vec<Input>, whole: bool, stop: &Stop) -> Outcome {
    let mut parts: Vec<Part> = inputs
        .iter()
        .map(|input| Part {
            name: input.name.clone(),
            named: input.named,
            bytes: 0,
            sequences: 0,
            failure: None,
        })
        .collect();
    let mut importer = if whole {
        Importer::new(Limits::default())
    } else {
        Importer::summary(Limits::default(), 0)
    };
    let mut bar = Bar::new(inputs.iter().map(|input| input.size).sum());
    let feed = feed::start(inputs, stop);
    let mut current = None;
    let mut before = 0;
    let mut done = 0;
    while let Ok(message) = feed.next() {
        if stop.is_asked() {
            break;
        }
        match message {
            Message::Begin(index) => {
                importer.source(&parts[index].name);
                let sequences = importer.progress().sequences;
                close(&mut parts, current, &mut before, sequences);
                current = Some(index);
                bar.next(&parts[index].name);
            }
            Message::Chunk(index, chunk) => {
                parts[index].bytes += chunk.len() as u64;
                importer.push(&chunk);
                bar.show(importer.progress());
                feed.give_back(chunk);
            }
            Message::End(index, failure) => {
                parts[index].failure = failure;
                done += 1;
            }
            Message::Stop | Message::Done => break,
        }
    }
    bar.clear();
    if stop.is_asked() {
        return Outcome::Stopped(how_far(&importer, done, parts.len()));
    }
    let import = importer.finish();
    close(&mut parts, current, &mut before, import.metrics.n_sequences);
    Outcome::Read(Analysis {
        inputs: parts,
        import,
    })
}

/// The sequences since the last input belong to this one: only the next one, or the end, settles how many there are.
fn close(parts: &mut [Part], index: Option<usize>, before: &mut u64, sequences: u64) {
    if let Some(part) = index.and_then(|index| parts.get_mut(index)) {
        part.sequences = sequences - *before;
    }
    *before = sequences;
}

fn how_far(importer: &Importer, done: usize, inputs: usize) -> String {
    let progress = importer.progress();
    let inputs = match inputs {
        1 => String::new(),
        _ => format!(", {done} of {inputs} inputs to their end"),
    };
    let perplexity = importer
        .running_metrics()
        .perplexity_mean_of_sequences
        .map_or_else(String::new, |value| {
            format!("; their perplexity overall is {}", sig3(value))
        });
    format!(
        "stopped. Read were {}{inputs}: {} with {}{perplexity}.",
        bytes(progress.bytes),
        counted(progress.sequences, "sequence", "sequences"),
        counted(progress.tokens, "token", "tokens"),
    )
}
